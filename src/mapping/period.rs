//! EDIFACT's dates and times (2380), written as the code beside them says (2379).

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::convert::{self, Day, Unfit};

/// What stands in a 2380.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    Day(Day),
    /// A time of a day, and the zone that the value itself names.
    Time {
        day: Day,
        time: civil::Time,
        zone: Option<TimeZone>,
    },
}

const NOT_A_FORMAT: Unfit = Unfit {
    code: "not-a-date",
    expected: "a date or time whose code (2379) is one of 101, 102, 201 to 205, 301 to 304",
};
const NOT_A_ZONE: Unfit =
    Unfit { code: "not-a-zone", expected: "a time zone of three letters or hours ahead, such as UTC, CET or +01" };
const NOT_A_SPAN: Unfit =
    Unfit { code: "not-a-date", expected: "a period as its code (2379) says, such as CCYYMMDDCCYYMMDD by 718" };

/// Reads a date or time. Without a code its length says how it is written.
pub(super) fn moment(text: &str, code: &str) -> Result<Moment, Unfit> {
    let text = text.trim();
    let code = match (code, text.len()) {
        ("", 6) => "101",
        ("", 8) => "102",
        ("", 12) => "203",
        ("", 14) => "204",
        (code, _) => code,
    };
    let (date, time, zone) = match code {
        "101" => (6, 0, ""),
        "102" => (8, 0, ""),
        "201" => (6, 4, ""),
        "202" => (6, 6, ""),
        "203" => (8, 4, ""),
        "204" => (8, 6, ""),
        "205" => (8, 4, "offset"),
        "301" => (6, 4, "name"),
        "303" => (8, 4, "name"),
        "304" => (8, 6, "name"),
        _ => return Err(NOT_A_FORMAT),
    };
    let cut = |from: usize, until: usize| text.get(from..until).ok_or(NOT_A_FORMAT);
    let day = convert::day(cut(0, date)?, None)?;
    let rest = cut(date + time, text.len())?;
    if time == 0 {
        return if rest.is_empty() { Ok(Moment::Day(day)) } else { Err(NOT_A_FORMAT) };
    }
    let zone = match zone {
        "" if rest.is_empty() => None,
        "offset" => Some(offset(rest).ok_or(NOT_A_ZONE)?),
        "name" => Some(named(rest).ok_or(NOT_A_ZONE)?),
        _ => return Err(NOT_A_FORMAT),
    };
    Ok(Moment::Time { day, time: convert::time(cut(date, date + time)?)?, zone })
}

/// `+0100`
fn offset(text: &str) -> Option<TimeZone> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits = text.get(1..).filter(|digits| digits.len() == 4)?;
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..)?.parse().ok()?;
    Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok().map(TimeZone::fixed)
}

/// A zone by its usual three letters, or by the hours it is ahead: `+01`. A fixed offset, as a clock on the wall would
/// be called.
fn named(name: &str) -> Option<TimeZone> {
    if name.len() == 3 && name.starts_with(['+', '-']) {
        return offset(&format!("{name}00"));
    }
    let hours = match name {
        "UTC" | "GMT" | "WET" => 0,
        "CET" | "MEZ" | "BST" => 1,
        "EET" => 2,
        "EST" => -5,
        "EDT" | "AST" => -4,
        "CST" => -6,
        "CDT" => -5,
        "MST" => -7,
        "MDT" => -6,
        "PST" => -8,
        "PDT" => -7,
        _ => return None,
    };
    Offset::from_hours(hours).ok().map(TimeZone::fixed)
}

