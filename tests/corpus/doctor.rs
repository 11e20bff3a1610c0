//! Files of x12-doctor: each carries one fault, which its name tells.

use edigate::edi::Guides;

use crate::shared::{check, samples};

/// A fault by its name, and the finding that tells it.
const NAMED: &[(&str, &str)] = &[
    ("A02_seCountWrong", "count-wrong"),
    ("A03_controlNumberMismatch", "control-number-differs"),
    ("A05_nonstandardSeparators", "uncustomary-delimiters"),
    ("B01_uomNonstandard", "too-long"),
    ("B02_impliedDecimals", "implied-decimals"),
    ("B03_dateFormatShort", "not-a-date"),
    ("B04_cttMismatch", "control-total"),
    ("D01_hlOrphan", "hierarchy"),
    ("D02_ssccInvalid", "check-digit"),
    ("D04_asnAfterDelivery", "date-order"),
    ("no_trailers", "trailer-missing"),
    ("truncated_mid_segment", "terminator-missing"),
];

#[test]
fn every_fault_that_a_file_is_named_for_is_found() {
    let Some(samples) = samples() else { return };
    let guides = Guides::shipped();
    let doctor = samples.iter().filter(|sample| sample.path.contains("x12-doctor"));
    for sample in doctor {
        let outcome = check(&sample.bytes, &guides);
        let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
        match NAMED.iter().find(|(name, _)| sample.path.contains(name)) {
            Some((_, code)) => assert!(codes.contains(code), "{}: {codes:?}", sample.path),
            // The rest are sound by themselves: their fault is that two of them do not fit together.
            None => assert_eq!(codes, Vec::<&str>::new(), "{}", sample.path),
        }
    }
}
