//! `edigate mapping test`: runs the cases beside mappings in both directions.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::cases::{self, Case};
use super::documents;
use super::finding::element_of;
use super::messages::{self, With};
use super::outcome::{Difference, Outcome};
use super::project::Project;
use super::write::Texts;
use crate::base::{Diagnostic, Location, Severity, counted};
use crate::cli::args::TestArguments;
use crate::cli::edi::input::Input;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::edi::{ReadOptions, TransactionSet};
use crate::mapping::{Mapping, Read, ReadContext, Side, alone};
use crate::partner::Terms;

/// Findings of writing that say that the document does not come back; others are for `try` to tell.
const LOST: [&str; 3] = ["not-read-back", "read-back-differs", "member-unwritten"];

/// Runs the cases of the mappings that were named, or of all of one's own.
pub(super) fn test(arguments: &TestArguments, out: &mut Output) -> Result<Exit, Failure> {
    let project = Project::of(&arguments.files)?;
    let names: Vec<String> = arguments.names.iter().map(|typed| project.name(typed)).collect::<Result<_, _>>()?;
    let (cases, strays) = cases::all(&project);
    let mut of_mapping: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases.into_iter().filter(|case| names.is_empty() || names.contains(&case.mapping)) {
        of_mapping.entry(case.mapping.clone()).or_default().push(case);
    }
    if of_mapping.is_empty() {
        let place = project.place("PARTNER/tests/DOCUMENT-CASE.edi");
        return Err(Failure::new(Exit::Failed, format!("there are no cases; put a message into {place}")));
    }
    let mut outcomes = Vec::new();
    for (name, cases) in of_mapping {
        let mapping = project.mapping(&name)?;
        let terms = terms(&project, arguments.partner.as_deref(), &name)?;
        let work = Work { project: &project, mapping: &mapping, terms: &terms, update: arguments.update };
        for case in cases {
            outcomes.push(work.run(case)?);
        }
    }
    let strays = strays.iter().filter(|_| names.is_empty()).map(|path| path.display().to_string());
    tell(&outcomes, &strays.collect::<Vec<_>>(), arguments.json, out)
}

/// The terms of the partner that was named, or else of the one whose folder the mapping is in.
fn terms(project: &Project, partner: Option<&str>, mapping: &str) -> Result<Terms, Failure> {
    match (partner, mapping.split_once('/')) {
        (Some(partner), _) => project.terms(Some(partner)),
        (None, Some((folder, _))) if project.has_partner(folder) => project.terms(Some(folder)),
        (None, _) => Ok(Terms::default()),
    }
}

fn tell(outcomes: &[Outcome], strays: &[String], json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let failed = outcomes.iter().filter(|one| !one.differences.is_empty()).count() + strays.len();
    if json {
        let cases = outcomes.iter().map(Outcome::record).collect::<Vec<_>>();
        out.json(&json!({ "cases": cases, "failed": failed, "strays": strays }))?;
    } else {
        for outcome in outcomes {
            outcome.lines().iter().try_for_each(|line| out.line(line))?;
        }
        for stray in strays {
            out.line(&format!("stray    {stray} begins like no mapping of its folder"))?;
        }
        let failed = if failed == 0 { "all as expected".to_owned() } else { format!("{failed} not as expected") };
        out.line(&format!("{}, {failed}", counted(outcomes.len(), "case")))?;
    }
    Ok(if failed == 0 { Exit::Clean } else { Exit::Findings })
}

/// A message of a case as it was read.
struct Received {
    set: TransactionSet,
    read: Read,
}

/// A mapping with what its cases are run with.
struct Work<'a> {
    project: &'a Project,
    mapping: &'a Mapping,
    terms: &'a Terms,
    update: bool,
}

