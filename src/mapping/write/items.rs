//! Objects with an instance of their own, and arrays: an instance of the message for each item.

use serde_json::{Map, Value};

use super::draft::Written;
use super::place::{Asked, Here, Want, Wire, condition_want};
use super::value::text_of;
use super::{Step, Writing};
use crate::base::Diagnostic;
use crate::mapping::file::Spot;
use crate::mapping::program::{
    Instances, ListPlace, PathStep, Reach, Route, Section, Source, Start, Target, Work, path_text,
};

/// One of the blocks that feed an array.
type Block = (Instances, Section);

/// How much of an item a block is to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demand {
    All,
    Some,
}

impl<'m, 'd> Writing<'m, 'd> {
    /// An object in an instance of its own.
    pub(super) fn one(
        &mut self,
        instances: &'m Instances,
        section: &'m Section,
        members: &'d Map<String, Value>,
        value: &'d Value,
        here: Here,
    ) {
        let by = self.instance_author();
        let made = self.instance_for_object(instances, here, &by);
        self.spot.clone_from(&by.spot);
        match made {
            Ok(inside) => {
                self.items.push(value);
                self.section(section, members, inside);
                self.items.pop();
            }
            Err(clash) => self.clash(&clash),
        }
    }

    /// An array, an instance for each item.
    pub(super) fn each(&mut self, blocks: &'m [Block], items: &'d [Value], here: Here) {
        // What stands at a place of the whole message is read there and not written from here.
        let blocks: Vec<&Block> = blocks.iter().filter(|(instances, _)| !is_read_only(instances)).collect();
        let mut last: Option<(usize, Here)> = None;
        for (index, item) in items.iter().enumerate() {
            let Value::Object(members) = item else { continue };
            if let Some(step) = self.steps.last_mut() {
                step.index = Some(index);
            }
            self.items.push(item);
            last = match blocks.as_slice() {
                [only] => {
                    self.item(only, members, here);
                    None
                }
                blocks => self.block_item(blocks, members, here, last),
            };
            self.items.pop();
        }
        if let Some(step) = self.steps.last_mut() {
            step.index = None;
        }
    }

    fn item(&mut self, block: &'m Block, members: &'d Map<String, Value>, here: Here) {
        let (instances, section) = block;
        let by = self.instance_author();
        let asked = if loops_around(instances).is_empty() { Asked::Item } else { Asked::ItemApart };
        if asked == Asked::ItemApart && self.tried(block, members, None, here, &by, Demand::Some).is_some() {
            return;
        }
        let made = self.new_instance(instances, here, &by, asked);
        self.spot.clone_from(&by.spot);
        match made {
            Ok(inside) => self.section(section, members, inside),
            Err(clash) => self.clash(&clash),
        }
    }

