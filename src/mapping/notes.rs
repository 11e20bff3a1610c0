//! What is noticed while a document is read, bounded.

use std::collections::BTreeSet;

use crate::base::{Diagnostic, Location, Severity, agreeing, plural};
use crate::canon::Derived;
use crate::edi::Place;

use super::file::Spot;

/// The most findings kept of one document.
pub(super) const MAX_FINDINGS: usize = 200;

/// The most assumptions kept of one document. They speak of kinds of places, so there are few.
const MAX_ASSUMPTIONS: usize = 100;

/// Findings, assumptions and derived members so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    findings: Vec<Diagnostic>,
    beyond: usize,
    worst_beyond: Option<Severity>,
    assumptions: Vec<String>,
    derived: BTreeSet<Derived>,
}

impl Notes {
    pub(super) fn find(&mut self, finding: Diagnostic) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.beyond += 1;
            self.worst_beyond = self.worst_beyond.max(Some(finding.severity));
        }
    }

    pub(super) fn assume(&mut self, sentence: String) {
        if self.assumptions.len() < MAX_ASSUMPTIONS && !self.assumptions.contains(&sentence) {
            self.assumptions.push(sentence);
        }
    }

    /// How much was noted so far.
    pub(super) fn mark(&self) -> Mark {
        Mark { findings: self.findings.len(), beyond: self.beyond, worst_beyond: self.worst_beyond }
    }

    /// Takes back the findings since `mark`.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.findings.truncate(mark.findings);
        (self.beyond, self.worst_beyond) = (mark.beyond, mark.worst_beyond);
    }

    /// The members of which something was found.
    pub(super) fn members(&self) -> Vec<String> {
        self.findings.iter().filter_map(|finding| finding.location.member.clone()).collect()
    }

    /// Says where the value of a member is from. `path` may name one item: all items are told as one.
    pub(super) fn derive(&mut self, path: String, from: impl Into<String>) {
        self.derived.insert(Derived { path, from: from.into() });
    }

    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<String>, Vec<Derived>) {
        self.findings.sort_by_key(|finding| finding.location.segment_position.unwrap_or(u64::MAX));
        if let Some(severity) = self.worst_beyond {
            let (findings, are) = (plural(self.beyond, "finding"), agreeing(self.beyond, "is", "are"));
            let message = format!("{} more {findings} {are} not listed", self.beyond);
            let mut more = Diagnostic::info("more-findings", message);
            more.severity = severity;
            self.findings.push(more.hinting("mend the first ones and read the document again"));
        }
        (self.findings, self.assumptions, self.derived.into_iter().collect())
    }
}

/// How many findings there were.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    findings: usize,
    beyond: usize,
    worst_beyond: Option<Severity>,
}

/// A place on the wire, the rule that looked there, and the member it was for.
pub(super) fn location(place: Option<Place>, spot: Option<&Spot>, member: Option<String>) -> Location {
    let on_the_wire = place.as_ref().map(Location::from).unwrap_or_default();
    let in_the_file = spot.map(Spot::location).unwrap_or_default();
    Location { file: in_the_file.file, line: in_the_file.line, column: in_the_file.column, member, ..on_the_wire }
}
