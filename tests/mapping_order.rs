//! Orders through the shipped templates: the story's order, an order with other characters, the corpus, and the
//! templates as partners extend them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

use std::path::PathBuf;

use edigate::base::{Diagnostic, Limits};
use edigate::canon::{self, Order};
use edigate::edi::{Guides, Piece, ReadOptions, Reader, TransactionSet, structure};
use edigate::mapping::{Mapping, PartyEntry, Read, ReadContext, UnlistedCode, template, templates};
use jiff::tz::TimeZone;
use serde_json::Value;

fn mapping(name: &str, files: &[(&str, &str)]) -> Mapping {
    let sources = |name: &str| files.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    Mapping::compile(name, &sources, &Guides::shipped()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

fn sets(bytes: &[u8]) -> Vec<TransactionSet> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let mut sets = Vec::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            sets.push(*set);
        }
    }
    sets
}

fn parties() -> Vec<PartyEntry> {
    let party = |id: &str, scheme: &str, value: &str| PartyEntry {
        id: id.to_owned(),
        scheme: scheme.to_owned(),
        value: value.to_owned(),
        ..PartyEntry::default()
    };
    vec![
        party("northwind", "DUNS", "123456789"),
        party("acme-bearings", "BUYER_ASSIGNED", "ACMEBRG"),
        party("plant-0100", "BUYER_ASSIGNED", "0100"),
        party("northwind-ap", "BUYER_ASSIGNED", "AP01"),
    ]
}

