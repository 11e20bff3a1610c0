//! Remittance advices, as REMADV can say them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::edifact_others::{notes, party};
use super::{
    Maybe, date, decimal, joined, list, may, must, number, object, perhaps, text, unwrapped, word, word_or_other,
};

pub(crate) fn documents() -> BoxedStrategy<Value> {
    unwrapped(document())
}

fn document() -> Maybe {
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let method =
        word_or_other("method", "methodCode", &["wire", "ach", "check", "directDebit", "card", "offset"], "60");
    let rest = object(vec![
        ("paymentNumber", must(number(35))),
        ("adviceDate", must(date())),
        ("paymentDate", may(date())),
        ("amount", must(decimal(5, 2))),
        ("currency", may(word(&["USD", "EUR"]))),
        ("paymentReference", may(number(35))),
        ("payer", perhaps(with_account())),
        ("payee", perhaps(with_account())),
        ("references", perhaps(references(&["customerOrder", "invoice", "billOfLading"]))),
        ("items", must(proptest::collection::vec(unwrapped(item()), 1..=3).prop_map(Value::from))),
        ("notes", perhaps(notes(3, &["PMT", "DEL"]))),
    ]);
    joined(vec![purpose, perhaps(method), rest])
}

fn with_account() -> Maybe {
    let digits = || (1..1_000_000_000_i64).prop_map(|digits| Value::from(digits.to_string()));
    let number = prop_oneof![
        object(vec![("accountNumber", must(digits()))]),
        object(vec![("iban", must(digits().prop_map(|digits| json!(format!("DE{}", digits.as_str().unwrap())))))]),
    ];
    let bank = object(vec![
        ("holder", may(text(1, 35))),
        ("bankId", may(word(&["CHASUS33", "COBADEFF"]))),
        ("bankName", may(text(1, 35))),
    ]);
    joined(vec![party(2), object(vec![("account", perhaps(joined(vec![number.boxed(), bank])))])])
}

/// References without dates: there is no DTM behind a RFF.
fn references(names: &'static [&'static str]) -> Maybe {
    let other = object(vec![
        ("code", must(word(&["ADE", "SZ"]))),
        ("number", must(number(35))),
        ("lineNumber", may((1..999_i64).prop_map(|number| number.to_string().into()))),
    ]);
    let mut members: Vec<(&'static str, Maybe)> = names.iter().map(|name| (*name, may(number(35)))).collect();
    members.push(("others", perhaps(list(other, 1))));
    object(members)
}

fn item() -> Maybe {
    let kind =
        word_or_other("documentType", "documentTypeCode", &["invoice", "creditNote", "debitNote", "order"], "325");
    let order = object(vec![("orderNumber", must(number(35))), ("supplierOrderNumber", may(number(35)))]);
    let shipment = object(vec![("shipmentNumber", must(number(35))), ("deliveryNote", may(number(35)))]);
    let rest = object(vec![
        ("invoiceNumber", must(number(35))),
        ("invoiceDate", may(date())),
        ("orderReference", perhaps(order)),
        ("shipmentReference", perhaps(shipment)),
        ("grossAmount", may(decimal(4, 2))),
        ("discountAmount", may(decimal(2, 2))),
        ("adjustments", perhaps(list(adjustment(), 2))),
        ("paidAmount", must(decimal(4, 2))),
        ("references", perhaps(references(&["customerOrder"]))),
    ]);
    joined(vec![kind, rest])
}

fn adjustment() -> Maybe {
    let amount = (decimal(2, 2), any::<bool>())
        .prop_map(|(amount, is_less)| json!(format!("{}{}", if is_less { "-" } else { "" }, amount.as_str().unwrap())));
    object(vec![
        ("code", must(word(&["1", "3", "4", "5", "ZZZ"]))),
        ("amount", may(amount)),
        ("text", may(text(1, 70))),
        ("number", may(number(35))),
    ])
}
