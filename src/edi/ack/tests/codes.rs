//! Every code of a finding, level by level and version by version.

use super::*;
use crate::edi::place::Place;

fn policy(functional: FunctionalAck) -> AckPolicy {
    AckPolicy { functional, interchange: InterchangeAck::Always, notes_accepted: vec![], ..AckPolicy::default() }
}

/// The codes of an element's or a segment's finding: AK304 and AK403.
fn inside(release: &str, functional: FunctionalAck, finding: Finding) -> String {
    let mut report = report(&x12(release, &[SOUND]));
    report.groups[0].sets[0].findings.push(finding);
    let text = answered(&report, &policy(functional));
    let code = |line: &str, number: usize| line.trim_end_matches('~').split('*').nth(number).unwrap_or("").to_owned();
    let lines = lines(&text, &["AK3", "IK3", "AK4", "IK4", "AK5", "IK5"]);
    let codes = lines.iter().map(|line| match line.get(..3) {
        Some("AK3" | "IK3") => code(line, 4),
        Some("AK4" | "IK4") => format!("/{}", code(line, 3)),
        _ => format!(" {}", line.get(4..).unwrap_or_default().trim_end_matches('~')),
    });
    codes.collect()
}

#[test]
fn codes_inside_a_set() {
    use FindingCode as C;
    let check = |code: C, level: Level, old: &str, new: &str, partner: &str| {
        let standard = || error(code, level);
        let of_partner = Finding { authority: Authority::Partner, ..standard() };
        assert_eq!(inside("004010", FunctionalAck::Group997, standard()), old, "{code:?} 997 of 004010");
        assert_eq!(inside("005010", FunctionalAck::Group997, standard()), new, "{code:?} 997 of 005010");
        assert_eq!(inside("004010", FunctionalAck::Group999, standard()), new, "{code:?} 999");
        assert_eq!(inside("005010", FunctionalAck::Group999, of_partner), partner, "{code:?} 999, partner's rule");
    };
    let same = |code: C, level: Level, expect: &str| check(code, level, expect, expect, expect);
    let (segment, element) = (Level::Segment, Level::Element);
    same(C::UnknownSegment, segment, "1 R*5");
    same(C::SegmentNotOfSet, segment, "6 R*5");
    same(C::LeadingBlanks, segment, "1 R*5");
    same(C::TrailingBlanks, element, "8/6 R*5");
    same(C::UnexpectedSegment, segment, "2 R*5");
    check(C::MissingSegment, segment, "3 R*5", "3 R*5", "I8 R*I5");
    same(C::TooManyLoops, segment, "4 R*5");
    same(C::TooManySegments, segment, "5 R*5");
    same(C::OutOfSequence, segment, "7 R*5");
    check(C::NotUsedSegment, segment, "2 R*5", "2 R*5", "I4 R*I5");
    same(C::TrailingSeparators, segment, "8 R*5");
    check(C::MissingElement, element, "8/1 R*5", "8/1 R*5", "8/I9 R*I5");
    same(C::ConditionalElementMissing, element, "8/2 R*5");
    same(C::TooManyElements, element, "8/3 R*5");
    same(C::TooShort, element, "8/4 R*5");
    same(C::TooLong, element, "8/5 R*5");
    same(C::InvalidCharacter, element, "8/6 R*5");
    same(C::NotANumber, element, "8/6 R*5");
    same(C::CharacterSet, element, "8/6 R*5");
    check(C::CodeUnknown, element, "8/7 R*5", "8/7 R*5", "8/I6 R*I5");
    same(C::NotADate, element, "8/8 R*5");
    same(C::NotATime, element, "8/9 R*5");
    same(C::ExcludedElement, element, "8/10 R*5");
    check(C::TooManyRepetitions, element, "8/3 R*5", "8/12 R*5", "8/12 R*5");
    check(C::TooManyComponents, element, "8/3 R*5", "8/13 R*5", "8/13 R*5");
    check(C::NotUsedElement, element, "8/3 R*5", "8/3 R*5", "8/I10 R*I5");
    same(C::Hierarchy, element, "8/7 R*5");
    same(C::Hierarchy, segment, "2 R*5");
    same(C::TrailerMissing, segment, " R*2");
    same(C::ControlNumberDiffers, element, " R*3");
    same(C::CountWrong, element, " R*4");
    same(C::ControlNumberRepeated, Level::Set, " R*23");
    same(C::NoGuide, Level::Set, " R*1");
    check(C::SetNotOfGroup, Level::Set, " R*6", " R*18", " R*18");
    // What has no code of its own rejects all the same.
    same(C::MoreFindings, segment, " R*5");
    same(C::ReleaseCharacter, element, " R*5");
}

