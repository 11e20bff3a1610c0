//! Remittance advices.

use proptest::prelude::*;
use serde_json::Value;

use super::party::{party, payee};
use super::terms::references;
use super::{
    Maybe, date, decimal, joined, list, may, must, number, object, perhaps, text, unwrapped, word, word_or_other,
};

const REFERENCES: &[&str] =
    &["billOfLading", "deliveryNote", "carrierReference", "quotation", "customerOrder", "promotion", "department"];

const ITEM_REFERENCES: &[&str] = &["carrierReference", "quotation", "customerOrder", "promotion", "department"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    let method = word_or_other("method", "methodCode", &["ach", "wire", "check", "none"], "BOP");
    let payment = object(vec![
        ("paymentNumber", must(number(30))),
        ("paymentReference", may(number(30))),
        ("adviceDate", may(date())),
        ("paymentDate", may(date())),
        ("amount", must(decimal(6, 2))),
        ("currency", may(word(&["USD", "EUR", "CAD"]))),
        ("payer", perhaps(prop_oneof![party(), payee()].boxed())),
        ("payee", perhaps(prop_oneof![party(), payee()].boxed())),
        ("references", perhaps(references(REFERENCES, false))),
        ("items", perhaps(list(item(), 4))),
        ("adjustments", perhaps(list(adjustment(), 2))),
        ("notes", perhaps(notes())),
    ]);
    unwrapped(joined(vec![method, payment]))
}

fn item() -> Maybe {
    let kind =
        word_or_other("documentType", "documentTypeCode", &["invoice", "creditNote", "debitNote", "order"], "BM");
    let order = object(vec![
        ("orderNumber", must(number(30))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ]);
    let shipment = object(vec![
        ("shipmentNumber", may(number(30))),
        ("deliveryNote", may(number(30))),
        ("billOfLading", may(number(30))),
    ]);
    let rest = object(vec![
        ("invoiceNumber", must(number(30))),
        ("invoiceDate", may(date())),
        ("orderReference", perhaps(order)),
        ("shipmentReference", perhaps(shipment)),
        ("grossAmount", may(amount())),
        ("discountAmount", may(decimal(3, 2))),
        ("adjustments", perhaps(list(adjustment(), 2))),
        ("paidAmount", must(amount())),
        ("references", perhaps(references(ITEM_REFERENCES, false))),
        ("notes", perhaps(notes())),
    ]);
    joined(vec![kind, rest])
}

fn adjustment() -> Maybe {
    object(vec![
        ("code", must(word(&["01", "04", "06", "59", "ZZ"]))),
        ("amount", must(amount())),
        ("number", may(number(30))),
        ("text", may(text(1, 80))),
    ])
}

/// What is given, or taken off.
fn amount() -> BoxedStrategy<Value> {
    (decimal(5, 2), any::<bool>())
        .prop_map(|(amount, is_less)| match (amount.as_str(), is_less) {
            (Some(amount), true) => Value::from(format!("-{amount}")),
            _ => amount,
        })
        .boxed()
}

fn notes() -> Maybe {
    let note = object(vec![("text", must(text(1, 80))), ("subject", may(word(&["ADD", "PMT", "GEN"])))]);
    list(note, 2)
}
