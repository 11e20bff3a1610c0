//! Reads a message: one pass over the rules, each looking up its place in the tree.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::context::ReadContext;
use super::convert::{self, Unfit};
use super::coverage::Coverage;
use super::file::Spot;
use super::find::{self, Found, Here, Visit};
use super::notes::{Notes, location};
use super::program::{Codec, Emit, Instances, Member, Program, Reach, Rule, Section, Source, Spread, Work};
use crate::base::Diagnostic;
use crate::canon::{Kind, push_index, push_member};
use crate::edi::guide::ElementType;
use crate::edi::{Place, Segment, Tree};

/// A message being read.
pub(super) struct Reading<'m, 't, 'a> {
    pub program: &'m Program,
    pub context: &'m ReadContext<'m>,
    pub tree: &'t Tree<'a>,
    pub coverage: Coverage,
    pub notes: Notes,
    pub items: Vec<Item<'m>>,
    pub emits: Vec<PendingEmit<'m, 't, 'a>>,
}

/// An object of the document that is being made: the way to it, and the segment it stands at.
pub(super) struct Item<'m> {
    pub parent: usize,
    pub step: Step<'m>,
    pub place: Option<Place>,
}

/// How an object hangs in the one around it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'m> {
    /// The document.
    Root,
    /// A table of rules without an instance of its own.
    Table(&'m str),
    /// A member with an instance of its own.
    Member(&'m str),
    /// An item of an array.
    Index(&'m str, usize),
}

/// An `emit` whose value is compared when the document is whole.
pub(super) struct PendingEmit<'m, 't, 'a> {
    pub emit: &'m Emit,
    pub here: Here<'t, 'a>,
    pub item: usize,
}

/// Where a rule is at work.
#[derive(Clone, Copy)]
struct At<'m, 't, 'a> {
    here: Here<'t, 'a>,
    item: usize,
    section: &'m Section,
}

/// The slots of the object being made.
type Slots = Vec<Option<Value>>;

