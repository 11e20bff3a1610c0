//! Guides on their way into files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use toml::Value;

use crate::edi::guide::key::GuideKey;
use crate::edi::guide::segment::{Max, Requirement};

/// A release and some of its sets, out of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    pub(super) standard: &'static str,
    pub(super) release: String,
    /// What dictionary files are called, where one release may have several: `set-129`.
    pub(super) stem: String,
    /// As a dictionary has them, by number or tag.
    pub(super) elements: BTreeMap<String, String>,
    pub(super) composites: BTreeMap<String, String>,
    pub(super) segments: BTreeMap<String, String>,
    pub(super) notes: BTreeMap<String, String>,
    pub(super) names: BTreeMap<String, String>,
    pub(super) codes: BTreeMap<String, Codes>,
    pub(super) sets: BTreeMap<String, Set>,
}

/// Codes of an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Codes {
    pub(super) whole: bool,
    pub(super) list: BTreeMap<String, String>,
}

/// A transaction set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) parts: Vec<Item>,
}

/// A segment or loop of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) tag: String,
    pub(super) requirement: Requirement,
    pub(super) max: Max,
    /// Set for a loop.
    pub(super) inner: Option<Inner>,
}

/// What a loop holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inner {
    /// Number of the segment group in EDIFACT.
    pub(super) group: Option<u32>,
    pub(super) parts: Vec<Item>,
}

impl Pack {
    /// The names of its sets: `edifact/D96A/ORDERS`.
    pub fn sets(&self) -> Vec<GuideKey> {
        self.sets.keys().map(|set| GuideKey::new(self.standard, &self.release, set)).collect()
    }

    /// Keeps these sets only.
    pub fn only(&mut self, wanted: &[String]) {
        self.sets.retain(|set, _| wanted.contains(set));
    }

    /// Takes out segments and composites with elements that nothing describes, since no dictionary may hold them, and
    /// what is said of things that are not there. Tells what was taken out.
    pub(super) fn settle(&mut self) -> Vec<String> {
        let mut lost = Vec::new();
        let elements: BTreeSet<String> = self.elements.keys().cloned().collect();
        let mut take_out = |entries: &mut BTreeMap<String, String>, known: &BTreeSet<String>| {
            entries.retain(|id, entry| {
                let missing = numbers(entry).find(|number| !known.contains(*number));
                lost.extend(missing.map(|number| format!("{id} has an element {number} that is not described")));
                missing.is_none()
            });
        };
        take_out(&mut self.composites, &elements);
        let known = elements.into_iter().chain(self.composites.keys().cloned()).collect();
        take_out(&mut self.segments, &known);
        let is_there = |id: &String| known.contains(id) || self.segments.contains_key(id);
        self.names.retain(|id, name| is_there(id) && !name.is_empty());
        self.notes.retain(|id, _| is_there(id));
        self.codes.retain(|id, codes| self.elements.contains_key(id) && !codes.list.is_empty());
        lost
    }

    /// Keeps only what the sets need.
    pub(super) fn prune(&mut self) {
        let mut tags = BTreeSet::new();
        self.sets.values().for_each(|set| gather(&set.parts, &mut tags));
        self.segments.retain(|tag, _| tags.contains(tag));
        let used = |entries: &BTreeMap<String, String>| -> BTreeSet<String> {
            entries.values().flat_map(|entry| numbers(entry)).map(str::to_owned).collect()
        };
        let in_segments = used(&self.segments);
        self.composites.retain(|id, _| in_segments.contains(id));
        let in_composites = used(&self.composites);
        self.elements.retain(|id, _| in_segments.contains(id) || in_composites.contains(id));
    }

    /// The files, by their path below the folder of guides. `origin` is what they were made of.
    pub fn files(&self, origin: &str) -> Vec<(String, String)> {
        let folder = format!("{}/{}", self.standard, self.release);
        let stem = if self.stem.is_empty() { "dictionary" } else { &self.stem };
        let codes = if self.stem.is_empty() { "codes".to_owned() } else { format!("{stem}-codes") };
        let mut files = vec![(format!("{folder}/{stem}.toml"), self.dictionary())];
        for (number, text) in (1..).zip(self.code_lists()) {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            files.push((format!("{folder}/{codes}{number}.toml"), text));
        }
        files.extend(self.sets.iter().map(|(name, set)| (format!("{folder}/{name}.toml"), set.text())));
        let origin: String = origin.chars().filter(|c| !c.is_control()).collect();
        let head =
            format!("# Made of {origin} by 'edigate guide import'. It stays under the terms of its publisher.\n\n");
        files.into_iter().map(|(path, text)| (path, format!("{head}{text}"))).collect()
    }

