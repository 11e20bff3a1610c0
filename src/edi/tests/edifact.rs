//! EDIFACT: its envelope, what real files get wrong in it, and what is said about that.

use super::*;

/// Reads a file and compares what is told, line by line.
fn check(bytes: impl AsRef<[u8]>, expect: &str) {
    let bytes = bytes.as_ref();
    let found = told(read(bytes));
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let (found, expect): (Vec<String>, Vec<String>) = (lines(&found), lines(expect));
    assert_eq!(found, expect, "\nfile: {}\nfound:\n{}", decode(bytes), found.join("\n"));
}

const CUT: &str = "a cut transfer looks just like this: ask the partner to send it again";
const THEIRS: &str = "tell the partner; their translator writes it wrong";

const UNB: &str = "UNB+UNOC:3+4012345000009:14+5412345000013:14+261102:0815+71'";
const MESSAGE: &str = "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+PO?'1+9'UNS+S'UNT+4+1'";

fn wrap(body: &str) -> String {
    let messages = body.matches("UNH+").count();
    format!("{UNB}{body}UNZ+{messages}+71'")
}

const SOUND: &str = "
    interchange 71 from 4012345000009 to 5412345000013
    set ORDERS 1 of 4 segments
    interchange end, 1 groups, sound true";

fn told_of(findings_of_head: &str) -> String {
    let (first, rest) = SOUND.trim().split_once('\n').unwrap();
    format!("{first}\n{findings_of_head}\n{rest}")
}

fn head_of(bytes: &[u8]) -> InterchangeHead {
    let (pieces, fault) = read(bytes);
    match pieces.first() {
        Some(Piece::Interchange(head)) => InterchangeHead::clone(head),
        _ => panic!("{pieces:?} {fault:?}"),
    }
}

#[test]
fn layouts_that_are_nothing_to_speak_of() {
    let file = wrap(MESSAGE);
    check(&file, SOUND);
    check(file.replace('\'', "'\n").replace("?'\n", "?'"), SOUND);
    check(file.replace('\'', "'\r\n").replace("?'\r\n", "?'"), SOUND);
    check(file.replace("UNT+", "UNT  +").replace("UNZ+", "UNZ\t+"), SOUND);
    check(format!("\u{feff}\n {file}\r\n\0\x1a"), SOUND);
    check(format!("UNA:+.? '{file}"), SOUND);
    check(format!("UNA:+.? '\r\n{file}"), SOUND);
    check(format!("UNA:+,? '  {file}"), SOUND);
    check(format!("UNA:+.?*'{file}"), SOUND);
    check(format!("UNA      {file}"), SOUND);
    check(format!("UNA:+.? ~{file}").replace('\'', "~").replace("?~", "'"), SOUND);
    let own = file.replace('+', "*").replace(':', ">").replace('\'', "~").replace('?', "!");
    check(format!("UNA>*.! ~{own}"), SOUND);
    let in_lines = file.replace('\'', "\n").replace("?\n", "x");
    check(format!("UNA:+.? \n{in_lines}"), SOUND);
    check(format!("UNA:'.*\x1d\n{}", in_lines.replace('+', "'")), SOUND);
    let level_b = file.replace("UNOC", "UNOB").replace('+', "\x1d").replace(':', "\x1f").replace("?'", "!");
    check(level_b.replace('\'', "\x1c"), SOUND);
}

#[test]
fn the_head_says_what_the_unb_says() {
    let unb = "UNB+UNOY:4::::1+SENDER:ZZZ:INSIDE:DEEPER+RECEIVER:14:THERE+20261102:0815+REF1+PASS:AA+APPLICATION+A+1+AGREED+1'";
    let head = head_of(format!("UNA:+,?*'{unb}UNZ+0+REF1'").as_bytes());
    let party = |qualifier: &str, id: &str| Party { qualifier: qualifier.into(), id: id.into() };
    assert_eq!(head.standard, Standard::Edifact);
    assert_eq!((head.sender, head.receiver), (party("ZZZ", "SENDER"), party("14", "RECEIVER")));
    assert_eq!(
        (head.sender_internal, head.receiver_internal),
        (vec!["INSIDE".into(), "DEEPER".into()], vec!["THERE".to_owned()])
    );
    assert_eq!((head.date.as_str(), head.time.as_str()), ("20261102", "0815"));
    assert_eq!((head.syntax.as_str(), head.version.as_str(), head.control_number.as_str()), ("UNOY", "4", "REF1"));
    assert_eq!((head.acknowledgement_asked, head.usage), (true, Usage::Test));
    assert_eq!((head.decimal_mark, head.character_set), (b',', CharacterSet::Utf8));
    assert_eq!(head.delimiters.repetition, Some(b'*'));
    assert_eq!((head.place.start, head.place.end), (9, 9 + unb.len() as u64 - 1));
    assert_eq!(head.findings, vec![]);
}

