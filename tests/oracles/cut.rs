//! The crate `edi` beside ours: how every X12 file of the corpus is cut into transaction sets, segments and elements.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use edigate::edi::{Guides, Piece, ReadOptions, Reader, TransactionSet};
use serde_json::Value;

use crate::program::{ask, built};
use crate::shared::{Sample, check, folder, samples};

/// Words of a refusal by `edi`, and what we find in such a file.
const REFUSALS: &[(&str, &str)] = &[
    ("transaction validation failed: incorrect number", "count-wrong"),
    ("functional group validation failed: incorrect number", "count-wrong"),
    ("transaction validation failed: incorrect transaction", "control-number-differs"),
    ("functional group validation failed: mismatched ID", "control-number-differs"),
    ("element and subelement delimiters cannot be the same", "isa-width"),
];

/// Files that it refuses for other reasons, and what of that.
const REFUSED_OTHERWISE: &[(&str, &str)] = &[
    ("__ts210_80char", WRAPPED),
    ("__x12.214.edi", WRAPPED),
    ("_810_test.rs_004010_810_full2", SHORT_ISA),
    ("__x12.832.edi", SHORT_ISA),
    ("_855_test.rs_005010_855_full1", SHORT_ISA),
    ("_856_test.rs_004010_856_full2", SHORT_ISA),
    ("_856_test.rs_004010_856_full8", SHORT_ISA),
    ("node-x12-edi__990.edi", SHORT_ISA),
    ("_850_test.rs_005010_850_full15", NO_ISA16),
    ("__x12.850.edi", "its ISA is filled with no-break spaces of two bytes, and edi counts bytes"),
    ("__x12.850.issue135.edi", NO_ISA16),
    (
        "sample837-HL-nested",
        "its HL are bare tags, which edi does not take; whether HL may be empty is for a guide to say",
    ),
    ("optionalInterchangeServices", "it has ISB and ISE, which edi does not know; we pass over them and say so"),
    ("x12_interchange_ack.txt", "TA1 stands in no group, and edi knows no segment outside a group but its own"),
];

const WRAPPED: &str = "its lines are wrapped at a width, inside tags too; we join them again and say wrapped-lines";
const SHORT_ISA: &str =
    "blanks are gone from its ISA, which edi reads by position; we count separators and say isa-width";
const NO_ISA16: &str =
    "it has no ISA16, and edi takes the terminator for the component separator; we say so and read on";

/// Files that it cuts otherwise, and who is right.
const CUT_OTHERWISE: &[(&str, &str)] =
    &[("sample275_with_HL7_", "edi takes away leading blanks. X12.6: only trailing ones mean nothing")];

/// Files that it panics on: the terminator is a character of three bytes, and it slices between them.
const PANICS: &[&str] = &["ts214_ellipses_segterm.edi"];

/// A transaction set: its id, its control number, and what stands between header and trailer.
type Set = (String, String, Vec<Vec<String>>);

#[test]
#[ignore = "`make oracles` runs it"]
fn edi_cuts_sets_alike() {
    let (Some(samples), Some(folder)) = (samples(), folder()) else { return };
    let samples: Vec<Sample> = samples.into_iter().filter(|sample| sample.path.starts_with("x12/")).collect();
    let paths: Vec<PathBuf> = samples.iter().map(|sample| folder.join(&sample.path)).collect();
    let guides = Guides::shipped();
    let mut told = Told::default();
    for (sample, said) in samples.iter().zip(ask(&built("edi-oracle"), &["read"], &paths)) {
        if said["panicked"] == true {
            told.panicked(sample);
        } else if let Some(why) = said["refused"].as_str() {
            told.refused(sample, why, &guides);
        } else {
            told.read(sample, &theirs(&said));
        }
    }
    println!("edi of {} files: {:?}", samples.len(), told.counts);
    assert!(told.undecided.is_empty(), "{} undecided:\n{}", told.undecided.len(), told.undecided.join("\n"));
    let tables = [REFUSALS, REFUSED_OTHERWISE, CUT_OTHERWISE].into_iter().flatten().map(|(known, _)| *known);
    let idle: Vec<&str> = tables.chain(PANICS.iter().copied()).filter(|known| !told.used.contains(known)).collect();
    assert_eq!(idle, [""; 0], "decided, and no longer so");
    assert!(told.counts["cut alike"] >= 80, "{:?}", told.counts);
}

