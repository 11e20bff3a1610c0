//! Application advices, as APERAK can say them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edifact_others::{notes, party, references};
use super::{Maybe, date, joined, list, may, must, number, object, perhaps, text, unwrapped, word, word_or_other};

const REFERENCES: &[&str] = &["billOfLading", "carrierReference", "requisition", "customerOrder"];
const OTHERS: &[&str] = &["ADE", "SZ"];

/// An advice about an order names it twice: as what it is about, and as the order.
pub(crate) fn documents() -> BoxedStrategy<Value> {
    unwrapped(document())
        .prop_map(|mut document| {
            let about = &document["about"];
            if about.get("documentType").is_some_and(|kind| kind == "order") {
                let mut order = json!({"orderNumber": about["number"]});
                if let Some(date) = about.get("date") {
                    order["orderDate"] = date.clone();
                }
                document["orderReference"] = order;
            }
            document
        })
        .boxed()
}

fn document() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let outcome = word_or_other("outcome", "outcomeCode", &["accepted", "acceptedWithErrors", "rejected"], "NA");
    let kinds = &[
        "order",
        "order-response",
        "shipment-notice",
        "receiving-advice",
        "delivery-schedule",
        "invoice",
        "remittance-advice",
    ];
    let about = object(vec![("documentType", may(word(kinds))), ("number", must(number(35))), ("date", may(date()))]);
    let order = object(vec![
        ("orderNumber", must(number(35))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(35))),
        ("supplierOrderNumber", may(number(35))),
    ]);
    let moment = (date(), 12..20_u8, any::<bool>()).prop_map(|(day, hour, has_time)| {
        let mut members = json!({"adviceDate": day});
        if has_time {
            members["issuedAt"] = json!(format!("{}T{hour}:30:00Z", day.as_str().unwrap()));
        }
        Some(members)
    });
    let mut members = vec![
        ("adviceNumber", must(number(35))),
        ("about", about),
        ("orderReference", perhaps(order)),
        ("references", perhaps(references(REFERENCES, OTHERS))),
        ("errors", perhaps(list(error(), 3))),
        ("notes", perhaps(notes(3, &["DEL", "PUR"]))),
    ];
    for role in
        ["sender", "receiver", "buyer", "supplier", "shipTo", "shipFrom", "billTo", "payTo", "carrier", "endCustomer"]
    {
        members.push((role, perhaps(party(1))));
    }
    joined(vec![purpose, perhaps(outcome), moment.boxed(), object(members)])
}

fn error() -> Maybe {
    object(vec![
        ("code", must(number(8))),
        ("text", may(text(1, 70))),
        ("line", may((1..9999_i64).prop_map(|line| line.to_string().into()))),
    ])
}
