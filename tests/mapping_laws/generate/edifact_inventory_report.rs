//! Inventory reports, as INVRPT can say them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edifact_others::{full_party, identifier, item, lines, references, short};
use super::{
    Maybe, date, goods, instant, joined, list, may, must, number, object, perhaps, quantity, text, unwrapped, word,
    word_or_other,
};

const REFERENCES: &[&str] = &["quotation", "requisition", "customerOrder", "invoice"];
const OTHERS: &[&str] = &["ADE", "AAN", "SZ"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head()), lines(line(), 3))
        .prop_map(|(mut head, lines)| {
            head["lines"] = lines;
            head
        })
        .boxed()
}

fn head() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let order = object(vec![
        ("orderNumber", must(number(35))),
        ("lineNumber", may((1..999_i64).prop_map(|number| number.to_string().into()))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(35))),
        ("supplierOrderNumber", may(number(35))),
    ]);
    let mut members = vec![
        ("reportNumber", must(number(35))),
        ("reportDate", must(date())),
        ("reportedAt", may(instant())),
        ("period", perhaps(object(vec![("from", may(date())), ("to", may(date()))]))),
        ("currency", may(word(&["USD", "EUR"]))),
        ("orderReference", perhaps(order)),
        ("references", perhaps(references(REFERENCES, OTHERS))),
    ];
    for role in ["buyer", "supplier", "shipTo", "shipFrom", "billTo", "payTo", "carrier", "endCustomer", "location"] {
        members.push((role, perhaps(full_party())));
    }
    joined(vec![purpose, object(members)])
}

fn line() -> Maybe {
    let place = object(vec![
        ("identifiers", must(unwrapped(identifier()).prop_map(|one| json!([one])))),
        ("name", may(text(1, 70))),
    ]);
    let lot = object(vec![("lotNumber", must(number(35))), ("expiryDate", may(date()))]);
    object(vec![
        ("item", must(unwrapped(item()))),
        ("location", perhaps(place.prop_map(|place| place.map(short)).boxed())),
        ("quantities", must(proptest::collection::vec(unwrapped(stock()), 1..=4).prop_map(Value::from))),
        ("lots", perhaps(list(lot, 2))),
        ("weight", perhaps(goods::weight())),
        ("references", perhaps(references(REFERENCES, OTHERS))),
    ])
}

fn stock() -> Maybe {
    let kind = word_or_other(
        "kind",
        "kindCode",
        &[
            "onHand",
            "available",
            "inTransit",
            "onOrder",
            "reserved",
            "blocked",
            "minimum",
            "maximum",
            "consumed",
            "received",
            "backordered",
        ],
        "99",
    );
    joined(vec![kind, object(vec![("quantity", quantity(1)), ("date", may(date()))])])
}
