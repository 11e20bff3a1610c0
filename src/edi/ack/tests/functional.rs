//! TA1, 997 and 999.

use super::*;

/// Faults of every kind: a segment unknown, one missing, an element missing, too long, of the wrong type, no date, one
/// too many, and a count that is wrong.
const FAULTY: &str = "ST*850*0002~BEG*00*SA***2026110~XYZ*1~N1*ST*Plant**9~PO1*1*five*EA*2.5**BP~PO1*2*5*EA*2.5~\
                      CTT*2*3*4*5*6*7*8*9~SE*9*0002~";

fn policy() -> AckPolicy {
    AckPolicy::default()
}

fn telling() -> AckPolicy {
    AckPolicy { warnings: Warnings::Noted, ..policy() }
}

#[test]
fn a_997_in_004010() {
    insta::assert_snapshot!(answered_file(&x12("004010", &[SOUND, FAULTY]), &telling()));
}

#[test]
fn a_997_in_005010() {
    insta::assert_snapshot!(answered_file(&x12("005010", &[SOUND, FAULTY]), &telling()));
}

#[test]
fn a_999() {
    let policy = AckPolicy { functional: FunctionalAck::Group999, loop_ids: LoopIds::Names, ..telling() };
    insta::assert_snapshot!(answered_file(&x12("005010", &[SOUND, FAULTY]), &policy));
}

#[test]
fn a_ta1_notes_only_what_the_list_has_a_word_for() {
    let file = format!("Good morning\n{}", x12("004010", &[SOUND])).replace("IEA*1*000000071", "IEA*1*71");
    let policy = AckPolicy { interchange: InterchangeAck::Always, ..telling() };
    assert_eq!(lines(&answered_file(&file, &policy), &["TA1"]), ["TA1*000000071*261102*0815*E*001~"]);
}

#[test]
fn sound_sets_are_listed_or_only_counted() {
    let file = x12("004010", &[SOUND, SOUND_2]);
    let tags = ["AK", "SE"];
    let listed = answered_file(&file, &policy());
    assert_eq!(
        lines(&listed, &tags),
        ["AK1*PO*7~", "AK2*850*0001~", "AK5*A~", "AK2*850*0002~", "AK5*A~", "AK9*A*2*2*2~", "SE*8*0001~"]
    );
    let counted = answered_file(&file, &AckPolicy { accepted_sets: AcceptedSets::LeftOut, ..policy() });
    assert_eq!(lines(&counted, &tags), ["AK1*PO*7~", "AK9*A*2*2*2~", "SE*4*0001~"]);
}

#[test]
fn who_is_answered_how() {
    let asked = |file: String| file.replace("*0*P*>", "*1*P*>");
    let sound = x12("004010", &[SOUND]);
    let wrong = sound.replace("IEA*1*", "IEA*2*");
    let check = |file: &str, interchange: InterchangeAck, functional: FunctionalAck, expect: &[&str]| {
        let policy = AckPolicy { interchange, functional, ..policy() };
        let text = answered_file(file, &policy);
        let found: Vec<&str> = lines(&text, &["TA1", "GS", "ST", "IEA"]);
        assert_eq!(found, expect, "{interchange:?} {functional:?}\n{text}");
    };
    let fa = ["GS*FA*ACME*NORTHWIND*20261124*0905*5*X*004010~", "ST*997*0001~", "IEA*1*000000012~"];
    let (accepted, noted) = ("TA1*000000071*261102*0815*A*000~", "TA1*000000071*261102*0815*E*021~");
    let with_fa = |ta1: &'static str| [&[ta1], fa.as_slice()].concat();
    use FunctionalAck::{Group997, None};
    check(&sound, InterchangeAck::Never, None, &[]);
    check(&sound, InterchangeAck::OnRequest, Group997, &fa);
    check(&asked(sound.clone()), InterchangeAck::Never, Group997, &fa);
    check(&asked(sound.clone()), InterchangeAck::OnRequest, Group997, &with_fa(accepted));
    check(&asked(sound.clone()), InterchangeAck::OnRequest, None, &[accepted, "IEA*0*000000012~"]);
    check(&sound, InterchangeAck::OnError, Group997, &fa);
    check(&sound, InterchangeAck::Always, Group997, &with_fa(accepted));
    check(&wrong, InterchangeAck::OnRequest, Group997, &fa);
    check(&wrong, InterchangeAck::OnError, Group997, &with_fa(noted));
    check(&asked(wrong.clone()), InterchangeAck::OnRequest, Group997, &with_fa(noted));
}

