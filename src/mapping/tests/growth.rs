//! Four times as much on the wire takes about four times as long: whoever sends a long message does not stop the gateway.

use std::time::{Duration, Instant};

use super::*;

/// Compares the time for a message of this size with that for one of four times the size. What is quadratic takes
/// sixteen times as long; other work on the machine may disturb one attempt, hardly all of them.
fn grows_with_its_size(size: usize, message: impl Fn(usize) -> (Mapping, String)) {
    let time = |size| {
        let (mapping, body) = message(size);
        let start = Instant::now();
        read_with(&mapping, &body, UnlistedCode::Warn);
        start.elapsed()
    };
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (one, four) = (time(size), time(4 * size));
        if four < one * 9 + Duration::from_millis(20) {
            return;
        }
        seen.push((one, four));
    }
    panic!("{seen:?}");
}

#[test]
fn an_element_of_many_components() {
    let rules = "[order.lines.item]\nbuyerPartNumber = 'PO1[BP]'\ndescription = 'REF04-2'";
    grows_with_its_size(2_000, |size| {
        let parts = "A>".repeat(size);
        (compile(&small(rules)).unwrap(), format!("{BEG}PO1*1*5*EA*2.5**BP*A*VP*{parts}~REF*ZZ*Q**{parts}~CTT*1~"))
    });
}

#[test]
fn a_rule_that_looks_around_many_items() {
    let rules = "message = 'x12/004010/850'\ndocument = 'order@1'\n[order]\norderNumber = 'BEG03'\n[order.lines]\n\
                 each = 'PO1'\nlineNumber = 'PO101'\nquantity = { value = 'PO102', unit = 'PO103' }\n\
                 [order.lines.schedules]\neach = 'SCH'\nquantity = 'SCH01'\n\
                 requestedDeliveryDate = '^PO1.DTM02 if DTM01=002'";
    grows_with_its_size(250, |size| {
        let (beside, items) = ("REF*ZZ*1~".repeat(8 * size), "SCH*1*EA~".repeat(size));
        (compile(rules).unwrap(), format!("{BEG}PO1*1*5*EA~{beside}DTM*010*20261102*002~{items}CTT*1~"))
    });
}
