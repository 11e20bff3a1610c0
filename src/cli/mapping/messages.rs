//! The messages of a file that a mapping is about, each fitted to its guide and read.

use std::collections::BTreeMap;

use super::project::{Project, Trial};
use crate::base::{Diagnostic, Severity, counted};
use crate::cli::edi::fault;
use crate::cli::edi::input::Input;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::{self, Piece, ReadOptions, Reader, TransactionSet};
use crate::mapping::{Attempt, Mapping, Read, ReadContext};
use crate::partner::Terms;

/// With what messages are read.
pub(super) struct With<'w> {
    pub(super) project: &'w Project,
    pub(super) mapping: &'w Mapping,
    pub(super) terms: &'w Terms,
    /// Whether it is to be said where everything is from.
    pub(super) trace: bool,
    /// The member whose rules are followed step by step.
    pub(super) follow: Option<&'w str>,
}

impl<'w> With<'w> {
    /// All that is at work; nothing is told of where members are from.
    pub(super) fn of(trial: &'w Trial) -> Self {
        let Trial { project, mapping, terms } = trial;
        Self { project, mapping, terms, trace: false, follow: None }
    }

    /// The same, telling where members are from.
    pub(super) fn tracing(trial: &'w Trial) -> Self {
        Self { trace: true, ..Self::of(trial) }
    }
}

/// A message that was read.
pub(super) struct Message<'m> {
    /// Its place among the sets of the file, from 1.
    pub(super) number: usize,
    pub(super) set: &'m TransactionSet,
    /// What the guide finds, then what the mapping does.
    pub(super) findings: Vec<Diagnostic>,
    pub(super) read: Read,
    /// What was followed.
    pub(super) attempts: Vec<Attempt>,
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

/// Reads every message of a file that the mapping is about, or only that of a set by its place in the file, and gives each
/// to `take`.
///
/// # Errors
/// When the file cannot be read, or holds no such message.
pub(super) fn each(
    with: &With<'_>,
    input: &Input,
    options: &ReadOptions,
    only: Option<usize>,
    take: &mut dyn FnMut(&Message<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if !with.mapping.ways().read {
        let text = format!("{} only writes; give it a document", with.mapping.file());
        return Err(Failure::new(Exit::Failed, text));
    }
    let name = input.name();
    let failed = |fault: &Diagnostic| Failure::new(Exit::Failed, format!("{name}: {}", fault::sentence(fault)));
    let stream = input.open().map_err(|error| failed(&fault::of_opening(&error)))?;
    let mut reader = Reader::new(stream, options.clone());
    let (mut number, mut taken, mut others) = (0, 0, BTreeMap::new());
    loop {
        match reader.next_piece() {
            Ok(Some(Piece::Set(set))) => {
                number += 1;
                if only.is_some_and(|only| only != number) {
                    continue;
                }
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
    let Some((findings, read, attempts)) = read(with, set) else {
        let text = format!("there is no guide for {} {}; see 'edigate guide list'", set.id, set.release);
        return Err(Failure::new(Exit::Failed, text));
    };
    take(&Message { number, set, findings, read, attempts })
}

/// Fits a set to its guide and reads it; what the guide finds stands before what the mapping does. Nothing when no guide is
/// of its message.
pub(super) fn read(with: &With<'_>, set: &TransactionSet) -> Option<(Vec<Diagnostic>, Read, Vec<Attempt>)> {
    let standard = set.interchange.standard;
    let (guide, note) = with.project.guides.select(set, Some(with.mapping.message()))?;
    let (tree, found) = edi::structure(set, &guide);
    let mut found: Vec<_> = set.findings.iter().cloned().chain(note).chain(found).collect();
    with.terms.weigh(standard, &mut found);
    let mut findings: Vec<Diagnostic> = found.iter().map(Diagnostic::from).collect();
    let context = ReadContext { trace: with.trace, ..with.terms.context(standard) };
    let (read, attempts) = match with.follow {
        Some(member) => with.mapping.follow(&tree, &context, member),
        None => (with.mapping.read(&tree, &context), Vec::new()),
    };
    findings.extend(read.findings.iter().cloned());
    Some((findings, read, attempts))
}
