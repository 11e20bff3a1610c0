//! UNA and UNB: service characters out of the data, and the head of the interchange.

use crate::base::Severity;
use crate::edi::charset::CharacterSet;
use crate::edi::control;
use crate::edi::delimiter::Delimiters;
use crate::edi::encoding::Encoding;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{InterchangeHead, Particulars, Party, Standard, Usage};
use crate::edi::place::{Place, Tag};
use crate::edi::table::SegmentTable;
use crate::edi::token::{Element, Segment};

use super::advice::{self, Advice};

/// Bytes to look at: UNA and UNB, and the tag behind them, which shows the terminator.
pub(super) const LOOKED_AT: usize = 2048;

/// Elements of a UNB (ISO 9735-1).
const UNB_ELEMENTS: usize = 11;

/// The longest UNB that is read. With every element at its longest it has about 450 characters.
const LONGEST: usize = 1024;

/// The head of an interchange and the bytes it takes, UNA and terminator included.
pub(super) struct Header {
    pub(super) head: InterchangeHead,
    pub(super) encoding: Encoding,
    pub(super) length: usize,
}

/// A header that cannot be read: what could be read of it, an error among its findings.
pub(super) type Unreadable = Box<InterchangeHead>;

/// Reads the UNA and the UNB at the start of `bytes`, which stand at `offset` of the file.
pub(super) fn read(bytes: &[u8], offset: u64, agreed: Option<CharacterSet>) -> Result<Header, Unreadable> {
    let refused = |code, text: String| {
        let end = offset + bytes.len().min(106) as u64;
        let place = Place { tag: Some(Tag::new(b"UNB")), ..Place::bytes(offset, end) };
        Box::new(blank(place, error(code, place, text)))
    };
    let advice = Advice::read(bytes).map_err(|text| refused(FindingCode::HeaderUnreadable, text))?;
    let version = version(bytes, &advice);
    let delimiters = delimiters(&advice, version);
    check_delimiters(&delimiters).map_err(|(code, text)| refused(code, text))?;
    let header = bytes.get(advice.header_at..).unwrap_or_default();
    let within = header.get(..header.len().min(LONGEST)).unwrap_or_default();
    let end = delimiters.positions(delimiters.terminator, within).next();
    let end = end.ok_or_else(|| {
        let text = match within.len() < LONGEST {
            true => "it ends before the terminator of its UNB".to_owned(),
            false => format!("its UNB has no terminator within {LONGEST} bytes"),
        };
        refused(FindingCode::HeaderUnreadable, text)
    })?;
    let mut table = SegmentTable::new(delimiters, offset + advice.header_at as u64);
    let wrapped = table.push_segment(header.get(..end).unwrap_or_default(), &[]).wrapped;
    let named = table.segment(0).and_then(|header| CharacterSet::for_syntax(&component_text(&header.element(1), 1)));
    let encoding = Encoding::new(agreed, named.unwrap_or_default(), &delimiters);
    let foreign = encoding.settle_envelope(&mut table, Level::Interchange);
    let Some(segment) = table.segment(0) else {
        return Err(refused(FindingCode::HeaderUnreadable, "it has no UNB".to_owned()));
    };
    let mut head = head(&segment, &advice, delimiters);
    head.character_set = encoding.set();
    let mut faults = Faults { place: head.place, findings: Vec::new() };
    faults.advice(&advice, version);
    faults.layout(&segment, wrapped);
    faults.elements(&segment, version);
    faults.findings.extend(control::surplus(&segment, UNB_ELEMENTS, Level::Interchange));
    head.findings = faults.findings;
    head.findings.extend(foreign);
    if let Some((finding, cut)) = unknown_syntax(&segment, version) {
        head.findings.push(finding);
        if cut == Cut::Uncertain {
            return Err(Box::new(head));
        }
    }
    Ok(Header { head, encoding, length: advice.header_at + end + 1 })
}

/// The syntax version (0002), before the UNB is cut: it decides on the repetition separator. A version that is left out
/// is taken for 3, by which most interchanges are written.
fn version(bytes: &[u8], advice: &Advice) -> Option<u8> {
    let header = bytes.get(advice.header_at..)?;
    let mut elements = header.split(|byte| *byte == advice.element || *byte == advice.terminator);
    let version = elements.nth(1)?.split(|byte| *byte == advice.component).nth(1).unwrap_or_default();
    match version.trim_ascii() {
        b"" | b"3" => Some(3),
        b"1" => Some(1),
        b"2" => Some(2),
        b"4" => Some(4),
        _ => None,
    }
}

