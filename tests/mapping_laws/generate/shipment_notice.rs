//! Shipment notices.

use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::party::{parties, party};
use super::terms::{by_sea, delivery_terms, references, transport};
use super::{
    Maybe, check_digit, date, decimal, goods, instant, joined, list, may, must, number, object, perhaps, unit,
    unwrapped, word, word_or_other,
};

const REFERENCES: &[&str] = &["billOfLading", "masterBillOfLading", "deliveryNote", "carrierReference", "invoice"];
const OF_A_LINE: &[&str] = &["invoice", "customerOrder", "department", "quotation"];
const OF_A_UNIT: &[&str] = &["deliveryNote", "requisition"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head()), proptest::collection::vec(line(), 1..=4), packs())
        .prop_map(|(head, lines, packs)| whole(head, lines, packs))
        .boxed()
}

fn head() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "14");
    // It arrives after it was announced.
    let due = (2060..2080_i32, 1..=12_u8, any::<bool>(), 12..20_u8).prop_map(|(year, month, has_time, hour)| {
        let day = Value::from(format!("{year}-{month:02}-11"));
        let at = format!("{}T{hour:02}:30:00Z", day.as_str().unwrap());
        match has_time {
            true => json!({"estimatedDeliveryDate": day, "estimatedDeliveryAt": at}),
            false => json!({"estimatedDeliveryDate": day}),
        }
    });
    let count =
        (1..50_i64, select(&["pallet", "carton", "crate"][..]), any::<bool>()).prop_map(|(count, kind, has_kind)| {
            match has_kind {
                true => json!({"handlingUnitCount": count, "handlingUnitType": kind}),
                false => json!({"handlingUnitCount": count}),
            }
        });
    let order = object(vec![("orderNumber", must(number(22))), ("orderDate", may(date()))]);
    let mut members = vec![
        ("shipmentNumber", must(number(30))),
        ("issuedAt", must(instant())),
        ("shippedAt", may(instant())),
        ("orderReference", perhaps(order)),
        ("references", perhaps(references(REFERENCES, false))),
        ("deliveryTerms", perhaps(delivery_terms())),
        ("transport", perhaps(by_sea(transport(true)))),
        ("weight", perhaps(goods::weight())),
        ("volume", perhaps(goods::measured())),
    ];
    members.extend(parties());
    joined(vec![purpose, perhaps(must(due)), perhaps(must(count)), object(members)])
}

/// What a line is made of: a quantity and a lot each.
type Parts = Vec<(i64, Option<String>)>;

fn line() -> BoxedStrategy<(Value, Parts)> {
    let lots = proptest::collection::vec((1..200_i64, any::<bool>()), 1..=3);
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let weight = goods::weight();
            let rest = object(vec![
                ("item", must(unwrapped(goods::item()))),
                ("shippedQuantity", must(Just(json!({"unit": unit})))),
                ("orderedQuantity", may(decimal(3, 0).prop_map(move |value| json!({"value": value, "unit": own})))),
                ("cumulativeQuantity", may(decimal(4, 0))),
                ("shortReasonCode", may(word(&["AC", "IB", "IQ"]))),
                ("serialNumbers", perhaps(list(must(number(20)), 2))),
                ("packaging", perhaps(goods::packaging())),
                ("components", perhaps(goods::components(false))),
                ("shipTo", perhaps(party())),
                ("weight", perhaps(weight)),
                ("references", perhaps(references(OF_A_LINE, false))),
            ]);
            unwrapped(rest)
        })
        .prop_flat_map(move |line| (Just(line), lots.clone(), any::<bool>(), date(), any::<bool>()))
        .prop_map(|(mut line, parts, has_lots, expiry, has_expiry)| {
            let total: i64 = parts.iter().map(|(quantity, _)| quantity).sum();
            line["shippedQuantity"]["value"] = Value::from(total.to_string());
            let mut made = Vec::new();
            let mut lots: Vec<Value> = Vec::new();
            for (index, (quantity, is_new)) in parts.into_iter().enumerate() {
                if !has_lots {
                    made.push((quantity, None));
                    continue;
                }
                if index == 0 || is_new {
                    let mut lot = json!({"lotNumber": format!("L{index}"), "quantity": "0", "countryOfOrigin": "US"});
                    if has_expiry {
                        lot["expiryDate"] = expiry.clone();
                    }
                    lots.push(lot);
                }
                let lot = lots.last_mut().unwrap();
                let sum = lot["quantity"].as_str().unwrap().parse::<Decimal>().unwrap() + Decimal::from(quantity);
                lot["quantity"] = Value::from(sum.to_string());
                made.push((quantity, Some(lot["lotNumber"].as_str().unwrap().to_owned())));
            }
            if has_lots {
                line["lots"] = Value::from(lots);
            }
            (line, made)
        })
        .boxed()
}

