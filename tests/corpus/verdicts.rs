//! Our verdict on every file beside the manifest's, which looks at envelopes only and believes what a source says of its
//! own fixtures.

use edigate::edi::{FindingCode, Guides};

use crate::shared::{Outcome, Sample, Verdict, check, samples};

const NO_ENVELOPE: &str = "it has no UNB, and without one nothing is addressed to anybody, whatever its UNT counts";
const NEEDS_PROFILE: &str =
    "the rule it breaks is one of the German energy market's guide; the directory's own has none";
const WRAPPED: &str =
    "it is wrapped at 80 columns. A line end cannot be data there, so it is passed over, with a warning";
const LAWFUL_DELIMITERS: &str =
    "'|' and '>' are lawful delimiters (X12.5 lets the sender choose); an information says so";
const LONG_CODE: &str =
    "a unit of four letters is a warning (AK403 5): the rest can be read, a partner may weigh it otherwise";
const PLAUSIBILITY: &str =
    "no rule of the standard's is broken; the plausibility rule that is weighs as a warning at most";
const ORPHAN: &str = "HL02 names no HL that came: a warning, for the order of the HL segments still tells the levels";
const FLOW: &str = "it is sound by itself and does not fit another file; doctor.rs shows what does not";
const PARTNER_RULE: &str = "only a partner's guide demands the REF; doctor.rs reads it with one";
const NO_SUCH_DAY: &str =
    "DTM is '19999715' in CCYYMMDD: no year has a month 97. The manifest looks at the envelope only";
const HEALTH_CARE_GROUP: &str =
    "GS01 is HC, the group of claims (837); an 820 goes in a group of RA, whatever its guide";
const NO_DATE: &str = "BAK04, the date of the order, is mandatory; it writes the date into BAK05, the release number";
const NO_NUMBERS: &str = "AK102 and AK202, the numbers of what is acknowledged, are mandatory and empty";
const NOTHING_IN_IT: &str = "a 997 of ST and SE acknowledges nothing: AK1 and AK9 are mandatory";

/// Where we differ, and why. Part of the path, our verdict, the reason.
const DIFFERENCES: &[(&str, Ours, &str)] = &[
    ("APERAK/hupe1980+mako_edi-energy__missing_acw_ref", Ours::Sound, NEEDS_PROFILE),
    ("COPRAR/apimeister+edifact-types__d95b_coprar", Ours::Refused, NO_ENVELOPE),
    ("other/indice-co+EDI.Net__edifact.D95B.Issue137", Ours::Refused, NO_ENVELOPE),
    ("ORDERS/hupe1980+edifact-rs__d01b_orders_malformed", Ours::Refused, NO_ENVELOPE),
    ("ORDERS/hupe1980+edifact-rs__d11a_malformed.edi", Ours::Refused, NO_ENVELOPE),
    ("ORDERS/hupe1980+edifact-rs__d96a_orders_malformed", Ours::Refused, NO_ENVELOPE),
    ("INVOIC/xlate+staedi__invoic_d93a_una", Ours::Unsound, NO_SUCH_DAY),
    ("210/xlate+staedi__ts210_80char", Ours::Sound, WRAPPED),
    ("820/apimeister+x12-types___820_test.rs_005010_820_full1.", Ours::Unsound, HEALTH_CARE_GROUP),
    ("820/apimeister+x12-types___820_test.rs_005010_820_full2.", Ours::Unsound, HEALTH_CARE_GROUP),
    ("997/xlate+staedi__empty997", Ours::Unsound, NOTHING_IN_IT),
    ("997_seed42", Ours::Unsound, NO_NUMBERS),
    ("855_seed42_lines1", Ours::Unsound, NO_DATE),
    ("855_seed42_lines3", Ours::Unsound, NO_DATE),
    ("810_seed42_A05_nonstandardSeparators", Ours::Sound, LAWFUL_DELIMITERS),
    ("850_seed42_A05_nonstandardSeparators", Ours::Sound, LAWFUL_DELIMITERS),
    ("856_seed42_A05_nonstandardSeparators", Ours::Sound, LAWFUL_DELIMITERS),
    ("810_seed42_B01_uomNonstandard", Ours::Sound, LONG_CODE),
    ("850_seed42_B01_uomNonstandard", Ours::Sound, LONG_CODE),
    ("856_seed42_B01_uomNonstandard", Ours::Sound, LONG_CODE),
    ("810_seed42_B02_impliedDecimals", Ours::Sound, PLAUSIBILITY),
    ("850_seed42_B02_impliedDecimals", Ours::Sound, PLAUSIBILITY),
    ("810_seed42_B04_cttMismatch", Ours::Sound, PLAUSIBILITY),
    ("850_seed42_B04_cttMismatch", Ours::Sound, PLAUSIBILITY),
    ("856_seed42_D02_ssccInvalid", Ours::Sound, PLAUSIBILITY),
    ("856_seed42_D04_asnAfterDelivery", Ours::Sound, PLAUSIBILITY),
    ("856_seed42_D01_hlOrphan", Ours::Sound, ORPHAN),
    ("810_seed42_B05_missingRef", Ours::Sound, PARTNER_RULE),
    ("850_seed42_B05_missingRef", Ours::Sound, PARTNER_RULE),
    ("x12-doctor__810_invoice", Ours::Sound, FLOW),
    ("x12-doctor__850_po", Ours::Sound, FLOW),
    ("x12-doctor__850_seed42.edi", Ours::Sound, FLOW),
    ("x12-doctor__850_seed99.edi", Ours::Sound, FLOW),
    ("x12-doctor__856_asn", Ours::Sound, FLOW),
    ("x12-doctor__2_997_fa", Ours::Sound, FLOW),
    ("x12-doctor__997_fa", Ours::Sound, FLOW),
];

/// Our verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// No error, in the envelope or in any transaction set.
    Sound,
    /// It was read, and something in it is wrong.
    Unsound,
    /// There is no interchange whose head can be read.
    Refused,
}

/// That there is no guide for a document says nothing about it.
fn ours(outcome: &Outcome) -> Ours {
    let mut errors = outcome.errors();
    errors.remove("no-guide");
    let is_refused = outcome.reports.iter().all(|report| {
        let is_unreadable = report.findings.iter().any(|finding| finding.code == FindingCode::HeaderUnreadable);
        is_unreadable && report.groups.is_empty()
    });
    match (is_refused, errors.is_empty() && outcome.fault.is_none()) {
        (true, _) => Ours::Refused,
        (false, true) => Ours::Sound,
        (false, false) => Ours::Unsound,
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
