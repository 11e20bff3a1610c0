//! Writing: interchanges as values become bytes.
//!
//! [`write()`] takes a whole interchange; [`InterchangeWriter`] takes it piece by piece, for interchanges that should not
//! be held in memory. [`Rewriter`] and [`Splitter`] write again what was read. Counts are computed, control numbers are
//! handed in, what is empty at an end is left out.

mod characters;
mod envelope;
mod fault;
mod interchange;
mod options;
mod rewrite;
mod segment;
mod split;

#[cfg(test)]
mod tests;

pub use fault::{ValuePlace, WriteFault};
pub use interchange::{InterchangeWriter, write};
pub use options::{TerminatorSuffix, UnaPolicy, Unsendable, WriteOptions};
pub use rewrite::{ChosenDelimiters, RewriteOptions, Rewriter, RewrittenDelimiters};
pub use split::{SplitBy, SplitEvent, SplitPart, Splitter};
