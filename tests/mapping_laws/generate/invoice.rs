//! Invoices.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::party::{identifier, parties, party};
use super::terms::{allowances_charges, by_sea, delivery_terms, payment_terms, references, taxes, transport};
use super::{
    Maybe, date, decimal, goods, instant, joined, list, may, must, number, object, perhaps, quantity, text, unit,
    unwrapped, word, word_or_other,
};

const REFERENCES: &[&str] = &["carrierReference", "quotation", "requisition", "promotion", "department"];

pub(crate) fn documents() -> BoxedStrategy<Value> {
    invoices()
}

/// From 005010 on CAD01 is mandatory: who names a carrier names the mode of transport.
pub(crate) fn documents_with_a_mode() -> BoxedStrategy<Value> {
    invoices()
        .prop_map(|mut invoice| {
            if let Some(transport) = invoice.get_mut("transport").filter(|transport| transport.get("mode").is_none()) {
                transport["mode"] = Value::from("road");
            }
            invoice
        })
        .boxed()
}

fn invoices() -> BoxedStrategy<Value> {
    (unwrapped(head()), proptest::collection::vec(line(), 1..=3))
        .prop_map(|(mut head, mut lines)| {
            // A line that says nothing of the order is about that of the head.
            let order = head["orderReference"]["orderNumber"].clone();
            for line in &mut lines {
                if line["orderReference"].get("orderNumber").is_none() && !order.is_null() {
                    line["orderReference"]["orderNumber"] = order.clone();
                }
            }
            head["lines"] = Value::from(lines);
            head
        })
        .boxed()
}

fn head() -> Maybe {
    let kind =
        word_or_other("invoiceType", "invoiceTypeCode", &["invoice", "creditNote", "debitNote", "prepayment"], "ZX");
    let purpose = word_or_other("purpose", "purposeCode", &["original", "cancel", "replace", "duplicate"], "18");
    let note = object(vec![("text", must(text(1, 80))), ("subject", must(word(&["GEN", "INV", "PMT"])))]);
    let order = object(vec![
        ("orderNumber", must(number(22))),
        ("orderDate", may(date())),
        ("releaseNumber", may(number(30))),
        ("supplierOrderNumber", may(number(30))),
    ]);
    let shipment = object(vec![
        ("shipmentNumber", may(number(30))),
        ("deliveryNote", may(number(30))),
        ("billOfLading", may(number(30))),
    ]);
    let mut members = vec![
        ("invoiceNumber", must(number(22))),
        ("invoiceDate", must(date())),
        ("currency", must(word(&["USD", "EUR"]))),
        ("period", perhaps(object(vec![("from", may(date())), ("to", may(date()))]))),
        ("precedingInvoice", perhaps(object(vec![("invoiceNumber", must(number(30)))]))),
        ("orderReference", perhaps(order)),
        ("contractNumber", may(number(30))),
        ("shipmentReference", perhaps(shipment)),
        ("references", perhaps(references(REFERENCES, false))),
        ("shippedAt", may(instant())),
        ("deliveryDate", may(date())),
        ("deliveryTerms", perhaps(delivery_terms())),
        ("transport", perhaps(by_sea(transport(false)))),
        ("paymentTerms", perhaps(payment_terms())),
        ("allowancesCharges", perhaps(allowances_charges(2))),
        ("taxSummary", perhaps(taxes(2))),
        ("notes", perhaps(list(note, 2))),
        ("totals", perhaps(object(vec![("quantity", perhaps(quantity(0))), ("weight", perhaps(shipped_weight()))]))),
    ];
    members.extend(parties());
    joined(vec![perhaps(kind), perhaps(purpose), object(members)])
}

fn shipped_weight() -> Maybe {
    object(vec![("gross", must(decimal(3, 1))), ("unit", must(word(&["KGM", "LBR"])))])
}

fn line() -> BoxedStrategy<Value> {
    unit()
        .prop_flat_map(|unit| {
            let own = unit.clone();
            let order = object(vec![
                ("orderNumber", may(number(22))),
                ("lineNumber", must(number(10))),
                ("releaseNumber", may(number(30))),
            ]);
            let shipment = object(vec![("shipmentNumber", may(number(30))), ("deliveryNote", may(number(30)))]);
            let place = (decimal(2, 0), unwrapped(identifier())).prop_map(|(quantity, identifier)| {
                Some(json!({"quantity": quantity, "shipTo": {"identifiers": [identifier]}}))
            });
            let lot = object(vec![("lotNumber", must(number(20)))]);
            let rest = object(vec![
                ("lineNumber", must(number(10))),
                ("orderReference", must(unwrapped(order))),
                ("shipmentReference", perhaps(shipment)),
                ("item", must(unwrapped(goods::item()))),
                ("invoicedQuantity", must(decimal(3, 1).prop_map(move |value| json!({"value": value, "unit": own})))),
                ("orderedQuantity", perhaps(quantity(0))),
                ("shippedQuantity", perhaps(quantity(0))),
                ("price", must(unwrapped(goods::whole_price(&unit)))),
                ("otherPrices", perhaps(goods::other_prices())),
                ("shippedAt", may(instant())),
                ("deliveryDate", may(date())),
                ("shipTo", perhaps(party())),
                ("deliveries", perhaps(list(place.boxed(), 3))),
                ("lots", perhaps(list(lot, 2))),
                ("serialNumbers", perhaps(list(must(number(20)), 3))),
                ("packaging", perhaps(goods::packaging())),
                ("components", perhaps(goods::components(true))),
                ("allowancesCharges", perhaps(allowances_charges(2))),
                ("taxes", perhaps(taxes(2))),
                ("references", perhaps(references(REFERENCES, false))),
            ]);
            unwrapped(rest)
        })
        .boxed()
}
