//! Made-up EDIFACT messages held against their guides.

use std::fmt::Write as _;

use super::*;
use crate::base::{Diagnostic, Severity};
use crate::edi::{Checked, Checker, Finding, Instance, InstancePart, SetReport};

const D96A: &str = include_str!("../../../../tests/fixtures/edi/edifact_d96a.edi");
const D01B: &str = include_str!("../../../../tests/fixtures/edi/edifact_d01b.edi");
const CONTRL: &str = include_str!("../../../../tests/fixtures/edi/edifact_contrl.edi");

fn told(finding: &Finding) -> String {
    Diagnostic::from(finding).to_string()
}

/// The messages of a file, whose envelope must be sound.
fn messages(file: &str) -> Vec<SetReport> {
    let guides = Guides::shipped();
    let mut checker = Checker::new(Reader::new(file.as_bytes(), ReadOptions::default()), &guides);
    let mut sets = Vec::new();
    while let Some(checked) = checker.next_checked().unwrap() {
        let Checked::Interchange(interchange) = checked else { panic!("{checked:?}") };
        assert_eq!(interchange.findings, vec![]);
        for group in interchange.groups {
            assert_eq!(group.findings, vec![]);
            sets.extend(group.sets);
        }
    }
    sets
}

#[test]
fn a_sound_message_of_each_kind_is_clean() {
    let check = |file: &str, release: &str, sets: &str| {
        let found = messages(file);
        for set in &found {
            assert_eq!(
                set.findings.iter().map(told).collect::<Vec<_>>(),
                Vec::<String>::new(),
                "{release} {}",
                set.kind.id
            );
        }
        let keys: Vec<String> =
            found.iter().filter_map(|set| set.kind.guide.as_ref().map(ToString::to_string)).collect();
        assert_eq!(keys, sets.split(' ').map(|set| format!("edifact/{release}/{set}")).collect::<Vec<_>>());
    };
    let all = "ORDERS ORDRSP ORDCHG DESADV INVOIC DELFOR DELJIT INVRPT RECADV REMADV APERAK";
    check(D96A, "D96A", &all.replace("DELFOR", "DELFOR DELFOR"));
    check(D01B, "D01B", all);
    let (syntax_3, syntax_4) = CONTRL.split_at(CONTRL.rfind("UNB").unwrap());
    check(syntax_3, "D3", "CONTRL CONTRL");
    check(syntax_4, "41", "CONTRL");
}

/// A message as the loops it was read into: group and name, and the tags that stand in each.
fn outline(instance: Instance<'_, '_>, depth: usize, out: &mut String) {
    let group = instance.definition().and_then(|definition| definition.group);
    let group = group.map(|group| format!("SG{group} ")).unwrap_or_default();
    let tags: Vec<String> = instance.segments().map(|segment| segment.tag().to_string()).collect();
    writeln!(out, "{:depth$}{group}{}: {}", "", instance.name(), tags.join(" ")).unwrap();
    for part in instance.parts() {
        if let InstancePart::Loop(child) = part {
            outline(child, depth + 2, out);
        }
    }
}

fn outlines(file: &str) -> String {
    let guides = Guides::shipped();
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    let mut out = String::new();
    while let Some(piece) = reader.next_piece().unwrap() {
        if let Piece::Set(set) = piece {
            let (guide, _) = guides.select(&set, None).unwrap();
            outline(crate::edi::structure(&set, &guide).0.root(), 0, &mut out);
        }
    }
    out
}

#[test]
fn every_segment_is_read_into_its_group() {
    insta::assert_snapshot!("outlines_d96a", outlines(D96A));
    insta::assert_snapshot!("outlines_d01b", outlines(D01B));
    insta::assert_snapshot!("outlines_contrl", outlines(CONTRL));
}

/// An interchange with one message; `body` has its segments but for UNH and UNT.
fn file(kind: &str, body: &str) -> String {
    let segments = body.matches('\'').count() + 2;
    format!("UNB+UNOC:3+S+R+261102:0815+1'UNH+1+{kind}:UN'{body}UNT+{segments}+1'UNZ+1+1'")
}

