//! What the EDIFACT messages beside the four main ones have in common: parties, items, references and texts.

use proptest::prelude::*;
use serde_json::json;

use super::{Maybe, checked_number, list, may, must, number, object, perhaps, text, unwrapped, word};

/// A party by name. NAD has room for one number; CTA for so many contacts.
pub(crate) fn party(contacts: usize) -> Maybe {
    object(party_members(contacts))
}

pub(crate) fn party_members(contacts: usize) -> Vec<(&'static str, Maybe)> {
    let address = object(vec![
        ("street", list(must(text(1, 35)), 4)),
        ("city", must(text(2, 35))),
        ("region", may(word(&["OH", "NY", "BY", "ON"]))),
        ("postalCode", may(number(9))),
        ("country", may(word(&["US", "CA", "DE", "MX"]))),
    ]);
    vec![
        ("name", must(text(1, 35))),
        ("additionalNames", perhaps(list(must(text(1, 35)), 4))),
        ("identifiers", perhaps(list(identifier(), 1))),
        ("address", perhaps(address)),
        ("contacts", perhaps(list(contact(), contacts))),
    ]
}

pub(crate) fn identifier() -> Maybe {
    const SCHEMES: &[&str] = &["DUNS", "GLN", "SCAC", "BUYER_ASSIGNED", "SUPPLIER_ASSIGNED", "OTHER"];
    object(vec![("scheme", must(word(SCHEMES))), ("value", must(number(35)))])
}

fn contact() -> Maybe {
    object(vec![
        ("function", must(word(&["IC", "PD", "GR", "DL"]))),
        ("name", must(text(1, 35))),
        ("phone", may(number(20))),
        ("fax", may(number(20))),
        ("email", may(proptest::string::string_regex("[a-z]{1,8}@[a-z]{1,8}\\.example").unwrap().prop_map(Into::into))),
    ])
}

/// A NAD with a place in it, where the goods are unloaded.
pub(crate) fn place(contacts: usize) -> Maybe {
    let mut members = party_members(contacts);
    members.push(("unloadingPoint", may(text(1, 25))));
    object(members)
}

/// A party of a message whose NAD has references, too.
pub(crate) fn full_party() -> Maybe {
    let tax_id = object(vec![("scheme", must(word(&["VA", "FC", "GN", "XA"]))), ("value", must(number(35)))]);
    let more = object(vec![("taxIds", perhaps(list(tax_id, 2))), ("unloadingPoint", may(text(1, 25)))]);
    super::joined(vec![object(party_members(2)), more])
}

/// An item with the buyer's number, which LIN takes.
pub(crate) fn item() -> Maybe {
    item_with(vec![("countryOfOrigin", may(word(&["DE", "US", "CN"])))])
}

/// An item of a message that has no ALI.
pub(crate) fn item_with(more: Vec<(&'static str, Maybe)>) -> Maybe {
    let gtin = proptest::sample::select(&[8_usize, 12, 13, 14][..]).prop_flat_map(checked_number);
    let other = object(vec![("scheme", must(word(&["BB", "CG", "GU", "ZZZ"]))), ("value", must(number(35)))]);
    let property = object(vec![("code", must(word(&["35", "98", "79"]))), ("text", must(text(1, 35)))]);
    let mut members = vec![
        ("buyerPartNumber", must(number(35))),
        ("supplierPartNumber", may(number(35))),
        ("manufacturerPartNumber", may(number(35))),
        ("gtin", may(gtin)),
        ("revision", may(word(&["A", "B2", "C"]))),
        ("drawingNumber", may(number(35))),
        ("commodityCode", may(number(10))),
        ("otherNumbers", perhaps(list(other, 2))),
        ("description", may(text(1, 35))),
        ("characteristics", perhaps(list(property, 2))),
    ];
    members.extend(more);
    object(members)
}

/// References by name, and some that have none.
pub(crate) fn references(names: &'static [&'static str], others: &'static [&'static str]) -> Maybe {
    let other = object(vec![
        ("code", must(word(others))),
        ("number", must(number(35))),
        ("lineNumber", may((1..999_i64).prop_map(|number| number.to_string().into()))),
        ("date", may(super::date())),
    ]);
    let mut members: Vec<(&'static str, Maybe)> = names.iter().map(|name| (*name, may(number(35)))).collect();
    members.push(("others", perhaps(list(other, 2))));
    object(members)
}

/// Texts; those that are about something say so.
pub(crate) fn notes(most: usize, subjects: &'static [&'static str]) -> Maybe {
    list(object(vec![("text", must(text(1, 70))), ("subject", may(word(subjects)))]), most)
}

/// The order that a line belongs to.
pub(crate) fn order_reference() -> Maybe {
    object(vec![
        ("orderNumber", must(number(35))),
        ("lineNumber", may((1..9999_i64).prop_map(|number| number.to_string().into()))),
        ("orderDate", may(super::date())),
        ("releaseNumber", may(number(35))),
        ("supplierOrderNumber", may(number(35))),
    ])
}