/// What stands between two codecs.
enum Stage<'a> {
    Wire(Cow<'a, str>, ElementType),
    Several(Vec<Option<(Cow<'a, str>, ElementType)>>),
    Ready(Value),
    /// No word stands for this code.
    Unlisted(Cow<'a, str>),
}

impl<'m, 't, 'a> Reading<'m, 't, 'a> {
    pub(super) fn new(program: &'m Program, context: &'m ReadContext<'m>, tree: &'t Tree<'a>) -> Self {
        let coverage = Coverage::new(tree.set());
        let root = Item { parent: 0, step: Step::Root, place: None };
        Self { program, context, tree, coverage, notes: Notes::default(), items: vec![root], emits: Vec::new() }
    }

    /// The document as the rules give it, before anything is derived.
    pub(super) fn document(&mut self) -> Value {
        let here = Here::Loop(self.tree.root());
        Value::Object(self.section(&self.program.root, here, 0))
    }

    fn section(&mut self, section: &'m Section, here: Here<'t, 'a>, item: usize) -> Map<String, Value> {
        let mut slots: Slots = vec![None; section.names.len()];
        let at = At { here, item, section };
        for member in &section.members {
            self.member(member, at, &mut slots);
        }
        if let Some(spread) = &section.spread {
            self.spread(spread, at, &mut slots);
        }
        self.emits.extend(section.emit.iter().map(|emit| PendingEmit { emit, here, item }));
        let named = section.names.iter().zip(slots);
        named.filter_map(|(name, value)| Some((name.clone(), value?))).collect()
    }

    fn member(&mut self, member: &'m Member, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let name = at.section.names.get(member.slot).map_or("", String::as_str);
        let value = match &member.work {
            Work::Value(rule) => return self.value(rule, member.slot, at, slots),
            Work::List(reaches) => self.list(reaches, at.here),
            Work::Object(section) => self.object(section, Step::Table(name), at.here, at.item),
            Work::One { instances, section, default } => self.one(instances, section, default.as_deref(), name, at),
            Work::Each { blocks, required } => {
                let items = self.each(blocks, name, at);
                (*required || !items.is_empty()).then_some(Value::Array(items))
            }
        };
        set(slots, member.slot, value);
    }

    /// An object, or nothing when none of its members has a value. What was noted for it goes with it.
    fn object(&mut self, section: &'m Section, step: Step<'m>, here: Here<'t, 'a>, parent: usize) -> Option<Value> {
        let (item, emits) = (self.items.len(), self.emits.len());
        let place = here.first().map(|segment| segment.place());
        self.items.push(Item { parent, step, place });
        let members = self.section(section, here, item);
        let is_wanted = matches!(step, Step::Index(..)) && section.has_required;
        if members.is_empty() && !is_wanted {
            self.items.truncate(item);
            self.emits.truncate(emits);
            return None;
        }
        Some(Value::Object(members))
    }

    fn one(
        &mut self,
        instances: &'m Instances,
        section: &'m Section,
        default: Option<&str>,
        name: &'m str,
        at: At<'m, 't, 'a>,
    ) -> Option<Value> {
        let mut first = None;
        find::instances(&instances.target, at.here, &mut |here| {
            if find::is_meant(instances, here) {
                first = Some(here);
                return Visit::Stop;
            }
            Visit::GoOn
        });
        let value = first.and_then(|here| {
            let value = self.object(section, Step::Member(name), here, at.item)?;
            find::mark_instance(instances, here, &mut self.coverage);
            Some(value)
        });
        value.or_else(|| self.party_of_agreement(default?, name, at.item))
    }

    fn party_of_agreement(&mut self, role: &str, name: &str, item: usize) -> Option<Value> {
        let party = self.context.parties.iter().find(|party| party.role.as_deref() == Some(role))?;
        self.notes.derive(self.path(item, name), "agreement");
        Some(super::fill::party_object(party))
    }

    /// The items of an array, in the order of the wire and, at one place, in the order of the blocks.
    fn each(&mut self, blocks: &'m [(Instances, Section)], name: &'m str, at: At<'m, 't, 'a>) -> Vec<Value> {
        let mut found: Vec<(Here<'t, 'a>, usize)> = Vec::new();
        for (block, (instances, _)) in blocks.iter().enumerate() {
            find::instances(&instances.target, at.here, &mut |here| {
                if find::is_meant(instances, here) {
                    found.push((here, block));
                }
                Visit::GoOn
            });
        }
        if blocks.len() > 1 {
            found.sort_by_key(|(here, block)| (here.position(), *block));
        }
        let mut items = Vec::new();
        for (here, block) in found {
            let Some((instances, section)) = blocks.get(block) else { continue };
            if let Some(value) = self.object(section, Step::Index(name, items.len()), here, at.item) {
                find::mark_instance(instances, here, &mut self.coverage);
                items.push(value);
            }
        }
        items
    }

    /// Every listed place of every such segment, in the order of the wire.
    fn list(&mut self, reaches: &'m [Reach], here: Here<'t, 'a>) -> Option<Value> {
        let mut found: Vec<Found<'a>> = Vec::new();
        for (index, reach) in reaches.iter().enumerate() {
            if reaches.iter().take(index).any(|before| before.route == reach.route) {
                continue;
            }
            let of_route: Vec<&Reach> = reaches.iter().filter(|other| other.route == reach.route).collect();
            find::segments(&reach.route, here, &mut |segment| {
                found.extend(of_route.iter().filter_map(|reach| find::value(&reach.part, &segment)));
                Visit::GoOn
            });
        }
        found.sort_by_key(|found| found.element.segment().position());
        found.iter().for_each(|found| found.mark(&mut self.coverage));
        let values: Vec<Value> = found.iter().map(|found| Value::from(found.text().into_owned())).collect();
        (!values.is_empty()).then_some(Value::Array(values))
    }

    fn value(&mut self, rule: &'m Rule, slot: usize, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let Some((stage, read, skipped)) = self.source(&rule.sources, &rule.codecs, slot, at) else { return };
        let codecs = rule.codecs.get(skipped..).unwrap_or_default();
        let place = read.as_ref().map(Read::place);
        match self.convert(codecs, stage, &rule.kind, place) {
            Ok(Stage::Ready(value)) => {
                self.mark(read);
                set(slots, slot, Some(value));
            }
            Ok(Stage::Unlisted(code)) => {
                self.unlisted(&code, &rule.at, slot, place, at);
                let Some(value) = unlisted_value(rule, &code) else { return };
                self.mark(read);
                set(slots, slot, Some(value));
                if let Some(code_slot) = rule.code_slot {
                    set(slots, code_slot, Some(Value::from(code)));
                }
            }
            // Nothing but `Ready` and `Unlisted` comes out of a rule that compiled.
            Ok(Stage::Wire(..) | Stage::Several(_)) => {}
            Err(unfit) => self.unfit(unfit, &rule.at, slot, place, at),
        }
    }

    fn mark(&mut self, read: Option<Read<'m, 'a>>) {
        let Some(read) = read else { return };
        read.found.iter().for_each(|found| found.mark(&mut self.coverage));
        find::mark_conditions(read.conditions, &read.segment, &mut self.coverage);
    }

    /// The first source that has a value. Where none has, a default that the codecs give, and how many codecs that
    /// passes over.
    fn source(
        &mut self,
        sources: &'m [Source],
        codecs: &[Codec],
        slot: usize,
        at: At<'m, 't, 'a>,
    ) -> Option<(Stage<'a>, Option<Read<'m, 'a>>, usize)> {
        for source in sources {
            match source {
                Source::Constant(text) => {
                    return Some((Stage::Wire(Cow::Owned(text.clone()), ElementType::An), None, 0));
                }
                Source::Places { reaches, conditions } => {
                    let Some(segment) = reaches.first().and_then(|reach| find::first(reach, conditions, at.here))
                    else {
                        continue;
                    };
                    let (stage, found) = staged(reaches, &segment);
                    return Some((stage, Some(Read { segment, found, conditions }), 0));
                }
            }
        }
        let (index, value) = codecs.iter().enumerate().find_map(|(index, codec)| match codec {
            Codec::Default(value) => Some((index, value)),
            _ => None,
        })?;
        let name = at.section.names.get(slot).map_or("", String::as_str);
        self.notes.derive(self.path(at.item, name), format!("default({value})"));
        Some((Stage::Wire(Cow::Owned(value.clone()), ElementType::An), None, index + 1))
    }

    fn convert(
        &mut self,
        codecs: &[Codec],
        stage: Stage<'a>,
        kind: &Kind,
        place: Option<Place>,
    ) -> Result<Stage<'a>, Unfit> {
        let mut stage = stage;
        for codec in codecs {
            stage = self.step(codec, stage, kind, place)?;
        }
        match stage {
            Stage::Wire(text, element_type) => self.by_type(&text, element_type, kind, place).map(Stage::Ready),
            done => Ok(done),
        }
    }

    /// What the engine does without being told: the element's type on one side, the member's kind on the other.
    fn by_type(
        &mut self,
        text: &str,
        element_type: ElementType,
        kind: &Kind,
        place: Option<Place>,
    ) -> Result<Value, Unfit> {
        Ok(match kind {
            Kind::Text => Value::from(text),
            Kind::Decimal => Value::from(convert::decimal(text, element_type)?),
            Kind::Integer => Value::from(convert::integer(text, element_type)?),
            Kind::Date if element_type == ElementType::Dt => Value::from(self.day(text, None, place)?.to_string()),
            Kind::Date | Kind::Instant | Kind::Boolean | Kind::Word(_) => {
                convert::constant(text, kind).ok_or(MISFIT)?
            }
        })
    }

    fn day(
        &mut self,
        text: &str,
        format: Option<super::program::DateFormat>,
        place: Option<Place>,
    ) -> Result<jiff::civil::Date, Unfit> {
        let day = convert::day(text, format)?;
        if day.century_assumed {
            self.notes.assume(format!("{} has two digits for its year: 1980 to 2079 taken", place_name(place)));
        }
        Ok(day.date)
    }

    fn step(&mut self, codec: &Codec, stage: Stage<'a>, kind: &Kind, place: Option<Place>) -> Result<Stage<'a>, Unfit> {
        if let Codec::Instant = codec {
            return self.instant(stage, place).map(Stage::Ready);
        }
        let (text, element_type) = match stage {
            Stage::Wire(text, element_type) => (text, element_type),
            Stage::Several(parts) => {
                let joined: String = parts.into_iter().flatten().map(|(text, _)| text).collect();
                (Cow::Owned(joined), ElementType::An)
            }
            // A default behind a value that is there.
            done @ (Stage::Ready(_) | Stage::Unlisted(_)) => return Ok(done),
        };
        let text_of = |text: Cow<'a, str>| Ok(Stage::Wire(text, ElementType::An));
        match codec {
            Codec::Default(_) => Ok(Stage::Wire(text, element_type)),
            Codec::Text => text_of(text),
            Codec::Code(list) => Ok(self.word(*list, text, kind)),
            Codec::Flag { yes, no } => {
                match (yes.iter().any(|code| *code == text), no.iter().any(|code| *code == text)) {
                    (true, _) => Ok(Stage::Ready(Value::Bool(true))),
                    (false, true) => Ok(Stage::Ready(Value::Bool(false))),
                    (false, false) => Ok(Stage::Unlisted(text)),
                }
            }
            Codec::Date(format) => Ok(Stage::Ready(Value::from(self.day(&text, Some(*format), place)?.to_string()))),
            Codec::Implied(digits) => Ok(Stage::Ready(Value::from(convert::implied(&text, *digits)?))),
            Codec::Gtin => {
                self.check_digit(&text, &[8, 12, 13, 14], GTIN, place);
                text_of(text)
            }
            Codec::Sscc => {
                let digits = match text.strip_prefix("00") {
                    Some(rest) if text.len() == 20 => rest.to_owned(),
                    _ => text.into_owned(),
                };
                self.check_digit(&digits, &[18], SSCC, place);
                text_of(Cow::Owned(digits))
            }
            Codec::Trim => text_of(Cow::Owned(text.trim().to_owned())),
            Codec::Upper => text_of(Cow::Owned(text.to_uppercase())),
            Codec::StripZeros => text_of(stripped(&text, '0')),
            Codec::Unpad(filler) => text_of(stripped(&text, *filler)),
            // Handled above; here for the compiler, which wants every codec named.
            Codec::Instant => Err(MISFIT),
        }
    }

    /// A number with a wrong check digit is still what the partner calls the thing: a warning, and the number stays.
    fn check_digit(&mut self, digits: &str, lengths: &[usize], unfit: Unfit, place: Option<Place>) {
        if !lengths.contains(&digits.len()) || !convert::has_check_digit(digits) {
            let message = format!("the number in {} has a wrong length or check digit", place_name(place));
            let finding = Diagnostic::warning(unfit.code, message).expecting(unfit.expected);
            self.notes.find(finding.hinting("ask the partner").at(location(place, None, None)));
        }
    }

    fn word(&self, list: usize, code: Cow<'a, str>, kind: &Kind) -> Stage<'a> {
        let entry = self.program.lists.get(list).and_then(|list| list.find(&code));
        let word = entry.and_then(|(_, entry)| match &entry.meaning {
            super::code::Meaning::Word(word) => convert::constant(word, kind),
            super::code::Meaning::Members(_) => None,
        });
        word.map_or(Stage::Unlisted(code), Stage::Ready)
    }

    /// Date, time and time code as one instant.
    fn instant(&mut self, stage: Stage<'a>, place: Option<Place>) -> Result<Value, Unfit> {
        let parts = match stage {
            Stage::Several(parts) => parts,
            Stage::Wire(text, element_type) => vec![Some((text, element_type))],
            Stage::Ready(_) | Stage::Unlisted(_) => return Err(MISFIT),
        };
        let part = |index: usize| parts.get(index).cloned().flatten().map(|(text, _)| text);
        let date = self.day(&part(0).ok_or(MISFIT)?, None, place)?;
        let time = match part(1) {
            Some(text) => convert::time(&text)?,
            None => {
                self.notes.assume(format!("{} has no time: 00:00 taken", place_name(place)));
                jiff::civil::Time::midnight()
            }
        };
        let code = part(2).and_then(|code| convert::zone_of_time_code(&code));
        let zone = code.as_ref().unwrap_or(self.context.time_zone);
        if code.is_none() {
            let name = zone.iana_name().map_or_else(|| "the partner's zone".to_owned(), str::to_owned);
            self.notes.assume(format!("{} read as {name} (partner setting)", place_name(place)));
        }
        let local = convert::instant(date, time, zone)?;
        if local.ambiguous {
            let name = place_name(place);
            self.notes.assume(format!("{name} is a time at which the clock changes: the earlier offset taken"));
        }
        Ok(Value::from(local.text))
    }

    fn spread(&mut self, spread: &'m Spread, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let first = spread.entries.iter().flatten().next().map_or(0, |(slot, _)| *slot);
        let Some((stage, read, skipped)) = self.source(&spread.sources, &spread.codecs, first, at) else { return };
        let codecs = spread.codecs.get(skipped..).unwrap_or_default();
        let place = read.as_ref().map(Read::place);
        let code = match self.convert(codecs, stage, &Kind::Text, place) {
            Ok(Stage::Ready(Value::String(code))) => code,
            Ok(_) => return,
            Err(unfit) => return self.unfit(unfit, &spread.at, first, place, at),
        };
        let entry = self.program.lists.get(spread.list).and_then(|list| list.find(&code));
        if let Some(members) = entry.and_then(|(index, _)| spread.entries.get(index)) {
            self.mark(read);
            for (slot, value) in members {
                set(slots, *slot, Some(value.clone()));
            }
            return;
        }
        let told = spread.unlisted.as_ref().map_or(first, |(slot, ..)| *slot);
        self.unlisted(&code, &spread.at, told, place, at);
        if let Some((slot, word, code_slot)) = &spread.unlisted {
            self.mark(read);
            set(slots, *slot, Some(Value::from(word.as_str())));
            set(slots, *code_slot, Some(Value::from(code)));
        }
    }

    fn unlisted(&mut self, code: &str, spot: &Spot, slot: usize, place: Option<Place>, at: At<'m, 't, 'a>) {
        let name = at.section.names.get(slot).map_or("", String::as_str);
        let shown: String = code.chars().take(40).collect();
        let mut finding =
            Diagnostic::warning("code-unlisted", format!("the code '{shown}' is in no list of the mapping"));
        finding.severity = self.context.unlisted.severity();
        let member = self.path(at.item, name);
        let hint = "ask the partner what it means and add it to the list in the partner's mapping";
        self.notes.find(finding.hinting(hint).at(location(place, Some(spot), Some(member))));
    }

    fn unfit(&mut self, unfit: Unfit, spot: &Spot, slot: usize, place: Option<Place>, at: At<'m, 't, 'a>) {
        let name = at.section.names.get(slot).map_or("", String::as_str);
        let member = self.path(at.item, name);
        let message = format!("{} cannot be read as {member}", place_name(place));
        let finding = Diagnostic::error(unfit.code, message).expecting(unfit.expected);
        let hint = "ask the partner to send it right, or change the rule in the partner's mapping";
        self.notes.find(finding.hinting(hint).at(location(place, Some(spot), Some(member))));
    }

    /// The path of a member of an item, with indices.
    pub(super) fn path(&self, item: usize, name: &str) -> String {
        let mut steps = Vec::new();
        let mut next = item;
        while let Some(item) = self.items.get(next) {
            if let Step::Root = item.step {
                break;
            }
            steps.push(item.step);
            next = item.parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Root => {}
                Step::Table(name) | Step::Member(name) => push_member(&mut path, name),
                Step::Index(name, index) => {
                    push_member(&mut path, name);
                    push_index(&mut path, index);
                }
            }
        }
        if !name.is_empty() {
            push_member(&mut path, name);
        }
        path
    }
}

/// A value that was read, and what made it.
struct Read<'m, 'a> {
    segment: Segment<'a>,
    found: Vec<Found<'a>>,
    conditions: &'m [super::program::Condition],
}

impl Read<'_, '_> {
    fn place(&self) -> Place {
        self.found.first().map_or_else(|| self.segment.place(), |found| found.element.place())
    }
}

const MISFIT: Unfit = Unfit { code: "misfit", expected: "a value the member can have" };
const GTIN: Unfit = Unfit { code: "not-a-gtin", expected: "8, 12, 13 or 14 digits, the last a check digit" };
const SSCC: Unfit = Unfit { code: "not-an-sscc", expected: "18 digits, the last a check digit" };

fn stripped<'a>(text: &str, filler: char) -> Cow<'a, str> {
    let rest = text.trim_start_matches(filler);
    // A value of nothing but filler is one of it: `000` is `0`.
    Cow::Owned(if rest.is_empty() { text.chars().take(1).collect() } else { rest.to_owned() })
}

fn staged<'a>(reaches: &[Reach], segment: &Segment<'a>) -> (Stage<'a>, Vec<Found<'a>>) {
    let values = reaches.iter().map(|reach| (find::value(&reach.part, segment), reach.element_type));
    let values: Vec<_> = values.collect();
    let found = values.iter().filter_map(|(found, _)| *found).collect();
    let stage = match values.as_slice() {
        [(Some(only), element_type)] => Stage::Wire(only.text(), *element_type),
        several => Stage::Several(
            several.iter().map(|(found, element_type)| found.map(|found| (found.text(), *element_type))).collect(),
        ),
    };
    (stage, found)
}

/// What a member becomes when no word stands for the code: `other`, or the code itself where codes are plain text.
fn unlisted_value(rule: &Rule, code: &str) -> Option<Value> {
    match &rule.kind {
        Kind::Text => Some(Value::from(code)),
        Kind::Word(words) if rule.code_slot.is_some() => {
            words.iter().find(|word| word.eq_ignore_ascii_case("other")).map(|word| Value::from(word.as_str()))
        }
        _ => None,
    }
}

/// `DTM02`: the place without its position, for sentences that speak of all such places.
fn place_name(place: Option<Place>) -> String {
    let Some(place) = place else { return "a constant".to_owned() };
    let tag = place.tag.map(|tag| tag.to_string()).unwrap_or_default();
    let element = place.element.map(|element| format!("{element:02}")).unwrap_or_default();
    let component = place.component.map(|component| format!("-{component}")).unwrap_or_default();
    format!("{tag}{element}{component}")
}

fn set(slots: &mut Slots, slot: usize, value: Option<Value>) {
    if let (Some(place), Some(value)) = (slots.get_mut(slot), value) {
        *place = Some(value);
    }
}
