//! `edigate mapping try` on a document: the message it becomes.

use std::io::Write;

use serde_json::{Value, json};

use super::documents;
use super::finding::{self, About};
use super::project::Trial;
use super::read::severities;
use crate::base::{Diagnostic, Severity};
use crate::cli::args::TryArguments;
use crate::cli::edi::input::Input;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::edi::write::{InterchangeWriter, TerminatorSuffix, WriteFault, WriteOptions};
use crate::edi::{GuideKey, OutgoingSegment, Piece, ReadOptions, Reader, TransactionSet};
use crate::mapping::{Mapping, Written, alone};

/// Writes every document of the file.
pub(super) fn write(arguments: &TryArguments, out: &mut Output, aside: &mut dyn Write) -> Result<Exit, Failure> {
    let trial = Trial::of(&arguments.files, &arguments.name, &arguments.partner)?;
    let Trial { project, mapping, terms } = &trial;
    if !mapping.ways().write {
        return Err(Failure::new(Exit::Failed, format!("{} only reads; give it a file of EDI", mapping.file())));
    }
    let input = Input::of(&arguments.file);
    let standard = alone(mapping.message(), Vec::new()).head.standard;
    let mut exit = Exit::Clean;
    for (number, document) in (1..).zip(documents::read(&input)?) {
        let Written { segments, derived, mut findings, .. } = mapping.write(&document, &terms.context(standard));
        let texts = Texts::of(mapping.message(), segments).unwrap_or_else(|fault| {
            findings.push(fault);
            Texts::default()
        });
        let text = if arguments.envelope { texts.whole() } else { texts.message.clone() };
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            exit = Exit::Findings;
        }
        if arguments.json {
            let placed = findings.iter().map(|one| project.placed(one.clone())).collect::<Vec<_>>();
            out.line(&record(mapping, &input, number, &text, &placed, &json!(derived)).to_string())?;
        } else {
            out.bytes(text.as_bytes())?;
            let set = texts.set();
            let about = About { file: None, set: set.as_deref() };
            aside.write_all(finding::paragraphs(project, &findings, about).as_bytes())?;
            writeln!(aside, "document {number} as {}: {}", mapping.message(), severities(&findings))?;
        }
    }
    Ok(exit)
}

fn record(
    mapping: &Mapping,
    input: &Input,
    number: usize,
    text: &str,
    findings: &[Diagnostic],
    derived: &Value,
) -> Value {
    json!({
        "type": "message",
        "file": input.name(),
        "document": number,
        "mapping": mapping.used(),
        "usable": findings.iter().all(|finding| finding.severity < Severity::Error),
        "segments": text.lines().collect::<Vec<_>>(),
        "derived": derived,
        "findings": findings,
    })
}

/// A message in text, one segment a line, and what stands before and behind it in an interchange of its own.
#[derive(Default)]
pub(super) struct Texts {
    head: String,
    pub(super) message: String,
    trailer: String,
}

impl Texts {
    /// The texts of a message.
    pub(super) fn of(message: &GuideKey, segments: Vec<OutgoingSegment>) -> Result<Self, Diagnostic> {
        written(message, segments).map_err(|fault| Diagnostic::from(&fault))
    }

    /// The whole interchange.
    pub(super) fn whole(&self) -> String {
        [self.head.as_str(), &self.message, &self.trailer].concat()
    }

    /// The message as a reader has it.
    pub(super) fn set(&self) -> Option<Box<TransactionSet>> {
        let whole = self.whole();
        let mut reader = Reader::new(whole.as_bytes(), ReadOptions::default());
        loop {
            if let Piece::Set(set) = reader.next_piece().ok()?? {
                return Some(set);
            }
        }
    }
}

fn written(message: &GuideKey, segments: Vec<OutgoingSegment>) -> Result<Texts, WriteFault> {
    let interchange = alone(message, segments);
    let options = WriteOptions { suffix: TerminatorSuffix::Lf, ..WriteOptions::of(interchange.head.standard) };
    let mut writer = InterchangeWriter::open(&interchange.head, &options)?;
    let mut texts = Texts::default();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    for group in &interchange.groups {
        writer.open_group(&group.head)?;
        texts.head.push_str(&text(writer.take()));
        group.sets.iter().try_for_each(|set| writer.set(set))?;
        texts.message = text(writer.take());
    }
    for set in &interchange.messages {
        texts.head.push_str(&text(writer.take()));
        writer.message(set)?;
        texts.message = text(writer.take());
    }
    writer.close()?;
    texts.trailer = text(writer.take());
    Ok(texts)
}
