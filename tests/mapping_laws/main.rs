//! The laws of the mapping language, held for every shipped template: what is written is read as it was, and what was
//! read, written and read again is the same.
//!
//! A template of [`laws`] brings a generator of documents that its message can carry; everything else
//! here is the same for all of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod corpus;
mod corpus_others;
mod edifact_told;
mod equal;
mod generate;
mod laws;
mod story;
mod template;
mod wide;
mod wire;
