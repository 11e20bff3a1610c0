//! What the tests of the EDIFACT templates share.

use std::io::Write;
use std::path::{Path, PathBuf};

use edigate::base::{Diagnostic, Limits};
use edigate::edi::{Guides, OutgoingElement, OutgoingSegment, Piece, ReadOptions, Reader, TransactionSet, structure};
use edigate::mapping::{Mapping, PartyEntry, Read, ReadContext, UnlistedCode};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// A folder that lies beside the project, if it is there.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let found = shared.join(folder);
    if !found.is_dir() {
        let words =
            format!("SKIPPED: there is no {}; set EDIGATE_SHARED to the folder that holds it\n", found.display());
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return None;
    }
    Some(found)
}

pub(crate) fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

/// A shipped template.
pub(crate) fn mapping(name: &str) -> Mapping {
    let mappings = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    let sources = |name: &str| std::fs::read_to_string(mappings.join(name).with_extension("toml")).ok();
    Mapping::compile(name, &sources, &Guides::shipped()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

/// What the partner of the story is read and written with.
pub(crate) struct Partner {
    parties: Vec<PartyEntry>,
    zone: TimeZone,
}

impl Partner {
    /// One who knows the parties of these documents by their identifiers.
    pub(crate) fn knowing(documents: &[Value]) -> Self {
        let mut parties: Vec<PartyEntry> = Vec::new();
        let names = ["buyer", "supplier", "shipTo", "billTo", "shipFrom"];
        let found = documents.iter().flat_map(|document| names.iter().map(move |name| &document[name]));
        for party in found.filter(|party| party["id"].is_string()) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let entry = PartyEntry {
                id: text(&party["id"]),
                scheme: text(&party["identifiers"][0]["scheme"]),
                value: text(&party["identifiers"][0]["value"]),
                name: party["name"].as_str().map(str::to_owned),
                role: None,
            };
            if !parties.iter().any(|known| known.id == entry.id) {
                parties.push(entry);
            }
        }
        Self { parties, zone: TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap() }
    }

    pub(crate) fn context(&self) -> ReadContext<'_> {
        ReadContext {
            parties: &self.parties,
            time_zone: &self.zone,
            unlisted: UnlistedCode::Warn,
            document_limit: Limits::default().document,
            trace: false,
        }
    }

    /// Reads a set by a mapping, fitted to the mapping's own guide.
    pub(crate) fn read(&self, mapping: &Mapping, set: &TransactionSet) -> Read {
        let guide = Guides::shipped().get(mapping.message()).unwrap();
        let (tree, _) = structure(set, &guide);
        mapping.read(&tree, &self.context())
    }
}

/// All sets of a file.
pub(crate) fn sets(bytes: &[u8]) -> Vec<TransactionSet> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let pieces = std::iter::from_fn(|| reader.next_piece().ok().flatten());
    pieces.filter_map(|piece| if let Piece::Set(set) = piece { Some(*set) } else { None }).collect()
}

/// Segments as they stand on the wire of EDIFACT, a line each.
pub(crate) fn shown(segments: &[OutgoingSegment]) -> String {
    let element = |element: &OutgoingElement| {
        let components = element.0.first().map(|components| components.iter().map(|one| released(one)).collect());
        components.map(|components: Vec<String>| components.join(":")).unwrap_or_default()
    };
    let segment = |segment: &OutgoingSegment| {
        let elements = segment.elements.iter().map(element);
        std::iter::once(segment.tag.to_string()).chain(elements).collect::<Vec<_>>().join("+")
    };
    segments.iter().map(|one| format!("{}'\n", segment(one))).collect()
}

fn released(text: &str) -> String {
    text.chars().flat_map(|one| ['?'].into_iter().filter(move |_| "+:'?".contains(one)).chain([one])).collect()
}

/// Segments as a message in an interchange.
pub(crate) fn interchange(mapping: &Mapping, segments: &[OutgoingSegment]) -> String {
    let key = mapping.message();
    let (version, release) = key.release.split_at(1);
    let head = "UNA:+.? '\nUNB+UNOC:3+4012345000009:14+4012345000016:14+261130:0815+1'\n";
    let unh = format!("UNH+1+{}:{version}:{release}:UN'\n", key.set);
    format!("{head}{unh}{}UNT+{}+1'\nUNZ+1+1'\n", shown(segments), segments.len() + 2)
}

/// Decimals by value, `2.45` and `2.4500` are equal; members in one order of names.
pub(crate) fn by_value(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('.') => match text.parse::<rust_decimal::Decimal>() {
            Ok(number) => Value::from(number.normalize().to_string()),
            Err(_) => value.clone(),
        },
        Value::Array(items) => items.iter().map(by_value).collect(),
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

/// Takes a member out, `lines.item.revision` or `lines[*].item.revision`, of every item.
pub(crate) fn without(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| without(item, path)),
        (Value::Object(members), None) => drop(members.shift_remove(path)),
        (Value::Object(members), Some((name, rest))) => {
            if let Some(inner) = members.get_mut(name.trim_end_matches("[*]")) {
                without(inner, rest);
            }
        }
        _ => {}
    }
}

/// Where two documents differ, a line each: the path, what the one has and what the other.
pub(crate) fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(&by_value(one), &by_value(other), "", &mut found);
    found
}

fn compare(one: &Value, other: &Value, path: &str, found: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names {
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => compare(one, other, &below(name), found),
                    (Some(one), None) => found.push(format!("{} {one} | -", below(name))),
                    (None, other) => found.push(format!("{} - | {}", below(name), other.unwrap_or(&Value::Null))),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(one, other, &format!("{path}[{index}]"), found);
            }
        }
        (one, other) if one != other => found.push(format!("{path} {one} | {other}")),
        _ => {}
    }
}

/// A document validates against the schema that is published for it, and our own check agrees.
pub(crate) fn assert_valid(document: &Value, name: &str, what: &str) {
    let validator = jsonschema::validator_for(edigate::canon::schema(name).unwrap()).unwrap();
    let faults = validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path()));
    assert_eq!(faults.collect::<Vec<_>>(), Vec::<String>::new(), "{what}\n{document:#}");
    assert_eq!(edigate::canon::check(document, name), [], "{what}");
}
