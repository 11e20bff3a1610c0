//! Character sets, as an envelope says them, as an agreement does, and as the bytes are in truth.

use super::*;
use crate::base::Severity;

fn message(unb: &str, name: &[u8]) -> Vec<u8> {
    let start = format!("UNB+{unb}+A+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'NAD+BY+++");
    [start.as_bytes(), name, b"'NAD+SU+++", name, b"'UNT+4+1'UNZ+1+1'"].concat()
}

fn order(name: &[u8]) -> Vec<u8> {
    let start = format!("{ISA}GS*PO*S*R*20261102*0815*1*X*004010~ST*850*1~N1*BY*");
    [start.as_bytes(), name, b"~N1*SU*", name, b"~SE*4*1~GE*1*1~IEA*1*000000001~"].concat()
}

fn set_of(bytes: &[u8], charset: Option<CharacterSet>) -> TransactionSet {
    let (pieces, fault) = pieces_of(bytes, ReadOptions { charset, ..ReadOptions::default() });
    assert!(fault.is_none(), "{fault:?}");
    pieces.into_iter().find_map(|piece| if let Piece::Set(set) = piece { Some(*set) } else { None }).unwrap()
}

/// What is told about characters: severity, code, the text quoted; once a set.
type Told<'a> = Option<(Severity, FindingCode, Option<&'a str>)>;

fn told_of(set: &TransactionSet) -> Told<'_> {
    assert!(set.findings.len() <= 1, "{:?}", set.findings);
    set.findings.first().map(|one| (one.severity, one.code, one.offending.as_deref()))
}

const FOREIGN: FindingCode = FindingCode::InvalidCharacter;
const WRONG_SET: Told<'_> = Some((Severity::Warning, FindingCode::CharacterSet, None));

#[test]
fn messages_are_read_by_their_syntax_identifier() {
    let check = |unb: &str, name: &[u8], text: &str, told: Told<'_>| {
        let bytes = message(unb, name);
        let set = set_of(&bytes, None);
        assert_eq!(set.segment(2).unwrap().element(4).text(), text, "{unb}");
        assert_eq!(set.segment(3).unwrap().element(4).text(), text, "{unb}");
        assert_eq!(told_of(&set), told, "{unb} {text}");
    };
    check("UNOA:1", b"MUELLER", "MUELLER", None);
    check("UNOA:1", b"Mueller", "Mueller", Some((Severity::Info, FOREIGN, Some("u"))));
    check("UNOA:1", b"Mueller #1", "Mueller #1", Some((Severity::Warning, FOREIGN, Some("#"))));
    check("UNOA:1", b"M\xfcller", "Müller", Some((Severity::Warning, FOREIGN, Some("ü"))));
    check("UNOA:1", "Müller".as_bytes(), "Müller", Some((Severity::Warning, FOREIGN, Some("ü"))));
    check("UNOB:2", b"Mueller", "Mueller", None);
    check("UNOB:2", b"a@b", "a@b", Some((Severity::Warning, FOREIGN, Some("@"))));
    check("UNOC:3", b"M\xfcller & S\xf6hne", "Müller & Söhne", None);
    check("UNOC:3", "Müller".as_bytes(), "Müller", WRONG_SET);
    check("UNOC:3", "Łódź".as_bytes(), "Łódź", WRONG_SET);
    check("UNOC:3", b"5 \x80", "5 €", Some((Severity::Warning, FOREIGN, Some("€"))));
    check("UNOC:3", b"a\tb", "a\tb", Some((Severity::Warning, FOREIGN, None)));
    check("UNOD:3", b"\xa3\xf3d\xbc", "Łódź", None);
    check("UNOE:3", b"\xbc\xde\xe1\xda\xd2\xd0", "Москва", None);
    check("UNOE:3", b"\xc2\xb2", "ТВ", None);
    check("UNOE:3", "Москва".as_bytes(), "Москва", WRONG_SET);
    check("UNOF:3", b"\xc1\xe8\xde\xed\xe1", "Αθήνα", None);
    check("UNOG:3", b"\xa5", "\u{fffd}", Some((Severity::Warning, FOREIGN, Some("\u{fffd}"))));
    check("UNOK:3", b"\xddstanbul", "İstanbul", None);
    check("UNOY:4", "Łódź".as_bytes(), "Łódź", None);
    check("UNOY:4", b"M\xfcller", "Müller", WRONG_SET);
    check("UNOY:4", b"a\x07", "a\u{7}", Some((Severity::Warning, FOREIGN, None)));
    check("UNOW:4", "Łódź".as_bytes(), "Łódź", None);
}

