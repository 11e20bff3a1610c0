//! Bytes to text. X12 does not say which character set a file is in.

use std::borrow::Cow;

/// The text of a value. Bytes that are valid UTF-8 are that; others are windows-1252, which holds all printable
/// characters of ISO 8859-1 and never fails. It is decided for each value: files put together from two sources exist,
/// while text in an 8-bit set that happens to be valid UTF-8 is next to unknown.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

/// One byte of windows-1252. The five bytes it leaves open are the control characters of ISO 8859-1.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
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
}
