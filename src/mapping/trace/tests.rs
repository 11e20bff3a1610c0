//! What is told of a message that was read: which rule used what, and how.

use jiff::tz::TimeZone;

use super::*;
use crate::base::Limits;
use crate::edi::{Guides, Piece, ReadOptions, Reader, TransactionSet, structure};
use crate::mapping::{Mapping, Read, ReadContext, RuleKind, RuleText, UnlistedCode};

const STORY: &[u8] = include_bytes!("../../../tests/fixtures/edi/x12_850_story.edi");

fn set(bytes: &[u8]) -> TransactionSet {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    loop {
        if let Piece::Set(set) = reader.next_piece().unwrap().unwrap() {
            return *set;
        }
    }
}

fn mapping(name: &str, text: &str) -> Mapping {
    let own = |asked: &str| (asked == name).then(|| text.to_owned());
    Mapping::compile(name, &own, &Guides::shipped()).unwrap()
}

fn followed(mapping: &Mapping, set: &TransactionSet, member: &str) -> (Read, Vec<Attempt>) {
    let (guide, _) = Guides::shipped().select(set, None).unwrap();
    let (tree, _) = structure(set, &guide);
    let context = ReadContext {
        parties: &[],
        time_zone: &TimeZone::UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: true,
    };
    mapping.follow(&tree, &context, member)
}

/// A few rules of every kind, and the message of the story.
const RULES: &str = r#"
message = "x12/004010/850"
document = "order@1"
[order]
orderNumber = "BEG03"
orderDate = "BEG05"
contractNumber = "REF02 if REF01=CT or BEG06 if BEG02 in (SA NE)"
purpose = "BEG01 | code(purpose)"
acknowledgementDue = "DTM02 | instant"
emit = { FOB01 = "'DF'" }
[order.shipTo]
in = "N1 if N101 in (SH ST)"
name = "N102 | trim | upper"
address.street = ["N301", "N302"]
[order.lines]
each = "PO1"
item.buyerPartNumber = "PO1[BP]"
quantity = { value = "PO102", unit = "PO103" }
lineNumber = "PO101"
[order.lines.price]
spread = "PO105 | default(PE) | code(basis)"
amount = "PO104"
unit = "PO103"
[order.lines.schedules]
each = "SCH"
quantity = "SCH01"
scheduleNumber = "SCH02"
requestedDeliveryDate = "SCH06 if SCH05=002"
[codes.purpose]
"00" = "original"
[codes.basis]
PE = { basis = "net", per = "1" }
"#;

#[test]
fn every_element_that_counts_as_used_says_by_which_rule() {
    let set = set(STORY);
    for (name, text) in [("test", RULES), ("templates/x12/004010/order", "")] {
        let text = if text.is_empty() { crate::mapping::template(name).unwrap() } else { text };
        let (read, _) = followed(&mapping(name, text), &set, "");
        let mut places: Vec<_> = read.uses.iter().map(|one| (one.place.segment_position, one.place.element)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), read.coverage.elements - read.coverage.unmapped, "{name}");
        assert!(read.uses.iter().all(|one| one.rule.is_some()), "{name}");
    }
}

#[test]
fn what_an_element_was_used_for_is_told() {
    let (read, _) = followed(&mapping("test", RULES), &set(STORY), "");
    let check = |segment: u32, element: u32, expect: &[(Purpose, &str, u32)]| {
        let at = |one: &&Use| (one.place.segment_position, one.place.element) == (Some(segment), Some(element));
        let found: Vec<_> = read.uses.iter().filter(at).collect();
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.purpose.clone(), one.member.as_str(), one.rule.as_ref().unwrap().line))
            .collect();
        assert_eq!(found, expect, "segment {segment} element {element}");
    };
    check(2, 3, &[(Purpose::Value, "orderNumber", 5)]);
    check(2, 2, &[(Purpose::Condition("SA".to_owned()), "contractNumber", 7)]);
    check(4, 1, &[(Purpose::Emit, "", 10)]);
    check(8, 1, &[(Purpose::Condition("SH".to_owned()), "shipTo", 12)]);
    check(9, 1, &[(Purpose::Value, "shipTo.address.street", 14)]);
    check(12, 6, &[(Purpose::Beside, "lines[0].item.buyerPartNumber", 17)]);
    let unit = [(Purpose::Value, "lines[0].quantity.unit", 18), (Purpose::Value, "lines[0].price.unit", 23)];
    check(12, 3, &unit);
    check(5, 1, &[]);
}

