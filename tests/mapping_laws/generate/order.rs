//! Orders.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::party::{identifier, parties, party};
use super::terms::{allowances_charges, delivery_terms, notes, payment_terms, references, taxes, transport};
use super::word_or_other;
use super::{
    Maybe, date, decimal, goods, joined, list, may, must, number, object, perhaps, text, total, unit, unwrapped, word,
};

pub(crate) const REFERENCES: &[&str] = &[
    "billOfLading",
    "carrierReference",
    "quotation",
    "requisition",
    "customerOrder",
    "promotion",
    "priceList",
    "department",
];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head()), proptest::collection::vec(line(), 1..=3)).prop_map(|(head, lines)| whole(head, lines)).boxed()
}

fn head() -> Maybe {
    let kind = word_or_other(
        "orderType",
        "orderTypeCode",
        &["standalone", "blanket", "release", "rush", "consignment", "dropship"],
        "PR",
    );
    let purpose = word_or_other(
        "purpose",
        "purposeCode",
        &["original", "cancel", "change", "replace", "confirm", "duplicate"],
        "18",
    );
    let mut members = vec![
        ("orderNumber", must(number(22))),
        ("orderDate", must(date())),
        ("releaseNumber", may(number(30))),
        ("blanketOrderNumber", may(number(30))),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
        ("contractNumber", may(number(30))),
        ("acknowledgementRequired", may(any::<bool>().prop_map(Value::from))),
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
        ("acknowledgementDue", may(super::instant())),
    ];
    members.extend(parties());
    joined(vec![kind, purpose, object(members)])
}

/// A line with its schedules; those that the whole order dates get their dates later.
fn line() -> BoxedStrategy<Value> {
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let rest = object(vec![
                ("lineNumber", must(number(10))),
                ("item", must(unwrapped(goods::item()))),
                ("price", perhaps(goods::price(&unit))),
                ("otherPrices", perhaps(goods::other_prices())),
                ("shipTo", perhaps(party())),
                ("packaging", perhaps(goods::packaging())),
                ("components", perhaps(goods::components(true))),
                ("allowancesCharges", perhaps(allowances_charges(2))),
                ("taxes", perhaps(taxes(2))),
                ("references", perhaps(references(REFERENCES, true))),
                ("notes", perhaps(line_notes())),
            ]);
            (unwrapped(rest), schedules()).prop_map(move |(mut line, schedules)| {
                let quantities = schedules.as_array().unwrap().iter().map(|schedule| &schedule["quantity"]);
                line["quantity"] = json!({"value": total(quantities), "unit": own});
                line["schedules"] = schedules;
                line
            })
        })
        .boxed()
}

pub(crate) fn line_notes() -> Maybe {
    // Those without a subject stand before those with one.
    (list(object(vec![("text", must(text(1, 200)))]), 2), notes(2))
        .prop_map(|(plain, about)| {
            let items =
                [plain, about].into_iter().flatten().flat_map(|items| items.as_array().cloned().unwrap_or_default());
            let items: Vec<Value> = items.collect();
            (!items.is_empty()).then_some(Value::from(items))
        })
        .boxed()
}

pub(crate) fn schedules() -> BoxedStrategy<Value> {
    let dated = object(vec![
        ("quantity", must(decimal(3, 1))),
        ("requestedDeliveryDate", must(date())),
        ("requestedShipDate", may(date())),
        ("shipTo", perhaps(object(vec![("name", must(text(1, 35)))]))),
    ]);
    let dated = proptest::collection::vec(unwrapped(dated), 1..=3);
    let places = (unwrapped(identifier()), proptest::collection::vec((decimal(3, 0), number(15)), 2..=12)).prop_map(
        |(identifier, places)| {
            let place = |(quantity, value): (Value, Value)| {
                let mut own = identifier.clone();
                own["value"] = value;
                json!({"quantity": quantity, "shipTo": {"identifiers": [own]}})
            };
            places.into_iter().map(place).collect::<Vec<_>>()
        },
    );
    let whole = decimal(3, 1).prop_map(|quantity| vec![json!({"quantity": quantity})]);
    prop_oneof![3 => dated, 1 => places, 2 => whole].prop_map(Value::from).boxed()
}

/// Schedules without a date of their own have that of the order, where it is read.
pub(crate) fn whole(mut head: Value, mut lines: Vec<Value>) -> Value {
    for line in &mut lines {
        for schedule in line.get_mut("schedules").and_then(Value::as_array_mut).into_iter().flatten() {
            let schedule: &mut Map<String, Value> = schedule.as_object_mut().unwrap();
            if schedule.contains_key("requestedDeliveryDate") {
                continue;
            }
            for name in ["requestedDeliveryDate", "requestedShipDate"] {
                schedule.extend(head.get(name).map(|day| (name.to_owned(), day.clone())));
            }
        }
    }
    head["lines"] = Value::from(lines);
    head
}
