//! Compiles a mapping: looks up every name in it, in the guide on one side and in the schema on the other, and tells
//! all faults at once.

use std::collections::BTreeSet;

use super::code::{CodeList, Meaning};
use super::codec::{Stage, in_words};
use super::convert;
use super::faults::Faults;
use super::file::{Node, Spot, Table, Value};
use super::load::{Loaded, overlay};
use super::nearest::did_you_mean;
use super::party::find_parties;
use super::program::{Condition, Instances, ListPlace, Of, PathStep, Program, Reach, Route, Source, Start, Ways};
use super::rule::{self, Test};
use super::scan::RuleFault;
use super::scope::Scope;
use super::table::LookupTable;
use crate::base::{Diagnostic, plural};
use crate::canon::{self, Kind, Shape};
use crate::edi::Guide;

/// Words with a meaning of their own in a section. No canonical member may have such a name.
pub(super) const RESERVED: [&str; 13] =
    ["each", "in", "spread", "emit", "key", "sum", "use", "default", "unsent", "derive", "levels", "tree", "place"];

/// Blocks may use blocks, so deep.
const MAX_USE: usize = 8;

/// Compiles the rules of a file for a guide and a document. `sources` gives the tables that lie beside it.
pub(super) fn compile(
    loaded: &Loaded,
    guide: &Guide,
    kind: &str,
    shape: &Shape,
    sources: &dyn Fn(&str) -> Option<String>,
) -> Result<Program, Vec<Diagnostic>> {
    let mut compiler = Compiler {
        shape,
        faults: Faults::default(),
        blocks: loaded.table.get("block").and_then(|entry| entry.node.table()),
        lists: Vec::new(),
        derived: BTreeSet::new(),
        outer: Vec::new(),
        spots: Vec::new(),
        has_levels: false,
        ways: Ways { read: true, write: true },
        one_way: Vec::new(),
        tables: Vec::new(),
        sources,
    };
    compiler.top(&loaded.table, kind);
    compiler.read_lists(&loaded.table);
    let Some(entry) = loaded.table.get(kind) else {
        let fault = Diagnostic::error("section-missing", format!("there is no section [{kind}]"));
        let at = crate::base::Location { file: Some(loaded.file.to_string()), ..crate::base::Location::default() };
        compiler.faults.push(fault.expecting(format!("the rules of the document, under [{kind}]")).at(at));
        return Err(compiler.faults.list);
    };
    let Some(table) = entry.node.table() else {
        compiler.faults.wrong_type(&entry.node, kind, "a section with the rules of the document");
        return Err(compiler.faults.list);
    };
    let derive = compiler.derivations(table);
    let mut hierarchy = compiler.hierarchy(table, shape, guide);
    compiler.has_levels = table.get("levels").is_some();
    let mut root = compiler.section(table, shape, &Scope::message(guide), &[], &entry.at);
    super::named::settle(&mut root, hierarchy.as_mut());
    let unsent = compiler.unsent(table);
    let packs_pia = loaded.table.get("pia").is_some();
    compiler.some_way();
    if !compiler.faults.list.is_empty() {
        compiler.faults.list.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
        return Err(compiler.faults.list);
    }
    let mut parties = Vec::new();
    find_parties(shape, &mut Vec::new(), &mut parties);
    let (tables, ways, one_way) = (compiler.tables, compiler.ways, compiler.one_way);
    Ok(Program {
        root,
        lists: compiler.lists,
        tables,
        ways,
        one_way,
        derive,
        parties,
        spots: compiler.spots,
        unsent,
        hierarchy,
        packs_pia,
    })
}

fn place_of(fault: &Diagnostic) -> (Option<&str>, Option<u32>, Option<u32>) {
    (fault.location.file.as_deref(), fault.location.line, fault.location.column)
}

