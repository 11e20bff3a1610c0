//! Finds a mapping file and all it extends, and lays them over one another.

use std::sync::Arc;

use super::file::{self, Entry, Node, Spot, Table, Value};
use super::nearest::did_you_mean;
use super::template::{template, templates};
use crate::base::{Diagnostic, Location, Sha256, Sha256Hasher};

/// The most files one mapping may be laid over. Ours need three.
const MAX_DEPTH: usize = 16;

/// A mapping file laid over all it extends.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Path of the file itself, as the operator knows it.
    pub file: Arc<str>,
    /// This file and those that it extends, in that order.
    pub files: Vec<Arc<str>>,
    /// All keys but `extends` and `version`.
    pub table: Table,
    /// The file's own `version`.
    pub version: Option<String>,
    /// Over the names and texts of the file and all it extends.
    pub sha256: Sha256,
    /// What each file in turn says about `message`: they must agree, the file's own first.
    pub messages: Vec<Node>,
    /// What each file says about `document`.
    pub documents: Vec<Node>,
    /// What may not be meant and is no fault.
    pub remarks: Vec<Diagnostic>,
}

/// Reads the mapping `name` and its parents. `sources` knows the project's own files; shipped ones stand behind it.
pub(super) fn load(name: &str, sources: &dyn Fn(&str) -> Option<String>) -> Result<Loaded, Vec<Diagnostic>> {
    let mut chain: Vec<(String, Arc<str>, Table)> = Vec::new();
    let mut hasher = Sha256Hasher::default();
    let mut faults = Vec::new();
    let mut next = Some((name.to_owned(), None));
    while let Some((name, asked_at)) = next.take() {
        if let Some(fault) = refuse(&name, asked_at.as_ref(), &chain) {
            faults.push(fault);
            break;
        }
        let Some(text) = sources(&name).or_else(|| template(&name).map(str::to_owned)) else {
            faults.push(unknown_file(&name, asked_at.as_ref()));
            break;
        };
        hasher.update(format!("{}:{name}{}:", name.len(), text.len()).as_bytes());
        hasher.update(text.as_bytes());
        let file = path_of(&name);
        let (table, syntax) = file::parse(&text, &file);
        let broken = !syntax.is_empty();
        faults.extend(syntax);
        if !broken {
            next = parent(&table, &mut faults);
        }
        chain.push((name, file, table));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(laid(chain, hasher.finish()))
}

/// `mappings/NAME.toml`: what an operator sees in a message.
fn path_of(name: &str) -> Arc<str> {
    Arc::from(format!("mappings/{name}.toml"))
}

fn at(spot: Option<&Spot>, name: &str) -> Location {
    spot.map_or_else(|| Location { file: Some(path_of(name).to_string()), ..Location::default() }, Spot::location)
}

/// Names that are no path below mappings/, circles, and chains without end.
fn refuse(name: &str, asked_at: Option<&Spot>, chain: &[(String, Arc<str>, Table)]) -> Option<Diagnostic> {
    let is_path = name.split('/').all(|part| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            && !part.starts_with('.')
    });
    if !is_path {
        let fault = Diagnostic::error("not-a-mapping-name", format!("'{name}' names no mapping file"));
        let expected = "a path below mappings/ without .toml, such as templates/x12/004010/order";
        return Some(fault.expecting(expected).at(at(asked_at, name)));
    }
    if chain.iter().any(|(known, ..)| known == name) {
        let way: Vec<&str> = chain.iter().map(|(known, ..)| known.as_str()).chain([name]).collect();
        let fault = Diagnostic::error("extends-cycle", format!("the file extends itself: {}", way.join(" → ")));
        return Some(fault.hinting("take one 'extends' out").at(at(asked_at, name)));
    }
    (chain.len() >= MAX_DEPTH).then(|| {
        let fault = Diagnostic::error("extends-too-deep", format!("more than {MAX_DEPTH} files extend one another"));
        fault.at(at(asked_at, name))
    })
}

fn unknown_file(name: &str, asked_at: Option<&Spot>) -> Diagnostic {
    let fault = Diagnostic::error("unknown-mapping", format!("there is no file {}", path_of(name)));
    let shipped = format!("templates/{name}");
    let own = template(&shipped).map(|_| format!("did you mean '{shipped}'?"));
    let hint = own
        .or_else(|| did_you_mean(name, templates()))
        .unwrap_or_else(|| format!("write it, or use a shipped one: {}", templates().collect::<Vec<_>>().join(", ")));
    fault.hinting(hint).at(at(asked_at, name))
}

