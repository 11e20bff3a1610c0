//! `word; name=value; name="value"`: the shape shared by Content-Type, Content-Disposition and
//! Disposition-Notification-Options (RFC 2045, section 5.1), read as partners write it.

use std::iter;

use super::words::{decoded_percent, decoded_words, in_charset};

/// Pieces of one parameter that are put together (RFC 2231, section 3).
const MOST_PIECES: usize = 32;

/// The parameters after the first word of a header value, in order. Names are compared without case.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a whole header value: its first word, and its parameters. Tolerates white space anywhere, a `;` at the
    /// end, parameters without a value, and values quoted, not quoted, or quoted twice.
    pub fn read(value: &str) -> (&str, Self) {
        let mut pieces = split_outside_quotes(value, b';');
        let word = pieces.next().unwrap_or_default().trim();
        let parameters = pieces
            .filter_map(|piece| {
                let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
                let name = name.trim().to_ascii_lowercase();
                (!name.is_empty()).then(|| (name, unquote(value.trim())))
            })
            .collect();
        (word, Self(parameters))
    }

    /// The first parameter of that name (lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same as a text for people: in another charset and in pieces (RFC 2231, sections 3 and 4; RFC 8187), or in
    /// encoded words (RFC 2047), which do not belong there and are met.
    pub fn text(&self, name: &str) -> Option<String> {
        self.extended(name).or_else(|| self.get(name).map(decoded_words))
    }

    /// `name*=UTF-8''a%20b`, or the pieces `name*0`, `name*1*` and so on.
    fn extended(&self, name: &str) -> Option<String> {
        if let Some(value) = self.get(&format!("{name}*")) {
            let (charset, rest) = charset_of(value);
            return Some(in_charset(charset, &decoded_percent(rest)));
        }
        let mut charset = "";
        let mut bytes = Vec::new();
        for piece in 0..MOST_PIECES {
            if let Some(encoded) = self.get(&format!("{name}*{piece}*")) {
                let (found, rest) = if piece == 0 { charset_of(encoded) } else { (charset, encoded) };
                charset = found;
                bytes.extend(decoded_percent(rest));
            } else if let Some(plain) = self.get(&format!("{name}*{piece}")) {
                bytes.extend_from_slice(plain.as_bytes());
            } else {
                break;
            }
        }
        (!bytes.is_empty()).then(|| in_charset(charset, &bytes))
    }
}

/// Takes `charset'language'` off.
fn charset_of(value: &str) -> (&str, &str) {
    let mut pieces = value.splitn(3, '\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(rest)) => (charset, rest),
        _ => ("", value),
    }
}

/// Splits at `separator`, but not inside quotes.
pub fn split_outside_quotes(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let current = rest?;
        let (mut quoted, mut escaped) = (false, false);
        for (at, byte) in current.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                // `separator` is ASCII, so `at` stands between two characters.
                byte if byte == separator && !quoted => {
                    rest = current.get(at + 1..);
                    return current.get(..at);
                }
                _ => {}
            }
        }
        rest = None;
        Some(current)
    })
}

/// Takes the quotes off a quoted-string and its backslashes away (RFC 5322, section 3.2.4); takes off a second pair
/// too, which some senders put around (`""boundary""`). A text without quotes comes back as it is.
pub fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    if let Some(twice) = inner.strip_prefix('"').and_then(|t| t.strip_suffix("\"\"")) {
        return without_backslashes(twice);
    }
    without_backslashes(inner.strip_suffix('"').unwrap_or(inner))
}

fn without_backslashes(text: &str) -> String {
    let mut characters = text.chars();
    iter::from_fn(|| match characters.next()? {
        '\\' => Some(characters.next().unwrap_or('\\')),
        other => Some(other),
    })
    .collect()
}