fn delimiters(advice: &Advice, version: Option<u8>) -> Delimiters {
    let others = [advice.component, advice.element, advice.terminator];
    let is_4 = version == Some(4);
    // A blank is no release character in versions before 4 (ISO 9735, 1988, 5.3) and not allowed from then on.
    let release = advice.release.or_else(|| (is_4 && advice.element != 0x1d).then_some(b'?'));
    let repetition = advice.repetition.filter(|byte| is_4 && advice::can_part(*byte));
    Delimiters {
        element: advice.element,
        component: Some(advice.component),
        repetition: repetition.filter(|byte| !others.contains(byte) && Some(*byte) != release),
        release,
        terminator: advice.terminator,
        wide: None,
    }
}

fn check_delimiters(delimiters: &Delimiters) -> Result<(), (FindingCode, String)> {
    let Delimiters { element, component, release, terminator, .. } = *delimiters;
    let characters = [
        (Some(element), FindingCode::ElementSeparator, "element separator"),
        (component, FindingCode::ComponentSeparator, "component separator"),
        (Some(terminator), FindingCode::SegmentTerminator, "terminator"),
        (release, FindingCode::ReleaseCharacter, "release character"),
    ];
    let mut before = Vec::new();
    for (byte, code, name) in characters {
        let Some(byte) = byte else { continue };
        if !advice::can_part(byte) {
            return Err((code, format!("its {name} would be a letter, a digit or a blank")));
        }
        if before.contains(&byte) {
            return Err((code, "its delimiters are not different from one another".to_owned()));
        }
        before.push(byte);
    }
    Ok(())
}

fn head(segment: &Segment<'_>, advice: &Advice, delimiters: Delimiters) -> InterchangeHead {
    let text = |number: usize, component: usize| component_text(&segment.element(number), component);
    let place = Place { segment_position: None, ..segment.place() };
    // 0008 and 0042, 0014 and 0046: the second ones came with syntax version 4.
    let internal = |number: usize| [3, 4].map(|at| text(number, at)).into_iter().filter(|id| !id.is_empty()).collect();
    InterchangeHead {
        standard: Standard::Edifact,
        sender: Party { id: text(2, 1), qualifier: text(2, 2) },
        receiver: Party { id: text(3, 1), qualifier: text(3, 2) },
        sender_internal: internal(2),
        receiver_internal: internal(3),
        date: text(4, 1),
        time: text(4, 2),
        syntax: text(1, 1),
        version: text(1, 2),
        control_number: text(5, 1),
        acknowledgement_asked: matches!(text(9, 1).as_str(), "1" | "2"),
        usage: usage(&text(11, 1)),
        character_set: CharacterSet::Auto,
        particulars: particulars(segment),
        delimiters,
        decimal_mark: advice.decimal_mark,
        place,
        findings: Vec::new(),
    }
}

fn particulars(segment: &Segment<'_>) -> Particulars {
    let text = |number: usize, component: usize| component_text(&segment.element(number), component);
    let mut encoding: Vec<String> = [3, 4, 5].map(|at| text(1, at)).into();
    while encoding.last().is_some_and(String::is_empty) {
        encoding.pop();
    }
    Particulars {
        security: text(6, 1),
        security_qualifier: text(6, 2),
        application_reference: text(7, 1),
        priority: text(8, 1),
        agreement: text(10, 1),
        encoding,
        ..Particulars::default()
    }
}

/// The head of an interchange of which nothing could be read.
fn blank(place: Place, fault: Finding) -> InterchangeHead {
    InterchangeHead {
        standard: Standard::Edifact,
        sender: Party::default(),
        receiver: Party::default(),
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: String::new(),
        time: String::new(),
        syntax: String::new(),
        version: String::new(),
        control_number: String::new(),
        acknowledgement_asked: false,
        usage: Usage::Unknown,
        character_set: CharacterSet::Auto,
        particulars: Particulars::default(),
        delimiters: delimiters(&Advice::by_default(0), None),
        decimal_mark: b'.',
        place,
        findings: vec![fault],
    }
}

/// A component's text without the blanks around it, which fixed-width writers leave.
pub(super) fn component_text(element: &Element<'_>, component: usize) -> String {
    element.component(component).text().trim_ascii().to_owned()
}

/// 0035: `1` is a test, `2` one of syntax only, `3` and `4` an echo and its answer. Nothing is business.
fn usage(text: &str) -> Usage {
    match text {
        "" => Usage::Production,
        "1" | "2" | "3" | "4" => Usage::Test,
        _ => Usage::Unknown,
    }
}

/// Whether an interchange of an unknown syntax can be cut into segments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// As any other one, though it is rejected.
    Known,
    /// What looks like a delimiter may be none.
    Uncertain,
}

/// The character set with code extensions (ISO 2022): half of a character may look like a delimiter.
const EXTENDED: &str = "UNOX";

