//! Texts in other charsets inside headers: encoded words (RFC 2047) and percent-encoding (RFC 2231, section 4).

/// Puts the encoded words in a text into letters; what is none stays as it is.
pub(super) fn decoded_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, word, after)) = next_word(rest) {
        // White space between two encoded words is not part of the text (RFC 2047, section 6.2).
        if out.is_empty() || rest.len() == text.len() || !before.trim().is_empty() {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first encoded word: what stands before it, its letters, what stands behind it.
fn next_word(text: &str) -> Option<(&str, String, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("=?").map(|at| from + at) {
        let mut pieces = text.get(at + 2..)?.splitn(3, '?');
        if let (Some(charset), Some(encoding), Some(rest)) = (pieces.next(), pieces.next(), pieces.next())
            && let Some((content, after)) = rest.split_once("?=")
            && let Some(bytes) = word_bytes(encoding, content)
        {
            return Some((text.get(..at)?, in_charset(charset, &bytes), after));
        }
        from = at + 2;
    }
    None
}

fn word_bytes(encoding: &str, content: &str) -> Option<Vec<u8>> {
    match encoding {
        "B" | "b" => openssl::base64::decode_block(content).ok(),
        "Q" | "q" => Some(decoded_escapes(&content.replace('_', " "), b'=')),
        _ => None,
    }
}

/// Undoes `%20`.
pub(super) fn decoded_percent(text: &str) -> Vec<u8> {
    decoded_escapes(text, b'%')
}

/// Undoes an escape character and two hexadecimal digits; what is no such escape stays as it is.
fn decoded_escapes(text: &str, escape: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let digits = others.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == escape => {
                out.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = others;
            }
        }
    }
    out
}

/// Bytes as a text: ISO 8859-1 and what is written in its place, or UTF-8; bytes that are none are replaced.
pub(super) fn in_charset(charset: &str, bytes: &[u8]) -> String {
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "iso-8859-15" | "latin1" | "windows-1252" => {
            bytes.iter().map(|byte| char::from(*byte)).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_become_letters() {
        let check = |text: &str, expect: &str| assert_eq!(decoded_words(text), expect, "{text}");
        check("order.x12", "order.x12");
        check("=?utf-8?B?R3LDtsOfZS54MTI=?=", "Gr\u{f6}\u{df}e.x12");
        check("=?ISO-8859-1?Q?Gr=F6=DFe_1.x12?=", "Gr\u{f6}\u{df}e 1.x12");
        check("=?utf-8?q?a?= =?utf-8?q?b?=.x12", "ab.x12");
        check("a =?utf-8?q?b?=", "a b");
        check("=?utf-8?x?b?=", "=?utf-8?x?b?=");
        check("=?utf-8?B?!?=", "=?utf-8?B?!?=");
        check("=?utf-8", "=?utf-8");
        check("=?a?q?=4?=", "=4");
    }

    #[test]
    fn escapes_that_are_none_stay() {
        let check = |text: &str, expect: &[u8]| assert_eq!(decoded_percent(text), expect, "{text}");
        check("a%20b%E2%82%AC", "a b\u{20ac}".as_bytes());
        check("100%", b"100%");
        check("100%+5", b"100%+5");
        check("%zz%2", b"%zz%2");
    }
}
