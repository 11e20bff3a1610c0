//! Bytes: an interchange around the segments of a message, put together here and not by the writer of the product.

use edigate::edi::guide::GuideKey;
use edigate::edi::{OutgoingElement, OutgoingSegment, Piece, ReadOptions, Reader, TransactionSet, functional_id};

/// The transaction set that these segments are on the wire.
pub(crate) fn set(message: &GuideKey, segments: &[OutgoingSegment]) -> TransactionSet {
    let body: String = segments.iter().map(|segment| segment_text(message, segment)).collect();
    sets(&enveloped(message, &body)).remove(0)
}

/// Segments as an X12 or EDIFACT analyst writes them, a line each.
pub(crate) fn shown(message: &GuideKey, segments: &[OutgoingSegment]) -> String {
    segments.iter().map(|segment| format!("{}\n", segment_text(message, segment))).collect()
}

/// An interchange around the body of one message.
pub(crate) fn enveloped(message: &GuideKey, body: &str) -> Vec<u8> {
    let GuideKey { standard, release, set, .. } = message;
    let text = if standard == "x12" {
        let (repetition, version) = if release.as_str() < "004020" { ("U", "00401") } else { ("^", "00501") };
        let isa = format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261102*0815*{repetition}*{version}\
             *000000101*0*P*>~"
        );
        let group = functional_id(set).unwrap_or("XX");
        let head = format!("GS*{group}*A*B*20261102*0815*101*X*{release}~ST*{set}*0001~");
        let count = body.matches('~').count() + 2;
        format!("{isa}{head}{body}SE*{count}*0001~GE*1*101~IEA*1*000000101~")
    } else {
        let (version, number) = release.split_at(1);
        let count = terminators(body) + 2;
        format!("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+{set}:{version}:{number}:UN'{body}UNT+{count}+1'UNZ+1+1'")
    };
    text.into_bytes()
}

/// How many segments end in a body: a terminator behind a release character is text.
fn terminators(body: &str) -> usize {
    let mut is_released = false;
    let mut count = 0;
    for one in body.chars() {
        count += usize::from(one == '\'' && !is_released);
        is_released = one == '?' && !is_released;
    }
    count
}

/// Every transaction set of a file.
pub(crate) fn sets(bytes: &[u8]) -> Vec<TransactionSet> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let mut sets = Vec::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            sets.push(*set);
        }
    }
    sets
}

fn segment_text(message: &GuideKey, segment: &OutgoingSegment) -> String {
    let is_x12 = message.standard == "x12";
    let (element, component, end) = if is_x12 { ("*", ">", "~") } else { ("+", ":", "'") };
    let escaped = |text: &String| match is_x12 {
        true => text.clone(),
        false => text.chars().flat_map(|one| "+:'?".contains(one).then_some('?').into_iter().chain([one])).collect(),
    };
    let repetition = |components: &Vec<String>| components.iter().map(escaped).collect::<Vec<_>>().join(component);
    let shown = |OutgoingElement(repetitions): &OutgoingElement| {
        repetitions.iter().map(repetition).collect::<Vec<_>>().join("^")
    };
    let parts: Vec<String> =
        std::iter::once(segment.tag.to_string()).chain(segment.elements.iter().map(shown)).collect();
    let text = parts.join(element);
    format!("{}{end}", text.trim_end_matches(element))
}
