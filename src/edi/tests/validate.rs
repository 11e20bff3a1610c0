//! What elements hold and demand of one another, whose rule it is, and what hierarchies and groups are.

use std::sync::Arc;

use proptest::prelude::*;

use crate::base::Severity;

use crate::edi::guide::{Authority, CodeList, ElementKind, Part, Requirement, SegmentDef};

use super::*;

const X12: &str = r#"
    [elements]
    "1" = "AN 1/10"
    "2" = "ID 2/2"
    "3" = "N2 1/5"
    "4" = "R 1/6"
    "5" = "DT 8/8"
    "6" = "TM 4/8"
    "7" = "ID 1/3"
    "8" = "DT 6/8"
    [composites]
    C1 = "1, 1, 1"
    C2 = "1 M, 1, 7"
    [segments]
    AA = "1 M, 2, 3, 4, 5, 6, 8"
    BB = "7, C2, C2 M"
    CC = "1, C1"
    DD = "C2 x3, 1 x2"
    HL = "1 M, 1, 7, 1"
    NC = "1, 1, 1"
    NE = "1, 1, 1"
    NL = "1, 1, 1"
    NP = "1, 1, 1"
    NR = "1, 1, 1"
    [notes]
    NP = "P010203"
    NR = "R0102"
    NE = "E010203"
    NC = "C010203"
    NL = "L010203"
    C1 = "P0203"
    [codes.7]
    whole = true
    "A" = "first"
    "BBB" = "second"
    [codes.2]
    "XX" = "one of many"
"#;

const X12_SET: &str = r#"
    [set]
    parts = ["AA >1", "BB >1", "CC >1", "DD >1", "NP >1", "NR >1", "NE >1", "NC >1", "NL >1", "loop HL >1"]
    [set.HL]
    parts = ["HL M", "CC >1"]
    hierarchy = { id = "HL01", parent = "HL02", level = "HL03", order = ["A", "BBB"] }
"#;

const EDIFACT: &str = r#"
    [elements]
    "1" = "an ..10"
    "2" = "a 3"
    "3" = "n ..5"
    "4" = "an 2"
    "2005" = "an ..3"
    "2380" = "an ..35"
    "2379" = "an ..3"
    [composites]
    C507 = "2005 M, 2380, 2379"
    C1 = "1 M, 3, 1"
    [segments]
    AAA = "1 M, 2, 3, 4, C1, 1"
    DTM = "C507 M"
"#;

const EDIFACT_SET: &str = r#"
    [set]
    parts = ["AAA >1", "loop DTM >1"]
    [set.DTM]
    parts = ["DTM M"]
"#;

fn x12() -> Guide {
    Guide::written("x12/004010/850", X12, X12_SET)
}

fn edifact() -> Guide {
    Guide::written("edifact/D.96A/ORDERS", EDIFACT, EDIFACT_SET)
}

fn x12_set(segments: &str) -> TransactionSet {
    let isa = ISA.replace("*U*00401*", "*^*00501*");
    let count = segments.matches('~').count() + 2;
    let body = format!("ST*850*0001~{segments}SE*{count}*0001~");
    let file = format!("{isa}GS*PO*S*R*20261102*0815*1*X*004010~{body}GE*1*1~IEA*1*000000001~");
    only_set(file.as_bytes())
}

fn edifact_set(segments: &str) -> TransactionSet {
    let count = segments.matches('\'').count() + 2;
    let head = "UNB+UNOC:3+SENDER+RECEIVER+261102:0815+1'UNH+1+ORDERS:D:96A:UN'";
    only_set(format!("{head}{segments}UNT+{count}+1'UNZ+1+1'").as_bytes())
}

