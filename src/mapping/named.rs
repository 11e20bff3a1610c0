//! `REF01 not named`: the values that no other rule of the same instance names. A partner's file that gives a reference a
//! name takes it out of the others by that alone.

use super::hierarchy::Hierarchy;
use super::program::{Cell, Condition, Instances, Of, Part, Section, Source, Start, Target, Work};
use super::rule::Test;
use crate::edi::Tag;

/// A value that a rule names, and where it looks for it.
type Named = (Tag, Cell, String);

/// Settles the conditions of a program.
pub(super) fn settle(root: &mut Section, hierarchy: Option<&mut Hierarchy>) {
    instance(root);
    if let Some(Hierarchy { shipment, units, lines, .. }) = hierarchy {
        shipment.iter_mut().for_each(instance);
        units.iter_mut().for_each(|units| instance(&mut units.section));
        instance(&mut lines.section);
    }
}

/// Settles the conditions in one instance, and in those inside it.
fn instance(section: &mut Section) {
    let mut named = Vec::new();
    collect(section, &mut named);
    put(section, &named);
}

/// Every value that a rule of the instance names by an equality.
fn collect(section: &Section, named: &mut Vec<Named>) {
    let of_sources = |sources: &[Source], named: &mut Vec<Named>| {
        for source in sources {
            if let Source::Places { conditions, .. } = source {
                of_conditions(conditions, named);
            }
        }
    };
    section.spread.iter().for_each(|spread| of_sources(&spread.sources, named));
    section.emit.iter().for_each(|emit| of_conditions(&emit.conditions, named));
    for member in &section.members {
        match &member.work {
            Work::Value(rule) | Work::Split { rule, .. } => of_sources(&rule.sources, named),
            Work::List { places, .. } => places.iter().for_each(|place| of_conditions(&place.conditions, named)),
            Work::Object(inner) => collect(inner, named),
            Work::One { instances, section, .. } => of_instances(instances, section, named),
            Work::Each { blocks, .. } => {
                blocks.iter().for_each(|(instances, section)| of_instances(instances, section, named));
            }
        }
    }
}

/// What is named by an item that is the instance itself, a segment that stands directly in it, or the start of a loop in it.
fn of_instances(instances: &Instances, section: &Section, named: &mut Vec<Named>) {
    let all = instances.alternatives.iter().flatten();
    match &instances.target {
        Target::Loops { start: Start::Out(0), loops, name } if loops.is_empty() => {
            all.filter(|one| one.reach.route.tag == name.as_str()).for_each(|one| of_condition(one, named))
        }
        Target::This | Target::Segments(_) if is_here(instances) => {
            all.for_each(|condition| of_condition(condition, named));
            collect(section, named);
        }
        Target::This | Target::Around(_) | Target::Segments(_) | Target::Loops { .. } => {}
    }
}

fn is_here(instances: &Instances) -> bool {
    match &instances.target {
        Target::This => true,
        Target::Segments(route) => route.start == Start::Out(0) && route.loops.is_empty(),
        Target::Around(_) | Target::Loops { .. } => false,
    }
}

fn of_conditions(conditions: &[Condition], named: &mut Vec<Named>) {
    conditions.iter().for_each(|condition| of_condition(condition, named));
}

fn of_condition(Condition { reach, test, of }: &Condition, named: &mut Vec<Named>) {
    let here = *of == Of::Own && reach.route.start == Start::Out(0) && reach.route.loops.is_empty();
    if let (true, Part::Element(cell), Test::OneOf(values)) = (here, &reach.part, test) {
        named.extend(values.iter().map(|value| (reach.route.tag, *cell, value.clone())));
    }
}

/// Makes `not named` say which values those are.
fn put(section: &mut Section, named: &[Named]) {
    for source in section.spread.iter_mut().flat_map(|spread| &mut spread.sources) {
        if let Source::Places { conditions, .. } = source {
            settled(conditions, named);
        }
    }
    section.emit.iter_mut().for_each(|emit| settled(&mut emit.conditions, named));
    for member in &mut section.members {
        match &mut member.work {
            Work::Value(rule) | Work::Split { rule, .. } => {
                for source in &mut rule.sources {
                    if let Source::Places { conditions, .. } = source {
                        settled(conditions, named);
                    }
                }
            }
            Work::List { places, .. } => places.iter_mut().for_each(|place| settled(&mut place.conditions, named)),
            Work::Object(inner) => put(inner, named),
            Work::One { instances, section, .. } => inside(instances, section, named),
            Work::Each { blocks, .. } => {
                blocks.iter_mut().for_each(|(instances, section)| inside(instances, section, named));
            }
        }
    }
}

fn inside(instances: &mut Instances, section: &mut Section, named: &[Named]) {
    instances.alternatives.iter_mut().for_each(|conditions| settled(conditions, named));
    if is_here(instances) {
        put(section, named);
    } else {
        instance(section);
    }
}

fn settled(conditions: &mut [Condition], named: &[Named]) {
    for Condition { reach, test, .. } in conditions.iter_mut().filter(|condition| condition.test == Test::NotNamed) {
        let here = |(tag, cell, _): &&Named| *tag == reach.route.tag && reach.part == Part::Element(*cell);
        let mut values: Vec<String> = named.iter().filter(here).map(|(.., value)| value.clone()).collect();
        values.sort_unstable();
        values.dedup();
        *test = Test::NoneOf(values);
    }
}
