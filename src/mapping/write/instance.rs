//! Instances for objects and items: one that is there and fits, or a new one in which the conditions hold.

use super::Writing;
use super::draft::{LoopNumber, Written};
use super::place::{Clash, Here, route_name};
use super::want::condition_want;
use crate::mapping::program::{Condition, Instances, Route, Start, Target};

/// What a new instance is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// An object; others share it.
    Object,
    /// An item of an array, in no loop before this one: there stands the item before it.
    Item(Option<LoopNumber>),
    /// An item that the loops which are there have no place for: those around it are new, too.
    ItemApart,
}

impl Writing<'_, '_> {
    /// An instance for an object (`in`): one that is there and meets the conditions, else a new one.
    pub(super) fn instance_for_object(
        &mut self,
        instances: &Instances,
        here: Here,
        by: &Written,
    ) -> Result<Here, Clash> {
        let known = match &instances.target {
            Target::This | Target::Around(_) => return self.new_instance(instances, here, by, Asked::Object),
            Target::Loops { start, loops, name } => match self.start(here, *start) {
                Some(Here::Loop(from)) => {
                    let ends = self.ends(from, loops);
                    let inside = ends.iter().flat_map(|end| self.draft.loops_in(*end)).copied();
                    inside
                        .filter(|child| self.draft.definition(*child).name == *name && !self.draft.is_item_loop(*child))
                        .map(Here::Loop)
                        .collect()
                }
                _ => Vec::new(),
            },
            Target::Segments(route) => {
                let found = self.existing(route, here).into_iter();
                found.filter(|segment| !self.draft.is_item_segment(*segment)).map(Here::Segment).collect::<Vec<_>>()
            }
        };
        let meets = known.into_iter().find(|known| self.holds(instances, *known));
        match meets {
            Some(known) => Ok(known),
            None => self.new_instance(instances, here, by, Asked::Object),
        }
    }

    /// A new instance, in which the conditions hold.
    pub(super) fn new_instance(
        &mut self,
        instances: &Instances,
        here: Here,
        by: &Written,
        asked: Asked,
    ) -> Result<Here, Clash> {
        let mark = self.draft.mark();
        let mut clash = None;
        let (start, loops) = match &instances.target {
            Target::This => return self.condition_all(instances, here, by).map(|()| here),
            Target::Around(start) => {
                let around = self.start(here, *start).ok_or(Clash::ReadOnly)?;
                return self.condition_all(instances, around, by).map(|()| around);
            }
            Target::Loops { start, loops, .. } | Target::Segments(Route { start, loops, .. }) => (*start, loops),
        };
        let Some(Here::Loop(from)) = self.start(here, start) else { return Err(Clash::ReadOnly) };
        // Every instance on the way that is there is tried, then a new one. What was made for an item of another array
        // belongs to that.
        let mut known = self.ends(from, loops);
        known.retain(|end| *end == from || !self.draft.is_item_loop(*end));
        match asked {
            Asked::Object => {}
            // Items stay in their order: behind the one before.
            Asked::Item(behind) => {
                known.retain(|end| behind.is_none_or(|behind| *end >= behind));
                known.reverse();
            }
            Asked::ItemApart => known.clear(),
        }
        let is_item = asked != Asked::Object;
        let known = known.into_iter().map(Some);
        for end in known.chain([None]).collect::<Vec<_>>() {
            let end = match (end, loops.split_last()) {
                (Some(end), _) => Some(end),
                (None, Some((last, way))) => {
                    let around = self.walk(from, way);
                    around.and_then(|around| self.draft.open_loop(around, |child| child.name == *last, false))
                }
                (None, None) => None,
            };
            let made = end.and_then(|end| match &instances.target {
                Target::Loops { name, .. } => {
                    self.draft.open_loop(end, |child| child.name == *name, is_item).map(Here::Loop)
                }
                // A segment of which there is one has the items beside what other rules write.
                Target::Segments(route) => {
                    let new = self.draft.open_segment(end, route.tag, is_item);
                    new.or_else(|| self.draft.only_segment(end, route.tag)).map(Here::Segment)
                }
                Target::This | Target::Around(_) => None,
            });
            match made.map(|made| self.condition_all(instances, made, by).map(|()| made)) {
                Some(Ok(made)) => return Ok(made),
                Some(Err(found)) => {
                    clash.get_or_insert(found);
                }
                None => {}
            }
            self.draft.rewind(mark);
        }
        Err(clash.unwrap_or_else(|| Clash::Full(target_name(&instances.target))))
    }

    /// Writes what the first alternative of an instance's conditions says.
    fn condition_all(&mut self, instances: &Instances, here: Here, by: &Written) -> Result<(), Clash> {
        for condition in instances.alternatives.first().into_iter().flatten() {
            if let Some(want) = condition_want(condition, by)
                && condition.reach.route.start != Start::Message
            {
                self.put_all(&condition.reach.route, &[want], here)?;
            }
        }
        Ok(())
    }

    /// Whether one of the alternatives of an instance's conditions holds of what is written so far.
    pub(super) fn holds(&self, instances: &Instances, here: Here) -> bool {
        let all = |conditions: &Vec<Condition>| conditions.iter().all(|condition| self.is_met(condition, here));
        instances.alternatives.is_empty() || instances.alternatives.iter().any(all)
    }
}

fn target_name(target: &Target) -> String {
    match target {
        Target::This | Target::Around(_) => String::new(),
        Target::Loops { loops, name, .. } => {
            loops.iter().chain([name]).map(String::as_str).collect::<Vec<_>>().join("/")
        }
        Target::Segments(route) => route_name(route),
    }
}
