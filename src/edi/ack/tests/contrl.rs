//! CONTRL.

use super::*;

/// A message with faults of every kind.
const FAULTY: &str = "UNH+2+ORDERS:D:96A:UN:EAN008'BGM+220+B10002+9'XYZ+1'DTM+137:2026110X:102'\
                      NAD+BYER+4012345000009::9'LIN+1++4000862141404:EN:9:9:9:9'QTY+21:five'UNS+S'UNT+99+2'";

fn policy() -> AckPolicy {
    AckPolicy { contrl_request: ContrlRequest::Ignored, ..AckPolicy::default() }
}

fn telling() -> AckPolicy {
    AckPolicy { warnings: Warnings::Noted, ..policy() }
}

#[test]
fn a_contrl_of_syntax_version_3() {
    insta::assert_snapshot!(answered_file(&edifact("3", &[ORDER, FAULTY]), &policy()));
}

#[test]
fn a_contrl_of_syntax_version_4() {
    insta::assert_snapshot!(answered_file(&edifact("4", &[ORDER, FAULTY]), &policy()));
}

#[test]
fn groups_have_levels_of_their_own() {
    let group = |number: &str, count: &str, messages: &str| {
        format!("UNG+ORDERS+HOUSE:14+DEPT+261102:0815+{number}+UN+D:96A'{messages}UNE+{count}+{number}'")
    };
    let groups = [group("1", "1", ORDER), group("2", "9", ORDER_2), group("3", "1", FAULTY)];
    let file = edifact("3", &[]).replace("UNZ+0", &format!("{}UNZ+3", groups.concat()));
    insta::assert_snapshot!(answered_file(&file, &policy()));
    let left_out = AckPolicy { accepted_sets: AcceptedSets::LeftOut, ..policy() };
    let text = answered_file(&file, &left_out);
    assert_eq!(lines(&text, &["UCF", "UCM"]).len(), 3, "{text}");
}

#[test]
fn what_is_noted_rejects_nothing() {
    let group = |messages: &str| format!("UNG+ORDERS+HOUSE:14+DEPT+261102:0815+1+UN+D:96A'{messages}UNE+1+1'");
    let twice = edifact("3", &[]).replace("UNZ+0", &format!("{0}{0}UNZ+2", group(ORDER)));
    let text = answered_file(&twice, &telling());
    let ucm = "UCM+1+ORDERS:D:96A:UN:EAN008+7'";
    let expect = ["UCF+1+HOUSE:14+DEPT+7'", ucm, "UCF+1+HOUSE:14+DEPT+7+26+UNG'", ucm];
    assert_eq!(lines(&text, &["UCF", "UCM"]), expect, "{text}");
    // What the list has no word for is not told; what rejects goes before what is noted.
    let check = |codes: &[(Severity, FindingCode)], ucm: &str| {
        let mut report = report(&edifact("3", &[ORDER]));
        let findings = codes.iter().map(|(severity, code)| finding(*severity, *code, Level::Set));
        report.groups[0].sets[0].findings.extend(findings);
        let text = answered(&report, &telling());
        assert_eq!(lines(&text, &["UCM"]), [format!("UCM+1+ORDERS:D:96A:UN:EAN008+{ucm}'")], "{text}");
    };
    check(&[(Severity::Warning, FindingCode::ControlTotal)], "7");
    check(&[(Severity::Error, FindingCode::ControlTotal)], "4+18");
    check(
        &[(Severity::Warning, FindingCode::ControlNumberRepeated), (Severity::Error, FindingCode::CountWrong)],
        "4+29",
    );
}

#[test]
fn a_fault_in_a_header_is_told_with_its_element() {
    let check = |from: &str, to: &str, tag: &str, expect: &str| {
        let text = answered_file(&edifact("3", &[ORDER]).replace(from, to), &telling());
        assert!(lines(&text, &[tag]).concat().ends_with(expect), "{text}");
    };
    check("+261102:0815+", "+20261102:0815+", "UCI", "+7+12+UNB+5:1'");
    check("ORDERS:D", "FOOBAR:D", "UCM", "+4+14+UNH+3:1'");
    check("UNH+1+ORDERS:D:96A:UN:", "UNH+1+ORDERS:D:96A::", "UCM", "+7+13+UNH+3:4'");
}

