//! Telling a failure of ours from a fault in a message.

use std::cell::RefCell;
use std::io::{self, Read, Write};

/// Reads or writes for `inner` and keeps its failure, so that a failure of ours is never taken for a partner's fault.
pub(super) struct Watched<'a, T> {
    pub(super) inner: T,
    pub(super) failure: &'a RefCell<Option<io::Error>>,
}

impl<T> Watched<'_, T> {
    fn note<R>(&self, result: io::Result<R>) -> io::Result<R> {
        result.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                let told = io::Error::new(error.kind(), error.to_string());
                self.failure.borrow_mut().get_or_insert(told);
            }
        })
    }
}

impl<T: Read> Read for Watched<'_, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let result = self.inner.read(out);
        self.note(result)
    }
}

impl<T: Write> Write for Watched<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}
