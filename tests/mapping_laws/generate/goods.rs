//! Items, prices, packages and components.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::{
    Maybe, checked_number, decimal, joined, list, may, must, number, object, perhaps, text, unit, unwrapped, word,
    word_or_other,
};

/// Numbers of other kinds, in the order in which the mapping has them.
const OTHER_NUMBERS: &[&str] = &["SK", "UA", "VA", "BO", "VE", "MN", "PD", "B6", "ZZ"];

/// An item with at least one number. A pair segment takes ten, a shipment's line more.
pub(crate) fn item() -> Maybe {
    let mut members = part_numbers();
    let others = subsequence(OTHER_NUMBERS, 0..=2).prop_flat_map(|schemes| {
        let items: Vec<_> = schemes
            .into_iter()
            .map(|scheme| number(20).prop_map(move |value| json!({"scheme": scheme, "value": value})))
            .collect();
        items.prop_map(|items| (!items.is_empty()).then_some(Value::from(items)))
    });
    let colour = object(vec![("code", must(word(&["73", "74", "75", "35"]))), ("text", must(text(1, 60)))]);
    members.extend([
        ("drawingNumber", may(number(20))),
        ("commodityCode", may(number(10))),
        ("otherNumbers", perhaps(others.boxed())),
        ("characteristics", perhaps(list(colour, 2))),
    ]);
    object(members)
}

/// What a component says of its item.
pub(crate) fn small_item(has_description: bool) -> Maybe {
    let mut members = part_numbers();
    members.retain(|(name, _)| has_description || *name != "description");
    object(members)
}

fn part_numbers() -> Vec<(&'static str, Maybe)> {
    vec![
        ("buyerPartNumber", must(number(30))),
        ("supplierPartNumber", may(number(30))),
        ("manufacturerPartNumber", may(number(30))),
        ("gtin", may(gtin())),
        ("revision", may(word(&["A", "B2", "C"]))),
        ("description", may(text(1, 80))),
    ]
}

pub(crate) fn gtin() -> BoxedStrategy<Value> {
    select(&[8_usize, 12, 13, 14][..]).prop_flat_map(checked_number).boxed()
}

/// A price for units of the line.
pub(crate) fn price(unit: &Value) -> Maybe {
    let none = Just(json!({"unit": unit}));
    let price = whole_price(unit);
    (price, prop_oneof![6 => Just(None), 1 => none.prop_map(Some)])
        .prop_map(|(price, bare)| match (price, bare) {
            (Some(price), Some(bare)) => Some(json!({"amount": price["amount"], "unit": bare["unit"]})),
            (price, _) => price,
        })
        .boxed()
}

/// A price that says for how many units it is.
pub(crate) fn whole_price(unit: &Value) -> Maybe {
    let unit = unit.clone();
    let basis = select(&[("net", "1"), ("net", "100"), ("net", "1000"), ("list", "1")][..])
        .prop_map(|(basis, per)| json!({"basis": basis, "per": per}));
    let own = select(&["WE", "RE", "CT"][..]).prop_map(|code| json!({"basis": "other", "basisCode": code, "per": "1"}));
    (decimal(3, 3), prop_oneof![6 => basis, 1 => own])
        .prop_map(move |(amount, more)| {
            let mut price = json!({"amount": amount, "unit": unit});
            price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Some(price)
        })
        .boxed()
}

pub(crate) fn other_prices() -> Maybe {
    let basis = prop_oneof![
        select(&["net", "list"][..]).prop_map(|basis| json!({"basis": basis})),
        select(&["MSR", "RTL", "DIS"][..]).prop_map(|code| json!({"basis": "other", "basisCode": code})),
    ];
    let of_what = prop_oneof![
        Just(json!({})),
        (unit(), word(&["1", "10", "100"])).prop_map(|(unit, per)| json!({"unit": unit, "per": per})),
    ];
    let price = (decimal(3, 2), basis, of_what).prop_map(|(amount, basis, of_what)| {
        let mut price = json!({"amount": amount});
        price.as_object_mut().unwrap().extend(basis.as_object().unwrap().clone());
        price.as_object_mut().unwrap().extend(of_what.as_object().unwrap().clone());
        Some(price)
    });
    list(price.boxed(), 2)
}

pub(crate) fn weight() -> Maybe {
    let which = prop_oneof![Just("gross"), Just("net")];
    (which, decimal(3, 1), word(&["KGM", "LBR"]))
        .prop_map(|(which, value, unit)| Some(json!({which: value, "unit": unit})))
        .boxed()
}

pub(crate) fn measured() -> Maybe {
    object(vec![("value", must(decimal(2, 2))), ("unit", must(word(&["MTQ", "FTQ", "LTR"])))])
}

pub(crate) fn dimensions() -> Maybe {
    object(vec![
        ("length", must(decimal(2, 1))),
        ("width", must(decimal(2, 1))),
        ("height", may(decimal(2, 1))),
        ("unit", must(word(&["CMT", "INH"]))),
    ])
}

pub(crate) fn packaging() -> Maybe {
    let kind = word_or_other("type", "typeCode", &["pallet", "carton", "box", "crate", "drum", "bag", "reel"], "XYZ");
    let rest = object(vec![
        ("unitsPerPackage", may((1..5000_i64).prop_map(|count| Value::from(count.to_string())))),
        ("innerPackages", may((1..99_i64).prop_map(|count| Value::from(count.to_string())))),
        ("contentSize", perhaps(object(vec![("value", must(decimal(2, 2))), ("unit", must(unit()))]))),
        ("weight", perhaps(weight())),
        ("volume", perhaps(measured())),
        ("dimensions", perhaps(dimensions())),
        ("text", may(text(1, 60))),
    ]);
    joined(vec![perhaps(kind), rest])
}

pub(crate) fn components(has_description: bool) -> Maybe {
    let component = unit().prop_flat_map(move |unit| {
        let relation = word_or_other(
            "relation",
            "relationCode",
            &["included", "added", "deleted", "substituted", "information"],
            "Z",
        );
        let own = unit.clone();
        let quantity = decimal(2, 0).prop_map(move |value| json!({"value": value, "unit": own}));
        let rest = object(vec![
            ("lineNumber", must((1..99_i64).prop_map(|number| Value::from(number.to_string())))),
            ("quantity", must(quantity)),
            ("price", perhaps(price(&unit))),
            ("item", must(unwrapped(small_item(has_description)))),
        ]);
        joined(vec![relation, rest])
    });
    list(component.boxed(), 2)
}
