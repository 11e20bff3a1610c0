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
use crate::edi::{Piece, ReadOptions, Reader};

use super::fault;
use super::held::Held;
use super::input::{inputs, read_options};
use super::layout::{Complaints, layout, left_out, why};
use super::words;

/// Runs `edigate edi fmt`.
pub(super) fn fmt(arguments: &FmtArguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    if inputs.len() > 1 && !arguments.check {
        return Err(Failure::new(Exit::Usage, "name one file at a time, or ask with --check which would change"));
    }
    let (reading, options) = (read_options(&arguments.charset), layout(&arguments.layout));
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
            rewrite(&name, stream, &reading, options, &mut complaints, &mut Held::new(out))?;
            continue;
        }
        let mut original = Original::default();
        rewrite(&name, original.of(stream), &reading, options, &mut complaints, &mut original)?;
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

/// Where what is written goes.
trait Page {
    /// Takes bytes of the interchange that is being written.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure>;

    /// The interchange is whole.
    fn end(&mut self) -> Result<(), Failure>;

    /// The interchange comes to no end.
    fn give_up(&mut self) -> Result<(), Failure>;
}

impl Page for Held<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.add(bytes)
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.let_go()
    }

    fn give_up(&mut self) -> Result<(), Failure> {
        self.forget()
    }
}

/// Writes what a stream holds. An interchange of which something cannot be written is left out and complained of, and
/// the rest goes on.
fn rewrite(
    name: &str,
    stream: impl Read,
    reading: &ReadOptions,
    options: RewriteOptions,
    complaints: &mut Complaints,
    page: &mut dyn Page,
) -> Result<(), Failure> {
    let mut reader = Reader::new(stream, reading.clone());
    let mut rewriter = Rewriter::new(options);
    let mut interchanges = 0;
    // What the interchange that is being written is called.
    let mut open: Option<String> = None;
    loop {
        let piece = match reader.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(()),
            Err(error) => {
                complaints.add(name, &fault::sentence(&fault::of_reading(&error)));
                if let Some(number) = open {
                    complaints.add(name, &format!("interchange {number} is left out, as its end was not read"));
                }
                return page.give_up();
            }
        };
        if let Some(text) = left_out(&piece) {
            complaints.add(name, &text);
        }
        match &piece {
            Piece::Interchange(head) => {
                interchanges += 1;
                open = Some(words::interchange(&head.control_number, interchanges));
            }
            Piece::Unreadable(_) => interchanges += 1,
            _ => {}
        }
        match rewriter.take(&piece) {
            Ok(bytes) => page.write(&bytes)?,
            Err(fault) => {
                let number = open.take().unwrap_or_default();
                complaints.add(name, &format!("interchange {number} is left out: {}", why(&fault)));
                page.give_up()?;
            }
        }
        if matches!(piece, Piece::InterchangeEnd(_)) {
            open = None;
            page.end()?;
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

/// What a file that would not change is written as is held against it at once: nothing need be kept back.
impl Page for Original {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
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
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn give_up(&mut self) -> Result<(), Failure> {
        self.0.borrow_mut().differs = true;
        Ok(())
    }
}
