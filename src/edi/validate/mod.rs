//! Holds a transaction set against a guide: where its segments stand, and what its elements hold.

mod element;
mod plausible;
mod structure;

pub use structure::structure;
