//! Compiles sections: every key is a member of the schema or a word of the language.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::code::Meaning;
use super::codec::in_words;
use super::compile::{Compiler, RESERVED, only_place};
use super::convert;
use super::expression::ValueExpression;
use super::file::{Entry, Node, Spot, Table, Value};
use super::hierarchy;
use super::party::find_parties;
use super::program::{Expressions, Filled, Member, PathStep, Rule, Section, Spread, Ways, Work, path_text};
use super::rule;
use super::scope::Scope;
use crate::base::Diagnostic;
use crate::canon::{self, Kind, Shape};

/// Roles that a party of the partner's `[parties]` may have: members of documents that are parties.
static ROLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut parties = Vec::new();
    canon::document_types().iter().for_each(|known| find_parties(&known.shape, &mut Vec::new(), &mut parties));
    let roles: BTreeSet<&str> = parties.iter().filter_map(|path| path.last()).map(PathStep::name).collect();
    roles.into_iter().map(str::to_owned).collect()
});

/// What every partner-specific value is.
static EXTENSION: LazyLock<Shape> = LazyLock::new(|| Shape::Value(Kind::Text));

/// What is known of a section while its entries are compiled.
struct Frame<'c, 'p, 'g> {
    shape: &'c Shape,
    scope: Scope<'g>,
    path: &'p [PathStep],
    names: Vec<String>,
}

impl Frame<'_, '_, '_> {
    fn slot(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    fn below(&self, step: PathStep) -> Vec<PathStep> {
        let mut path = self.path.to_vec();
        path.push(step);
        path
    }

    /// The word for codes that no word stands for, and the member that takes the code.
    fn other(&self, name: &str, kind: &Kind) -> Option<(String, usize)> {
        let Kind::Word(words) = kind else { return None };
        let word = words.iter().find(|word| word.eq_ignore_ascii_case("other"))?;
        Some((word.clone(), self.slot(&format!("{name}Code"))?))
    }
}

impl<'c> Compiler<'c> {
    /// Compiles a section for an object of `shape`.
    pub(super) fn section(
        &mut self,
        table: &Table,
        shape: &'c Shape,
        scope: &Scope<'_>,
        path: &[PathStep],
        at: &Spot,
    ) -> Section {
        let table = self.with_block(table);
        let names = match shape {
            Shape::Open => {
                table.entries.iter().map(|entry| entry.key.clone()).filter(|key| key.starts_with("x-")).collect()
            }
            shape => shape.members().iter().map(|member| member.name.clone()).collect(),
        };
        let frame = Frame { shape, scope: scope.clone(), path, names };
        let mut section = Section {
            names: frame.names.clone(),
            members: Vec::new(),
            spread: None,
            emit: Vec::new(),
            has_required: shape.members().iter().any(|member| member.required),
        };
        for entry in &table.entries {
            match entry.key.as_str() {
                "emit" => section.emit = self.emits(entry, scope, shape),
                "spread" => section.spread = self.spread(entry, &frame),
                key if path.is_empty() && self.has_levels && hierarchy::OWN.contains(&key) => {}
                "derive" | "unsent" if path.is_empty() => {}
                // Checked with the levels, which alone know what they are for.
                "key" | "sum" if scope.is_in_tree() => {}
                "default" if table.get("in").is_some() => {}
                "each" | "in" if !path.is_empty() => {}
                word if RESERVED.contains(&word) => self.misplaced(entry),
                _ => section.members.extend(self.member(entry, &frame)),
            }
        }
        self.required(&table, &section, &frame, at);
        section
    }

    /// Compiles the rules of an item that comes from a level: what the engine gives needs no rule.
    pub(super) fn level_section(
        &mut self,
        table: &Table,
        shape: &'c Shape,
        scope: &Scope<'_>,
        path: &[PathStep],
        at: &Spot,
    ) -> Section {
        let names: Vec<String> = path.iter().map(|step| step.name().to_owned()).collect();
        for own in ["lineId", "id", "type", "parentId", "contents"] {
            self.derived.insert(format!("{}.{own}", names.join(".")));
        }
        self.section(table, shape, scope, path, at)
    }

