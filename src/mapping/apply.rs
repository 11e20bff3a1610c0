//! Reads a message: one pass over the rules, each looking up its place in the tree.

use serde_json::{Map, Value};

use super::context::ReadContext;
use super::coverage::Coverage;
use super::file::Spot;
use super::find::{self, Finder, Found, Here, Visit};
use super::hierarchy::TreeIndex;
use super::notes::Notes;
use super::program::{Emit, Instances, ListPlace, Member, Program, Section, Work};
use super::trace::{Follow, PendingUse, Purpose};
use crate::base::Diagnostic;
use crate::canon::{push_index, push_member};
use crate::edi::{Place, Segment, Tree};

/// A message being read.
pub(super) struct Reading<'m, 't, 'a> {
    pub program: &'m Program,
    pub context: &'m ReadContext<'m>,
    pub tree: &'t Tree<'a>,
    pub finder: Finder<'t, 'a>,
    pub coverage: Coverage,
    pub notes: Notes,
    pub items: Vec<Item<'m, 'a>>,
    pub emits: Vec<PendingEmit<'m, 't, 'a>>,
    /// Where members are from, when that is asked.
    pub origins: Vec<PendingOrigin<'m>>,
    /// Elements that were used, when that is asked.
    pub uses: Vec<PendingUse<'m>>,
    /// The rules that are followed step by step, when that is asked.
    pub follow: Option<Follow>,
    /// Bytes the document may still grow by.
    room: usize,
}

/// An object of the document that is being made: the way to it, and the segment it stands at.
pub(super) struct Item<'m, 'a> {
    pub parent: usize,
    pub step: Step<'m>,
    pub first: Option<Segment<'a>>,
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

/// Where a member is from; its path is known when the document is whole.
pub(super) struct PendingOrigin<'m> {
    pub item: usize,
    pub name: &'m str,
    pub places: Vec<Place>,
    pub rule: &'m Spot,
}

/// Where a rule is at work.
#[derive(Clone, Copy)]
pub(super) struct At<'m, 't, 'a> {
    pub here: Here<'t, 'a>,
    pub item: usize,
    pub section: &'m Section,
}

/// The slots of the object being made.
pub(super) type Slots = Vec<Option<Value>>;

impl<'m, 't, 'a> Reading<'m, 't, 'a> {
    pub(super) fn new(program: &'m Program, context: &'m ReadContext<'m>, tree: &'t Tree<'a>) -> Self {
        let coverage = Coverage::new(tree.set());
        let root = Item { parent: 0, step: Step::Root, first: None };
        let finder = Finder::new(tree, TreeIndex::of(tree, program.hierarchy.as_ref()));
        Self {
            program,
            context,
            tree,
            finder,
            coverage,
            notes: Notes::default(),
            items: vec![root],
            emits: Vec::new(),
            origins: Vec::new(),
            uses: Vec::new(),
            follow: None,
            room: context.document_limit,
        }
    }

    /// The document as the rules give it, before anything is derived.
    pub(super) fn document(&mut self) -> Value {
        let program = self.program;
        let section = &program.root;
        let mut slots: Slots = vec![None; section.names.len()];
        self.fill(section, At { here: Here::Loop(self.tree.root()), item: 0, section }, &mut slots);
        if let Some(hierarchy) = &program.hierarchy {
            self.hierarchy(hierarchy, &section.names, &mut slots);
        }
        let members = self.gathered(section, slots);
        if self.is_full() {
            let limit = self.context.document_limit;
            let finding = Diagnostic::error("document-too-long", "the message makes a document that is too long");
            let hint = "ask the partner for smaller messages, or raise limits.document";
            self.notes.find(finding.expecting(format!("at most {limit} bytes")).hinting(hint));
        }
        Value::Object(members)
    }

    /// Takes room for a value with its name.
    fn take(&mut self, name: &str, value: &Value) {
        // Name and text in quotes, a colon and a comma.
        let bytes = name.len() + 6 + value.as_str().map_or(8, str::len);
        self.room = self.room.saturating_sub(bytes);
    }

    /// Whether the document has grown as long as it may; then nothing is read any more.
    pub(super) fn is_full(&self) -> bool {
        self.room == 0
    }

    fn section(&mut self, section: &'m Section, here: Here<'t, 'a>, item: usize) -> Map<String, Value> {
        let mut slots: Slots = vec![None; section.names.len()];
        self.fill(section, At { here, item, section }, &mut slots);
        self.gathered(section, slots)
    }

    /// Fills the slots of an object by the rules of a section.
    pub(super) fn fill(&mut self, section: &'m Section, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let At { here, item, .. } = at;
        for member in &section.members {
            self.member(member, at, slots);
        }
        if let Some(spread) = &section.spread {
            self.spread(spread, at, slots);
        }
        for emit in &section.emit {
            if self.finder.wants(emit, here) {
                self.emits.push(PendingEmit { emit, here, item });
            }
        }
    }

    /// The members whose slots were filled.
    pub(super) fn gathered(&mut self, section: &Section, slots: Slots) -> Map<String, Value> {
        let mut members = Map::with_capacity(slots.iter().flatten().count());
        for (name, value) in section.names.iter().zip(slots) {
            if let Some(value) = value {
                self.take(name, &value);
                members.insert(name.clone(), value);
            }
        }
        members
    }