/// What is known while a file is compiled.
pub(super) struct Compiler<'c> {
    pub shape: &'c Shape,
    pub faults: Faults,
    pub blocks: Option<&'c Table>,
    pub lists: Vec<CodeList>,
    /// Paths that `derive` fills: they need no rule.
    pub derived: BTreeSet<String>,
    /// Shapes of the items around the section, the document first: what `^.` in an `emit` speaks of.
    pub outer: Vec<&'c Shape>,
    pub spots: Vec<(String, Spot)>,
    /// Whether the document has levels, whose sections are compiled by themselves.
    pub has_levels: bool,
    pub ways: Ways,
    /// Why it does not go both ways.
    pub one_way: Vec<Diagnostic>,
    pub tables: Vec<LookupTable>,
    /// The project's own files, for tables beside the mapping.
    pub sources: &'c dyn Fn(&str) -> Option<String>,
}

impl<'c> Compiler<'c> {
    fn top(&mut self, table: &Table, kind: &str) {
        for entry in &table.entries {
            match entry.key.as_str() {
                "block" | "codes" if entry.node.table().is_none() => {
                    self.faults.wrong_type(&entry.node, &entry.key, "a table");
                }
                "block" | "codes" => {}
                "schema" => {
                    if !matches!(entry.node.value, Value::Integer(1)) {
                        self.faults.wrong_type(&entry.node, "schema", "1, the only version of mapping files there is");
                    }
                }
                "direction" => match entry.node.text() {
                    Some(way @ ("read" | "write")) => {
                        let ways = Ways { read: way == "read", write: way == "write" };
                        self.goes_only(ways, &entry.at, format!("the file says direction = \"{way}\""));
                    }
                    way => {
                        let said = way.map_or(entry.node.kind().to_owned(), |way| format!("'{way}'"));
                        let fault = Diagnostic::error("unknown-direction", format!("{said} is no direction"));
                        self.faults.at(&entry.node.at, fault.expecting("\"read\" or \"write\"; without it both"));
                    }
                },
                "pia" => {
                    if entry.node.text() != Some("packed") {
                        self.faults.wrong_type(&entry.node, "pia", "\"packed\"");
                    }
                }
                key if key == kind => {}
                key if is_a_kind(key) => {
                    let fault = Diagnostic::error("unknown-key", format!("'{key}' is another document"));
                    self.faults.at(&entry.at, fault.expecting(format!("[{kind}]: the file makes that document")));
                }
                key => {
                    let mut fault = Diagnostic::error("unknown-key", format!("there is no key '{key}'"));
                    fault.hint = did_you_mean(
                        key,
                        ["message", "document", "extends", "version", "direction", "pia", "block", "codes", kind],
                    );
                    self.faults.at(&entry.at, fault);
                }
            }
        }
    }

    /// Says that a file goes one way only, and why.
    pub(super) fn goes_only(&mut self, ways: Ways, at: &Spot, why: String) {
        self.ways.read &= ways.read;
        self.ways.write &= ways.write;
        let only = match ways.read {
            true => "documents are read by it and not written",
            false => "documents are written by it and not read",
        };
        let reason = Diagnostic::info("one-way", format!("{why}: {only}")).at(at.location());
        // A block says it wherever it is used.
        if !self.one_way.contains(&reason) {
            self.one_way.push(reason);
        }
    }

    /// A file that goes neither way is of no use.
    fn some_way(&mut self) {
        if self.ways.read || self.ways.write {
            return;
        }
        let Some(last) = self.one_way.pop() else { return };
        let others = self.one_way.iter().filter_map(|one| one.location.line).map(|line| line.to_string());
        let message = format!("the file goes neither way: see also line {}", others.collect::<Vec<_>>().join(", "));
        let fault =
            Diagnostic::error("no-way", message).expecting("both halves, read and write, or the same one everywhere");
        self.faults.push(fault.at(last.location));
    }

    fn read_lists(&mut self, table: &Table) {
        let Some(lists) = table.get("codes").and_then(|entry| entry.node.table()) else { return };
        for entry in &lists.entries {
            if !matches!(entry.node.value, Value::Flag(false)) {
                let list = CodeList::read(&entry.key, &entry.node, &mut self.faults);
                self.lists.push(list);
            }
        }
    }