fn parent(table: &Table, faults: &mut Vec<Diagnostic>) -> Option<(String, Option<Spot>)> {
    let entry = table.get("extends")?;
    if let Some(name) = entry.node.text() {
        return Some((name.to_owned(), Some(entry.node.at.clone())));
    }
    let fault = Diagnostic::error("wrong-type", format!("'extends' is {}", entry.node.kind()));
    faults.push(fault.expecting("the name of a mapping file").at(entry.node.at.location()));
    None
}

fn laid(chain: Vec<(String, Arc<str>, Table)>, sha256: Sha256) -> Loaded {
    let said =
        |key: &str| chain.iter().filter_map(|(.., table)| table.get(key)).map(|entry| entry.node.clone()).collect();
    let (messages, documents) = (said("message"), said("document"));
    let file = chain.first().map_or_else(|| Arc::from(""), |(_, file, _)| Arc::clone(file));
    let version =
        chain.first().and_then(|(.., table)| table.get("version")).and_then(|entry| match &entry.node.value {
            Value::Text(text) => Some(text.text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        });
    let files = chain.iter().map(|(_, file, _)| Arc::clone(file)).collect();
    let mut tables = chain.into_iter().map(|(.., table)| table);
    let own = tables.next().unwrap_or_default();
    let mut remarks = Vec::new();
    let mut table = tables.fold(own, |over, under| {
        replaced(&over, &under, &file, &mut remarks);
        overlay(over, under)
    });
    table.entries.retain(|entry| !matches!(entry.key.as_str(), "extends" | "version" | "message" | "document"));
    Loaded { file, files, table, version, sha256, messages, documents, remarks }
}

/// Tells of arrays that a file feeds by fewer blocks than it inherits: it replaces them all, which may not be meant.
fn replaced(over: &Table, under: &Table, file: &Arc<str>, remarks: &mut Vec<Diagnostic>) {
    let blocks = |node: &Node| match &node.value {
        Value::List(items) if items.iter().all(|item| item.table().is_some()) => items.len(),
        Value::Table(_) => 1,
        _ => 0,
    };
    for entry in over.entries.iter().filter(|entry| entry.at.file == *file) {
        let Some(below) = under.get(&entry.key) else { continue };
        match (entry.node.table(), below.node.table()) {
            (Some(own), Some(inherited)) => replaced(own, inherited, file, remarks),
            _ if blocks(&below.node) > blocks(&entry.node) && blocks(&entry.node) > 0 => {
                let message = format!("'{}' replaces the {} blocks that are inherited", entry.key, blocks(&below.node));
                let remark = Diagnostic::info("blocks-replaced", message);
                let hint = "repeat those that are still meant, as [[…]]";
                remarks.push(remark.hinting(hint).at(entry.at.location()));
            }
            _ => {}
        }
    }
}

/// Lays `over` on `under`: tables merge key by key, everything else is replaced, `unsent` adds up. What `over` removes
/// with `false` stays `false`, so that a further file below does not bring it back. Own entries stand before inherited
/// ones: where the first of several wins, the overlay does.
pub(super) fn overlay(over: Table, under: Table) -> Table {
    // A table with `place` is one rule: it is replaced as a whole.
    if over.get("place").is_some() {
        return over;
    }
    let mut inherited: Vec<Option<Entry>> = under.entries.into_iter().map(Some).collect();
    let mut entries = Vec::new();
    for entry in over.entries {
        let known = inherited.iter_mut().find(|known| known.as_ref().is_some_and(|known| known.key == entry.key));
        let below = known.and_then(Option::take);
        entries.push(match below {
            Some(below) => merged(entry, below),
            None => entry,
        });
    }
    entries.extend(inherited.into_iter().flatten());
    Table { entries }
}

fn merged(over: Entry, under: Entry) -> Entry {
    let value = match (over.node.value, under.node.value) {
        (Value::Table(over), Value::Table(under)) => Value::Table(overlay(over, under)),
        (Value::List(mut own), Value::List(inherited)) if over.key == "unsent" => {
            own.extend(inherited);
            Value::List(own)
        }
        // A list adds to one that replaces what is inherited further down.
        (Value::List(own), Value::Table(mut inherited)) if over.key == "unsent" => {
            for entry in &mut inherited.entries {
                if let (true, Value::List(replaced)) = (entry.key == "replace", &mut entry.node.value) {
                    replaced.splice(0..0, own.iter().cloned());
                }
            }
            Value::Table(inherited)
        }
        (value, _) => value,
    };
    Entry { node: Node { value, at: over.node.at }, key: over.key, at: over.at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_from(files: &[(&str, &str)]) -> Result<Loaded, Vec<Diagnostic>> {
        let sources = |name: &str| files.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        load(files[0].0, &sources)
    }

    /// A table on one line, in its order.
    fn shown(table: &Table) -> String {
        let entry = |entry: &Entry| {
            let value = match &entry.node.value {
                Value::Text(text) => text.text.clone(),
                Value::Flag(flag) => flag.to_string(),
                Value::Integer(number) => number.to_string(),
                Value::List(items) => format!("{:?}", items.iter().filter_map(Node::text).collect::<Vec<_>>()),
                Value::Table(table) => shown(table),
                Value::Foreign(name) => (*name).to_owned(),
            };
            format!("{}={value}", entry.key)
        };
        format!("{{{}}}", table.entries.iter().map(entry).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn tables_merge_key_by_key_and_everything_else_is_replaced() {
        let check = |over: &str, under: &str, expect: &str| {
            let over = format!("extends = 'b'\n{over}");
            assert_eq!(shown(&load_from(&[("a", &over), ("b", under)]).unwrap().table), expect, "{over} on {under}");
        };
        check("[o]\nx = 'X'", "[o]\nx = 'x'\ny = 'y'", "{o={x=X y=y}}");
        check("[o]\nx = false", "[o]\nx = 'x'", "{o={x=false}}");
        check("[o.p]\nx = 'X'", "[o.p]\neach = 'PO1'\ny = 'y'", "{o={p={x=X each=PO1 y=y}}}");
        check("[o]\nl = ['A']", "[o]\nl = ['B']", "{o={l=[\"A\"]}}");
        check("[o]\nunsent = ['A']", "[o]\nunsent = ['B']", "{o={unsent=[\"A\", \"B\"]}}");
        check("[o]\nunsent = {replace = ['A']}", "[o]\nunsent = ['B']", "{o={unsent={replace=[\"A\"]}}}");
        check("[o]\nunsent = ['A']", "[o]\nunsent = {replace = ['B']}", "{o={unsent={replace=[\"A\", \"B\"]}}}");
        check("[codes.u]\nPC = 'EA'", "[codes.u]\nEA = 'EA'\nPC = 'H87'", "{codes={u={PC=EA EA=EA}}}");
        check("[o]\np = {place = 'A', read = 'r'}", "[o]\np = {place = 'B', write = 'w'}", "{o={p={place=A read=r}}}");
    }

    #[test]
    fn a_removed_rule_stays_removed_over_two_files() {
        let files = [("a", "extends = 'b'"), ("b", "extends = 'c'\n[o]\nx = false"), ("c", "[o]\nx = 'x'\ny = 'y'")];
        assert_eq!(shown(&load_from(&files).unwrap().table), "{o={x=false y=y}}");
    }

    #[test]
    fn what_cannot_be_loaded_says_where_and_why() {
        let check = |files: &[(&str, &str)], expect: &str| {
            let faults = load_from(files).unwrap_err();
            assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [expect]);
        };
        check(
            &[("a", "\nextends = 'templates/x12/004010/odrer'")],
            "mappings/a.toml:2:11: error[unknown-mapping]: there is no file mappings/templates/x12/004010/odrer.toml \
             — did you mean 'templates/x12/004010/order'?",
        );
        check(
            &[("a", "extends = 'b'"), ("b", "extends = 'a'")],
            "mappings/b.toml:1:11: error[extends-cycle]: the file extends itself: a → b → a — take one 'extends' out",
        );
        check(
            &[("a", "extends = '../secret'")],
            "mappings/a.toml:1:11: error[not-a-mapping-name]: '../secret' names no mapping file; expected a path below \
             mappings/ without .toml, such as templates/x12/004010/order",
        );
        check(
            &[("a", "extends = 3")],
            "mappings/a.toml:1:11: error[wrong-type]: 'extends' is a number; expected the name of a mapping file",
        );
    }

    #[test]
    fn one_file_more_than_the_bound_is_refused() {
        let names: Vec<String> = (0..=MAX_DEPTH).map(|number| format!("f{number}")).collect();
        let chain = |length: usize| {
            let sources = |name: &str| {
                let number: usize = name.get(1..)?.parse().ok()?;
                Some(if number + 1 < length { format!("extends = 'f{}'", number + 1) } else { String::new() })
            };
            load(&names[0], &sources).map(drop)
        };
        assert!(chain(MAX_DEPTH).is_ok());
        assert_eq!(chain(MAX_DEPTH + 1).unwrap_err()[0].code, "extends-too-deep");
    }

    #[test]
    fn the_hash_covers_every_file_of_the_chain() {
        let hash = |under: &str| load_from(&[("a", "extends = 'b'"), ("b", under)]).unwrap().sha256;
        assert_ne!(hash("[o]"), hash("[p]"));
    }
}
