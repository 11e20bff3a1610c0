//! One written value: reads itself as a type, or says where it stands and what was expected.

use std::fmt;
use std::ops::{Deref, RangeInclusive};
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;
use toml::value::{Date, Datetime};

use super::quantity::{DURATION, SIZE, parse_duration, parse_size};
use super::{Faults, Source, Table};
use crate::base::nearest;
use crate::base::{Diagnostic, Location, Timestamp};

/// Text taken from a file together with where it stands, for faults that only a later look can find.
#[derive(Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// What was read.
    pub value: T,
    /// Where it is written.
    pub at: Location,
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Where everything that is read comes from and everything that is wrong goes to.
#[derive(Clone, Copy)]
pub(super) struct Context<'t> {
    pub(super) source: &'t Source,
    pub(super) faults: &'t Faults,
}

/// A value with its name (`as2.send.retry.give_up_after`) and its place.
#[derive(Clone)]
pub struct Value<'t> {
    pub(super) context: Context<'t>,
    pub(super) name: String,
    pub(super) key_at: std::ops::Range<usize>,
    pub(super) value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Value<'t> {
    /// The key with the tables it stands in: `as2.send.retry.give_up_after`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the value is written.
    pub fn at(&self) -> Location {
        self.context.source.location(self.value.span())
    }

    /// Where the value's key is written: the place to show when the value must not be seen.
    pub fn key_at(&self) -> Location {
        self.context.source.location(self.key_at.clone())
    }

    /// Records a fault of this value.
    pub fn fault(&self, code: &'static str, message: impl Into<String>, expected: impl Into<String>) {
        self.context.faults.add(Diagnostic::error(code, message).at(self.at()).expecting(expected));
    }

    /// Records a fault whose place is the key, because the value must not be shown.
    pub fn fault_unseen(&self, diagnostic: Diagnostic) {
        self.context.faults.add(diagnostic.at(self.key_at()));
    }

    /// The text, if it is one; no fault otherwise. For values whose faults must not show them.
    pub fn as_text(&self) -> Option<&'t str> {
        self.value.get_ref().as_str()
    }

    /// Any text.
    pub fn string(&self) -> Option<Located<String>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(Located { value: text.to_string(), at: self.at() }),
            _ => self.wrong_type("a text in quotes"),
        }
    }

    /// Text that `read` understands; `expected` tells the operator what that would be.
    pub fn parsed<T>(&self, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let DeValue::String(text) = self.value.get_ref() else {
            return self.wrong_type(expected);
        };
        let value = read(text);
        if value.is_none() {
            self.fault("bad-value", format!("'{text}' does not fit '{}'", self.name), expected);
        }
        value
    }

    /// One of a few words.
    pub fn one_of<T: Clone>(&self, words: &[(&str, T)]) -> Option<T> {
        let list = words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let DeValue::String(text) = self.value.get_ref() else {
            return self.wrong_type(&list);
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| word == text) {
            return Some(value.clone());
        }
        let mut fault = Diagnostic::error("not-one-of", format!("'{}' cannot be '{text}'", self.name))
            .at(self.at())
            .expecting(format!("one of {list}"));
        if let Some(word) = nearest(text, words.iter().map(|(word, _)| *word)) {
            fault = fault.hinting(format!("did you mean \"{word}\"?"));
        }
        self.context.faults.add(fault);
        None
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong_type("true or false, without quotes"),
        }
    }

    /// A whole number within `range`.
    pub fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(integer) = self.value.get_ref() else {
            return self.wrong_type(&expected);
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|n| range.contains(n));
        if number.is_none() {
            self.fault("out-of-range", format!("'{}' cannot be {integer}", self.name), expected);
        }
        number
    }

    /// One of a few whole numbers.
    pub fn integer_of(&self, numbers: &[u64]) -> Option<u64> {
        let expected = format!("one of {}", numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        let DeValue::Integer(integer) = self.value.get_ref() else {
            return self.wrong_type(&expected);
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|n| numbers.contains(n));
        if number.is_none() {
            self.fault("not-one-of", format!("'{}' cannot be {integer}", self.name), expected);
        }
        number
    }

    /// A duration: `"76m"`.
    pub fn duration(&self) -> Option<Duration> {
        self.parsed(DURATION, parse_duration)
    }

    /// A size in bytes: `"100MiB"`.
    pub fn size(&self) -> Option<u64> {
        self.parsed(SIZE, parse_size)
    }

    /// A date of TOML's own, without quotes, as the first instant after that day in UTC: "until" includes its day.
    pub fn end_of_date(&self) -> Option<Timestamp> {
        let expected = "a date such as 2027-06-30, without quotes";
        match self.value.get_ref() {
            DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) => end_of_day(*date),
            _ => self.wrong_type(expected),
        }
    }

    /// An instant of TOML's own with its offset, without quotes.
    pub fn instant(&self) -> Option<Timestamp> {
        let expected = "an instant such as 2027-01-08T00:00:00Z, without quotes";
        let DeValue::Datetime(written) = self.value.get_ref() else {
            return self.wrong_type(expected);
        };
        let instant = written.to_string().parse::<jiff::Timestamp>().ok();
        if instant.is_none() {
            self.fault("bad-value", format!("'{}' has no date, time or offset", self.name), expected);
        }
        instant.map(|instant| Timestamp::from_millis(instant.as_millisecond()))
    }

    /// Whether it is a table; no fault otherwise.
    pub fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    /// A table, in square brackets or in braces.
    pub fn table(&self) -> Option<Table<'t>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(Table::new(self.context, self.name.clone(), self.key_at.clone(), table)),
            _ => self.wrong_type("a table"),
        }
    }

    /// Whether it is a list; no fault otherwise.
    pub fn is_list(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    /// The members of a list.
    pub fn list(&self) -> Vec<Value<'t>> {
        let DeValue::Array(list) = self.value.get_ref() else {
            self.wrong_type::<()>("a list in square brackets");
            return Vec::new();
        };
        list.iter()
            .map(|value| Value { context: self.context, name: self.name.clone(), key_at: value.span(), value })
            .collect()
    }

    fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fault("wrong-type", format!("'{}' is {found}", self.name), expected);
        None
    }
}

/// The first instant of the next day in UTC.
fn end_of_day(date: Date) -> Option<Timestamp> {
    let (year, month, day) =
        (i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    let next = jiff::civil::Date::new(year, month, day).ok()?.tomorrow().ok()?;
    let instant = jiff::tz::TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}
