//! What values look like: numbers, dates and times of day.

/// What may part whole numbers from decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing: X12's N.
    None,
    /// A point: X12's R.
    Point,
    /// A point or a comma, whatever the UNA says: EDIFACT's n (ISO 9735-1, 10.1).
    Either,
}

/// Digits, one mark at most, and a minus sign before them.
pub(super) fn is_number(bytes: &[u8], mark: Mark) -> bool {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let (mut marks, mut digits) = (0, 0);
    for byte in unsigned {
        match (byte, mark) {
            (b'0'..=b'9', _) => digits += 1,
            (b'.', Mark::Point | Mark::Either) | (b',', Mark::Either) => marks += 1,
            _ => return false,
        }
    }
    digits > 0 && marks <= 1
}

/// Sign and decimal mark have no length (X12.6, "decimal" and "numeric"; ISO 9735-1, 10.1).
pub(super) fn digits(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// CCYYMMDD; YYMMDD where the element may be six wide, the century not told.
pub(in crate::edi) fn is_date(bytes: &[u8], min: usize) -> bool {
    match (bytes.len(), number(bytes)) {
        (8, Some(date)) => is_day(date / 10_000, date / 100 % 100, date % 100),
        (6, Some(date)) if min <= 6 => is_day(2000 + date / 10_000, date / 100 % 100, date % 100),
        _ => false,
    }
}

/// Whether there is such a day in the Gregorian calendar.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// HHMM, then seconds, then tenths or hundredths.
pub(in crate::edi) fn is_time(bytes: &[u8]) -> bool {
    let (whole, fraction) = bytes.split_at_checked(6).unwrap_or((bytes, b""));
    let is_fraction = fraction.len() <= 2 && fraction.iter().all(u8::is_ascii_digit);
    let is_minute = |time: u32| time / 100 < 24 && time % 100 < 60;
    match (whole.len(), number(whole)) {
        (4, Some(time)) => is_minute(time),
        (6, Some(time)) => is_minute(time / 100) && time % 100 < 60 && is_fraction,
        _ => false,
    }
}

/// At most eight digits as a number.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    let add = |sum: u32, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'));
    if bytes.len() > 8 { None } else { bytes.iter().try_fold(0, add) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |text: &str, whole: bool, decimal: bool, either: bool| {
            let is = |mark| is_number(text.as_bytes(), mark);
            assert_eq!((is(Mark::None), is(Mark::Point), is(Mark::Either)), (whole, decimal, either), "{text}");
        };
        check("12", true, true, true);
        check("-12", true, true, true);
        check(".82", false, true, true);
        check("2.", false, true, true);
        check("-.5", false, true, true);
        check("1,5", false, false, true);
        check("-1,5", false, false, true);
        check("1.000,5", false, false, false);
        check("", false, false, false);
        check("-", false, false, false);
        check(".", false, false, false);
        check("1.2.3", false, false, false);
        check("1E3", false, false, false);
        check("+1", false, false, false);
        check("1-", false, false, false);
    }

    #[test]
    fn dates_and_times() {
        let date = |text: &str, min: usize| is_date(text.as_bytes(), min);
        assert!(date("20261116", 8) && date("20240229", 8) && date("261116", 6) && date("20261116", 6));
        assert!(!date("261116", 8) && !date("20230229", 8) && !date("00000000", 8) && !date("2026111", 6));
        assert!(!date("2026-1-1", 8) && !date("", 6) && !date("19000229", 8) && date("20000229", 8));
        let time = |text: &str| is_time(text.as_bytes());
        assert!(time("0000") && time("2359") && time("235959") && time("2359591") && time("23595999"));
        assert!(
            !time("2400") && !time("12") && !time("12345") && !time("126000") && !time("235959999") && !time("ab00")
        );
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for year in [1, 1900, 2000, 2023, 2024, 9999] {
            for (month, day) in (0..14).flat_map(|month| (0..33).map(move |day| (month, day))) {
                let known = jiff::civil::Date::new(year, month, day).is_ok();
                assert_eq!(is_day(year as u32, month as u32, day as u32), known, "{year}-{month}-{day}");
            }
        }
    }
}
