//! What is written, byte by byte, and what is refused.

mod laws;
mod rewrite;

use super::*;
use crate::base::Diagnostic;
use crate::edi::delimiter::Delimiters;
use crate::edi::{
    CharacterSet, OutgoingElement, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead,
    OutgoingSegment, OutgoingSet, Particulars, Party, Standard, Usage, decode,
};

fn party(qualifier: &str, id: &str) -> Party {
    Party { qualifier: qualifier.into(), id: id.into() }
}

fn head(standard: Standard) -> OutgoingInterchangeHead {
    let is_x12 = standard == Standard::X12;
    let either = |x12: &str, edifact: &str| if is_x12 { x12.to_owned() } else { edifact.to_owned() };
    OutgoingInterchangeHead {
        standard,
        sender: party(&either("01", "14"), "ACME"),
        receiver: party("ZZ", "NORTHWIND"),
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: "261124".into(),
        time: "0815".into(),
        syntax: either("", "UNOC"),
        version: either("00401", "3"),
        control_number: "71".into(),
        acknowledgement_asked: false,
        usage: Usage::Production,
        particulars: Particulars::default(),
    }
}

/// An order with one segment of its own.
fn order(standard: Standard, control_number: &str, segment: OutgoingSegment) -> OutgoingSet {
    let (id, release, agency, begin) = match standard {
        Standard::X12 => ("850", "", "", "BEG"),
        Standard::Edifact => ("ORDERS", "D.96A", "UN", "BGM"),
    };
    OutgoingSet {
        id: id.into(),
        release: release.into(),
        agency: agency.into(),
        control_number: control_number.into(),
        segments: vec![OutgoingSegment::new(begin).with("00").with("").with("PO1").with(""), segment],
        ..OutgoingSet::default()
    }
}

fn interchange(standard: Standard, segment: OutgoingSegment) -> OutgoingInterchange {
    let set = order(standard, "0001", segment);
    let group = OutgoingGroupHead {
        functional_id: "PO".into(),
        sender: party("", "ACME"),
        receiver: party("", "NW"),
        date: "20261124".into(),
        time: "0815".into(),
        control_number: "9".into(),
        agency: "X".into(),
        version: "004010".into(),
    };
    let (groups, messages) = match standard {
        Standard::X12 => (vec![OutgoingGroup { head: group, sets: vec![set] }], vec![]),
        Standard::Edifact => (vec![], vec![set]),
    };
    OutgoingInterchange { head: head(standard), acknowledgements: vec![], groups, messages }
}

fn free_text(text: &str) -> OutgoingSegment {
    OutgoingSegment::new("FTX").with("AAI").with(text)
}

fn written(interchange: &OutgoingInterchange, options: &WriteOptions) -> String {
    match write(interchange, options) {
        Ok(bytes) => decode(&bytes).into_owned(),
        Err(fault) => Diagnostic::from(&fault).to_string(),
    }
}

/// The line of the file that begins with a tag.
fn line(interchange: &OutgoingInterchange, options: &WriteOptions, tag: &str) -> String {
    let options = WriteOptions { suffix: TerminatorSuffix::Lf, ..options.clone() };
    let text = written(interchange, &options);
    text.lines().find(|line| line.starts_with(tag)).map_or_else(|| text.clone(), str::to_owned)
}

