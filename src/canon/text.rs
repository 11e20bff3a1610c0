//! Texts with a form: decimals, dates and instants, as the canonical documents write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The most characters a decimal may have. X12's longest number has 18 digits, EDIFACT's 35; twice that leaves room
/// for amounts that were multiplied.
pub(crate) const MAX_DECIMAL_LENGTH: usize = 70;

/// A text that has not the form it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFault {
    /// What was wanted, in words fit for an operator.
    pub expected: &'static str,
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for TextFault {}

/// Says whether `text` is a decimal as canonical documents write it: an optional minus, digits without a needless
/// leading zero, and after a point at least one digit. The scale is as sent, so `2.4500` and `2.45` both are.
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= MAX_DECIMAL_LENGTH
        && all_digits(whole)
        && all_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
}

/// Says whether `text` is a day of the calendar written `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Says whether `text` is an instant written as RFC 3339 demands: date, `T`, time, and an offset or `Z`.
pub(crate) fn is_instant(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-+:.TZ".contains(&byte));
    plain && text.as_bytes().get(10) == Some(&b'T') && text.len() >= 20 && text.parse::<jiff::Timestamp>().is_ok()
}

macro_rules! formed_text {
    ($(#[$doc:meta])* $name:ident, $test:path, $expected:literal, $schema:tt) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextFault;

            fn from_str(text: &str) -> Result<Self, TextFault> {
                if $test(text) { Ok(Self(text.to_owned())) } else { Err(TextFault { expected: $expected }) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

formed_text! {
    /// A decimal number as a string, with the scale it was sent with; never a JSON number, which would be a float.
    Decimal, is_decimal, "a decimal in a string, such as \"12.50\"",
    {
        "type": "string",
        "format": "decimal",
        "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
        "maxLength": 70,
        "description": "A decimal number as a string, with the scale it was sent with.",
    }
}

formed_text! {
    /// A day, `YYYY-MM-DD`.
    Date, is_date, "a day of the calendar, such as \"2026-11-16\"",
    {
        "type": "string",
        "format": "date",
        "description": "A day, YYYY-MM-DD.",
    }
}

formed_text! {
    /// An instant, RFC 3339 with an offset.
    Instant, is_instant, "an instant with its offset, such as \"2026-11-16T14:30:00-05:00\"",
    {
        "type": "string",
        "format": "date-time",
        "description": "An instant, RFC 3339 with an offset.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_scale_and_has_one_spelling_of_its_whole_part() {
        let check = |text: &str, fits: bool| assert_eq!(is_decimal(text), fits, "{text}");
        check("0", true);
        check("2.4500", true);
        check("-0.82", true);
        check("1000", true);
        check(".82", false);
        check("007", false);
        check("1.", false);
        check("+1", false);
        check("1e3", false);
        check("", false);
        check("-", false);
        check("1,5", false);
        check(&"9".repeat(MAX_DECIMAL_LENGTH), true);
        check(&"9".repeat(MAX_DECIMAL_LENGTH + 1), false);
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        let check = |text: &str, fits: bool| assert_eq!(is_date(text), fits, "{text}");
        check("2026-11-16", true);
        check("2024-02-29", true);
        check("2026-02-29", false);
        check("20261116", false);
        check("2026-11-16T00:00", false);
    }

    #[test]
    fn an_instant_needs_its_offset() {
        let check = |text: &str, fits: bool| assert_eq!(is_instant(text), fits, "{text}");
        check("2026-11-02T14:15:03Z", true);
        check("2026-11-15T16:00:00-05:00", true);
        check("2026-11-15T16:00:00.120Z", true);
        check("2026-11-15T16:00:00", false);
        check("2026-11-15 16:00:00Z", false);
        check("2026-11-15T16:00:00-05:00[America/New_York]", false);
    }
}
