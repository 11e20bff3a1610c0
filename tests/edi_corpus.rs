//! Every file of the corpus is read or refused in words, and every order with what is known of its faults.
//!
//! The corpus lies beside the project, not in it. `EDIGATE_SHARED` names the folder that holds `corpus`; left out, it is
//! `../shared`. Without it the test says so and passes.

#![expect(clippy::unwrap_used, reason = "a test: it fails where it stands")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use edigate::base::Severity;
use edigate::edi::{Finding, Guides, Piece, ReadOptions, Reader, structure};

fn corpus() -> Option<PathBuf> {
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

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// What reading a file came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    sets: usize,
    /// Codes of everything weightier than a warning, each once.
    errors: BTreeSet<String>,
    fault: Option<String>,
}

impl Outcome {
    fn note(&mut self, findings: &[Finding]) {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        self.errors.extend(errors.map(|finding| finding.code.as_str().to_owned()));
    }
}

fn read(bytes: &[u8], guides: &Guides) -> Outcome {
    let mut outcome = Outcome::default();
    let mut reader = Reader::new(bytes, ReadOptions::default());
    loop {
        match reader.next_piece() {
            Ok(None) => return outcome,
            Err(fault) => return Outcome { fault: Some(fault.to_string()), ..outcome },
            Ok(Some(Piece::Set(set))) => {
                outcome.sets += 1;
                outcome.note(&set.findings);
                if let Some((guide, _)) = guides.select(&set, None) {
                    outcome.note(&structure(&set, &guide).1);
                }
            }
            Ok(Some(Piece::Interchange(head))) => outcome.note(&head.findings),
            Ok(Some(Piece::GroupEnd(end))) => outcome.note(&end.findings),
            Ok(Some(Piece::InterchangeEnd(end))) => outcome.note(&end.findings),
            Ok(Some(Piece::Unreadable(interchange))) => outcome.note(&interchange.head.findings),
            Ok(Some(Piece::Finding(finding))) => outcome.note(&[finding]),
            Ok(Some(Piece::Group(_) | Piece::Acknowledgement(_))) => {}
        }
    }
}

/// Many samples are bare transaction sets. They get an envelope, of the release their name tells.
fn enveloped(bytes: Vec<u8>, name: &str) -> Vec<u8> {
    if !bytes.starts_with(b"ST*") {
        return bytes;
    }
    let release = if name.contains("005010") { "005010" } else { "004010" };
    let isa =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0815*U*00401*000000001*0*P*>~";
    let head = format!("{isa}GS*PO*S*R*20261102*0815*1*X*{release}~");
    [head.as_bytes(), &bytes, b"GE*1*1~IEA*1*000000001~"].concat()
}

fn outcome(path: &Path, guides: &Guides) -> Outcome {
    read(&enveloped(std::fs::read(path).unwrap(), &path.to_string_lossy()), guides)
}

#[test]
fn every_file_is_read_or_refused_in_words() {
    let Some(folder) = corpus() else { return };
    let guides = Guides::shipped();
    for path in files(folder.join("x12")).into_iter().chain(files(folder.join("edifact"))) {
        let outcome = outcome(&path, &guides);
        assert!(
            outcome.sets > 0 || outcome.fault.is_some() || !outcome.errors.is_empty(),
            "{}: {outcome:?}",
            path.display()
        );
    }
}

/// Orders whose source says, or whose bytes show, what is wrong with them. All others are sound: no segment or element
/// of theirs is unknown to the guides.
const UNSOUND: &[(&str, &[&str])] = &[
    ("x12-doctor__850_seed42_A02_seCountWrong", &["count-wrong"]),
    ("x12-doctor__850_seed42_A03_controlNumberMismatch", &["control-number-differs"]),
    ("x12-doctor__850_seed42_B03_dateFormatShort", &["not-a-date"]),
    ("x12-doctor__no_trailers", &["trailer-missing"]),
    ("x12-doctor__truncated_mid_segment", &["missing-segment", "terminator-missing", "trailer-missing"]),
    ("005010_850_11", &["control-number-differs"]),
    ("005010_850_6", &["count-wrong"]),
    ("005010_850_7", &["count-wrong"]),
    ("005010_850_full15", &["count-wrong"]),
    ("x12.810.mandatory-conditions", &["control-number-differs", "count-wrong", "missing-segment"]),
    ("x12.850.edi", &["control-number-differs"]),
    ("x12.850.issue135", &["count-wrong", "not-a-date", "not-a-time"]),
    ("x12.850a", &["control-number-differs"]),
    ("x12.Issue101", &["control-number-differs", "count-wrong", "missing-segment"]),
    ("x12.Issue172", &["control-number-differs", "count-wrong", "missing-segment"]),
    ("x12.Issue91", &["control-number-differs", "count-wrong", "missing-segment"]),
];

#[test]
fn every_order_is_read_and_only_the_broken_ones_are_unsound() {
    let Some(folder) = corpus() else { return };
    let guides = Guides::shipped();
    for path in files(folder.join("x12/850")) {
        let outcome = outcome(&path, &guides);
        assert!(outcome.sets > 0 && outcome.fault.is_none(), "{}: {outcome:?}", path.display());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expect = UNSOUND.iter().find(|(known, _)| name.contains(&format!("{known}.")) || name.ends_with(known));
        let expect = expect.map(|(_, codes)| codes.iter().map(ToString::to_string).collect()).unwrap_or_default();
        assert_eq!(outcome.errors, expect, "{name}");
    }
}
