//! What AS2 products do that no RFC foresaw, what we do about each, and the test that shows it: data, held against the
//! tests that it names, and docs/quirks.md, which is made of it.

#![expect(clippy::unwrap_used, reason = "test code: a panic here is a failed test")]

mod headers;
mod http;
mod mime;
mod names;
mod page;
mod quirk;
mod receipts;
mod smime;