#[test]
fn usage_and_what_is_asked() {
    let check = |rest: &str, usage: Usage, asked: bool| {
        let head = head_of(format!("UNB+UNOC:3+A+B+261102:0815+1{rest}'UNZ+0+1'").as_bytes());
        assert_eq!((head.usage, head.acknowledgement_asked), (usage, asked), "{rest}");
    };
    check("", Usage::Production, false);
    check("++++1", Usage::Production, true);
    check("++++++1", Usage::Test, false);
    check("++++2++2", Usage::Test, true);
    check("++++0++9", Usage::Unknown, false);
}

#[test]
fn service_characters_by_rule() {
    let check = |start: &str, version: char, release: Option<u8>, repetition: Option<u8>| {
        let head = head_of(format!("{start}UNB+UNOC:{version}+A+B+261102:0815+1'UNZ+0+1'").as_bytes());
        assert_eq!((head.delimiters.release, head.delimiters.repetition), (release, repetition), "{start} {version}");
    };
    check("", '3', Some(b'?'), None);
    check("", '4', Some(b'?'), Some(b'*'));
    check("UNA:+.? '", '4', Some(b'?'), None);
    check("UNA:+.?*'", '3', Some(b'?'), None);
    check("UNA:+.?^'", '4', Some(b'?'), Some(b'^'));
    check("UNA:+.?+'", '4', Some(b'?'), None);
    check("UNA:+.?A'", '4', Some(b'?'), None);
    check("UNA:+.  '", '1', None, None);
    check("UNA:+.  '", '2', None, None);
    check("UNA:+.  '", '4', Some(b'?'), None);
    check("UNA:+.! '", '3', Some(b'!'), None);
    check("UNA      ", '3', Some(b'?'), None);
    check("UNA      ", '4', Some(b'?'), Some(b'*'));
}

#[test]
fn service_characters_that_are_not_told_as_they_should_be() {
    let file = wrap(MESSAGE);
    let slip = |place: u64, text: &str| {
        told_of(&format!("UNB at byte {place}: warning[service-characters]: {text} — {THEIRS}"))
    };
    check(format!("UNA:+.?'{file}"), &slip(8, "the UNA has 5 characters where six belong"));
    check(format!("UNA:+.?'\r\n{file}"), &slip(10, "the UNA has 5 characters where six belong"));
    check(format!("UNA:+{file}"), &slip(5, "the UNA has 2 characters where six belong"));
    check(format!("UNA:+'{file}"), &slip(6, "the UNA has 3 characters where six belong"));
    check(format!("UNA{file}"), &slip(3, "the UNA has 0 characters where six belong"));
    check(format!("UNA:+.? ' x {file}"), &slip(12, "there is text between UNA and UNB"));
    check(format!("UNA:|.? '{file}"), &slip(9, "the UNA names another element separator than the UNB has"));
    // A tag inside the UNB is no message, whatever stands before it.
    for odd in [file.replacen("+71'", "++++++;UNH+71'", 1), "UNB+UNOC:3+A+B+261102:0815+1;UNH+1'".to_owned()] {
        assert_eq!(head_of(odd.as_bytes()).delimiters.terminator, b'\'', "{odd}");
    }
    let untold = "there is no UNA, yet its delimiters are not those by default";
    check(file.replace('+', "|"), &slip(0, untold));
    check(file.replace("?'", "!").replace(['\''], "\n"), &slip(0, untold));
    check(file.replace("?'", "!").replace(['\''], "~\n"), &slip(0, untold));
    check(file.replace(':', ">").replace("?'", "!").replace('\'', "~"), &slip(0, untold));
    check(
        format!("UNA:+.  '{}", file.replace(":3+", ":4+").replace("261102", "20261102")),
        &slip(9, "the UNA has a blank for the release character, which syntax version 4 does not allow; '?' is taken"),
    );
}