    fn member(&mut self, member: &'m Member, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let name = at.section.names.get(member.slot).map_or("", String::as_str);
        let value = match &member.work {
            Work::Value(rule) => return self.value(rule, member.slot, at, slots),
            Work::List { places, at: rule } => self.list(places, rule, name, at),
            Work::Split { rule, separator } => {
                self.value(rule, member.slot, at, slots);
                let text = slots.get(member.slot).cloned().flatten();
                let parts = text.as_ref().and_then(Value::as_str).map(|text| {
                    let parts = text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
                    parts.map(Value::from).collect::<Value>()
                });
                parts.or(text)
            }
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
        let (item, emits, origins) = (self.items.len(), self.emits.len(), self.origins.len());
        self.items.push(Item { parent, step, first: here.first() });
        let members = self.section(section, here, item);
        let is_wanted = matches!(step, Step::Index(..)) && section.has_required;
        if members.is_empty() && !is_wanted {
            self.items.truncate(item);
            self.origins.truncate(origins);
            if self.emits.len() > emits {
                self.emits.truncate(emits);
                self.finder.forget_emits();
            }
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
        let first = self.finder.meant(instances, at.here, 1).into_iter().next();
        let value = first.and_then(|here| {
            let item = self.items.len();
            let value = self.object(section, Step::Member(name), here, at.item)?;
            self.mark_instance(instances, here, item);
            Some(value)
        });
        value.or_else(|| self.party_of_agreement(default?, name, at.item))
    }

    fn party_of_agreement(&mut self, role: &str, name: &str, item: usize) -> Option<Value> {
        let party = self.context.parties.iter().find(|party| party.role.as_deref() == Some(role))?;
        self.notes.derive(self.path_of_all(item, name), "agreement");
        let object = super::party::party_object(party);
        let parts = [&party.id, &party.scheme, &party.value].into_iter().chain(&party.name);
        self.room = self.room.saturating_sub(parts.map(String::len).sum());
        Some(object)
    }

    /// The items of an array, in the order of the wire and, at one place, in the order of the blocks.
    fn each(&mut self, blocks: &'m [(Instances, Section)], name: &'m str, at: At<'m, 't, 'a>) -> Vec<Value> {
        let mut found: Vec<(Here<'t, 'a>, usize)> = Vec::new();
        for (block, (instances, _)) in blocks.iter().enumerate() {
            found.extend(self.finder.meant(instances, at.here, usize::MAX).into_iter().map(|here| (here, block)));
        }
        if blocks.len() > 1 {
            found.sort_by_key(|(here, block)| (here.position(), *block));
        }
        let mut items = Vec::new();
        for (here, block) in found {
            if self.is_full() {
                break;
            }
            let Some((instances, section)) = blocks.get(block) else { continue };
            let item = self.items.len();
            if let Some(value) = self.object(section, Step::Index(name, items.len()), here, at.item) {
                self.mark_instance(instances, here, item);
                items.push(value);
                // Brackets and a comma: items without members take room too.
                self.room = self.room.saturating_sub(3);
            }
        }
        items
    }

    /// Marks what the conditions of an instance compared.
    fn mark_instance(&mut self, instances: &'m Instances, here: Here<'t, 'a>, item: usize) {
        let mut compared = Vec::new();
        self.finder.compared(instances, here, &mut |written, found| compared.push((written, found)));
        for (written, found) in compared {
            found.mark(&mut self.coverage);
            self.note_use(found.element, Purpose::Condition(written.to_owned()), item, "", Some(&instances.at));
        }
    }

    /// Every listed place of every such segment, in the order of the wire.
    fn list(&mut self, places: &'m [ListPlace], rule: &'m Spot, name: &'m str, at: At<'m, 't, 'a>) -> Option<Value> {
        let here = at.here;
        let mut found: Vec<(Found<'a>, &'m ListPlace)> = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let route = &place.reach.route;
            if places.iter().take(index).any(|before| before.reach.route == *route) {
                continue;
            }
            let of_route: Vec<&'m ListPlace> = places.iter().filter(|other| other.reach.route == *route).collect();
            self.finder.segments(route, here, &mut |segment| {
                let values = of_route.iter().filter(|place| find::hold_of(&place.conditions, &segment));
                found.extend(values.filter_map(|place| Some((find::value(&place.reach.part, &segment)?, *place))));
                Visit::GoOn
            });
        }
        found.sort_by_key(|(found, _)| found.element.segment().position());
        for (found, place) in &found {
            found.mark(&mut self.coverage);
            find::mark_conditions(&place.conditions, &found.element.segment(), &mut self.coverage);
            self.use_found(&[*found], at.item, name, rule);
            self.use_conditions(&place.conditions, &found.element.segment(), at.item, name, rule);
        }
        if self.context.trace && !found.is_empty() {
            let places = found.iter().map(|(found, _)| found.element.place()).collect();
            self.origins.push(PendingOrigin { item: at.item, name, places, rule });
        }
        let values: Vec<Value> = found.iter().map(|(found, _)| Value::from(found.text().into_owned())).collect();
        values.iter().for_each(|value| self.take("", value));
        (!values.is_empty()).then_some(Value::Array(values))
    }

    /// The path of a member of an item: `lines[2].price.amount`.
    pub(super) fn path(&self, item: usize, name: &str) -> String {
        self.path_with(item, name, push_index)
    }

    /// The path of a member of all such items: `lines[*].price.amount`.
    pub(super) fn path_of_all(&self, item: usize, name: &str) -> String {
        self.path_with(item, name, |path, _| path.push_str("[*]"))
    }

    fn path_with(&self, item: usize, name: &str, push_index: fn(&mut String, usize)) -> String {
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

/// Gives a slot its value, if there is one.
pub(super) fn set(slots: &mut Slots, slot: usize, value: Option<Value>) {
    if let (Some(place), Some(value)) = (slots.get_mut(slot), value) {
        *place = Some(value);
    }
}