/// `AA01 in HL is 353: error[code]: text; expected`, the loop and the data element where there are any.
fn line(finding: &Finding) -> String {
    let place = &finding.place;
    let mut line = place.tag.map(|tag| tag.to_string()).unwrap_or_default();
    for (sign, number) in [("", place.element), ("^", place.repetition), ("-", place.component)] {
        line.extend(number.map(|number| format!("{sign}{number}")));
    }
    line.extend(finding.loop_name.as_deref().map(|name| format!(" in {name}")));
    line.extend(finding.data_element.as_deref().map(|number| format!(" is {number}")));
    let severity = format!("{:?}", finding.severity).to_lowercase();
    let authority = if finding.authority == Authority::Partner { " by partner" } else { "" };
    let expected = finding.expected.as_deref().map(|expected| format!("; {expected}")).unwrap_or_default();
    format!("{line}: {severity}[{}]{authority}: {}{expected}", finding.code.as_str(), finding.text)
}

fn check_set(set: &TransactionSet, guide: &Guide, expect: &[&str]) {
    let (tree, findings) = crate::edi::structure(set, guide);
    let lines: Vec<String> = findings.iter().map(line).collect();
    assert_eq!(lines, expect, "{:?}", tree);
}

fn check_x12(segments: &str, expect: &[&str]) {
    check_set(&x12_set(segments), &x12(), expect);
}

fn check_edifact(segments: &str, expect: &[&str]) {
    check_set(&edifact_set(segments), &edifact(), expect);
}

/// Element 373 has eight digits from 004010 on and had six before; the guide may be one of a newer release.
#[test]
fn dates_of_old_releases_are_as_they_were() {
    let check = |release: &str, date: &str, expect: &[&str]| {
        let body = format!("ST*850*0001~AA*1****{date}~SE*3*0001~");
        let file = format!("{ISA}GS*PO*S*R*20261102*0815*1*X*{release}~{body}GE*1*1~IEA*1*000000001~");
        check_set(&only_set(file.as_bytes()), &x12(), expect);
    };
    let wrong =
        |date: &str, expected: &str| format!("AA5 is 5: error[not-a-date]: AA05 '{date}' is no date; {expected}");
    check("003010", "961231", &[]);
    check("003060", "19961231", &[]);
    check("003060", "961331", &[&wrong("961331", "YYMMDD or CCYYMMDD")]);
    check("004010", "961231", &[&wrong("961231", "CCYYMMDD")]);
    check("", "961231", &[&wrong("961231", "CCYYMMDD")]);
}

#[test]
fn syntax_notes() {
    let missing = |place: &str, text: &str| format!("{place} is 1: warning[conditional-element-missing]: {text}");
    let check = |segment: &str, expect: &[String]| {
        let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
        check_x12(segment, &expect);
    };
    let paired = "NP01, NP02 and NP03 come together (P010203)";
    check("NP*a*b*c~", &[]);
    check(
        "NP*~",
        &["NP1: info[trailing-separators]: NP ends with a separator; it and those further on are passed over"
            .to_owned()],
    );
    check("NP~", &[]);
    check("NP*a**c~", &[missing("NP2", paired)]);
    check("NP**b~", &[missing("NP1", paired), missing("NP3", paired)]);
    check("NR**b~", &[]);
    check("NR***c~", &[missing("NR1", "NR01 or NR02 must be there (R0102)")]);
    check("NR~", &[missing("NR1", "NR01 or NR02 must be there (R0102)")]);
    check("NE**b~", &[]);
    check("NE~", &[]);
    let excluded = |place: &str| {
        format!("{place} is 1: warning[excluded-element]: only one of NE01, NE02 and NE03 may be there (E010203)")
    };
    check("NE*a**c~", &[excluded("NE3")]);
    check("NE*a*b*c~", &[excluded("NE2"), excluded("NE3")]);
    check("NC**b~", &[]);
    check("NC*a*b*c~", &[]);
    check("NC*a*b~", &[missing("NC3", "where NC01 is, NC02 and NC03 must be too (C010203)")]);
    check("NL**b~", &[]);
    check("NL*a**c~", &[]);
    check("NL*a~", &[missing("NL2", "where NL01 is, NL02 or NL03 must be too (L010203)")]);
    check("CC**a~", &[]);
    check("CC**a>b>c~", &[]);
    check("CC**a>>c~", &[missing("CC2-2", "CC02-2 and CC02-3 come together (P0203)")]);
    check("NP*a* *c~", &[missing("NP2", paired)]);
}

