//! The service characters of an interchange: from the UNA, from what the UNB shows, or by default.

use crate::base::counted;
use crate::edi::delimiter::is_filler;

/// The tag UNA and its six characters.
const TAG: usize = 3;
const CHARACTERS: usize = 6;

/// Blanks and line ends between UNA and UNB that are passed over.
const GAP: usize = 64;

/// Service characters as the start of an interchange gives them. Which of them mean something depends on the syntax
/// version, which stands behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    pub(super) component: u8,
    pub(super) element: u8,
    pub(super) decimal_mark: u8,
    /// `None` where the UNA has a blank.
    pub(super) release: Option<u8>,
    /// Place 5 of the UNA: reserved before syntax version 4, from then on the repetition separator.
    pub(super) repetition: Option<u8>,
    pub(super) terminator: u8,
    /// Where the UNB begins.
    pub(super) header_at: usize,
    /// What is wrong with them, in words.
    pub(super) slips: Vec<String>,
}

impl Advice {
    /// By ISO 9735-1, 8: what holds when there is no UNA.
    pub(super) fn by_default(header_at: usize) -> Self {
        Self {
            component: b':',
            element: b'+',
            decimal_mark: b'.',
            release: Some(b'?'),
            repetition: Some(b'*'),
            terminator: b'\'',
            header_at,
            slips: Vec::new(),
        }
    }

    /// The characters that level B had for itself (ISO 9735, 1988): the information separators, which need no release
    /// character.
    fn of_level_b(header_at: usize) -> Self {
        let separators = Self { component: 0x1f, element: 0x1d, terminator: 0x1c, ..Self::by_default(header_at) };
        Self { release: None, repetition: None, ..separators }
    }

    /// Reads the start of an interchange. The fault is in words.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if !has_tag(bytes, b"UNA") {
            return Ok(Self::shown(bytes, None));
        }
        let searched = bytes.get(..bytes.len().min(TAG + CHARACTERS + GAP)).unwrap_or_default();
        let header_at = (TAG..searched.len()).find(|at| bytes.get(*at..).is_some_and(is_header));
        let header_at = header_at.ok_or("no UNB follows its UNA")?;
        Ok(Self::given(bytes, header_at))
    }

    /// What the six characters behind `UNA` say. Blanks and characters that are left out mean the default.
    fn given(bytes: &[u8], header_at: usize) -> Self {
        let sent = bytes.get(TAG..header_at).unwrap_or_default();
        let line_ends = sent.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let bare = sent.get(..sent.len() - line_ends).unwrap_or_default();
        let default = Self::by_default(header_at);
        let at = |place: usize| bare.get(place).copied().filter(|byte| *byte != b' ');
        let shown = Self::shown(bytes.get(header_at..).unwrap_or_default(), at(1));
        if bare.len() == CHARACTERS && bare.iter().all(|byte| *byte == b' ') {
            return Self { header_at, ..shown };
        }
        let ends_in_line_end = bare.len() + 1 == CHARACTERS && line_ends > 0;
        let is_whole =
            bare.len() >= CHARACTERS || ends_in_line_end && (at(4).is_none() || sent.get(5) == Some(&shown.terminator));
        let mut advice = Self {
            component: at(0).unwrap_or(default.component),
            element: at(1).unwrap_or(shown.element),
            decimal_mark: at(2).unwrap_or(default.decimal_mark),
            release: if bare.len() > 3 { at(3) } else { default.release },
            repetition: at(4),
            terminator: default.terminator,
            ..default
        };
        if is_whole {
            advice.terminator = sent.get(5).copied().filter(|byte| *byte != b' ').unwrap_or(shown.terminator);
        } else {
            // One place is missing, most often the reserved blank: the last character is the terminator.
            advice.repetition = None;
            advice.terminator = shown.terminator;
            advice.release = advice.release.filter(|byte| *byte != shown.terminator).or(shown.release);
            advice.slips.push(format!("the UNA has {} where six belong", counted(bare.len(), "character")));
        }
        if bare.get(CHARACTERS..).unwrap_or_default().iter().any(|byte| !is_filler(*byte)) {
            advice.slips.push("there is text between UNA and UNB".to_owned());
        }
        let behind = bytes.get(header_at + TAG).copied().filter(|byte| *byte != advice.terminator);
        if behind.is_some_and(|byte| byte != advice.element) {
            advice.slips.push("the UNA names another element separator than the UNB has".to_owned());
            advice.element = shown.element;
        }
        advice
    }

    /// What the UNB shows of them: the character behind its tag parts elements, the one behind the syntax identifier
    /// components, and the one before the next segment ends segments. `named` is what a UNA says of the first.
    fn shown(header: &[u8], named: Option<u8>) -> Self {
        let default = Self::by_default(0);
        // A UNB with nothing in it shows a terminator there.
        let is_separator = |byte: &u8| *byte != default.terminator || named == Some(*byte);
        let element = header.get(TAG).copied().filter(is_separator).unwrap_or(default.element);
        if element == Self::of_level_b(0).element {
            return Self::of_level_b(0);
        }
        let component = match header.get(TAG + 1..TAG + 6) {
            Some([identifier @ .., behind]) if identifier.iter().all(u8::is_ascii_alphanumeric) => Some(*behind)
                .filter(|byte| can_part(*byte) && ![element, default.terminator, b'\r', b'\n'].contains(byte)),
            _ => None,
        };
        let component = component.unwrap_or(default.component);
        let terminator = terminator(header, element, component).unwrap_or(default.terminator);
        let release = default.release.filter(|byte| ![element, component, terminator].contains(byte));
        let mut shown = Self { element, component, terminator, release, ..default };
        if (element, component, terminator) != (default.element, default.component, default.terminator) {
            shown.slips.push("there is no UNA, yet its delimiters are not those by default".to_owned());
        }
        shown
    }
}