#[test]
fn an_agreement_goes_before_what_an_interchange_says() {
    let check = |charset: &str, bytes: Vec<u8>, element: usize, text: &str, told: Told<'_>| {
        let set = set_of(&bytes, Some(charset.parse().unwrap()));
        assert_eq!(set.segment(2).unwrap().element(element).text(), text, "{charset}");
        assert_eq!(set.interchange.character_set.name(), charset);
        assert_eq!(told_of(&set), told, "{charset} {text}");
    };
    check("utf-8", message("UNOC:3", "Müller".as_bytes()), 4, "Müller", None);
    check("utf-8", message("UNOA:3", "Müller".as_bytes()), 4, "Müller", None);
    check("utf-8", message("UNOC:3", b"M\xfcller"), 4, "Müller", WRONG_SET);
    check("iso-8859-1", message("UNOC:3", "Müller".as_bytes()), 4, "MÃ¼ller", None);
    check("iso-8859-2", message("UNOA:1", b"\xa3\xf3d\xbc"), 4, "Łódź", None);
    check("auto", message("UNOA:1", b"m\xfcller"), 4, "müller", None);
    check("windows-1252", order(b"5 \x80"), 2, "5 €", None);
    check("iso-8859-2", order(b"\xa3\xf3d\xbc"), 2, "Łódź", None);
    check("x12-basic", order(b"ACME"), 2, "ACME", None);
    check("x12-basic", order(b"Acme"), 2, "Acme", Some((Severity::Info, FOREIGN, Some("c"))));
    check("x12-basic", order(b"acme_1"), 2, "acme_1", Some((Severity::Warning, FOREIGN, Some("_"))));
    check("x12-extended", order(b"acme_1"), 2, "acme_1", None);
    check("x12-extended", order("Łódź".as_bytes()), 2, "Łódź", Some((Severity::Warning, FOREIGN, Some("Ł"))));
    check("auto", order(b"M\xfcller\t"), 2, "Müller", None);
}

#[test]
fn the_place_is_that_of_the_first_character() {
    let check = |bytes: Vec<u8>, charset: Option<CharacterSet>, offending: &[u8], element: u32, text: &str| {
        let set = set_of(&bytes, charset);
        let finding = set.findings.first().unwrap();
        let place = finding.place;
        assert_eq!(&bytes[place.start as usize..place.end as usize], offending);
        assert_eq!(
            (place.segment_position, place.element, place.tag.unwrap().as_str()),
            (Some(2), Some(element), "NAD")
        );
        assert_eq!((&*finding.text, finding.level), (text, Level::Element));
    };
    check(
        message("UNOC:3", "aä".as_bytes()),
        None,
        "ä".as_bytes(),
        4,
        "the text is UTF-8, while UNOC says iso-8859-1; it is read as UTF-8",
    );
    check(
        message("UNOY:4", b"a\xe4"),
        None,
        b"\xe4",
        4,
        "the text is not UTF-8, which it should be; it is read as windows-1252 where it is not",
    );
    check(
        message("UNOA:3", b"A#"),
        None,
        b"#",
        4,
        "UNOA has no '#'; characters of this kind are taken, here and further on",
    );
    check(message("UNOA:3", b"Ab"), None, b"b", 4, "UNOA has no lower case; it is taken, here and further on");
    check(
        message("UNOC:3", b"a\x01"),
        None,
        b"\x01",
        4,
        "UNOC has no character 01; characters of this kind are taken, here and further on",
    );
}