#[test]
fn trailing_separators_have_a_code_from_006050_on() {
    let finding = || error(FindingCode::TrailingSeparators, Level::Segment);
    assert_eq!(inside("006040", FunctionalAck::Group997, finding()), "8 R*5");
    assert_eq!(inside("006050", FunctionalAck::Group997, finding()), "10 R*5");
}

#[test]
fn errors_in_st_are_the_sets() {
    let check = |tag: &[u8], element: u32, release: &str, expect: &str| {
        let mut finding = error(FindingCode::TooLong, Level::Element);
        finding.place =
            Place { tag: Some(Tag::new(tag)), segment_position: Some(1), element: Some(element), ..Place::default() };
        assert_eq!(inside(release, FunctionalAck::Group997, finding), expect);
    };
    check(b"ST", 1, "004010", " R*6");
    check(b"ST", 2, "004010", " R*7");
    check(b"ST", 3, "004010", " R*5");
    check(b"ST", 3, "005010", " R*19");
    check(b"SE", 1, "004010", " R*5");
}

#[test]
fn components_and_repetitions_are_named() {
    let check = |component: Option<u32>, repetition: Option<u32>, release: &str, expect: &str| {
        let mut report = report(&x12(release, &[SOUND]));
        let mut finding = Finding { data_element: Some("C040".into()), ..error(FindingCode::TooLong, Level::Element) };
        (finding.place.component, finding.place.repetition) = (component, repetition);
        report.groups[0].sets[0].findings.push(finding);
        let text = answered(&report, &policy(FunctionalAck::Group997));
        assert_eq!(lines(&text, &["AK4"]), [expect]);
    };
    check(None, None, "004010", "AK4*2**5~");
    check(Some(4), None, "004010", "AK4*2>4**5~");
    check(Some(4), Some(3), "004010", "AK4*2>4**5~");
    check(Some(4), Some(3), "005010", "AK4*2>4>3**5~");
    check(None, Some(3), "005010", "AK4*2>>3**5~");
    check(None, Some(1), "005010", "AK4*2**5~");
}

/// AK905 of a group's finding.
#[test]
fn codes_of_a_group() {
    let check = |code: FindingCode, element: Option<u32>, old: &str, new: &str| {
        for (release, expect) in [("004010", old), ("005010", new)] {
            let mut report = report(&x12(release, &[SOUND]));
            let start = report.groups[0].head.as_ref().unwrap().start;
            let place = Place { tag: Some(Tag::new(b"GS")), element, ..Place::bytes(start, start) };
            report.groups[0].findings.push(Finding { place, ..error(code, Level::Group) });
            let text = answered(&report, &policy(FunctionalAck::Group997));
            assert_eq!(lines(&text, &["AK9"]), [format!("AK9*R*1*1*0{expect}~")], "{code:?} {release}");
        }
    };
    check(FindingCode::TrailerMissing, None, "*3", "*3");
    check(FindingCode::ControlNumberDiffers, Some(2), "*4", "*4");
    check(FindingCode::CountWrong, Some(1), "*5", "*5");
    check(FindingCode::ControlNumberRepeated, None, "", "*19");
    check(FindingCode::SyntaxUnknown, None, "*2", "*2");
    check(FindingCode::MissingElement, Some(1), "*1", "*1");
    check(FindingCode::MissingElement, Some(6), "*6", "*6");
    check(FindingCode::CodeUnknown, Some(8), "*2", "*2");
    check(FindingCode::EmptyEnvelope, None, "", "");
}

