//! What edigate makes of the files of a corpus that others wrote.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test: it fails where it stands")]

mod answer;
mod differential;
mod doctor;
mod golden;
mod nearest;
mod rewrite;
mod shared;
mod verdicts;
