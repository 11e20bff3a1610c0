//! Law 1: a document that is written without a finding is read as it was.

use std::cell::Cell;

use edigate::canon;
use edigate::mapping::templates;
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

use crate::equal::Equality;
use crate::generate;
use crate::template::{Hands, file, lines, mapping};
use crate::wire;

/// Documents written and read back for each template; `make soak` asks for many more.
const CASES: u32 = 40;

/// A test for each template: its path below mappings/templates, and documents that its message can carry. Nine in ten of
/// them are written without a finding.
macro_rules! holds_for {
    ($($test:ident: $name:literal, $documents:expr;)*) => {
        $(#[test] fn $test() { holds(concat!("templates/", $name), $documents()); })*

        /// Templates with a test of their own.
        const TESTED: &[&str] = &[$(concat!("templates/", $name)),*];
    };
}

holds_for! {
    x12_004010_order: "x12/004010/order", generate::order::documents;
    x12_005010_order: "x12/005010/order", generate::order::documents;
    x12_004010_order_response: "x12/004010/order-response", generate::order_response::documents;
    x12_005010_order_response: "x12/005010/order-response", generate::order_response::documents;
    x12_004010_shipment_notice: "x12/004010/shipment-notice", generate::shipment_notice::documents;
    x12_005010_shipment_notice: "x12/005010/shipment-notice", generate::shipment_notice::documents;
    x12_004010_invoice: "x12/004010/invoice", generate::invoice::documents;
    x12_005010_invoice: "x12/005010/invoice", generate::invoice::documents_with_a_mode;
    edifact_d96a_order: "edifact/d96a/order", generate::edifact::orders;
    edifact_d96a_order_response: "edifact/d96a/order-response", generate::edifact::order_responses;
    edifact_d96a_shipment_notice: "edifact/d96a/shipment-notice", generate::edifact::shipment_notices;
    edifact_d96a_invoice: "edifact/d96a/invoice", generate::edifact::invoices;
    edifact_d01b_order: "edifact/d01b/order", generate::edifact::orders;
    edifact_d01b_order_response: "edifact/d01b/order-response", generate::edifact::order_responses;
    edifact_d01b_shipment_notice: "edifact/d01b/shipment-notice", generate::edifact::shipment_notices;
    edifact_d01b_invoice: "edifact/d01b/invoice", generate::edifact::invoices;
    x12_004010_order_change: "x12/004010/order-change", generate::order_change::documents;
    x12_005010_order_change: "x12/005010/order-change", generate::order_change::documents;
    x12_004010_order_change_request: "x12/004010/order-change-request", generate::order_change::requests;
    x12_005010_order_change_request: "x12/005010/order-change-request", generate::order_change::requests;
    x12_004010_order_change_response: "x12/004010/order-change-response", generate::order_response::answers_to_changes;
    x12_005010_order_change_response: "x12/005010/order-change-response", generate::order_response::answers_to_changes;
    x12_004010_delivery_schedule: "x12/004010/delivery-schedule", generate::delivery_schedule::documents;
    x12_005010_delivery_schedule: "x12/005010/delivery-schedule", generate::delivery_schedule::documents;
    x12_004010_shipping_schedule: "x12/004010/shipping-schedule", generate::delivery_schedule::calls;
    x12_005010_shipping_schedule: "x12/005010/shipping-schedule", generate::delivery_schedule::calls;
    x12_004010_remittance_advice: "x12/004010/remittance-advice", generate::remittance_advice::documents;
    x12_005010_remittance_advice: "x12/005010/remittance-advice", generate::remittance_advice::documents;
    x12_004010_inventory_report: "x12/004010/inventory-report", generate::inventory_report::documents;
    x12_005010_inventory_report: "x12/005010/inventory-report", generate::inventory_report::documents;
    x12_004010_receiving_advice: "x12/004010/receiving-advice", generate::receiving_advice::documents;
    x12_005010_receiving_advice: "x12/005010/receiving-advice", generate::receiving_advice::documents;
    x12_004010_application_advice: "x12/004010/application-advice", generate::application_advice::documents;
    x12_005010_application_advice: "x12/005010/application-advice", generate::application_advice::documents;
    edifact_d96a_delivery_schedule: "edifact/d96a/delivery-schedule", generate::edifact_delivery_schedule::documents;
    edifact_d96a_just_in_time_delivery: "edifact/d96a/just-in-time-delivery", generate::edifact_just_in_time_delivery::documents;
    edifact_d96a_order_change: "edifact/d96a/order-change", generate::edifact_order_change::documents;
    edifact_d96a_remittance_advice: "edifact/d96a/remittance-advice", generate::edifact_remittance_advice::documents;
    edifact_d96a_receiving_advice: "edifact/d96a/receiving-advice", generate::edifact_receiving_advice::documents;
    edifact_d96a_inventory_report: "edifact/d96a/inventory-report", generate::edifact_inventory_report::documents;
    edifact_d96a_application_advice: "edifact/d96a/application-advice", generate::edifact_application_advice::documents;
}

#[test]
fn every_template_that_writes_has_a_test_here() {
    let is_whole = |name: &&str| file(name).is_some_and(|text| text.lines().any(|line| line.starts_with("message")));
    let untested = templates().filter(is_whole).filter(|name| !TESTED.contains(name));
    let untested: Vec<_> = untested.filter(|name| mapping(name).ways().write).collect();
    assert_eq!(untested, Vec::<&str>::new());
}

/// `EDIGATE_VERBOSE` shows the documents that are written with findings, `EDIGATE_CASES` says how many are made.
fn holds(name: &str, documents: BoxedStrategy<Value>) {
    let is_verbose = std::env::var_os("EDIGATE_VERBOSE").is_some();
    let cases = std::env::var("EDIGATE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    let mapping = mapping(name);
    let equality = Equality::of(name);
    let hands = Hands { mapping: &mapping, parties: &[] };
    let (clean, all) = (Cell::new(0_u32), Cell::new(0_u32));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&documents, |document| {
        let fail = |why: String| Err(TestCaseError::fail(format!("{why}\n{document:#}")));
        let faults = canon::check(&document, mapping.document().name);
        if !faults.is_empty() {
            return fail(format!("the generator made no {}: {}", mapping.document().name, lines(&faults)));
        }
        let written = hands.write(&document);
        all.set(all.get() + 1);
        if !written.findings.is_empty() {
            if is_verbose {
                println!(
                    "{document}\n{}{}",
                    wire::shown(mapping.message(), &written.segments),
                    lines(&written.findings)
                );
            }
            return Ok(());
        }
        clean.set(clean.get() + 1);
        let read = hands.read_back(&written);
        let derived: Vec<String> = read.derived.iter().map(|one| one.path.clone()).collect();
        let found = equality.differences(&document, &read.document, &derived);
        match found.is_empty() {
            true => Ok(()),
            false => fail(format!("{}\n{}", found.join("\n"), wire::shown(mapping.message(), &written.segments))),
        }
    });
    if let Err(failure) = outcome {
        panic!("{name}: {failure}");
    }
    println!("{name}: {} of {} documents written without a finding", clean.get(), all.get());
    assert!(clean.get() * 10 >= all.get() * 9, "{name}: {} of {}", clean.get(), all.get());
}