/// A pallet or a pack, and which of those before it stands below it.
struct Pack {
    unit: Value,
    parent: Option<usize>,
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.unit)
    }
}

impl Clone for Pack {
    fn clone(&self) -> Self {
        Self { unit: self.unit.clone(), parent: self.parent }
    }
}

fn packs() -> BoxedStrategy<Vec<Pack>> {
    let more = || {
        object(vec![
            ("labelNumber", may(number(20))),
            ("trackingNumber", may(number(20))),
            ("weight", perhaps(goods::weight())),
            ("volume", perhaps(goods::measured())),
            ("dimensions", perhaps(goods::dimensions())),
            ("packagingItem", perhaps(object(vec![("buyerPartNumber", must(number(20)))]))),
            ("references", perhaps(references(OF_A_UNIT, false))),
        ])
    };
    let pallet = more().prop_map(|more| (more, "pallet", None::<i64>));
    let pack = (more(), select(&["carton", "carton", "carton", "drum", "box"][..]), 1..9_i64).prop_map(
        |(more, kind, count)| {
            // A pack whose type needs saying has its count beside it.
            (more, kind, (kind != "carton").then_some(count))
        },
    );
    let one = (prop_oneof![1 => pallet.boxed(), 2 => pack.boxed()], 0..100_usize);
    proptest::collection::vec(one, 0..=5)
        .prop_map(|drawn| {
            let mut packs: Vec<Pack> = Vec::new();
            for (index, ((more, kind, count), place)) in drawn.into_iter().enumerate() {
                let digits = format!("00345678900000{index:03}");
                let mut unit = json!({"type": kind, "sscc": format!("{digits}{}", check_digit(&digits))});
                let more = more.and_then(|more| more.as_object().cloned()).unwrap_or_default();
                unit.as_object_mut().unwrap().extend(more);
                if let Some(count) = count {
                    unit["unitCount"] = Value::from(count);
                }
                let pallets: Vec<usize> = (0..index).filter(|other| packs[*other].unit["type"] == "pallet").collect();
                let parent = match pallets.len() {
                    0 => None,
                    _ if kind == "pallet" => None,
                    many => pallets.get(place % (many + 1)).copied(),
                };
                packs.push(Pack { unit, parent });
            }
            packs
        })
        .boxed()
}

/// Puts the parts of the lines into packs, or into none.
fn whole(mut head: Value, lines: Vec<(Value, Parts)>, packs: Vec<Pack>) -> Value {
    let mut made: Vec<Value> = Vec::new();
    let mut units: Vec<Value> = Vec::new();
    for (index, pack) in packs.iter().enumerate() {
        let mut unit = json!({"id": format!("U{index}")});
        if let Some(parent) = pack.parent {
            unit["parentId"] = Value::from(format!("U{parent}"));
        }
        unit.as_object_mut().unwrap().extend(pack.unit.as_object().unwrap().clone());
        units.push(unit);
    }
    for (index, (line, parts)) in lines.into_iter().enumerate() {
        let id = (index + 1).to_string();
        let mut own = json!({"lineId": id});
        own.as_object_mut().unwrap().extend(line.as_object().unwrap().clone());
        // Two orders, each line of its own number.
        own["orderReference"] = json!({
            "orderNumber": format!("PO-{}", index % 2),
            "orderDate": "2026-11-02",
            "lineNumber": format!("{}0", index + 1),
        });
        let has_several = own["lots"].as_array().is_some_and(|lots| lots.len() > 1);
        for (place, (quantity, lot)) in parts.into_iter().enumerate() {
            // One place in so many is none: that part is not packed. What is not packed says no lot, so it is the only one.
            let into = (index * 3 + place * 7) % (units.len() + 1);
            let Some(unit) = units.get_mut(into).or(None) else {
                if has_several && !units.is_empty() {
                    push(&mut units[0], &id, quantity, lot.as_deref());
                }
                continue;
            };
            push(unit, &id, quantity, lot.as_deref().filter(|_| has_several));
        }
        made.push(own);
    }
    head["lines"] = Value::from(made);
    if !units.is_empty() {
        head["handlingUnits"] = Value::from(units);
    }
    head
}

fn push(unit: &mut Value, line: &str, quantity: i64, lot: Option<&str>) {
    let mut entry = json!({"lineId": line, "quantity": quantity.to_string()});
    if let Some(lot) = lot {
        entry["lotNumber"] = Value::from(lot);
    }
    match unit.get_mut("contents").and_then(Value::as_array_mut) {
        Some(contents) => contents.push(entry),
        None => unit["contents"] = json!([entry]),
    }
}
