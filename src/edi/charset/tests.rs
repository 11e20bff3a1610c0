//! Tables, repertoires and names.

use super::*;

#[test]
fn utf_8_stays_and_everything_else_is_windows_1252() {
    let check = |bytes: &[u8], text: &str| assert_eq!(decode(bytes), text);
    check(b"Pumps", "Pumps");
    check("Müller – 5 €".as_bytes(), "Müller – 5 €");
    check(b"M\xfcller", "Müller");
    check(b"5 \x80 \x96 \x81", "5 € – \u{81}");
    check(b"caf\xe9", "café");
    check(b"\xc3", "Ã");
}

#[test]
fn bytes_are_read_by_the_set_that_is_named() {
    let check = |name: &str, bytes: &[u8], text: &str| {
        assert_eq!(name.parse::<CharacterSet>().unwrap().decode(bytes), text, "{name}");
    };
    check("UNOC", b"M\xfcller \x80", "Müller €");
    check("UNOC", "ü".as_bytes(), "Ã¼");
    check("UNOD", b"\xa3\xf3d\xbc", "Łódź");
    check("UNOE", b"\xbc\xde\xe1\xda\xd2\xd0", "Москва");
    check("UNOF", b"\xc1\xe8\xde\xed\xe1", "Αθήνα");
    check("UNOG", b"\xa6\xac", "ĤĴ");
    check("UNOG", b"\xa5", "\u{fffd}");
    check("UNOH", b"R\xefga", "Rīga");
    check("UNOI", b"\xe5\xd5\xd1", "مصر");
    check("UNOJ", b"\xf9\xec\xe5\xed", "שלום");
    check("UNOK", b"\xddstanbul", "İstanbul");
    check("UNOL", b"5 \xa4", "5 €");
    check("UNOY", "Łódź".as_bytes(), "Łódź");
    check("UNOW", "Łódź".as_bytes(), "Łódź");
    check("UNOY", b"M\xfcller", "Müller");
    check("UNOA", b"M\xfcller", "Müller");
    check("windows-1252", "ü".as_bytes(), "Ã¼");
}

#[test]
fn what_a_set_does_not_hold_is_not_written() {
    let check = |name: &str, text: &str, expect: Result<&[u8], char>| {
        let set: CharacterSet = name.parse().unwrap();
        assert_eq!(set.encode(text), expect.map(Cow::Borrowed), "{name} {text}");
    };
    check("UNOA", "A-1 (B)", Ok(b"A-1 (B)"));
    check("UNOA", "Abc", Err('b'));
    check("UNOB", "Abc #", Err('#'));
    check("UNOB", "Abc", Ok(b"Abc"));
    check("UNOC", "Müller", Ok(b"M\xfcller"));
    check("UNOC", "5 €", Err('€'));
    check("UNOC", "\u{81}", Err('\u{81}'));
    check("UNOC", "a\nb", Err('\n'));
    check("UNOD", "Łódź", Ok(b"\xa3\xf3d\xbc"));
    check("UNOG", "\u{fffd}", Err('\u{fffd}'));
    check("UNOY", "Łódź €", Ok("Łódź €".as_bytes()));
    check("windows-1252", "5 €", Ok(b"5 \x80"));
    check("x12-basic", "A=B", Ok(b"A=B"));
    check("x12-basic", "a", Err('a'));
    check("x12-extended", "a@b_é", Ok(b"a@b_\xe9"));
    check("x12-extended", "Łódź", Err('Ł'));
    check("auto", "€", Ok("€".as_bytes()));
}

#[test]
fn what_was_written_is_read_again() {
    for set in CharacterSet::ALL {
        for text in (' '..='\u{2200}').filter(|character| set.allows(*character)).map(String::from) {
            let bytes = set.encode(&text).unwrap_or_else(|foreign| panic!("{set} allows {foreign:?}"));
            assert_eq!(set.decode(&bytes), text, "{set}");
        }
    }
}

#[test]
fn names_are_read_in_either_case() {
    let check = |name: &str, expect: Option<CharacterSet>| assert_eq!(name.parse().ok(), expect, "{name}");
    CharacterSet::ALL.iter().for_each(|set| check(set.name(), Some(*set)));
    check("unoc", Some(CharacterSet::Iso8859_1));
    check("IATB", Some(CharacterSet::UnoB));
    check("ISO-8859-16", None);
    check("UNOX", None);
    check("KECA", None);
}
