//! A mapping file laid over all it extends, as one file: what is compiled in the end, and where each key is from.

use super::file::{Entry, Node, Table, Value};
use super::load;
use crate::base::Diagnostic;

/// The widest a line gets before its comment.
const WIDTH: usize = 72;

/// The mapping `name` with all it extends, as TOML; behind each key a comment says in which file and line it is written.
///
/// # Errors
/// What keeps the files from being read.
pub fn effective(name: &str, sources: &dyn Fn(&str) -> Option<String>) -> Result<String, Vec<Diagnostic>> {
    let loaded = load::load(name, sources)?;
    let mut page = Page { text: format!("# {} with all it extends: {}\n", loaded.file, loaded.files.join(", ")) };
    let said = [("message", loaded.messages.first()), ("document", loaded.documents.first())];
    for (key, node) in said {
        if let Some(node) = node {
            page.line(key, node);
        }
    }
    let (sections, plain): (Vec<&Entry>, Vec<&Entry>) =
        loaded.table.entries.iter().partition(|entry| entry.node.table().is_some());
    plain.iter().for_each(|entry| page.line(&key_text(&entry.key), &entry.node));
    sections.iter().for_each(|entry| page.entry(entry, &[]));
    Ok(page.text)
}

struct Page {
    text: String,
}

impl Page {
    /// `key = value`, and where that is written.
    fn line(&mut self, key: &str, node: &Node) {
        let line = format!("{key} = {}", inline(node));
        self.text.push_str(&format!("{line:<WIDTH$}  # {}:{}\n", node.at.file, node.at.line));
    }

    /// A section by its name, or sections of one array.
    fn entry(&mut self, entry: &Entry, above: &[String]) {
        let mut path = above.to_vec();
        path.push(key_text(&entry.key));
        match &entry.node.value {
            Value::Table(table) => self.table(table, &path, "[", "]"),
            Value::List(blocks) => {
                blocks.iter().filter_map(Node::table).for_each(|table| self.table(table, &path, "[[", "]]"));
            }
            _ => {}
        }
    }

    /// A section and its keys. Their order counts, so what stands before a plain key is written with it, under dotted
    /// keys; what comes behind the last one has sections of its own.
    fn table(&mut self, table: &Table, path: &[String], open: &str, close: &str) {
        // Lists of codes and blocks of rules are sections, however small.
        let is_group = matches!(path, [only] if only == "codes" || only == "block");
        let is_apart = |entry: &Entry| is_section(entry) || (is_group && entry.node.table().is_some());
        let last = table.entries.iter().rposition(|entry| !is_apart(entry)).map_or(0, |index| index + 1);
        let (with, behind) = table.entries.split_at_checked(last).unwrap_or_default();
        if !with.is_empty() || behind.is_empty() || open.len() > 1 {
            self.text.push_str(&format!("\n{open}{}{close}\n", path.join(".")));
        }
        with.iter().for_each(|entry| self.dotted(entry, ""));
        behind.iter().for_each(|entry| self.entry(entry, path));
    }

    fn dotted(&mut self, entry: &Entry, above: &str) {
        let key = format!("{above}{}", key_text(&entry.key));
        match &entry.node.value {
            Value::Table(table) if !is_rule(table) && !table.entries.is_empty() => {
                table.entries.iter().for_each(|inner| self.dotted(inner, &format!("{key}.")));
            }
            _ => self.line(&key, &entry.node),
        }
    }
}

/// Whether an entry is a section of its own: it has instances, or more than plain rules in it.
fn is_section(entry: &Entry) -> bool {
    match &entry.node.value {
        Value::Table(table) if is_rule(table) => false,
        Value::Table(table) => {
            let has_instances = table.get("each").is_some() || table.get("in").is_some();
            has_instances || !table.entries.iter().all(|inner| inner.node.text().is_some())
        }
        Value::List(items) => !items.is_empty() && items.iter().all(|item| item.table().is_some()),
        _ => false,
    }
}

/// A table with `place` is one rule.
fn is_rule(table: &Table) -> bool {
    table.get("place").is_some()
}

fn inline(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(&text.text),
        Value::Flag(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entry = |entry: &Entry| format!("{} = {}", key_text(&entry.key), inline(&entry.node));
            format!("{{ {} }}", table.entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Foreign(name) => quoted(name),
    }
}

/// A key, in quotes where TOML wants them.
fn key_text(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for next in text.chars() {
        match next {
            '"' | '\\' => out.extend(['\\', next]),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            next => out.push(next),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::Guides;
    use crate::mapping::{Mapping, RuleLine, templates};

    #[test]
    fn each_key_says_where_it_is_from() {
        let over = "extends = \"b\"\n[order]\nnotes.each = \"MSG\"\nx = false\n[codes.u]\nPC = { read = \"EA\" }\n";
        let under = "message = \"m\"\ndocument = \"d\"\n[order]\nx = \"X\"\n\"a.b\" = \"say \\\"y\\\"\"\n\
                     [[order.t]]\nk = \"1\"\n[codes.u]\nEA = \"EA\"\n";
        let files = [("a", over), ("b", under)];
        let sources = |name: &str| files.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        let shown = effective("a", &sources).unwrap();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = shown.lines().map(words).collect();
        let expected = [
            "# mappings/a.toml with all it extends: mappings/a.toml, mappings/b.toml",
            "message = \"m\" # mappings/b.toml:1",
            "document = \"d\" # mappings/b.toml:2",
            "",
            "[order]",
            "notes.each = \"MSG\" # mappings/a.toml:3",
            "x = false # mappings/a.toml:4",
            "\"a.b\" = \"say \\\"y\\\"\" # mappings/b.toml:5",
            "",
            "[[order.t]]",
            "k = \"1\" # mappings/b.toml:7",
            "",
            "[codes.u]",
            "PC.read = \"EA\" # mappings/a.toml:6",
            "EA = \"EA\" # mappings/b.toml:9",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_effective_file_compiles_to_the_same_rules() {
        let nothing = |_: &str| None;
        let guides = Guides::shipped();
        let rules = |mapping: &Mapping| {
            let rules = mapping.rules().into_iter();
            rules.map(|RuleLine { member, kind, elements, .. }| (member, kind, elements)).collect::<Vec<_>>()
        };
        for name in templates() {
            let Ok(mapping) = Mapping::compile(name, &nothing, &guides) else { continue };
            let whole = effective(name, &nothing).unwrap();
            let own = |asked: &str| (asked == "whole").then(|| whole.clone());
            let again = Mapping::compile("whole", &own, &guides);
            let again = again.unwrap_or_else(|faults| panic!("{name}: {faults:#?}\n{whole}"));
            assert_eq!(rules(&again), rules(&mapping), "{name}");
        }
    }
}
