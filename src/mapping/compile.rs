//! Compiles a mapping: looks up every name in it, in the guide on one side and in the schema on the other, and tells
//! all faults at once.

use std::collections::BTreeSet;

use super::code::{CodeList, Meaning};
use super::codec::{Stage, in_words};
use super::convert;
use super::derive::{Derivation, Expression};
use super::faults::Faults;
use super::file::{Entry, Node, Spot, Table, Value};
use super::load::{Loaded, overlay};
use super::nearest::did_you_mean;
use super::program::{Condition, Emit, EmitValue, Instances, PathStep, Program, Reach, Source};
use super::rule;
use super::scan::RuleFault;
use super::scope::Scope;
use crate::base::Diagnostic;
use crate::canon::{Kind, Shape};
use crate::edi::Guide;

/// Words with a meaning of their own in a section. No canonical member may have such a name.
pub(super) const RESERVED: [&str; 12] =
    ["each", "in", "spread", "emit", "key", "sum", "use", "default", "unsent", "derive", "levels", "tree"];

/// Blocks may use blocks, so deep.
const MAX_USE: usize = 8;

/// Compiles the rules of a file for a guide and a document.
pub(super) fn compile(loaded: &Loaded, guide: &Guide, kind: &str, shape: &Shape) -> Result<Program, Vec<Diagnostic>> {
    let mut compiler = Compiler {
        shape,
        faults: Faults::default(),
        blocks: loaded.table.get("block").and_then(|entry| entry.node.table()),
        lists: Vec::new(),
        derived: BTreeSet::new(),
        outer: Vec::new(),
        spots: Vec::new(),
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
    let root = compiler.section(table, shape, &Scope::message(guide), &[], &entry.at);
    compiler.unsent(table);
    if !compiler.faults.list.is_empty() {
        compiler.faults.list.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
        return Err(compiler.faults.list);
    }
    let mut parties = Vec::new();
    find_parties(shape, &mut Vec::new(), &mut parties);
    Ok(Program { root, lists: compiler.lists, derive, parties, spots: compiler.spots })
}

fn place_of(fault: &Diagnostic) -> (Option<&str>, Option<u32>, Option<u32>) {
    (fault.location.file.as_deref(), fault.location.line, fault.location.column)
}

/// Objects that look like a party get their ids from the partner's `[parties]`.
fn find_parties(shape: &Shape, path: &mut Vec<PathStep>, parties: &mut Vec<Vec<PathStep>>) {
    if shape.member("id").is_some() && shape.member("identifiers").is_some() {
        parties.push(path.clone());
    }
    for member in shape.members() {
        let (step, inner) = match &member.shape {
            Shape::Array { item, .. } => (PathStep::Items(member.name.clone()), &**item),
            inner => (PathStep::Member(member.name.clone()), inner),
        };
        path.push(step);
        find_parties(inner, path, parties);
        path.pop();
    }
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
                "pia" => {
                    if entry.node.text() != Some("packed") {
                        self.faults.wrong_type(&entry.node, "pia", "\"packed\"");
                    }
                }
                key if key == kind => {}
                key => {
                    let mut fault = Diagnostic::error("unknown-key", format!("there is no key '{key}'"));
                    fault.hint =
                        did_you_mean(key, ["message", "document", "extends", "version", "block", "codes", kind]);
                    self.faults.at(&entry.at, fault);
                }
            }
        }
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
        if index.is_none() {
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
        let at = table.get("use").map(|entry| entry.node.at.clone());
        if let Some(at) = at {
            let message = format!("blocks use one another deeper than {MAX_USE}, or in a circle");
            self.faults.at(&at, Diagnostic::error("use-cycle", message));
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
        for source in &rule.sources {
            match source {
                rule::Source::Constant(text) => {
                    sources.push(Source::Constant(text.clone()));
                    stages.push(Stage::Text);
                }
                rule::Source::Places { places, conditions } => match self.places(node, places, conditions, scope) {
                    Some(source) => {
                        if let Source::Places { reaches, .. } = &source {
                            stages.push(match reaches.as_slice() {
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
        is_whole.then_some((sources, stages))
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
        let others = places.iter().skip(1).map(|place| (place, "the places of one value stand in one segment"));
        for (place, why) in others {
            let same = self.same_segment(node, place, first, why)?;
            reaches.push(self.looked_up(node, scope.reach(&same))?);
        }
        let mut compiled = Vec::new();
        for condition in conditions {
            let why = "a condition of a place speaks of the same segment";
            let same = self.same_segment(node, &condition.place, first, why)?;
            let reach = self.looked_up(node, scope.reach(&same))?;
            compiled.push(Condition { reach, test: condition.test.clone() });
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
        let (target, inside) = self.looked_up(node, scope.enter(&parsed.place))?;
        let mut alternatives = Vec::new();
        for conditions in &parsed.alternatives {
            let mut compiled = Vec::new();
            for condition in conditions {
                let reach = self.looked_up(node, inside.reach(&condition.place))?;
                compiled.push(Condition { reach, test: condition.test.clone() });
            }
            alternatives.push(compiled);
        }
        Some((Instances { target, alternatives }, inside))
    }

    /// The places that only the wire has.
    pub(super) fn emits(&mut self, entry: &Entry, scope: &Scope<'_>, own: &'c Shape) -> Vec<Emit> {
        let Some(table) = entry.node.table() else {
            self.faults.wrong_type(&entry.node, "emit", "a table of places and values, such as { FOB01 = \"'DF'\" }");
            return Vec::new();
        };
        table.entries.iter().filter_map(|entry| self.emit(entry, scope, own)).collect()
    }

    fn emit(&mut self, entry: &Entry, scope: &Scope<'_>, own: &'c Shape) -> Option<Emit> {
        if matches!(entry.node.value, Value::Flag(false)) {
            return None;
        }
        let Some(text) = entry.node.text() else {
            self.faults.wrong_type(&entry.node, &entry.key, "a literal such as \"'08'\", or a path of the document");
            return None;
        };
        let reach = match rule::Place::parse(&entry.key).and_then(|place| scope.reach(&place)) {
            Ok(reach) => reach,
            Err(fault) => {
                let mut diagnostic = Diagnostic::error("unknown-place", fault.message);
                diagnostic.expected = fault.expected;
                self.faults.at(&entry.at, diagnostic);
                return None;
            }
        };
        let parsed = self.faults.parsed(&entry.node, rule::Emit::parse(text))?;
        let value = self.emit_value(&entry.node, parsed, own)?;
        Some(Emit { reach, value, at: entry.node.at.clone() })
    }

    fn emit_value(&mut self, node: &Node, emit: rule::Emit, own: &'c Shape) -> Option<EmitValue> {
        Some(match emit {
            rule::Emit::Constant(text) => EmitValue::Constant(text),
            rule::Emit::Count(path) => EmitValue::Count(self.path(&node.at, &path, self.shape)?.0),
            rule::Emit::Sum(path) => EmitValue::Sum(self.path(&node.at, &path, self.shape)?.0),
            rule::Emit::Segments(tag) => EmitValue::Segments(crate::edi::Tag::new(tag.as_bytes())),
            rule::Emit::Member { outward, path, codecs } => {
                let shape = match outward.checked_sub(1) {
                    None => Some(own),
                    Some(further) => self.outer.iter().rev().nth(further).copied(),
                };
                let Some(shape) = shape else {
                    let message = format!("there are no {outward} items around this section");
                    self.faults.at(&node.at, Diagnostic::error("unknown-member", message));
                    return None;
                };
                let (path, _) = self.path(&node.at, &path, shape)?;
                let list = match codecs.as_slice() {
                    [] => None,
                    [codec] if codec.name == "code" => {
                        let name = codec.arguments.first().and_then(|words| words.first()).cloned().unwrap_or_default();
                        Some(self.list_index(&node.spot_in(codec.at), &name)?)
                    }
                    [codec, ..] => {
                        let fault = Diagnostic::error("codec-arguments", "an emit takes one codec only");
                        self.faults.at(&node.spot_in(codec.at), fault.expecting("code(list)"));
                        return None;
                    }
                };
                EmitValue::Member { outward, path, list }
            }
        })
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
            let known: Vec<&str> = shape.members().iter().map(|member| member.name.as_str()).collect();
            if !known.is_empty() {
                fault.expected = Some(format!("one of {}", known.join(", ")));
            }
        }
        self.faults.at(at, fault);
    }

    /// `unsent` concerns writing alone; reading checks that its paths exist.
    fn unsent(&mut self, table: &Table) {
        let Some(entry) = table.get("unsent") else { return };
        let inner =
            entry.node.table().and_then(|table| table.get("replace")).map_or(&entry.node, |replace| &replace.node);
        let Value::List(items) = &inner.value else {
            self.faults.wrong_type(inner, "unsent", "a list of paths, or { replace = [paths] }");
            return;
        };
        for item in items {
            match item.text() {
                Some(path) => drop(self.path(&item.at, path, self.shape)),
                None => self.faults.wrong_type(item, "unsent", "a path of the document"),
            }
        }
    }

    fn derivations(&mut self, table: &Table) -> Vec<Derivation> {
        let Some(entry) = table.get("derive") else { return Vec::new() };
        let Some(table) = entry.node.table() else {
            self.faults.wrong_type(&entry.node, "derive", "a table of paths and expressions");
            return Vec::new();
        };
        let mut derivations: Vec<Derivation> = Vec::new();
        for entry in &table.entries {
            if let Some(derivation) = self.derivation(entry) {
                self.derived.insert(entry.key.clone());
                derivations.push(derivation);
            }
        }
        self.in_order(derivations)
    }

    fn derivation(&mut self, entry: &Entry) -> Option<Derivation> {
        if matches!(entry.node.value, Value::Flag(false)) {
            return None;
        }
        let Some(text) = entry.node.text() else {
            self.faults.wrong_type(&entry.node, &entry.key, "an expression, such as \"sum(lines.lineAmount)\"");
            return None;
        };
        let (target, shape) = self.path(&entry.at, &entry.key, self.shape)?;
        let kind = match shape {
            Shape::Value(kind @ (Kind::Decimal | Kind::Integer | Kind::Text)) => kind.clone(),
            _ => {
                let fault = Diagnostic::error("type-clash", format!("'{}' cannot be derived", entry.key));
                self.faults.at(&entry.at, fault.expecting("a decimal, an integer or a text"));
                return None;
            }
        };
        let mut expression = self.faults.parsed(&entry.node, Expression::parse(text))?;
        let base = self.innermost_item(&target);
        for path in expression.paths() {
            let written = path.iter().map(PathStep::name).collect::<Vec<_>>().join(".");
            *path = self.path(&entry.node.at, &written, base)?.0;
        }
        let name = entry.key.clone();
        Some(Derivation { target, name, expression, text: text.to_owned(), kind, at: entry.at.clone() })
    }

    /// The shape of the innermost array item around a member: what the paths of its expression start from.
    fn innermost_item(&self, target: &[PathStep]) -> &'c Shape {
        let (mut base, mut shape) = (self.shape, self.shape);
        for step in target {
            let Some(member) = shape.member(step.name()) else { break };
            shape = match &member.shape {
                Shape::Array { item, .. } => {
                    base = item;
                    item
                }
                inner => inner,
            };
        }
        base
    }

    /// Puts derivations behind those they depend on.
    fn in_order(&mut self, derivations: Vec<Derivation>) -> Vec<Derivation> {
        let mut waiting: Vec<(Derivation, Vec<String>)> = derivations
            .into_iter()
            .map(|mut derivation| {
                let base = base_of(&derivation.target);
                let needs = derivation.expression.paths().into_iter().map(|path| full_name(&base, path)).collect();
                (derivation, needs)
            })
            .collect();
        let mut ordered = Vec::new();
        while !waiting.is_empty() {
            let names: Vec<String> = waiting.iter().map(|(derivation, _)| derivation.name.clone()).collect();
            let is_ready = |needs: &[String]| needs.iter().all(|need| !names.contains(need));
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, needs)| is_ready(needs));
            if ready.is_empty() {
                for (derivation, _) in &rest {
                    let message =
                        format!("'{}' is derived from itself, in a circle of {}", derivation.name, names.join(", "));
                    self.faults.at(&derivation.at, Diagnostic::error("derive-cycle", message));
                }
                return ordered;
            }
            ordered.extend(ready.into_iter().map(|(derivation, _)| derivation));
            waiting = rest;
        }
        ordered
    }
}

/// The way to the innermost array item around a target.
pub(super) fn base_of(target: &[PathStep]) -> Vec<PathStep> {
    let length = target.iter().rposition(|step| matches!(step, PathStep::Items(_))).map_or(0, |index| index + 1);
    target.get(..length).unwrap_or_default().to_vec()
}

fn full_name(base: &[PathStep], path: &[PathStep]) -> String {
    base.iter().chain(path).map(PathStep::name).collect::<Vec<_>>().join(".")
}

/// A reach on its own, for a rule that collects values.
pub(super) fn only_reach(source: Source) -> Option<Reach> {
    match source {
        Source::Places { reaches, conditions } if conditions.is_empty() => {
            let mut reaches = reaches.into_iter();
            reaches.next().filter(|_| reaches.next().is_none())
        }
        Source::Places { .. } | Source::Constant(_) => None,
    }
}