#[test]
fn a_whole_interchange_of_x12() {
    let mut interchange = interchange(Standard::X12, free_text("two boxes"));
    interchange.acknowledgements.push(OutgoingSegment::new("TA1").with("000000071").with("261102"));
    let options = WriteOptions { suffix: TerminatorSuffix::Lf, ..WriteOptions::x12() };
    insta::assert_snapshot!(written(&interchange, &options), @r"
    ISA*00*          *00*          *01*ACME           *ZZ*NORTHWIND      *261124*0815*U*00401*000000071*0*P*>~
    TA1*000000071*261102~
    GS*PO*ACME*NW*20261124*0815*9*X*004010~
    ST*850*0001~
    BEG*00**PO1~
    FTX*AAI*two boxes~
    SE*4*0001~
    GE*1*9~
    IEA*1*000000071~
    ");
}

#[test]
fn a_whole_interchange_of_edifact() {
    let mut interchange = interchange(Standard::Edifact, free_text("what's 2+2:1?"));
    interchange.messages[0].implementation = Some("EAN008".into());
    interchange.messages[0].header_rest.push(OutgoingElement::simple("CASE7"));
    interchange.head.sender_internal = vec!["DEPT".into()];
    interchange.head.acknowledgement_asked = true;
    interchange.head.usage = Usage::Test;
    interchange.head.particulars = Particulars {
        security: "secret".into(),
        application_reference: "ORDERS".into(),
        agreement: "EANCOM".into(),
        ..Particulars::default()
    };
    let options = WriteOptions { suffix: TerminatorSuffix::CrLf, ..WriteOptions::edifact() };
    insta::assert_snapshot!(written(&interchange, &options).replace('\r', ""), @r"
    UNA:+.? '
    UNB+UNOC:3+ACME:14:DEPT+NORTHWIND:ZZ+261124:0815+71+secret+ORDERS++1+EANCOM+1'
    UNH+0001+ORDERS:D:96A:UN:EAN008+CASE7'
    BGM+00++PO1'
    FTX+AAI+what?'s 2?+2?:1??'
    UNT+4+0001'
    UNZ+1+71'
    ");
}

#[test]
fn groups_of_edifact_and_syntax_version_4() {
    let mut interchange = interchange(Standard::X12, free_text("x"));
    interchange.head =
        OutgoingInterchangeHead { version: "4".into(), date: "20261124".into(), ..head(Standard::Edifact) };
    let group = &mut interchange.groups[0];
    group.head = OutgoingGroupHead {
        functional_id: "ORDERS".into(),
        sender: party("14", "HOUSE"),
        agency: "UN".into(),
        version: "D.01B".into(),
        ..group.head.clone()
    };
    let repeated = OutgoingElement(vec![vec!["a*".into(), "b".into()], vec![], vec!["".into(), "c".into()]]);
    let segment = OutgoingSegment { elements: vec![repeated], ..OutgoingSegment::new("PIA") };
    group.sets = vec![order(Standard::Edifact, "1", segment), order(Standard::Edifact, "2", free_text(""))];
    let options = WriteOptions { suffix: TerminatorSuffix::Lf, ..WriteOptions::edifact() };
    insta::assert_snapshot!(written(&interchange, &options), @r"
    UNA:+.?*'
    UNB+UNOC:4+ACME:14+NORTHWIND:ZZ+20261124:0815+71'
    UNG+ORDERS+HOUSE:14+NW+20261124:0815+9+UN+D:01B'
    UNH+1+ORDERS:D:96A:UN'
    BGM+00++PO1'
    PIA+a?*:b**:c'
    UNT+4+1'
    UNH+2+ORDERS:D:96A:UN'
    BGM+00++PO1'
    FTX+AAI'
    UNT+4+2'
    UNE+2+9'
    UNZ+1+71'
    ");
}

#[test]
fn the_una_by_policy() {
    let interchange = interchange(Standard::Edifact, free_text("1"));
    let check = |una: UnaPolicy, change: &dyn Fn(&mut WriteOptions), expect: &str| {
        let mut options = WriteOptions { una, ..WriteOptions::edifact() };
        change(&mut options);
        let text = written(&interchange, &options);
        assert!(text.starts_with(expect), "{una:?}: {text}");
    };
    let same = |_: &mut WriteOptions| {};
    let comma = |options: &mut WriteOptions| options.decimal_mark = b',';
    let bar = |options: &mut WriteOptions| options.delimiters.element = b'|';
    let unreleased = |options: &mut WriteOptions| options.delimiters.release = None;
    check(UnaPolicy::Always, &same, "UNA:+.? 'UNB+");
    check(UnaPolicy::IfNeeded, &same, "UNB+");
    check(UnaPolicy::Never, &same, "UNB+");
    check(UnaPolicy::IfNeeded, &comma, "UNA:+,? 'UNB+");
    check(UnaPolicy::IfNeeded, &bar, "UNA:|.? 'UNB|");
    check(UnaPolicy::IfNeeded, &unreleased, "UNA:+.  'UNB+");
    let mut newer = interchange.clone();
    newer.head.version = "4".into();
    let mut options = WriteOptions { una: UnaPolicy::IfNeeded, ..WriteOptions::edifact() };
    assert!(written(&newer, &options).starts_with("UNB+"));
    options.delimiters.repetition = None;
    assert!(written(&newer, &options).starts_with("UNA:+.? 'UNB+"));
    check(UnaPolicy::Never, &comma, "error[una-needed]: these delimiters need a UNA");
    check(UnaPolicy::Never, &bar, "error[una-needed]");
}

#[test]
fn isa_11_and_repetitions_by_version() {
    let repeated = OutgoingElement(vec![vec!["a".into()], vec!["b".into()]]);
    let segment = OutgoingSegment { elements: vec![repeated], ..OutgoingSegment::new("REF") };
    let check = |version: &str, isa_11: &str, expect: &str| {
        let mut interchange = interchange(Standard::X12, segment.clone());
        interchange.head.version = version.into();
        assert_eq!(line(&interchange, &WriteOptions::x12(), "REF"), expect, "{version}");
        interchange.groups.clear();
        let isa = line(&interchange, &WriteOptions::x12(), "ISA");
        assert_eq!(isa.split('*').nth(11), Some(isa_11), "{isa}");
    };
    let refused = "REF01 (segment 3): error[no-repetitions]: REF01 (repetition 2) in segment 3 of set 0001 comes more \
                   than once, and this version has no repetition separator — use version 00402 of the ISA or syntax \
                   version 4 of the UNB, or one value";
    check("00401", "U", refused);
    check("00402", "^", "REF*a^b~");
    check("00501", "^", "REF*a^b~");
    let check = |version: &str, expect: &str| {
        let mut interchange = interchange(Standard::Edifact, segment.clone());
        interchange.head.version = version.into();
        let found = line(&interchange, &WriteOptions::edifact(), "REF");
        assert!(found.starts_with(expect), "{version}: {found}");
    };
    check("3", "REF01 (segment 3): error[no-repetitions]");
    check("4", "REF+a*b'");
}

#[test]
fn what_is_empty_at_an_end_is_left_out() {
    let check = |repetitions: &[&[&str]], expect: &str| {
        let texts = |components: &&[&str]| components.iter().map(|text| (*text).to_owned()).collect();
        let element = OutgoingElement(repetitions.iter().map(texts).collect());
        let mut segment = OutgoingSegment::new("ZZZ").with("");
        segment.elements.push(element);
        let segment = segment.with("").with_components(["", ""]);
        let mut interchange = interchange(Standard::X12, segment);
        interchange.head.version = "00501".into();
        assert_eq!(line(&interchange, &WriteOptions::x12(), "ZZZ"), expect);
    };
    check(&[], "ZZZ~");
    check(&[&[""]], "ZZZ~");
    check(&[&["a", "", ""]], "ZZZ**a~");
    check(&[&["", "", "a"]], "ZZZ**>>a~");
    check(&[&["a", ""], &["", ""], &["", "b", ""], &[]], "ZZZ**a^^>b~");
    check(&[&["", ""], &["", ""]], "ZZZ~");
}

#[test]
fn separators_inside_data() {
    let with = |change: &dyn Fn(&mut WriteOptions)| {
        let mut options = WriteOptions::x12();
        change(&mut options);
        options
    };
    let check = |text: &str, options: &WriteOptions, expect: &str| {
        let found = line(&interchange(Standard::X12, free_text(text)), options, "FTX");
        assert!(found.starts_with(expect), "{text}: {found}");
    };
    let refused = |separator: &str| {
        format!(
            "FTX02 (segment 3): error[separator-in-data]: FTX02 in segment 3 of set 0001 holds the delimiter '{separator}'"
        )
    };
    let plain = WriteOptions::x12();
    check("a*b", &plain, &refused("*"));
    check("a>b", &plain, &refused(">"));
    check("a~b", &plain, &refused("~"));
    check("a^b?", &plain, "FTX*AAI*a^b?~");
    let replaced = with(&|options| options.separators = Unsendable::Replace('.'));
    check("a*b>c~d", &replaced, "FTX*AAI*a.b.c.d~");
    for useless in ['*', '\u{e4}', '\n', '€'] {
        check("a*b", &with(&|options| options.separators = Unsendable::Replace(useless)), &refused("*"));
    }
    // EDIFACT's delimiters in X12 mean nothing, and a release character neither.
    check("a+b'?", &with(&|options| options.delimiters.release = Some(b'?')), "FTX*AAI*a+b'?~");
    let control = with(&|options| options.delimiters.element = 0x1d);
    check("a*b", &control, "FTX\u{1d}AAI\u{1d}a*b~");
    // EDIFACT releases, unless there is no release character; `*` means nothing before syntax version 4.
    let edifact = |options: &WriteOptions| line(&interchange(Standard::Edifact, free_text("a+*?")), options, "FTX");
    assert_eq!(edifact(&WriteOptions::edifact()), "FTX+AAI+a?+*??'");
    let unreleased = Delimiters { release: None, ..WriteOptions::edifact().delimiters };
    let options = WriteOptions { delimiters: unreleased, ..WriteOptions::edifact() };
    assert!(edifact(&options).starts_with("FTX02 (segment 3): error[separator-in-data]"));
    let options = WriteOptions { separators: Unsendable::Replace(' '), ..options };
    assert_eq!(edifact(&options), "FTX+AAI+a *?'");
}

#[test]
fn characters_that_cannot_be_sent() {
    let check = |text: &str, characters: CharacterSet, unencodable: Unsendable, expect: &[u8]| {
        let options = WriteOptions { characters: Some(characters), unencodable, ..WriteOptions::edifact() };
        let bytes = match write(&interchange(Standard::Edifact, free_text(text)), &options) {
            Ok(bytes) => bytes,
            Err(fault) => fault.to_string().into_bytes(),
        };
        let is_there = bytes.windows(expect.len()).any(|window| window == expect);
        assert!(is_there, "{text} {characters:?}: {}", decode(&bytes));
    };
    let (reject, replace) = (Unsendable::Reject, Unsendable::Replace('?'));
    check("Müller", CharacterSet::Iso8859_1, reject, b"M\xfcller'");
    check("Müller", CharacterSet::Utf8, reject, "Müller'".as_bytes());
    check("5 €", CharacterSet::Utf8, reject, "5 €'".as_bytes());
    check("Müller", CharacterSet::UnoB, reject, "holds 'ü', which unob cannot carry".as_bytes());
    check("5 €", CharacterSet::Iso8859_1, reject, "holds '€', which iso-8859-1 cannot carry".as_bytes());
    // The replacement is released where it must be.
    check("5 €", CharacterSet::Iso8859_1, replace, b"5 ??'");
    check("5 €", CharacterSet::Iso8859_1, Unsendable::Replace('€'), b"cannot carry");
    // Line ends and other control characters belong to no character set.
    check("a\nb", CharacterSet::Utf8, reject, b"holds '\\n', which utf-8 cannot carry");
    check("a\u{85}b", CharacterSet::Iso8859_1, replace, b"a??b'");
}

#[test]
fn delimiters_that_cannot_be_used() {
    let check = |change: &dyn Fn(&mut WriteOptions), expect: &str| {
        let mut options = WriteOptions::x12();
        change(&mut options);
        let found = written(&interchange(Standard::X12, free_text("x")), &options);
        assert!(found.starts_with(&format!("error[delimiters]: the delimiters cannot be used: {expect}")), "{found}");
    };
    check(&|options| options.delimiters.component = None, "there is no component separator");
    check(&|options| options.delimiters.element = b'~', "they are not different from one another");
    check(&|options| options.delimiters.element = b'A', "a letter, a digit, a blank or NUL parts nothing");
    check(&|options| options.delimiters.terminator = b' ', "a letter");
    check(&|options| options.delimiters.terminator = 0xa6, "in UTF-8 they must be ASCII");
    check(
        &|options| {
            options.delimiters.terminator = b'\n';
            options.suffix = TerminatorSuffix::CrLf;
        },
        "what stands behind the terminator is one of them",
    );
    let mut newer = interchange(Standard::Edifact, free_text("x"));
    newer.head.version = "4".into();
    let mut options = WriteOptions::edifact();
    options.delimiters.release = None;
    let found = written(&newer, &options);
    assert!(found.contains("syntax version 4 needs a release character"), "{found}");
    options.delimiters = Delimiters { element: 0x1d, component: Some(0x1f), terminator: 0x1c, ..options.delimiters };
    assert!(written(&newer, &options).starts_with("UNA\x1f\x1d. *\x1cUNB\x1d"));
    // A delimiter that the version does not have cannot be in the way.
    let mut options = WriteOptions::x12();
    options.delimiters.repetition = Some(b'*');
    assert!(written(&interchange(Standard::X12, free_text("x")), &options).starts_with("ISA*"));
}

#[test]
fn heads_that_cannot_be_written() {
    let check = |standard: Standard, change: &dyn Fn(&mut OutgoingInterchange), expect: &str| {
        let mut interchange = interchange(standard, free_text("x"));
        change(&mut interchange);
        let found = written(&interchange, &WriteOptions::of(standard));
        assert!(found.starts_with(expect), "{found}");
    };
    let x12 = Standard::X12;
    let too_wide = |element: &str, width: usize, value: &str| {
        let found = value.chars().count();
        format!("ISA{element}: error[too-wide]: ISA{element} is {width} characters wide, '{value}' has {found}")
    };
    let long = "1234567890123456";
    check(x12, &|one| one.head.sender.id = long.into(), &too_wide("06", 15, long));
    check(x12, &|one| one.head.sender.id = "123456789012345".into(), "ISA*00*");
    check(x12, &|one| one.head.receiver.qualifier = "ZZZ".into(), &too_wide("07", 2, "ZZZ"));
    check(x12, &|one| one.head.date = "20261124".into(), &too_wide("09", 6, "20261124"));
    check(x12, &|one| one.head.control_number = "1234567890".into(), &too_wide("13", 9, "1234567890"));
    check(
        x12,
        &|one| one.head.sender.id = "A*B".into(),
        "ISA06: error[separator-in-data]: ISA06 holds the delimiter '*'",
    );
    check(x12, &|one| one.head.usage = Usage::Unknown, "error[usage-unknown]");
    check(x12, &|one| one.messages = one.groups[0].sets.clone(), "error[set-outside-group]");
    check(x12, &|one| one.head.control_number = " ".into(), "error[control-number-missing]: the control number of ISA");
    check(
        x12,
        &|one| one.groups[0].head.control_number.clear(),
        "error[control-number-missing]: the control number of GS",
    );
    check(
        x12,
        &|one| one.groups[0].sets[0].control_number.clear(),
        "error[control-number-missing]: the control number of ST",
    );
    check(
        x12,
        &|one| one.groups[0].sets[0].segments[0].tag = crate::edi::Tag::new(b"A*B"),
        "error[tag]: 'A*B' is no tag",
    );
    let edifact = Standard::Edifact;
    check(edifact, &|one| one.head.usage = Usage::Information, "error[usage-unknown]");
    check(
        edifact,
        &|one| one.messages[0].control_number.clear(),
        "error[control-number-missing]: the control number of UNH",
    );
    check(
        edifact,
        &|one| one.groups.push(OutgoingGroup::default()),
        "error[control-number-missing]: the control number of UNG",
    );
    let group = OutgoingGroupHead { control_number: "1".into(), ..OutgoingGroupHead::default() };
    let group = OutgoingGroup { head: group, sets: vec![] };
    check(edifact, &|one| one.groups.push(group.clone()), "error[set-outside-group]");
}
