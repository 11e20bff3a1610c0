//! Writes a document: the rules in the order of the file, each putting its value where reading would look for it.
//!
//! What comes out is fitted to the guide and read back by the same mapping before it leaves (`back.rs`): whatever cannot
//! come back is a finding, never silence.

mod alone;
mod back;
mod draft;
mod emit;
mod instance;
mod items;
mod levels;
mod place;
mod value;
mod want;

pub use alone::alone;
pub(super) use back::write;
pub use back::{Origin, Written};

use serde_json::{Map, Value};

use self::draft::{Draft, LoopNumber};
use self::place::{Clash, Here};
use self::value::{Out, Unwritable, as_days};
use super::context::ReadContext;
use super::file::Spot;
use super::hierarchy::{self, Plan};
use super::notes::{Notes, location};
use super::program::{Expressions, Member, Part, PathStep, Program, Rule, Section, Source, Spread, Start, Work};
use crate::base::Diagnostic;
use crate::canon::{Kind, push_index, push_member};
use crate::edi::{Guide, Tag};

/// A document being written. `'m` is the mapping's life, `'d` the document's.
struct Writing<'m, 'd> {
    program: &'m Program,
    context: &'m ReadContext<'m>,
    draft: Draft<'m>,
    notes: Notes,
    /// The document, and the items around the section at work.
    items: Vec<&'d Value>,
    /// The way to the object at work.
    steps: Vec<Step<'d>>,
    /// The rule at work.
    spot: Option<Spot>,
    clashes: usize,
    /// Members that no rule wrote.
    left_out: usize,
    /// The levels that were written, the outermost first, in words.
    levels: String,
    /// Objects that are a loop around the items they stand in: the loop, the member's name, and what it says.
    around: Vec<(LoopNumber, &'d str, &'d Value)>,
}

#[derive(Clone, Copy)]
struct Step<'d> {
    name: &'d str,
    index: Option<usize>,
}

impl<'m, 'd> Writing<'m, 'd> {
    fn new(program: &'m Program, guide: &'m Guide, context: &'m ReadContext<'m>, notes: Notes) -> Self {
        let draft = Draft::new(guide);
        Self {
            program,
            context,
            draft,
            notes,
            items: Vec::new(),
            steps: Vec::new(),
            spot: None,
            clashes: 0,
            left_out: 0,
            levels: String::new(),
            around: Vec::new(),
        }
    }

    fn document(&mut self, document: &'d Value, plan: Option<&'d Plan>) {
        self.items.push(document);
        let (program, here) = (self.program, Here::Loop(0));
        if let Value::Object(members) = document {
            let mut known = self.members(&program.root, members, here);
            if let (Some(hierarchy), Some(plan)) = (&program.hierarchy, plan) {
                self.levels(hierarchy, plan, document);
                let of_levels =
                    hierarchy::OWN.iter().filter_map(|own| program.root.names.iter().position(|name| name == own));
                known.extend(of_levels);
                let of_the_shipment = hierarchy.shipment.iter().flat_map(|section| &section.members);
                known.extend(of_the_shipment.flat_map(|member| {
                    let code = match &member.work {
                        Work::Value(rule) => rule.code_slot,
                        _ => None,
                    };
                    std::iter::once(member.slot).chain(code)
                }));
            }
            self.unwritten_of(&program.root, members, &known);
            self.emits(&program.root, members, here);
        }
        self.separators();
    }

    /// UNS parts the message; it is the engine's. The last one begins the summary.
    fn separators(&mut self) {
        let guide = self.draft.guide();
        let uns = Tag::new(b"UNS");
        let parts = guide.root().parts.iter().enumerate();
        let parts: Vec<usize> = parts.filter(|(_, part)| part.name() == "UNS").map(|(index, _)| index).collect();
        for (index, part) in parts.iter().enumerate() {
            let text = if index + 1 == parts.len() { "S" } else { "D" }.to_owned();
            let segment = self.draft.add(0, *part, uns, false);
            let cell = super::program::Cell { number: 1, sub: super::program::Sub::default() };
            self.draft.put(segment, cell, draft::Written { text, ..draft::Written::default() });
        }
    }

    fn section(&mut self, section: &'m Section, members: &'d Map<String, Value>, here: Here) {
        let known = self.members(section, members, here);
        self.unwritten_of(section, members, &known);
        self.emits(section, members, here);
    }

