//! Code lists: the wire's code on one side, a canonical word, or several members, on the other.

use super::faults::Faults;
use super::file::{Entry, Node, Spot, Value};
use crate::base::Diagnostic;

/// A list of `[codes.NAME]`. Entries are in the order of the file, an overlay's before the inherited.
#[derive(Debug)]
pub(super) struct CodeList {
    pub name: String,
    pub entries: Vec<CodeEntry>,
    /// Whether a rule names it.
    pub is_used: bool,
    /// `write.WORD`: which of several codes for a word is written.
    written: Vec<(String, String)>,
}

/// One code and what it means.
#[derive(Debug)]
pub(super) struct CodeEntry {
    pub code: String,
    pub meaning: Meaning,
    /// `{ read = "word" }`: never written.
    pub is_read_only: bool,
    pub at: Spot,
}

/// What a code means.
#[derive(Debug)]
pub(super) enum Meaning {
    Word(String),
    /// Members of the object around it; the first table of several is what is read, each may be written.
    Members(Vec<Vec<Entry>>),
}

impl CodeList {
    /// Reads the table of a list. `false` takes an inherited code out.
    pub(super) fn read(name: &str, node: &Node, faults: &mut Faults) -> Self {
        let mut list = Self { name: name.to_owned(), entries: Vec::new(), is_used: false, written: Vec::new() };
        let Some(table) = node.table() else {
            let fault = Diagnostic::error("wrong-type", format!("codes.{name} is {}", node.kind()));
            faults.at(&node.at, fault.expecting("a table of codes"));
            return list;
        };
        for entry in &table.entries {
            if entry.key == "write" {
                continue;
            }
            match meaning(&entry.node) {
                Ok(Some((meaning, is_read_only))) => {
                    let (code, at) = (entry.key.clone(), entry.at.clone());
                    list.entries.push(CodeEntry { code, meaning, is_read_only, at });
                }
                Ok(None) => {}
                Err(()) => {
                    let message = format!("the code '{}' of codes.{name} means {}", entry.key, entry.node.kind());
                    let expected = "a word, a table of members, { read = \"word\" }, or false";
                    faults.push(
                        Diagnostic::error("wrong-type", message).expecting(expected).at(entry.node.at.location()),
                    );
                }
            }
        }
        list.written = written(name, table, &list, faults);
        list
    }

    /// The code that is written for a word.
    pub(super) fn code_of(&self, word: &str) -> Option<&str> {
        let chosen = self.written.iter().find(|(known, _)| known == word).map(|(_, code)| code.as_str());
        chosen.or_else(|| {
            let means = |entry: &&CodeEntry| matches!(&entry.meaning, Meaning::Word(known) if known == word);
            self.entries.iter().filter(|entry| !entry.is_read_only).find(means).map(|entry| entry.code.as_str())
        })
    }

    /// What a code means.
    pub(super) fn find(&self, code: &str) -> Option<(usize, &CodeEntry)> {
        self.entries.iter().enumerate().find(|(_, entry)| entry.code == code)
    }

    /// Whether codes of this list give several members.
    pub(super) fn is_spread(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.meaning, Meaning::Members(_)))
    }
}

/// What a code means, and whether it is read only.
fn meaning(node: &Node) -> Result<Option<(Meaning, bool)>, ()> {
    match &node.value {
        Value::Text(text) => Ok(Some((Meaning::Word(text.text.clone()), false))),
        Value::Flag(false) => Ok(None),
        Value::Table(table) => match table.entries.as_slice() {
            [only] if only.key == "read" => match &only.node.value {
                Value::Text(word) => Ok(Some((Meaning::Word(word.text.clone()), true))),
                Value::Table(members) => Ok(Some((Meaning::Members(vec![members.entries.clone()]), true))),
                _ => Err(()),
            },
            entries => Ok(Some((Meaning::Members(vec![entries.to_vec()]), false))),
        },
        Value::List(items) => {
            let tables: Option<Vec<_>> = items.iter().map(|item| Some(item.table()?.entries.clone())).collect();
            tables.filter(|tables| !tables.is_empty()).map(|tables| Some((Meaning::Members(tables), false))).ok_or(())
        }
        Value::Flag(true) | Value::Integer(_) | Value::Foreign(_) => Err(()),
    }
}

/// `write.WORD = "code"` says which of several codes is written; it must be one that means the word.
fn written(name: &str, table: &super::file::Table, list: &CodeList, faults: &mut Faults) -> Vec<(String, String)> {
    let Some(written) = table.get("write").and_then(|entry| entry.node.table()) else { return Vec::new() };
    let mut choices = Vec::new();
    for choice in &written.entries {
        let code = choice.node.text().unwrap_or_default();
        let known = list.find(code).is_some_and(|(_, entry)| match &entry.meaning {
            Meaning::Word(word) => *word == choice.key,
            Meaning::Members(_) => false,
        });
        if !known {
            let message = format!("codes.{name} does not read '{code}' as '{}'", choice.key);
            let fault = Diagnostic::error("unknown-code", message).expecting("a code of the list that means this word");
            faults.push(fault.at(choice.node.at.location()));
        }
        choices.push((choice.key.clone(), code.to_owned()));
    }
    choices
}
