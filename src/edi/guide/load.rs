//! The form of guides on disk.
//!
//! A *dictionary* is shared by the sets of a release. It may be spread over several files; a later one adds entries to
//! those of an earlier one, or puts its own in their place.
//!
//! ```toml
//! [elements]                   # number = "TYPE min/max" in X12; "an ..35", "an 3", "n ..15", "a 3" in EDIFACT
//! "353"  = "ID 2/2"
//! "3035" = "an ..3"
//! [composites]                 # components in order
//! C040 = "128 M, 127 M, 128, 127"
//! [segments]                   # elements in order: number, M when mandatory, xN when it may repeat N times
//! REF = "128 M, 127, 352, C040"
//! [notes]                      # what elements, or the components of a composite, demand of one another
//! REF = "R0203"                # P: all or none. R: one at least. E: one at most. C: if the first is there, so are all
//! N1  = "R0203 P0304"          # others. L: if the first is there, so is one of the others
//! [pairs]                      # qualifier/value
//! LIN = "2/3 4/5"
//! [names]                      # labels in our own words, for elements, composites and segments
//! "353" = "purpose"
//! [codes.353]                  # codes and their labels; an empty label takes away what an earlier file listed
//! whole = true                 # there are no others: another code is a finding
//! "00"  = "original"
//! ```
//!
//! A *set* lists parts in order: `"TAG [M|O] [max]"` for a segment, `"loop NAME [M|O] [max]"` for a loop, whose parts
//! stand in the table of its name. Left out, a part is optional and comes once; `>1` is without bound.
//!
//! ```toml
//! [set]
//! name  = "purchase order"     # a label of our own
//! parts = ["BEG M", "REF >1", "loop N1 200"]
//! [set.N1]
//! parts = ["N1 M", "N3 2"]
//! when  = "N101 in (ST)"       # only where two loops of one parent begin alike
//! group = 2                    # number of the segment group in EDIFACT
//! hierarchy = { id = "HL01", parent = "HL02", level = "HL03", order = ["S", "O", "I"] }   # instances form a tree
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::table::{Faults, Located, Source, Table, Value, read};
use crate::base::{Diagnostic, Location};
use crate::edi::place::Tag;

use super::Guide;
use super::dictionary::{Dictionary, is_tag};
use super::key::GuideKey;
use super::segment::{Discriminator, Hierarchy, LoopDef, Max, Part, Requirement, SegmentDef, SegmentUse};

/// Loops inside one another; X12 and EDIFACT stay below ten.
const DEPTH: usize = 32;

/// A fault of a guide's file.
pub(super) fn fault(text: impl Into<String>) -> Diagnostic {
    Diagnostic::error("guide", text)
}

/// `M` or `O`.
pub(super) fn requirement_of(word: &str) -> Option<Requirement> {
    match word {
        "M" => Some(Requirement::Mandatory),
        "O" => Some(Requirement::Optional),
        _ => None,
    }
}

/// Reads a set with the dictionary of its release. All faults of the file are told; a guide that has any is none.
pub(crate) fn guide(key: GuideKey, file: &Source, dictionary: &Dictionary, faults: &Faults) -> Option<Guide> {
    let own = Faults::new();
    let mut loader = SetLoader { dictionary, segments: BTreeMap::new(), faults: &own };
    let written = read(file, &own, |table| {
        table.require("set", "a table [set] with the parts of the transaction set");
        let set = Located { value: key.set.clone(), at: file.whole() };
        table.table("set").map(|set_table| loader.loop_table(&key.set, &set, set_table, Level::Set))
    });
    let segments = loader.segments;
    if own.any_error() {
        faults.extend(own.into_sorted());
        return None;
    }
    let Body { name, parts, .. } = written??;
    let root = LoopDef {
        name: key.set.clone(),
        requirement: Requirement::Mandatory,
        max: Max::Times(1),
        when: None,
        group: None,
        hierarchy: None,
        parts,
    };
    Some(Guide { key, name, root, segments, dictionary: dictionary.clone(), planned: Default::default() })
}