fn unknown_syntax(segment: &Segment<'_>, version: Option<u8>) -> Option<(Finding, Cut)> {
    let s001 = segment.element(1);
    let (identifier, sent) = (component_text(&s001, 1), component_text(&s001, 2));
    if version.is_none() {
        let text = format!("the syntax version '{sent}' is not known");
        let finding = error(FindingCode::SyntaxUnknown, at(&s001, 2), text).expecting("1, 2, 3 or 4").quoting(&sent);
        return Some((finding, Cut::Uncertain));
    }
    if CharacterSet::for_syntax(&identifier).is_none() && !identifier.is_empty() {
        let text = format!("the syntax identifier '{identifier}' names no character set that is read");
        let finding = error(FindingCode::SyntaxUnknown, at(&s001, 1), text);
        let cut = if identifier == EXTENDED { Cut::Uncertain } else { Cut::Known };
        return Some((finding.expecting("UNOA to UNOL, UNOW or UNOY").quoting(&identifier), cut));
    }
    None
}

/// A component, or with 0 the whole element.
pub(super) fn part<'a>(segment: &Segment<'a>, number: usize, component: usize) -> Element<'a> {
    let element = segment.element(number);
    if component == 0 { element } else { element.component(component) }
}

fn at(element: &Element<'_>, component: usize) -> Place {
    Place { segment_position: None, ..element.component(component).place() }
}

fn error(code: FindingCode, place: Place, text: String) -> Finding {
    Finding::new(Severity::Error, code, place, text).about(Level::Interchange)
}

/// What is wrong with a header that can be read.
struct Faults {
    place: Place,
    findings: Vec<Finding>,
}

/// A component of the UNB: element, component (0 where the element has none), number in the dictionary, name, longest,
/// and whether it must be there (ISO 9735, segment UNB).
type Rule = (usize, usize, &'static str, &'static str, usize, Need);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Mandatory,
    Optional,
}

const RULES: [Rule; 12] = [
    (1, 1, "0001", "syntax identifier", 4, Need::Mandatory),
    (1, 2, "0002", "syntax version", 1, Need::Mandatory),
    (2, 1, "0004", "sender", 35, Need::Mandatory),
    (2, 2, "0007", "sender's qualifier", 4, Need::Optional),
    (2, 3, "0008", "sender's internal id", 35, Need::Optional),
    (3, 1, "0010", "receiver", 35, Need::Mandatory),
    (3, 2, "0007", "receiver's qualifier", 4, Need::Optional),
    (3, 3, "0014", "receiver's internal id", 35, Need::Optional),
    (4, 1, "0017", "date", 8, Need::Mandatory),
    (4, 2, "0019", "time", 4, Need::Mandatory),
    (5, 0, "0020", "control reference", 14, Need::Mandatory),
    (7, 0, "0026", "application reference", 14, Need::Optional),
];

impl Faults {
    fn warn(&mut self, code: FindingCode, place: Place, text: String) {
        self.findings.push(Finding::new(Severity::Warning, code, place, text).about(Level::Interchange));
    }

    fn advice(&mut self, advice: &Advice, version: Option<u8>) {
        for slip in &advice.slips {
            self.warn(FindingCode::ServiceCharacters, self.place, slip.clone());
        }
        if advice.release.is_none() && version == Some(4) && advice.element != 0x1d {
            let text =
                "the UNA has a blank for the release character, which syntax version 4 does not allow; '?' is taken";
            self.warn(FindingCode::ServiceCharacters, self.place, text.to_owned());
        }
    }

    fn layout(&mut self, segment: &Segment<'_>, wrapped: bool) {
        if segment.tag() != segment.tag().to_upper() {
            self.warn(FindingCode::LowerCaseTag, self.place, "the tag UNB is not in upper case".to_owned());
        }
        if wrapped {
            self.warn(FindingCode::WrappedLines, self.place, "the UNB holds line ends".to_owned());
        }
    }

    fn elements(&mut self, segment: &Segment<'_>, version: Option<u8>) {
        for (number, component, element, name, longest, need) in RULES {
            let sent = part(segment, number, component);
            let place = Place { segment_position: None, ..sent.place() };
            let text = sent.text();
            let length = text.chars().count();
            if text.trim().is_empty() && need == Need::Mandatory {
                self.warn(FindingCode::MissingElement, place, format!("{element}, the {name}, is missing"));
            } else if length > longest {
                self.warn(FindingCode::TooLong, place, format!("{element}, the {name}, has {length} characters"));
            }
            if let Some(last) = self.findings.last_mut().filter(|last| last.place == place) {
                last.data_element = Some(element.into());
            }
        }
        let date = segment.element(4).component(1);
        self.date(&date.text(), at(&segment.element(4), 1), version);
    }

    /// 0017 is YYMMDD before syntax version 4 and CCYYMMDD in it; both are read in either.
    fn date(&mut self, text: &str, place: Place, version: Option<u8>) {
        let (width, form) = if version == Some(4) { (8, "CCYYMMDD") } else { (6, "YYMMDD") };
        if text.is_empty() || text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let finding = Finding::new(Severity::Warning, FindingCode::NotADate, place, format!("'{text}' is no {form}"));
        self.findings.push(finding.about(Level::Interchange).expecting(form).quoting(text));
    }
}
