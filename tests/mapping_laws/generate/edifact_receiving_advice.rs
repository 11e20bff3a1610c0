//! Receiving advices, as RECADV can say them.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::edifact_others::{full_party, item_with, lines, order_reference, references, transport};
use super::{
    Maybe, date, decimal, instant, joined, list, may, must, number, object, perhaps, text, unit, unwrapped, word,
    word_or_other,
};

const REFERENCES: &[&str] = &["masterBillOfLading", "carrierReference", "invoice", "requisition", "customerOrder"];
const OTHERS: &[&str] = &["ALO", "ADE", "SZ"];

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
        ("orderDate", may(date())),
        ("releaseNumber", may(number(35))),
        ("supplierOrderNumber", may(number(35))),
    ]);
    let mut travelled = transport();
    travelled = travelled.prop_map(|travelled| travelled.map(without_routing)).boxed();
    let mut members = vec![
        ("receiptNumber", must(number(35))),
        ("issuedAt", must(instant())),
        ("receivedAt", may(instant())),
        ("orderReference", perhaps(order)),
        ("shipmentReference", perhaps(shipment(false))),
        ("references", perhaps(references(REFERENCES, OTHERS))),
        ("transport", perhaps(travelled)),
        ("buyer", full_party()),
    ];
    for role in ["supplier", "shipTo", "shipFrom", "billTo", "payTo", "carrier", "endCustomer"] {
        members.push((role, perhaps(full_party())));
    }
    joined(vec![purpose, object(members)])
}

fn without_routing(mut transport: Value) -> Value {
    transport.as_object_mut().unwrap().remove("routing");
    transport
}

fn shipment(has_line: bool) -> Maybe {
    let mut members = vec![
        ("shipmentNumber", must(number(35))),
        ("shipmentDate", may(date())),
        ("deliveryNote", may(number(35))),
        ("billOfLading", may(number(35))),
    ];
    if has_line {
        members.push(("lineId", may((1..999_i64).prop_map(|line| line.to_string().into()))));
    }
    object(members)
}

fn line() -> Maybe {
    unit()
        .prop_flat_map(|unit| {
            let quantity = || {
                let unit = unit.clone();
                decimal(4, 1).prop_map(move |value| json!({"value": value, "unit": unit}))
            };
            object(vec![
                ("orderReference", perhaps(order_reference())),
                ("shipmentReference", perhaps(shipment(true))),
                ("item", must(unwrapped(item_with(Vec::new())))),
                ("orderedQuantity", may(quantity())),
                ("shippedQuantity", may(quantity())),
                ("receivedQuantity", must(quantity())),
                ("acceptedQuantity", may(quantity())),
                ("rejectedQuantity", may(quantity())),
                ("discrepancies", perhaps(list(discrepancy(), 3))),
                ("lots", perhaps(lots())),
                ("serialNumbers", perhaps(list(must(number(35)), 7))),
                ("receivedAt", may(instant())),
                ("references", perhaps(references(REFERENCES, OTHERS))),
            ])
        })
        .boxed()
}

fn discrepancy() -> Maybe {
    let plain = word_or_other("kind", "kindCode", &["short", "over", "damaged", "late", "wrongItem"], "ZZZ");
    // A word for which there are two codes has the second beside it.
    let exact = [json!({"kind": "short", "kindCode": "BP"}), json!({"kind": "over", "kindCode": "AE"})];
    let kind = prop_oneof![3 => plain, 1 => select(exact.to_vec()).prop_map(Some)].boxed();
    let rest =
        object(vec![("quantity", must(decimal(3, 0))), ("code", may(word(&["PC", "CR"]))), ("text", may(text(1, 35)))]);
    joined(vec![kind, rest])
}

/// One lot with its days, which are those of the line, or several with their quantities.
fn lots() -> Maybe {
    let one =
        object(vec![("lotNumber", must(number(35))), ("expiryDate", may(date())), ("manufacturedDate", may(date()))]);
    let several = object(vec![("lotNumber", must(number(35))), ("quantity", must(decimal(3, 0)))]);
    prop_oneof![list(one, 1), list(several, 3)].boxed()
}