#[test]
fn headers_that_cannot_be_read() {
    let refused = |bytes: &str, why: &str| {
        let (pieces, fault) = read(bytes.as_bytes());
        let told = told((pieces, fault));
        assert!(told.contains(why) && !told.contains("interchange 1 "), "{bytes}\n{told}");
    };
    refused("UNA:+.? 'UNH+1+ORDERS:D:96A:UN'", "no UNB follows its UNA");
    refused("UNB+UNOC:3+A+B+261102:0815+1", "it ends before the terminator of its UNB");
    refused(&format!("UNB+UNOC:3+{}'", "x".repeat(1100)), "its UNB has no terminator within 1024 bytes");
    refused("UNA++.? 'UNB+UNOC:3+A+B+261102:0815+1'", "its delimiters are not different from one another");
    refused("UNA:+.?*+UNB+UNOC:3+A+B+261102:0815+1'", "its delimiters are not different from one another");
    refused("UNA:+.: 'UNB+UNOC:3+A+B+261102:0815+1'", "its delimiters are not different from one another");
    refused("UNAa+.? 'UNB+UNOCa3+A+B+261102:0815+1'", "its component separator would be a letter, a digit or a blank");
    refused("UNA:+.? xUNB+UNOC:3+A+B+261102:0815+1x", "its terminator would be a letter, a digit or a blank");
    refused("UNB+UNOX:3+A+B+261102:0815+1'", "the syntax identifier 'UNOX' names no character set that is read");
    refused("UNB+UNOC:5+A+B+261102:0815+1'", "the syntax version '5' is not known");
    refused("UNB+UNOC:0+A+B+261102:0815+1'", "the syntax version '0' is not known");
    refused("UNB+UNOC:04+A+B+261102:0815+1'", "the syntax version '04' is not known");
    refused("UNB+UNOC:x+A+B+261102:0815+1'", "the syntax version 'x' is not known");
}

/// It is rejected, and what is in it can be told all the same.
#[test]
fn a_character_set_of_which_nothing_is_known_but_its_name() {
    let expected = "expected UNOA to UNOL, UNOW or UNOY";
    let check = |identifier: &str, at: usize| {
        let unknown = format!(
            "UNB01-1 at byte {at}: error[syntax-unknown]: the syntax identifier '{identifier}' names no character set \
             that is read; {expected} — {THEIRS}"
        );
        super::edifact::check(wrap(MESSAGE).replace("UNOC", identifier), &told_of(&unknown));
    };
    check("XXXA", 4);
    check("KECA", 4);
    let head = head_of("UNB+XXXX+A+B+261102:0815+1'UNZ+0+1'".as_bytes());
    assert_eq!((head.syntax.as_str(), head.character_set), ("XXXX", CharacterSet::Auto));
}

#[test]
fn a_header_that_lacks_something() {
    let missing = |place: &str, number: &str, name: &str| {
        format!("UNB{place}: warning[missing-element]: {number}, the {name}, is missing — {THEIRS}\n")
    };
    let end = "interchange end, 0 groups, sound true
               UNB at byte 0: warning[empty-envelope]: the interchange holds neither a group nor a message";
    check(
        "UNB+UNOC:3+A+B'UNZ+0+'",
        &format!(
            "interchange  from A to B\n{}{}{}{end}",
            missing("04-1 at byte 14", "0017", "date"),
            missing("04-2 at byte 14", "0019", "time"),
            missing("05 at byte 14", "0020", "control reference"),
        ),
    );
    check(
        "UNB+UNOC+A++20261102+1'UNZ+0+1'",
        &format!(
            "interchange 1 from A to \n{}{}{}UNB04-1 at byte 12: warning[not-a-date]: '20261102' is no YYMMDD; expected YYMMDD — {THEIRS}\n{end}",
            missing("01-2 at byte 8", "0002", "syntax version"),
            missing("03-1 at byte 11", "0010", "receiver"),
            missing("04-2 at byte 20", "0019", "time"),
        ),
    );
    check(
        "UNB+UNOC:4+A+B+261102:0815+123456789012345'UNZ+0+123456789012345'",
        &format!(
            "interchange 123456789012345 from A to B
             UNB05 at byte 27: warning[too-long]: 0020, the control reference, has 15 characters — {THEIRS}
             UNB04-1 at byte 15: warning[not-a-date]: '261102' is no CCYYMMDD; expected CCYYMMDD — {THEIRS}
             {end}"
        ),
    );
    let elements = |head: InterchangeHead| head.findings.into_iter().map(|one| one.data_element).collect::<Vec<_>>();
    assert_eq!(elements(head_of(b"UNB+UNOC:3+A+B+261102:0815'UNZ+0+'")), [Some("0020".into())]);
}