    /// The list that `code(name)` names, its words held against what the member may be.
    pub(super) fn list(&mut self, node: &Node, codec: &rule::Codec, name: &str, kind: &Kind) -> Option<usize> {
        let index = self.list_index(&node.spot_in(codec.at), name)?;
        let list = self.lists.get(index)?;
        let mut faults = Vec::new();
        for entry in &list.entries {
            match &entry.meaning {
                Meaning::Word(word) if convert::constant_fits(word, kind) => {}
                Meaning::Word(word) => {
                    let message =
                        format!("codes.{name} reads '{}' as '{word}', which is not {}", entry.code, in_words(kind));
                    let mut fault = Diagnostic::error("type-clash", message);
                    if let Kind::Word(words) = kind {
                        fault.hint = did_you_mean(word, words.iter().map(String::as_str));
                    }
                    faults.push((entry.at.clone(), fault));
                }
                Meaning::Members(_) => {
                    let message = format!("the code '{}' of codes.{name} gives several members", entry.code);
                    let fault = Diagnostic::error("type-clash", message).hinting("use the list in a 'spread'");
                    faults.push((entry.at.clone(), fault));
                }
            }
        }
        faults.into_iter().for_each(|(at, fault)| self.faults.at(&at, fault));
        Some(index)
    }

    pub(super) fn list_index(&mut self, at: &Spot, name: &str) -> Option<usize> {
        let index = self.lists.iter().position(|list| list.name == name);
        if let Some(list) = index.and_then(|index| self.lists.get_mut(index)) {
            list.is_used = true;
        } else {
            let mut fault = Diagnostic::error("unknown-code-list", format!("there is no list [codes.{name}]"));
            fault.hint = did_you_mean(name, self.lists.iter().map(|list| list.name.as_str()));
            self.faults.at(at, fault);
        }
        index
    }

    /// The rules of a section with those of the block it uses below them.
    pub(super) fn with_block(&mut self, table: &Table) -> Table {
        let mut table = table.clone();
        for _ in 0..MAX_USE {
            let Some(position) = table.entries.iter().position(|entry| entry.key == "use") else { return table };
            let entry = table.entries.remove(position);
            let Some(name) = entry.node.text() else {
                self.faults.wrong_type(&entry.node, "use", "the name of a [block]");
                return table;
            };
            let block = self.blocks.and_then(|blocks| blocks.get(name)).and_then(|entry| entry.node.table());
            let Some(block) = block else {
                let mut fault = Diagnostic::error("unknown-block", format!("there is no section [block.{name}]"));
                let known = self.blocks.map(|blocks| blocks.entries.as_slice()).unwrap_or_default();
                fault.hint = did_you_mean(name, known.iter().map(|entry| entry.key.as_str()));
                self.faults.at(&entry.node.at, fault);
                return table;
            };
            table = overlay(table, block.clone());
        }
        if let Some(position) = table.entries.iter().position(|entry| entry.key == "use") {
            let entry = table.entries.remove(position);
            let message = format!("blocks use one another deeper than {MAX_USE}, or in a circle");
            let fault = Diagnostic::error("use-cycle", message);
            self.faults.at(&entry.node.at, fault.hinting("take this 'use' out, or name another block"));
        }
        table
    }

    /// The sources of a rule, and where each of them starts for its codecs.
    pub(super) fn sources(
        &mut self,
        node: &Node,
        rule: &rule::Rule,
        scope: &Scope<'_>,
    ) -> Option<(Vec<Source>, Vec<Stage>)> {
        let (mut sources, mut stages) = (Vec::new(), Vec::new());
        let mut is_whole = true;
        let is_gone = |places: &[rule::Place]| places.first().is_some_and(|place| scope.is_gone(place, &node.at.file));
        for source in &rule.sources {
            match source {
                rule::Source::Constant(text) => {
                    sources.push(Source::Constant(text.clone()));
                    stages.push(Stage::Text);
                }
                rule::Source::Places { places, .. } if is_gone(places) => {}
                rule::Source::Places { places, conditions } => match self.places(node, places, conditions, scope) {
                    Some(source) => {
                        if let Source::Places { reaches, .. } = &source {
                            stages.push(match reaches.as_slice() {
                                [only] if only.format.is_some() => Stage::Period,
                                [only] => Stage::Element(only.element_type),
                                several => Stage::Elements(several.iter().map(|reach| reach.element_type).collect()),
                            });
                        }
                        sources.push(source);
                    }
                    None => is_whole = false,
                },
            }
        }
        (is_whole && !sources.is_empty()).then_some((sources, stages))
    }

