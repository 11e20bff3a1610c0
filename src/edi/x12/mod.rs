//! The X12 dialect: ISA, GS, ST and their trailers.

mod binary;
mod envelope;
mod header;
mod looked;
mod set;
mod values;

pub(crate) use envelope::Envelope;
