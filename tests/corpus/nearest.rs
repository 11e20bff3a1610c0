//! Every transaction set is read with the guide of its release, or with the nearest one, and then it is told once.

use edigate::base::Severity;
use edigate::edi::{FindingCode, Guides, SetReport};

use crate::shared::{check, samples};

/// The releases that have guides. CONTRL is the syntax's own and has a release for each version of it, and in either
/// directory.
fn has_own_release(set: &SetReport) -> bool {
    let is_of = |releases: &[&str]| releases.iter().any(|release| set.kind.release.starts_with(release));
    match (&*set.kind.agency, &*set.kind.id) {
        ("UN", "CONTRL") => is_of(&["D.3", "4.1", "D.96A", "D.01B"]),
        ("UN", _) => is_of(&["D.96A", "D.01B"]),
        _ => is_of(&["004010", "005010"]),
    }
}

#[test]
fn a_release_without_a_guide_is_read_with_the_nearest_one() {
    let Some(samples) = samples() else { return };
    let guides = Guides::shipped();
    let (mut own, mut nearest, mut none) = (0, 0, 0);
    for sample in &samples {
        for set in check(&sample.bytes, &guides).sets() {
            let told = set.findings.iter().filter(|finding| finding.code == FindingCode::NearestGuide);
            let told: Vec<Severity> = told.map(|finding| finding.severity).collect();
            let expect = if set.kind.guide.is_some() && !has_own_release(set) { vec![Severity::Info] } else { vec![] };
            assert_eq!(told, expect, "{}: {} {}", sample.path, set.kind.id, set.kind.release);
            let is_told_missing = set.findings.iter().any(|finding| finding.code == FindingCode::NoGuide);
            assert_eq!(
                is_told_missing,
                set.kind.guide.is_none(),
                "{}: {} {}",
                sample.path,
                set.kind.id,
                set.kind.release
            );
            match (&set.kind.guide, told.is_empty()) {
                (None, _) => none += 1,
                (Some(_), true) => own += 1,
                (Some(_), false) => nearest += 1,
            }
        }
    }
    assert!(own > 100 && nearest > 10 && none > 50, "{own} own, {nearest} nearest, {none} none");
}
