//! Orders written by the shipped templates.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

use edigate::base::{Diagnostic, Limits};
use edigate::edi::{Guides, OutgoingSegment};
use edigate::mapping::{Mapping, ReadContext, UnlistedCode, Written};
use jiff::tz::TimeZone;
use serde_json::Value;

fn mapping(name: &str, files: &[(&str, &str)]) -> Mapping {
    let sources = |name: &str| files.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    Mapping::compile(name, &sources, &Guides::shipped()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

fn write(mapping: &Mapping, document: &Value) -> Written {
    let context = ReadContext {
        parties: &[],
        time_zone: &TimeZone::UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    mapping.write(document, &context)
}

fn shown(segments: &[OutgoingSegment], separators: (&str, &str)) -> String {
    let element = |element: &edigate::edi::OutgoingElement| {
        element.0.iter().map(|components| components.join(separators.1)).collect::<Vec<_>>().join("^")
    };
    let segment = |segment: &OutgoingSegment| {
        let elements: Vec<String> = segment.elements.iter().map(element).collect();
        format!("{}{}{}\n", segment.tag, separators.0, elements.join(separators.0))
    };
    segments.iter().map(segment).collect()
}

#[test]
fn the_storys_order_is_written() {
    let document: Value = serde_json::from_str(include_str!("fixtures/mapping/x12_850_story.json")).unwrap();
    let written = write(&mapping("templates/x12/004010/order", &[]), &document);
    println!("{}", shown(&written.segments, ("*", ">")));
    println!("{}", lines(&written.findings));
    let example = std::fs::read_to_string("/work/shared/examples/mappings/edifact/d96a/order.toml").unwrap();
    let written = write(&mapping("x/order", &[("x/order", &example)]), &document);
    println!("{}", shown(&written.segments, ("+", ":")));
    println!("{}", lines(&written.findings));
    panic!();
}
