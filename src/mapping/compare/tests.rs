//! Which documents and messages are the same, and what is told of those that are not.

use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::base::Limits;
use crate::edi::write::{WriteOptions, write};
use crate::edi::{Guides, Piece, ReadOptions, Reader, structure};
use crate::mapping::{ReadContext, UnlistedCode, alone};

static UTC: TimeZone = TimeZone::UTC;

const STORY: &str = include_str!("../../../tests/fixtures/edi/x12_850_story.edi");

fn mapping() -> Mapping {
    Mapping::compile("templates/x12/004010/order", &|_| None, &Guides::shipped()).unwrap()
}

fn set(bytes: &[u8]) -> TransactionSet {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    loop {
        if let Piece::Set(set) = reader.next_piece().unwrap().unwrap() {
            return *set;
        }
    }
}

fn context() -> ReadContext<'static> {
    ReadContext {
        parties: &[],
        time_zone: &UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: true,
    }
}

fn read(mapping: &Mapping, set: &TransactionSet) -> Read {
    let (guide, _) = Guides::shipped().select(set, None).unwrap();
    let (tree, _) = structure(set, &guide);
    mapping.read(&tree, &context())
}

/// What is told of a message beside the one that is written of its document.
fn told(mapping: &Mapping, text: &str) -> Vec<String> {
    let received = set(text.as_bytes());
    let document = read(mapping, &received).document;
    let segments = mapping.write(&document, &context()).segments;
    let bytes = write(&alone(mapping.message(), segments), &WriteOptions::x12()).unwrap();
    let written = set(&bytes);
    let (one, other) = (read(mapping, &received), read(mapping, &written));
    let differences = mapping.message_differences((&received, &one), (&written, &other));
    differences.iter().map(|one| format!("{:?} {} {}", one.side, one.segment.tag.unwrap(), one.what)).collect()
}

#[test]
fn what_may_be_said_in_several_ways_is_no_difference() {
    let mapping = mapping();
    let check = |from: &str, to: &str| {
        let text = STORY.replace(from, to);
        assert!(text != STORY || from == to, "{from} is not in the story");
        assert_eq!(told(&mapping, &text), Vec::<String>::new(), "{to}");
    };
    check("~", "~");
    check("2.45*PE", "2.4500*PE");
    check("N1*SU*", "N1*SE*");
    check("CTR-2026-07*AD", "CTR-2026-07*AC");
    check("CTR-2026-07*AD~", "*AD~\nREF*CT*CTR-2026-07~");
    check("BP*BRG-6205-2RS*VP*6205-2RS-C3", "VN*6205-2RS-C3*BP*BRG-6205-2RS");
    check("CTT*2*1500~\nAMT*TT*2045~\n", "");
    check("CUR*BY*USD~", "CUR*BY*USD~\nREF*ZZ*not mapped~");
}

#[test]
fn a_member_that_one_message_lacks_is_told() {
    let rule = "contractNumber = { place = \"BEG06\", read = \"value\", write = \"'other'\" }";
    let text = format!("extends = \"templates/x12/004010/order\"\n[order]\n{rule}\n");
    let own = |name: &str| (name == "changed").then(|| text.clone());
    let changed = Mapping::compile("changed", &own, &Guides::shipped()).unwrap();
    let expected = ["Received BEG contractNumber 'CTR-2026-07'", "Written BEG contractNumber 'other'"];
    assert_eq!(told(&changed, STORY), expected);
}

#[test]
fn members_are_compared_by_what_they_are() {
    let mapping = mapping();
    let check = |expected: Value, found: Value, members: &[&str]| {
        let differences = mapping.document_differences(&expected, &found);
        let found: Vec<&str> = differences.iter().map(|one| one.member.as_str()).collect();
        assert_eq!(found, members);
    };
    check(json!({"meta": 1, "orderNumber": "1.0"}), json!({"orderNumber": "1.0"}), &[]);
    check(json!({"orderNumber": "1.0"}), json!({"orderNumber": "1.00"}), &["orderNumber"]);
    let line = |value: &str, unit: &str| json!({"lines": [{"quantity": {"value": value, "unit": unit}}]});
    check(line("500", "EA"), line("500.00", "EA"), &[]);
    check(line("500", "EA"), line("501", "KG"), &["lines[0].quantity.value", "lines[0].quantity.unit"]);
    check(line("500", "EA"), json!({"lines": []}), &["lines[0]"]);
    let due = |at: &str| json!({"acknowledgementDue": at});
    check(due("2026-11-03T14:15:00Z"), due("2026-11-03T09:15:00-05:00"), &[]);
    check(json!({}), json!({"x": 1}), &["x"]);
}
