//! In which character set text is in truth, and whether its characters are those the set allows.
//!
//! What a sender says and what he sends are two things, so both are settled for each transaction set: first how its
//! bytes become text, then, apart from that, whether its characters are in the repertoire. A sender who is wrong once is
//! wrong everywhere, so each is told once a set.

use std::sync::Arc;

use crate::base::Severity;

use super::charset::CharacterSet;
use super::control;
use super::delimiter::Delimiters;
use super::finding::{Finding, FindingCode, Level};
use super::place::Place;
use super::table::SegmentTable;
use super::token::Segment;

/// Who says which character set it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authority {
    /// The sender does, in the envelope, or nobody.
    Envelope,
    /// The agreement does: what the bytes look like does not matter.
    Agreement,
}

/// The character set of an interchange.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    set: CharacterSet,
    authority: Authority,
    repertoire: Option<Arc<Repertoire>>,
}

impl Encoding {
    /// The set that the agreement names, if it does, else the one of the envelope.
    pub(crate) fn new(agreed: Option<CharacterSet>, of_envelope: CharacterSet, delimiters: &Delimiters) -> Self {
        let set = agreed.unwrap_or(of_envelope);
        let authority = if agreed.is_some() { Authority::Agreement } else { Authority::Envelope };
        let repertoire = (set != CharacterSet::Auto).then(|| Arc::new(Repertoire::new(set, delimiters)));
        Self { set, authority, repertoire }
    }

    /// The set as it was named.
    pub(crate) fn set(&self) -> CharacterSet {
        self.set
    }

    /// Settles how the bytes of a table become text, and tells what is wrong with them.
    pub(crate) fn settle(&self, table: &mut SegmentTable) -> Vec<Finding> {
        let mut findings = Vec::new();
        table.charset = self.set;
        if !table.is_ascii() {
            let (charset, finding) = self.look(table);
            table.charset = charset;
            findings.extend(finding);
        }
        let is_as_named = table.charset == self.set || !self.set.has_upper() && !self.set.is_unicode();
        if let Some(repertoire) = self.repertoire.as_ref().filter(|_| is_as_named) {
            findings.extend(repertoire.check(table, self.set));
        }
        findings
    }

    /// Does the same for one segment of the envelope, at whose level it tells.
    pub(crate) fn settle_envelope(&self, table: &mut SegmentTable, level: Level) -> Vec<Finding> {
        control::at_level(self.settle(table), level).collect()
    }

    /// What bytes beyond ASCII are in.
    fn look(&self, table: &SegmentTable) -> (CharacterSet, Option<Finding>) {
        match self.set {
            CharacterSet::Utf8 => match table.segments().find_map(|segment| not_utf_8(&segment)) {
                Some(place) => {
                    let text = "the text is not UTF-8, which it should be; it is read as windows-1252 where it is not";
                    (CharacterSet::Auto, Some(finding(place, text.to_owned())))
                }
                None => (CharacterSet::Utf8, None),
            },
            set if set.has_upper() && self.authority == Authority::Envelope => match is_utf_8(table, set) {
                Some(place) => {
                    let named = set.syntax().unwrap_or(set.name());
                    let text = format!("the text is UTF-8, while {named} says {}; it is read as UTF-8", set.name());
                    (CharacterSet::Utf8, Some(finding(place, text)))
                }
                None => (set, None),
            },
            set => (set, None),
        }
    }
}

fn finding(place: Place, text: String) -> Finding {
    Finding::new(Severity::Warning, FindingCode::CharacterSet, place, text)
}

/// The first place in a segment that is not UTF-8.
fn not_utf_8(segment: &Segment<'_>) -> Option<Place> {
    let fault = std::str::from_utf8(segment.bytes()).err()?;
    Some(segment.place_of(fault.valid_up_to(), 1))
}

/// Where the first character beyond ASCII stands, if all of the text is UTF-8 although an 8-bit set was named. Two or
/// three letters of an 8-bit set may be valid UTF-8 by chance where its letters stand side by side, as in `ТВ` in
/// Cyrillic: there UTF-8 is believed only when it shows a letter of that alphabet.
fn is_utf_8(table: &SegmentTable, named: CharacterSet) -> Option<Place> {
    let mut first = None;
    let mut is_believed = named.is_latin();
    for segment in table.segments().filter(|segment| !segment.bytes().is_ascii()) {
        let text = std::str::from_utf8(segment.bytes()).ok()?;
        let (at, character) = text.char_indices().find(|(_, character)| !character.is_ascii())?;
        first = first.or_else(|| Some(segment.place_of(at, character.len_utf8())));
        is_believed |=
            text.chars().any(|character| !character.is_ascii() && character.is_alphabetic() && named.allows(character));
    }
    first.filter(|_| is_believed)
}

