//! The form of guides on disk.
//!
//! A *dictionary* is shared by the sets of a release. It names elements, composites and segments:
//!
//! ```toml
//! [elements]                   # number = "TYPE min/max"
//! "353" = "ID 2/2"
//! [composites]
//! C040 = "128 M, 127 M, 128, 127"
//! [segments]                   # elements in order: number, M when mandatory, xN when it may repeat N times
//! REF = "128 M, 127, 352, C040"
//! [pairs]                      # qualifier/value
//! LIN = "2/3 4/5"
//! ```
//!
//! A *set* lists parts in order: `"TAG [M|O] [max]"` for a segment, `"loop NAME [M|O] [max]"` for a loop, whose parts
//! stand in the table of its name. Left out, a part is optional and comes once; `>1` is without bound.
//!
//! ```toml
//! [set]
//! parts = ["BEG M", "REF >1", "loop N1 200"]
//! [set.N1]
//! parts = ["N1 M", "N3 2"]
//! when  = "N101 in (ST)"       # only where two loops of one parent begin alike
//! ```

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::base::Diagnostic;
use crate::edi::place::Tag;

use super::Guide;
use super::element::{ElementDef, ElementKind, ElementType};
use super::key::GuideKey;
use super::segment::{Discriminator, LoopDef, Max, Pair, Part, Requirement, SegmentDef, SegmentUse};

/// Loops inside one another; X12 and EDIFACT stay below ten.
const DEPTH: usize = 32;

type Faults = Vec<Diagnostic>;

fn fault(text: impl Into<String>) -> Diagnostic {
    Diagnostic::error("guide", text)
}

/// Elements, composites, segments and pairs as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    elements: BTreeMap<String, String>,
    composites: BTreeMap<String, String>,
    segments: BTreeMap<String, String>,
    pairs: BTreeMap<String, String>,
}

impl Dictionary {
    /// Reads a dictionary.
    pub(crate) fn parse(text: &str) -> Result<Self, Faults> {
        Self::default().amended(text)
    }

