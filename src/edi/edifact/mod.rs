//! The EDIFACT dialect (ISO 9735): UNA, UNB, UNG, UNH, UNO and their trailers.

mod advice;
mod envelope;
mod header;
mod message;
mod package;

pub(crate) use envelope::Envelope;
