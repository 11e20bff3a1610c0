//! Changes of orders, from either side.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::order::{REFERENCES, line_notes, schedules, whole};
use super::party::{parties, party};
use super::terms::{allowances_charges, delivery_terms, notes, payment_terms, references, taxes, transport};
use super::{
    Maybe, date, decimal, goods, instant, joined, may, must, number, object, perhaps, total, unit, unwrapped, word,
    word_or_other,
};

/// The buyer's.
pub(crate) fn documents() -> BoxedStrategy<Value> {
    let kind = word_or_other(
        "orderType",
        "orderTypeCode",
        &["standalone", "blanket", "release", "rush", "consignment", "dropship"],
        "PR",
    );
    let asked = object(vec![
        ("acknowledgementRequired", may(any::<bool>().prop_map(Value::from))),
        ("initiator", must(word(&["buyer"]))),
    ]);
    changes(joined(vec![kind, asked]))
}

/// The supplier's.
pub(crate) fn requests() -> BoxedStrategy<Value> {
    changes(object(vec![("initiator", must(word(&["supplier"])))]))
}

fn changes(own: Maybe) -> BoxedStrategy<Value> {
    let head = unwrapped(joined(vec![own, head()]));
    (head, proptest::collection::vec(prop_oneof![4 => line(), 1 => gone()], 0..=3))
        .prop_map(|(head, lines)| {
            let mut document = whole(head, lines);
            if document["lines"].as_array().is_some_and(Vec::is_empty) {
                document.as_object_mut().unwrap().remove("lines");
            }
            document
        })
        .boxed()
}

fn head() -> Maybe {
    let purpose = prop_oneof![
        Just(json!({"purpose": "change", "mode": "delta"})),
        Just(json!({"purpose": "replace", "mode": "full"})),
        Just(json!({"purpose": "cancel"})),
        Just(json!({"purpose": "confirm"})),
        Just(json!({"purpose": "other", "purposeCode": "18"})),
    ];
    let order = object(vec![
        ("orderNumber", must(number(22))),
        ("orderDate", must(date())),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ]);
    let mut members = vec![
        ("orderReference", order),
        ("changeNumber", may(number(8))),
        ("changeDate", may(date())),
        ("blanketOrderNumber", may(number(30))),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
        ("contractNumber", may(number(30))),
        ("acknowledgementDue", may(instant())),
        ("requestedDeliveryDate", may(date())),
        ("requestedShipDate", may(date())),
        ("notBeforeDate", may(date())),
        ("notAfterDate", may(date())),
        ("shipNotBeforeDate", may(date())),
        ("shipNotAfterDate", may(date())),
        ("cancelAfterDate", may(date())),
        ("validity", perhaps(object(vec![("from", may(date())), ("to", may(date()))]))),
        ("deliveryTerms", perhaps(delivery_terms())),
        ("transport", perhaps(transport(true))),
        ("paymentTerms", perhaps(payment_terms())),
        ("allowancesCharges", perhaps(allowances_charges(2))),
        ("references", perhaps(references(REFERENCES, true))),
        ("notes", perhaps(notes(3))),
    ];
    members.extend(parties());
    joined(vec![must(purpose), object(members)])
}

/// A line with its schedules; those that the whole order dates get their dates later.
fn line() -> BoxedStrategy<Value> {
    const KINDS: &[&str] =
        &["add", "replace", "change", "quantityIncrease", "quantityDecrease", "priceChange", "dateChange", "noChange"];
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let before = decimal(3, 0).prop_map(move |value| json!({"quantity": {"value": value, "unit": own}}));
            let own = unit.clone();
            let rest = object(vec![
                ("lineNumber", must(number(20))),
                ("openQuantity", may(decimal(3, 1))),
                ("item", must(unwrapped(goods::item()))),
                ("price", perhaps(goods::price(&unit))),
                ("otherPrices", perhaps(goods::other_prices())),
                ("previous", may(before)),
                ("shipTo", perhaps(party())),
                ("packaging", perhaps(goods::packaging())),
                ("components", perhaps(goods::components(true))),
                ("allowancesCharges", perhaps(allowances_charges(2))),
                ("taxes", perhaps(taxes(2))),
                ("references", perhaps(references(REFERENCES, true))),
                ("notes", perhaps(line_notes())),
            ]);
            let kind = word_or_other("changeType", "changeTypeCode", KINDS, "MU");
            (unwrapped(joined(vec![kind, rest])), schedules()).prop_map(move |(mut line, schedules)| {
                let quantities = schedules.as_array().unwrap().iter().map(|schedule| &schedule["quantity"]);
                line["quantity"] = json!({"value": total(quantities), "unit": own});
                line["schedules"] = schedules;
                line
            })
        })
        .boxed()
}

/// A line that is taken out: nothing of it is scheduled.
fn gone() -> BoxedStrategy<Value> {
    let line = object(vec![
        ("lineNumber", must(number(20))),
        ("changeType", must(word(&["delete"]))),
        ("openQuantity", may(decimal(3, 1))),
        ("item", must(unwrapped(goods::item()))),
        ("quantity", super::quantity(0)),
    ]);
    unwrapped(line)
}
