//! Durations (`"76m"`), sizes (`"100MiB"`) and shares (`"10%"`) as they are written in our TOML files.

use std::time::Duration;

/// What a duration looks like, for an operator.
pub(super) const DURATION: &str = "a duration such as \"30s\", \"76m\", \"5d\" or \"7y\" (units ms, s, m, h, d, w, y)";
/// What a size looks like, for an operator.
pub(super) const SIZE: &str = "a size such as \"64KiB\", \"100MiB\" or \"1GiB\" (units B, KiB, MiB, GiB, TiB)";

/// Reads one or more `number unit` pairs: `"90s"`, `"1h30m"`. A day is 24 hours, a week 7 days, a year 365 days.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    loop {
        let (number, unit, after) = number_and_unit(rest)?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000,
            "y" => 365 * 86_400_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        if after.is_empty() {
            return Some(total);
        }
        rest = after;
    }
}

/// Reads a number of bytes with a binary unit: `"512B"`, `"64KiB"`, `"100MiB"`, `"1GiB"`, `"2TiB"`.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit, after) = number_and_unit(text)?;
    let shift = match unit {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return None,
    };
    (after.is_empty()).then(|| number.checked_mul(1_u64 << shift)).flatten()
}

/// Reads a whole percentage from `"0%"` to `"100%"`.
pub fn parse_percent(text: &str) -> Option<u8> {
    let digits = text.strip_suffix('%')?;
    let number: u8 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    (number <= 100).then_some(number)
}

/// Splits `12MiB…` into 12, `MiB` and what follows.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, rest) = text.split_at_checked(unit_at)?;
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (unit, after) = rest.split_at_checked(end)?;
    Some((digits.parse().ok()?, unit, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(parse_duration(text), seconds.map(Duration::from_secs), "{text}");
        };
        check("76m", Some(76 * 60));
        check("5d", Some(5 * 86_400));
        check("1h30m", Some(5_400));
        check("7y", Some(7 * 365 * 86_400));
        check("0s", Some(0));
        check("", None);
        check("5", None);
        check("m", None);
        check("-5m", None);
        check("5 m", None);
        check("5min", None);
        check("99999999999999999y", None);
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn sizes_and_percentages() {
        let check = |text: &str, bytes: Option<u64>| assert_eq!(parse_size(text), bytes, "{text}");
        check("100MiB", Some(100 << 20));
        check("512B", Some(512));
        check("2TiB", Some(2 << 40));
        check("100MB", None);
        check("100", None);
        check("1.5GiB", None);
        check("1GiB2", None);
        check("99999999TiB", None);
        assert_eq!(parse_percent("10%"), Some(10));
        assert_eq!(parse_percent("100%"), Some(100));
        assert_eq!(parse_percent("101%"), None);
        assert_eq!(parse_percent("+5%"), None);
        assert_eq!(parse_percent("10"), None);
    }
}