    /// Compiles rules that fill the document itself, with others beside them.
    pub(super) fn part_of_document(
        &mut self,
        table: &Table,
        shape: &'c Shape,
        scope: &Scope<'_>,
        at: &Spot,
    ) -> Section {
        let required: Vec<String> = shape.members().iter().map(|member| member.name.clone()).collect();
        let given: Vec<String> = required.into_iter().filter(|name| self.derived.insert(name.clone())).collect();
        let section = self.section(table, shape, scope, &[], at);
        for name in given {
            let is_written = table.get(&name).is_some();
            if !is_written {
                self.derived.remove(&name);
            }
        }
        self.derived.insert("lines".to_owned());
        section
    }

    fn misplaced(&mut self, entry: &Entry) {
        let expected = match entry.key.as_str() {
            "derive" | "unsent" => "it at the top of the document's section",
            "default" => "it in a section with 'in'",
            "each" | "in" => "it in a section below the document's",
            "key" | "sum" => "it in a section whose items come from levels",
            "levels" | "tree" => "it at the top of the document's section",
            _ => "it elsewhere",
        };
        let fault = Diagnostic::error("misplaced-word", format!("'{}' has no meaning here", entry.key));
        self.faults.at(&entry.at, fault.expecting(expected));
    }

    /// A required member that no rule, no spread and no derivation gives can never be there. A rule that is faulty has
    /// been told of; that it gives nothing is no second fault.
    fn required(&mut self, table: &Table, section: &Section, frame: &Frame<'c, '_, '_>, at: &Spot) {
        for (slot, member) in frame.shape.members().iter().enumerate() {
            let is_spread = section
                .spread
                .as_ref()
                .is_some_and(|spread| spread.entries.iter().flatten().flatten().any(|(filled, _)| *filled == slot));
            let rule = table.get(&member.name).or_else(|| table.get("spread").filter(|_| section.spread.is_none()));
            let is_faulty = rule.is_some_and(|rule| !matches!(rule.node.value, Value::Flag(false)));
            let below = frame.below(PathStep::Member(member.name.clone()));
            let name = below.iter().map(PathStep::name).collect::<Vec<_>>().join(".");
            if !member.required || is_spread || is_faulty || self.derived.contains(&name) {
                continue;
            }
            let fault = Diagnostic::error("required-unmapped", format!("nothing gives {name}, which must be there"));
            let expected = format!("for '{}' {}", member.name, expected_for(&member.shape));
            self.faults.at(rule.map_or(at, |removed| &removed.at), fault.expecting(expected));
        }
    }

    fn member(&mut self, entry: &Entry, frame: &Frame<'c, '_, '_>) -> Option<Member> {
        let shape = self.member_shape(entry, frame)?;
        if matches!(entry.node.value, Value::Flag(false)) {
            return None;
        }
        let slot = frame.slot(&entry.key)?;
        let work = match (&entry.node.value, shape) {
            (Value::Text(_), Shape::Value(kind)) => Work::Value(self.rule(entry, kind, frame)?),
            (Value::Text(text), Shape::Array { item, .. }) if text.text.contains("| split") => {
                self.split(entry, item, frame)?
            }
            (Value::List(items), Shape::Array { item, .. }) => self.list_of(entry, items, item, shape, frame)?,
            (Value::Table(table), Shape::Value(kind)) if table.get("place").is_some() => {
                Work::Value(self.parts(entry, table, kind, frame)?)
            }
            (Value::Table(table), Shape::Object(_) | Shape::Open) => self.object(entry, table, shape, frame)?,
            (Value::Table(table), Shape::Array { item, .. }) => {
                let block = self.block(entry, &entry.node, table, item, frame)?;
                Work::Each { blocks: vec![block], required: self.is_required(frame, &entry.key) }
            }
            (_, shape) => {
                self.faults.wrong_type(&entry.node, &entry.key, expected_for(shape));
                return None;
            }
        };
        let step = match shape {
            Shape::Array { .. } => PathStep::Items(entry.key.clone()),
            _ => PathStep::Member(entry.key.clone()),
        };
        self.spots.push((path_text(&frame.below(step)), entry.at.clone()));
        Some(Member { slot, work })
    }

