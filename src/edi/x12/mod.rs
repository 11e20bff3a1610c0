//! The X12 dialect: ISA, GS, ST and their trailers.

mod control;
mod envelope;
mod binary;
mod header;
mod looked;
mod set;

pub(crate) use envelope::{Envelope, Opened};