/// Which bytes may stand in text: a class for each, so that a segment is looked through without a branch.
#[derive(Debug)]
struct Repertoire {
    classes: [u8; 256],
    /// Every printable character of ASCII is fine.
    has_printable: bool,
}

impl Repertoire {
    /// A character of the set, or a delimiter.
    const FINE: u8 = 0;
    /// Lower case where only upper case belongs: everybody sends it and everybody takes it.
    const LOWER: u8 = 1;
    /// A character that the set does not have.
    const FOREIGN: u8 = 2;

    fn new(set: CharacterSet, delimiters: &Delimiters) -> Self {
        let mut classes = [Self::FINE; 256];
        for (byte, class) in (0..=u8::MAX).zip(&mut classes) {
            let text = set.decode(std::slice::from_ref(&byte));
            let character = text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
            let is_fine = match byte.is_ascii() {
                true => set.allows(character) || delimiters.contains(byte),
                // Parts of longer characters; and windows-1252's own, which ISO 8859-1 is read with.
                false => set.is_unicode() || set.allows(character) || delimiters.contains(byte),
            };
            *class = match is_fine {
                true => Self::FINE,
                false if byte.is_ascii_lowercase() && set.allows(byte.to_ascii_uppercase().into()) => Self::LOWER,
                false => Self::FOREIGN,
            };
        }
        let mut printable = (b' '..=b'~').filter_map(|byte| classes.get(usize::from(byte)));
        let has_printable = printable.all(|class| *class == Self::FINE);
        Self { classes, has_printable }
    }

    fn class(&self, byte: u8) -> u8 {
        self.classes.get(usize::from(byte)).copied().unwrap_or(Self::FINE)
    }

    fn worst(&self, bytes: &[u8]) -> u8 {
        bytes.iter().fold(Self::FINE, |worst, byte| worst | self.class(*byte))
    }

    /// The finding for the first of the weightiest characters, if any is not fine.
    fn check(&self, table: &SegmentTable, set: CharacterSet) -> Option<Finding> {
        if self.has_printable && is_printable(table.bytes()) {
            return None;
        }
        let worst = table.segments().fold(Self::FINE, |worst, segment| worst | self.worst(segment.bytes()));
        let (class, severity) = match worst {
            Self::FINE => return None,
            Self::LOWER => (Self::LOWER, Severity::Info),
            _ => (Self::FOREIGN, Severity::Warning),
        };
        let (segment, at) = table.segments().find_map(|segment| {
            let at = segment.bytes().iter().position(|byte| self.class(*byte) == class)?;
            Some((segment, at))
        })?;
        let rest = segment.bytes().get(at..).unwrap_or_default();
        let character = first_character(rest, table.charset)?;
        let named = set.syntax().unwrap_or(set.name());
        let text = match class {
            Self::LOWER => format!("{named} has no lower case; it is taken, here and further on"),
            _ => format!("{named} has no {}; characters of this kind are taken, here and further on", shown(character)),
        };
        let finding = Finding::new(severity, FindingCode::InvalidCharacter, segment.place_of(at, 1), text);
        Some(if character.is_control() { finding } else { finding.quoting(character.encode_utf8(&mut [0; 4])) })
    }
}

/// Whether there is nothing but printable ASCII and line ends. Most text has nothing else, and this many bytes at a time
/// can be looked at.
fn is_printable(bytes: &[u8]) -> bool {
    let is_other = |byte: u8| byte.wrapping_sub(b' ') > b'~' - b' ' && byte != b'\r' && byte != b'\n';
    !bytes.chunks(256).any(|chunk| chunk.iter().fold(false, |other, byte| other | is_other(*byte)))
}

fn first_character(bytes: &[u8], charset: CharacterSet) -> Option<char> {
    let utf_8 = |length: usize| std::str::from_utf8(bytes.get(..length)?).ok()?.chars().next();
    let longer = if charset.has_upper() { None } else { (1..=4).find_map(utf_8) };
    longer.or_else(|| charset.decode(bytes.get(..1)?).chars().next())
}

fn shown(character: char) -> String {
    match character.is_control() || character == char::REPLACEMENT_CHARACTER {
        true => format!("character {:02X}", u32::from(character)),
        false => format!("'{character}'"),
    }
}
