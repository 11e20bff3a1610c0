//! The documents of the other generators as EDIFACT can say them: codes of its lists, numbers of its lengths, and no
//! members that its messages lack.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{date, decimal, goods, invoice, may, number, object, order, order_response, shipment_notice, text};

pub(crate) fn orders() -> BoxedStrategy<Value> {
    order::documents()
        .prop_map(|mut document| {
            said(&mut document);
            let of_the_order =
                ["requestedDeliveryDate", "requestedShipDate"].map(|name| (name, document.get(name).cloned()));
            lines_of(&mut document).for_each(|line| {
                let schedules = line["schedules"].as_array_mut().unwrap();
                // One delivery without a day of its own has the order's.
                if let [only] = schedules.as_mut_slice() {
                    for (name, day) in &of_the_order {
                        let members = only.as_object_mut().unwrap();
                        if let Some(day) = day {
                            members.entry(*name).or_insert_with(|| day.clone());
                        }
                    }
                }
                // A line is delivered by places or by dates.
                if schedules.iter().any(|schedule| schedule.get("shipTo").is_none()) {
                    schedules.iter_mut().for_each(|schedule| without(schedule, "shipTo"));
                }
            });
            document
        })
        .boxed()
}

pub(crate) fn order_responses() -> BoxedStrategy<Value> {
    (order_response::documents(), proptest::collection::vec(answer(), 3), date())
        .prop_map(|(mut document, answers, day)| {
            said(&mut document);
            // The message has to have its date.
            document["responseDate"] = day;
            for (line, answer) in lines_of(&mut document).zip(answers) {
                line["confirmations"] = answer;
            }
            document
        })
        .boxed()
}

pub(crate) fn shipment_notices() -> BoxedStrategy<Value> {
    shipment_notice::documents()
        .prop_map(|mut document| {
            said(&mut document);
            for line in lines_of(&mut document) {
                if let Some(packaging) = line.get_mut("packaging") {
                    ["type", "typeCode"].iter().for_each(|name| without(packaging, name));
                }
                if let Some(place) = line.get_mut("shipTo") {
                    without(place, "unloadingPoint");
                }
            }
            for unit in document.get_mut("handlingUnits").and_then(Value::as_array_mut).into_iter().flatten() {
                if unit["unitCount"] == 1 {
                    without(unit, "unitCount");
                }
            }
            document
        })
        .boxed()
}

pub(crate) fn invoices() -> BoxedStrategy<Value> {
    let days = proptest::collection::vec(proptest::option::of(date()), 4);
    (invoice::documents(), days, proptest::bool::ANY)
        .prop_map(|(mut document, days, is_by_day)| {
            said(&mut document);
            // The day stands with the number of the despatch, or with that of its delivery note.
            let lines = lines_of(&mut document).collect::<Vec<_>>();
            let shipments = lines.into_iter().filter_map(|line| line.get_mut("shipmentReference"));
            for (shipment, day) in shipments.zip(days.iter().skip(1)) {
                shipped_on(shipment, day.as_ref());
            }
            if let Some(shipment) = document.get_mut("shipmentReference") {
                shipped_on(shipment, days.first().and_then(Option::as_ref));
            }
            if is_by_day && document.get("shippedAt").is_some() {
                document["shippedAt"] = Value::from("2026-11-15T00:00:00-05:00");
            }
            document
        })
        .boxed()
}

fn shipped_on(shipment: &mut Value, day: Option<&Value>) {
    let has_number = ["shipmentNumber", "deliveryNote"].iter().any(|name| shipment.get(name).is_some());
    if let (true, Some(day)) = (has_number, day) {
        shipment["shipmentDate"] = day.clone();
    }
}

fn lines_of(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    document.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten()
}

fn without(value: &mut Value, name: &str) {
    drop(value.as_object_mut().unwrap().shift_remove(name));
}