/// The first and the last day of a period, which may be one day.
pub(super) fn span(text: &str, code: &str) -> Result<(Day, Day), Unfit> {
    let digits: String = text.trim().chars().filter(|character| *character != '-').collect();
    let number = |from: usize, until: usize| digits.get(from..until).and_then(|part| part.parse::<i16>().ok());
    let day = |date: civil::Date| Day { date, century_assumed: false };
    let bound = |first: Option<civil::Date>, last: Option<civil::Date>| match (first, last) {
        (Some(first), Some(last)) => Ok((day(first), day(last))),
        _ => Err(NOT_A_SPAN),
    };
    match (code, digits.len()) {
        ("602", 4) => {
            let year = number(0, 4).unwrap_or_default();
            bound(civil::Date::new(year, 1, 1).ok(), civil::Date::new(year, 12, 31).ok())
        }
        ("610", 6) => {
            let month = number(4, 6).and_then(|month| i8::try_from(month).ok()).unwrap_or_default();
            let first = civil::Date::new(number(0, 4).unwrap_or_default(), month, 1).ok();
            bound(first, first.map(civil::Date::last_of_month))
        }
        ("616", 6) => {
            let week = number(4, 6).and_then(|week| i8::try_from(week).ok()).unwrap_or_default();
            let week = |day| civil::ISOWeekDate::new(number(0, 4).unwrap_or_default(), week, day).ok();
            bound(week(civil::Weekday::Monday).map(Into::into), week(civil::Weekday::Sunday).map(Into::into))
        }
        ("711" | "718", 16) | ("717", 12) => {
            let (first, last) = digits.split_at_checked(digits.len() / 2).ok_or(NOT_A_SPAN)?;
            Ok((convert::day(first, None)?, convert::day(last, None)?))
        }
        ("602" | "610" | "616" | "711" | "717" | "718", _) => Err(NOT_A_SPAN),
        _ => moment(text, code).map(|(Moment::Day(day) | Moment::Time { day, .. })| (day, day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_as_their_code_says() {
        let check = |text: &str, code: &str, expect: Option<&str>| {
            let shown = moment(text, code).ok().map(|moment| match moment {
                Moment::Day(day) => day.date.to_string(),
                Moment::Time { day, time, zone } => {
                    let zone = zone.unwrap_or(TimeZone::UTC);
                    convert::instant(day.date, time, &zone).unwrap().text
                }
            });
            assert_eq!(shown.as_deref(), expect, "{text} by {code}");
        };
        check("20261116", "102", Some("2026-11-16"));
        check("261116", "101", Some("2026-11-16"));
        check("20261116", "", Some("2026-11-16"));
        check("202611161430", "203", Some("2026-11-16T14:30:00+00:00"));
        check("20261116143015", "204", Some("2026-11-16T14:30:15+00:00"));
        check("2611161430", "201", Some("2026-11-16T14:30:00+00:00"));
        check("202611161430+0130", "205", Some("2026-11-16T14:30:00+01:30"));
        check("202611161430CET", "303", Some("2026-11-16T14:30:00+01:00"));
        check("20261116143015EST", "304", Some("2026-11-16T14:30:15-05:00"));
        check("202611161430+01", "303", Some("2026-11-16T14:30:00+01:00"));
        check("202611161430-05", "303", Some("2026-11-16T14:30:00-05:00"));
        check("202611161430+1", "303", None);
        check("202611161430XYZ", "303", None);
        check("20261116", "203", None);
        check("202611161430", "102", None);
        check("20261316", "102", None);
        check("202645", "616", None);
        check("ä0261116", "102", None);
        check("", "", None);
    }

    #[test]
    fn periods_have_a_first_and_a_last_day() {
        let check = |text: &str, code: &str, expect: Option<(&str, &str)>| {
            let shown = span(text, code).ok().map(|(first, last)| (first.date.to_string(), last.date.to_string()));
            let shown = shown.as_ref().map(|(first, last)| (first.as_str(), last.as_str()));
            assert_eq!(shown, expect, "{text} by {code}");
        };
        check("2026110120261130", "718", Some(("2026-11-01", "2026-11-30")));
        check("20261101-20261130", "711", Some(("2026-11-01", "2026-11-30")));
        check("261101261130", "717", Some(("2026-11-01", "2026-11-30")));
        check("202602", "610", Some(("2026-02-01", "2026-02-28")));
        check("202653", "616", Some(("2026-12-28", "2027-01-03")));
        check("2026", "602", Some(("2026-01-01", "2026-12-31")));
        check("20261116", "102", Some(("2026-11-16", "2026-11-16")));
        check("202611161430", "203", Some(("2026-11-16", "2026-11-16")));
        check("202613", "610", None);
        check("202554", "616", None);
        check("20261101", "718", None);
        check("ä0261101", "718", None);
    }
}