/// The parts of a table that an overlay adds to `parent`, and the segments described in them.
pub(super) fn addition(
    parent: &str,
    table: Table<'_>,
    dictionary: &Dictionary,
    faults: &Faults,
) -> (Vec<Part>, BTreeMap<Tag, Arc<SegmentDef>>) {
    let mut loader = SetLoader { dictionary, segments: BTreeMap::new(), faults };
    let at = Located { value: parent.to_owned(), at: table.at() };
    let body = loader.loop_table(parent, &at, table, Level::Addition);
    (body.parts, loader.segments)
}

/// What the table being read is.
#[derive(Clone, Copy)]
enum Level {
    /// The set itself.
    Set,
    /// What an overlay adds somewhere.
    Addition,
    /// A loop, so many deep.
    Loop(usize),
}

impl Level {
    fn depth(self) -> usize {
        match self {
            Self::Set | Self::Addition => 1,
            Self::Loop(depth) => depth,
        }
    }
}

struct SetLoader<'d> {
    dictionary: &'d Dictionary,
    segments: BTreeMap<Tag, Arc<SegmentDef>>,
    faults: &'d Faults,
}

/// The table of a loop.
#[derive(Default)]
struct Body {
    name: String,
    parts: Vec<Part>,
    when: Option<Discriminator>,
    group: Option<u32>,
    hierarchy: Option<Hierarchy>,
}

