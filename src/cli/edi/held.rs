//! An interchange on its way out, kept back until it is whole: half of one on standard output would be taken for a file
//! that was cut off, or worse, for all there was.

use std::io::{self, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::cli::exit::Exit;
use crate::cli::print::Failure;

/// Bytes that are kept in memory; what is longer goes to a file in the system's folder for temporary files, which has no
/// name and is gone with this process.
const IN_MEMORY: usize = 8 << 20;

/// What is kept back, and where it goes.
pub(super) struct Held<'o> {
    spool: SpooledTempFile,
    out: &'o mut dyn Write,
}

impl<'o> Held<'o> {
    /// Keeps back what is to be written to `out`.
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { spool: SpooledTempFile::new(IN_MEMORY), out }
    }

    /// Adds bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.spool.write_all(bytes).map_err(|error| no_room(&error))
    }

    /// Writes what was kept back.
    pub(super) fn let_go(&mut self) -> Result<(), Failure> {
        self.spool.rewind().map_err(|error| no_room(&error))?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = self.spool.read(&mut buffer).map_err(|error| no_room(&error))?;
            match buffer.get(..count) {
                Some(bytes @ [_, ..]) => self.out.write_all(bytes)?,
                _ => break,
            }
        }
        self.forget()
    }

    /// Forgets what was kept back.
    pub(super) fn forget(&mut self) -> Result<(), Failure> {
        self.spool.rewind().and_then(|()| self.spool.set_len(0)).map_err(|error| no_room(&error))
    }
}

fn no_room(error: &io::Error) -> Failure {
    let folder = std::env::temp_dir();
    let text =
        format!("a temporary file in {} cannot be used: {error}; name another folder in TMPDIR", folder.display());
    Failure::new(Exit::Failed, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_before_it_is_whole_whatever_its_length() {
        let check = |length: usize| {
            let mut out = Vec::new();
            let mut held = Held::new(&mut out);
            held.add(b"half of one").unwrap();
            held.forget().unwrap();
            held.add(&vec![b'a'; length]).unwrap();
            assert_eq!(held.spool.is_rolled(), length > IN_MEMORY);
            held.add(b"z").unwrap();
            held.let_go().unwrap();
            held.add(b"next").unwrap();
            held.let_go().unwrap();
            assert_eq!(out.len(), length + 5);
            assert!(out.ends_with(b"aznext"));
        };
        check(1);
        check(IN_MEMORY);
        check(IN_MEMORY + 1);
    }
}
