//! The story of one order, both ways: the example mappings beside the project read its messages into its documents and
//! write its documents into its messages.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

use std::path::{Path, PathBuf};

use edigate::base::{Diagnostic, Limits};
use edigate::edi::{Guides, OutgoingElement, OutgoingSegment, Piece, ReadOptions, Reader, TransactionSet, structure};
use edigate::mapping::{Mapping, PartyEntry, ReadContext, UnlistedCode};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// A message of the story: its mapping, its text, its document, and the members of the document that its wire lacks.
struct Chapter {
    mapping: &'static str,
    text: &'static str,
    document: &'static str,
    lacks: &'static [&'static str],
}

const STORY: &[Chapter] = &[
    Chapter {
        mapping: "x12/004010/order",
        text: "850.x12.txt",
        document: "order.json",
        lacks: &["notes", "acknowledgementDue", "extensions", "shipTo.unloadingPoint"],
    },
    Chapter { mapping: "x12/004010/order-response", text: "855.x12.txt", document: "order-response.json", lacks: &[] },
    Chapter {
        mapping: "x12/004010/shipment-notice",
        text: "856.x12.txt",
        document: "shipment-notice.json",
        lacks: &[],
    },
    Chapter { mapping: "x12/004010/invoice", text: "810.x12.txt", document: "invoice.json", lacks: &["taxSummary"] },
    Chapter {
        mapping: "edifact/d96a/order",
        text: "orders-d96a.edifact.txt",
        document: "order.json",
        lacks: &[
            "notes",
            "acknowledgementDue",
            "acknowledgementRequired",
            "extensions",
            "shipTo.unloadingPoint",
            "buyer.name",
            "supplier.name",
            "billTo.name",
            "deliveryTerms.location",
            "lines.item.revision",
        ],
    },
];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    if !shared.is_dir() {
        eprintln!("SKIPPED: there is no {}; set EDIGATE_SHARED to the folder with examples", shared.display());
        return None;
    }
    Some(shared.join("examples"))
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

fn mapping(examples: &Path, name: &str) -> Mapping {
    let sources = |name: &str| std::fs::read_to_string(examples.join(format!("mappings/{name}.toml"))).ok();
    Mapping::compile(name, &sources, &Guides::shipped()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

/// The text of a message in an interchange.
fn set(text: &str) -> TransactionSet {
    let bytes = if text.starts_with("UNH") {
        format!("UNB+UNOC:3+A+B+261102:0815+1'{text}UNZ+1+1'")
    } else {
        let isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261102*0815*U*00401*000000101*0*P*>~";
        let id = text.get(3..6).unwrap();
        let group = edigate::edi::functional_id(id).unwrap();
        format!("{isa}GS*{group}*A*B*20261102*0815*101*X*004010~{text}GE*1*101~IEA*1*000000101~")
    };
    let mut reader = Reader::new(bytes.as_bytes(), ReadOptions::default());
    loop {
        match reader.next_piece().unwrap().unwrap() {
            Piece::Set(set) => return *set,
            _ => continue,
        }
    }
}

/// The parties of the story by their identifiers, and the two that the agreement names.
fn parties(documents: &[Value]) -> Vec<PartyEntry> {
    let mut parties: Vec<PartyEntry> = Vec::new();
    let names = ["buyer", "supplier", "shipTo", "billTo", "shipFrom"];
    let found = documents.iter().flat_map(|document| names.iter().map(move |name| (*name, &document[name])));
    for (role, party) in found.filter(|(_, party)| party.is_object()) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let entry = PartyEntry {
            id: text(&party["id"]),
            scheme: text(&party["identifiers"][0]["scheme"]),
            value: text(&party["identifiers"][0]["value"]),
            name: party["name"].as_str().map(str::to_owned),
            role: ["buyer", "supplier"].contains(&role).then(|| role.to_owned()),
        };
        if !entry.id.is_empty() && !parties.iter().any(|known| known.id == entry.id) {
            parties.push(entry);
        }
    }
    parties
}

/// Decimals by value; `2.45` and `2.4500` are equal.
fn by_value(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('.') => match text.parse::<rust_decimal::Decimal>() {
            Ok(number) => Value::from(number.normalize().to_string()),
            Err(_) => value.clone(),
        },
        Value::Array(items) => items.iter().map(by_value).collect(),
        // In one order of names: documents are equal whatever order they are written in.
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(
                sorted.into_iter().map(|(name, value)| (name.clone(), by_value(value))).collect::<Map<_, _>>(),
            )
        }
        other => other.clone(),
    }
}

fn without(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| without(item, path)),
        (Value::Object(members), None) => drop(members.shift_remove(path)),
        (Value::Object(members), Some((name, rest))) => {
            if let Some(inner) = members.get_mut(name) {
                without(inner, rest);
            }
        }
        _ => {}
    }
}

fn shown(segments: &[OutgoingSegment], separators: (&str, &str)) -> String {
    let element =
        |element: &OutgoingElement| element.0.iter().map(|one| one.join(separators.1)).collect::<Vec<_>>().join("^");
    let segment = |segment: &OutgoingSegment| {
        let elements = segment.elements.iter().map(element);
        std::iter::once(segment.tag.to_string()).chain(elements).collect::<Vec<_>>().join(separators.0)
    };
    segments.iter().map(|one| format!("{}\n", segment(one))).collect()
}

fn document(examples: &Path, name: &str) -> Value {
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(examples.join(name)).unwrap()).unwrap();
    without(&mut document, "meta");
    document
}

#[test]
fn the_story_is_read_and_written() {
    let Some(examples) = shared() else { return };
    let documents: Vec<Value> = STORY.iter().map(|chapter| document(&examples, chapter.document)).collect();
    let parties = parties(&documents);
    let zone = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
    let context = ReadContext {
        parties: &parties,
        time_zone: &zone,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    let mut wires = String::new();
    for (chapter, document) in STORY.iter().zip(&documents) {
        let mapping = mapping(&examples, chapter.mapping);
        let guide = Guides::shipped().get(mapping.message()).unwrap();
        let text = std::fs::read_to_string(examples.join(chapter.text)).unwrap();
        let text: String = text.lines().map(str::trim).collect();
        let set = set(&text);
        let (tree, _) = structure(&set, &guide);
        let read = mapping.read(&tree, &context);
        assert!(read.is_usable(), "{}: {}", chapter.mapping, lines(&read.findings));
        let mut expected = document.clone();
        chapter.lacks.iter().for_each(|path| without(&mut expected, path));
        assert_eq!(by_value(&read.document), by_value(&expected), "{}", chapter.mapping);

        let written = mapping.write(document, &context);
        assert!(written.is_usable(), "{}: {}", chapter.mapping, lines(&written.findings));
        let separators = if mapping.message().standard == "x12" { ("*", ">") } else { ("+", ":") };
        wires +=
            &format!("{}\n{}{}\n", chapter.mapping, shown(&written.segments, separators), lines(&written.findings));
    }
    insta::assert_snapshot!(wires);
}