#[test]
fn a_message_is_named_by_its_unh() {
    let check = |s009: &str, id: &str, release: &str, agency: &str, implementation: Option<&str>| {
        let set = only_set(wrap(&format!("UNH+1+{s009}'BGM+220'UNT+3+1'")).as_bytes());
        assert_eq!((set.id.as_str(), set.release.as_str(), set.agency.as_str()), (id, release, agency));
        assert_eq!(set.implementation.as_deref(), implementation);
        assert!(set.group.is_none());
    };
    check("ORDERS:D:96A:UN:EAN008", "ORDERS", "D.96A", "UN", Some("EAN008"));
    check("DESADV:D:01B:UN", "DESADV", "D.01B", "UN", None);
    check("PAORES:93:1:IA", "PAORES", "93.1", "IA", None);
    check("ORDERS:D", "ORDERS", "D", "", None);
    check("ORDERS", "ORDERS", "", "", None);
}

#[test]
fn a_unh_that_lacks_something() {
    check(
        wrap("UNH++'BGM+220'UNT+3+'"),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             set   of 3 segments
             UNH01 (segment 1) at byte 64: warning[missing-element]: 0062, the message reference, is missing — {THEIRS}
             UNH02-1 (segment 1) at byte 65: error[missing-element]: 0065, the message type, is missing — {THEIRS}
             UNH02-2 (segment 1) at byte 65: warning[missing-element]: 0052, the message version, is missing — {THEIRS}
             UNH02-3 (segment 1) at byte 65: warning[missing-element]: 0054, the message release, is missing — {THEIRS}
             UNH02-4 (segment 1) at byte 65: warning[missing-element]: 0051, the controlling agency, is missing — {THEIRS}
             interchange end, 1 groups, sound true"
        ),
    );
}

const UNG: &str = "UNG+ORDERS+S:14+R+261102:0815+5+UN+D:96A'";

#[test]
fn groups_are_read() {
    let file =
        format!("{UNB}{UNG}{MESSAGE}{}UNE+2+5'UNZ+1+71'", MESSAGE.replace("UNH+1", "UNH+2").replace("+4+1'", "+4+2'"));
    check(
        &file,
        "interchange 71 from 4012345000009 to 5412345000013
         group ORDERS 5 D.96A
         set ORDERS 1 of 4 segments
         set ORDERS 2 of 4 segments
         group end, 2 sets, sound true
         interchange end, 1 groups, sound true",
    );
    let (pieces, _) = read(file.as_bytes());
    let group = pieces.iter().find_map(|piece| if let Piece::Group(head) = piece { Some(head) } else { None }).unwrap();
    assert_eq!(
        (group.sender.qualifier.as_str(), group.sender.id.as_str(), group.receiver.id.as_str()),
        ("14", "S", "R")
    );
    assert_eq!((group.date.as_str(), group.time.as_str(), group.agency.as_str()), ("261102", "0815", "UN"));
    let sets = pieces.iter().filter(|piece| matches!(piece, Piece::Set(set) if set.group.as_ref() == Some(group)));
    assert_eq!(sets.count(), 2);
}

#[test]
fn groups_and_messages_are_never_mixed() {
    let group = format!("{UNG}{MESSAGE}UNE+1+5'");
    check(
        format!("{UNB}{group}{MESSAGE}UNZ+2+71'"),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             group end, 1 sets, sound true
             set ORDERS 1 of 4 segments
             UNH (segment 1) at byte 168: error[groups-and-messages]: the message stands in no group, others do — {THEIRS}
             interchange end, 2 groups, sound true"
        ),
    );
    check(
        format!("{UNB}{MESSAGE}{group}UNZ+2+71'"),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             set ORDERS 1 of 4 segments
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             group end, 1 sets, sound false
             UNG at byte 119: error[groups-and-messages]: the group comes behind messages that stand in none — {THEIRS}
             interchange end, 2 groups, sound true"
        ),
    );
}

