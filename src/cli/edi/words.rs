//! Words for what envelopes say in codes. All of them are our own.

use crate::edi::{Delimiters, Party, Standard, Usage};

use super::excerpt::picture;

/// The control number of an interchange, or its place in the file, from 1, where it has none.
pub(super) fn interchange(control_number: &str, place: u32) -> String {
    if control_number.is_empty() { format!("at place {place}") } else { control_number.to_owned() }
}

/// A party: `01 123456789 (D-U-N-S)`.
pub(super) fn party(party: &Party, standard: Standard) -> String {
    let id = if party.id.is_empty() { "nobody" } else { &party.id };
    let kind = qualifier(&party.qualifier, standard).map(|kind| format!(" ({kind})")).unwrap_or_default();
    let gap = if party.qualifier.is_empty() { "" } else { " " };
    format!("{}{gap}{id}{kind}", party.qualifier)
}

/// What a qualifier of an id stands for (element I05; 0007), where it is one of those that are met.
fn qualifier(qualifier: &str, standard: Standard) -> Option<&'static str> {
    Some(match (standard, qualifier) {
        (Standard::X12, "01") | (Standard::Edifact, "1") => "D-U-N-S number",
        (Standard::X12, "02") => "carrier code",
        (Standard::X12, "04") | (Standard::Edifact, "4") => "IATA code",
        (Standard::X12, "08") => "UCC communications id",
        (Standard::X12, "12") => "phone number",
        (Standard::X12, "14") => "D-U-N-S number and suffix",
        (Standard::X12, "16") => "D-U-N-S+4 number",
        (Standard::X12, "30") => "US tax number",
        (Standard::X12, "ZZ") | (Standard::Edifact, "ZZ" | "ZZZ") => "by agreement",
        (Standard::Edifact, "14") => "GLN",
        _ => return None,
    })
}

/// What a functional group holds (element 479), where it is one of the supported sets.
pub(super) fn functional_group(id: &str) -> Option<&'static str> {
    Some(match id {
        "AG" => "application advices",
        "CA" => "answers to order changes",
        "FA" => "functional acknowledgements",
        "IB" => "inventory advices",
        "IN" => "invoices",
        "PC" => "order changes",
        "PO" => "purchase orders",
        "PR" => "answers to purchase orders",
        "PS" => "planning schedules",
        "RA" => "remittance advices",
        "RC" => "receiving advices",
        "SH" => "shipment notices",
        "SS" => "shipping schedules",
        "TX" => "text messages",
        _ => return None,
    })
}

/// Whether business is meant.
pub(super) fn usage(usage: Usage) -> &'static str {
    match usage {
        Usage::Production => "production",
        Usage::Test => "test",
        Usage::Information => "for information",
        Usage::Unknown => "neither production nor test",
    }
}

/// A date and time as they are sent, the way they are read: `2026-11-02 08:15`.
pub(super) fn moment(date: &str, time: &str) -> String {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    let date = match date.len() {
        6 if digits(date) => format!("20{}-{}-{}", part(date, 0, 2), part(date, 2, 4), part(date, 4, 6)),
        8 if digits(date) => format!("{}-{}-{}", part(date, 0, 4), part(date, 4, 6), part(date, 6, 8)),
        _ => date.to_owned(),
    };
    let time = match time.len() {
        4.. if digits(time) => {
            let seconds = if time.len() >= 6 { format!(":{}", part(time, 4, 6)) } else { String::new() };
            format!("{}:{}{seconds}", part(time, 0, 2), part(time, 2, 4))
        }
        _ => time.to_owned(),
    };
    format!("{date} {time}").trim().to_owned()
}

/// The delimiters in words: `element *  component >  segment ~`.
pub(super) fn delimiters(delimiters: &Delimiters) -> String {
    let named = [
        ("element", Some(delimiters.element)),
        ("component", delimiters.component),
        ("repetition", delimiters.repetition),
        ("release", delimiters.release),
        ("segment", Some(delimiters.terminator)),
    ];
    let one = |(name, byte): (&str, Option<u8>)| Some(format!("{name} {}", picture(delimiters.sent(byte?))));
    named.into_iter().filter_map(one).collect::<Vec<_>>().join("  ")
}

/// The name of a segment of the envelope, which no guide describes.
pub(super) fn service_segment(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "ST" => "transaction set header",
        "SE" => "transaction set trailer",
        "UNH" => "message header",
        "UNT" => "message trailer",
        _ => return None,
    })
}

/// An element of such a segment: its number in the dictionary and its name.
pub(super) fn service_element(tag: &str, element: u32, component: u32) -> Option<(&'static str, &'static str)> {
    Some(match (tag, element, component) {
        ("ST", 1, _) => ("143", "transaction set"),
        ("ST" | "SE", 2, _) => ("329", "control number"),
        ("ST", 3, _) => ("1705", "implementation guide"),
        ("SE", 1, _) => ("96", "number of segments"),
        ("UNH", 1, _) | ("UNT", 2, _) => ("0062", "message reference"),
        ("UNH", 2, 0 | 1) => ("0065", "message type"),
        ("UNH", 2, 2) => ("0052", "version"),
        ("UNH", 2, 3) => ("0054", "release"),
        ("UNH", 2, 4) => ("0051", "agency"),
        ("UNH", 2, 5) => ("0057", "association code"),
        ("UNH", 3, _) => ("0068", "common reference"),
        ("UNT", 1, _) => ("0074", "number of segments"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_meant() {
        let check = |date: &str, time: &str, expect: &str| assert_eq!(moment(date, time), expect);
        check("261102", "0815", "2026-11-02 08:15");
        check("20261102", "081530", "2026-11-02 08:15:30");
        check("2611", "08", "2611 08");
        check("26ä02", "0ä5", "26ä02 0ä5");
        check("", "", "");
    }
}
