//! Application advices.

use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::{Value, json};

use super::party::{parties, party};
use super::terms::references;
use super::{
    Maybe, date, instant, joined, list, may, must, number, object, perhaps, text, unwrapped, word, word_or_other,
};

const REFERENCES: &[&str] = &["billOfLading", "deliveryNote", "invoice", "department"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let outcome = word_or_other(
        "outcome",
        "outcomeCode",
        &["accepted", "acceptedWithErrors", "partiallyAccepted", "rejected"],
        "GP",
    );
    let order = object(vec![
        ("orderNumber", must(number(30))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ]);
    let mut members = vec![
        ("adviceNumber", must(number(30))),
        ("about", about()),
        ("orderReference", perhaps(order)),
        ("sender", perhaps(party())),
        ("receiver", perhaps(party())),
        ("references", perhaps(references(REFERENCES, false))),
        ("errors", perhaps(list(error(), 3))),
    ];
    members.extend(parties());
    let when = prop_oneof![
        date().prop_map(|day| json!({"adviceDate": day})),
        instant().prop_map(|at| json!({"adviceDate": at.as_str().unwrap()[..10], "issuedAt": at})),
    ];
    unwrapped(joined(vec![purpose, outcome, must(when), object(members)]))
}

fn about() -> Maybe {
    let digits = |pattern: &str| string_regex(pattern).unwrap().prop_map(Value::from);
    let numbers = object(vec![("group", must(digits("[1-9][0-9]{0,8}"))), ("transaction", may(digits("[0-9]{4,9}")))]);
    const KINDS: &[&str] =
        &["order", "order-change", "order-response", "shipment-notice", "invoice", "inventory-report"];
    object(vec![
        ("documentType", must(word(KINDS))),
        ("number", must(number(30))),
        ("date", may(date())),
        ("controlNumbers", perhaps(numbers)),
    ])
}

fn error() -> Maybe {
    let counted = |most: i64| (1..most).prop_map(|position| Value::from(position.to_string()));
    object(vec![
        ("code", must(word(&["006", "007", "012", "024"]))),
        ("text", may(text(1, 60))),
        ("segment", may(word(&["IT1", "N1", "REF"]))),
        ("segmentPosition", may((1..99_999_i64).prop_map(Value::from))),
        ("element", may(counted(30))),
        ("field", may(counted(1999))),
        ("value", may(text(1, 99))),
    ])
}
