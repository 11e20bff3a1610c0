//! Objects with an instance of their own, and arrays: an instance of the message for each item.

use serde_json::{Map, Value};

use super::draft::{LoopNumber, Mark, SegmentNumber, Written};
use super::instance::Asked;
use super::place::{Clash, Here};
use super::value::text_of;
use super::want::{Want, Wire, condition_want};
use super::{Step, Writing};
use crate::base::Diagnostic;
use crate::mapping::file::Spot;
use crate::mapping::notes::Mark as Noted;
use crate::mapping::program::{
    Instances, ListPlace, PathStep, Reach, Route, Section, Source, Start, Target, Work, path_text,
};

/// One of the blocks that feed an array.
type Block = (Instances, Section);

/// Where an item goes.
#[derive(Clone, Copy)]
enum Place {
    /// Into the instance of the item before it.
    In(Here),
    /// Into one of its own, in the loops that are there from this one on.
    New(Option<LoopNumber>),
    /// Into one of its own, in new loops: what stands beside it in those that are there contradicts.
    Apart,
}

/// How far the writing was.
#[derive(Clone, Copy)]
struct State {
    draft: Mark,
    notes: Noted,
    clashes: usize,
    left_out: usize,
    around: usize,
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
            Ok(inside) if self.is_said_around(instances, value, inside) => {}
            Ok(inside) => {
                self.items.push(value);
                self.section(section, members, inside);
                self.items.pop();
            }
            Err(clash) => self.clash(&clash),
        }
    }

    /// Whether an item before this one said the same of the loop around both. One that said something else has the loop for
    /// itself.
    fn is_said_around(&mut self, instances: &Instances, value: &'d Value, inside: Here) -> bool {
        let (Target::Around(_), Here::Loop(number)) = (&instances.target, inside) else { return false };
        let name = self.steps.last().map_or("", |step| step.name);
        let is_of = |(known, member, _): &&(LoopNumber, &str, &Value)| *known == number && *member == name;
        let said = self.around.iter().find(is_of).map(|(_, _, said)| *said);
        self.around.push((number, name, value));
        match said {
            None => false,
            Some(said) if said == value => true,
            Some(_) => {
                self.clash(&Clash::Full(self.draft.definition(number).name.clone()));
                true
            }
        }
    }

    /// An array, an instance for each item. Where a later item makes the conditions of an earlier one's block false
    /// (`LIN if SCC absent`, and then there is an SCC), or finds no room beside it, all are written again without that
    /// block.
    pub(super) fn each(&mut self, blocks: &'m [Block], items: &'d [Value], here: Here) {
        // What stands at a place of the whole message is read there and not written from here.
        let all: Vec<&Block> = blocks.iter().filter(|(instances, _)| !is_read_only(instances)).collect();
        let before = self.state();
        let mut open = all.clone();
        loop {
            let made = self.all_items(&open, items, here);
            let kept = self.kept(&open, &made);
            let failed = self.clashes > before.clashes;
            if open.len() < 2 || kept.len() == open.len() {
                if failed && open.len() < all.len() {
                    // Leaving blocks out did not help: what is told is told of all of them.
                    self.take_back(before);
                    self.all_items(&all, items, here);
                }
                return;
            }
            self.take_back(before);
            open = kept;
        }
    }

    /// The blocks to try again with: those whose conditions still hold, and, where an item found no block, those that do
    /// not take up the one instance around them.
    fn kept(&self, blocks: &[&'m Block], made: &[Option<(usize, Here)>]) -> Vec<&'m Block> {
        let is_kept = |(index, block): &(usize, &&'m Block)| {
            let mut own = made.iter().flatten().filter(|(used, _)| used == index).map(|(_, inside)| *inside).peekable();
            let is_in_the_way = made.contains(&None) && own.peek().is_some() && matches!(block.0.target, Target::This);
            !is_in_the_way && own.all(|inside| self.holds(&block.0, inside))
        };
        blocks.iter().enumerate().filter(is_kept).map(|(_, block)| *block).collect()
    }

    /// Writes the items; of each the block and the instance, where several blocks feed the array.
    fn all_items(&mut self, blocks: &[&'m Block], items: &'d [Value], here: Here) -> Vec<Option<(usize, Here)>> {
        let mut made: Vec<Option<(usize, Here)>> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Value::Object(members) = item else { continue };
            if let Some(step) = self.steps.last_mut() {
                step.index = Some(index);
            }
            self.items.push(item);
            let behind = made.iter().rev().flatten().next().map(|(_, inside)| self.loop_around(*inside));
            made.push(match blocks {
                [only] => self.item(only, members, here, behind).map(|inside| (0, inside)),
                blocks => self.block_item(blocks, members, here, (made.last().copied().flatten(), behind)),
            });
            self.items.pop();
        }
        if let Some(step) = self.steps.last_mut() {
            step.index = None;
        }
        made
    }

    fn item(
        &mut self,
        block: &'m Block,
        members: &'d Map<String, Value>,
        here: Here,
        behind: Option<LoopNumber>,
    ) -> Option<Here> {
        let (instances, section) = block;
        let by = self.instance_author();
        let asked = if loops_around(instances).is_empty() { Asked::Item(behind) } else { Asked::ItemApart };
        if asked == Asked::ItemApart
            && let Some(inside) = self.tried(block, members, (Place::New(behind), here), &by)
        {
            return Some(inside);
        }
        let made = self.new_instance(instances, here, &by, asked);
        self.spot.clone_from(&by.spot);
        match made {
            Ok(inside) => {
                self.section(section, members, inside);
                Some(inside)
            }
            Err(clash) => {
                self.clash(&clash);
                None
            }
        }
    }

    /// The loop that an instance stands in.
    fn loop_around(&self, inside: Here) -> LoopNumber {
        match inside {
            Here::Loop(number) => self.draft.parent(number),
            Here::Segment(segment) => self.draft.owner(segment),
        }
    }

    /// An item of an array that several blocks feed: it belongs to the first whose constants it has and that writes all of
    /// its members, else to the one that leaves the least of them. It shares the instance of the item before it as long as
    /// their blocks ascend and nothing contradicts.
    fn block_item(
        &mut self,
        blocks: &[&'m Block],
        members: &'d Map<String, Value>,
        here: Here,
        (last, behind): (Option<(usize, Here)>, Option<LoopNumber>),
    ) -> Option<(usize, Here)> {
        let by = self.instance_author();
        let fitting: Vec<usize> = blocks
            .iter()
            .enumerate()
            .filter(|(_, (_, section))| has_constants(section, members))
            .map(|(index, _)| index)
            .collect();
        let mut places: Vec<(usize, Place)> = Vec::new();
        if let Some((before, inside)) = last {
            let target = |index: usize| blocks.get(index).map(|(instances, _)| &instances.target);
            let may_share = fitting.iter().filter(|index| before < **index && target(before) == target(**index));
            places.extend(may_share.map(|index| (*index, Place::In(inside))));
        }
        places.extend(fitting.iter().flat_map(|index| [(*index, Place::New(behind)), (*index, Place::Apart)]));
        let mut best: Option<(usize, (usize, Place))> = None;
        for (index, place) in places {
            let Some(block) = blocks.get(index) else { continue };
            let before = self.state();
            let Some(inside) = self.tried(block, members, (place, here), &by) else { continue };
            let left_out = self.left_out - before.left_out;
            if left_out == 0 {
                return Some((index, inside));
            }
            self.take_back(before);
            if best.is_none_or(|(least, _)| left_out < least) {
                best = Some((left_out, (index, place)));
            }
        }
        if let Some((_, (index, place))) = best
            && let Some(block) = blocks.get(index)
            && let Some(inside) = self.tried(block, members, (place, here), &by)
        {
            return Some((index, inside));
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
        (place, here): (Place, Here),
        by: &Written,
    ) -> Option<Here> {
        let before = self.state();
        let made = match place {
            Place::In(inside) => Ok(inside),
            Place::New(behind) => self.new_instance(instances, here, by, Asked::Item(behind)),
            Place::Apart if loops_around(instances).is_empty() => return None,
            Place::Apart => self.new_instance(instances, here, by, Asked::ItemApart),
        };
        if let Ok(inside) = made {
            self.section(section, members, inside);
            if self.clashes == before.clashes
                && self.holds(instances, inside)
                && !self.adds_to_others(instances, inside, place, before)
            {
                return Some(inside);
            }
        }
        self.take_back(before);
        None
    }

    /// Whether an item put something beside itself into a loop around it that others stand in: it would be read with them.
    fn adds_to_others(&self, instances: &Instances, inside: Here, place: Place, before: State) -> bool {
        let around = self.loop_around(inside);
        let is_shared = matches!(place, Place::New(Some(_))) && !loops_around(instances).is_empty();
        let is_beside = |segment: SegmentNumber| {
            let is_own = match inside {
                Here::Loop(number) => self.draft.is_within(segment, number),
                Here::Segment(own) => own == segment,
            };
            !is_own && self.draft.is_within(segment, around)
        };
        if !is_shared || !self.draft.was_there(before.draft, around) {
            return false;
        }
        // An item that says nothing of the loop would be read with what the others say.
        let (others, own) = self.around.split_at(before.around.min(self.around.len()));
        let is_of = |said: &[(LoopNumber, &str, &Value)]| said.iter().any(|(number, ..)| *number == around);
        (is_of(others) && !is_of(own)) || self.draft.filled_since(before.draft).any(is_beside)
    }

    fn state(&self) -> State {
        State {
            draft: self.draft.mark(),
            notes: self.notes.mark(),
            clashes: self.clashes,
            left_out: self.left_out,
            around: self.around.len(),
        }
    }

    fn take_back(&mut self, before: State) {
        self.draft.rewind(before.draft);
        self.notes.rewind(before.notes);
        (self.clashes, self.left_out) = (before.clashes, before.left_out);
        self.around.truncate(before.around);
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
                wants.extend(super::want::value_wants(reach, &wire, &by));
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
        let is_meant =
            |known: &str| known.strip_prefix(generic.as_str()).is_some_and(|rest| matches!(rest, "" | "[*]"));
        let spot = self.program.spots.iter().find(|(known, _)| is_meant(known));
        Written { spot: spot.map(|(_, spot)| Spot::clone(spot)), member: self.path(), ..Written::default() }
    }
}

/// The loops that an instance's path goes through.
fn loops_around(instances: &Instances) -> &[String] {
    match &instances.target {
        Target::This | Target::Around(_) => &[],
        Target::Loops { loops, .. } | Target::Segments(Route { loops, .. }) => loops,
    }
}

fn is_read_only(instances: &Instances) -> bool {
    match &instances.target {
        Target::This | Target::Around(_) => false,
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