    fn places(
        &mut self,
        node: &Node,
        places: &[rule::Place],
        conditions: &[rule::Condition],
        scope: &Scope<'_>,
    ) -> Option<Source> {
        let first = places.first()?;
        let mut reaches = vec![self.looked_up(node, scope.reach(first))?];
        for place in places.iter().skip(1) {
            // A date that stands around, and the time of day in the instance itself.
            if matches!(first.from, rule::From::Level(_)) && place.segment != first.segment {
                reaches.push(self.looked_up(node, scope.reach(place))?);
                continue;
            }
            let why = "the places of one value stand in one segment, or the first of them in a loop around";
            let same = self.same_segment(node, place, first, why)?;
            reaches.push(self.looked_up(node, scope.reach(&same))?);
        }
        let mut compiled = Vec::new();
        for condition in conditions {
            let place = &condition.place;
            let is_beside = place.segment != first.segment
                && !first.loops.is_empty()
                && (&place.from, &place.loops) == (&first.from, &first.loops);
            if is_beside {
                let mut reach = self.looked_up(node, scope.reach(place))?;
                reach.route = Route { start: Start::Out(0), loops: Vec::new(), tag: reach.route.tag };
                let condition = Condition { reach, test: condition.test.clone(), of: Of::Beside };
                self.holdable(&node.spot_in(place.at), &condition);
                compiled.push(condition);
                continue;
            }
            let why = "a condition of a place speaks of the same segment, or by its path of one beside it";
            let same = self.same_segment(node, place, first, why)?;
            let reach = self.looked_up(node, scope.reach(&same))?;
            let condition = Condition { reach, test: condition.test.clone(), of: Of::Own };
            self.holdable(&node.spot_in(place.at), &condition);
            compiled.push(condition);
        }
        Some(Source::Places { reaches, conditions: compiled })
    }

    /// The place, its path taken from the first place of the rule when it has none of its own.
    fn same_segment(
        &mut self,
        node: &Node,
        place: &rule::Place,
        first: &rule::Place,
        why: &str,
    ) -> Option<rule::Place> {
        let own_way = place.from != rule::From::Here || !place.loops.is_empty();
        let differs = own_way && (place.from != first.from || place.loops != first.loops);
        if place.segment != first.segment || differs {
            let message = format!("'{}' is another segment than '{}'", place.segment, first.segment);
            let mut fault = RuleFault::new(place.at, message);
            fault.expected = Some(format!("an element of {}: {why}", first.segment));
            self.faults.rule(node, "other-segment", fault);
            return None;
        }
        Some(rule::Place { from: first.from.clone(), loops: first.loops.clone(), ..place.clone() })
    }

    pub(super) fn looked_up<T>(&mut self, node: &Node, result: Result<T, RuleFault>) -> Option<T> {
        result.map_err(|fault| self.faults.rule(node, "unknown-place", fault)).ok()
    }

