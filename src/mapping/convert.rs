//! Values: from the wire's spelling to the document's.

use std::borrow::Cow;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde_json::Value;

use super::program::DateFormat;
use crate::canon::{Decimal, Instant, Kind};
use crate::edi::guide::ElementType;

/// A value that cannot be what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub code: &'static str,
    pub expected: &'static str,
}

const NOT_A_NUMBER: Unfit = Unfit { code: "not-a-number", expected: "a number" };
const NOT_A_WHOLE_NUMBER: Unfit = Unfit { code: "not-a-number", expected: "a whole number" };
const NOT_A_DATE: Unfit = Unfit { code: "not-a-date", expected: "a day of the calendar, CCYYMMDD" };
const NOT_A_TIME: Unfit = Unfit { code: "not-a-time", expected: "a time of day, HHMM or HHMMSS" };

/// Digits that an exponent may add. X12's numbers have at most 18 digits, so no honest one moves the point further.
const MAX_EXPONENT: u32 = 18;

/// A decimal as documents write it: no needless zeros before the point, those behind it kept (decisions: "scale as
/// sent on read").
pub(super) fn decimal(text: &str, element_type: ElementType) -> Result<String, Unfit> {
    match element_type {
        ElementType::N(decimals) => implied(text, u32::from(decimals)),
        // ISO 9735 allows both marks, whatever UNA says.
        ElementType::Numeric if text.contains(',') => explicit(&text.replacen(',', ".", 1)),
        _ => explicit(text),
    }
}

/// A number with its decimal point, and from 005010 on perhaps an exponent (X12.6, "decimal").
fn explicit(text: &str) -> Result<String, Unfit> {
    let (sign, digits) = split_sign(text);
    let (digits, exponent) = match digits.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| NOT_A_NUMBER)?),
        None => (digits, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if exponent.unsigned_abs() > MAX_EXPONENT || (whole.is_empty() && fraction.is_empty()) {
        return Err(NOT_A_NUMBER);
    }
    let shift = exponent.unsigned_abs() as usize;
    let (whole, fraction) = if exponent >= 0 {
        let padded = format!("{fraction:0<shift$}");
        let (moved, rest) = padded.split_at_checked(shift).ok_or(NOT_A_NUMBER)?;
        (format!("{whole}{moved}"), rest.to_owned())
    } else {
        let padded = format!("{whole:0>shift$}");
        let (rest, moved) = padded.split_at_checked(padded.len() - shift).ok_or(NOT_A_NUMBER)?;
        (rest.to_owned(), format!("{moved}{fraction}"))
    };
    joined(sign, &whole, &fraction)
}

/// A whole number whose last digits stand behind the point (X12.6, "numeric": N2 of `143520` is 1435.20).
pub(super) fn implied(text: &str, decimals: u32) -> Result<String, Unfit> {
    let (sign, digits) = split_sign(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NOT_A_WHOLE_NUMBER);
    }
    let decimals = decimals as usize;
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at_checked(padded.len() - decimals).ok_or(NOT_A_NUMBER)?;
    joined(sign, whole, fraction)
}

fn split_sign(text: &str) -> (&'static str, &str) {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

fn joined(sign: &str, whole: &str, fraction: &str) -> Result<String, Unfit> {
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let is_zero = whole == "0" && fraction.bytes().all(|byte| byte == b'0');
    let sign = if is_zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    let text = format!("{sign}{whole}{point}{fraction}");
    text.parse::<Decimal>().map(|_| text).map_err(|_| NOT_A_NUMBER)
}

/// A whole number; `2.00` is one.
pub(super) fn integer(text: &str, element_type: ElementType) -> Result<i64, Unfit> {
    let decimal = decimal(text, element_type).map_err(|_| NOT_A_WHOLE_NUMBER)?;
    let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
    if fraction.bytes().any(|byte| byte != b'0') {
        return Err(NOT_A_WHOLE_NUMBER);
    }
    whole.parse().map_err(|_| NOT_A_WHOLE_NUMBER)
}

/// A day, and whether its century was a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub date: civil::Date,
    pub century_assumed: bool,
}

