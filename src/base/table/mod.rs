//! A TOML file walked with its places, so that every fault of a file is found in one run.
//!
//! serde stops at the first fault and loses the place of those that need a second look (a file that is missing, a
//! name used twice). Here a file is read by asking a [`Table`] for its keys: each read that fails records a
//! [`Diagnostic`] with line, column and expectation, and answers `None`. A table that goes out of use reports every
//! key nobody asked for, with the nearest one that was: so a walk asks for **all** keys it knows and returns early
//! from nowhere.

mod quantity;
mod source;
mod value;

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::DeTable;

pub use quantity::{parse_duration, parse_percent, parse_size};
pub use source::{Faults, Source};
pub use value::{Located, Value};

use super::nearest;
use super::{Diagnostic, Location, Timestamp};
use value::Context;

/// Syntax faults shown for one file: the first few are real, later ones are mostly their echoes.
const SYNTAX_FAULTS: usize = 5;

/// Reads the TOML of `source` and lets `walk` read its keys. `None` when it is not TOML; all faults go to `faults`.
pub fn read<T>(source: &Source, faults: &Faults, walk: impl FnOnce(&Table<'_>) -> T) -> Option<T> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        let context = Context { source, faults };
        return Some(walk(&Table::new(context, String::new(), 0..0, document.get_ref())));
    }
    faults.extend(errors.iter().take(SYNTAX_FAULTS).map(|error| {
        let at = error.span().map_or_else(|| source.whole(), |span| source.location(span));
        // The parser's sentence names what it wanted and never quotes the text it stumbled over.
        Diagnostic::error("toml-syntax", format!("this is not TOML: {}", error.message())).at(at)
    }));
    None
}

/// The keys of one table. Reports the keys nobody asked for when it is dropped.
pub struct Table<'t> {
    context: Context<'t>,
    name: String,
    span: Range<usize>,
    table: &'t DeTable<'t>,
    asked: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<(&'static str, String)>>,
    open: bool,
}

impl<'t> Table<'t> {
    fn new(context: Context<'t>, name: String, span: Range<usize>, table: &'t DeTable<'t>) -> Self {
        Self { context, name, span, table, asked: RefCell::default(), missing: RefCell::default(), open: false }
    }

    /// Where the table begins: its name; for a whole file, the file.
    pub fn at(&self) -> Location {
        if self.name.is_empty() { self.context.source.whole() } else { self.context.source.location(self.span.clone()) }
    }

    /// The value of `key`, if it is there.
    pub fn value(&self, key: &'static str) -> Option<Value<'t>> {
        self.asked.borrow_mut().push(key);
        self.table.get_key_value(key).map(|(key, value)| self.member(key.get_ref(), key.span(), value))
    }

    /// All keys and values of a table whose keys are names of the operator's choosing, in the order of the file.
    pub fn entries(&mut self) -> Vec<(Located<String>, Value<'t>)> {
        self.open = true;
        let mut all: Vec<_> = self.table.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        all.into_iter()
            .map(|(key, value)| {
                let at = self.context.source.location(key.span());
                (Located { value: key.get_ref().to_string(), at }, self.member(key.get_ref(), key.span(), value))
            })
            .collect()
    }

    /// Any text.
    pub fn string(&self, key: &'static str) -> Option<Located<String>> {
        self.value(key)?.string()
    }

    /// Text that `read` understands; `expected` tells the operator what that would be.
    pub fn parsed<T>(&self, key: &'static str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.value(key)?.parsed(expected, read)
    }

    /// One of a few words.
    pub fn one_of<T: Clone>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.value(key)?.one_of(words)
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        self.value(key)?.flag()
    }

    /// A whole number within `range`.
    pub fn integer(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        self.value(key)?.integer(range)
    }

    /// A duration: `"76m"`.
    pub fn duration(&self, key: &'static str) -> Option<Duration> {
        self.value(key)?.duration()
    }

    /// A size in bytes: `"100MiB"`.
    pub fn size(&self, key: &'static str) -> Option<u64> {
        self.value(key)?.size()
    }

    /// A date, as the instant at which it ends in UTC.
    pub fn end_of_date(&self, key: &'static str) -> Option<Timestamp> {
        self.value(key)?.end_of_date()
    }

    /// An instant.
    pub fn instant(&self, key: &'static str) -> Option<Timestamp> {
        self.value(key)?.instant()
    }

    /// A table inside this one.
    pub fn table(&self, key: &'static str) -> Option<Table<'t>> {
        self.value(key)?.table()
    }

    /// The members of a list; none when the key is absent.
    pub fn list(&self, key: &'static str) -> Vec<Value<'t>> {
        self.value(key).map(|value| value.list()).unwrap_or_default()
    }

    /// The tables of `[[key]]`; none when the key is absent.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'t>> {
        self.list(key).iter().filter_map(Value::table).collect()
    }

    /// Texts of a list; none when the key is absent.
    pub fn strings(&self, key: &'static str) -> Vec<Located<String>> {
        self.list(key).iter().filter_map(Value::string).collect()
    }

    /// Records a fault unless `key` is there. Call it for keys without which the table means nothing.
    pub fn require(&self, key: &'static str, expected: &str) {
        if !self.table.contains_key(key) {
            self.missing.borrow_mut().push((key, expected.to_owned()));
        }
    }

    /// Whether `key` is written, whatever its value.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Records a diagnostic whose place is the table's.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.context.faults.add(diagnostic.at(self.at()));
    }

    /// Records a warning at `key`, when it is there, that it is understood but changes nothing yet.
    pub fn not_yet(&self, key: &'static str, why: &str) {
        if let Some(value) = self.value(key) {
            let warning =
                Diagnostic::warning("not-yet-in-effect", format!("'{}' has no effect yet: {why}", value.name()));
            self.context.faults.add(warning.at(value.key_at()));
        }
    }

    /// Records the same warning only when the value read is another than the one that is in effect.
    pub fn only<T: PartialEq>(&self, key: &'static str, read: Option<T>, in_effect: T, why: &str) {
        if read.is_some_and(|read| read != in_effect) {
            self.not_yet(key, why);
        }
    }

    fn member(&self, key: &str, key_at: Range<usize>, value: &'t toml::Spanned<toml::de::DeValue<'t>>) -> Value<'t> {
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Value { context: self.context, name, key_at, value }
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        let place = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
        let mut missing = self.missing.take();
        if !self.open {
            let mut known = self.asked.take();
            known.sort_unstable();
            known.dedup();
            for (key, _) in self.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
                // A key that is missing because it is misspelt is one fault, not two.
                let absent = known.iter().copied().filter(|known| !self.table.contains_key(*known));
                let near = nearest(key.get_ref(), absent).or_else(|| nearest(key.get_ref(), known.iter().copied()));
                missing.retain(|(name, _)| Some(*name) != near);
                let fault = Diagnostic::error("unknown-key", format!("there is no key '{}'{place}", key.get_ref()))
                    .at(self.context.source.location(key.span()));
                self.context.faults.add(match near {
                    Some(near) => fault.hinting(format!("write '{near}'")),
                    None => fault.expecting(format!("one of {}", known.join(", "))),
                });
            }
        }
        for (key, expected) in missing {
            let fault = Diagnostic::error("missing-key", format!("'{key}' is missing{place}")).at(self.at());
            self.context.faults.add(fault.expecting(expected));
        }
    }
}

#[cfg(test)]
mod tests;