#[test]
fn counts_and_control_numbers() {
    let file = format!("{UNB}{UNG}{MESSAGE}UNE+1+5'UNZ+1+71'");
    let wrong = file.replace("UNT+4+1'", "UNT+5+01'").replace("UNE+1+5'", "UNE+2+6'").replace("UNZ+1+71'", "UNZ++071'");
    check(
        wrong,
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             UNT01 (segment 4) at byte 156: error[count-wrong]: UNT01 says '5' segments, 4 were counted; expected 4 — {CUT}
             UNT02 (segment 4) at byte 158: warning[control-number-differs]: UNT02 is '01', the header's control number '1'; expected 1 — {THEIRS}
             group end, 1 sets, sound false
             UNE01 at byte 165: error[count-wrong]: UNE01 says '2' messages, 1 was counted; expected 1 — {CUT}
             UNE02 at byte 167: error[control-number-differs]: UNE02 is '6', the header's control number '5'; expected 5 — {THEIRS}
             interchange end, 1 groups, sound false
             UNZ01 at byte 173: error[count-wrong]: UNZ01 says '' functional groups, 1 was counted; expected 1 — {CUT}
             UNZ02 at byte 174: warning[control-number-differs]: UNZ02 is '071', the header's control number '71'; expected 71 — {THEIRS}"
        ),
    );
    check(
        wrap(&MESSAGE.repeat(2)),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             set ORDERS 1 of 4 segments
             set ORDERS 1 of 4 segments
             UNH (segment 1) at byte 119: warning[control-number-repeated]: control number '1' comes twice in one interchange — {THEIRS}
             interchange end, 2 groups, sound true"
        ),
    );
    let group = format!("{UNG}{MESSAGE}UNE+1+5'");
    check(
        format!("{UNB}{group}{group}UNZ+2+71'"),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             group end, 1 sets, sound true
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             group end, 1 sets, sound true
             UNG at byte 168: warning[control-number-repeated]: control number '5' comes twice in one interchange — {THEIRS}
             interchange end, 2 groups, sound true"
        ),
    );
}

#[test]
fn each_finding_tells_its_level() {
    let check = |file: String, expect: &[(FindingCode, Level)]| {
        let (pieces, _) = read(file.as_bytes());
        let findings = pieces.into_iter().flat_map(|piece| match piece {
            Piece::Interchange(head) => head.findings.clone(),
            Piece::Set(set) => set.findings,
            Piece::GroupEnd(end) => end.findings,
            Piece::InterchangeEnd(end) => end.findings,
            Piece::Finding(finding) => vec![finding],
            Piece::Group(_) | Piece::Acknowledgement(_) | Piece::Unreadable(_) => vec![],
        });
        assert_eq!(findings.map(|finding| (finding.code, finding.level)).collect::<Vec<_>>(), expect, "{file}");
    };
    let (missing, count) = (FindingCode::TrailerMissing, FindingCode::CountWrong);
    check(
        UNB.to_owned() + UNG + "UNH+1+ORDERS:D:96A:UN'",
        &[(missing, Level::Set), (missing, Level::Group), (missing, Level::Interchange)],
    );
    check(wrap(&MESSAGE.replace("UNT+4", "UNT+5")), &[(count, Level::Set)]);
    check(format!("{UNB}{MESSAGE}UNZ+2+71'"), &[(count, Level::Interchange)]);
    check(format!("{UNB}{UNG}{MESSAGE}UNE+2+5'UNZ+1+71'"), &[(count, Level::Group)]);
    check(wrap(&MESSAGE.repeat(2)), &[(FindingCode::ControlNumberRepeated, Level::Set)]);
    check(wrap(&format!("{MESSAGE}LIN+1'")), &[(FindingCode::MisplacedEnvelope, Level::Interchange)]);
    check(format!("{UNB}{UNG}LIN+1'{MESSAGE}UNE+1+5'UNZ+1+71'"), &[(FindingCode::MisplacedEnvelope, Level::Group)]);
    check(wrap(&MESSAGE.replace("UNT", "unt")), &[(FindingCode::LowerCaseTag, Level::Set)]);
    check(format!("{UNB}UNZ+0+71'"), &[(FindingCode::EmptyEnvelope, Level::Interchange)]);
    check(format!("{UNB}{UNG}UNE+0+5'UNZ+1+71'"), &[(FindingCode::EmptyEnvelope, Level::Group)]);
    let again = wrap(MESSAGE) + &wrap(MESSAGE);
    check(again, &[(FindingCode::ControlNumberRepeated, Level::Interchange)]);
    check(
        format!("x\n{}y", wrap(MESSAGE)),
        &[(FindingCode::LeadingBytes, Level::File), (FindingCode::TrailingBytes, Level::File)],
    );
}

