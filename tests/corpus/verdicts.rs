//! Our verdict on every file beside the manifest's, which looks at envelopes only and believes what a source says of its
//! own fixtures.

use edigate::edi::Guides;

use crate::shared::{Outcome, Sample, Verdict, check, samples};

/// Where we differ, and why. Beginning of the path, our verdict, the reason.
const DIFFERENCES: &[(&str, Ours, &str)] = &[];

/// Our verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// No error, in the envelope or in any transaction set.
    Sound,
    /// It was read, and something in it is wrong.
    Unsound,
    /// There is no interchange.
    Refused,
}

/// That there is no guide for a document says nothing about it.
fn ours(outcome: &Outcome) -> Ours {
    let mut errors = outcome.errors();
    errors.remove("no-guide");
    match (outcome.interchanges, errors.is_empty() && outcome.fault.is_none()) {
        (0, _) => Ours::Refused,
        (_, true) => Ours::Sound,
        (_, false) => Ours::Unsound,
    }
}

fn expected(sample: &Sample) -> Ours {
    match sample.verdict {
        Verdict::Valid | Verdict::Tolerable => Ours::Sound,
        Verdict::Invalid => Ours::Unsound,
        Verdict::Fragment => Ours::Refused,
    }
}

#[test]
fn every_verdict_is_the_manifests_or_explained() {
    let Some(samples) = samples() else { return };
    assert_eq!(samples.len(), 259);
    let guides = Guides::shipped();
    let mut unexplained = Vec::new();
    let mut used = vec![0; DIFFERENCES.len()];
    for sample in &samples {
        let outcome = check(&sample.bytes, &guides);
        let ours = ours(&outcome);
        if ours == expected(sample) {
            continue;
        }
        match DIFFERENCES.iter().position(|(path, verdict, _)| sample.path.contains(path) && *verdict == ours) {
            Some(index) => used[index] += 1,
            None => unexplained.push(format!(
                "{}\n    {} {}, manifest {:?} ({}), ours {ours:?} {:?} {}",
                sample.path,
                sample.document,
                sample.version,
                sample.verdict,
                sample.why,
                outcome.errors(),
                outcome.fault.unwrap_or_default()
            )),
        }
    }
    let stale = DIFFERENCES.iter().zip(used).filter(|(_, used)| *used == 0).map(|((path, ..), _)| *path);
    let stale: Vec<&str> = stale.collect();
    assert!(unexplained.is_empty(), "{} unexplained:\n{}", unexplained.len(), unexplained.join("\n"));
    assert_eq!(stale, Vec::<&str>::new(), "listed, and no difference any more");
}