    /// The shape of the member an entry names.
    fn member_shape(&mut self, entry: &Entry, frame: &Frame<'c, '_, '_>) -> Option<&'c Shape> {
        let shape = frame.shape;
        if matches!(shape, Shape::Open) {
            if entry.key.starts_with("x-") {
                return Some(&EXTENSION);
            }
            let fault = Diagnostic::error("unknown-member", format!("'{}' is no name of an extension", entry.key));
            self.faults.at(&entry.at, fault.expecting("x-<owner>-<name>"));
            return None;
        }
        match shape.member(&entry.key) {
            Some(member) if frame.path.is_empty() && member.name == "meta" => {
                let fault = Diagnostic::error("unknown-member", "'meta' is the gateway's own");
                self.faults.at(&entry.at, fault.hinting("leave it out"));
                None
            }
            Some(member) => Some(&member.shape),
            None => {
                self.unknown_member(&entry.at, &entry.key, &entry.key, shape);
                None
            }
        }
    }

    fn is_required(&self, frame: &Frame<'c, '_, '_>, name: &str) -> bool {
        frame.shape.member(name).is_some_and(|member| member.required)
    }

    fn rule(&mut self, entry: &Entry, kind: &Kind, frame: &Frame<'c, '_, '_>) -> Option<Rule> {
        self.rule_at(&entry.node, &entry.key, kind, None, frame)
    }

    fn rule_at(
        &mut self,
        node: &Node,
        name: &str,
        kind: &Kind,
        expressions: Option<Expressions>,
        frame: &Frame<'c, '_, '_>,
    ) -> Option<Rule> {
        let parsed = self.faults.parsed(node, rule::Rule::parse(node.text()?))?;
        self.rule_of(node, name, kind, &parsed, expressions, frame)
    }

    fn rule_of(
        &mut self,
        node: &Node,
        name: &str,
        kind: &Kind,
        parsed: &rule::Rule,
        expressions: Option<Expressions>,
        frame: &Frame<'c, '_, '_>,
    ) -> Option<Rule> {
        let sources = self.sources(node, parsed, &frame.scope);
        if let Some(text) = constant_alone(parsed).filter(|text| !convert::constant_fits(text, kind)) {
            self.faults.at(&node.at, unfit_constant(text, kind));
        }
        let (sources, stages) = sources?;
        // Constants were held against the member above; codecs and elements are held against it here.
        let stages: Vec<_> = match parsed.codecs.is_empty() {
            true => {
                sources.iter().zip(stages).filter(|(source, _)| !is_constant(source)).map(|(_, stage)| stage).collect()
            }
            false => stages,
        };
        // An expression takes a text and gives one.
        let through = if expressions.is_some() { &Kind::Text } else { kind };
        let codecs = self.codecs(node, &parsed.codecs, &stages, through);
        self.try_constants(node, parsed, &codecs, through);
        let code_slot = frame.other(name, kind).map(|(_, slot)| slot);
        Some(Rule { sources, codecs, kind: kind.clone(), code_slot, expressions, at: node.at.clone() })
    }

    /// A rule written as a table: `{ place = "PO104", read = "…", write = "…" }`.
    fn parts(&mut self, entry: &Entry, table: &Table, kind: &Kind, frame: &Frame<'c, '_, '_>) -> Option<Rule> {
        let mut place = None;
        let (mut read, mut write) = (None, None);
        for part in &table.entries {
            match part.key.as_str() {
                "place" => place = Some(&part.node),
                "read" => read = self.expression(part),
                "write" => write = self.expression(part),
                key => {
                    let fault = Diagnostic::error("unknown-key", format!("a rule has no part '{key}'"));
                    self.faults.at(&part.at, fault.expecting("place, read or write"));
                }
            }
        }
        let node = place?;
        if node.text().is_none() {
            self.faults.wrong_type(node, "place", "a rule");
        }
        let has_one = read.is_some() || write.is_some();
        if has_one && (read.is_none() || write.is_none()) {
            let ways = Ways { read: read.is_some(), write: write.is_some() };
            let (half, other) = if ways.read { ("read", "write") } else { ("write", "read") };
            self.goes_only(ways, &entry.at, format!("the rule of '{}' has a '{half}' and no '{other}'", entry.key));
        }
        let expressions = has_one.then_some(Expressions { read, write });
        self.rule_at(node, &entry.key, kind, expressions, frame)
    }

    fn expression(&mut self, part: &Entry) -> Option<ValueExpression> {
        let Some(text) = part.node.text() else {
            self.faults.wrong_type(&part.node, &part.key, "an expression over 'value'");
            return None;
        };
        let parsed = ValueExpression::parse(text);
        self.faults.parsed(&part.node, parsed)
    }

    /// One text that holds several values.
    fn split(&mut self, entry: &Entry, item: &'c Shape, frame: &Frame<'c, '_, '_>) -> Option<Work> {
        let mut parsed = self.faults.parsed(&entry.node, rule::Rule::parse(entry.node.text()?))?;
        let last = parsed.codecs.pop().filter(|codec| codec.name == "split");
        let separator = last.as_ref().and_then(|codec| match codec.arguments.as_slice() {
            [words] if words.len() == 1 => words.first().cloned(),
            _ => None,
        });
        let (Some(separator), Shape::Value(Kind::Text)) = (separator, item) else {
            let fault = Diagnostic::error("codec-arguments", "'split' makes an array of texts, at the end of a rule");
            self.faults.at(&entry.node.at, fault.expecting("split(SEPARATOR), such as split(';')"));
            return None;
        };
        let rule = self.rule_of(&entry.node, &entry.key, &Kind::Text, &parsed, None, frame)?;
        Some(Work::Split { rule, separator })
    }

    fn list_of(
        &mut self,
        entry: &Entry,
        items: &[Node],
        item: &'c Shape,
        shape: &'c Shape,
        frame: &Frame<'c, '_, '_>,
    ) -> Option<Work> {
        if items.iter().all(|item| item.table().is_some()) && !items.is_empty() {
            let blocks = items.iter().filter_map(|node| self.block(entry, node, node.table()?, item, frame)).collect();
            return Some(Work::Each { blocks, required: self.is_required(frame, &entry.key) });
        }
        if !matches!(item, Shape::Value(Kind::Text)) || items.is_empty() {
            self.faults.wrong_type(&entry.node, &entry.key, expected_for(shape));
            return None;
        }
        let mut places = Vec::new();
        for node in items {
            let Some(text) = node.text() else {
                self.faults.wrong_type(node, &entry.key, "a place");
                continue;
            };
            let Some(parsed) = self.faults.parsed(node, rule::Rule::parse(text)) else { continue };
            let Some((sources, _)) = self.sources(node, &parsed, &frame.scope) else { continue };
            let mut sources = sources.into_iter();
            match (sources.next().and_then(only_place), sources.next(), parsed.codecs.as_slice()) {
                (Some(place), None, []) => places.push(place),
                _ => {
                    let fault = Diagnostic::error("rule-syntax", "a list holds plain places");
                    self.faults.at(&node.at, fault.expecting("one place, without alternatives or codecs"));
                }
            }
        }
        Some(Work::List { places, at: entry.node.at.clone() })
    }

    fn object(&mut self, entry: &Entry, table: &Table, shape: &'c Shape, frame: &Frame<'c, '_, '_>) -> Option<Work> {
        let path = frame.below(PathStep::Member(entry.key.clone()));
        let table = self.with_block(table);
        if let Some(each) = table.get("each") {
            let fault = Diagnostic::error("misplaced-word", format!("'{}' is one object, not an array", entry.key));
            self.faults.at(&each.at, fault.expecting("'in'"));
            return None;
        }
        let Some(inside) = table.get("in") else {
            return Some(Work::Object(self.section(&table, shape, &frame.scope, &path, &entry.at)));
        };
        let (instances, scope) = self.instances(&inside.node, "in", &frame.scope)?;
        let default = table.get("default").and_then(|default| self.default_of(default));
        self.outer.push(frame.shape);
        let section = self.section(&table, shape, &scope, &path, &entry.at);
        self.outer.pop();
        Some(Work::One { instances, section, default })
    }

    fn default_of(&mut self, entry: &Entry) -> Option<String> {
        let role = entry.node.text().and_then(|text| text.strip_prefix("agreement."));
        let role = role.filter(|role| ROLES.iter().any(|known| known == role)).map(str::to_owned);
        if role.is_none() {
            let fault = Diagnostic::error("unknown-default", "the default names no party of the agreement");
            let expected = format!("agreement.ROLE, the role being one of {}", ROLES.join(", "));
            self.faults.at(&entry.node.at, fault.expecting(expected));
        }
        role
    }

    fn block(
        &mut self,
        entry: &Entry,
        node: &Node,
        table: &Table,
        item: &'c Shape,
        frame: &Frame<'c, '_, '_>,
    ) -> Option<(super::program::Instances, Section)> {
        let table = self.with_block(table);
        if let Some(inside) = table.get("in") {
            let fault = Diagnostic::error("misplaced-word", format!("'{}' is an array, not one object", entry.key));
            self.faults.at(&inside.at, fault.expecting("'each'"));
            return None;
        }
        let Some(each) = table.get("each") else {
            let fault = Diagnostic::error("each-missing", format!("'{}' is an array", entry.key));
            let hint = "where the extended file has several blocks [[ ]] for it, a file of one's own replaces them all";
            self.faults.at(&entry.at, fault.expecting("each = \"LOOP\": what makes an item").hinting(hint));
            return None;
        };
        let (instances, scope) = self.instances(&each.node, "each", &frame.scope)?;
        let path = frame.below(PathStep::Items(entry.key.clone()));
        self.outer.push(frame.shape);
        let at = if matches!(entry.node.value, Value::List(_)) { &node.at } else { &entry.at };
        let section = self.section(&table, item, &scope, &path, at);
        self.outer.pop();
        Some((instances, section))
    }

    fn spread(&mut self, entry: &Entry, frame: &Frame<'c, '_, '_>) -> Option<Spread> {
        let Some(text) = entry.node.text() else {
            self.faults.wrong_type(&entry.node, "spread", "a rule that ends with ' | code(list)'");
            return None;
        };
        let mut parsed = self.faults.parsed(&entry.node, rule::Rule::parse(text))?;
        let last = parsed.codecs.pop().filter(|codec| codec.name == "code");
        let name = last.as_ref().and_then(|codec| codec.arguments.first()).and_then(|words| words.first()).cloned();
        let (Some(codec), Some(name)) = (last, name) else {
            let fault = Diagnostic::error("codec-arguments", "a spread gives the members of a code");
            self.faults.at(&entry.node.at, fault.expecting("' | code(list)' at its end"));
            return None;
        };
        let (sources, stages) = self.sources(&entry.node, &parsed, &frame.scope)?;
        let codecs = self.codecs(&entry.node, &parsed.codecs, &stages, &Kind::Text);
        let list = self.list_index(&entry.node.spot_in(codec.at), &name)?;
        self.try_spread(&entry.node, &parsed, &codecs, list);
        let entries = self.spread_entries(&entry.node, list, frame);
        let filled: Vec<usize> = entries.iter().flatten().flatten().map(|(slot, _)| *slot).collect();
        let unlisted = frame.shape.members().iter().enumerate().find_map(|(slot, member)| {
            let Shape::Value(kind) = &member.shape else { return None };
            let (word, code_slot) = frame.other(&member.name, kind)?;
            filled.contains(&slot).then_some((slot, word, code_slot))
        });
        Some(Spread { sources, codecs, list, entries, unlisted, at: entry.node.at.clone() })
    }

    fn spread_entries(&mut self, node: &Node, list: usize, frame: &Frame<'c, '_, '_>) -> Vec<Vec<Filled>> {
        let Some(list) = self.lists.get(list) else { return Vec::new() };
        if !list.is_spread() {
            let message = format!("codes.{} gives single words, not members", list.name);
            let fault = Diagnostic::error("type-clash", message);
            self.faults.at(&node.at, fault.hinting("write it as a member's rule, not as a spread"));
            return Vec::new();
        }
        let mut faults = Vec::new();
        let read = |entry: &super::code::CodeEntry, faults: &mut Vec<(Spot, Diagnostic)>| match &entry.meaning {
            Meaning::Word(word) => {
                let message = format!("the code '{}' gives the word '{word}' where others give members", entry.code);
                faults.push((entry.at.clone(), Diagnostic::error("type-clash", message)));
                Vec::new()
            }
            Meaning::Members(ways) => {
                let mut filled = |members: &Vec<Entry>| -> Filled {
                    members.iter().filter_map(|member| spread_member(member, frame, faults)).collect()
                };
                ways.iter().map(&mut filled).collect()
            }
        };
        let entries = list.entries.iter().map(|entry| read(entry, &mut faults)).collect();
        faults.into_iter().for_each(|(at, fault)| self.faults.at(&at, fault));
        entries
    }
}

/// A member that a code gives, as a value of the document.
fn spread_member(
    entry: &Entry,
    frame: &Frame<'_, '_, '_>,
    faults: &mut Vec<(Spot, Diagnostic)>,
) -> Option<(usize, Json)> {
    if matches!(entry.node.value, Value::Flag(false)) {
        return None;
    }
    let Some(member) = frame.shape.member(&entry.key) else {
        let fault = Diagnostic::error("unknown-member", format!("the object around it has no member '{}'", entry.key));
        let hint = super::nearest::did_you_mean(&entry.key, frame.names.iter().map(String::as_str));
        faults.push((entry.at.clone(), Diagnostic { hint, ..fault }));
        return None;
    };
    let value = match (&entry.node.value, &member.shape) {
        (Value::Text(text), Shape::Value(kind)) => convert::constant(&text.text, kind),
        (Value::List(items), Shape::Array { item, .. }) => match &**item {
            Shape::Value(kind) => {
                let words = items.iter().map(|item| convert::constant(item.text()?, kind));
                words.collect::<Option<Vec<_>>>().map(Json::Array)
            }
            _ => None,
        },
        (Value::Flag(flag), Shape::Value(kind)) => Some(Json::Bool(*flag)).filter(|value| canon::fits(value, kind)),
        (Value::Integer(number), Shape::Value(kind)) => {
            Some(Json::from(*number)).filter(|value| canon::fits(value, kind))
        }
        _ => None,
    };
    if value.is_none() {
        let fault = match (&entry.node.value, &member.shape) {
            (Value::Text(text), Shape::Value(kind)) => unfit_constant(&text.text, kind),
            _ => Diagnostic::error("type-clash", format!("'{}' cannot be {}", entry.key, entry.node.kind())),
        };
        faults.push((entry.node.at.clone(), fault));
    }
    Some((frame.slot(&entry.key)?, value?))
}

fn is_constant(source: &super::program::Source) -> bool {
    matches!(source, super::program::Source::Constant(_))
}

/// The text of a rule that has a constant and no codecs.
fn constant_alone(rule: &rule::Rule) -> Option<&str> {
    let constant = rule.sources.iter().find_map(|source| match source {
        rule::Source::Constant(text) => Some(text.as_str()),
        rule::Source::Places { .. } => None,
    });
    constant.filter(|_| rule.codecs.is_empty())
}

/// A constant that the member cannot be.
fn unfit_constant(text: &str, kind: &Kind) -> Diagnostic {
    let hint = match kind {
        Kind::Word(words) => super::nearest::did_you_mean(text, words.iter().map(String::as_str)),
        _ => None,
    };
    let fault = Diagnostic::error("type-clash", format!("'{text}' cannot stand there"));
    Diagnostic { hint, ..fault.expecting(in_words(kind)) }
}

/// What a member of this shape wants in a mapping file.
fn expected_for(shape: &Shape) -> &'static str {
    match shape {
        Shape::Value(_) => "a rule, such as \"BEG03\"",
        Shape::Object(_) | Shape::Open => "a section with the rules of its members",
        Shape::Array { item, .. } => match &**item {
            Shape::Value(_) => "a list of places, such as [\"N301\", \"N302\"]",
            _ => "a section with 'each', or several of them in [[ ]]",
        },
    }
}