#[test]
fn missing_trailers_close_what_is_open() {
    let open = "UNH+1+ORDERS:D:96A:UN'BGM+220'";
    let head = "interchange 71 from 4012345000009 to 5412345000013";
    check(
        wrap(&format!("{open}{}", MESSAGE.replace("UNH+1", "UNH+2").replace("+4+1'", "+4+2'"))),
        &format!(
            "{head}
             set ORDERS 1 of 2 segments
             error[trailer-missing]: UNT is missing: the message has no end; expected UNT — {CUT}
             set ORDERS 2 of 4 segments
             interchange end, 2 groups, sound true"
        ),
    );
    check(
        format!("{UNB}{UNG}{open}UNE+1+5'UNZ+1+71'"),
        &format!(
            "{head}
             group ORDERS 5 D.96A
             set ORDERS 1 of 2 segments
             error[trailer-missing]: UNT is missing: the message has no end; expected UNT — {CUT}
             group end, 1 sets, sound true
             interchange end, 1 groups, sound true"
        ),
    );
    check(
        format!("{UNB}{UNG}{MESSAGE}UNZ+1+71'"),
        &format!(
            "{head}
             group ORDERS 5 D.96A
             set ORDERS 1 of 4 segments
             group end, 1 sets, sound false
             UNZ at byte 160: error[trailer-missing]: UNE is missing: the functional group has no end; expected UNE — {CUT}
             interchange end, 1 groups, sound true"
        ),
    );
    check(
        format!("{UNB}{open}{}", wrap(MESSAGE).replace("+71'", "+72'")),
        &format!(
            "{head}
             set ORDERS 1 of 2 segments
             error[trailer-missing]: UNT is missing: the message has no end; expected UNT — {CUT}
             interchange end, 1 groups, sound false
             error[trailer-missing]: UNZ is missing: the interchange has no end; expected UNZ — {CUT}
             interchange 72 from 4012345000009 to 5412345000013
             set ORDERS 1 of 4 segments
             interchange end, 1 groups, sound true"
        ),
    );
}

#[test]
fn the_last_terminator_may_be_lost_and_nothing_else() {
    let file = wrap(MESSAGE);
    let bare = file.strip_suffix('\'').unwrap();
    check(
        bare,
        &format!(
            "{SOUND}\nUNZ at byte 119: warning[terminator-missing]: the file ends in UNZ, before a terminator — {CUT}"
        ),
    );
    for end in 1..file.len() {
        let (pieces, _) = read(&file.as_bytes()[..end]);
        let ended = pieces.iter().any(|piece| matches!(piece, Piece::InterchangeEnd(end) if end.is_sound()));
        assert_eq!(ended, end == bare.len(), "cut at {end}: {pieces:?}");
        let sound_sets = pieces.iter().filter(|piece| matches!(piece, Piece::Set(set) if set.is_sound())).count();
        assert_eq!(sound_sets, usize::from(end >= UNB.len() + MESSAGE.len()), "cut at {end}");
    }
}

#[test]
fn segments_where_they_may_not_be() {
    let outside = |tag: &str, at: usize| {
        format!(
            "{tag} at byte {at}: error[misplaced-envelope]: the segment {tag} stands outside of any message — {THEIRS}"
        )
    };
    check(
        format!("{UNB}LIN+1'{MESSAGE}UNT+1+1'UNE+1+5'UNZ+1+71'"),
        &format!(
            "interchange 71 from 4012345000009 to 5412345000013
             {}
             set ORDERS 1 of 4 segments
             {}
             {}
             interchange end, 1 groups, sound true",
            outside("LIN", 60),
            outside("UNT", 125),
            outside("UNE", 133),
        ),
    );
    // UNS parts the sections of a message, it is no segment of the envelope.
    let set = only_set(wrap(MESSAGE).as_bytes());
    assert_eq!(set.segment(3).unwrap().tag(), "UNS");
}