#[test]
fn codes_of_whole_lists() {
    let unknown = |place: &str, value: &str| {
        format!(
            "{place} is 7: warning[code-unknown]: {} '{value}' is none of its codes; A, BBB",
            place.replace("BB1", "BB01").replace("BB3", "BB03")
        )
    };
    check_x12("BB*A**x~BB*BBB**x>>A~BB***x~", &[]);
    check_x12("BB*B**x~", &[&unknown("BB1", "B")]);
    check_x12("BB*a**x~", &[&unknown("BB1", "a")]);
    check_x12("BB*A **x~", &[]);
    check_x12("BB*A**x>>C~", &[&unknown("BB3-3", "C")]);
    check_x12("BB*ABCD**x~", &["BB1 is 7: warning[too-long]: BB01 has 4 characters; at most 3"]);
    // Lists that are not whole say nothing of other codes.
    check_x12("AA*1*YY~", &[]);
}

/// The guide with the elements of one segment changed everywhere.
fn with_segment(guide: Guide, tag: &str, change: impl FnOnce(&mut SegmentDef)) -> Guide {
    guide.changed(|_, segments| change(Arc::make_mut(segments.get_mut(&Tag::new(tag.as_bytes())).unwrap())))
}

#[test]
fn codes_of_a_partner() {
    let codes = ["one of more than eight", "x"].map(|code| (code.to_owned(), String::new())).into();
    let list = Arc::new(CodeList { whole: true, authority: Authority::Partner, codes });
    let guide = with_segment(x12(), "AA", |segment| segment.elements[0].codes = Some(Arc::clone(&list)));
    check_set(&x12_set("AA*x~"), &guide, &[]);
    check_set(
        &x12_set("AA*y~"),
        &guide,
        &["AA1 is 1: error[code-unknown] by partner: AA01 'y' is none of its codes; one of more than eight, x"],
    );
}

#[test]
fn what_a_partner_does_not_use() {
    let guide = x12().changed(|root, segments| {
        for part in &mut root.parts {
            match part {
                Part::Segment(part) if part.tag == "CC" => part.requirement = Requirement::NotUsed,
                Part::Loop(child) => child.requirement = Requirement::NotUsed,
                Part::Segment(_) => {}
            }
        }
        let unused = Arc::make_mut(segments.get_mut(&Tag::new(b"BB")).unwrap());
        unused.elements[0].requirement = Requirement::NotUsed;
        let ElementKind::Composite { components, .. } = &mut unused.elements[2].kind else { panic!("a composite") };
        components[1].requirement = Requirement::NotUsed;
    });
    check_set(&x12_set("AA*1~BB***x~"), &guide, &[]);
    check_set(
        &x12_set("BB*A**x>y~CC*1~HL*1**A~"),
        &guide,
        &[
            "BB1 is 7: error[not-used-element] by partner: the guide does not use BB01",
            "BB3-2 is 1: error[not-used-element] by partner: the guide does not use BB03-2",
            "CC: error[not-used-segment] by partner: the guide does not use CC in 850",
            "HL: error[not-used-segment] by partner: the guide does not use HL in 850",
        ],
    );
}

#[test]
fn a_segment_may_hold_something_else_at_one_place() {
    let guide = x12().changed(|root, segments| {
        let mut special = SegmentDef::clone(&segments[&Tag::new(b"CC")]);
        special.elements[0].requirement = Requirement::Mandatory;
        let Some(Part::Loop(hl)) = root.parts.last_mut() else { panic!("the loop HL") };
        let Some(Part::Segment(part)) = hl.parts.last_mut() else { panic!("CC in HL") };
        part.definition = Some(Arc::new(special));
    });
    check_set(
        &x12_set("CC**a~HL*1**A~CC**a~CC*b~"),
        &guide,
        &["CC1 in HL is 1: error[missing-element]: the mandatory element CC01 is empty"],
    );
}