    /// Writes the members that have rules; their slots come back.
    fn members(&mut self, section: &'m Section, members: &'d Map<String, Value>, here: Here) -> Vec<usize> {
        let mut known: Vec<usize> = Vec::new();
        for member in &section.members {
            known.push(member.slot);
            let Some(name) = section.names.get(member.slot) else { continue };
            if let Some((name, value)) = members.get_key_value(name) {
                self.steps.push(Step { name, index: None });
                // A member that is never written may still have a rule to be read by.
                if !self.is_unsent() {
                    self.member(member, value, members, here);
                }
                self.steps.pop();
            }
            if let Work::Value(Rule { code_slot: Some(slot), .. }) = &member.work {
                known.push(*slot);
            }
        }
        if let Some(spread) = &section.spread {
            known.extend(spread.entries.iter().flatten().flatten().map(|(slot, _)| *slot));
            known.extend(spread.unlisted.iter().map(|(.., code_slot)| *code_slot));
            self.spread(spread, section, members, here);
        }
        known
    }

    /// Tells of the members that no rule writes.
    fn unwritten_of(&mut self, section: &'m Section, members: &'d Map<String, Value>, known: &[usize]) {
        for (name, value) in members {
            let is_known =
                section.names.iter().position(|known| known == name).is_some_and(|slot| known.contains(&slot));
            if !is_known {
                self.steps.push(Step { name, index: None });
                self.unwritten(value);
                self.steps.pop();
            }
        }
    }

    fn emits(&mut self, section: &'m Section, members: &'d Map<String, Value>, here: Here) {
        for emit in &section.emit {
            self.emit(emit, members, here);
        }
    }

