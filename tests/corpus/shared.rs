//! The corpus: files as partners and other products write them, each with what its source says of it.
//!
//! It lies beside the project, not in it. `EDIGATE_SHARED` names the folder that holds `corpus`; left out, it is
//! `../shared`. Without it the tests say so and pass.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use edigate::base::Severity;
use edigate::edi::{
    Checked, Checker, Defaults, Finding, Guides, InterchangeReport, Piece, ReadOptions, Reader, SetReport, Terms,
    TransactionSet,
};

/// What the manifest says of the envelope of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    /// Wrong by the letter, and commonly accepted.
    Tolerable,
    Invalid,
    /// No interchange around it.
    Fragment,
}

/// A file of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Path below the corpus.
    pub(crate) path: String,
    /// `850`, `ORDERS`.
    pub(crate) document: String,
    /// `004010`, `D.96A`.
    pub(crate) version: String,
    pub(crate) verdict: Verdict,
    /// Why the manifest says so.
    pub(crate) why: String,
    pub(crate) bytes: Vec<u8>,
}

/// The folder of the corpus, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let folder = shared.join("corpus");
    if !folder.is_dir() {
        // Written past the test harness, which would keep the words of a test that passes to itself.
        let folder = folder.display();
        let words =
            format!("SKIPPED: there is no corpus at {folder}; set EDIGATE_SHARED to the folder that holds it\n");
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return None;
    }
    Some(folder)
}

/// All files of the corpus, or none when it is not there.
pub(crate) fn samples() -> Option<Vec<Sample>> {
    let folder = folder()?;
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let verdict = match cells[8] {
            "valid" => Verdict::Valid,
            "invalid-tolerable" => Verdict::Tolerable,
            "invalid" => Verdict::Invalid,
            "fragment" => Verdict::Fragment,
            other => panic!("the manifest has a verdict '{other}'"),
        };
        Sample {
            path: cells[0].to_owned(),
            document: cells[4].to_owned(),
            version: cells[5].to_owned(),
            verdict,
            why: cells[9].to_owned(),
            bytes: std::fs::read(folder.join(cells[0])).unwrap(),
        }
    });
    Some(rows.collect())
}

/// What reading a file came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) reports: Vec<InterchangeReport>,
    /// Findings with where they are, in the order of the file.
    pub(crate) findings: Vec<Finding>,
    /// Why the rest of the file, or all of it, could not be read.
    pub(crate) fault: Option<String>,
}

impl Outcome {
    /// All transaction sets, in order.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &SetReport> {
        self.reports.iter().flat_map(|report| &report.groups).flat_map(|group| &group.sets)
    }

    /// Codes of all findings, each once.
    pub(crate) fn codes(&self) -> BTreeSet<&'static str> {
        self.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    /// Codes of all errors, each once.
    pub(crate) fn errors(&self) -> BTreeSet<&'static str> {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.code.as_str()).collect()
    }

    fn take(&mut self, report: InterchangeReport) {
        self.findings.extend(report.findings.iter().cloned());
        for group in &report.groups {
            self.findings.extend(group.findings.iter().cloned());
            self.findings.extend(group.sets.iter().flat_map(|set| &set.findings).cloned());
        }
        self.reports.push(report);
    }
}

/// Reads a file as `edigate edi check` does.
pub(crate) fn check(bytes: &[u8], guides: &Guides) -> Outcome {
    check_on(bytes, guides, Defaults)
}

/// Reads a file on terms that were agreed on.
pub(crate) fn check_on(bytes: &[u8], guides: &Guides, terms: impl Terms) -> Outcome {
    let mut outcome = Outcome::default();
    let mut checker = Checker::on_terms(Reader::new(bytes, ReadOptions::default()), guides, terms);
    loop {
        match checker.next_checked() {
            Ok(Some(Checked::Interchange(report))) => outcome.take(*report),
            Ok(Some(Checked::Outside(finding))) => outcome.findings.push(finding),
            Ok(None) => break,
            Err(fault) => {
                outcome.fault = Some(fault.to_string());
                if let Some(report) = checker.unfinished() {
                    outcome.take(*report);
                }
                break;
            }
        }
    }
    outcome.findings.sort_by_key(|finding| finding.place.start);
    outcome
}

/// All pieces of a file as the reader gives them.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    std::iter::from_fn(|| reader.next_piece().ok().flatten()).collect()
}

/// All transaction sets of a file.
pub(crate) fn sets(bytes: &[u8]) -> Vec<TransactionSet> {
    let is_set = |piece| if let Piece::Set(set) = piece { Some(*set) } else { None };
    pieces(bytes).into_iter().filter_map(is_set).collect()
}

/// A finding in a line, without a word of the file.
pub(crate) fn row(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let tag = finding.place.tag.map(|tag| tag.as_str().to_owned()).unwrap_or_else(|| "-".to_owned());
    let number =
        |number: Option<u32>, before: &str| number.map(|number| format!("{before}{number}")).unwrap_or_default();
    let place = [
        number(finding.place.segment_position, "@"),
        number(finding.place.element, "."),
        number(finding.place.component, "-"),
        number(finding.place.repetition, "#"),
    ];
    format!("{severity} {} {tag}{}", finding.code.as_str(), place.concat())
}
