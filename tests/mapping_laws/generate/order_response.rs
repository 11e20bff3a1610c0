//! Order responses.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::party::{parties, party};
use super::terms::{allowances_charges, delivery_terms, notes, payment_terms, references, taxes, transport};
use super::word_or_other;
use super::{Maybe, date, decimal, goods, joined, list, may, must, number, object, perhaps, unit, unwrapped, word};

const REFERENCES: &[&str] = &[
    "billOfLading",
    "deliveryNote",
    "quotation",
    "requisition",
    "customerOrder",
    "promotion",
    "priceList",
    "department",
];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head()), proptest::collection::vec(line(), 0..=3))
        .prop_map(|(mut head, lines)| {
            let order = head["orderReference"]["orderNumber"].clone();
            let with_order = |mut line: Value| {
                line["orderReference"]["orderNumber"] = order.clone();
                line
            };
            if !lines.is_empty() {
                head["lines"] = lines.into_iter().map(with_order).collect();
            }
            head
        })
        .boxed()
}

/// Answers to changes: each line says what becomes of it, and the change may have its number.
pub(crate) fn answers_to_changes() -> BoxedStrategy<Value> {
    (documents(), proptest::option::of(number(8)))
        .prop_map(|(mut document, change)| {
            for line in document.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
                if line.get("confirmations").is_none() {
                    line["confirmations"] = json!([{"status": "accepted"}]);
                }
            }
            if let Some(change) = change {
                let mut others = vec![json!({"code": "PP", "number": change})];
                others.extend(document["references"]["others"].as_array().cloned().unwrap_or_default());
                document["references"]["others"] = Value::from(others);
            }
            document
        })
        .boxed()
}

fn head() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "replace", "confirm", "duplicate"], "18");
    let response = word_or_other(
        "response",
        "responseCode",
        &["acknowledged", "accepted", "acceptedWithChanges", "rejected"],
        "AH",
    );
    let order = object(vec![
        ("orderNumber", must(number(22))),
        ("orderDate", must(date())),
        ("releaseNumber", may(number(30))),
    ]);
    // The response's number and the supplier's number for the order are one, two, or only the latter is there.
    let numbers = (number(30), number(30), 0..3_u8).prop_map(|(one, other, which)| match which {
        0 => json!({"responseNumber": one, "supplierOrderNumber": one}),
        1 => json!({"responseNumber": one, "supplierOrderNumber": other}),
        _ => json!({"supplierOrderNumber": other}),
    });
    let mut members = vec![
        ("responseDate", may(date())),
        ("currency", may(word(&["USD", "EUR"]))),
        ("contractNumber", may(number(30))),
        ("promisedDeliveryDate", may(date())),
        ("promisedShipDate", may(date())),
        ("deliveryTerms", perhaps(delivery_terms())),
        ("transport", perhaps(transport(true))),
        ("paymentTerms", perhaps(payment_terms())),
        ("allowancesCharges", perhaps(allowances_charges(2))),
        ("references", perhaps(references(REFERENCES, true))),
        ("notes", perhaps(notes(3))),
    ];
    members.extend(parties());
    let rest = joined(vec![purpose, response, object(members)]);
    (unwrapped(rest), unwrapped(order), numbers)
        .prop_map(|(mut head, mut order, numbers)| {
            order["supplierOrderNumber"] = numbers["supplierOrderNumber"].clone();
            head["orderReference"] = order;
            if let Some(number) = numbers.get("responseNumber") {
                head["responseNumber"] = number.clone();
            }
            Some(head)
        })
        .boxed()
}

fn line() -> BoxedStrategy<Value> {
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let asked = object(vec![
                ("quantity", must(decimal(3, 0))),
                ("requestedDeliveryDate", must(date())),
                ("requestedShipDate", may(date())),
            ]);
            let rest = object(vec![
                ("lineNumber", may(number(10))),
                ("orderReference", must(number(10).prop_map(|line| json!({"lineNumber": line})))),
                ("item", must(unwrapped(goods::item()))),
                ("orderedQuantity", must(decimal(4, 1).prop_map(move |value| json!({"value": value, "unit": own})))),
                ("confirmations", list(confirmation(), 3)),
                ("price", perhaps(goods::price(&unit))),
                ("otherPrices", perhaps(goods::other_prices())),
                ("schedules", perhaps(list(asked, 2))),
                ("shipTo", perhaps(party())),
                ("packaging", perhaps(goods::packaging())),
                ("components", perhaps(goods::components(true))),
                ("allowancesCharges", perhaps(allowances_charges(2))),
                ("taxes", perhaps(taxes(2))),
                ("references", perhaps(references(REFERENCES, true))),
                ("notes", perhaps(notes(2))),
            ]);
            unwrapped(rest)
        })
        .boxed()
}

fn confirmation() -> Maybe {
    const CHANGED: &[&[&str]] = &[
        &[],
        &["quantity"],
        &["date"],
        &["price"],
        &["quantity", "date"],
        &["price", "quantity", "date"],
        &["price", "date"],
    ];
    let changed = select(CHANGED);
    let accepted = changed.prop_map(|changed| match changed {
        [] => json!({"status": "accepted"}),
        changed => json!({"status": "accepted", "changed": changed}),
    });
    // IC has one reading, "unspecified"; what exactly changed is written by it and cannot come back.
    let accepted = accepted.prop_map(|mut status| {
        if status["changed"].as_array().is_some_and(|changed| changed.len() > 1) {
            status["changed"] = json!(["unspecified"]);
        }
        status
    });
    let plain = select(&["backordered", "onHold", "pricePending", "datePending", "cancelled"][..])
        .prop_map(|status| json!({"status": status}));
    let other = Just(json!({"status": "other", "statusCode": "ZX"}));
    let rejected = proptest::option::of(select(&["R2", "R3", "R7", "XYZ"][..])).prop_map(|reason| match reason {
        Some(reason) => json!({"status": "rejected", "reasonCode": reason}),
        None => json!({"status": "rejected"}),
    });
    let substituted =
        unwrapped(goods::small_item(false)).prop_map(|item| json!({"status": "substituted", "substitute": item}));
    let status = prop_oneof![4 => accepted, 2 => plain, 1 => other, 2 => rejected, 1 => substituted];
    let rest = object(vec![
        ("quantity", may(decimal(3, 1))),
        ("promisedDeliveryDate", may(date())),
        ("promisedShipDate", may(date())),
    ]);
    (status, rest)
        .prop_map(|(status, rest)| {
            let mut members: Map<String, Value> = status.as_object().unwrap().clone();
            members.extend(rest.and_then(|rest| rest.as_object().cloned()).unwrap_or_default());
            Some(Value::Object(members))
        })
        .boxed()
}