    fn member(&mut self, member: &'m Member, value: &'d Value, around: &'d Map<String, Value>, here: Here) {
        match (&member.work, value) {
            (Work::Value(rule), value) => self.rule(rule, value, around, here),
            (Work::List { places, at }, Value::Array(items)) => self.list(places, at, items, here),
            (Work::Split { rule, separator }, Value::Array(items)) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                self.rule(rule, &Value::from(texts.join(separator)), around, here);
            }
            (Work::Object(section), Value::Object(members)) => self.section(section, members, here),
            (Work::One { instances, section, .. }, Value::Object(members)) => {
                self.one(instances, section, members, value, here);
            }
            (Work::Each { blocks, .. }, Value::Array(items)) => self.each(blocks, items, here),
            // The document was held against its schema before.
            _ => {}
        }
    }

    /// A member's value, into the first source that takes it.
    fn rule(&mut self, rule: &'m Rule, value: &Value, around: &'d Map<String, Value>, here: Here) {
        self.spot = Some(rule.at.clone());
        let expressed;
        let (value, kind) = match &rule.expressions {
            None => (value, &rule.kind),
            Some(Expressions { write: None, .. }) => return self.unwritten(value),
            Some(Expressions { write: Some(expression), .. }) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                match expression.evaluate(&text) {
                    Ok(Some(text)) => expressed = Value::from(text),
                    Ok(None) => return,
                    Err(why) => {
                        self.clashes += 1;
                        let message = format!("the expression has no value: {why}");
                        let finding = Diagnostic::error("expression-failed", message);
                        return self.find(finding.hinting("mend the document, or the rule in the partner's mapping"));
                    }
                }
                (&expressed, &Kind::Text)
            }
        };
        let name = self.steps.last().map_or("", |step| step.name);
        let beside = around.get(&format!("{name}Code")).and_then(Value::as_str);
        if self.is_said_above(rule, value, kind, beside, here) {
            return;
        }
        let by = self.author(&rule.at);
        let mut first = None;
        for source in in_order(&rule.sources, value) {
            let Source::Places { reaches, conditions } = source else { continue };
            let wires = match self.wires(value, kind, &rule.codecs, reaches, beside) {
                Ok(Out::Wires(wires)) => as_days(wires, reaches, conditions),
                Ok(Out::LeftOut) => return,
                Err(unwritable) => return self.unwritable(unwritable, value),
            };
            match self.place(reaches, conditions, &wires, here, &by) {
                Ok(()) => return,
                Err(Clash::ReadOnly) => {}
                Err(clash) => {
                    first.get_or_insert(clash);
                }
            }
        }
        match first {
            // What reading derives needs no place.
            Some(Clash::Unmet(..)) if self.is_derived() => {}
            Some(clash) => self.clash(&clash),
            None => {}
        }
    }

    /// Whether the rule finds the value at a place of the whole message, where it reads it for every item that says
    /// nothing of its own.
    fn is_said_above(&mut self, rule: &'m Rule, value: &Value, kind: &Kind, beside: Option<&str>, here: Here) -> bool {
        for source in &rule.sources {
            let Source::Places { reaches, conditions } = source else { return false };
            if reaches.first().is_none_or(|reach| reach.route.start != Start::Message) {
                if self.finds(reaches, conditions, here) {
                    return false;
                }
                continue;
            }
            let noted = self.notes.mark();
            let wires = self.wires(value, kind, &rule.codecs, reaches, beside);
            self.notes.rewind(noted);
            if let Ok(Out::Wires(wires)) = wires
                && self.stands_at_the_top(reaches, conditions, &as_days(wires, reaches, conditions))
            {
                return true;
            }
        }
        false
    }

    /// Several members as the one code that stands for them.
    fn spread(&mut self, spread: &'m Spread, section: &'m Section, members: &'d Map<String, Value>, here: Here) {
        self.spot = Some(spread.at.clone());
        let mut slots: Vec<usize> = spread.entries.iter().flatten().flatten().map(|(slot, _)| *slot).collect();
        slots.sort_unstable();
        slots.dedup();
        let named = |slot: usize| section.names.get(slot).map(String::as_str);
        let value = |slot: usize| members.get(named(slot)?);
        if slots.iter().all(|slot| value(*slot).is_none()) {
            return;
        }
        let beside = spread.unlisted.as_ref().and_then(|(_, _, code_slot)| value(*code_slot)?.as_str());
        let fits = |filled: &super::program::Filled| {
            slots.iter().all(|slot| {
                let wanted = filled.iter().find(|(known, _)| known == slot).map(|(_, value)| value);
                items::is_same_set(wanted, value(*slot))
            })
        };
        let list = self.program.lists.get(spread.list);
        let entries = list.map(|list| list.entries.as_slice()).unwrap_or_default();
        let fitting = entries.iter().zip(&spread.entries);
        let fitting = fitting.filter(|(entry, ways)| !entry.is_read_only && ways.iter().any(fits));
        let mut codes: Vec<&str> = fitting.map(|(entry, _)| entry.code.as_str()).collect();
        codes.extend(beside.filter(|_| codes.is_empty()));
        if codes.is_empty() {
            let names: Vec<&str> = slots.iter().filter_map(|slot| named(*slot)).collect();
            let list = list.map_or("", |list| list.name.as_str());
            self.clashes += 1;
            let message = format!("no code of codes.{list} stands for what {} say", names.join(", "));
            let finding = Diagnostic::error("no-code", message);
            return self.find(finding.hinting("add an entry with these members to the list in the partner's mapping"));
        }
        let by = self.author(&spread.at);
        let mut first = None;
        // Several codes may say the same; the first that does not contradict what stands there already is written.
        for code in codes {
            let value = Value::from(code);
            for source in &spread.sources {
                let Source::Places { reaches, conditions } = source else { continue };
                let wires = match self.wires(&value, &crate::canon::Kind::Text, &spread.codecs, reaches, None) {
                    Ok(Out::Wires(wires)) => wires,
                    Ok(Out::LeftOut) => return,
                    Err(unwritable) => return self.unwritable(unwritable, &value),
                };
                match self.place(reaches, conditions, &wires, here, &by) {
                    Ok(()) => return,
                    Err(Clash::ReadOnly) => {}
                    Err(clash) => {
                        first.get_or_insert(clash);
                    }
                }
            }
        }
        if let Some(clash) = first {
            self.clash(&clash);
        }
    }

    fn author(&self, spot: &Spot) -> draft::Written {
        draft::Written { spot: Some(spot.clone()), member: self.path(), ..draft::Written::default() }
    }

    /// A member that no rule writes. What the mapping says is never written is left out without a word.
    fn unwritten(&mut self, value: &Value) {
        if self.is_unsent() || self.is_derived() || self.is_engines_own() {
            return;
        }
        self.left_out += 1;
        let inside = match value {
            Value::Object(members) => members.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            _ => String::new(),
        };
        let path = self.path();
        let message = if inside.is_empty() {
            format!("no rule writes {path}")
        } else {
            format!("no rule writes {path}, nor {inside} in it")
        };
        self.spot = None;
        self.find(
            Diagnostic::warning("member-unwritten", message)
                .hinting("give it a rule, or name it in 'unsent' if the partner does not want it"),
        );
    }

    fn is_unsent(&self) -> bool {
        self.program.unsent.iter().any(|unsent| {
            unsent.len() <= self.steps.len()
                && unsent.iter().zip(&self.steps).all(|(one, step)| one.name() == step.name)
        })
    }

    /// What reading derives needs no place on the wire. Whether it comes back as it was is seen when it is read back.
    fn is_derived(&self) -> bool {
        let names = self.steps.iter().map(|step| step.name);
        self.program.derive.iter().any(|one| one.target.iter().map(PathStep::name).eq(names.clone()))
    }

    /// `meta`, and ids of ours, which stand for what is on the wire.
    fn is_engines_own(&self) -> bool {
        let names: Vec<&str> = self.steps.iter().map(|step| step.name).collect();
        let of_levels = self.program.hierarchy.is_some();
        match names.as_slice() {
            ["meta"] => true,
            ["lines", "lineId"] | ["handlingUnits", "id" | "type" | "parentId" | "contents"] if of_levels => true,
            [way @ .., "id"] => {
                self.program.parties.iter().any(|party| party.iter().map(PathStep::name).eq(way.iter().copied()))
            }
            _ => false,
        }
    }

    /// `lines[2].price.amount`
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            push_member(&mut path, step.name);
            if let Some(index) = step.index {
                push_index(&mut path, index);
            }
        }
        path
    }

    fn find(&mut self, finding: Diagnostic) {
        let member = Some(self.path()).filter(|path| !path.is_empty());
        let at = location(None, self.spot.as_ref(), member);
        self.notes.find(finding.at(at));
    }

    fn unwritable(&mut self, Unwritable { code, expected }: Unwritable, value: &Value) {
        self.clashes += 1;
        let shown: String = value.as_str().map_or_else(|| value.to_string(), str::to_owned).chars().take(40).collect();
        let message = format!("'{shown}' cannot be written");
        let finding = Diagnostic::error(code, message).expecting(expected);
        self.find(finding.hinting("mend the document, or the rule in the partner's mapping"));
    }

    fn clash(&mut self, clash: &Clash) {
        self.clashes += 1;
        let finding = match clash {
            Clash::Taken(taken) => {
                let place = if taken.place.is_empty() { "the segment".to_owned() } else { taken.place.clone() };
                let whose = match (&taken.spot, taken.member.as_str()) {
                    (Some(spot), "") => format!("line {}", spot.line),
                    (Some(spot), member) => format!("{member} (line {})", spot.line),
                    (None, _) => "the engine".to_owned(),
                };
                let (text, wanted) = (shortened(&taken.text), shortened(&taken.wanted));
                let message = format!("{place} already has '{text}' of {whose}, '{wanted}' cannot stand there too");
                Diagnostic::error("write-conflict", message)
                    .hinting("both members name one place: give them one value, or one of them another rule")
            }
            Clash::Unmet(place, presence) => {
                let state = if *presence == want::Presence::There { "is not there" } else { "is there, too" };
                let message = format!("the rule would not read this again: {place} {state}");
                Diagnostic::error("write-conflict", message)
                    .hinting("send both or neither of the members, or give one of them another rule")
            }
            Clash::Full(name) => {
                let message = format!("the message has no more room for {name}");
                Diagnostic::error("too-many", message).hinting("send less, or agree with the partner on another place")
            }
            Clash::ReadOnly => return,
        };
        self.find(finding);
    }

    fn tell_cut(&mut self, characters: usize) {
        let message = format!("{characters} characters at the end have no room and are left out");
        self.find(Diagnostic::warning("too-long", message).hinting("shorten the text"));
    }

    fn tell_unlisted(&mut self, word: &str, place: &str) {
        let message = format!("'{}' is in no list: it is written as it is", shortened(word));
        let mut finding = Diagnostic::warning("code-unlisted", message);
        finding.severity = self.context.unlisted.severity();
        self.find(finding.hinting(format!("add it to {place} in the partner's mapping")));
    }
}