    fn dictionary(&self) -> String {
        let sections = [
            ("elements", &self.elements),
            ("composites", &self.composites),
            ("segments", &self.segments),
            ("notes", &self.notes),
            ("names", &self.names),
        ];
        let filled = sections.into_iter().filter(|(_, entries)| !entries.is_empty());
        let section = |(name, entries): (&str, &BTreeMap<String, String>)| {
            let lines = entries.iter().map(|(id, entry)| format!("{} = {}\n", quoted(id), quoted(entry)));
            format!("[{name}]\n{}", lines.collect::<String>())
        };
        filled.map(section).collect::<Vec<_>>().join("\n")
    }

    /// The lists of codes, on as many files as it takes to keep each below the bound for files of a configuration.
    fn code_lists(&self) -> Vec<String> {
        const FILE: usize = 512 << 10;
        let mut files: Vec<String> = Vec::new();
        for (id, codes) in &self.codes {
            let whole = if codes.whole { "whole = true\n" } else { "" };
            let lines = codes.list.iter().map(|(code, name)| format!("{} = {}\n", quoted(code), quoted(name)));
            let list = format!("[codes.{}]\n{whole}{}", quoted(id), lines.collect::<String>());
            match files.last_mut().filter(|file| file.len() + list.len() < FILE) {
                Some(file) => {
                    file.push('\n');
                    file.push_str(&list);
                }
                None => files.push(list),
            }
        }
        files
    }
}

fn gather(parts: &[Item], tags: &mut BTreeSet<String>) {
    for part in parts {
        match &part.inner {
            None => drop(tags.insert(part.tag.clone())),
            Some(inner) => gather(&inner.parts, tags),
        }
    }
}

/// The numbers that a list of elements names.
fn numbers(entry: &str) -> impl Iterator<Item = &str> {
    entry.split(',').filter_map(|item| item.split_whitespace().next())
}

/// A text as TOML has it in quotes.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Set {
    fn text(&self) -> String {
        let mut out = String::from("[set]\n");
        if !self.name.is_empty() {
            // Writing to a String cannot fail.
            writeln!(out, "name = {}", quoted(&self.name)).unwrap_or_default();
        }
        write_parts("set", &self.parts, &mut out);
        out
    }
}

fn write_parts(path: &str, parts: &[Item], out: &mut String) {
    let names = loop_names(parts);
    out.push_str("parts = [\n");
    for (part, name) in parts.iter().zip(&names) {
        let requirement = if part.requirement == Requirement::Mandatory { " M" } else { "" };
        let max = if part.max == Max::Times(1) { String::new() } else { format!(" {}", part.max) };
        let line = match &part.inner {
            Some(_) => format!("loop {name}{requirement}{max}"),
            None => format!("{}{requirement}{max}", part.tag),
        };
        writeln!(out, "    {},", quoted(&line)).unwrap_or_default();
    }
    out.push_str("]\n");
    for (part, name) in parts.iter().zip(&names) {
        let Some(inner) = &part.inner else { continue };
        let path = format!("{path}.{name}");
        writeln!(out, "[{path}]").unwrap_or_default();
        if let Some(group) = inner.group {
            writeln!(out, "group = {group}").unwrap_or_default();
        }
        write_parts(&path, &inner.parts, out);
    }
}

/// What loops are called: after the segment that starts them, and where two of one parent begin alike, with a number
/// behind that, of the segment group if it has one.
fn loop_names(parts: &[Item]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::with_capacity(parts.len());
    for part in parts {
        let group = part.inner.as_ref().and_then(|inner| inner.group);
        let numbered = group.map(|group| format!("{}SG{group}", part.tag)).into_iter();
        let counted = (2..=parts.len()).map(|count| format!("{}Loop{count}", part.tag));
        let mut names_of_it = std::iter::once(part.tag.clone()).chain(numbered).chain(counted);
        let name = names_of_it.find(|name| part.inner.is_none() || !taken.contains(name));
        let name = name.unwrap_or_default();
        if part.inner.is_some() {
            taken.insert(name.clone());
        }
        names.push(name);
    }
    names
}