fn read(mapping: &Mapping, set: &TransactionSet) -> Read {
    let guides = Guides::shipped();
    let (guide, _) = guides.select(set, None).unwrap();
    let (tree, _) = structure(set, &guide);
    let parties = parties();
    let context = ReadContext {
        parties: &parties,
        time_zone: &TimeZone::UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    mapping.read(&tree, &context)
}

fn enveloped(body: &str, release: &str) -> Vec<u8> {
    let isa =
        "ISA*00*          *00*          *ZZ*NORTHWIND      *ZZ*ACMEBRG        *261102*0815*U*00401*000000101*0*P*>~";
    format!("{isa}GS*PO*NORTHWIND*ACMEBRG*20261102*0815*101*X*{release}~{body}GE*1*101~IEA*1*000000101~").into_bytes()
}

/// Decimals by value: `2.45` and `2.4500` are equal (decisions, "decimals").
fn by_value(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<rust_decimal::Decimal>() {
            Ok(number) if text.contains('.') => Value::from(number.normalize().to_string()),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

/// What an 850 of the story does not carry.
fn less_what_the_wire_lacks(mut order: Value) -> Value {
    let members = order.as_object_mut().unwrap();
    for name in ["meta", "notes", "acknowledgementDue", "extensions"] {
        members.shift_remove(name);
    }
    members["shipTo"].as_object_mut().unwrap().shift_remove("unloadingPoint");
    order
}

/// A document validates against the published schema, our own check agrees, and the Rust types hold all of it.
fn assert_valid(document: &Value) {
    let schema = canon::schema("order@1").unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{document:#}");
    assert_eq!(canon::check(document, "order@1"), []);
    let order: Order = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(&serde_json::to_value(order).unwrap(), document);
}

const ORDER: &str = "templates/x12/004010/order";

#[test]
fn the_storys_order_is_read_byte_for_byte() {
    let set = sets(include_bytes!("fixtures/edi/x12_850_story.edi")).remove(0);
    let read = read(&mapping(ORDER, &[]), &set);
    assert_eq!(lines(&read.findings), "");
    assert_eq!(read.unmapped, []);
    assert!(read.is_usable());
    assert_eq!(format!("{:#}\n", read.document), include_str!("fixtures/mapping/x12_850_story.json"));
    let derived: Vec<String> = read.derived.iter().map(|one| format!("{} from {}", one.path, one.from)).collect();
    let expected = [
        "billTo.id from parties",
        "buyer.id from parties",
        "lines[*].lineAmount from round(quantity.value * price.amount / price.per, 2)",
        "lines[*].schedules[*].scheduleNumber from position",
        "shipTo.id from parties",
        "supplier.id from parties",
    ];
    assert_eq!(derived, expected);
    assert_valid(&read.document);
}

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    if !shared.is_dir() {
        eprintln!(
            "SKIPPED: there is no {}; set EDIGATE_SHARED to the folder with examples and corpus",
            shared.display()
        );
        return None;
    }
    Some(shared)
}

#[test]
fn the_example_beside_the_project_gives_its_document() {
    let Some(examples) = shared().map(|shared| shared.join("examples")) else { return };
    let text = |name: &str| std::fs::read_to_string(examples.join(name)).unwrap();
    let set = sets(&enveloped(&text("850.x12.txt"), "004010")).remove(0);
    let expected: Value = serde_json::from_str(&text("order.json")).unwrap();
    let expected = by_value(&less_what_the_wire_lacks(expected));
    let example = text("mappings/x12/004010/order.toml");
    let shipped = read(&mapping(ORDER, &[]), &set);
    let as_written = read(&mapping(ORDER, &[(ORDER, &example)]), &set);
    for read in [shipped, as_written] {
        assert_eq!(lines(&read.findings), "");
        assert_eq!(read.unmapped, []);
        assert_eq!(format!("{:#}", by_value(&read.document)), format!("{expected:#}"));
    }
}

#[test]
fn characters_of_latin_1_are_kept() {
    let set = sets(include_bytes!("fixtures/edi/x12_850_latin1.edi")).remove(0);
    let read = read(&mapping("templates/x12/005010/order", &[]), &set);
    assert_eq!(lines(&read.findings), "");
    assert_eq!(format!("{:#}\n", read.document), include_str!("fixtures/mapping/x12_850_latin1.json"));
    let derived: Vec<String> = read.derived.iter().map(|one| format!("{} from {}", one.path, one.from)).collect();
    assert!(derived.contains(&"lines[*].price.per from default(PE)".to_owned()), "{derived:?}");
    assert_valid(&read.document);
}

#[test]
fn texts_of_a_line_stand_in_mtx_from_005010_on_and_in_msg_where_partners_still_send_it() {
    let text = "ST*850*0001~BEG*00*SA*4500012347**20261102~N9*ZZ*1~MTX**of the order~\
                PO1*1*5*EA*2.45*PE*BP*B1~MTX**of the line~MSG*of an older line~N9*ZZ*2~MTX**behind a number~\
                CTT*1~SE*10*0001~";
    let set = sets(&enveloped(text, "005010")).remove(0);
    let read = read(&mapping("templates/x12/005010/order", &[]), &set);
    // The label of a note has no member; a note that is written has the label NOTE.
    let codes: Vec<&str> = read.findings.iter().map(|one| one.code.as_ref()).collect();
    assert_eq!(codes, ["emit-differs", "emit-differs"]);
    let left: Vec<&str> = read.unmapped.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(left, ["N9/N902", "PO1/N9/N902"]);
    let notes =
        |of: &Value| of["notes"].as_array().unwrap().iter().map(|note| note["text"].clone()).collect::<Vec<_>>();
    assert_eq!(notes(&read.document), ["of the order"]);
    assert_eq!(notes(&read.document["lines"][0]), ["of the line", "of an older line", "behind a number"]);
}

#[test]
fn every_template_compiles() {
    let whole: Vec<&str> =
        templates().filter(|name| template(name).is_some_and(|text| text.contains("\nmessage"))).collect();
    assert_eq!(whole.len(), 8);
    whole.into_iter().for_each(|name| drop(mapping(name, &[])));
}

#[test]
fn a_file_of_the_project_goes_before_the_shipped_one() {
    let own = format!("version = \"own\"\n{}", template(ORDER).unwrap());
    assert_eq!(mapping(ORDER, &[(ORDER, &own)]).used().version.as_deref(), Some("own"));
    assert_eq!(mapping(ORDER, &[]).used().version, None);
}

/// The files of the corpus that its manifest calls valid, each with its name.
fn valid_orders() -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = shared().map(|shared| shared.join("corpus")) else { return Vec::new() };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let is_order = |row: &Vec<&str>| row[0].starts_with("x12/") && row[4].contains("850");
    let is_read = |row: &Vec<&str>| matches!(row[8], "valid" | "fragment");
    let rows = rows.filter(|row| is_order(row) && is_read(row));
    rows.map(|row| (row[0].to_owned(), std::fs::read(corpus.join(row[0])).unwrap())).collect()
}

/// Every order that the corpus calls valid is read by the template of its release, nearest where there is none, and gives
/// a document that validates. `EDIGATE_VERBOSE` shows what was found in each and what was left unmapped.
#[test]
fn the_valid_orders_of_the_corpus_give_valid_documents() {
    let verbose = std::env::var_os("EDIGATE_VERBOSE").is_some();
    let mut count = 0;
    for (name, bytes) in valid_orders() {
        let release = if name.contains("005010") { "005010" } else { "004010" };
        let bytes = match bytes.starts_with(b"ST") {
            true => enveloped(&String::from_utf8(bytes).unwrap(), release),
            false => bytes,
        };
        for set in sets(&bytes).iter().filter(|set| set.id == "850") {
            let template = if set.release.starts_with("005010") { "templates/x12/005010/order" } else { ORDER };
            let read = read(&mapping(template, &[]), set);
            if verbose {
                println!("--- {name} {}\n{}{:#?}", set.release, lines(&read.findings), read.unmapped);
            }
            assert!(read.is_usable(), "{name}\n{}", lines(&read.findings));
            assert_valid(&read.document);
            count += 1;
        }
    }
    println!("{count} orders of the corpus read");
}