#[test]
fn values_of_x12() {
    check_x12("AA*1*XX*-123*-1.5*20261102*0815*261102~AA*1**12345*.5*20240229*23595999*20261102~", &[]);
    check_x12(
        "AA*12345678901*X*1.5*1,5*20261301*2460*26110~",
        &[
            "AA1 is 1: warning[too-long]: AA01 has 11 characters; at most 10",
            "AA2 is 2: warning[too-short]: AA02 has 1 character; at least 2",
            "AA3 is 3: error[not-a-number]: AA03 '1.5' is no whole number; digits, perhaps a minus sign",
            "AA4 is 4: error[not-a-number]: AA04 '1,5' is no number; digits, perhaps a decimal point and a minus sign",
            "AA5 is 5: error[not-a-date]: AA05 '20261301' is no date; CCYYMMDD",
            "AA6 is 6: error[not-a-time]: AA06 '2460' is no time; HHMM, HHMMSS or HHMMSSDD",
            "AA7 is 8: error[not-a-date]: AA07 '26110' is no date; YYMMDD or CCYYMMDD",
        ],
    );
    check_x12(
        "AA*a\tb~AA*a>b~AA*\u{1b}~",
        &[
            "AA1 is 1: warning[invalid-character]: AA01 holds the control character U+0009",
            "AA1 is 1: warning[too-many-components]: AA01 has 1 component, 2 were sent",
            "AA1 is 1: warning[invalid-character]: AA01 holds the control character U+001B",
        ],
    );
    check_x12(
        "AA*\u{1b}**\u{1b}1~",
        &[
            "AA1 is 1: warning[invalid-character]: AA01 holds the control character U+001B",
            "AA3 is 3: error[not-a-number]: AA03 '\u{fffd}1' is no whole number; digits, perhaps a minus sign",
        ],
    );
}

#[test]
fn composites_and_repetitions() {
    check_x12("DD*a^b^c*x^y~DD*a>b^b>>A~", &[]);
    check_x12(
        "DD*a^b^c^d~DD*a^>b~DD**x^y^z~",
        &[
            "DD1: warning[too-many-repetitions]: DD01 comes 4 times; at most 3",
            "DD1^2-1 is 1: error[missing-element]: the mandatory element DD01-1 is empty",
            "DD2 is 1: warning[too-many-repetitions]: DD02 comes 3 times; at most 2",
        ],
    );
    check_x12("AA*a^b~", &["AA1 is 1: warning[too-many-repetitions]: AA01 comes 2 times; at most 1"]);
    let trailing = |place: &str, name: &str| {
        format!(
            "{place}: info[trailing-separators]: {name} ends with a component separator; it and those further on are passed over"
        )
    };
    check_x12("BB***a>>A>b~", &["BB3: warning[too-many-components]: BB03 has 3 components, 4 were sent"]);
    check_x12("BB***a>~BB***b>>>>>~", &[&trailing("BB3", "BB03")]);
    check_x12("BB**>>*a~", &[&trailing("BB2", "BB02")]);
    check_x12("BB***>>~", &["BB3: error[missing-element]: the mandatory element BB03 is empty"]);
    check_x12("BB~", &["BB3: error[missing-element]: the mandatory element BB03 is empty"]);
}

