//! Dates, times and periods of EDIFACT (2380), written as the code beside them says (2379).

use super::value::{is_date, is_day, number};

/// Codes of 2379 and how they have a value written. A code that is not here may be written in any way.
///
/// `Y` is the year, `M` the month, `D` the day, `H` the hour, `N` the minute, `S` the second, `W` the week, `J` the day of
/// the year, `Q` the quarter, `Z` a time zone, `+` its sign. Periods are two of them, with or without a hyphen between.
const FORMATS: &[(&str, &str)] = &[
    ("101", "YYMMDD"),
    ("102", "YYYYMMDD"),
    ("105", "YYJJJ"),
    ("106", "MMDD"),
    ("107", "JJJ"),
    ("108", "WW"),
    ("109", "MM"),
    ("110", "DD"),
    ("201", "YYMMDDHHNN"),
    ("202", "YYMMDDHHNNSS"),
    ("203", "YYYYMMDDHHNN"),
    ("204", "YYYYMMDDHHNNSS"),
    ("205", "YYYYMMDDHHNN+HHNN"),
    ("301", "YYMMDDHHNNZZZ"),
    ("303", "YYYYMMDDHHNNZZZ"),
    ("304", "YYYYMMDDHHNNSSZZZ"),
    ("401", "HHNN"),
    ("402", "HHNNSS"),
    ("404", "HHNNSSZZZ"),
    ("501", "HHNN-HHNN"),
    ("602", "YYYY"),
    ("608", "YYYYQ"),
    ("609", "YYMM"),
    ("610", "YYYYMM"),
    ("615", "YYWW"),
    ("616", "YYYYWW"),
    ("702", "YYYYWW-YYYYWW"),
    ("710", "YYYYMM-YYYYMM"),
    ("713", "YYMMDDHHNN-YYMMDDHHNN"),
    ("715", "YYWW-YYWW"),
    ("716", "YYYYWW-YYYYWW"),
    ("717", "YYMMDD-YYMMDD"),
    ("718", "YYYYMMDD-YYYYMMDD"),
    ("719", "YYYYMMDDHHNN-YYYYMMDDHHNN"),
];

/// How a code of 2379 has a value written, in letters for people: `CCYYMMDDHHMM`.
pub(super) fn written(code: &str) -> Option<String> {
    let (_, pattern) = FORMATS.iter().find(|(known, _)| *known == code)?;
    Some(pattern.replace("YYYY", "CCYY").replace('N', "M").replace('J', "D"))
}

/// Whether a value is written as its code says.
pub(super) fn fits(code: &[u8], value: &[u8]) -> bool {
    // Nearly all are plain dates.
    if code == b"102" {
        return value.len() == 8 && is_date(value, 8);
    }
    match FORMATS.iter().find(|(known, _)| known.as_bytes() == code) {
        Some((_, pattern)) => pattern_fits(pattern.as_bytes(), value),
        None => true,
    }
}

fn pattern_fits(pattern: &[u8], value: &[u8]) -> bool {
    let Some(hyphen) = pattern.iter().position(|letter| *letter == b'-') else { return one_fits(pattern, value) };
    let (from, until) = (pattern.get(..hyphen).unwrap_or_default(), pattern.get(hyphen + 1..).unwrap_or_default());
    let Some((first, rest)) = value.split_at_checked(from.len()) else { return false };
    one_fits(from, first) && one_fits(until, rest.strip_prefix(b"-").unwrap_or(rest))
}

fn one_fits(pattern: &[u8], value: &[u8]) -> bool {
    if pattern.len() != value.len() {
        return false;
    }
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = value;
    for letters in pattern.chunk_by(|one, next| one == next) {
        let Some((field, behind)) = rest.split_at_checked(letters.len()) else { return false };
        rest = behind;
        let number = number(field);
        let within = |least: u32, most: u32| number.is_some_and(|number| (least..=most).contains(&number));
        let is_right = match letters.first() {
            Some(b'Y') => {
                year = number.map(|year| if letters.len() == 2 { 2000 + year } else { year });
                year.is_some()
            }
            Some(b'M') => {
                month = number;
                within(1, 12)
            }
            Some(b'D') => {
                day = number;
                within(1, 31)
            }
            Some(b'H') => within(0, 23),
            Some(b'N' | b'S') => within(0, 59),
            Some(b'W') => within(1, 53),
            Some(b'J') => within(1, 366),
            Some(b'Q') => within(1, 4),
            Some(b'+') => matches!(field, b"+" | b"-"),
            _ => field.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-')),
        };
        if !is_right {
            return false;
        }
    }
    // Without a year any 29th of February may be.
    match (month, day) {
        (Some(month), Some(day)) => is_day(year.unwrap_or(2000), month, day),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_as_its_code_says() {
        let check = |code: &str, value: &str, expect: bool| {
            assert_eq!(fits(code.as_bytes(), value.as_bytes()), expect, "{code} {value}");
        };
        check("102", "20261116", true);
        check("102", "261116", false);
        check("102", "20261316", false);
        check("102", "20230229", false);
        check("102", "2026-1-1", false);
        check("101", "240229", true);
        check("101", "20240229", false);
        check("106", "0229", true);
        check("106", "0230", false);
        check("105", "26366", true);
        check("105", "26367", false);
        check("203", "202611160930", true);
        check("203", "202611162400", false);
        check("203", "20261116", false);
        check("204", "20261116093059", true);
        check("204", "20261116093060", false);
        check("205", "202611160930+0100", true);
        check("205", "202611160930Z0100", false);
        check("303", "202611160930UTC", true);
        check("303", "202611160930+01", true);
        check("303", "202611160930", false);
        check("304", "20261116093000UTC", true);
        check("401", "2359", true);
        check("401", "2360", false);
        check("501", "08001700", true);
        check("501", "0800-1700", true);
        check("501", "0800-17", false);
        check("608", "20264", true);
        check("608", "20265", false);
        check("610", "202611", true);
        check("610", "202613", false);
        check("616", "202653", true);
        check("616", "202654", false);
        check("718", "2026111620261123", true);
        check("718", "20261116-20261123", true);
        check("718", "20261116", false);
        check("718", "2026111", false);
        check("999", "whatever", true);
        check("", "whatever", true);
    }

    #[test]
    fn people_are_told_with_the_letters_they_know() {
        let check = |code: &str, expect: Option<&str>| assert_eq!(written(code).as_deref(), expect);
        check("102", Some("CCYYMMDD"));
        check("203", Some("CCYYMMDDHHMM"));
        check("105", Some("YYDDD"));
        check("718", Some("CCYYMMDD-CCYYMMDD"));
        check("999", None);
    }
}
