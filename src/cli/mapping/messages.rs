//! The messages of a file that a mapping is about, each fitted to its guide and read.

use std::collections::BTreeMap;

use crate::base::{Diagnostic, Severity, counted};
use crate::cli::edi::fault;
use crate::cli::edi::input::Input;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::{self, Guides, Piece, ReadOptions, Reader, TransactionSet};
use crate::mapping::{Mapping, Read};
use crate::partner::Terms;

/// With what messages are read.
pub(super) struct With<'w> {
    pub(super) mapping: &'w Mapping,
    pub(super) guides: &'w Guides,
    pub(super) terms: &'w Terms,
}

/// A message that was read.
pub(super) struct Message<'m> {
    /// Its place among the sets of the file, from 1.
    pub(super) number: usize,
    pub(super) set: &'m TransactionSet,
    /// What the guide finds, then what the mapping does.
    pub(super) findings: Vec<Diagnostic>,
    pub(super) read: Read,
}

impl Message<'_> {
    /// `850 #0001, set 2`
    pub(super) fn title(&self) -> String {
        format!("{} #{}, set {}", self.set.id, self.set.control_number, self.number)
    }

    /// Whether a document may be made of it.
    pub(super) fn is_usable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

/// Reads every message of a file that the mapping is about, and gives each to `take`.
///
/// # Errors
/// When the file cannot be read, or holds no such message.
pub(super) fn each(
    with: &With<'_>,
    input: &Input,
    options: &ReadOptions,
    take: &mut dyn FnMut(&Message<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = input.name();
    let failed = |fault: &Diagnostic| Failure::new(Exit::Failed, format!("{name}: {}", fault::sentence(fault)));
    let stream = input.open().map_err(|error| failed(&fault::of_opening(&error)))?;
    let mut reader = Reader::new(stream, options.clone());
    let (mut number, mut taken, mut others) = (0, 0, BTreeMap::new());
    loop {
        match reader.next_piece() {
            Ok(Some(Piece::Set(set))) => {
                number += 1;
                if is_about(with.mapping, &set) {
                    taken += 1;
                    one(with, &set, number, take)?;
                } else {
                    *others.entry(set.id.clone()).or_insert(0) += 1;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) if taken > 0 => return Ok(()),
            Ok(None) => return Err(Failure::new(Exit::Failed, nothing(&name, with.mapping, &others))),
            Err(error) => return Err(failed(&fault::of_reading(&error))),
        }
    }
}

/// Whether a set is of the message that a mapping is about, whatever its release.
fn is_about(mapping: &Mapping, set: &TransactionSet) -> bool {
    let message = mapping.message();
    message.set == set.id && message.standard == set.interchange.standard.as_str()
}

fn nothing(name: &str, mapping: &Mapping, others: &BTreeMap<String, usize>) -> String {
    let seen = others.iter().map(|(id, count)| format!("{id} ({})", counted(*count, "set")));
    let seen = seen.collect::<Vec<_>>().join(", ");
    let seen = if seen.is_empty() { "it holds no transaction set".to_owned() } else { format!("it holds {seen}") };
    format!(
        "{name} holds no {} that {} could read; {seen}; 'edigate edi check' tells more",
        mapping.message().set,
        mapping.file()
    )
}

fn one(
    with: &With<'_>,
    set: &TransactionSet,
    number: usize,
    take: &mut dyn FnMut(&Message<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let standard = set.interchange.standard;
    let Some((guide, note)) = with.guides.select(set, Some(with.mapping.message())) else {
        let text = format!("there is no guide for {} {}; see 'edigate guide list'", set.id, set.release);
        return Err(Failure::new(Exit::Failed, text));
    };
    let (tree, found) = edi::structure(set, &guide);
    let mut found: Vec<_> = set.findings.iter().cloned().chain(note).chain(found).collect();
    with.terms.weigh(standard, &mut found);
    let mut findings: Vec<Diagnostic> = found.iter().map(Diagnostic::from).collect();
    let read = with.mapping.read(&tree, &with.terms.context(standard));
    findings.extend(read.findings.iter().cloned());
    take(&Message { number, set, findings, read })
}