#[test]
fn a_rejected_interchange_names_nothing_below() {
    let check = |change: &dyn Fn(String) -> String, uci: &str| {
        let text = answered_file(&change(edifact("3", &[ORDER])), &policy());
        assert_eq!(lines(&text, &["UC"]), [format!("UCI+REF?+1+4012345000009:14:DEPT+ACME:ZZ+{uci}'")], "{text}");
    };
    check(&|file| file.replace("UNZ+1", "UNZ+7"), "4+29+UNZ");
    check(&|file| file.replace("UNZ+1+REF?+1", "UNZ+1+REF2"), "4+28+UNZ");
    check(&|file| file.replace("UNZ+1+REF?+1'", ""), "4+13+UNZ");
    let mut report = report(&edifact("3", &[ORDER]));
    let place = crate::edi::Place { element: Some(1), component: Some(2), ..report.head.place };
    report.findings.push(Finding { place, ..error(FindingCode::SyntaxUnknown, Level::Element) });
    assert!(answered(&report, &policy()).contains("+4+2+UNB+2:2'"));
}

#[test]
fn sound_messages_are_named_or_left_out() {
    let file = edifact("3", &[ORDER, ORDER_2]);
    let text = answered_file(&file, &policy());
    assert_eq!(lines(&text, &["UCM"]), ["UCM+1+ORDERS:D:96A:UN:EAN008+7'", "UCM+2+ORDERS:D:96A:UN:EAN008+7'"]);
    let text = answered_file(&file, &AckPolicy { accepted_sets: AcceptedSets::LeftOut, ..policy() });
    assert_eq!(lines(&text, &["UCM", "UNT"]), ["UNT+3+1'"]);
}

#[test]
fn who_is_answered_when() {
    let asked = edifact("3", &[ORDER]);
    let unasked = asked.replace("++++1++1'", "++++++1'");
    let check = |file: &str, contrl: ContrlAck, contrl_request: ContrlRequest, receipt_due: bool, final_due: bool| {
        let policy = AckPolicy { contrl, contrl_request, ..policy() };
        let report = report(file);
        let options = WriteOptions::edifact();
        let sent = receipt(&report.head, &policy, &stamp(), &options);
        let answer = acknowledge(&report, &policy, &stamp(), &options);
        assert_eq!((sent.is_some(), answer.interchange.is_some()), (receipt_due, final_due), "{contrl:?}");
    };
    use ContrlRequest::{Honoured, Ignored};
    for (contrl, receipt_due, final_due) in [
        (ContrlAck::None, false, false),
        (ContrlAck::Receipt, true, false),
        (ContrlAck::Final, false, true),
        (ContrlAck::Both, true, true),
    ] {
        check(&asked, contrl, Honoured, receipt_due, final_due);
        check(&unasked, contrl, Ignored, receipt_due, final_due);
        check(&unasked, contrl, Honoured, false, false);
    }
    for (named, unnamed) in [("+4012345000009:14:DEPT+", "++"), ("+ACME:ZZ+", "+:ZZ+"), ("+REF?+1++", "+++")] {
        check(&asked.replace(named, unnamed), ContrlAck::Both, Honoured, false, false);
    }
    let contrl = edifact("3", &["UNH+1+CONTRL:D:3:UN'UCI+1+A+B+7'UNT+3+1'"]);
    assert!(answered_file(&contrl, &policy()).ends_with("no answer\n"));
    let head = report(&x12("004010", &[SOUND])).head;
    assert!(
        receipt(&head, &AckPolicy { contrl: ContrlAck::Both, ..policy() }, &stamp(), &WriteOptions::x12()).is_none()
    );
}