#[cfg(test)]
mod tests;

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The sources of a rule as they are tried: in their order, but a trade item number goes where numbers of its length do.
fn in_order<'s>(sources: &'s [Source], value: &Value) -> Vec<&'s Source> {
    let writable = |source: &&Source| match source {
        Source::Places { reaches, .. } => reaches.iter().all(|reach| reach.route.start != Start::Message),
        Source::Constant(_) => false,
    };
    let mut ordered: Vec<&Source> = sources.iter().filter(writable).collect();
    let digits = value.as_str().map_or(0, str::len);
    if ordered.iter().all(|source| !lengths(source).is_empty()) {
        ordered.sort_by_key(|source| !lengths(source).contains(&digits));
    }
    ordered
}

/// The lengths of the trade item numbers that a source's qualifier stands for (X12 235, EDIFACT 7143).
fn lengths(source: &Source) -> &'static [usize] {
    let Source::Places { reaches, .. } = source else { return &[] };
    match reaches.first().map(|reach| &reach.part) {
        Some(Part::Pair { qualifier, pairs }) => {
            // EDIFACT has them in a composite, and EN for those of trading units as well.
            let is_edifact = pairs.first().is_some_and(|pair| pair.qualifier.sub.component > 0);
            match (qualifier.as_str(), is_edifact) {
                ("UP" | "UA" | "UI", _) => &[12],
                ("EN", false) => &[8, 13],
                ("EN", true) => &[8, 13, 14],
                ("SRV", true) => &[8, 12, 13, 14],
                ("UK", false) => &[14],
                _ => &[],
            }
        }
        _ => &[],
    }
}