impl SetLoader<'_> {
    fn add(&self, text: String, at: &Location) {
        self.faults.add(fault(text).at(at.clone()));
    }

    fn loop_table(&mut self, path: &str, name: &Located<String>, mut table: Table<'_>, level: Level) -> Body {
        let mut body = Body::default();
        let (mut lines, mut later, mut children) = (Vec::new(), Vec::new(), Vec::new());
        for (key, value) in table.entries() {
            match (key.as_str(), level) {
                ("parts", _) => lines = value.list(),
                ("into" | "after", Level::Addition) => {}
                ("name", Level::Set) => body.name = value.string().map(|text| text.value).unwrap_or_default(),
                ("group", Level::Loop(_)) => {
                    body.group = value.integer(1..=999).and_then(|group| group.try_into().ok())
                }
                ("when" | "hierarchy", Level::Loop(_)) => later.push((key, value)),
                _ if value.is_table() => children.push((key, Some(value))),
                // It says what was expected.
                _ => drop(value.table()),
            }
        }
        if lines.is_empty() {
            self.add(format!("{path} has no parts"), &name.at);
        }
        for line in &lines {
            match line.as_text().and_then(PartLine::parse) {
                Some(part) if part.is_loop => {
                    body.parts.extend(self.nested(path, line, &part, &mut children, level.depth()).map(Part::Loop));
                }
                Some(part) => body.parts.push(Part::Segment(self.segment(&part))),
                None => self.bad_line(path, line),
            }
        }
        self.check_names(path, &lines, &children);
        for (key, value) in &later {
            match key.as_str() {
                "when" => body.when = self.when(path, value, &body.parts),
                _ => body.hierarchy = self.hierarchy(path, value, &body.parts),
            }
        }
        body
    }

    fn bad_line(&self, path: &str, line: &Value<'_>) {
        let text = line.as_text().map_or_else(|| "a part".to_owned(), |text| format!("\"{text}\""));
        self.add(format!("{path}: {text} is not written 'TAG [M|O] [max]'"), &line.at());
    }

    /// Every table must be a loop that a part names, and no name may stand for two loops.
    fn check_names(&self, path: &str, lines: &[Value<'_>], children: &[(Located<String>, Option<Value<'_>>)]) {
        let named = |name: &str| {
            let parts = lines.iter().filter_map(|line| line.as_text().and_then(PartLine::parse));
            parts.filter(|part| part.is_loop && part.name == name).count()
        };
        for (name, _) in children {
            let count = named(name);
            if count != 1 {
                self.add(format!("{path}/{} is named by {count} parts, not by one", name.value), &name.at);
            }
        }
    }

    fn segment(&mut self, line: &PartLine<'_>) -> SegmentUse {
        let tag = Tag::new(line.name.as_bytes());
        if let Some(definition) = self.dictionary.segment(tag) {
            self.segments.entry(tag).or_insert_with(|| Arc::clone(definition));
        }
        SegmentUse { tag, requirement: line.requirement, max: line.max, definition: None }
    }

    fn nested(
        &mut self,
        path: &str,
        line: &Value<'_>,
        part: &PartLine<'_>,
        children: &mut [(Located<String>, Option<Value<'_>>)],
        depth: usize,
    ) -> Option<LoopDef> {
        let path = format!("{path}/{}", part.name);
        let Some((name, value)) = children.iter_mut().find(|(name, _)| name.value == part.name) else {
            self.add(format!("{path} has no table"), &line.at());
            return None;
        };
        // A second part of the same name finds the table taken; that it does is told once, by `check_names`.
        let value = value.take()?;
        if depth >= DEPTH {
            self.add(format!("{path}: more than {DEPTH} loops inside one another"), &name.at);
            return None;
        }
        let body = self.loop_table(&path, name, value.table()?, Level::Loop(depth + 1));
        if !matches!(body.parts.first(), Some(Part::Segment(first)) if first.requirement == Requirement::Mandatory) {
            self.add(format!("{path} does not begin with a mandatory segment"), &name.at);
        }
        Some(LoopDef {
            name: part.name.to_owned(),
            requirement: part.requirement,
            max: part.max,
            when: body.when,
            group: body.group,
            hierarchy: body.hierarchy,
            parts: body.parts,
        })
    }

    fn when(&self, path: &str, value: &Value<'_>, parts: &[Part]) -> Option<Discriminator> {
        let when = value.as_text().and_then(|text| {
            let (place, values) = text.split_once(" in ")?;
            let values = values.trim().strip_prefix('(')?.strip_suffix(')')?;
            let values: Vec<_> = values.split_whitespace().map(str::to_owned).collect();
            Some(Discriminator { element: self.element_of_first(place, parts)?, values })
        });
        let when = when.filter(|when| !when.values.is_empty());
        if when.is_none() {
            let text = format!("{path}: 'when' is not written 'N101 in (ST BY)' of its first segment");
            self.add(text, &value.at());
        }
        when
    }

    fn hierarchy(&self, path: &str, value: &Value<'_>, parts: &[Part]) -> Option<Hierarchy> {
        let table = value.table()?;
        table.require("id", "the element that numbers an instance, such as \"HL01\"");
        table.require("parent", "the element that names the parent, such as \"HL02\"");
        let element = |key| {
            let value: Value<'_> = table.value(key)?;
            let element = value.as_text().and_then(|text| self.element_of_first(text, parts));
            if element.is_none() {
                self.add(format!("{path}: '{key}' is no element of its first segment"), &value.at());
            }
            element
        };
        let (id, parent, level) = (element("id"), element("parent"), element("level"));
        let order = table.strings("order").into_iter().map(|level| level.value).collect();
        Some(Hierarchy { id: id?, parent: parent?, level, order })
    }

    /// The number of an element of the first part's segment, written `N101`.
    fn element_of_first(&self, place: &str, parts: &[Part]) -> Option<usize> {
        let Some(Part::Segment(first)) = parts.first() else { return None };
        let number = place.strip_prefix(first.tag.as_str())?;
        let number: usize = (number.len() == 2).then(|| number.parse().ok())??;
        let count = self.dictionary.segment(first.tag).map_or(99, |segment| segment.elements.len());
        (1..=count).contains(&number).then_some(number)
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
                None => part.max = max_of(word)?,
            }
        }
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (if is_loop { is_name(part.name) } else { is_tag(part.name) }).then_some(part)
    }
}

/// `200`, `>1`.
pub(super) fn max_of(word: &str) -> Option<Max> {
    match word {
        ">1" => Some(Max::Unbounded),
        _ => word.parse().ok().filter(|times| *times > 0).map(Max::Times),
    }
}
