//! Inventory reports.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::party::party;
use super::terms::references;
use super::{
    Maybe, date, goods, instant, joined, list, may, must, number, object, perhaps, unwrapped, word, word_or_other,
};

const REFERENCES: &[&str] = &["billOfLading", "deliveryNote", "customerOrder", "department"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "change", "replace", "duplicate"], "18");
    let kind = word_or_other("reportType", "reportTypeCode", &["supplier", "distributor", "manufacturer"], "CO");
    let order = object(vec![
        ("orderNumber", must(number(30))),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ]);
    let mut members = vec![
        ("reportNumber", must(number(30))),
        ("period", perhaps(object(vec![("from", may(date())), ("to", may(date()))]))),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
        ("orderReference", perhaps(order)),
        ("references", perhaps(references(REFERENCES, false))),
    ];
    // There is room for five parties.
    let roles = ["buyer", "supplier", "shipTo", "shipFrom", "location"];
    members.extend(roles.into_iter().map(|role| (role, perhaps(party()))));
    let when = prop_oneof![
        date().prop_map(|day| json!({"reportDate": day})),
        instant().prop_map(|at| json!({"reportDate": at.as_str().unwrap()[..10], "reportedAt": at})),
    ];
    let head = unwrapped(joined(vec![purpose, kind, must(when), object(members)]));
    (head, proptest::collection::vec(line(), 1..=3))
        .prop_map(|(mut head, lines)| {
            head["lines"] = Value::from(lines);
            head
        })
        .boxed()
}

fn line() -> BoxedStrategy<Value> {
    let kind = word_or_other("kind", "kindCode", &["onHand", "available", "onOrder", "received"], "20");
    let quantity = object(vec![("quantity", super::quantity(1)), ("date", may(date()))]);
    let price = goods::other_prices().prop_map(|prices| prices.map(|prices| prices[0].clone())).boxed();
    let line = object(vec![
        ("lineNumber", may(number(20))),
        ("item", must(unwrapped(goods::item()))),
        ("location", perhaps(party())),
        ("quantities", list(joined(vec![kind, quantity]), 4)),
        ("price", perhaps(price)),
        ("lots", perhaps(lots())),
        ("serialNumbers", perhaps(list(must(number(30)), 3))),
        ("components", perhaps(goods::components(true))),
        ("weight", perhaps(goods::weight())),
        ("references", perhaps(references(REFERENCES, false))),
    ]);
    unwrapped(line)
}

/// The first lot may have its days; the others are numbers.
pub(crate) fn lots() -> Maybe {
    let first =
        object(vec![("lotNumber", must(number(30))), ("manufacturedDate", may(date())), ("expiryDate", may(date()))]);
    let more = proptest::collection::vec(number(30).prop_map(|lot| json!({"lotNumber": lot})), 0..=2);
    (unwrapped(first), more).prop_map(|(first, more)| Some(std::iter::once(first).chain(more).collect())).boxed()
}
