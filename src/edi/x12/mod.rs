//! The X12 dialect: ISA, GS, ST and their trailers.

mod envelope;
mod header;
mod set;

pub(crate) use envelope::Envelope;
