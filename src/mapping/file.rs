//! A mapping file as written: TOML with the line and column of every key and value, in the order of the file.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::{Diagnostic, Location};

/// The longest mapping file read; the longest of ours has a fiftieth of it.
const MAX_FILE: usize = 1 << 20;

/// A place in a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Path as the operator knows it.
    pub file: Arc<str>,
    /// Line from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Spot {
    pub(super) fn location(&self) -> Location {
        Location {
            file: Some(self.file.to_string()),
            line: Some(self.line),
            column: Some(self.column),
            ..Location::default()
        }
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub at: Spot,
    pub value: Value,
}

/// What a mapping file may hold.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(Text),
    Flag(bool),
    Integer(i64),
    List(Vec<Node>),
    Table(Table),
    /// A TOML type the mapping language has no use for, by name.
    Foreign(&'static str),
}

/// A string, and where its first character stands when the file writes it without escapes.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub text: String,
    /// Characters between the node's place and the first character of the text; absent in an escaped or multi-line
    /// string, where offsets cannot be told.
    indent: Option<u32>,
}

impl Node {
    /// The place `offset` bytes into a text; the node's own place where that cannot be told.
    pub(super) fn spot_in(&self, offset: usize) -> Spot {
        let Value::Text(Text { text, indent: Some(indent) }) = &self.value else { return self.at.clone() };
        let characters = text.get(..offset).unwrap_or(text).chars().count();
        let column = self.at.column.saturating_add(*indent).saturating_add(u32::try_from(characters).unwrap_or(0));
        Spot { column, ..self.at.clone() }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    pub(super) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a text",
            Value::Flag(_) => "true or false",
            Value::Integer(_) => "a number",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Foreign(name) => name,
        }
    }
}

/// A table in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub at: Spot,
    pub node: Node,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Syntax faults shown for one file: the first few are real, later ones are mostly their echoes.
const MAX_SYNTAX_FAULTS: usize = 5;

/// Reads the text of one file, and tells the faults of TOML itself.
pub(super) fn parse(text: &str, file: &Arc<str>) -> (Table, Vec<Diagnostic>) {
    if text.len() > MAX_FILE {
        let fault = Diagnostic::error("mapping-too-long", format!("the file has {} bytes", text.len()));
        let at = Location { file: Some(file.to_string()), ..Location::default() };
        return (Table::default(), vec![fault.expecting(format!("at most {MAX_FILE}")).at(at)]);
    }
    let reader = Reader { text, file, lines: line_starts(text) };
    let (table, errors) = DeTable::parse_recoverable(text);
    let faults = errors.iter().take(MAX_SYNTAX_FAULTS).map(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let fault = Diagnostic::error("toml-syntax", error.message().trim().replace('\n', ", "));
        fault.hinting(toml_hint(error.message())).at(reader.spot(at).location())
    });
    let faults = faults.collect();
    (reader.table(table.get_ref()), faults)
}

/// What to do about a fault of TOML itself, in the words of somebody who does not know it.
fn toml_hint(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        return "a key stands once in its section: keep one of them";
    }
    if message.contains("string") {
        return "a text starts and ends with a quotation mark on one line";
    }
    "a line is [section], key = \"text\" or # a remark; mapping files are TOML, https://toml.io"
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
        .collect()
}

struct Reader<'t> {
    text: &'t str,
    file: &'t Arc<str>,
    lines: Vec<usize>,
}

impl Reader<'_> {
    fn spot(&self, offset: usize) -> Spot {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Spot {
            file: Arc::clone(self.file),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// Reads a table. The toml crate sorts keys by name; their places bring the order of the file back. A table that
    /// a header or a dotted key only implies has the place of its first member.
    fn table(&self, table: &DeTable<'_>) -> Table {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let entries = keys.into_iter().map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            at: self.spot(key.span().start),
            node: self.node(value),
        });
        Table { entries: entries.collect() }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let span = value.span();
        let at = self.spot(span.start);
        let value = match value.get_ref() {
            DeValue::String(text) => {
                let written = self.text.get(span).unwrap_or_default();
                let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
                Value::Text(Text { text: text.to_string(), indent: (inner == text.as_ref()).then_some(1) })
            }
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Foreign("a number too large"),
            },
            DeValue::Array(items) => Value::List(items.iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
            DeValue::Float(_) => Value::Foreign("a float"),
            DeValue::Datetime(_) => Value::Foreign("a date"),
        };
        Node { at, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Table, Vec<Diagnostic>) {
        parse(text, &Arc::from("mappings/a.toml"))
    }

    #[test]
    fn keys_stand_in_the_order_of_the_file_with_line_and_column() {
        let (table, faults) = read("b = \"BEG03\"\n[z]\n\"ä\".y = 'x'\n[a]\n");
        assert!(faults.is_empty());
        let seen: Vec<_> =
            table.entries.iter().map(|entry| (entry.key.as_str(), entry.at.line, entry.at.column)).collect();
        assert_eq!(seen, [("b", 1, 1), ("z", 2, 2), ("a", 4, 2)]);
        let inner = &table.get("z").unwrap().node.table().unwrap().get("ä").unwrap().node.table().unwrap().entries[0];
        assert_eq!((inner.at.line, inner.at.column), (3, 5));
        assert_eq!(inner.node.at.column, 9);
        let rule = &table.get("b").unwrap().node;
        assert_eq!((rule.at.column, rule.spot_in(3).column), (5, 9));
    }

    #[test]
    fn faults_of_toml_have_their_place() {
        let (_, faults) = read("a = 1\nb = \n");
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with("mappings/a.toml:2:"), "{}", faults[0]);
    }

    #[test]
    fn a_file_one_byte_too_long_is_refused() {
        assert!(read(&" ".repeat(MAX_FILE)).1.is_empty());
        assert_eq!(read(&" ".repeat(MAX_FILE + 1)).1.len(), 1);
    }
}