    /// An item of an array that several blocks feed: it belongs to the first whose constants it has and whose required
    /// places it can fill; one that writes all its members goes before. It shares the instance of the item before it as
    /// long as their blocks ascend and nothing contradicts.
    fn block_item(
        &mut self,
        blocks: &[&'m Block],
        members: &'d Map<String, Value>,
        here: Here,
        last: Option<(usize, Here)>,
    ) -> Option<(usize, Here)> {
        let by = self.instance_author();
        let fitting: Vec<(usize, &&Block)> =
            blocks.iter().enumerate().filter(|(_, (_, section))| has_constants(section, members)).collect();
        for demand in [Demand::All, Demand::Some] {
            if let Some((before, inside)) = last {
                let target = blocks.get(before).map(|(instances, _)| &instances.target);
                let may_share =
                    |(index, (instances, _)): &&(usize, &&Block)| before < *index && target == Some(&instances.target);
                for (index, block) in fitting.iter().filter(may_share) {
                    if self.tried(block, members, Some(inside), here, &by, demand).is_some() {
                        return Some((*index, inside));
                    }
                }
            }
            for (index, block) in &fitting {
                if let Some(inside) = self.tried(block, members, None, here, &by, demand) {
                    return Some((*index, inside));
                }
            }
        }
        self.spot = by.spot;
        let finding = Diagnostic::error("no-block", "none of the blocks of the mapping can write this item");
        self.find(finding.hinting("give it the members that a block's constants and conditions ask for"));
        self.clashes += 1;
        None
    }

    /// Writes an item into an instance, or a new one; takes it back where that contradicts or could not be read again.
    fn tried(
        &mut self,
        (instances, section): &'m Block,
        members: &'d Map<String, Value>,
        inside: Option<Here>,
        here: Here,
        by: &Written,
        demand: Demand,
    ) -> Option<Here> {
        let (mark, noted, clashes) = (self.draft.mark(), self.notes.mark(), self.clashes);
        let left_out = self.left_out;
        let made = match inside {
            Some(inside) => Ok(inside),
            None => self.new_instance(instances, here, by, Asked::Item),
        };
        if let Ok(inside) = made {
            self.section(section, members, inside);
            let is_whole = self.left_out == left_out || demand == Demand::Some;
            if self.clashes == clashes && is_whole && self.holds(instances, inside) {
                return Some(inside);
            }
        }
        self.draft.rewind(mark);
        self.notes.rewind(noted);
        (self.clashes, self.left_out) = (clashes, left_out);
        None
    }

    /// Values of one kind, in the places of a list: a new segment where the one before is full.
    pub(super) fn list(&mut self, places: &'m [ListPlace], at: &Spot, items: &'d [Value], here: Here) {
        let by = self.author(at);
        self.spot = Some(at.clone());
        let mut values = items.iter().filter_map(Value::as_str).peekable();
        let mut is_first = true;
        // Places with conditions of their own are alternatives for what is read; the first of them is written.
        let Some(ListPlace { reach: Reach { route, .. }, conditions }) = places.first() else { return };
        let together = places.iter().filter(|place| place.reach.route == *route && place.conditions == *conditions);
        let together: Vec<&ListPlace> = together.collect();
        while values.peek().is_some() {
            let mut wants: Vec<Want> = conditions.iter().filter_map(|one| condition_want(one, &by)).collect();
            for ListPlace { reach, .. } in &together {
                let Some(text) = values.next() else { break };
                let wire = Wire { text: Some(text.to_owned()), format: None };
                wants.extend(super::place::value_wants(reach, &wire, &by));
            }
            let put = if is_first { self.put_all(route, &wants, here) } else { self.put_in_new(route, &wants, here) };
            is_first = false;
            if let Err(clash) = put {
                return self.clash(&clash);
            }
        }
    }

    /// Who makes instances for the member at work: the rule where its section begins.
    fn instance_author(&self) -> Written {
        let step = |step: &Step<'d>| match step.index {
            Some(_) => PathStep::Items(step.name.to_owned()),
            None => PathStep::Member(step.name.to_owned()),
        };
        let generic = path_text(&self.steps.iter().map(step).collect::<Vec<_>>());
        let spot = self.program.spots.iter().find(|(known, _)| *known == generic || *known == format!("{generic}[*]"));
        Written { spot: spot.map(|(_, spot)| Spot::clone(spot)), member: self.path(), ..Written::default() }
    }
}

/// The loops that an instance's path goes through.
fn loops_around(instances: &Instances) -> &[String] {
    match &instances.target {
        Target::This => &[],
        Target::Loops { loops, .. } | Target::Segments(Route { loops, .. }) => loops,
    }
}

fn is_read_only(instances: &Instances) -> bool {
    match &instances.target {
        Target::This => false,
        Target::Loops { start, .. } => *start == Start::Message,
        Target::Segments(route) => route.start == Start::Message,
    }
}

/// Whether the members that a block gives constants have just these.
fn has_constants(section: &Section, members: &Map<String, Value>) -> bool {
    section.members.iter().all(|member| {
        let Work::Value(rule) = &member.work else { return true };
        let [Source::Constant(constant)] = rule.sources.as_slice() else { return true };
        let name = section.names.get(member.slot);
        let found = name.and_then(|name| members.get(name));
        found.is_some_and(|found| text_of(found).is_ok_and(|text| text == *constant))
    })
}

/// Whether a code's member and the document's are the same; arrays are sets, and nothing is only like nothing.
pub(super) fn is_same_set(wanted: Option<&Value>, found: Option<&Value>) -> bool {
    match (wanted, found) {
        (Some(Value::Array(wanted)), Some(Value::Array(found))) => {
            wanted.iter().all(|one| found.contains(one)) && found.iter().all(|one| wanted.contains(one))
        }
        (Some(Value::String(wanted)), Some(Value::String(found))) => {
            let number = |text: &str| text.parse::<rust_decimal::Decimal>().ok();
            wanted == found || (number(wanted).is_some() && number(wanted) == number(found))
        }
        (wanted, found) => wanted == found,
    }
}
