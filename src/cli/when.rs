//! Times as people type them.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::Timestamp;
use crate::base::table::parse_duration;

/// An instant, a day in the local zone, `today`, `yesterday`, or a span before `now` such as `24h`.
pub(super) fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    parse_in(text, now, &TimeZone::system())
}

fn parse_in(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    if let Some(span) = parse_duration(text) {
        return Some(now.before(span));
    }
    let today = zone.to_datetime(now.to_jiff()).date();
    let day = match text {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        other => other.parse::<Date>().ok()?,
    };
    let begins = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp::from_millis(begins.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        let now: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        let check = |text: &str, expect: Option<&str>| {
            let found = parse_in(text, now, &TimeZone::UTC).map(|at| at.to_string());
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("2026-11-02T14:15:03Z", Some("2026-11-02T14:15:03.000Z"));
        check("2026-11-02", Some("2026-11-02T00:00:00.000Z"));
        check("today", Some("2026-11-24T00:00:00.000Z"));
        check("yesterday", Some("2026-11-23T00:00:00.000Z"));
        check("24h", Some("2026-11-23T16:00:00.000Z"));
        check("7d", Some("2026-11-17T16:00:00.000Z"));
        check("soon", None);
    }
}