/// What becomes of a line: one answer, or a part of it for each.
fn answer() -> BoxedStrategy<Value> {
    let when = || object(vec![("promisedDeliveryDate", may(date())), ("promisedShipDate", may(date()))]);
    let whole = select(&["accepted", "onHold", "cancelled", "rejected"][..]);
    let reason = || object(vec![("reasonCode", may(number(3))), ("reason", may(text(1, 60)))]);
    let one = (whole, decimal(3, 0), reason(), when()).prop_map(|(status, quantity, reason, when)| {
        let when = when.filter(|_| ["accepted", "onHold"].contains(&status));
        json!([joined(json!({"status": status, "quantity": quantity}), [reason, when])])
    });
    let substitute = object(vec![("supplierPartNumber", super::must(number(20))), ("gtin", may(goods::gtin()))]);
    let other = (substitute, decimal(3, 0), when()).prop_map(|(substitute, quantity, when)| {
        json!([joined(json!({"status": "substituted", "quantity": quantity, "substitute": substitute}), [when])])
    });
    let part = |status: &'static str, least: usize, most: usize| {
        let one = (decimal(3, 0), when()).prop_map(move |(quantity, when)| {
            let when = when.filter(|_| status != "rejected");
            joined(json!({"status": status, "quantity": quantity}), [when])
        });
        proptest::collection::vec(one, least..=most)
    };
    // A part that is taken stands before one that is not: a refusal alone is that of the whole line.
    let parts = (part("accepted", 1, 2), part("backordered", 0, 2), part("rejected", 0, 1), reason()).prop_map(
        |(accepted, backordered, rejected, reason)| {
            let parts: Vec<Value> = [accepted, backordered, rejected].into_iter().flatten().collect();
            parts.into_iter().map(|part| joined(part, [reason.clone()])).collect::<Value>()
        },
    );
    prop_oneof![2 => one, 1 => other, 2 => parts].boxed()
}

fn joined<const N: usize>(into: Value, more: [Option<Value>; N]) -> Value {
    let mut members: Map<String, Value> = into.as_object().unwrap().clone();
    more.into_iter().flatten().for_each(|more| members.extend(more.as_object().unwrap().clone()));
    Value::Object(members)
}

/// Everything in a document as EDIFACT says it.
fn said(document: &mut Value) {
    for (index, line) in lines_of(document).enumerate() {
        line["lineNumber"] = Value::from(((index + 1) * 10).to_string());
    }
    inside(document, "");
}

fn inside(value: &mut Value, name: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| inside(item, name)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| inside(value, name));
            object_said(members, name);
        }
        _ => {}
    }
}

/// An object under its name, whose members are said already.
fn object_said(members: &mut Map<String, Value>, name: &str) {
    let text = |members: &Map<String, Value>, name: &str| {
        members.get(name).and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
    };
    let mut change = |name: &str, of: &[(&str, &str)]| {
        let found = of.iter().find(|(from, _)| members.get(name).is_some_and(|value| value == from));
        if let Some((_, to)) = found {
            members.insert(name.to_owned(), Value::from(*to));
        }
    };
    change("orderType", &[("dropship", "standalone")]);
    change("mode", &[("pickup", "road")]);
    change("type", &[("truck", "swapBody")]);
    match name {
        "identifiers" => change("scheme", &[("TAX", "DUNS")]),
        "taxIds" => change("scheme", &[("TJ", "VA"), ("VX", "FC"), ("GT", "GN"), ("EI", "XA")]),
        "notes" => change("subject", &[("AAI", "PUR")]),
        _ => {}
    }
    for (of, member, most) in LONGEST {
        if (*of == name || of.is_empty()) && text(members, member).len() > *most {
            let short: String = text(members, member).chars().take(*most).collect();
            members.insert((*member).to_owned(), Value::from(short.trim()));
        }
    }
    let has = |members: &Map<String, Value>, name: &str| members.contains_key(name);
    match name {
        // Days count from something, and a price is one of some kind for some number.
        "paymentTerms" if has(members, "days") && !has(members, "basis") => {
            members.insert("basis".to_owned(), Value::from("invoiceDate"));
        }
        "price" | "otherPrices" => {
            members.entry("basis").or_insert_with(|| Value::from("net"));
            members.entry("per").or_insert_with(|| Value::from("1"));
        }
        "account" => {
            // Two letters at its start would make it an IBAN.
            let number = text(members, "accountNumber");
            members.insert("accountNumber".to_owned(), Value::from(format!("12{}", number.get(2..).unwrap_or("0"))));
        }
        _ => {}
    }
}

/// Members that are shorter in EDIFACT: the object they stand in, and their most characters.
const LONGEST: &[(&str, &str, usize)] = &[
    ("orderReference", "lineNumber", 6),
    ("item", "description", 70),
    ("substitute", "description", 70),
    ("packaging", "text", 35),
    ("taxes", "jurisdiction", 3),
    ("taxSummary", "jurisdiction", 3),
];