/// What came of the files.
#[derive(Default)]
struct Told {
    counts: BTreeMap<&'static str, usize>,
    undecided: Vec<String>,
    /// Decisions that were needed.
    used: BTreeSet<&'static str>,
}

impl Told {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn is_decided(&mut self, decision: Option<&'static str>) -> bool {
        self.used.extend(decision);
        decision.is_some()
    }

    fn panicked(&mut self, sample: &Sample) {
        self.count("panicked");
        if !self.is_decided(PANICS.iter().find(|path| sample.path.contains(**path)).copied()) {
            self.undecided.push(format!("{} panics", sample.path));
        }
    }

    fn refused(&mut self, sample: &Sample, why: &str, guides: &Guides) {
        let outcome = check(&sample.bytes, guides);
        let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
        let found = REFUSALS.iter().find(|(words, code)| why.contains(words) && codes.contains(code));
        let otherwise = REFUSED_OTHERWISE.iter().find(|(path, _)| sample.path.contains(path));
        if self.is_decided(found.map(|(words, _)| *words)) {
            self.count("refused, and we say why");
        } else if outcome.fault.as_ref().is_some_and(|fault| fault.starts_with("this is no ")) {
            self.count("refused by both");
        } else if self.is_decided(otherwise.map(|(path, _)| *path)) {
            self.count("refused, and read by us");
        } else {
            self.undecided.push(format!("{} refused: {why}\n  we find {codes:?} {:?}", sample.path, outcome.fault));
        }
    }

    fn read(&mut self, sample: &Sample, theirs: &[Set]) {
        let ours = ours(&sample.bytes);
        let decision = CUT_OTHERWISE.iter().find(|(path, _)| sample.path.contains(path));
        let is_decided = self.is_decided(decision.map(|(path, _)| *path));
        self.count(if ours == *theirs { "cut alike" } else { "cut otherwise" });
        if (ours == *theirs) == is_decided {
            self.undecided.push(format!("{}\n{}", sample.path, difference(&ours, theirs)));
        }
    }
}

fn difference(ours: &[Set], theirs: &[Set]) -> String {
    let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
    let Some(at) = at else { return format!("  {} and {} sets", ours.len(), theirs.len()) };
    let (ours, theirs) = (&ours[at], &theirs[at]);
    let at = ours.2.iter().zip(&theirs.2).position(|(ours, theirs)| ours != theirs);
    let pair = at.map(|at| format!("\n  ours   {:?}\n  theirs {:?}", ours.2[at], theirs.2[at])).unwrap_or_default();
    format!(
        "  ours {} {} of {} segments, theirs {} {} of {}{pair}",
        ours.0,
        ours.1,
        ours.2.len(),
        theirs.0,
        theirs.1,
        theirs.2.len()
    )
}

fn ours(bytes: &[u8]) -> Vec<Set> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let mut sets = Vec::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            sets.push((set.id.clone(), set.control_number.clone(), segments(&set)));
        }
    }
    sets
}

fn segments(set: &TransactionSet) -> Vec<Vec<String>> {
    let last = set.segment_count() - usize::from(set.trailer.is_some());
    let body = set.segments().take(last).skip(1);
    let plain = body.map(|segment| {
        let elements = segment.elements().map(|element| String::from_utf8_lossy(element.bytes()).into_owned());
        trimmed(std::iter::once(segment.tag().to_string()).chain(elements).collect())
    });
    plain.collect()
}

fn theirs(said: &Value) -> Vec<Set> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sets = said["sets"].as_array().unwrap().iter().map(|set| {
        let segments = set["segments"].as_array().unwrap().iter();
        let segments = segments.map(|segment| trimmed(segment.as_array().unwrap().iter().map(text).collect()));
        (text(&set["id"]), text(&set["controlNumber"]), segments.collect())
    });
    sets.collect()
}

/// Trailing blanks mean nothing to us, and neither do separators at an end.
fn trimmed(mut elements: Vec<String>) -> Vec<String> {
    elements.iter_mut().for_each(|element| element.truncate(element.trim_ascii_end().len()));
    while elements.last().is_some_and(String::is_empty) {
        elements.pop();
    }
    elements
}