#[test]
fn values_of_edifact() {
    check_edifact("AAA+1+ABC+123+ab+x:1,5+y'AAA+1++-1234.5'AAA+1++,5'AAA+?+?+?+?+?+?+?+?+?+?+'AAA+äöü äöü äö'", &[]);
    check_edifact(
        "AAA+12345678901+A1C+123456+a+x:1.5,5'",
        &[
            "AAA1 is 1: warning[too-long]: AAA01 has 11 characters; at most 10",
            "AAA2 is 2: warning[invalid-character]: AAA02 holds '1', which is no letter",
            "AAA3 is 3: warning[too-long]: AAA03 has 6 characters; at most 5",
            "AAA4 is 4: warning[too-short]: AAA04 has 1 character; at least 2",
            "AAA5-2 is 3: error[not-a-number]: AAA05-2 '1.5,5' is no number; digits, perhaps a decimal mark and a minus sign",
        ],
    );
    check_edifact(
        "AAA+1+AB'AAA+?+?+?+?+?+?+?+?+?+?+?+'AAA+1++1-'",
        &[
            "AAA2 is 2: warning[too-short]: AAA02 has 2 characters; at least 3",
            "AAA1 is 1: warning[too-long]: AAA01 has 11 characters; at most 10",
            "AAA3 is 3: error[not-a-number]: AAA03 '1-' is no number; digits, perhaps a decimal mark and a minus sign",
        ],
    );
    check_edifact(
        "AAA+1++++x::'AAA+1++++x::y:z'AAA+1+++++'",
        &[
            "AAA5: info[trailing-separators]: AAA05 ends with a component separator; it and those further on are passed over",
            "AAA5: warning[too-many-components]: AAA05 has 3 components, 4 were sent",
            "AAA6: info[trailing-separators]: AAA ends with a separator; it and those further on are passed over",
        ],
    );
    check_edifact("AAA+1++++:1'", &["AAA5-1 is 1: error[missing-element]: the mandatory element AAA05-1 is empty"]);
    check_edifact("AAA+1:2'", &["AAA1 is 1: warning[too-many-components]: AAA01 has 1 component, 2 were sent"]);
}

#[test]
fn periods_are_written_as_2379_says() {
    let wrong = |value: &str, code: &str, expected: &str| {
        format!(
            "DTM1-2 in DTM is 2380: error[not-a-date]: DTM01-2 '{value}' is not written as 2379 '{code}' says; {expected}"
        )
    };
    check_edifact("DTM+137:20261102:102'DTM+2'DTM+2:x'DTM+2::102'DTM+2:x:ZZZ'DTM+2:202611020815:203'", &[]);
    check_edifact("DTM+137:20261302:102'", &[&wrong("20261302", "102", "CCYYMMDD")]);
    check_edifact("DTM+137:20261102:203'", &[&wrong("20261102", "203", "CCYYMMDDHHMM")]);
    check_edifact(
        "DTM+137:2500:401'",
        &["DTM1-2 in DTM is 2380: error[not-a-time]: DTM01-2 '2500' is not written as 2379 '401' says; HHMM"],
    );
}

#[test]
fn hierarchies() {
    let check = |segments: &str, expect: &[&str]| check_x12(segments, expect);
    check("HL*1**A~HL*2*1*BBB~HL*3*2*BBB~HL*4*1*BBB~HL*5**A~", &[]);
    check("HL*7**A~HL*8*7*BBB~", &["HL1 in HL: info[hierarchy]: HL01 of the first HL is '7'; 1"]);
    check(
        "HL*1**A~HL*2*9*BBB~",
        &["HL2 in HL: warning[hierarchy]: no HL before it has the number '9'; the number of one before it"],
    );
    check(
        "HL*1**A~HL*2*2*BBB~",
        &["HL2 in HL: warning[hierarchy]: no HL before it has the number '2'; the number of one before it"],
    );
    check(
        "HL*1**A~HL*1*1*BBB~",
        &["HL1 in HL: warning[hierarchy]: the number '1' was given to a HL before; a number of its own"],
    );
    check(
        "HL*1**BBB~HL*2*1*A~",
        &["HL3 in HL: warning[hierarchy]: HL '2' stands below a level that is below it; A > BBB"],
    );
}

#[test]
fn sets_stand_in_groups_of_their_kind() {
    let check = |id: &str, functional: &str, expect: &[&str]| {
        let body = format!("ST*{id}*0001~AA*1~SE*3*0001~");
        let file = format!("{ISA}GS*{functional}*S*R*20261102*0815*1*X*004010~{body}GE*1*1~IEA*1*000000001~");
        check_set(&only_set(file.as_bytes()), &x12(), expect);
    };
    check("850", "PO", &[]);
    check("123", "XX", &[]);
    check("850", "IN", &["ST1: error[set-not-of-group]: 850 stands in a functional group of 'IN'; a group of PO"]);
    check("999", "PO", &["ST1: error[set-not-of-group]: 999 stands in a functional group of 'PO'; a group of FA"]);
    let edifact = |group: &str, expect: &[&str]| {
        let file = format!(
            "UNB+UNOC:3+S+R+261102:0815+1'UNG+{group}+S+R+261102:0815+7+UN+D:96A'UNH+1+ORDERS:D:96A:UN'AAA+1'UNT+3+1'\
             UNE+1+7'UNZ+1+1'"
        );
        check_set(&only_set(file.as_bytes()), &self::edifact(), expect);
    };
    edifact("ORDERS", &[]);
    edifact(
        "INVOIC",
        &["UNH2-1: error[set-not-of-group]: ORDERS stands in a functional group of 'INVOIC'; a group of ORDERS"],
    );
}