/// Two-digit years below this are of this century. A fixed line, because reading looks at no clock.
const CENTURY_PIVOT: i16 = 80;

/// Reads a date: eight digits, or six with the century assumed, unless the mapping says how it is written.
pub(super) fn day(text: &str, format: Option<DateFormat>) -> Result<Day, Unfit> {
    let text = text.trim();
    let digits: Cow<'_, str> = match format {
        Some(DateFormat::Iso) if text.len() == 10 => Cow::Owned(text.replace('-', "")),
        Some(DateFormat::Iso) => return Err(NOT_A_DATE),
        Some(DateFormat::Long | DateFormat::Short) | None => Cow::Borrowed(text),
    };
    let fits = match format {
        Some(DateFormat::Short) => digits.len() == 6,
        Some(DateFormat::Long | DateFormat::Iso) => digits.len() == 8,
        None => matches!(digits.len(), 6 | 8),
    };
    if !fits || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NOT_A_DATE);
    }
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<i16>().ok());
    let century_assumed = digits.len() == 6;
    let start = digits.len() - 4;
    let year = number(0..start).map(|year| match century_assumed {
        true if year < CENTURY_PIVOT => 2000 + year,
        true => 1900 + year,
        false => year,
    });
    let small = |range| number(range).and_then(|part| i8::try_from(part).ok());
    let date = match (year, small(start..start + 2), small(start + 2..start + 4)) {
        (Some(year), Some(month), Some(day)) if year > 0 => civil::Date::new(year, month, day).ok(),
        _ => None,
    };
    date.map(|date| Day { date, century_assumed }).ok_or(NOT_A_DATE)
}

/// Reads a time of day: HHMM, HHMMSS, HHMMSSD, HHMMSSDD (X12.6, "time"). Hundredths are dropped.
pub(super) fn time(text: &str) -> Result<civil::Time, Unfit> {
    let text = text.trim();
    if !matches!(text.len(), 4 | 6 | 7 | 8) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NOT_A_TIME);
    }
    let number = |start: usize| text.get(start..start + 2).and_then(|part| part.parse::<i8>().ok()).unwrap_or(0);
    let second = if text.len() >= 6 { number(4) } else { 0 };
    civil::Time::new(number(0), number(2), second, 0).map_err(|_| NOT_A_TIME)
}

/// What a local time became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LocalTime {
    /// RFC 3339 with the zone's offset.
    pub text: String,
    /// The clock showed this time twice, or not at all; the earlier offset was taken.
    pub ambiguous: bool,
}

/// The instant of a local time. In a gap or an overlap the earlier offset is taken (decisions: "time zones").
pub(super) fn instant(date: civil::Date, time: civil::Time, zone: &TimeZone) -> Result<LocalTime, Unfit> {
    let local = zone.to_ambiguous_timestamp(date.to_datetime(time));
    let ambiguous = !matches!(local.offset(), AmbiguousOffset::Unambiguous { .. });
    let timestamp = local.compatible().map_err(|_| NOT_A_DATE)?;
    let text = timestamp.display_with_offset(zone.to_offset(timestamp)).to_string();
    // A year outside RFC 3339's four digits cannot come from eight digits, but the check costs little.
    text.parse::<Instant>().map(|_| LocalTime { text, ambiguous }).map_err(|_| NOT_A_DATE)
}