#[test]
fn several_interchanges_of_both_standards_in_one_file() {
    let x12 = String::from_utf8(super::wrap("ST*850*0001~BEG*00*SA*1**20261102~SE*3*0001~")).unwrap();
    let told_x12 = "interchange 000000001 from SENDER to RECEIVER
        group PO 1 004010
        set 850 0001 of 3 segments
        group end, 1 sets, sound true
        interchange end, 1 groups, sound true";
    let edifact = wrap(MESSAGE);
    let other =
        format!("UNA:*.? ~{}", edifact.replace("+71'", "+72'").replace("?'", "x").replace('+', "*").replace('\'', "~"));
    let told_other = SOUND.replace(" 71 ", " 72 ");
    check(format!("{x12}\n{edifact}{other}"), &format!("{told_x12}\n{SOUND}\n{told_other}"));
    check(format!("{edifact}\n\n{other}\n{x12}"), &format!("{SOUND}\n{told_other}\n{told_x12}"));
    // A header of the other standard ends an interchange whose trailer never came.
    let cut = x12.strip_suffix("IEA*1*000000001~").unwrap();
    check(
        format!("{cut}{edifact}"),
        &format!(
            "{}
             error[trailer-missing]: IEA is missing: the interchange has no end; expected IEA — {CUT}
             {SOUND}",
            told_x12.replace("groups, sound true", "groups, sound false")
        ),
    );
    let cut = edifact.strip_suffix("UNZ+1+71'").unwrap();
    check(
        format!("{cut}{x12}"),
        &format!(
            "{}
             error[trailer-missing]: UNZ is missing: the interchange has no end; expected UNZ — {CUT}
             {told_x12}",
            SOUND.replace("sound true", "sound false")
        ),
    );
}

