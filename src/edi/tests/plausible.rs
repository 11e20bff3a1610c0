//! Totals, check digits, decimal points and dates that cannot be meant.

use super::*;
use crate::edi::guide::shipped;

/// Findings about a set of these segments, as code and place.
fn check(set_id: &str, functional_id: &str, segments: &str, expect: &[&str]) {
    let count = segments.matches('~').count() + 2;
    let isa =
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *261102*0815*U*00401*000000001*0*P*>~";
    let file = format!(
        "{isa}GS*{functional_id}*S*R*20261102*0815*1*X*004010~ST*{set_id}*0001~{segments}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    );
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    let set = loop {
        if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
            break set;
        }
    };
    // The rules look at segments, not at loops: any guide will do.
    let guide = shipped("x12/004010/850").unwrap();
    let codes = ["control-total", "check-digit", "implied-decimals", "date-order"];
    let (_, findings) = structure(&set, &guide);
    let found: Vec<String> = findings
        .iter()
        .filter(|finding| codes.contains(&finding.code.as_str()))
        .map(|finding| {
            let place = finding.place;
            let tag = place.tag.unwrap_or_default();
            let element = place.element.unwrap_or_default();
            format!("{:?} {} {tag}{element:02}", finding.severity, finding.code.as_str())
        })
        .collect();
    assert_eq!(found, expect, "{segments}");
}

#[test]
fn lines_are_counted_where_the_document_counts_them() {
    check("850", "PO", "PO1*1~PO1*2~CTT*2~", &[]);
    check("850", "PO", "PO1*1~PO1*2~CTT*02~", &[]);
    check("850", "PO", "PO1*1~PO1*2~CTT*3~", &["Warning control-total CTT01"]);
    check("850", "PO", "PO1*1~CTT*x~", &[]);
    check("856", "SH", "HL*1**S~HL*2*1*I~LIN**BP*1~CTT*2~", &[]);
    check("856", "SH", "HL*1**S~HL*2*1*I~LIN**BP*1~CTT*1~", &[]);
    check("856", "SH", "HL*1**S~HL*2*1*I~LIN**BP*1~CTT*3~", &["Warning control-total CTT01"]);
    check("820", "RA", "CTT*3~", &[]);
}

#[test]
fn check_digits_are_looked_at_where_a_number_has_one() {
    check("856", "SH", "MAN*GM*006141411234567890~", &[]);
    check("856", "SH", "MAN*GM*00006141411234567890~", &[]);
    check("856", "SH", "MAN*GM*006141411234567891~", &["Warning check-digit MAN02"]);
    check("856", "SH", "MAN*CP*006141411234567891~", &[]);
    check("856", "SH", "MAN*GM*4711~", &[]);
    check("850", "PO", "N1*ST*X*UL*4012345000009~", &[]);
    check("850", "PO", "N1*ST*X*UL*4012345000008~", &["Warning check-digit N104"]);
    check("850", "PO", "N1*ST*X*92*4012345000008~", &[]);
}

#[test]
fn prices_without_a_decimal_point_are_told_and_proved_by_a_total() {
    check("850", "PO", "PO1*1*2*EA*1250~PO1*2*1*EA*725~", &["Info implied-decimals PO104"]);
    check("850", "PO", "PO1*1*2*EA*1250~PO1*2*1*EA*7.25~", &[]);
    check("850", "PO", "PO1*1*2*EA*12~", &[]);
    check("850", "PO", "PO1*1*2*EA~", &[]);
    check("810", "IN", "IT1*1*2*EA*1250~IT1*2*1*EA*725~TDS*3225~", &["Warning implied-decimals IT104"]);
    check("810", "IN", "IT1*1*2*EA*1250~IT1*2*1*EA*725~TDS*322500~", &[]);
    check("810", "IN", "IT1*1*2*EA*1250~IT1*2*1*EA*725~TDS*330000~", &["Info implied-decimals IT104"]);
    check(
        "810",
        "IN",
        "IT1*1*99999999999999999999999999999*EA*99999999999999999999~TDS*1~",
        &["Info implied-decimals IT104"],
    );
}

#[test]
fn a_shipment_does_not_arrive_before_its_notice() {
    check("856", "SH", "BSN*00*1*20261102*0815~DTM*017*20261103~", &[]);
    check("856", "SH", "BSN*00*1*20261102*0815~DTM*017*20261102~", &[]);
    check("856", "SH", "BSN*00*1*20261102*0815~DTM*017*20261101~DTM*017*20261101~", &["Warning date-order BSN03"]);
    check("856", "SH", "BSN*00*1*20261102*0815~DTM*017*261101~", &[]);
    check("856", "SH", "DTM*017*20261101~", &[]);
}