#[test]
fn what_a_message_lacks_or_has_too_much_of_is_named() {
    let check = |kind: &str, body: &str, expect: &str| {
        let found = messages(&file(kind, body));
        let short = |finding: &Finding| {
            format!("{} at {}: {}", finding.code.as_str(), finding.place.segment_position.unwrap_or(0), finding.text)
        };
        let found: Vec<String> = found.iter().flat_map(|set| &set.findings).map(short).collect();
        assert_eq!(found.join("\n"), expect, "{kind}: {body}");
    };
    let begun = |body: &str| format!("BGM+220+1+9'DTM+137:20261102:102'{body}");
    for release in ["D:96A", "D:01B"] {
        let check = |message: &str, body: &str, expect: &str| {
            let expect = expect.replace("RELEASE", &release.replace(':', ""));
            check(&format!("{message}:{release}"), body, &expect);
        };
        check("ORDERS", &begun("LIN+1'UNS+S'"), "");
        check("ORDERS", &begun("LIN+1'"), "missing-segment at 5: the mandatory segment UNS of ORDERS is missing");
        check(
            "ORDERS",
            "DTM+137:20261102:102'LIN+1'UNS+S'",
            "missing-segment at 2: the mandatory segment BGM of ORDERS is missing",
        );
        check("ORDERS", &begun("UNS+S'LIN+1'"), "out-of-sequence at 5: LIN comes too late in ORDERS");
        check("ORDERS", &begun("LIN+1'PRI+AAA:1'QTY+21:1'UNS+S'"), "out-of-sequence at 6: QTY comes too late in LIN");
        check(
            "ORDERS",
            &begun("LIN+1'CPS+1'UNS+S'"),
            "segment-not-of-set at 5: edifact/RELEASE/ORDERS has no segment CPS; other sets of its release have",
        );
        check(
            "ORDERS",
            &begun("LIN+1'PAI+::20'PAI+::20'UNS+S'"),
            "too-many-segments at 6: PAI comes more often than once in LIN",
        );
        check(
            "ORDERS",
            &begun(&("TAX+7'".repeat(6) + "UNS+S'")),
            "too-many-loops at 9: TAX comes more often than 5 times in ORDERS",
        );
        // What begins alike behind the UNS takes nothing before it came.
        check(
            "INVOIC",
            &begun(&("TAX+7'".repeat(6) + "LIN+1'UNS+S'MOA+86:1'")),
            "too-many-loops at 9: TAX comes more often than 5 times in INVOIC",
        );
        check(
            "ORDERS",
            &begun("UNS+S'ALC+C'"),
            "missing-segment at 6: the mandatory segment MOA of allowanceTotal is missing",
        );
        check(
            "ORDERS",
            &begun("UNS+S'ALC+C'MOA+8:1'MOA+8:1'MOA+8:1'"),
            "too-many-segments at 8: MOA comes more often than 2 times in allowanceTotal",
        );
        check("RECADV", &begun(""), "missing-segment at 4: the mandatory loop NAD of RECADV is missing");
        check(
            "REMADV",
            &begun("DOC+380+1'UNS+S'MOA+9:1'"),
            "missing-segment at 5: the mandatory segment MOA of DOC is missing",
        );
        check("INVOIC", &begun("LIN+1'UNS+S'"), "missing-segment at 6: the mandatory loop MOA of INVOIC is missing");
        check("DELJIT", &begun(""), "missing-segment at 4: the mandatory loop SEQ of DELJIT is missing");
    }
    check("DELFOR:D:96A", &begun("NAD+BY+1'UNS+D'UNS+S'LIN+1'"), "out-of-sequence at 7: LIN comes too late in DELFOR");
    let late = begun("UNS+D'LIN+1'QTY+113:1'DTM+2:20261116:102'SCC+1'QTY+113:2'UNS+S'");
    check("DELFOR:D:96A", &late, "out-of-sequence at 8: SCC comes too late in QTY");
    // What stands behind a quantity may be the next one's: that is no small thing.
    assert_eq!(messages(&file("DELFOR:D:96A", &late))[0].findings[0].severity, Severity::Error);
    check("DELFOR:D:96A", &begun("UNS+D'"), "missing-segment at 5: the mandatory segment UNS of DELFOR is missing");
    check(
        "DELFOR:D:01B",
        &begun("UNS+D'"),
        "segment-not-of-set at 4: edifact/D01B/DELFOR has no segment UNS; other sets of its release have",
    );
    check(
        "CONTRL:D:3",
        "UCI+1+A+B+7'UCS+1+13'",
        "unexpected-segment at 3: UCS has no place in CONTRL nor in the loops around it",
    );
}

#[test]
fn the_nearest_guide_is_built_like_the_message() {
    let check = |kind: &str, expect: &str| {
        let found = messages(&file(kind, "BGM+220+1+9'"));
        let guide = found.iter().filter_map(|set| set.kind.guide.as_ref().map(ToString::to_string)).collect::<String>();
        let is_nearest = found.iter().flat_map(|set| &set.findings).any(|it| it.code == FindingCode::NearestGuide);
        assert_eq!((guide.as_str(), is_nearest), (expect, true), "{kind}");
    };
    check("ORDERS:D:93A", "edifact/D96A/ORDERS");
    check("ORDERS:D:97A", "edifact/D96A/ORDERS");
    check("ORDERS:D:99B", "edifact/D01B/ORDERS");
    check("ORDERS:D:21B", "edifact/D01B/ORDERS");
    // DELFOR was built anew in D.96B.
    check("DELFOR:D:95B", "edifact/D96A/DELFOR");
    check("DELFOR:D:96B", "edifact/D01B/DELFOR");
    check("DELFOR:D:97A", "edifact/D01B/DELFOR");
    check("CONTRL:D:1", "edifact/D3/CONTRL");
    check("CONTRL:2:2", "edifact/D3/CONTRL");
    check("CONTRL:4:2", "edifact/41/CONTRL");
}