/// An attempt in a few words.
fn told(attempts: &[Attempt]) -> String {
    let verdict = |looked: &Looked| match &looked.verdict {
        Verdict::Taken(values) => {
            format!("took {}", values.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("+"))
        }
        Verdict::Empty => "empty".to_owned(),
        Verdict::Unmet { element, found } => format!("{:?} is {found:?}", element.element),
    };
    let source = |tried: &Tried| tried.looked.iter().map(verdict).collect::<Vec<_>>().join(" ");
    let step = |step: &Step| match &step.by {
        StepBy::Codec(codec) => format!("{codec}={}", step.result),
        by => format!("{by:?}={}", step.result),
    };
    let one = |attempt: &Attempt| {
        let sources = attempt.tried.iter().map(source).collect::<Vec<_>>().join("; ");
        let steps: Vec<String> = attempt.steps.iter().map(step).collect();
        format!("{}: {sources} > {} {}\n", attempt.member, steps.join(" > "), attempt.fault.unwrap_or_default())
    };
    attempts.iter().map(one).collect()
}

#[test]
fn a_rule_is_followed_from_source_to_source_and_step_by_step() {
    let mapping = mapping("test", RULES);
    let story = set(STORY);
    let check = |set: &TransactionSet, member: &str, expect: &str| {
        assert_eq!(told(&followed(&mapping, set, member).1), expect, "{member}");
    };
    check(&story, "orderDate", "orderDate: took 20261102 > Type=2026-11-02 \n");
    check(&story, "contractNumber", "contractNumber: ; took CTR-2026-07 > Type=CTR-2026-07 \n");
    check(
        &story,
        "shipTo.name",
        "shipTo.name: took Northwind Plant 0100 > trim=Northwind Plant 0100 > upper=NORTHWIND PLANT 0100 > Type=NORTHWIND PLANT 0100 \n",
    );
    check(&story, "purpose", "purpose: took 00 > code(purpose)=original \n");
    check(
        &story,
        "lines[1].quantity",
        "lines[1].quantity.value: took 1000 > Type=1000 \nlines[1].quantity.unit: took EA > Type=EA \n",
    );
    check(
        &story,
        "lines[1].price.per",
        "lines[1].price.per: took PE > default(PE)=PE > Type=PE > code(basis)=basis = net > code(basis)=per = 1 \n",
    );
    check(&story, "acknowledgementDue", "acknowledgementDue:  >  \n");
    check(&story, "orderDat", "");
    let text = String::from_utf8(STORY.to_vec()).unwrap();
    let other = text
        .replace("CUR*BY*USD~", "REF*BM*1~\nREF*CT~\nREF*CT*7~\nDTM*ACK*never~")
        .replace("PO1*20*1000*EA*.82*PE", "PO1*20*1000*EA*.82*");
    let other = set(other.as_bytes());
    check(&other, "contractNumber", "contractNumber: Some(1) is Some(\"BM\") empty took 7 > Type=7 \n");
    check(&other, "acknowledgementDue", "acknowledgementDue: took never >  not-a-date\n");
    check(
        &other,
        "lines[1].price.per",
        "lines[1].price.per: empty > Default=PE > Type=PE > code(basis)=basis = net > code(basis)=per = 1 \n",
    );
}

#[test]
fn the_rules_of_a_member_and_those_that_name_an_element_are_found() {
    let mapping = mapping("test", RULES);
    let lines =
        |member: &str| mapping.rules_of(member).iter().map(|line| (line.kind, line.at.line)).collect::<Vec<_>>();
    assert_eq!(lines("lines[3].schedules[0].quantity"), [(RuleKind::Value, 26)]);
    assert_eq!(lines("shipTo"), [(RuleKind::Instances, 12)]);
    assert_eq!(lines("shipTo.address.street"), [(RuleKind::Value, 14)]);
    assert_eq!(lines("lines[0].price.basis"), [(RuleKind::Value, 21)]);
    let naming = |tag: &str, number: usize| {
        let names = |line: &&crate::mapping::RuleLine| {
            line.elements.iter().any(|(known, element)| *known == tag && *element == Some(number))
        };
        mapping.rules().iter().filter(names).map(|line| line.at.line).collect::<Vec<_>>()
    };
    assert_eq!(naming("PO1", 3), [18, 23]);
    assert_eq!(naming("PO1", 9), [17]);
    assert_eq!(naming("FOB", 1), [10]);
    assert_eq!(naming("N1", 1), [12]);
    let text = RuleText::at(RULES, 7, 18).unwrap();
    assert_eq!(text.sources, ["REF02 if REF01=CT", "BEG06 if BEG02 in (SA NE)"]);
    assert_eq!(RuleText::at(RULES, 14, 18).unwrap().text, "N301, N302");
    assert_eq!(RuleText::at(RULES, 7, 17), None);
}
