//! The shipped EDIFACT templates: what they write of a known story, what they read of others' messages, and what
//! programs of other make say of what they write.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test: it fails where it stands")]
#![allow(clippy::print_stdout, reason = "coverage is printed where somebody asks for it")]

mod common;
mod story;
mod wires;