    /// `each` and `in`.
    pub(super) fn instances<'g>(
        &mut self,
        node: &Node,
        word: &str,
        scope: &Scope<'g>,
    ) -> Option<(Instances, Scope<'g>)> {
        let Some(text) = node.text() else {
            self.faults.wrong_type(node, word, "a loop, such as \"N1 if N101=BY\"");
            return None;
        };
        let parsed = rule::Instances::parse(text);
        let parsed = self.faults.parsed(node, parsed)?;
        if scope.is_gone(&parsed.place, &node.at.file) {
            return None;
        }
        let (target, inside) = self.looked_up(node, scope.enter(&parsed.place))?;
        let mut alternatives = Vec::new();
        for conditions in &parsed.alternatives {
            let mut compiled = Vec::new();
            for condition in conditions {
                if condition.place.from == rule::From::Message {
                    let fault = RuleFault::new(condition.place.at, "a condition looks inside its instance");
                    self.faults.rule(node, "unknown-place", fault.expecting("a place without '/' at its start"));
                    return None;
                }
                let reach = self.looked_up(node, inside.reach(&condition.place))?;
                let at = node.spot_in(condition.place.at);
                let condition = Condition { reach, test: condition.test.clone(), of: Of::Own };
                self.holdable(&at, &condition);
                compiled.push(condition);
            }
            alternatives.push(compiled);
        }
        Some((Instances { at: node.at.clone(), target, alternatives }, inside))
    }

    /// Holds the values of a condition against the length of their element.
    pub(super) fn holdable(&mut self, at: &Spot, condition: &Condition) {
        if let Test::OneOf(values) | Test::NoneOf(values) = &condition.test {
            values.iter().for_each(|value| self.has_room(at, &condition.reach, value));
        }
    }

    /// Tells of a text that is longer than the guide lets its element be.
    pub(super) fn has_room(&mut self, at: &Spot, reach: &Reach, text: &str) {
        let longest = reach.longest.filter(|longest| text.chars().count() > *longest as usize);
        if let Some(longest) = longest {
            let message = format!("'{text}' is longer than its element in {}", reach.route.tag);
            self.faults.at(
                at,
                Diagnostic::error("too-long", message)
                    .expecting(format!("at most {longest} {}", plural(longest as usize, "character"))),
            );
        }
    }

    /// Looks a canonical path up from `shape` down; also the shape at its end.
    pub(super) fn path<'s>(&mut self, at: &Spot, path: &str, shape: &'s Shape) -> Option<(Vec<PathStep>, &'s Shape)> {
        let mut steps = Vec::new();
        let mut shape = shape;
        for name in path.split('.') {
            if matches!(shape, Shape::Open) {
                steps.push(PathStep::Member(name.to_owned()));
                continue;
            }
            let Some(member) = shape.member(name) else {
                self.unknown_member(at, name, path, shape);
                return None;
            };
            shape = match &member.shape {
                Shape::Array { item, .. } => {
                    steps.push(PathStep::Items(name.to_owned()));
                    item
                }
                inner => {
                    steps.push(PathStep::Member(name.to_owned()));
                    inner
                }
            };
        }
        Some((steps, shape))
    }

    pub(super) fn unknown_member(&mut self, at: &Spot, name: &str, path: &str, shape: &Shape) {
        let of = if path == name { String::new() } else { format!(" in '{path}'") };
        let mut fault = Diagnostic::error("unknown-member", format!("the document has no member '{name}'{of}"));
        let known = shape.members().iter().map(|member| member.name.as_str());
        fault.hint = did_you_mean(name, known.chain(RESERVED));
        if fault.hint.is_none() {
            let known = shape.members().iter().map(|member| member.name.as_str()).filter(|name| *name != "meta");
            let known: Vec<&str> = known.collect();
            if !known.is_empty() {
                fault.expected = Some(format!("one of {}", known.join(", ")));
            }
        }
        self.faults.at(at, fault);
    }

    /// What is never written, on purpose.
    fn unsent(&mut self, table: &Table) -> Vec<Vec<PathStep>> {
        let Some(entry) = table.get("unsent") else { return Vec::new() };
        let inner =
            entry.node.table().and_then(|table| table.get("replace")).map_or(&entry.node, |replace| &replace.node);
        let Value::List(items) = &inner.value else {
            self.faults.wrong_type(inner, "unsent", "a list of paths, or { replace = [paths] }");
            return Vec::new();
        };
        let mut paths = Vec::new();
        for item in items {
            match item.text() {
                Some(path) => paths.extend(self.path(&item.at, path, self.shape).map(|(path, _)| path)),
                None => self.faults.wrong_type(item, "unsent", "a path of the document"),
            }
        }
        paths
    }
}

/// Whether a key is the name of a document.
fn is_a_kind(key: &str) -> bool {
    canon::document_types().iter().any(|known| known.kind == key)
}

/// A place on its own, for a rule that collects values.
pub(super) fn only_place(source: Source) -> Option<ListPlace> {
    match source {
        Source::Places { reaches, conditions } => {
            let mut reaches = reaches.into_iter();
            let reach = reaches.next().filter(|_| reaches.next().is_none())?;
            let is_plain = conditions.iter().all(|condition| condition.of == Of::Own);
            is_plain.then_some(ListPlace { reach, conditions })
        }
        Source::Constant(_) => None,
    }
}
