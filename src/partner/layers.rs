//! A table of a partner file over the one of the same name in its profile.

use std::time::Duration;

use crate::base::Location;
use crate::base::table::{Located, Table, Value};

/// Tables of which the first that has a key decides: the partner file's own, then its profile's.
pub(crate) struct Layers<'t> {
    own: Option<Table<'t>>,
    profile: Option<Table<'t>>,
}

impl<'t> Layers<'t> {
    /// `own` over `profile`; either may be missing.
    pub(crate) fn new(own: Option<Table<'t>>, profile: Option<Table<'t>>) -> Self {
        Self { own, profile }
    }

    /// The value of `key`, with its place. Each table is asked, so that none calls the key unknown.
    pub(crate) fn get<T>(&self, key: &'static str, read: impl Fn(&Value<'t>) -> Option<T>) -> Option<Located<T>> {
        let mut found = None;
        for value in self.own.iter().chain(&self.profile).filter_map(|table| table.value(key)) {
            let read = read(&value).map(|read| Located { value: read, at: value.at() });
            found = found.or(read);
        }
        found
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.get(key, Value::flag).map(|flag| flag.value)
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Clone>(&self, key: &'static str, words: &[(&str, T)]) -> Option<Located<T>> {
        self.get(key, |value| value.one_of(words))
    }

    /// Text that `read` understands.
    pub(crate) fn parsed<T>(&self, key: &'static str, expected: &str, read: fn(&str) -> Option<T>) -> Option<T> {
        self.get(key, |value| value.parsed(expected, read)).map(|text| text.value)
    }

    /// A size in bytes.
    pub(crate) fn size(&self, key: &'static str) -> Option<u64> {
        self.get(key, Value::size).map(|size| size.value)
    }

    /// A duration.
    pub(crate) fn duration(&self, key: &'static str) -> Option<Duration> {
        self.get(key, Value::duration).map(|duration| duration.value)
    }

    /// The tables `key` inside these.
    pub(crate) fn table(&self, key: &'static str) -> Self {
        let inside = |table: &Option<Table<'t>>| table.as_ref()?.table(key);
        Self { own: inside(&self.own), profile: inside(&self.profile) }
    }

    /// Where the partner file's own begins.
    pub(crate) fn at(&self) -> Option<Location> {
        self.own.as_ref().map(Table::at)
    }
}

/// A value, or its default where none is written.
pub(crate) fn word<T: Default>(read: Option<Located<T>>) -> T {
    read.map(|read| read.value).unwrap_or_default()
}