/// The zone of an X12 time code (element 623). `LT`, the sender's local time, and unknown codes have none of their own.
pub(super) fn zone_of_time_code(code: &str) -> Option<TimeZone> {
    let rules = match code {
        "UT" | "GM" => return Some(TimeZone::UTC),
        "ET" => "EST5EDT,M3.2.0,M11.1.0",
        "CT" => "CST6CDT,M3.2.0,M11.1.0",
        "MT" => "MST7MDT,M3.2.0,M11.1.0",
        "PT" => "PST8PDT,M3.2.0,M11.1.0",
        "AT" => "AKST9AKDT,M3.2.0,M11.1.0",
        "TT" => "AST4ADT,M3.2.0,M11.1.0",
        "NT" => "NST3:30NDT,M3.2.0,M11.1.0",
        "HT" | "HS" => "HST10",
        "ES" => "EST5",
        "ED" => "EDT4",
        "CS" => "CST6",
        "CD" => "CDT5",
        "MS" => "MST7",
        "MD" => "MDT6",
        "PS" => "PST8",
        "PD" => "PDT7",
        "AS" => "AKST9",
        "AD" => "AKDT8",
        "TS" => "AST4",
        "TD" => "ADT3",
        "NS" => "NST3:30",
        "ND" => "NDT2:30",
        _ => return numbered_zone(code),
    };
    TimeZone::posix(rules).ok()
}

/// `01` to `12` are hours ahead of universal time, `13` to `24` are 12 to 1 hours behind it.
fn numbered_zone(code: &str) -> Option<TimeZone> {
    let number: i8 = if code.len() == 2 { code.parse().ok()? } else { return None };
    let hours = match number {
        1..=12 => number,
        13..=24 => number - 25,
        _ => return None,
    };
    jiff::tz::Offset::from_hours(hours).ok().map(TimeZone::fixed)
}

/// A text as a value of this kind, as a mapping file writes constants.
pub(super) fn constant(text: &str, kind: &Kind) -> Option<Value> {
    let value = match kind {
        Kind::Integer => Value::from(text.parse::<i64>().ok()?),
        Kind::Boolean => Value::from(text.parse::<bool>().ok()?),
        _ => Value::from(text),
    };
    crate::canon::fits(&value, kind).then_some(value)
}

/// Whether [`constant`] has a value.
pub(super) fn constant_fits(text: &str, kind: &Kind) -> bool {
    constant(text, kind).is_some()
}

