//! From the tree of a schema to a transaction set and what describes it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::pack::{Codes, Inner, Item, Set};
use super::tree::Node;
use super::{Imported, Pack, label, note};
use crate::base::Diagnostic;
use crate::edi::guide::dictionary::is_tag;
use crate::edi::guide::key::GuideKey;
use crate::edi::guide::segment::{Max, Requirement};

/// Loops inside one another, as guides have them.
const DEPTH: usize = 31;
/// Parts of a set, each counted wherever it is referred to; the largest published ones have two thousand.
const PARTS: usize = 20_000;

/// Reads a schema.
pub(super) fn import(file: &str, root: &Node) -> Result<Imported, String> {
    let info = root.annotations("schemaInfo").find(|info| info.get("document_type").is_some());
    let info = info.ok_or("no annotation schemaInfo says which message this is (document_type)")?;
    let set = info.get("document_type").unwrap_or_default();
    let version = info.get("standards_version").ok_or("schemaInfo has no standards_version")?;
    let top = info.get("root_reference").or(info.get("displayroot_reference"));
    let top = root.all("element").find(|element| top.is_none_or(|top| element.get("name") == Some(top)));
    let top = top.ok_or("the element that root_reference names is not there")?;
    let is_x12 = set.bytes().all(|byte| byte.is_ascii_digit());
    let mut reading = Reading {
        file,
        globals: root.all("element").filter_map(|element| Some((element.get("name")?, element))).collect(),
        types: root.all("simpleType").filter_map(|one| Some((one.get("name")?, one))).collect(),
        pack: Pack { standard: if is_x12 { "x12" } else { "edifact" }, ..Pack::default() },
        described: BTreeSet::new(),
        notes: Vec::new(),
        parts: 0,
        is_x12,
    };
    // X12 versions are written in five digits here and in six on the wire: 00401 and 004010.
    let release = if is_x12 && version.len() == 5 { format!("{version}0") } else { version.to_owned() };
    let key = GuideKey::new(reading.pack.standard, &release, set);
    key.to_string().parse::<GuideKey>().map_err(|fault| fault.to_string())?;
    reading.pack.release.clone_from(&key.release);
    let mut parts = reading.parts(top, 1)?;
    parts.retain(|part| part.inner.is_some() || !matches!(part.tag.as_str(), "ST" | "SE" | "UNH" | "UNT"));
    if parts.is_empty() {
        return Err("it has no segments".to_owned());
    }
    let name = top.annotations("recordInfo").find_map(|record| record.get("notes")).map(label).unwrap_or_default();
    let Reading { mut pack, mut notes, .. } = reading;
    pack.stem = format!("set-{}", key.set.to_lowercase());
    pack.sets.insert(key.set, Set { name, parts });
    pack.prune();
    notes.extend(pack.settle().into_iter().map(|text| note(file, None, text)));
    Ok(Imported { pack, notes })
}

struct Reading<'n> {
    file: &'n str,
    globals: BTreeMap<&'n str, &'n Node>,
    types: BTreeMap<&'n str, &'n Node>,
    pack: Pack,
    /// Copies of segments that were read.
    described: BTreeSet<String>,
    notes: Vec<Diagnostic>,
    parts: usize,
    is_x12: bool,
}

/// The members of an element's sequence.
fn members(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    let inner = node.child("complexType").into_iter().flat_map(|inner| &inner.children);
    let mut open: Vec<&Node> = inner.rev().collect();
    while let Some(node) = open.pop() {
        match node.name.as_str() {
            "sequence" | "choice" | "all" => open.extend(node.children.iter().rev()),
            "element" => found.push(node),
            _ => {}
        }
    }
    found
}

