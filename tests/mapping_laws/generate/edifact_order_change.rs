//! Changes of orders, as ORDCHG can say them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edifact_others::{
    allowances_charges, delivery_terms, full_party, identifier, item, notes, payment_terms, price, references, short,
    taxes, transport,
};
use super::{
    Maybe, date, decimal, goods, joined, may, must, number, object, perhaps, text, total, unit, unwrapped, word,
    word_or_other,
};

const REFERENCES: &[&str] = &[
    "billOfLading",
    "carrierReference",
    "deliveryNote",
    "quotation",
    "requisition",
    "customerOrder",
    "promotion",
    "priceList",
];
const OTHERS: &[&str] = &["ADE", "AAN", "SZ"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head()), proptest::collection::vec(unwrapped(line()), 1..=3))
        .prop_map(|(mut head, mut lines)| {
            for (index, line) in lines.iter_mut().enumerate() {
                line["lineNumber"] = json!(((index + 1) * 10).to_string());
            }
            head["lines"] = lines.into();
            head
        })
        .boxed()
}

fn head() -> Maybe {
    let what = prop_oneof![
        Just(json!({"purpose": "change", "mode": "delta"})),
        Just(json!({"purpose": "replace", "mode": "full"})),
        Just(json!({"purpose": "cancel"})),
        Just(json!({"purpose": "confirm"})),
        Just(json!({"purpose": "other", "purposeCode": "18"})),
    ];
    let order = object(vec![
        ("orderNumber", must(number(35))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(35))),
        ("supplierOrderNumber", may(number(35))),
    ]);
    let mut members = vec![
        ("orderReference", order),
        ("initiator", must(Just(json!("buyer")))),
        ("changeNumber", must(number(35))),
        ("changeDate", must(date())),
        ("blanketOrderNumber", may(number(35))),
        ("contractNumber", may(number(35))),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
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
        ("transport", perhaps(transport())),
        ("paymentTerms", perhaps(payment_terms())),
        ("allowancesCharges", perhaps(allowances_charges(2))),
        ("references", perhaps(references(REFERENCES, OTHERS))),
        ("notes", perhaps(notes(3, &["PUR", "DEL"]))),
    ];
    for role in ["buyer", "supplier", "shipTo", "shipFrom", "billTo", "carrier", "endCustomer"] {
        members.push((role, perhaps(full_party())));
    }
    let account =
        object(vec![("accountNumber", must((1..1_000_000_000_i64).prop_map(|digits| digits.to_string().into())))]);
    members.push(("payTo", perhaps(joined(vec![full_party(), object(vec![("account", perhaps(account))])]))));
    joined(vec![what.prop_map(Some).boxed(), object(members)])
}

fn line() -> Maybe {
    unit()
        .prop_flat_map(|unit| {
            let rest = joined(vec![object(vec![
                ("item", must(unwrapped(item()))),
                ("openQuantity", may(decimal(3, 1))),
                ("price", perhaps(price(&unit))),
                ("shipTo", perhaps(full_party())),
                ("packaging", perhaps(packaging())),
                ("allowancesCharges", perhaps(allowances_charges(2))),
                ("taxes", perhaps(taxes(2))),
                ("references", perhaps(references(REFERENCES, OTHERS))),
                ("notes", perhaps(notes(2, &["PKG", "DEL"]))),
            ])]);
            let what = word_or_other("changeType", "changeTypeCode", &["add", "change", "dateChange", "noChange"], "6");
            let changed = (unwrapped(what), schedules()).prop_map({
                let unit = unit.clone();
                move |(mut line, schedules)| {
                    let quantities = schedules.as_array().unwrap().iter().map(|schedule| &schedule["quantity"]);
                    line["quantity"] = json!({"value": total(quantities), "unit": unit});
                    line["schedules"] = schedules;
                    line
                }
            });
            let deleted = decimal(3, 0)
                .prop_map(move |value| json!({"changeType": "delete", "quantity": {"value": value, "unit": unit}}));
            joined(vec![prop_oneof![5 => changed, 1 => deleted].prop_map(Some).boxed(), rest])
        })
        .boxed()
}

fn schedules() -> BoxedStrategy<Value> {
    let dated = object(vec![
        ("quantity", must(decimal(3, 1))),
        ("requestedDeliveryDate", must(date())),
        ("requestedShipDate", may(date())),
    ]);
    let place = object(vec![
        ("identifiers", must(unwrapped(identifier()).prop_map(|one| json!([one])))),
        ("name", may(text(1, 35))),
    ]);
    let there = object(vec![
        ("quantity", must(decimal(3, 0))),
        ("requestedDeliveryDate", must(date())),
        ("shipTo", place.prop_map(|place| place.map(short)).boxed()),
    ]);
    prop_oneof![
        3 => proptest::collection::vec(unwrapped(dated), 1..=3),
        1 => proptest::collection::vec(unwrapped(there), 1..=3),
    ]
    .prop_map(Value::from)
    .boxed()
}

fn packaging() -> Maybe {
    let kind = word_or_other("type", "typeCode", &["pallet", "carton", "box", "crate", "drum", "bag", "reel"], "XYZ");
    let rest = object(vec![
        ("unitsPerPackage", may((1..5000_i64).prop_map(|count| count.to_string().into()))),
        ("weight", perhaps(goods::weight())),
        ("volume", perhaps(object(vec![("value", must(decimal(2, 2))), ("unit", must(word(&["MTQ", "LTR"])))]))),
        ("dimensions", perhaps(goods::dimensions())),
        ("text", may(text(1, 35))),
    ]);
    joined(vec![kind, rest])
}