/// What a checker finds in a file, and that every segment of every set is in its tree once and in order.
fn findings_of(bytes: &[u8], guides: &Guides) -> Vec<FindingRecord> {
    struct Whole;
    impl Terms for Whole {
        fn seen(&mut self, set: &TransactionSet, tree: Option<&Tree<'_>>, _report: &SetReport) {
            let Some(tree) = tree else { return };
            let mut positions = Vec::new();
            gather(tree.root(), &mut positions);
            let all: Vec<u32> = (1..).take(set.segment_count()).collect();
            assert_eq!(positions, all, "{tree}");
        }
    }
    fn gather(instance: Instance<'_, '_>, positions: &mut Vec<u32>) {
        for part in instance.parts() {
            match part {
                InstancePart::Segment(segment) => positions.push(segment.position()),
                InstancePart::Loop(child) => gather(child, positions),
            }
        }
    }
    let mut checker = Checker::on_terms(Reader::new(bytes, ReadOptions::default()), guides, Whole);
    let mut records = Vec::new();
    while let Ok(Some(checked)) = checker.next_checked() {
        records.extend(checked.records());
    }
    records.extend(checker.unfinished().iter().flat_map(|report| report.records().collect::<Vec<_>>()));
    records
}

const EDIFACT_FILE: &str = "UNB+UNOC:3+SENDER+RECEIVER+261102:0815+1'UNH+1+ORDERS:D:96A:UN'AAA+1+ABC+12+ab+x:1,5'\
    DTM+137:20261102:102'UNT+4+1'UNZ+1+1'";

fn guides() -> Guides {
    let mut guides = Guides::shipped();
    guides.add(edifact());
    guides
}

#[test]
fn a_file_that_lost_something_has_an_error() {
    let guides = guides();
    let is_sound = |bytes: &[u8]| findings_of(bytes, &guides).iter().all(|row| row.severity < Severity::Error);
    for (file, terminator) in [(STORY, b'~'), (EDIFACT_FILE.as_bytes(), b'\'')] {
        assert!(is_sound(file), "{:?}", findings_of(file, &guides));
        let last = file.iter().rposition(|byte| *byte == terminator).unwrap();
        for end in (1..last - 1).step_by(7) {
            let records = findings_of(&file[..end], &guides);
            let is_fault = Reader::new(&file[..end], ReadOptions::default()).next_piece().is_err();
            assert!(is_fault || records.iter().any(|row| row.severity == Severity::Error), "cut at {end}: {records:?}");
        }
        let segments: Vec<&[u8]> = file.split_inclusive(|byte| *byte == terminator).collect();
        for lost in 1..segments.len() - 1 {
            let rest = [&segments[..lost], &segments[lost + 1..]].concat().concat();
            assert!(!is_sound(&rest), "without segment {lost}");
            let twice = [&segments[..=lost], &segments[lost..]].concat().concat();
            assert!(!is_sound(&twice), "segment {lost} twice");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_change_of_a_document_makes_a_panic(
        is_x12: bool,
        changes in proptest::collection::vec((0..2000_usize, 0..3_u8, any::<u8>()), 1..8),
    ) {
        let mut file = if is_x12 { STORY.to_vec() } else { EDIFACT_FILE.as_bytes().to_vec() };
        for (at, kind, byte) in changes {
            let at = at % file.len();
            let byte = if byte < 128 { byte } else { b"*~+:'?^>A1 "[byte as usize % 11] };
            match kind {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                _ => drop(file.remove(at)),
            }
        }
        findings_of(&file, &guides());
    }
}
