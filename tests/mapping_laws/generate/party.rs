//! Parties, as an N1 loop or a NAD group can say them.

use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::json;

use super::{Maybe, list, may, must, number, object, perhaps, text, word};

/// A party by name, with whatever else it may have.
pub(crate) fn party() -> Maybe {
    object(members())
}

/// Who gets the money, with an account.
pub(crate) fn payee() -> Maybe {
    let mut members = members();
    let account = object(vec![("accountNumber", must(number(17))), ("bankId", may(number(9)))]);
    members.push(("account", perhaps(account)));
    object(members)
}

/// The parties of a document, by role.
pub(crate) fn parties() -> Vec<(&'static str, Maybe)> {
    let mut parties: Vec<(&'static str, Maybe)> =
        ["buyer", "supplier", "shipTo", "shipFrom", "billTo", "carrier", "endCustomer"]
            .into_iter()
            .map(|role| (role, perhaps(party())))
            .collect();
    parties.push(("payTo", perhaps(payee())));
    parties
}

fn members() -> Vec<(&'static str, Maybe)> {
    let address = object(vec![
        ("street", list(must(text(1, 35)), 3)),
        ("city", must(text(2, 30))),
        ("region", may(word(&["OH", "NY", "BY", "ON"]))),
        ("postalCode", may(number(9))),
        ("country", may(word(&["US", "CA", "DE", "MX"]))),
    ]);
    let tax_id = object(vec![("scheme", must(word(&["TJ", "VX", "GT", "EI"]))), ("value", must(number(15)))]);
    vec![
        ("name", must(text(1, 35))),
        ("additionalNames", perhaps(list(must(text(1, 35)), 3))),
        ("identifiers", perhaps(list(identifier(), 1))),
        ("address", perhaps(address)),
        ("unloadingPoint", may(text(1, 17))),
        ("contacts", perhaps(list(contact(), 2))),
        ("taxIds", perhaps(list(tax_id, 2))),
    ]
}

pub(crate) fn identifier() -> Maybe {
    const SCHEMES: &[&str] = &["DUNS", "GLN", "SCAC", "BUYER_ASSIGNED", "SUPPLIER_ASSIGNED", "TAX"];
    let known = (proptest::sample::select(SCHEMES), number(17))
        .prop_map(|(scheme, value)| Some(json!({"scheme": scheme, "value": value})));
    let suffixed = string_regex("[0-9]{13}").unwrap().prop_map(|value| Some(json!({"scheme": "DUNS", "value": value})));
    let other = number(17).prop_map(|value| Some(json!({"scheme": "OTHER", "schemeCode": "ZZ", "value": value})));
    prop_oneof![6 => known, 1 => suffixed, 1 => other].boxed()
}

fn contact() -> Maybe {
    object(vec![
        ("function", must(word(&["IC", "BD", "DC", "OC"]))),
        ("name", must(text(1, 35))),
        ("phone", may(number(20))),
        ("fax", may(number(20))),
        ("email", may(proptest::string::string_regex("[a-z]{1,8}@[a-z]{1,8}\\.example").unwrap().prop_map(Into::into))),
    ])
}
