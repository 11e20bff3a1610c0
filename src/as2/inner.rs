//! The entity that a MIC is made over, where it does not lie open in the message: what evidence keeps beside the bytes on
//! the wire, so that a third party needs no private key to see what was signed.

use std::io::{self, Read, Write};

/// An entity inside an envelope or inside compression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerEntity {
    /// Its bytes.
    pub content: InnerContent,
    /// The detached signature over them, as CMS (RFC 5652), where there is one.
    pub signature: Option<Vec<u8>>,
}

/// Where the bytes of an entity are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InnerContent {
    /// These, and behind them the payload as it is: nothing needs to be stored twice.
    HeadOfPayload(Vec<u8>),
    /// In the sink for them, whole: the payload is encoded or compressed in there.
    Written,
}

/// Reads a source and writes every byte of it to a sink.
pub(super) struct Copied<'a, R> {
    pub(super) source: R,
    pub(super) copy: &'a mut dyn Write,
}

impl<R: Read> Read for Copied<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        self.copy.write_all(out.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}