/// TA105 of an interchange's finding.
#[test]
fn notes_of_an_interchange() {
    let check = |code: FindingCode, element: Option<u32>, expect: &str| {
        let mut report = report(&x12("004010", &[SOUND]));
        let place = Place { element, ..report.head.place };
        report.findings.push(Finding { place, ..error(code, Level::Interchange) });
        let text = answered(&report, &policy(FunctionalAck::Group997));
        let ta1 = format!("TA1*000000071*261102*0815*R*{expect}~");
        assert_eq!(lines(&text, &["TA1", "GS"]), [ta1], "{code:?} {element:?}");
    };
    use FindingCode as C;
    for (code, note) in [
        (C::ControlNumberDiffers, "001"),
        (C::SyntaxUnknown, "003"),
        (C::SegmentTerminator, "004"),
        (C::SenderUnknown, "006"),
        (C::ReceiverUnknown, "009"),
        (C::UsageNotAgreed, "020"),
        (C::CountWrong, "021"),
        (C::HeaderUnreadable, "022"),
        (C::CharacterSet, "022"),
        (C::TrailerMissing, "023"),
        (C::TerminatorMissing, "023"),
        (C::MisplacedEnvelope, "024"),
        (C::EmptyEnvelope, "024"),
        (C::ControlNumberRepeated, "025"),
        (C::ElementSeparator, "026"),
        (C::ComponentSeparator, "027"),
        (C::ComponentSeparatorMissing, "027"),
        (C::MoreFindings, "024"),
    ] {
        check(code, None, note);
    }
    let by_element = [
        "010", "011", "012", "013", "005", "006", "007", "008", "014", "015", "016", "017", "018", "019", "020", "027",
    ];
    for (element, note) in (1..).zip(by_element) {
        check(C::IsaWidth, Some(element), note);
        check(C::MissingElement, Some(element), note);
    }
}

#[test]
fn of_two_notes_the_one_that_rejects_is_told() {
    let mut report = report(&x12("004010", &[SOUND]));
    report.findings.push(error(FindingCode::CountWrong, Level::Interchange));
    report.findings.push(error(FindingCode::TrailerMissing, Level::Interchange));
    let policy = AckPolicy { interchange: InterchangeAck::Always, ..AckPolicy::default() };
    assert!(answered(&report, &policy).contains("*R*023~"));
    report.findings.pop();
    assert!(answered(&report, &policy).contains("*E*021~"));
}

/// Findings of a group that come before its head, or between its sets, are its own.
#[test]
fn findings_of_a_group_are_not_the_interchanges() {
    let sound = x12("004010", &[SOUND]);
    let twice = sound.replace("IEA*1", &format!("GS*PO*NORTHWIND*ACME*20261102*0815*7*X*004010~{SOUND}GE*1*7~IEA*2"));
    let mut report = report(&twice);
    let repeated = report.groups[1].findings.iter_mut().find(|one| one.code == FindingCode::ControlNumberRepeated);
    let mut repeated = std::mem::replace(repeated.unwrap(), error(FindingCode::MoreFindings, Level::Group));
    repeated.severity = Severity::Error;
    report.groups[1].findings.clear();
    report.findings.push(repeated);
    let text = answered(&report, &policy(FunctionalAck::Group997));
    assert!(text.starts_with("accepted: accepted (accepted): rejected (rejected)\n"), "{text}");
    assert_eq!(lines(&text, &["TA1", "AK9"]), ["TA1*000000071*261102*0815*A*000~", "AK9*A*1*1*1~", "AK9*R*1*1*0~"]);
}