impl Work<'_> {
    fn run(&self, case: Case) -> Result<Outcome, Failure> {
        let mut outcome =
            Outcome { case: case.clone(), ways: Vec::new(), differences: Vec::new(), updated: Vec::new() };
        let received = match case.has_message && self.mapping.ways().read {
            true => self.receive(&case.message())?,
            false => Vec::new(),
        };
        if case.has_message && self.mapping.ways().read {
            outcome.ways.push("read");
            outcome.differences.extend(received.iter().flat_map(|one| self.faults(one)));
        }
        let mut expected = match case.has_documents {
            true => documents::read(&Input::File(case.documents()))?,
            false => Vec::new(),
        };
        if outcome.ways.contains(&"read") {
            let differences = self.read_differences(&case, &expected, &received);
            if self.update && !differences.is_empty() && outcome.differences.is_empty() {
                expected = received.iter().map(|one| one.read.document.clone()).collect();
                self.rewrite(&case.documents(), &text_of(&expected), &mut outcome)?;
            } else {
                outcome.differences.extend(differences);
            }
        }
        if self.mapping.ways().write && !expected.is_empty() {
            outcome.ways.push("written");
            self.write(&case, &expected, &received, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn with(&self) -> With<'_> {
        let Self { project, mapping, terms, .. } = *self;
        With { project, mapping, terms, trace: true, follow: None }
    }

    fn receive(&self, file: &Path) -> Result<Vec<Received>, Failure> {
        let mut received = Vec::new();
        let with = self.with();
        let input = Input::File(file.to_owned());
        messages::each(&with, &input, &ReadOptions::default(), None, &mut |message| {
            let mut read = message.read.clone();
            read.findings.clone_from(&message.findings);
            received.push(Received { set: message.set.clone(), read });
            Ok(())
        })?;
        Ok(received)
    }

    /// Findings that keep a document back.
    fn faults(&self, received: &Received) -> Vec<Difference> {
        let errors = received.read.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| self.found("read", finding)).collect()
    }

    fn found(&self, way: &'static str, finding: &Diagnostic) -> Difference {
        let location = &finding.location;
        let what = location.member.clone().or_else(|| super::finding::in_message(location));
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        let from = location.file.as_ref().map(|file| format!("{}{line}", self.project.shown(file)));
        let how = match &finding.expected {
            Some(expected) => format!("{}; expected {expected}", finding.message),
            None => finding.message.clone(),
        };
        Difference { way, what: what.unwrap_or_else(|| finding.code.to_string()), how, from: from.unwrap_or_default() }
    }

    fn read_differences(&self, case: &Case, expected: &[Value], received: &[Received]) -> Vec<Difference> {
        let file = case.documents().display().to_string();
        if !case.has_documents {
            let how = "it is not there; --update writes it".to_owned();
            return vec![Difference { way: "read", what: file, how, from: String::new() }];
        }
        if expected.len() != received.len() {
            let how = format!("{} expected, {} read", counted(expected.len(), "document"), received.len());
            return vec![Difference { way: "read", what: file, how, from: String::new() }];
        }
        let (mut all, several) = (Vec::new(), expected.len() > 1);
        for (index, (expected, received)) in expected.iter().zip(received).enumerate() {
            let document = if several { format!("document {}: ", index + 1) } else { String::new() };
            for one in self.mapping.document_differences(expected, &received.read.document) {
                let how = match (&one.expected, &one.found) {
                    (Some(expected), Some(found)) => format!("expected {}, read {}", shown(expected), shown(found)),
                    (Some(expected), None) => format!("expected {}, not read", shown(expected)),
                    (None, found) => format!("not expected, read {}", found.as_ref().map(shown).unwrap_or_default()),
                };
                let from = self.origin(&received.read, &one.member);
                all.push(Difference { way: "read", what: format!("{document}{}", one.member), how, from });
            }
        }
        all
    }

    /// The element and the rule that a member is from, or else the rule alone.
    fn origin(&self, read: &Read, member: &str) -> String {
        match read.origins.iter().find(|origin| origin.member == member) {
            Some(origin) => {
                let places = origin.places.iter().map(|place| {
                    let location = Location::from(place);
                    format!("segment {}, {}, ", place.segment_position.unwrap_or_default(), element_of(&location))
                });
                let (file, line) = &origin.rule;
                format!("{}{}:{line}", places.collect::<String>(), self.project.shown(file))
            }
            None => {
                let rules = self.mapping.rules_of(member);
                rules
                    .first()
                    .map(|rule| format!("{}:{}", self.project.shown(&rule.at.file), rule.at.line))
                    .unwrap_or_default()
            }
        }
    }

    /// Writes the documents, and holds what comes of it against the documents and the message.
    fn write(
        &self,
        case: &Case,
        expected: &[Value],
        received: &[Received],
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let standard = alone(self.mapping.message(), Vec::new()).head.standard;
        let context = ReadContext { trace: true, ..self.terms.context(standard) };
        for (index, document) in expected.iter().enumerate() {
            let written = self.mapping.write(document, &context);
            let told = |finding: &&Diagnostic| finding.severity == Severity::Error || LOST.contains(&&*finding.code);
            outcome
                .differences
                .extend(written.findings.iter().filter(told).map(|finding| self.found("write", finding)));
            let texts = match Texts::of(self.mapping.message(), written.segments) {
                Ok(texts) => texts,
                Err(fault) => {
                    outcome.differences.push(self.found("write", &fault));
                    continue;
                }
            };
            if !case.has_message && self.mapping.ways().read {
                self.message_missing(case, expected, &texts, outcome)?;
            }
            // Where the documents differ, so do the messages, and that is told already.
            let is_same = outcome.differences.is_empty();
            if let (Some(received), Some(set), true) = (received.get(index), texts.set(), is_same) {
                let with = self.with();
                if let Some((_, read, _)) = messages::read(&with, &set) {
                    let told = self.mapping.message_differences((&received.set, &received.read), (&set, &read));
                    outcome.differences.extend(told.iter().map(|one| {
                        let (of, how) = match one.side {
                            Side::Received => (&received.set, "stands in the message and is not written"),
                            Side::Written => (&*set, "is written and does not stand in the message"),
                        };
                        segment_difference(of, one.segment.segment_position, &one.what, how)
                    }));
                }
            }
        }
        Ok(())
    }

    /// A case that has documents only: its message is written when that is asked.
    fn message_missing(
        &self,
        case: &Case,
        expected: &[Value],
        texts: &Texts,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let file = case.message();
        if self.update && expected.len() == 1 && outcome.differences.is_empty() {
            return self.rewrite(&file, &texts.whole(), outcome);
        }
        let how = "it is not there; --update writes it of the one document".to_owned();
        let what = file.display().to_string();
        outcome.differences.push(Difference { way: "write", what, how, from: String::new() });
        Ok(())
    }

    fn rewrite(&self, file: &Path, text: &str, outcome: &mut Outcome) -> Result<(), Failure> {
        std::fs::write(file, text)
            .map_err(|fault| Failure::new(Exit::Failed, format!("{} cannot be written: {fault}", file.display())))?;
        outcome.updated.push(file.display().to_string());
        Ok(())
    }
}

fn segment_difference(set: &TransactionSet, position: Option<u32>, what: &str, how: &str) -> Difference {
    let position = position.unwrap_or_default();
    let segment = set.segment(position as usize).map(|segment| format!("{segment:?}")).unwrap_or_default();
    let from = format!("segment {position}, {segment}");
    Difference { way: "write", what: what.to_owned(), how: how.to_owned(), from }
}

/// One document as it is, several as an array.
fn text_of(documents: &[Value]) -> String {
    match documents {
        [only] => format!("{only:#}\n"),
        several => format!("{:#}\n", Value::from(several.to_vec())),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { text.chars().take(59).chain(['…']).collect() }
}
