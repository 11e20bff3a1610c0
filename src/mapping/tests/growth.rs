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
