//! Files of x12-doctor: each carries one fault, which its name tells. Some carry it only together with another file.

use std::collections::{BTreeMap, BTreeSet};

use edigate::base::Severity;
use edigate::base::table::{Faults, Source};
use edigate::edi::ack::{Acknowledged, Verdict, acknowledged};
use edigate::edi::{GuideKey, Guides, Level, Terms, TransactionSet};

use crate::shared::{Outcome, Sample, check, check_on, samples, sets};

/// A fault by its name, and the findings that tell it.
const NAMED: &[(&str, &[&str])] = &[
    ("A02_seCountWrong", &["count-wrong"]),
    ("A03_controlNumberMismatch", &["control-number-differs"]),
    ("A05_nonstandardSeparators", &["uncustomary-delimiters"]),
    ("B01_uomNonstandard", &["too-long"]),
    ("B02_impliedDecimals", &["implied-decimals"]),
    ("B03_dateFormatShort", &["not-a-date"]),
    ("B04_cttMismatch", &["control-total"]),
    ("D01_hlOrphan", &["hierarchy"]),
    ("D02_ssccInvalid", &["check-digit"]),
    ("D04_asnAfterDelivery", &["date-order"]),
    ("no_trailers", &["trailer-missing"]),
    ("truncated_mid_segment", &["terminator-missing", "trailer-missing", "missing-segment"]),
];

/// What else is wrong with files of x12-doctor: it breaks the standard where it does not mean to.
const UNMEANT: &[(&str, &str, &str)] = &[
    ("/855/", "missing-element", "BAK04, the date of the order, is mandatory; it writes the date into BAK05"),
    ("/856/", "out-of-sequence", "TD1 comes before TD5 in the HL loop; it writes TD5 first"),
    ("997_seed42", "missing-element", "AK102 and AK202, the numbers of what is acknowledged, are mandatory and empty"),
    ("997_seed42", "trailing-separators", "the separators stand there though nothing comes behind them"),
];

/// Files whose fault is that they do not fit another one, or a partner's guide; tests below.
const APART: &[&str] = &["850_seed42.", "850_seed99.", "_po.", "_ack.", "_asn.", "_invoice.", "_fa.", "B05_missingRef"];

fn doctor() -> Option<Vec<Sample>> {
    let samples = samples()?;
    Some(samples.into_iter().filter(|sample| sample.path.contains("x12-doctor")).collect())
}

/// The file whose path ends so.
fn file<'s>(samples: &'s [Sample], end: &str) -> &'s Sample {
    samples.iter().find(|sample| sample.path.ends_with(&format!("x12-doctor__{end}.edi"))).unwrap()
}

#[test]
fn every_fault_that_a_file_is_named_for_is_found_and_no_other() {
    let Some(samples) = doctor() else { return };
    assert_eq!(samples.len(), 50);
    let guides = Guides::shipped();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for sample in &samples {
        let named = NAMED.iter().find(|(name, _)| sample.path.contains(name));
        let is_sound = APART.iter().any(|name| sample.path.contains(name)) || sample.path.contains("_lines");
        assert!(named.is_some() || is_sound || sample.path.contains("997_seed42"), "{}", sample.path);
        let unmeant = UNMEANT.iter().filter(|(path, ..)| sample.path.contains(path)).map(|(_, code, _)| code);
        let expect: BTreeSet<&str> = named.iter().flat_map(|(_, codes)| *codes).chain(unmeant).copied().collect();
        assert_eq!(check(&sample.bytes, &guides).codes(), expect, "{}", sample.path);
        named.iter().for_each(|(name, _)| *used.entry(name).or_default() += 1);
    }
    assert_eq!(used.len(), NAMED.len(), "{used:?}");
}