#[test]
fn delimiters_and_what_stands_between_segments_are_no_text() {
    let file = String::from_utf8(message("UNOB:1", b"Acme")).unwrap();
    let control = file.replace('+', "\x1d").replace(':', "\x1f").replace('\'', "\x1c");
    assert_eq!(told_of(&set_of(control.as_bytes(), None)), None);
    let indented = Some((Severity::Info, FindingCode::LeadingBlanks, None));
    assert_eq!(told_of(&set_of(file.replace('\'', "'\r\n\t").as_bytes(), None)), indented);
    let odd = format!("UNA:+.#@'{}", file.replace(":1+", ":4+").replace("Acme", "Ac#+me@x"));
    assert_eq!(told_of(&set_of(odd.as_bytes(), None)), None);
}

#[test]
fn heads_are_read_in_their_set_too() {
    let file = b"UNB+UNOD:3+\xa3\xf3d\xbc+B+261102:0815+1'UNG+ORDERS+\xa3+R+261102:0815+1+UN+D:96A'UNE+0+1'UNZ+1+1'";
    let (pieces, _) = read(file);
    let [Piece::Interchange(head), Piece::Group(group), ..] = &pieces[..] else { panic!("{pieces:?}") };
    assert_eq!((head.sender.id.as_str(), group.sender.id.as_str()), ("Łódź", "Ł"));
    assert_eq!(head.findings, vec![]);
    let (pieces, _) = read("UNB+UNOC:3+Müller+B+261102:0815+1'UNZ+0+1'".as_bytes());
    let Some(Piece::Interchange(head)) = pieces.first() else { panic!("{pieces:?}") };
    assert_eq!(head.sender.id, "Müller");
    let told: Vec<_> = head.findings.iter().map(|one| (one.code, one.level)).collect();
    assert_eq!(told, [(FindingCode::CharacterSet, Level::Interchange)]);
    let file = "UNB+UNOC:3+A+B+261102:0815+1'UNG+ORDERS+Ä+R+261102:0815+1+UN+D:96A'UNE+0+1'UNZ+1+1'";
    let (pieces, _) = read(file.as_bytes());
    let Some(Piece::GroupEnd(end)) = pieces.get(2) else { panic!("{pieces:?}") };
    assert_eq!(end.head.sender.id, "Ä");
    let told: Vec<_> = end.findings.iter().map(|one| (one.code, one.level, one.place.segment_position)).collect();
    assert_eq!(told[0], (FindingCode::CharacterSet, Level::Group, None));
}

/// A control character that the character set does not have is not told once more where the element is checked.
#[test]
fn a_control_character_is_told_once() {
    let check = |unb: &str, name: &[u8], expect: usize| {
        let bytes = message(unb, name);
        let set = set_of(&bytes, None);
        let guide = guide("edifact/D96A/ORDERS");
        let (_, found) = crate::edi::structure(&set, &guide);
        let places =
            set.findings.iter().chain(&found).filter(|one| one.code == FOREIGN).map(|one| one.place.segment_position);
        assert_eq!(places.collect::<Vec<_>>(), [Some(2), Some(3)][..expect], "{unb}");
    };
    check("UNOC:3", b"Smith", 0);
    check("UNOC:3", b"Smi\tth", 2);
    check("UNOA:1", b"SMI\tTH", 2);
    check("UNOA:1", b"SMI#TH", 1);
}

#[test]
fn the_head_of_x12_is_read_in_the_set_that_was_agreed() {
    let sender = |charset: Option<CharacterSet>, id: &[u8]| {
        let filled: Vec<u8> = id.iter().copied().chain(std::iter::repeat(0xa0)).take(15).collect();
        let (before, after) = ISA.split_once("SENDER         ").unwrap();
        let bytes = [before.as_bytes(), &filled, after.as_bytes(), b"IEA*0*000000001~"].concat();
        let (pieces, _) = pieces_of(bytes.as_slice(), ReadOptions { charset, ..ReadOptions::default() });
        let head =
            pieces.into_iter().find_map(|one| if let Piece::Interchange(head) = one { Some(head) } else { None });
        head.unwrap().sender.id.clone()
    };
    let check = |charset: Option<&str>, id: &[u8], text: &str| {
        assert_eq!(sender(charset.map(|name| name.parse().unwrap()), id), text, "{charset:?}");
    };
    check(None, b"M\xfcller", "Müller");
    check(Some("windows-1252"), b"\xe2\x80\xba", "â€º");
    check(Some("iso-8859-5"), b"\xbc\xde\xe1\xda\xd2\xd0", "Москва");
}