    /// The same dictionary with the entries of another one added or put in place of its own.
    pub(crate) fn amended(mut self, text: &str) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        for (section, value) in &parse(text)? {
            let entries = match section.as_str() {
                "elements" => &mut self.elements,
                "composites" => &mut self.composites,
                "segments" => &mut self.segments,
                "pairs" => &mut self.pairs,
                other => {
                    faults.push(fault(format!("a dictionary has no section '{other}'")));
                    continue;
                }
            };
            for (name, entry) in value.as_table().into_iter().flatten() {
                match entry.as_str() {
                    Some(entry) => drop(entries.insert(name.clone(), entry.to_owned())),
                    None => faults.push(fault(format!("{section}.{name} is not a text"))),
                }
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    fn segment(&self, tag: &str) -> Result<Option<SegmentDef>, String> {
        let Some(entry) = self.segments.get(tag) else { return Ok(None) };
        let elements = self.element_list(entry, Nested::Allowed).map_err(|text| format!("{tag}: {text}"))?;
        let pairs = self.pairs.get(tag).map(String::as_str).unwrap_or_default();
        let pairs = pairs.split_whitespace().map(|pair| {
            let (qualifier, value) = pair.split_once('/')?;
            Some(Pair { qualifier: qualifier.parse().ok()?, value: value.parse().ok()? })
        });
        let is_inside = |pair: &Pair| pair.qualifier.max(pair.value) <= elements.len();
        let pairs: Option<Vec<Pair>> = pairs.map(|pair| pair.filter(is_inside)).collect();
        let pairs = pairs.ok_or_else(|| format!("pairs of {tag} are not qualifier/value elements of it"))?;
        Ok(Some(SegmentDef { tag: Tag::new(tag.as_bytes()), name: String::new(), elements, notes: Vec::new(), pairs }))
    }

    fn element_list(&self, entry: &str, nested: Nested) -> Result<Vec<ElementDef>, String> {
        entry.split(',').map(|item| self.element(item, nested)).collect()
    }

    fn element(&self, item: &str, nested: Nested) -> Result<ElementDef, String> {
        let mut words = item.split_whitespace();
        let id = words.next().ok_or("an element without a number")?;
        let (mut requirement, mut repeats) = (Requirement::Optional, 1);
        for word in words {
            match (requirement_of(word), word.strip_prefix('x').and_then(|count| count.parse().ok())) {
                (Some(given), _) => requirement = given,
                (None, Some(count)) => repeats = count,
                (None, None) => return Err(format!("'{word}' after {id} is neither M nor O nor a repetition")),
            }
        }
        let kind = match (self.composites.get(id), nested) {
            (Some(_), Nested::Refused) => return Err(format!("composite {id} inside a composite")),
            (Some(components), Nested::Allowed) => ElementKind::Composite {
                components: self.element_list(components, Nested::Refused)?,
                notes: Vec::new(),
            },
            (None, _) => simple(self.elements.get(id).ok_or_else(|| format!("element {id} is not described"))?)
                .ok_or_else(|| format!("element {id} is not written 'TYPE min/max'"))?,
        };
        Ok(ElementDef { id: id.to_owned(), name: String::new(), requirement, repeats, kind, codes: None })
    }
}

/// Whether a composite may stand here.
#[derive(Clone, Copy)]
enum Nested {
    Allowed,
    Refused,
}

fn simple(entry: &str) -> Option<ElementKind> {
    let (word, lengths) = entry.split_once(' ')?;
    let (min, max) = lengths.trim().split_once('/')?;
    let value = match word {
        "AN" => ElementType::An,
        "ID" => ElementType::Id,
        "R" => ElementType::R,
        "DT" => ElementType::Dt,
        "TM" => ElementType::Tm,
        "B" => ElementType::B,
        _ => ElementType::N(word.strip_prefix('N')?.parse().ok().filter(|places| *places <= 9)?),
    };
    Some(ElementKind::Simple { value, min: min.parse().ok()?, max: max.parse().ok()? })
}

fn requirement_of(word: &str) -> Option<Requirement> {
    match word {
        "M" => Some(Requirement::Mandatory),
        "O" => Some(Requirement::Optional),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Table, Faults> {
    text.parse().map_err(|error: toml::de::Error| vec![fault(error.message())])
}

/// Reads a set with the dictionary of its release. All faults are told at once.
pub(crate) fn guide(key: GuideKey, text: &str, dictionary: &Dictionary) -> Result<Guide, Faults> {
    let table = parse(text)?;
    let mut loader = SetLoader { dictionary, segments: BTreeMap::new(), faults: Faults::new() };
    let root = match table.get("set").and_then(Value::as_table) {
        Some(set) => loader.parts(&key.set, set, 1),
        None => {
            loader.faults.push(fault("a guide needs a table [set]"));
            Vec::new()
        }
    };
    if !loader.faults.is_empty() {
        return Err(loader.faults);
    }
    let root = LoopDef {
        name: key.set.clone(),
        requirement: Requirement::Mandatory,
        max: Max::Times(1),
        when: None,
        group: None,
        hierarchy: None,
        parts: root,
    };
    Ok(Guide { key, root, segments: loader.segments })
}

struct SetLoader<'d> {
    dictionary: &'d Dictionary,
    segments: BTreeMap<Tag, SegmentDef>,
    faults: Faults,
}

impl SetLoader<'_> {
    fn parts(&mut self, path: &str, table: &Table, depth: usize) -> Vec<Part> {
        if depth > DEPTH {
            self.faults.push(fault(format!("{path}: more than {DEPTH} loops inside one another")));
            return Vec::new();
        }
        let lines = table.get("parts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if lines.is_empty() {
            self.faults.push(fault(format!("{path} has no parts")));
        }
        let mut parts = Vec::with_capacity(lines.len());
        for line in lines {
            match line.as_str().and_then(PartLine::parse) {
                Some(line) if line.is_loop => parts.extend(self.nested(path, table, &line, depth).map(Part::Loop)),
                Some(line) => parts.push(Part::Segment(self.segment(&line))),
                None => self.faults.push(fault(format!("{path}: {line} is not written 'TAG [M|O] [max]'"))),
            }
        }
        self.check_names(path, table, &parts);
        parts
    }

    /// Every table must be a loop that a part names, and no name may stand for two loops.
    fn check_names(&mut self, path: &str, table: &Table, parts: &[Part]) {
        let names =
            |name: &str| parts.iter().filter(|part| matches!(part, Part::Loop(_)) && part.name() == name).count();
        for (name, _) in table.iter().filter(|(_, value)| value.is_table()) {
            if names(name) != 1 {
                self.faults.push(fault(format!("{path}/{name} is named by {} parts, not by one", names(name))));
            }
        }
    }

    fn segment(&mut self, line: &PartLine<'_>) -> SegmentUse {
        let tag = Tag::new(line.name.as_bytes());
        if !self.segments.contains_key(&tag) {
            match self.dictionary.segment(line.name) {
                Ok(Some(definition)) => drop(self.segments.insert(tag, definition)),
                Ok(None) => {}
                Err(text) => self.faults.push(fault(text)),
            }
        }
        SegmentUse { tag, requirement: line.requirement, max: line.max, definition: None }
    }

    fn nested(&mut self, path: &str, table: &Table, line: &PartLine<'_>, depth: usize) -> Option<LoopDef> {
        let path = format!("{path}/{}", line.name);
        let Some(table) = table.get(line.name).and_then(Value::as_table) else {
            self.faults.push(fault(format!("{path} has no table")));
            return None;
        };
        let parts = self.parts(&path, table, depth + 1);
        let when = table.get("when").and_then(|when| {
            let when = when
                .as_str()
                .and_then(discriminator)
                .filter(|(tag, _)| parts.first().is_some_and(|first| first.name() == *tag));
            if when.is_none() {
                self.faults
                    .push(fault(format!("{path}: 'when' is not written 'N101 in (ST BY)' of its first segment")));
            }
            Some(when?.1)
        });
        if !matches!(parts.first(), Some(Part::Segment(first)) if first.requirement == Requirement::Mandatory) {
            self.faults.push(fault(format!("{path} does not begin with a mandatory segment")));
        }
        Some(LoopDef {
            name: line.name.to_owned(),
            requirement: line.requirement,
            max: line.max,
            when,
            group: None,
            hierarchy: None,
            parts,
        })
    }
}

struct PartLine<'l> {
    is_loop: bool,
    name: &'l str,
    requirement: Requirement,
    max: Max,
}

impl<'l> PartLine<'l> {
    fn parse(line: &'l str) -> Option<Self> {
        let mut words = line.split_whitespace().peekable();
        let is_loop = words.next_if_eq(&"loop").is_some();
        let mut part = Self { is_loop, name: words.next()?, requirement: Requirement::Optional, max: Max::Times(1) };
        for word in words {
            match requirement_of(word) {
                Some(requirement) => part.requirement = requirement,
                None if word == ">1" => part.max = Max::Unbounded,
                None => part.max = Max::Times(word.parse().ok()?),
            }
        }
        Some(part)
    }
}

/// `N101 in (ST BY)`.
fn discriminator(text: &str) -> Option<(&str, Discriminator)> {
    let (place, values) = text.split_once(" in ")?;
    let (tag, element) = place.split_at_checked(place.len().checked_sub(2)?)?;
    let values = values.trim().strip_prefix('(')?.strip_suffix(')')?;
    let values = values.split_whitespace().map(str::to_owned).collect();
    Some((tag, Discriminator { element: element.parse().ok().filter(|number| *number > 0)?, values }))
}
