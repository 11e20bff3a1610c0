//! Terms of payment and delivery, allowances and charges, taxes, transport, references and notes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    Maybe, date, decimal, joined, list, may, must, number, object, perhaps, quantity, text, word, word_or_other,
};

/// Terms that say the same basis and words: one ITD has one place for each.
pub(crate) fn payment_terms() -> Maybe {
    let when = |both: bool| {
        let days = (0..120_i64).prop_map(|days| json!({"days": days}));
        let due = date().prop_map(|day| json!({"dueDate": day}));
        let all = (0..120_i64, date()).prop_map(|(days, day)| json!({"days": days, "dueDate": day}));
        if both { prop_oneof![days, due, all].boxed() } else { days.boxed() }
    };
    let discount = (
        when(true),
        prop_oneof![
            decimal(1, 2).prop_map(|percent| json!({"percent": percent})),
            decimal(3, 2).prop_map(|amount| json!({"amount": amount})),
        ],
    )
        .prop_map(|(when, what)| merged(json!({"type": "discount"}), [when, what]));
    let net = when(true).prop_map(|when| merged(json!({"type": "net"}), [when]));
    let other =
        proptest::sample::select(&["02", "09", "14"][..]).prop_map(|code| json!({"type": "other", "typeCode": code}));
    let item = prop_oneof![discount, net, other];
    let basis =
        proptest::option::of(word(&["invoiceDate", "shipDate", "deliveryDate", "invoiceReceiptDate", "orderDate"]));
    (proptest::collection::vec(item, 1..=3), basis, proptest::option::of(text(1, 35)))
        .prop_map(|(mut items, basis, words)| {
            for item in &mut items {
                let members = item.as_object_mut().unwrap();
                members.extend(basis.clone().map(|basis| ("basis".to_owned(), basis)));
                members.extend(words.clone().map(|words| ("text".to_owned(), words)));
            }
            Some(Value::from(items))
        })
        .boxed()
}

fn merged<const N: usize>(into: Value, more: [Value; N]) -> Value {
    let mut members: Map<String, Value> = into.as_object().unwrap().clone();
    more.into_iter().for_each(|more| members.extend(more.as_object().unwrap().clone()));
    Value::Object(members)
}

pub(crate) fn delivery_terms() -> Maybe {
    let who = word_or_other(
        "freightPayment",
        "freightPaymentCode",
        &["prepaid", "prepaidAndCharged", "collect", "pickup", "agreed"],
        "TP",
    );
    let terms = object(vec![
        ("incoterm", may(word(&["FCA", "EXW", "DDP", "CIF"]))),
        ("location", may(text(1, 35))),
        ("text", may(text(1, 35))),
    ]);
    joined(vec![perhaps(who), terms])
}

pub(crate) fn allowances_charges(most: usize) -> Maybe {
    let what = object(vec![
        ("code", must(word(&["FC", "HD", "SAA", "95", "IN"]))),
        ("text", may(text(1, 35))),
        ("amount", must(decimal(4, 2))),
        ("percent", may(decimal(1, 2))),
        ("rate", may(decimal(2, 2))),
        ("quantity", perhaps(quantity(0))),
        ("settlement", may(word(&["01", "02", "04", "06"]))),
    ]);
    list(joined(vec![word_or_other("kind", "kindCode", &["allowance", "charge"], "N"), what]), most)
}

pub(crate) fn taxes(most: usize) -> Maybe {
    let what = object(vec![
        ("taxAmount", must(decimal(3, 2))),
        ("percent", must(decimal(1, 2))),
        ("category", may(word(&["S", "E", "G"]))),
        ("taxableAmount", may(decimal(4, 2))),
        ("jurisdiction", may(text(2, 10))),
    ]);
    list(joined(vec![word_or_other("type", "typeCode", &["vat", "gst", "sales", "excise", "total"], "FD"), what]), most)
}

const MODES: &[&str] = &["road", "rail", "air", "sea", "inlandWaterway", "parcel", "multimodal", "pickup"];

/// A ship and its voyage, where the message has V1.
pub(crate) fn by_sea(transport: Maybe) -> Maybe {
    joined(vec![transport, perhaps(object(vec![("conveyance", must(text(2, 28))), ("journey", may(number(10)))]))])
}

/// What TD5 and TD3 say, or CAD, which has no equipment.
pub(crate) fn transport(has_equipment: bool) -> Maybe {
    let carrier = object(vec![("scac", must(word(&["ODFL", "UPGF", "FDEG"]))), ("name", may(text(1, 35)))]);
    let by_code = object(vec![("carrier", carrier)]);
    let in_words = object(vec![("routing", must(text(1, 35)))]);
    let way = prop_oneof![by_code, in_words].boxed();
    let mode = word_or_other("mode", "modeCode", MODES, "T");
    if !has_equipment {
        return joined(vec![perhaps(mode), way]);
    }
    let kind = word_or_other("type", "typeCode", &["trailer", "container", "truck", "railcar"], "AA");
    let which = object(vec![
        ("ownerPrefix", may(word(&["ABCU", "TRLU"]))),
        ("number", must(number(10))),
        ("seals", perhaps(list(must(number(12)), 1))),
    ]);
    let equipment = object(vec![("equipment", perhaps(list(joined(vec![kind, which]), 2)))]);
    let service = object(vec![("serviceLevel", may(word(&["ND", "SE"])))]);
    joined(vec![perhaps(mode), way, service, equipment])
}

/// Numbers of other papers. `has_dated` is for messages that have a place for any code with a date.
pub(crate) fn references(named: &'static [&'static str], has_dated: bool) -> Maybe {
    let mut members: Vec<(&'static str, Maybe)> = named.iter().map(|name| (*name, may(number(30)))).collect();
    let coded = object(vec![
        ("code", must(word(&["IA", "VR", "MR", "ZZ", "JB", "8X", "ABC"]))),
        ("number", must(number(30))),
        ("text", may(text(1, 60))),
    ]);
    let dated = object(vec![
        ("code", must(word(&["ABC", "LD", "K5"]))),
        ("number", must(number(30))),
        ("text", may(text(1, 40))),
        ("date", must(date())),
    ]);
    let others = match has_dated {
        true => (list(coded, 2), list(dated, 2))
            .prop_map(|(coded, dated)| {
                let items: Vec<Value> = [coded, dated]
                    .into_iter()
                    .flatten()
                    .flat_map(|items| items.as_array().cloned().unwrap_or_default())
                    .collect();
                (!items.is_empty()).then_some(Value::from(items))
            })
            .boxed(),
        false => list(coded, 2),
    };
    members.push(("others", perhaps(others)));
    object(members)
}

/// Notes, some of which say what they are about.
pub(crate) fn notes(most: usize) -> Maybe {
    list(object(vec![("text", must(text(1, 200))), ("subject", may(word(&["ZZ", "AAI", "K8"])))]), most)
}
