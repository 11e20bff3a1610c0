//! Delivery schedules: the forecast of a planning schedule, and the calls of a shipping schedule.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::order::REFERENCES;
use super::party::{identifier, parties, party};
use super::terms::{delivery_terms, references, transport};
use super::{
    Maybe, date, decimal, goods, instant, joined, list, may, must, number, object, perhaps, text, unit, unwrapped,
    word, word_or_other,
};

/// What the message has places for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Message {
    Planning,
    Shipping,
}

pub(crate) fn documents() -> BoxedStrategy<Value> {
    schedules(Message::Planning)
}

pub(crate) fn calls() -> BoxedStrategy<Value> {
    schedules(Message::Shipping)
}

fn schedules(message: Message) -> BoxedStrategy<Value> {
    let basis = prop_oneof![
        3 => Just(json!({"quantityBasis": "discrete"})),
        2 => Just(json!({"quantityBasis": "cumulative"})),
        1 => Just(json!({"quantityBasis": "other", "quantityBasisCode": "R"})),
    ];
    basis
        .prop_flat_map(move |basis| {
            let is_cumulative = basis["quantityBasis"] == "cumulative";
            let head = unwrapped(joined(vec![must(Just(basis)), head(message)]));
            let lines = proptest::collection::vec(line(message, is_cumulative), 1..=3);
            (head, lines).prop_map(|(mut head, lines)| {
                head["lines"] = Value::from(lines);
                head
            })
        })
        .boxed()
}

fn head(message: Message) -> Maybe {
    let is_planning = message == Message::Planning;
    let purpose =
        word_or_other("purpose", "purposeCode", &["original", "cancel", "change", "replace", "confirm"], "18");
    let dates = word_or_other("dateBasis", "dateBasisCode", &["delivery", "shipment", "production"], "KB");
    let last = if is_planning { may(date()) } else { must(date()) };
    let order = object(vec![("orderNumber", must(number(22)))]);
    let mut members = vec![
        ("scheduleType", must(word(if is_planning { &["forecast"] } else { &["firm"] }))),
        ("scheduleNumber", must(number(30))),
        ("releaseNumber", if is_planning { may(number(30)) } else { must(number(30)) }),
        ("scheduleDate", must(date())),
        ("horizon", object(vec![("from", must(date())), ("to", last)])),
        ("orderReference", perhaps(order)),
        ("contractNumber", may(number(30))),
    ];
    members.extend(parties());
    if is_planning {
        members.extend([
            ("currency", may(word(&["USD", "EUR", "CAD"]))),
            ("deliveryTerms", perhaps(delivery_terms())),
            ("transport", perhaps(transport(true))),
            ("references", perhaps(references(REFERENCES, false))),
            ("notes", perhaps(list(object(vec![("text", must(text(1, 80)))]), 2))),
        ]);
    } else {
        members.push(("replaces", may(number(30))));
    }
    joined(vec![purpose, dates, object(members)])
}

fn line(message: Message, is_cumulative: bool) -> BoxedStrategy<Value> {
    let is_planning = message == Message::Planning;
    unit()
        .prop_flat_map(move |unit| {
            let order = object(vec![
                ("orderNumber", may(number(22))),
                ("lineNumber", may(number(10))),
                ("releaseNumber", may(number(30))),
            ]);
            let receipt = object(vec![
                ("shipmentNumber", may(number(30))),
                ("quantity", must(decimal(3, 0))),
                ("date", may(date())),
            ]);
            let item = if is_planning { goods::item() } else { goods::small_item(false) };
            let mut members = vec![
                ("lineNumber", may(number(20))),
                ("orderReference", perhaps(order)),
                ("item", must(unwrapped(item))),
                ("unit", must(Just(unit.clone()))),
                ("price", perhaps(goods::price(&unit))),
                ("unloadingPoint", may(text(1, 30))),
                ("internalDestination", may(text(1, 30))),
                ("cumulative", perhaps(cumulative(message))),
                ("lastReceipt", perhaps(receipt)),
                ("schedules", list(schedule(message, is_cumulative), 4)),
                ("packaging", perhaps(goods::packaging())),
                ("references", perhaps(references(REFERENCES, false))),
            ];
            if is_planning {
                members.push(("shipTo", perhaps(party())));
                members.push(("authorizations", perhaps(list(authorization(), 2))));
            }
            unwrapped(object(members))
        })
        .boxed()
}

fn cumulative(message: Message) -> Maybe {
    let required = if message == Message::Planning { may(decimal(5, 0)) } else { Just(None).boxed() };
    object(vec![
        ("required", required),
        ("received", must(decimal(5, 0))),
        ("shipped", may(decimal(5, 0))),
        ("start", must(date())),
        ("asOf", may(date())),
    ])
}

fn authorization() -> Maybe {
    let kind = word_or_other("kind", "kindCode", &["finished", "material"], "LB");
    let rest = object(vec![
        ("cumulativeQuantity", must(decimal(5, 0))),
        ("period", object(vec![("from", must(date())), ("to", may(date()))])),
    ]);
    joined(vec![kind, rest])
}

fn schedule(message: Message, is_cumulative: bool) -> Maybe {
    let commitment = word_or_other("commitment", "commitmentCode", &["firm", "material", "planned", "immediate"], "E");
    let length = word_or_other("granularity", "granularityCode", &["day", "week", "month", "quarter", "flexible"], "T");
    let when = (date(), proptest::option::of(date()), instant(), 0..4_u8).prop_map(|(from, to, at, kind)| {
        let mut when = json!({"period": {"from": from}});
        when["period"].as_object_mut().unwrap().extend(to.map(|to| ("to".to_owned(), to)));
        let moment = match kind {
            0 => "requestedDeliveryAt",
            1 => "requestedShipAt",
            _ => return when,
        };
        // The day stands once.
        when["period"]["from"] = Value::from(&at.as_str().unwrap()[..10]);
        when[moment] = at;
        when
    });
    let (counted, beside) =
        if is_cumulative { ("cumulativeQuantity", "quantity") } else { ("quantity", "cumulativeQuantity") };
    let both = if message == Message::Planning { may(decimal(4, 1)) } else { Just(None).boxed() };
    let how_much = object(vec![(counted, must(decimal(4, 1))), (beside, both)]);
    let place = identifier().prop_map(|identifier| Some(json!({"shipTo": {"identifiers": [identifier]}})));
    let place = if is_cumulative { Just(None).boxed() } else { perhaps(place.boxed()) };
    (unwrapped(joined(vec![commitment, how_much])), when, unwrapped(length), proptest::option::of(number(30)), place)
        .prop_map(|(mut schedule, when, length, call, place)| {
            let members: &mut Map<String, Value> = schedule.as_object_mut().unwrap();
            members.extend(when.as_object().unwrap().clone());
            members["period"].as_object_mut().unwrap().extend(length.as_object().unwrap().clone());
            members.extend(call.map(|call| ("callNumber".to_owned(), call)));
            if let Some(Value::Object(place)) = place {
                // What a destination gets is not counted.
                members.remove("cumulativeQuantity");
                members.extend(place);
            }
            Some(schedule)
        })
        .boxed()
}