#[test]
fn release_characters_are_no_part_of_the_text() {
    let set = only_set(wrap("UNH+1+ORDERS:D:96A:UN'FTX+AAI+++a?+b:c??:d?:e?'f:?x'UNT+3+1'").as_bytes());
    let element = set.segment(2).unwrap().element(4);
    let components: Vec<String> =
        (1..=element.component_count()).map(|at| element.component(at).text().into_owned()).collect();
    assert_eq!(components, ["a+b", "c?", "d:e'f", "x"]);
    let place = element.component(3).place();
    assert_eq!((place.element, place.component), (Some(4), Some(3)));
    let file = wrap("UNH+1+ORDERS:D:96A:UN'FTX+AAI?'UNT+3+1'");
    let cut = format!("{}UNH+1+ORDERS:D:96A:UN'FTX+AAI?", UNB);
    let codes = |bytes: &str| {
        let (pieces, _) = read(bytes.as_bytes());
        let set =
            pieces.into_iter().find_map(|piece| if let Piece::Set(set) = piece { Some(set) } else { None }).unwrap();
        set.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(
        codes(&cut),
        [FindingCode::TerminatorMissing, FindingCode::ReleaseCharacter, FindingCode::TrailerMissing]
    );
    assert!(codes(&file).contains(&FindingCode::TrailerMissing), "the released terminator is none");
}

#[test]
fn repetitions_are_those_of_syntax_version_4() {
    let body = "UNH+1+ORDERS:D:96A:UN'XXX+a:b*c?*d'UNT+3+1'";
    let count = |version: char| {
        let file = wrap(body).replace(":3+", &format!(":{version}+"));
        only_set(file.as_bytes()).segment(2).unwrap().element(1).repetition_count()
    };
    assert_eq!((count('3'), count('4')), (1, 2));
}

#[test]
fn blanks_around_segments_are_told_once() {
    let file = wrap(MESSAGE).replace("'UN", "' \t UN").replace("+9'", "+9 '").replace("UNZ+1+71'", "UNZ+1+71 '");
    let told = told(read(file.as_bytes()));
    let found: Vec<&str> = told.lines().map(str::trim).collect();
    assert_eq!(
        found,
        [
            "interchange 71 from 4012345000009 to 5412345000013",
            "set ORDERS 1 of 4 segments",
            "UNH (segment 1) at byte 63: info[leading-blanks]: blanks stand before the tag UNH; they are passed over, here and \
             further on",
            "BGM03 (segment 2) at byte 107: info[trailing-blanks]: blanks stand before the terminator of BGM; they are passed \
             over, here and further on",
            "UNZ at byte 132: info[leading-blanks]: blanks stand before the tag UNZ; they are passed over, here and further on",
            "UNZ02 at byte 140: info[trailing-blanks]: blanks stand before the terminator of UNZ; they are passed over, here and \
             further on",
            "interchange end, 1 groups, sound true",
        ]
    );
}

#[test]
fn elements_that_no_trailer_and_no_head_has() {
    let group = |unh: &str, unt: &str, une: &str, unz: &str| {
        format!(
            "UNB+UNOC:3+A+B+261102:0815+1'UNG+ORDERS+A+B+261102:0815+1+UN+D:96A'UNH+1+ORDERS:D:96A:UN{unh}'\
             UNT+2+1{unt}'UNE+1+1{une}'UNZ+1+1{unz}'"
        )
    };
    let check = |file: String, expect: &[&str]| {
        let told = told(read(file.as_bytes()));
        let found: Vec<&str> =
            told.lines().filter(|line| line.contains("too-many") || line.contains("trailing")).collect();
        let found: Vec<&str> = found.iter().map(|line| line.trim().split(" — ").next().unwrap()).collect();
        assert_eq!(found, expect, "{file}");
    };
    check(group("", "", "", ""), &[]);
    check(group("+A+1:C", "", "", ""), &[]);
    check(
        group("+A+1:C+x", "", "", ""),
        &["UNH05 (segment 1) at byte 95: warning[too-many-elements]: UNH has 4 elements, 5 were sent"],
    );
    check(group("+A+1:C+SUB+GUIDE+SCENE", "", "", "").replace(":3+", ":4+").replace("261102", "20261102"), &[]);
    check(
        group("", "+x", "", ""),
        &["UNT03 (segment 2) at byte 97: warning[too-many-elements]: UNT has 2 elements, 3 were sent"],
    );
    check(
        group("", "", "++x", ""),
        &["UNE04 at byte 106: warning[too-many-elements]: UNE has 2 elements, 4 were sent"],
    );
    check(group("", "", "", "+"), &["UNZ03 at byte 113: info[trailing-separators]: UNZ ends with a separator"]);
    let unb = "UNB+UNOC:3+A+B+261102:0815+1++++1++1";
    check(
        format!("{unb}+x'UNZ+0+1'"),
        &["UNB12 at byte 37: warning[too-many-elements]: UNB has 11 elements, 12 were sent"],
    );
}

#[test]
fn a_release_character_before_what_needs_none_is_told_once() {
    let check = |text: &str, expect: Option<(u64, u32)>, element: &str| {
        let file = wrap(&format!("UNH+1+ORDERS:D:96A:UN'FTX+AAI+++a?+b'FTX+AAI+++{text}'FTX+AAI+++x?y'UNT+5+1'"));
        let set = only_set(file.as_bytes());
        let found: Vec<_> = set.findings.iter().filter(|one| one.code == FindingCode::ReleaseCharacter).collect();
        let [found] = &found[..] else { panic!("one: {found:?}") };
        let third = set.segment(3).unwrap();
        assert_eq!(third.element(4).text(), element);
        let expect = expect.map_or((set.segment(4).unwrap().place().start + 11, 4), |(at, position)| {
            (third.place().start + 10 + at, position)
        });
        assert_eq!((found.severity, found.place.element), (crate::base::Severity::Info, Some(4)), "{text}");
        assert_eq!((found.place.start, found.place.segment_position.unwrap()), expect, "{text}");
    };
    check("a?b", Some((1, 3)), "ab");
    check("???b", Some((2, 3)), "?b");
    check("?:?+?'??x", None, ":+'?x");
    check("??", None, "?");
    check("a\r\n?\r\nb", Some((3, 3)), "ab");
    check("plain", None, "plain");
    // Before version 4 nothing repeats, and `*` is a character as any other.
    check("?*", Some((0, 3)), "*");
}