#[test]
fn a_rejected_interchange_gets_a_ta1_alone() {
    let cut = x12("004010", &[SOUND]).replace("IEA*1*000000071~", "");
    let policy = AckPolicy { interchange: InterchangeAck::Always, ..policy() };
    insta::assert_snapshot!(answered_file(&cut, &policy), @r"
    rejected: rejected (rejected)
    ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261124*0905*U*00401*000000012*0*P*>~
    TA1*000000071*261102*0815*R*023~
    IEA*0*000000012~
    ");
    let strict = AckPolicy { notes_accepted: vec![], ..policy.clone() };
    let wrong = x12("004010", &[SOUND]).replace("IEA*1*", "IEA*2*");
    insta::assert_snapshot!(answered_file(&wrong, &strict), @r"
    rejected: rejected (rejected)
    ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261124*0905*U*00401*000000012*0*P*>~
    TA1*000000071*261102*0815*R*021~
    IEA*0*000000012~
    ");
    // Nobody asked, and nothing else would tell.
    let unasked = AckPolicy { interchange: InterchangeAck::OnRequest, ..policy.clone() };
    assert_eq!(answered_file(&cut, &unasked), answered_file(&cut, &policy));
    let never = AckPolicy { interchange: InterchangeAck::Never, ..policy };
    assert_eq!(answered_file(&cut, &never), "rejected: rejected (rejected)\nno answer\n");
}

/// No 997 names a set that stands in no group.
#[test]
fn a_set_outside_of_any_group_is_told_by_the_ta1() {
    let policy = AckPolicy { interchange: InterchangeAck::OnRequest, ..policy() };
    let check = |file: &str, expect: &[&str]| {
        let text = answered_file(file, &policy);
        assert_eq!(lines(&text, &["TA1", "AK9"]), expect, "{text}");
    };
    let sound = x12("004010", &[SOUND]);
    let alone = sound.split('~').filter(|segment| !segment.starts_with("GS*") && !segment.starts_with("GE*"));
    let alone = alone.collect::<Vec<_>>().join("~").replace("IEA*1*", "IEA*0*");
    check(&alone, &["TA1*000000071*261102*0815*R*024~"]);
    let start = sound.find("ST*").unwrap();
    let set = &sound[start..sound.find("GE*").unwrap()];
    check(&sound.replace("IEA*", &format!("{set}IEA*")), &["TA1*000000071*261102*0815*E*024~", "AK9*A*1*1*1~"]);
}

#[test]
fn a_head_that_cannot_be_read_gets_a_ta1_where_its_number_can() {
    let policy = AckPolicy { interchange: InterchangeAck::Always, ..policy() };
    let mut report = report(&x12("004010", &[]));
    report.groups.clear();
    report.findings = vec![error(FindingCode::SegmentTerminator, Level::Interchange)];
    let text = answered(&report, &policy);
    assert_eq!(lines(&text, &["TA1", "IEA"]), ["TA1*000000071*261102*0815*R*004~", "IEA*0*000000012~"]);
    std::sync::Arc::make_mut(&mut report.head).control_number.clear();
    assert_eq!(answered(&report, &policy), "rejected\nno answer\n");
}

#[test]
fn answers_are_not_answered() {
    let policy = AckPolicy { interchange: InterchangeAck::Always, ..policy() };
    let ta1 = x12("004010", &[])
        .replace("GS*PO*NORTHWIND*ACME*20261102*0815*7*X*004010~", "TA1*000000001*261102*0815*A*000~");
    let ta1 = ta1.replace("GE*0*7~IEA*1", "IEA*0");
    assert_eq!(answered_file(&ta1, &policy), "accepted\nno answer\n");
    let fa = x12("004010", &["ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~"]).replace("GS*PO", "GS*FA");
    let text = answered_file(&fa, &policy);
    assert_eq!(lines(&text, &["TA1", "GS", "ST"]), ["TA1*000000071*261102*0815*A*000~"]);
}

#[test]
fn groups_that_go_to_one_place_in_one_version_are_one_group() {
    let file = x12("004010", &[SOUND]);
    let group = |from: &str, number: &str, release: &str| {
        format!("GS*PO*{from}*ACME*20261102*0815*{number}*X*{release}~{SOUND}GE*1*{number}~")
    };
    let groups = [
        group("EAST", "8", "004010"),
        group("NORTHWIND", "9", "004010VICS"),
        group("NORTHWIND", "10", "005010X220A1"),
        group("NORTHWIND", "11", "4010"),
    ];
    let file = file.replace("IEA*1*", &format!("{}IEA*5*", groups.concat()));
    let text = answered_file(&file, &policy());
    assert_eq!(
        lines(&text, &["GS", "ST", "AK1", "GE", "IEA"]),
        [
            "GS*FA*ACME*NORTHWIND*20261124*0905*5*X*004010~",
            "ST*997*0001~",
            "AK1*PO*7~",
            "ST*997*0002~",
            "AK1*PO*9~",
            "ST*997*0003~",
            "AK1*PO*11~",
            "GE*3*5~",
            "GS*FA*ACME*EAST*20261124*0905*6*X*004010~",
            "ST*997*0001~",
            "AK1*PO*8~",
            "GE*1*6~",
            "GS*FA*ACME*NORTHWIND*20261124*0905*7*X*005010~",
            "ST*997*0001~",
            "AK1*PO*10*005010X220A1~",
            "GE*1*7~",
            "IEA*3*000000012~",
        ]
    );
}

#[test]
fn versions_of_the_answer() {
    let file = x12("005010", &[SOUND]);
    let policy =
        AckPolicy { interchange_version: Some("00400".into()), functional_version: Some("004010".into()), ..policy() };
    let text = answered_file(&file, &policy);
    assert!(text.contains("*U*00400*000000012*0*P*>~"), "{text}");
    assert!(text.contains("*X*004010~") && text.contains("AK1*PO*7*005010~"), "{text}");
    let odd = x12("004010", &[SOUND]).replace("*00401*", "*4010 *");
    assert!(answered_file(&odd, &self::policy()).contains("*U*00401*"));
    let old = x12("003040", &[SOUND]);
    assert!(answered_file(&old, &self::policy()).contains("GS*FA*ACME*NORTHWIND*261124*0905*5*X*003040~"));
}

#[test]
fn ak9_by_what_became_of_the_sets() {
    let rejected = "ST*850*0002~BEG*00*SA***20261102~PO1*1*5*EA*2.5~CTT*1~SE*5*0002~";
    let check = |sets: &[&str], change: &dyn Fn(String) -> String, verdict: &str, ak9: &str| {
        let text = answered_file(&change(x12("004010", sets)), &policy());
        assert!(text.starts_with(verdict), "{text}");
        assert_eq!(lines(&text, &["AK9"]), [ak9], "{text}");
    };
    let same = |file: String| file;
    check(&[SOUND], &same, "accepted: accepted (accepted)", "AK9*A*1*1*1~");
    check(&[rejected], &same, "accepted: rejected (rejected)", "AK9*R*1*1*0~");
    check(&[SOUND, rejected], &same, "accepted: partly-accepted (accepted, rejected)", "AK9*P*2*2*1~");
    let counted = |file: String| file.replace("GE*1*7", "GE*3*7");
    check(&[SOUND], &counted, "accepted: rejected (rejected)", "AK9*R*3*1*0*5~");
    let other = |file: String| file.replace("GE*1*7", "GE*1*8");
    check(&[SOUND], &other, "accepted: rejected (rejected)", "AK9*R*1*1*0*4~");
    let missing = |file: String| file.replace("GE*1*7~", "");
    check(&[SOUND], &missing, "accepted: rejected (rejected)", "AK9*R*1*1*0*3~");
    let odd = |file: String| file.replace("GE*1*7", "GE*1234567*7");
    check(&[SOUND], &odd, "accepted: rejected (rejected)", "AK9*R*1*1*0*5~");
}

#[test]
fn a_group_that_is_refused_names_only_sets_with_errors_of_their_own() {
    let rejected = "ST*850*0002~BEG*00*SA***20261102~PO1*1*5*EA*2.5~CTT*1~SE*5*0002~";
    let file = x12("004010", &[SOUND, rejected]).replace("GE*2*7", "GE*9*7");
    let text = answered_file(&file, &policy());
    assert_eq!(
        lines(&text, &["AK"]),
        ["AK1*PO*7~", "AK2*850*0002~", "AK3*BEG*2**8~", "AK4*3*324*1~", "AK5*R*5~", "AK9*R*9*2*0*5~"]
    );
}

#[test]
fn warnings_are_untold_or_noted() {
    let mut report = report(&x12("004010", &[SOUND, SOUND_2]));
    report.groups[0].sets[0].findings.push(finding(Severity::Warning, FindingCode::TooLong, Level::Element));
    report.groups[0].sets[1].findings.push(finding(Severity::Warning, FindingCode::CheckDigit, Level::Element));
    let text = answered(&report, &policy());
    assert!(text.starts_with("accepted: accepted (accepted, accepted)"));
    assert_eq!(lines(&text, &["AK5", "AK9"]), ["AK5*A~", "AK5*A~", "AK9*A*2*2*2~"]);
    let text = answered(&report, &AckPolicy { warnings: Warnings::Noted, ..policy() });
    assert!(text.starts_with("accepted: accepted-with-errors (accepted-with-errors, accepted)"));
    assert_eq!(
        lines(&text, &["AK3", "AK4", "AK5", "AK9"]),
        ["AK3*PO1*3**8~", "AK4*2**5~", "AK5*E*5~", "AK5*A~", "AK9*E*2*2*2~"]
    );
    // In a rejected set, too, only what is told is told.
    report.groups[0].sets[0].findings.push(error(FindingCode::TooShort, Level::Element));
    let text = answered(&report, &policy());
    assert_eq!(lines(&text, &["AK4"]), ["AK4*2**4~"]);
    report.findings.push(finding(Severity::Warning, FindingCode::CountWrong, Level::Interchange));
    let always = AckPolicy { interchange: InterchangeAck::Always, ..policy() };
    assert!(answered(&report, &always).contains("*A*000~"));
    assert!(answered(&report, &AckPolicy { warnings: Warnings::Noted, ..always }).contains("*E*021~"));
}

#[test]
fn copies_of_data_never_hold_what_cannot_be_sent() {
    let check = |text: &str, code: FindingCode, expect: &str| {
        let mut report = report(&x12("004010", &[SOUND]));
        let quoted = Finding { data_element: Some("324".into()), ..error(code, Level::Element) }.quoting(text);
        report.groups[0].sets[0].findings.push(quoted);
        let answer = answered(&report, &policy());
        assert_eq!(lines(&answer, &["AK4"]), [expect], "{text}");
    };
    check("12", FindingCode::TooShort, "AK4*2*324*4*12~");
    check("Größe", FindingCode::TooLong, "AK4*2*324*5*Größe~");
    check(&"x".repeat(120), FindingCode::TooLong, &format!("AK4*2*324*5*{}~", "x".repeat(99)));
    check("a*b", FindingCode::TooLong, "AK4*2*324*5~");
    check("a>b", FindingCode::TooLong, "AK4*2*324*5~");
    check("a^b", FindingCode::TooLong, "AK4*2*324*5~");
    check("a\u{7}b", FindingCode::CodeUnknown, "AK4*2*324*7~");
    check("ab", FindingCode::InvalidCharacter, "AK4*2*324*6~");
    check("ab", FindingCode::NotANumber, "AK4*2*324*6~");
}

#[test]
fn limits_of_the_answer() {
    let mut report = report(&x12("004010", &[SOUND]));
    let findings = &mut report.groups[0].sets[0].findings;
    findings.extend((0..100).map(|_| error(FindingCode::TooLong, Level::Element)));
    let at = |position: u32, tag: &[u8]| {
        let mut finding = error(FindingCode::UnknownSegment, Level::Segment);
        (finding.place.segment_position, finding.place.tag) = (Some(position), Some(Tag::new(tag)));
        finding
    };
    // 719 has six digits before 005010; 721 two or three characters that can be sent.
    findings.extend([at(999_999, b"ABCD"), at(1_000_000, b"ABC"), at(4, b"A"), at(5, b"*~A"), at(6, b"A*B")]);
    let text = answered(&report, &policy());
    assert_eq!(lines(&text, &["AK4"]).len(), 99);
    assert_eq!(lines(&text, &["AK3"]), ["AK3*PO1*3**8~", "AK3*AB*6**1~", "AK3*ABC*999999**1~"]);
    let newer = AckPolicy { functional: FunctionalAck::Group999, ..policy() };
    assert!(answered(&report, &newer).contains("IK3*ABC*1000000**1~"));
    let mut report = self::report(&x12("004010", &[SOUND]));
    let codes = [
        FindingCode::TrailerMissing,
        FindingCode::ControlNumberDiffers,
        FindingCode::CountWrong,
        FindingCode::CountWrong,
        FindingCode::ControlNumberRepeated,
        FindingCode::NoGuide,
        FindingCode::SetNotOfGroup,
    ];
    report.groups[0].sets[0].findings.extend(codes.map(|code| error(code, Level::Set)));
    assert!(answered(&report, &policy()).contains("AK5*R*2*3*4*23*1~"));
}

#[test]
fn what_is_echoed_can_be_sent() {
    let file = x12("004010", &[SOUND]).replace('*', "|").replace("|0001~", "|0*1~").replace("GS|PO|", "GS|P~O|");
    let file = file.replace("GS|P~O|", "GS|PO|");
    let text = answered_file(&file, &policy());
    assert!(text.contains("AK2*850*01~"), "{text}");
}

#[test]
fn test_interchanges_are_answered_as_tests() {
    let text = answered_file(&x12("004010", &[SOUND]).replace("*0*P*>", "*0*T*>"), &policy());
    assert!(text.contains("*000000012*0*T*>~"), "{text}");
    let mut report = report(&x12("004010", &[SOUND]));
    std::sync::Arc::make_mut(&mut report.head).usage = Usage::Unknown;
    assert!(answered(&report, &policy()).contains("*000000012*0*P*>~"));
}

/// Whatever is wrong between the sets of one group is that group's affair, however often.
#[test]
fn a_group_full_of_stray_segments_does_not_take_the_next_one_with_it() {
    let sound = x12("004010", &[SOUND]);
    let second = &sound[sound.find("GS*").unwrap()..sound.find("IEA*").unwrap()];
    let second = second.replace("*7*X*", "*8*X*").replace("GE*1*7", "GE*1*8");
    let strays = "ZZ*1~".repeat(1_500);
    let file = sound.replacen("ST*", &format!("{strays}ST*"), 1).replace("IEA*1*", &format!("{second}IEA*2*"));
    let text = answered_file(&file, &policy());
    assert_eq!(
        lines(&text, &["TA1", "AK1", "AK9"]),
        ["AK1*PO*7~", "AK9*R*1*1*0~", "AK1*PO*8~", "AK9*A*1*1*1~"],
        "{text}"
    );
}

/// AK102 and AK202 are mandatory. What stands for a number that never came is the least that the element allows, and for
/// the kind of a group and its sets what the one says of the other.
#[test]
fn numbers_that_never_came_are_filled_in() {
    let check = |file: String, expect: &[&str]| {
        let text = answered_file(&file, &policy());
        assert_eq!(lines(&text, &["GS", "AK"]), expect, "{text}");
    };
    let fa = "GS*FA*ACME*NORTHWIND*20261124*0905*5*X*004010~";
    let sound = x12("004010", &[SOUND]);
    check(
        sound.replace("*0815*7*X*", "*0815**X*").replace("GE*1*7", "GE*1*"),
        &[fa, "AK1*PO*0~", "AK2*850*0001~", "AK5*A~", "AK9*A*1*1*1~"],
    );
    check(
        sound.replace("850*0001", "850*").replace("SE*5*0001", "SE*5*"),
        &[fa, "AK1*PO*7~", "AK2*850*0000~", "AK5*R*7~", "AK9*R*1*1*0~"],
    );
    check(sound.replace("ST*850*", "ST**"), &[fa, "AK1*PO*7~", "AK2*850*0001~", "AK5*R*6*1~", "AK9*R*1*1*0~"]);
    check(sound.replace("GS*PO*", "GS**"), &[fa, "AK1*PO*7~", "AK2*850*0001~", "AK5*R*6~", "AK9*R*1*1*0~"]);
    check(
        sound.replace("GS*PO*NORTHWIND*ACME*", "GS*PO***"),
        &["GS*FA*ACMEBRG*123456789*20261124*0905*5*X*004010~", "AK1*PO*7~", "AK2*850*0001~", "AK5*A~", "AK9*A*1*1*1~"],
    );
    // By what came, however odd, the partner finds what is meant.
    check(
        sound.replace("*0815*7*X*", "*0815*A7*X*").replace("GE*1*7", "GE*1*A7").replace("*0001", "*1"),
        &[fa, "AK1*PO*A7~", "AK2*850*1~", "AK5*A~", "AK9*A*1*1*1~"],
    );
}
