//! Delivery schedules, as DELFOR can say them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edifact_others::{item, lines, notes, order_reference, party, place, references};
use super::{
    Maybe, date, decimal, goods, instant, joined, may, must, number, object, perhaps, text, unit, unwrapped, word,
    word_or_other,
};

pub(super) const REFERENCES: &[&str] = &["quotation", "requisition", "customerOrder"];
const OTHERS: &[&str] = &["ADE", "AAN", "SZ"];

/// A line with a place is in the message's first form, a schedule with one in its second.
pub(crate) fn documents() -> BoxedStrategy<Value> {
    prop_oneof![2 => lines(line(true), 3), 1 => lines(line(false), 3)]
        .prop_flat_map(|lines| {
            unwrapped(head_members()).prop_map(move |mut head| {
                head["lines"] = lines.clone();
                head
            })
        })
        .boxed()
}

/// All but the lines.
pub(super) fn head_members() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "change", "replace"], "18");
    let kind = word_or_other("scheduleType", "scheduleTypeCode", &["forecast", "firm", "jit"], "ZZZ");
    let mut members = vec![
        ("scheduleNumber", must(number(35))),
        ("releaseNumber", may(number(35))),
        ("scheduleDate", must(date())),
        ("dateBasis", must(word(&["delivery", "shipment"]))),
        ("horizon", perhaps(object(vec![("from", must(date())), ("to", may(date()))]))),
        ("replaces", may(number(35))),
        (
            "orderReference",
            perhaps(object(vec![
                ("orderNumber", must(number(35))),
                ("orderDate", may(date())),
                ("supplierOrderNumber", may(number(35))),
            ])),
        ),
        ("contractNumber", may(number(35))),
        ("shipTo", perhaps(place(2))),
        ("references", perhaps(references(REFERENCES, OTHERS))),
        ("notes", perhaps(notes(3, &["PUR", "DEL"]))),
    ];
    for role in ["buyer", "supplier", "shipFrom", "billTo", "payTo", "carrier", "endCustomer"] {
        members.push((role, perhaps(party(2))));
    }
    joined(vec![purpose, kind, object(members)])
}

fn line(has_place: bool) -> Maybe {
    let mut members = vec![
        ("orderReference", perhaps(order_reference())),
        ("item", must(unwrapped(item()))),
        ("unit", must(unit())),
        ("cumulative", perhaps(cumulative())),
        ("lastReceipt", perhaps(last_receipt())),
        ("authorizations", perhaps(super::list(authorization(), 2))),
        ("packaging", perhaps(packaging())),
        ("references", perhaps(references(REFERENCES, OTHERS))),
        ("notes", perhaps(notes(2, &["PKG", "DEL"]))),
    ];
    if has_place {
        members.push(("shipTo", place(1)));
        members.push(("unloadingPoint", may(text(1, 25))));
        members.push(("internalDestination", may(text(1, 25))));
        members.push(("schedules", must(schedules(schedule()))));
    } else {
        let elsewhere = joined(vec![schedule(), object(vec![("shipTo", place(1))])]);
        members.push(("schedules", prop_oneof![schedules(schedule()), schedules(elsewhere)].prop_map(Some).boxed()));
    }
    object(members)
}

/// The first has a day, which says what the days of all of them mean.
pub(super) fn schedules(one: Maybe) -> BoxedStrategy<Value> {
    proptest::collection::vec(unwrapped(one), 1..=4)
        .prop_map(|mut schedules| {
            if schedules[0].get("period").is_none_or(|period| period.get("from").is_none()) {
                schedules[0]["period"] = json!({"from": "2026-11-02"});
                let first = schedules[0].as_object_mut().unwrap();
                first.remove("requestedDeliveryAt");
                first.remove("requestedShipAt");
            }
            schedules.into()
        })
        .boxed()
}

pub(super) fn schedule() -> Maybe {
    let commitment =
        word_or_other("commitment", "commitmentCode", &["firm", "material", "planned", "backlog", "immediate"], "16");
    let granularity =
        || word_or_other("granularity", "granularityCode", &["day", "week", "month", "quarter", "flexible"], "T");
    let day = joined(vec![object(vec![("from", must(date()))]), perhaps(granularity())]);
    let span = joined(vec![object(vec![("from", must(date())), ("to", must(date()))]), perhaps(granularity())]);
    let when = prop_oneof![
        4 => object(vec![("period", day)]),
        3 => object(vec![("period", span)]),
        1 => object(vec![("requestedDeliveryAt", must(instant()))]),
        1 => object(vec![("requestedShipAt", must(instant()))]),
        1 => Just(None),
    ];
    let how_much = prop_oneof![
        4 => object(vec![("quantity", must(decimal(4, 1)))]),
        1 => object(vec![("cumulativeQuantity", must(decimal(6, 0))), ("period", must(Just(json!({"from": "2027-01-04"}))))]),
    ];
    let call = object(vec![("callNumber", may(number(35)))]);
    joined(vec![perhaps(commitment), when.boxed(), how_much.boxed(), call])
}

pub(super) fn cumulative() -> Maybe {
    let days = object(vec![("start", may(date())), ("asOf", may(date()))]);
    let counted = object(vec![
        ("received", must(decimal(6, 0))),
        ("shipped", may(decimal(6, 0))),
        ("required", may(decimal(6, 0))),
    ]);
    joined(vec![counted, days])
}

pub(super) fn last_receipt() -> Maybe {
    object(vec![("quantity", must(decimal(4, 0))), ("date", may(date())), ("shipmentNumber", may(number(35)))])
}

fn authorization() -> Maybe {
    let kind = word_or_other("kind", "kindCode", &["finished", "fabrication", "material"], "9");
    let how_much = prop_oneof![
        object(vec![("quantity", must(decimal(5, 0)))]),
        object(vec![("cumulativeQuantity", must(decimal(6, 0)))]),
    ];
    let period = object(vec![("from", may(date())), ("to", must(date()))]);
    joined(vec![kind, how_much.boxed(), object(vec![("period", period)])])
}

/// A PAC says how many are in each package, and what it weighs.
fn packaging() -> Maybe {
    let kind = word_or_other("type", "typeCode", &["pallet", "carton", "box", "crate", "drum", "bag", "reel"], "XYZ");
    let rest = object(vec![
        ("unitsPerPackage", may((1..5000_i64).prop_map(|count| count.to_string().into()))),
        ("weight", perhaps(goods::weight())),
        ("text", may(text(1, 35))),
    ]);
    joined(vec![kind, rest])
}
