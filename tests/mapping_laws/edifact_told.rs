//! What reading EDIFACT must tell: dates that the document says otherwise than the message, and schedules of which
//! nobody can know what they mean.

use edigate::base::Severity;
use edigate::mapping::Read;
use serde_json::{Value, json};

use crate::template::{Hands, mapping};
use crate::wire;

fn read(template: &str, body: &str) -> Read {
    let mapping = mapping(template);
    let set = wire::sets(&wire::enveloped(mapping.message(), body)).remove(0);
    Hands { mapping: &mapping, parties: &[] }.read(&set)
}

#[test]
fn a_week_is_its_first_day_and_a_time_of_day_is_left_out_with_an_assumption() {
    let check = |dtm: &str, expect: &str, assumed: &[&str]| {
        let body =
            format!("BGM+220+7+9'DTM+137:20261102:102'NAD+BY+1::92'NAD+SU+2::92'LIN+1++A:IN'QTY+21:5:PCE'{dtm}UNS+S'");
        let read = read("templates/edifact/d96a/order", &body);
        let day = &read.document["lines"][0]["schedules"][0]["requestedDeliveryDate"];
        assert_eq!((day, read.is_usable()), (&json!(expect), true), "{dtm} {:?}", read.findings);
        assert_eq!(read.assumptions, assumed, "{dtm}");
    };
    check("DTM+2:20261116:102'", "2026-11-16", &[]);
    check("DTM+2:202648:616'", "2026-11-23", &["DTM01-2 is a period: its first day taken"]);
    check("DTM+2:202611160800:203'", "2026-11-16", &["DTM01-2 has a time of day, which is left out"]);
}

#[test]
fn payment_days_are_days_or_weeks_and_months_stay_unmapped() {
    let check = |period: &str, days: Value, left: usize| {
        let body = format!("BGM+220+7+9'DTM+137:20261102:102'PAT+1++5:3:{period}'LIN+1++A:IN'QTY+21:5:PCE'UNS+S'");
        let read = read("templates/edifact/d96a/order", &body);
        assert_eq!(read.document["paymentTerms"][0]["days"], days, "{period}");
        assert_eq!(read.unmapped.len(), left, "{period} {:?}", read.unmapped);
    };
    check("D:30", json!(30), 0);
    check("W:2", json!(14), 0);
    check("M:1", Value::Null, 2);
}

/// The errors of a delivery schedule with these segments in its line.
fn schedule_errors(segments: &str) -> Vec<String> {
    let body = format!(
        "BGM+241+7+9'DTM+137:20261103:102'NAD+BY+1::92'NAD+SU+2::92'UNS+D'NAD+CN+3::92'LIN+++A:IN'{segments}UNS+S'"
    );
    let read = read("templates/edifact/d96a/delivery-schedule", &body);
    let errors = read.findings.iter().filter(|one| one.severity >= Severity::Error);
    errors.map(ToString::to_string).collect()
}

#[test]
fn days_of_delivery_and_of_shipment_side_by_side_are_never_one_of_them_in_silence() {
    let check = |second: &str, expect: &str| {
        let errors =
            schedule_errors(&format!("QTY+113:400:PCE'SCC+1'DTM+10:20261109:102'QTY+113:200:PCE'SCC+4++W'{second}"));
        let said = errors.first().map_or("", String::as_str);
        assert!(said.contains(expect) && expect.is_empty() == errors.is_empty(), "{second} {errors:?}");
    };
    check("DTM+10:20261116:102'", "");
    check("DTM+11:20261116:102'", "");
    check("DTM+2:202611160800:203'", "");
    check("DTM+2:20261116:102'", "'2' means delivery, and dateBasis of the document is shipment");
    check("DTM+64:20261116:102'DTM+63:20261122:102'", "'64' means delivery");
}
