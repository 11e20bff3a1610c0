//! `edigate edi split`: every transaction set, group or interchange of a file as a file of its own, its envelope whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::{SplitArgument, SplitArguments};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::write::{SplitBy, SplitEvent, SplitPart, Splitter};
use crate::edi::{ReadOptions, Reader};

use super::fault;
use super::input::{Input, inputs, read_options};
use super::layout::{Complaints, layout, left_out, why};

/// Runs `edigate edi split`.
pub(super) fn split(arguments: &SplitArguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    let [input] = inputs.as_slice() else {
        return Err(Failure::new(Exit::Usage, "name one file at a time"));
    };
    fs::create_dir_all(&arguments.into).map_err(|error| cannot_write(&arguments.into, &error))?;
    let by = match arguments.by {
        SplitArgument::Set => SplitBy::Set,
        SplitArgument::Group => SplitBy::Group,
        SplitArgument::Interchange => SplitBy::Interchange,
    };
    let mut complaints = Complaints::default();
    let mut parts = Parts { into: &arguments.into, is_json: arguments.json, open: None, out };
    let splitter = Splitter::new(by, layout(&arguments.layout));
    let ended = file(input, read_options(&arguments.charset), splitter, &mut parts, &mut complaints);
    // A part that came to no end is no whole interchange.
    parts.give_up()?;
    ended?;
    complaints.end(Exit::Clean)
}

fn file(
    input: &Input,
    reading: ReadOptions,
    mut splitter: Splitter,
    parts: &mut Parts<'_>,
    complaints: &mut Complaints,
) -> Result<(), Failure> {
    let name = input.name();
    let stream = match input.open() {
        Ok(stream) => stream,
        Err(error) => {
            complaints.add(&name, &fault::of_opening(&error).message);
            return Ok(());
        }
    };
    let mut reader = Reader::new(stream, reading);
    loop {
        let piece = match reader.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(()),
            Err(error) => {
                complaints.add(&name, &fault::sentence(&fault::of_reading(&error)));
                return Ok(());
            }
        };
        if let Some(text) = left_out(&piece) {
            complaints.add(&name, &text);
        }
        match splitter.take(&piece) {
            Ok(events) => events.into_iter().try_for_each(|event| parts.take(event))?,
            Err(fault) => {
                complaints.add(&name, &format!("a part is left out: {}", why(&fault)));
                parts.give_up()?;
            }
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let text = match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{} is there already; name an empty folder", path.display()),
        _ => format!("{} cannot be written: {error}", path.display()),
    };
    Failure::new(Exit::Failed, text)
}

/// The folder that parts are written into.
struct Parts<'p> {
    into: &'p Path,
    is_json: bool,
    open: Option<OpenPart>,
    out: &'p mut dyn Write,
}

/// The part that is being written.
struct OpenPart {
    part: SplitPart,
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

impl Parts<'_> {
    fn take(&mut self, event: SplitEvent) -> Result<(), Failure> {
        match event {
            SplitEvent::Begin(part) => self.begin(part),
            SplitEvent::Bytes(bytes) => match &mut self.open {
                Some(open) => {
                    open.bytes += bytes.len() as u64;
                    open.file.write_all(&bytes).map_err(|error| cannot_write(&open.path, &error))
                }
                None => Ok(()),
            },
            SplitEvent::End => self.end(),
        }
    }

    /// Nothing that is there is written over.
    fn begin(&mut self, part: SplitPart) -> Result<(), Failure> {
        self.give_up()?;
        let path = self.into.join(part.file_name());
        let file = File::create_new(&path).map_err(|error| cannot_write(&path, &error))?;
        self.open = Some(OpenPart { part, path, file: BufWriter::new(file), bytes: 0 });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        open.file.flush().map_err(|error| cannot_write(&open.path, &error))?;
        let path = open.path.display().to_string();
        if !self.is_json {
            return Ok(writeln!(self.out, "{path}")?);
        }
        let part = &open.part;
        let line = json!({
            "type": "part",
            "path": path,
            "number": part.number,
            "standard": part.standard.as_str(),
            "interchangeControlNumber": part.interchange,
            "groupControlNumber": part.group,
            "setId": part.set.as_ref().map(|(id, _)| id),
            "setControlNumber": part.set.as_ref().map(|(_, number)| number),
            "bytes": open.bytes,
        });
        Ok(writeln!(self.out, "{line}")?)
    }

    /// Takes away the part that is open, if one is.
    fn give_up(&mut self) -> Result<(), Failure> {
        let Some(open) = self.open.take() else { return Ok(()) };
        drop(open.file);
        fs::remove_file(&open.path).map_err(|error| cannot_write(&open.path, &error))
    }
}