/// Whether the last digit is the check digit of those before it (GS1 General Specifications, section 7.9: weights 3 and
/// 1 from the right).
pub(super) fn has_check_digit(digits: &str) -> bool {
    let weighted = digits.bytes().rev().enumerate().map(|(index, byte)| {
        let weight = if index % 2 == 0 { 1 } else { 3 };
        u32::from(byte.wrapping_sub(b'0')) * weight
    });
    digits.bytes().all(|byte| byte.is_ascii_digit()) && weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_the_scale_of_the_wire() {
        let check = |text: &str, element_type: ElementType, expect: Option<&str>| {
            assert_eq!(decimal(text, element_type).ok().as_deref(), expect, "{text}");
        };
        check("2.45", ElementType::R, Some("2.45"));
        check(".82", ElementType::R, Some("0.82"));
        check("2.4500", ElementType::R, Some("2.4500"));
        check("0500", ElementType::R, Some("500"));
        check("5.", ElementType::R, Some("5"));
        check("-.5", ElementType::R, Some("-0.5"));
        check("+7", ElementType::R, Some("7"));
        check("-0.00", ElementType::R, Some("0.00"));
        check("1.5E3", ElementType::R, Some("1500"));
        check("15E-3", ElementType::R, Some("0.015"));
        check("1.2345E2", ElementType::R, Some("123.45"));
        check("1E18", ElementType::R, Some("1000000000000000000"));
        check("1E19", ElementType::R, None);
        check("143520", ElementType::N(2), Some("1435.20"));
        check("5", ElementType::N(2), Some("0.05"));
        check("-4500", ElementType::N(2), Some("-45.00"));
        check("7", ElementType::N(0), Some("7"));
        check("45.00", ElementType::N(2), None);
        check("1,5", ElementType::R, None);
        check("", ElementType::R, None);
        check(".", ElementType::R, None);
        check("-", ElementType::R, None);
        check("1.2.3", ElementType::R, None);
        check("١", ElementType::R, None);
        check(&"9".repeat(71), ElementType::R, None);
    }

    #[test]
    fn integers_may_have_an_empty_fraction() {
        let check = |text: &str, expect: Option<i64>| assert_eq!(integer(text, ElementType::R).ok(), expect, "{text}");
        check("30", Some(30));
        check("2.00", Some(2));
        check("2.5", None);
        check("9223372036854775807", Some(i64::MAX));
        check("9223372036854775808", None);
    }

    #[test]
    fn dates_are_days_that_exist() {
        let check = |text: &str, format, expect: Option<(&str, bool)>| {
            let read = day(text, format).ok().map(|day| (day.date.to_string(), day.century_assumed));
            assert_eq!(read, expect.map(|(date, assumed)| (date.to_owned(), assumed)), "{text}");
        };
        check("20261116", None, Some(("2026-11-16", false)));
        check("261116", None, Some(("2026-11-16", true)));
        check("991231", None, Some(("1999-12-31", true)));
        check("20260229", None, None);
        check("20261301", None, None);
        check("2026111", None, None);
        check("00000101", None, None);
        check("2026-11-16", None, None);
        check("2026-11-16", Some(DateFormat::Iso), Some(("2026-11-16", false)));
        check("261116", Some(DateFormat::Long), None);
        check("ä61116", None, None);
    }

    #[test]
    fn instants_take_the_earlier_offset_where_the_clock_changes() {
        let zone = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
        let check = |date: &str, clock: &str, expect: &str, ambiguous: bool| {
            let read = instant(day(date, None).unwrap().date, time(clock).unwrap(), &zone).unwrap();
            assert_eq!((read.text.as_str(), read.ambiguous), (expect, ambiguous), "{date} {clock}");
        };
        check("20261115", "1600", "2026-11-15T16:00:00-05:00", false);
        check("20260715", "160030", "2026-07-15T16:00:30-04:00", false);
        check("20261101", "0130", "2026-11-01T01:30:00-04:00", true);
        check("20260308", "0230", "2026-03-08T03:30:00-04:00", true);
        assert!(time("2460").is_err() && time("12").is_err() && time("12:30").is_err());
        assert_eq!(time("12304599").unwrap().to_string(), "12:30:45");
    }

    #[test]
    fn time_codes_have_zones() {
        let check = |code: &str, expect: Option<&str>| {
            let noon = |zone| instant(civil::date(2026, 7, 1), civil::time(12, 0, 0, 0), &zone).unwrap().text;
            let offset = zone_of_time_code(code).map(noon).map(|text| text[19..].to_owned());
            assert_eq!(offset.as_deref(), expect, "{code}");
        };
        check("UT", Some("+00:00"));
        check("ET", Some("-04:00"));
        check("ES", Some("-05:00"));
        check("ED", Some("-04:00"));
        check("PT", Some("-07:00"));
        check("01", Some("+01:00"));
        check("13", Some("-12:00"));
        check("24", Some("-01:00"));
        check("25", None);
        check("LT", None);
        check("", None);
    }

    #[test]
    fn check_digits_are_verified() {
        let check = |digits: &str, fits: bool| assert_eq!(has_check_digit(digits), fits, "{digits}");
        check("00012345678905", true);
        check("00012345678906", false);
        check("4006381333931", true);
        check("003456789000000017", true);
        check("0001234567890A", false);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_conversion_panic(text in "\\PC{0,24}|[0-9.Ee+-]{0,24}") {
            for element_type in [ElementType::R, ElementType::N(0), ElementType::N(9), ElementType::An] {
                decimal(&text, element_type).ok();
                integer(&text, element_type).ok();
            }
            for format in [None, Some(DateFormat::Iso), Some(DateFormat::Short)] {
                day(&text, format).ok();
            }
            time(&text).ok();
            zone_of_time_code(&text);
            has_check_digit(&text);
        }

        #[test]
        fn a_decimal_that_is_read_is_a_decimal_of_ours(text in "-?[0-9]{0,12}\\.?[0-9]{0,6}") {
            if let Ok(read) = decimal(&text, ElementType::R) {
                proptest::prop_assert!(read.parse::<Decimal>().is_ok());
            }
        }
    }
}