/// The name of a copy without what tells it from others: `DTM` of `DTM_2`.
fn plain(name: &str) -> &str {
    name.rsplit_once('_')
        .filter(|(_, copy)| copy.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(name, |(name, _)| name)
}

impl<'n> Reading<'n> {
    /// What an element is, and what is said of it where it stands: `ref` leads to one that stands elsewhere.
    fn resolve(&self, node: &'n Node) -> Result<(&'n str, &'n Node), String> {
        match (node.get("ref"), node.get("name")) {
            (Some(name), _) => {
                let local = name.rsplit(':').next().unwrap_or(name);
                self.globals
                    .get(local)
                    .map(|node| (local, *node))
                    .ok_or_else(|| format!("there is no element '{name}'"))
            }
            (None, Some(name)) => Ok((name, node)),
            (None, None) => Err("an element without a name".to_owned()),
        }
    }

    /// The parts of a loop.
    fn parts(&mut self, node: &'n Node, depth: usize) -> Result<Vec<Item>, String> {
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} loops inside one another"));
        }
        let mut parts = Vec::new();
        for member in members(node) {
            self.parts += 1;
            if self.parts > PARTS {
                return Err(format!("more than {PARTS} parts"));
            }
            let (name, definition) = self.resolve(member)?;
            let (requirement, max) = (requirement(member), max(member));
            let records = [member, definition];
            let mut records = records.iter().flat_map(|node| node.annotations("recordInfo"));
            let tag = records.find_map(|record| record.get("tag_name")).map(plain).unwrap_or(plain(name));
            if is_tag(tag) {
                self.segment(tag, name, definition, member)?;
                parts.push(Item { tag: tag.to_owned(), requirement, max, inner: None });
                continue;
            }
            let inner = self.parts(definition, depth + 1)?;
            match inner.first() {
                Some(first) if first.inner.is_none() => {
                    let tag = first.tag.clone();
                    let mut inner = Inner { group: None, parts: inner };
                    // A loop is there when its first segment is.
                    if let Some(first) = inner.parts.first_mut() {
                        first.requirement = Requirement::Mandatory;
                    }
                    parts.push(Item { tag, requirement, max, inner: Some(inner) });
                }
                _ => {
                    self.notes.push(note(self.file, None, format!("{name} begins with no segment and is passed over")))
                }
            }
        }
        Ok(parts)
    }

    fn segment(&mut self, tag: &str, name: &str, definition: &'n Node, used: &'n Node) -> Result<(), String> {
        if !self.described.insert(name.to_owned()) {
            return Ok(());
        }
        let list = self.elements(tag, definition, Nested::Allowed)?;
        let notes: Vec<String> = rules(tag, &[used, definition]);
        if self.pack.segments.contains_key(tag) {
            return Ok(());
        }
        if list.is_empty() {
            return Ok(());
        }
        self.pack.segments.insert(tag.to_owned(), list.join(", "));
        self.pack.names.insert(tag.to_owned(), super::label(told(&[used, definition], "recordInfo")));
        if !notes.is_empty() {
            self.pack.notes.insert(tag.to_owned(), notes.join(" "));
        }
        Ok(())
    }

    /// The elements of a segment, or components of a composite, as a dictionary lists them.
    fn elements(&mut self, of: &str, node: &'n Node, nested: Nested) -> Result<Vec<String>, String> {
        let mut list = Vec::new();
        for (number, member) in (1..).zip(members(node)) {
            let (name, definition) = self.resolve(member)?;
            let mandatory = if requirement(member) == Requirement::Mandatory { " M" } else { "" };
            let repeats = match max(member) {
                Max::Times(1) => String::new(),
                Max::Times(max) => format!(" x{max}"),
                Max::Unbounded => format!(" x{}", u16::MAX),
            };
            let is_composite = !members(definition).is_empty();
            let id = match (is_composite, nested) {
                (true, Nested::Refused) => return Err(format!("{name}: a composite inside a composite")),
                (true, Nested::Allowed) => self.composite(of, number, name, definition, member)?,
                (false, _) => self.element(of, number, definition, member),
            };
            list.push(format!("{id}{mandatory}{repeats}"));
        }
        Ok(list)
    }

    fn composite(
        &mut self,
        segment: &str,
        number: usize,
        name: &str,
        definition: &'n Node,
        used: &'n Node,
    ) -> Result<String, String> {
        let plain = plain(name);
        // Written where it stands it is called after that, `UNH2`, and has no number of its own.
        let id = if plain.starts_with(segment) { format!("{segment}{number:02}") } else { plain.to_owned() };
        let list = self.elements(&id, definition, Nested::Refused)?.join(", ");
        let notes = rules(plain, &[used, definition]);
        if self.pack.composites.contains_key(&id) {
            return Ok(id);
        }
        if !notes.is_empty() {
            self.pack.notes.insert(id.clone(), notes.join(" "));
        }
        self.pack.composites.insert(id.clone(), list);
        self.pack.names.insert(id.clone(), super::label(told(&[used, definition], "recordInfo")));
        Ok(id)
    }

    fn element(&mut self, of: &str, number: usize, definition: &'n Node, used: &'n Node) -> String {
        let label = told(&[used, definition], "fieldInfo");
        let (name, id) = match label.rsplit_once('_') {
            Some((name, id)) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => (name, id),
            _ => (label, ""),
        };
        let facets = self.facets(definition);
        let form = facets.form(self.is_x12);
        let place = format!("{of}{number:02}");
        // One number with two forms cannot be: the second goes by its place.
        let id = match self.pack.elements.get(id) {
            _ if id.is_empty() => place,
            Some(known) if *known != form => place,
            _ => id.to_owned(),
        };
        if !facets.codes.is_empty() {
            let list = self.pack.codes.entry(id.clone()).or_insert_with(|| Codes { whole: true, ..Codes::default() });
            list.list.extend(facets.codes.iter().map(|code| ((*code).to_owned(), (*code).to_owned())));
        } else if let Some(list) = self.pack.codes.get_mut(&id) {
            list.whole = false;
        }
        self.pack.elements.entry(id.clone()).or_insert(form);
        self.pack.names.entry(id.clone()).or_insert_with(|| super::label(name));
        id
    }

    /// Type, lengths and codes of an element, its named types followed.
    fn facets(&self, node: &'n Node) -> Facets<'n> {
        let mut facets = Facets::default();
        let named = |name: &'n str| name.rsplit(':').next().unwrap_or(name);
        let mut simple = node.child("simpleType").or_else(|| self.types.get(node.get("type").map(named)?).copied());
        facets.base(node.get("type").map(named));
        // Types that are made of one another in a ring end here.
        for _ in 0..8 {
            let Some(restriction) = simple.and_then(|simple| simple.child("restriction")) else { break };
            let number = |name: &str| restriction.child(name).and_then(|facet| facet.get("value")?.parse::<u32>().ok());
            facets.min = facets.min.or(number("minLength")).or(number("length"));
            facets.max = facets.max.or(number("maxLength")).or(number("length"));
            if facets.codes.is_empty() {
                facets.codes = restriction.all("enumeration").filter_map(|one| one.get("value")).collect();
                facets.codes.retain(|code| !code.trim().is_empty());
            }
            let base = restriction.get("base").map(named);
            facets.base(base);
            simple = base.and_then(|base| self.types.get(base).copied());
        }
        facets
    }
}