/// A04: two files of one sender with one control number. In one file it can be told; over time it is the matter of who
/// keeps what came.
#[test]
fn a_control_number_that_two_files_share_is_told_when_they_come_together() {
    let Some(samples) = doctor() else { return };
    let both = [&*file(&samples, "850_seed42").bytes, &file(&samples, "850_seed99").bytes].concat();
    let outcome = check(&both, &Guides::shipped());
    let told: Vec<_> = outcome
        .reports
        .iter()
        .map(|report| {
            let findings = report.findings.iter();
            findings.map(|finding| (finding.code.as_str(), finding.severity, finding.level)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(told, [vec![], vec![("control-number-repeated", Severity::Error, Level::Interchange)]]);
    assert_eq!(outcome.findings.len(), 1);
}

/// Kind and number of a functional group.
type Group = (String, String);

/// What a 997 says.
struct Said {
    group: Group,
    verdict: Option<Verdict>,
    /// Control numbers and verdicts of the sets.
    sets: Vec<(String, Option<Verdict>)>,
}

fn answer(sample: &Sample) -> Said {
    let sets = sets(&sample.bytes);
    let said: Vec<Acknowledged> = acknowledged(&sets[0]).unwrap();
    let of_group = said.iter().find(|said| said.subject.level == Level::Group).unwrap();
    let group = of_group.subject.group.clone().unwrap();
    let of_sets = said.iter().filter_map(|said| Some((said.subject.set.clone()?.control_number, said.verdict)));
    Said { group: (group.functional_id, group.control_number), verdict: of_group.verdict, sets: of_sets.collect() }
}

/// The group that a file holds.
fn group(sample: &Sample) -> Group {
    let head = sets(&sample.bytes)[0].group.clone().unwrap();
    (head.functional_id.clone(), head.control_number.clone())
}

/// C02: a 997 for a group that was not sent, though the order beside it was.
#[test]
fn an_acknowledgement_of_a_group_that_was_not_sent_names_none_of_those_that_were() {
    let Some(samples) = doctor() else { return };
    let sent = ["850_po", "855_ack", "856_asn", "810_invoice"].map(|name| group(file(&samples, name)));
    let named = answer(file(&samples, "997_fa")).group;
    assert_eq!(named, ("PO".to_owned(), "1299665".to_owned()));
    assert!(!sent.contains(&named), "{sent:?}");
    let named = answer(file(&samples, "3_997_fa")).group;
    assert!(sent.contains(&named), "{sent:?}");
}

/// C03: a 997 that rejects.
#[test]
fn a_rejection_is_understood() {
    let Some(samples) = doctor() else { return };
    let check = |name: &str, verdict: Verdict| {
        let said = answer(file(&samples, name));
        assert_eq!(said.group, group(file(&samples, "850_po")), "{name}");
        assert_eq!(said.verdict, Some(verdict), "{name}");
        assert_eq!(said.sets, [("0001".to_owned(), Some(verdict))], "{name}");
    };
    check("2_997_fa", Verdict::Rejected);
    check("3_997_fa", Verdict::Accepted);
}

/// The overlay of a partner who wants to see a reference in every document.
struct WithReference;

impl Terms for WithReference {
    fn agreed(&mut self, set: &TransactionSet) -> Option<GuideKey> {
        let mut key = GuideKey::new("x12", "004010", &set.id);
        key.overlay = Some(format!("with-reference/{}", set.id));
        Some(key)
    }
}

fn checked_with_reference(sample: &Sample) -> Outcome {
    let overlays = ["810", "850", "855"].map(|set| {
        let name = format!("with-reference/{set}");
        let text = format!("extends = 'x12/004010/{set}'\n[parts]\nREF = 'M'");
        (name.clone(), Source::new(name, text))
    });
    let (mut guides, faults) = (Guides::shipped(), Faults::new());
    guides.add_files(&overlays.into(), &faults);
    assert!(!faults.any_error());
    check_on(&sample.bytes, &guides, WithReference)
}

/// B05: no rule of the standard's, but one of the partner's.
#[test]
fn a_reference_that_a_partner_demands_is_missing() {
    let Some(samples) = doctor() else { return };
    for set in ["810", "850", "855"] {
        let missing = |name: &str| {
            let outcome = checked_with_reference(file(&samples, name));
            let missing = outcome.findings.iter().filter(|finding| finding.code.as_str() == "missing-segment");
            missing.map(|finding| (finding.severity, finding.place.tag.unwrap().to_string())).collect::<Vec<_>>()
        };
        assert_eq!(missing(&format!("{set}_seed42_B05_missingRef")), [(Severity::Error, "REF".to_owned())], "{set}");
        assert_eq!(missing(&format!("{set}_seed42_lines1")), [], "{set}");
    }
}
