//! `edigate edi fmt`: a file in one form, its segments one a line. Values, counts and control numbers stay as they
//! came, right or wrong.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use serde_json::json;

use crate::cli::args::FmtArguments;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::write::{RewriteOptions, Rewriter};
use crate::edi::{ReadOptions, Reader};

use super::fault;
use super::input::inputs;
use super::layout::{Complaints, layout, left_out};

/// Runs `edigate edi fmt`.
pub(super) fn fmt(arguments: &FmtArguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    if inputs.len() > 1 && !arguments.check {
        return Err(Failure::new(Exit::Usage, "name one file at a time, or ask with --check which would change"));
    }
    let options = layout(&arguments.layout);
    let mut complaints = Complaints::default();
    let mut exit = Exit::Clean;
    for input in &inputs {
        let name = input.name();
        let stream = match input.open() {
            Ok(stream) => stream,
            Err(error) => {
                complaints.add(&name, &fault::of_opening(&error).message);
                continue;
            }
        };
        if !arguments.check {
            rewrite(&name, stream, options, &mut complaints, out)?;
            continue;
        }
        let mut original = Original::default();
        rewrite(&name, original.of(stream), options, &mut complaints, &mut original)?;
        let changes = original.differs();
        if changes {
            exit = Exit::Findings;
        }
        if arguments.json {
            writeln!(out, "{}", json!({ "type": "file", "file": name, "changes": changes }))?;
        } else if changes {
            writeln!(out, "{name} would change")?;
        }
    }
    complaints.end(exit)
}

/// Writes what a stream holds. What cannot be written is complained of, and the rest goes on.
fn rewrite(
    name: &str,
    stream: impl Read,
    options: RewriteOptions,
    complaints: &mut Complaints,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut reader = Reader::new(stream, ReadOptions::default());
    let mut rewriter = Rewriter::new(options);
    loop {
        let piece = match reader.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(()),
            Err(error) => {
                complaints.add(name, &fault::sentence(&fault::of_reading(&error)));
                return Ok(());
            }
        };
        if let Some(text) = left_out(&piece) {
            complaints.add(name, &text);
        }
        match rewriter.take(&piece) {
            Ok(bytes) => out.write_all(&bytes)?,
            Err(fault) => complaints.add(name, &format!("an interchange cannot be written so: {fault}")),
        }
    }
}

/// A stream as it is read, and what is written in its place held against it. No more of it is kept than was read ahead.
#[derive(Clone, Default)]
struct Original(Rc<RefCell<Comparison>>);

#[derive(Default)]
struct Comparison {
    /// What was read and not written yet.
    ahead: VecDeque<u8>,
    differs: bool,
}

/// A stream that is compared.
struct Compared<R> {
    stream: R,
    original: Original,
}

impl Original {
    fn of<R: Read>(&self, stream: R) -> Compared<R> {
        Compared { stream, original: self.clone() }
    }

    /// Whether what was written is something else. To be asked at the end.
    fn differs(&self) -> bool {
        let comparison = self.0.borrow();
        comparison.differs || !comparison.ahead.is_empty()
    }
}

impl<R: Read> Read for Compared<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let mut comparison = self.original.0.borrow_mut();
        if !comparison.differs {
            comparison.ahead.extend(buffer.iter().take(count));
        }
        Ok(count)
    }
}

impl Write for Original {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut comparison = self.0.borrow_mut();
        if !comparison.differs {
            let is_same = comparison.ahead.len() >= bytes.len()
                && comparison.ahead.iter().zip(bytes).all(|(read, written)| read == written);
            if is_same {
                comparison.ahead.drain(..bytes.len());
            } else {
                comparison.differs = true;
                comparison.ahead = VecDeque::new();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
