//! Just-in-time deliveries, as DELJIT can say them.

use proptest::prelude::*;
use serde_json::Value;

use super::edifact_delivery_schedule::{REFERENCES, cumulative, head_members, last_receipt, schedule, schedules};
use super::edifact_others::{item, lines, notes, order_reference, references};
use super::{Maybe, joined, may, must, object, perhaps, text, unit, unwrapped, word_or_other};

pub(crate) fn documents() -> BoxedStrategy<Value> {
    (unwrapped(head_members()), lines(line(), 3))
        .prop_map(|(mut head, lines)| {
            head["lines"] = lines;
            head
        })
        .boxed()
}

fn line() -> Maybe {
    let kind = word_or_other("type", "typeCode", &["pallet", "carton", "box", "crate", "rack"], "XYZ");
    object(vec![
        ("orderReference", perhaps(order_reference())),
        ("item", must(unwrapped(item()))),
        ("unit", must(unit())),
        ("unloadingPoint", may(text(1, 25))),
        ("internalDestination", may(text(1, 25))),
        ("cumulative", perhaps(cumulative())),
        ("lastReceipt", perhaps(last_receipt())),
        ("schedules", must(schedules(schedule()))),
        ("packaging", perhaps(joined(vec![kind, object(vec![("text", may(text(1, 35)))])]))),
        ("references", perhaps(references(&REFERENCES[..1], &["ADE", "SZ"]))),
        ("notes", perhaps(notes(2, &["PKG", "DEL"]))),
    ])
}