/// Lines, each by its number, between one and so many.
pub(crate) fn lines(line: Maybe, most: usize) -> BoxedStrategy<serde_json::Value> {
    proptest::collection::vec(unwrapped(line), 1..=most)
        .prop_map(|mut lines| {
            for (index, line) in lines.iter_mut().enumerate() {
                line["lineNumber"] = json!(((index + 1) * 10).to_string());
            }
            lines.into()
        })
        .boxed()
}

/// Prices for units of the line.
pub(crate) fn price(unit: &serde_json::Value) -> Maybe {
    let unit = unit.clone();
    object(vec![
        ("amount", must(super::decimal(3, 3))),
        ("per", must(word(&["1", "100", "1000"]))),
        ("unit", must(Just(unit))),
        ("basis", must(word(&["net", "gross", "list"]))),
    ])
}

/// Terms whose days count from something.
pub(crate) fn payment_terms() -> Maybe {
    let when = || {
        let basis = word(&["invoiceDate", "shipDate", "deliveryDate", "invoiceReceiptDate", "orderDate"]);
        object(vec![
            ("days", must((1..120_i64).prop_map(Into::into))),
            ("basis", must(basis)),
            ("dueDate", may(super::date())),
        ])
    };
    let how_much = prop_oneof![
        object(vec![("percent", must(super::decimal(1, 2)))]),
        object(vec![("amount", must(super::decimal(3, 2)))]),
    ];
    let discount = super::joined(vec![object(vec![("type", must(Just(json!("discount"))))]), when(), how_much.boxed()]);
    let net = super::joined(vec![object(vec![("type", must(Just(json!("net"))))]), when()]);
    let other = object(vec![
        ("type", must(Just(json!("other")))),
        ("typeCode", must(word(&["2", "6", "9"]))),
        ("text", must(text(1, 35))),
    ]);
    list(prop_oneof![discount, net, other].boxed(), 3)
}

pub(crate) fn delivery_terms() -> Maybe {
    let who = super::word_or_other(
        "freightPayment",
        "freightPaymentCode",
        &["prepaid", "prepaidAndCharged", "collect", "pickup", "agreed"],
        "NC",
    );
    let terms = object(vec![
        ("incoterm", may(word(&["FCA", "EXW", "DDP"]))),
        ("location", may(text(1, 70))),
        ("text", may(text(1, 35))),
    ]);
    super::joined(vec![perhaps(who), terms])
}

pub(crate) fn transport() -> Maybe {
    let mode = super::word_or_other("mode", "modeCode", &["road", "rail", "air", "sea", "parcel", "multimodal"], "90");
    let carrier = prop_oneof![
        object(vec![("scac", must(word(&["ODFL", "RDWY"]))), ("name", may(text(1, 35)))]),
        object(vec![("id", must(number(17)))]),
    ];
    let equipment = object(vec![
        ("type", must(word(&["trailer", "container", "swapBody", "railcar"]))),
        ("number", must(number(17))),
    ]);
    let rest = object(vec![
        ("carrier", perhaps(carrier.boxed())),
        ("journey", may(number(17))),
        ("conveyance", may(number(9))),
        ("routing", may(text(1, 70))),
        ("equipment", perhaps(list(equipment, 2))),
    ]);
    super::joined(vec![mode, rest])
}

pub(crate) fn allowances_charges(most: usize) -> Maybe {
    let kind = super::word_or_other("kind", "kindCode", &["allowance", "charge"], "N");
    let what = object(vec![
        ("code", must(word(&["FC", "HD", "DI", "PC"]))),
        ("text", may(text(1, 35))),
        ("amount", must(super::decimal(4, 2))),
        ("percent", may(super::decimal(1, 2))),
        ("basisAmount", may(super::decimal(4, 2))),
        ("rate", may(super::decimal(2, 2))),
        ("quantity", perhaps(super::quantity(0))),
        ("settlement", may(word(&["1", "2", "6"]))),
    ]);
    list(super::joined(vec![kind, what]), most)
}

pub(crate) fn taxes(most: usize) -> Maybe {
    let what = object(vec![
        ("type", must(word(&["vat", "gst", "sales", "excise", "customs"]))),
        ("category", may(word(&["S", "Z", "E"]))),
        ("percent", may(super::decimal(2, 1))),
        ("taxAmount", must(super::decimal(3, 2))),
        ("taxableAmount", may(super::decimal(4, 2))),
    ]);
    list(what, most)
}

/// LOC has 25 characters for the number of a place.
pub(crate) fn short(mut place: serde_json::Value) -> serde_json::Value {
    if let Some(value) =
        place["identifiers"][0]["value"].as_str().map(|value| value.chars().take(25).collect::<String>())
    {
        place["identifiers"][0]["value"] = value.into();
    }
    place
}