/// Whether a composite may stand here.
#[derive(Clone, Copy)]
enum Nested {
    Allowed,
    Refused,
}

#[derive(Default)]
struct Facets<'n> {
    kind: Option<&'n str>,
    min: Option<u32>,
    max: Option<u32>,
    codes: Vec<&'n str>,
}

impl<'n> Facets<'n> {
    /// Takes the kind out of the name of a type, `X12_N2`, `EDIFACT_AN`, `X12_ID_98`, unless one is known.
    fn base(&mut self, name: Option<&'n str>) {
        let kind = name.and_then(|name| name.strip_prefix("X12_").or_else(|| name.strip_prefix("EDIFACT_")));
        self.kind = self.kind.or(kind.map(|kind| kind.split('_').next().unwrap_or(kind)));
    }

    fn form(&self, is_x12: bool) -> String {
        let lengths = || self.codes.iter().map(|code| u32::try_from(code.chars().count()).unwrap_or(u32::MAX));
        let max = self.max.or_else(|| lengths().max()).unwrap_or(999).max(1);
        let min = self.min.or_else(|| lengths().min()).unwrap_or(1).clamp(1, max);
        let kind = self.kind.unwrap_or(if self.codes.is_empty() { "AN" } else { "ID" });
        if is_x12 {
            let is_known = matches!(kind, "AN" | "ID" | "R" | "DT" | "TM" | "B")
                || kind.strip_prefix('N').is_some_and(|places| places.len() == 1 && places.parse::<u8>().is_ok());
            let kind = match kind {
                "N" => "N0",
                kind if is_known => kind,
                _ => "AN",
            };
            return format!("{kind} {min}/{max}");
        }
        let kind = match kind {
            "A" => "a",
            "N" => "n",
            _ => "an",
        };
        if min == max && self.codes.is_empty() { format!("{kind} {max}") } else { format!("{kind} ..{max}") }
    }
}

/// What an annotation calls a thing.
fn told<'n>(nodes: &[&'n Node], annotation: &'n str) -> &'n str {
    let annotations = nodes.iter().flat_map(|node| node.annotations(annotation));
    annotations.filter_map(|one| one.get("notes")).next().unwrap_or_default()
}

fn requirement(node: &Node) -> Requirement {
    if node.get("minOccurs") == Some("0") { Requirement::Optional } else { Requirement::Mandatory }
}

fn max(node: &Node) -> Max {
    match node.get("maxOccurs") {
        Some("unbounded") => Max::Unbounded,
        Some(max) => Max::Times(max.parse().unwrap_or(1).max(1)),
        None => Max::Times(1),
    }
}

/// Syntax notes: rules name the elements they are about, `N103`; a condition names its first one apart from the others.
fn rules(of: &str, nodes: &[&Node]) -> Vec<String> {
    let records = nodes.iter().flat_map(|node| node.annotations("recordInfo"));
    let mut notes = Vec::new();
    for rule in records.flat_map(|record| record.all("Rule")) {
        let subjects = rule.get("subjects").unwrap_or_default();
        let letter = match subjects.rsplit_once('_').map_or("", |(_, word)| word.get(..4).unwrap_or(word)) {
            "Pair" => "P",
            "Requ" => "R",
            "Excl" => "E",
            "Cond" => "C",
            "List" => "L",
            _ => continue,
        };
        let names =
            rule.get("qualifier").into_iter().chain(rule.all("Subject").filter_map(|subject| subject.get("name")));
        let digits =
            names.map(|name| name.strip_prefix(of).filter(|digits| digits.len() == 2)).collect::<Option<String>>();
        let note = digits.map(|digits| format!("{letter}{digits}"));
        // One about a single element, or one that is told twice, says nothing.
        notes
            .extend(note.filter(|note| note.parse::<crate::edi::guide::SyntaxNote>().is_ok() && !notes.contains(note)));
    }
    notes
}
