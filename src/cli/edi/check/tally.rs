//! Counts of a file, or of all of them.

use std::collections::BTreeSet;

use crate::base::Severity;
use crate::cli::exit::Exit;
use crate::edi::{Finding, GuideKey, InterchangeReport};

use super::all;
use super::partner::Answer;

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) interchanges: u64,
    pub(super) groups: u64,
    pub(super) sets: u64,
    /// Sets that are accepted, perhaps with errors.
    pub(super) accepted: u64,
    pub(super) rejected: u64,
    pub(super) segments: u64,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) infos: u64,
    /// Findings that were not shown: there were too many, or too many alike.
    pub(super) left_out: u64,
    /// Interchanges that are answered.
    pub(super) answers: u64,
    /// Bytes of the answers.
    pub(super) answer_bytes: u64,
    /// Guides that sets were held against.
    pub(super) guides: BTreeSet<GuideKey>,
    /// A file could not be read, or not to its end.
    pub(super) failed: bool,
}

impl Tally {
    /// Counts an interchange, and what becomes of the sets in it.
    pub(super) fn interchange(&mut self, report: &InterchangeReport, answer: &Answer<'_>) {
        self.unfinished(report);
        let sets = answer.whole.verdicts().groups.iter().flat_map(|group| &group.sets);
        for verdict in sets {
            if verdict.is_positive() {
                self.accepted += 1;
            } else {
                self.rejected += 1;
            }
        }
        if let Some(bytes) = answer.bytes {
            self.answers += 1;
            self.answer_bytes += bytes;
        }
    }

    /// Counts an interchange that came to no end: nothing becomes of its sets.
    pub(super) fn unfinished(&mut self, report: &InterchangeReport) {
        self.interchanges += 1;
        self.groups += report.groups.iter().filter(|group| group.head.is_some()).count() as u64;
        self.sets += report.groups.iter().map(|group| group.sets.len() as u64).sum::<u64>();
        self.guides.extend(report.guides().cloned());
        all(report).for_each(|(_, finding)| self.finding(finding));
    }

    /// Counts a finding.
    pub(super) fn finding(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }

    /// Adds what was counted elsewhere.
    pub(super) fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.interchanges += other.interchanges;
        self.groups += other.groups;
        self.sets += other.sets;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.segments += other.segments;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.infos += other.infos;
        self.left_out += other.left_out;
        self.answers += other.answers;
        self.answer_bytes += other.answer_bytes;
        self.guides.extend(other.guides.iter().cloned());
        self.failed |= other.failed;
    }

    /// How the command ends: a file that could not be read weighs more than what was found in others.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self { failed: true, .. } => Exit::Failed,
            Self { errors: 0, .. } => Exit::Clean,
            _ => Exit::Findings,
        }
    }
}