#[test]
fn a_receipt_says_that_it_came() {
    let report = report(&edifact("3", &[ORDER]));
    let policy = AckPolicy { contrl: ContrlAck::Receipt, ..policy() };
    let receipt = receipt(&report.head, &policy, &stamp(), &WriteOptions::edifact()).unwrap();
    insta::assert_snapshot!(written(&receipt), @r"
    UNA:+.? '
    UNB+UNOC:3+ACME:ZZ+4012345000009:14:DEPT+261124:0905+12++++++1'
    UNH+1+CONTRL:D:3:UN'
    UCI+REF?+1+4012345000009:14:DEPT+ACME:ZZ+8'
    UNT+3+1'
    UNZ+1+12'
    ");
}

#[test]
fn the_contrl_by_setting() {
    let check = |version: &str, contrl_version: ContrlVersion, expect: &str| {
        let text = answered_file(&edifact(version, &[ORDER]), &AckPolicy { contrl_version, ..policy() });
        assert_eq!(lines(&text, &["UNH"]), [expect]);
    };
    check("3", ContrlVersion::OfSyntax, "UNH+1+CONTRL:D:3:UN'");
    check("1", ContrlVersion::OfSyntax, "UNH+1+CONTRL:D:3:UN'");
    check("4", ContrlVersion::OfSyntax, "UNH+1+CONTRL:4:1:UN'");
    check("4", ContrlVersion::D3, "UNH+1+CONTRL:D:3:UN'");
    check("3", ContrlVersion::V41, "UNH+1+CONTRL:4:1:UN'");
    check("3", ContrlVersion::V22, "UNH+1+CONTRL:2:2:UN:EAN002'");
}

#[test]
fn codes_where_they_may_stand() {
    use FindingCode as C;
    let check = |code: C, level: Level, v3: &str, v4: &str| {
        for (version, expect) in [("3", v3), ("4", v4)] {
            let mut report = report(&edifact(version, &[ORDER]));
            let mut finding = error(code, level);
            finding.place.tag = Some(Tag::new(b"LIN"));
            report.groups[0].sets[0].findings.push(finding);
            let text = answered(&report, &policy());
            let found = lines(&text, &["UCM", "UCS", "UCD"]);
            let told: Vec<&str> =
                found.iter().map(|line| line.trim_start_matches("UCM+1+ORDERS:D:96A:UN:EAN008+")).collect();
            assert_eq!(told.join(""), expect, "{code:?} {version}\n{text}");
        }
    };
    let same = |code: C, level: Level, expect: &str| check(code, level, expect, expect);
    let (segment, element) = (Level::Segment, Level::Element);
    same(C::UnknownSegment, segment, "4'UCS+3+15'");
    same(C::UnexpectedSegment, segment, "4'UCS+3+15'");
    same(C::OutOfSequence, segment, "4'UCS+3+15'");
    same(C::NotUsedSegment, segment, "4'UCS+3+15'");
    same(C::MissingSegment, segment, "4'UCS+2+13'");
    same(C::TooManySegments, segment, "4'UCS+3+35'");
    same(C::TooManyLoops, segment, "4'UCS+3+36'");
    same(C::TooManyElements, element, "4'UCS+3+16'");
    check(C::TrailingSeparators, segment, "4'UCS+3+16'", "4'UCS+3+45'");
    same(C::MissingElement, element, "4'UCS+3'UCD+13+3'");
    same(C::ConditionalElementMissing, element, "4'UCS+3'UCD+13+3'");
    same(C::TooManyComponents, element, "4'UCS+3'UCD+16+3'");
    check(C::TooManyRepetitions, element, "4'UCS+3'UCD+16+3'", "4'UCS+3'UCD+35+3'");
    same(C::TooLong, element, "4'UCS+3'UCD+39+3'");
    same(C::TooShort, element, "4'UCS+3'UCD+40+3'");
    same(C::NotANumber, element, "4'UCS+3'UCD+37+3'");
    same(C::InvalidCharacter, element, "4'UCS+3'UCD+21+3'");
    same(C::CharacterSet, element, "4'UCS+3'UCD+21+3'");
    same(C::CodeUnknown, element, "4'UCS+3'UCD+12+3'");
    same(C::NotADate, element, "4'UCS+3'UCD+12+3'");
    same(C::NotATime, element, "4'UCS+3'UCD+12+3'");
    same(C::ExcludedElement, element, "4'UCS+3'UCD+15+3'");
    same(C::NotUsedElement, element, "4'UCS+3'UCD+15+3'");
    same(C::ReleaseCharacter, element, "4'UCS+3'UCD+22+3'");
    same(C::ReleaseCharacter, segment, "4'UCS+3+22'");
    same(C::Hierarchy, element, "4'UCS+3'UCD+12+3'");
    same(C::CountWrong, Level::Set, "4+29'");
    same(C::ControlNumberDiffers, Level::Set, "4+28'");
    same(C::ControlNumberRepeated, Level::Set, "4+26'");
    same(C::TrailerMissing, Level::Set, "4+13+UNT'");
    same(C::NoGuide, Level::Set, "4+14'");
    same(C::SetNotOfGroup, Level::Set, "4+15'");
    same(C::GroupsAndMessages, Level::Set, "4+30'");
    // 33 may not stand in a UCM, and what has no code is unspecified.
    same(C::MisplacedEnvelope, Level::Set, "4+18'");
    same(C::MoreFindings, segment, "4+18'");
}

#[test]
fn codes_of_the_interchange() {
    use FindingCode as C;
    let check = |code: C, v3: &str, v4: &str| {
        for (version, expect) in [("3", v3), ("4", v4)] {
            let mut report = report(&edifact(version, &[ORDER]));
            let place = report.head.place;
            report.findings.push(Finding { place, ..error(code, Level::Interchange) });
            let text = answered(&report, &policy());
            let expect = format!("UCI+REF?+1+4012345000009:14:DEPT+ACME:ZZ+4+{expect}+UNB'");
            assert_eq!(lines(&text, &["UC"]), [expect], "{code:?} {version}");
        }
    };
    for (code, expect) in [
        (C::SyntaxUnknown, "2"),
        (C::ReceiverUnknown, "7"),
        (C::MissingElement, "13"),
        (C::ElementSeparator, "20"),
        (C::ServiceCharacters, "22"),
        (C::SenderUnknown, "23"),
        (C::UsageNotAgreed, "25"),
        (C::ControlNumberRepeated, "26"),
        (C::GroupsAndMessages, "30"),
        (C::EmptyEnvelope, "32"),
        (C::MisplacedEnvelope, "33"),
        (C::TooLong, "39"),
        (C::HeaderUnreadable, "18"),
    ] {
        check(code, expect, expect);
    }
    check(C::CharacterSet, "14", "46");
    check(C::TrailingSeparators, "16", "45");
}

/// A sample of the table of ISO 9735-4, annex A.
#[test]
fn where_codes_may_stand() {
    use super::super::edifact_codes::{Edition, Reporter, is_permitted};
    let check = |code: u8, uci: bool, ucf: bool, ucm: bool, ucs: bool, ucd: bool| {
        let found = [Reporter::Uci, Reporter::Ucf, Reporter::Ucm, Reporter::Ucs, Reporter::Ucd]
            .map(|reporter| is_permitted(code, reporter, Edition::V4));
        assert_eq!(found, [uci, ucf, ucm, ucs, ucd], "{code}");
    };
    check(2, true, false, false, false, false);
    check(12, true, true, true, true, true);
    check(17, true, true, true, true, false);
    check(26, true, true, true, false, false);
    check(33, true, true, false, false, false);
    check(35, false, false, true, true, true);
    check(36, false, false, false, true, false);
    check(39, true, true, true, false, true);
    check(45, true, true, true, true, false);
    check(47, false, true, true, false, false);
    check(1, false, false, false, false, false);
    check(19, false, false, false, false, false);
    let editions = |code: u8| [Edition::V3, Edition::V4].map(|edition| is_permitted(code, Reporter::Uci, edition));
    assert_eq!((editions(19), editions(46), editions(21)), ([true, false], [false, true], [true, true]));
}

#[test]
fn limits_of_the_answer() {
    let mut report = report(&edifact("3", &[ORDER]));
    let findings = &mut report.groups[0].sets[0].findings;
    findings.extend((0..100).map(|_| error(FindingCode::TooLong, Level::Element)));
    let at = |position: u32| {
        let mut finding = error(FindingCode::UnknownSegment, Level::Segment);
        finding.place.segment_position = Some(position);
        finding
    };
    findings.push(at(1_000_000));
    let text = answered(&report, &policy());
    assert_eq!((lines(&text, &["UCD"]).len(), lines(&text, &["UCS"])), (99, vec!["UCS+3'"]));
    let findings = &mut report.groups[0].sets[0].findings;
    findings.clear();
    findings.extend((2..1_100).map(at));
    let text = answered(&report, &policy());
    assert_eq!(lines(&text, &["UCS"]).len(), 999);
}

/// UCM and UCF must name what they are about, in whole.
#[test]
fn references_that_never_came_are_filled_in() {
    let check = |file: String, tags: &[&str], expect: &[&str]| {
        let policy = AckPolicy { contrl_request: ContrlRequest::Ignored, ..AckPolicy::default() };
        let text = answered_file(&file, &policy);
        assert_eq!(lines(&text, tags), expect, "{text}");
    };
    let nameless = ORDER.replace("UNH+1+", "UNH++").replace("UNT+7+1", "UNT+7+");
    check(edifact("3", &[&nameless]), &["UCM"], &["UCM+0+ORDERS:D:96A:UN:EAN008+7'"]);
    check(edifact("4", &[&nameless]), &["UCM"], &["UCM+0+ORDERS:D:96A:UN:EAN008+7'"]);
    let kindless = ORDER.replace("ORDERS:D:96A:UN:EAN008", "ORDERS");
    check(edifact("3", &[&kindless]), &["UCM"], &["UCM+1+ORDERS:0:0:0+7'"]);
    let group = |head: &str| edifact("3", &[ORDER]).replace(ORDER, &format!("{head}{ORDER}UNE+1+'"));
    check(
        group("UNG+ORDERS+HOUSE:14+DEPT+261102:0815++UN+D:96A'"),
        &["UCF", "UCM"],
        &["UCF+0+HOUSE:14+DEPT+7'", "UCM+1+ORDERS:D:96A:UN:EAN008+7'"],
    );
    check(group("UNG+ORDERS+++261102:0815++UN+D:96A'"), &["UCF"], &["UCF+0+4012345000009:14+ACME:ZZ+7'"]);
}