/// What ends segments: what stands before the first UNH or UNG, if more segments begin behind it than behind the
/// terminator by default. A tag may stand in the data too.
fn terminator(header: &[u8], element: u8, component: u8) -> Option<u8> {
    let next = memchr::memmem::find_iter(header, b"UN").find(|at| {
        let tag = header.get(at + 2..at + 4);
        matches!(tag, Some([b'H' | b'G', separator]) if *separator == element)
    })?;
    let before = header.get(..next)?;
    let last = before.iter().rposition(|byte| !is_filler(*byte))?;
    let is_terminator = |byte: &&u8| byte.is_ascii() && can_part(**byte) && ![element, component].contains(*byte);
    // Nothing but a line end between data and the next segment: it is the terminator.
    let shown = before.get(last).filter(is_terminator).or_else(|| before.get(last + 1)).copied()?;
    let segments = |terminator| {
        memchr::memchr_iter(terminator, header)
            .filter(|at| header.get(at + 1..).is_some_and(|rest| begins_segment(rest, element)))
            .count()
    };
    Some(if segments(shown) > segments(b'\'') { shown } else { b'\'' })
}

/// Whether a tag and a separator come next, or nothing at all.
fn begins_segment(rest: &[u8], element: u8) -> bool {
    let filler = rest.iter().take_while(|byte| is_filler(**byte)).count();
    match rest.get(filler..).unwrap_or_default() {
        [] => true,
        [first, second, third, separator, ..] => {
            *separator == element && [first, second, third].iter().all(|byte| byte.is_ascii_alphanumeric())
        }
        _ => false,
    }
}

/// Whether a byte may be a service character.
pub(super) fn can_part(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte != b' '
}

fn is_header(bytes: &[u8]) -> bool {
    has_tag(bytes, b"UNB") && bytes.get(TAG).is_some_and(|byte| can_part(*byte))
}

/// Whether `bytes` begin with this tag, in upper or lower case.
pub(super) fn has_tag(bytes: &[u8], tag: &[u8]) -> bool {
    bytes.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
}
