//! The EDIFACT dialect (ISO 9735): UNA, UNB, UNG, UNH and their trailers.

mod advice;
mod envelope;
mod header;
mod message;

pub(crate) use envelope::Envelope;
