//! Receiving advices.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::inventory_report::lots;
use super::party::{parties, party};
use super::terms::{references, transport};
use super::{
    Maybe, date, decimal, goods, instant, joined, list, may, must, number, object, perhaps, quantity, unit, unwrapped,
    word, word_or_other,
};

const REFERENCES: &[&str] = &["carrierReference", "invoice", "customerOrder", "department"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let mut members = vec![
        ("receiptNumber", must(number(30))),
        ("issuedAt", must(instant())),
        ("receivedAt", must(instant())),
        ("orderReference", perhaps(order(false))),
        ("shipmentReference", perhaps(shipment())),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
        ("references", perhaps(references(REFERENCES, false))),
        ("transport", perhaps(transport(true))),
        ("weight", perhaps(goods::weight())),
        ("handlingUnitCount", may((1..99_i64).prop_map(Value::from))),
    ];
    members.extend(parties());
    let head = unwrapped(joined(vec![purpose, object(members)]));
    (head, proptest::collection::vec(line(), 1..=3))
        .prop_map(|(mut head, lines)| {
            head["lines"] = Value::from(lines);
            head
        })
        .boxed()
}

fn line() -> BoxedStrategy<Value> {
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let received = decimal(4, 1).prop_map(move |value| json!({"value": value, "unit": own}));
            let own = unit.clone();
            let good = decimal(4, 1).prop_map(move |value| json!({"value": value, "unit": own}));
            let shipped = (quantity(1), proptest::option::of(unwrapped(quantity(1)))).prop_map(|(shipped, ordered)| {
                let mut members = json!({"shippedQuantity": shipped});
                members.as_object_mut().unwrap().extend(ordered.map(|ordered| ("orderedQuantity".to_owned(), ordered)));
                Some(members)
            });
            let line = object(vec![
                ("lineNumber", may(number(20))),
                ("orderReference", must(unwrapped(order(true)))),
                ("shipmentReference", perhaps(shipment())),
                ("item", must(unwrapped(goods::item()))),
                ("receivedQuantity", must(received)),
                ("acceptedQuantity", may(good)),
                ("rejectedQuantity", perhaps(quantity(0))),
                ("discrepancies", perhaps(list(discrepancy(), 4))),
                ("lots", perhaps(lots())),
                ("serialNumbers", perhaps(list(must(number(30)), 2))),
                ("receivedAt", may(instant())),
                ("shipTo", perhaps(party())),
                ("references", perhaps(references(REFERENCES, false))),
            ]);
            unwrapped(joined(vec![perhaps(shipped.boxed()), line]))
        })
        .boxed()
}

fn order(is_of_line: bool) -> Maybe {
    let mut members = vec![
        ("orderNumber", must(number(22))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ];
    if is_of_line {
        members.push(("lineNumber", may(number(20))));
    }
    object(members)
}

fn shipment() -> Maybe {
    object(vec![
        ("shipmentNumber", may(number(30))),
        ("deliveryNote", may(number(30))),
        ("billOfLading", may(number(30))),
    ])
}

fn discrepancy() -> Maybe {
    let kind = word_or_other("kind", "kindCode", &["damaged", "short", "over"], "05");
    joined(vec![kind, object(vec![("quantity", must(decimal(3, 0)))])])
}
