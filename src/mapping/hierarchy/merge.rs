//! Several levels that are one line: quantities are added, lots merge, serial numbers gather, the rest must agree.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Items, Keyed, OWN_NUMBER, at};
use crate::mapping::program::{PathStep, path_text};

/// A member for which two levels of one line have different values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Differing {
    pub path: String,
    pub kept: String,
    pub other: String,
}

impl Differing {
    fn new(path: String, kept: &Value, other: &Value) -> Self {
        let shown = |value: &Value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.chars().take(40).collect()
        };
        Self { path, kept: shown(kept), other: shown(other) }
    }
}

/// Adds what a further level says to a line. What the line has already is kept where they differ.
pub(super) fn merge(line: &mut Value, level: Value, items: &Items) -> Vec<Differing> {
    let mut differing = Vec::new();
    add_up(line, &level, &items.sum, "", &mut differing);
    let (Value::Object(line), Value::Object(level)) = (line, level) else { return differing };
    for (name, value) in level {
        if let (Some(keyed), Value::Array(own)) = (items.arrays.iter().find(|keyed| keyed.name == name), &value) {
            let known = line.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(known) = known {
                merge_array(known, own, keyed, &mut differing);
            }
            continue;
        }
        let path = vec![PathStep::Member(name.clone())];
        match line.get_mut(&name) {
            None => {
                line.insert(name, value);
            }
            // Where each level has a number of its own, the line has that of its first.
            Some(_) if name == OWN_NUMBER => {}
            Some(Value::Array(known)) if value.as_array().is_some_and(|own| own.iter().all(Value::is_string)) => {
                let own = value.as_array().into_iter().flatten();
                let further: Vec<Value> = own.filter(|text| !known.contains(text)).cloned().collect();
                known.extend(further);
            }
            Some(known) => agree(known, value, &path, &items.sum, &mut differing),
        }
    }
    differing
}

/// What a further level says of a unit. What the unit has already is kept where they differ.
pub(super) fn merge_unit(unit: &mut Map<String, Value>, level: Map<String, Value>) -> Vec<Differing> {
    let mut differing = Vec::new();
    agree_members(unit, level, &[], &[], &mut differing);
    differing
}

/// Adds the members at the paths of `sum`, which start at `around`. What has more digits than can be added up differs.
fn add_up(into: &mut Value, from: &Value, sum: &[Vec<PathStep>], around: &str, differing: &mut Vec<Differing>) {
    for path in sum {
        let Some(added) = at(from, path) else { continue };
        let Some((last, way)) = path.split_last() else { continue };
        let holder = way.iter().try_fold(&mut *into, |value, step| value.get_mut(step.name()));
        let Some(Value::Object(members)) = holder else { continue };
        let Some(own) = members.get(last.name()) else {
            members.insert(last.name().to_owned(), added.clone());
            continue;
        };
        match sum_of(own, added) {
            Some(sum) => drop(members.insert(last.name().to_owned(), Value::from(sum.to_string()))),
            None => differing.push(Differing::new(format!("{around}{}", path_text(path)), own, added)),
        }
    }
}

/// The sum of two decimals; nothing where that has more digits than fit.
fn sum_of(own: &Value, added: &Value) -> Option<Decimal> {
    let number = |value: &Value| value.as_str()?.parse::<Decimal>().ok();
    number(own)?.checked_add(number(added)?)
}

fn merge_array(known: &mut Vec<Value>, own: &[Value], keyed: &Keyed, differing: &mut Vec<Differing>) {
    let around = vec![PathStep::Items(keyed.name.clone())];
    // What is added up stands in the item, not in the line.
    let sum: Vec<Vec<PathStep>> = keyed.sum.iter().map(|path| [around.as_slice(), path].concat()).collect();
    for item in own {
        let is_same = |other: &&mut Value| keyed.key.iter().all(|path| at(other, path) == at(item, path));
        let Some(found) = known.iter_mut().find(is_same) else {
            known.push(item.clone());
            continue;
        };
        add_up(found, item, &keyed.sum, &format!("{}[*].", keyed.name), differing);
        if let (Value::Object(found), Value::Object(item)) = (found, item) {
            agree_members(found, item.clone(), &around, &sum, differing);
        }
    }
}

/// Holds a member against that of another level. Objects are held member by member.
fn agree(known: &mut Value, other: Value, path: &[PathStep], sum: &[Vec<PathStep>], differing: &mut Vec<Differing>) {
    if sum.iter().any(|summed| summed == path) {
        return;
    }
    match (known, other) {
        (Value::Object(known), Value::Object(other)) => agree_members(known, other, path, sum, differing),
        (known, other) if *known != other => {
            differing.push(Differing::new(path_text(path), known, &other));
        }
        _ => {}
    }
}

fn agree_members(
    known: &mut Map<String, Value>,
    other: Map<String, Value>,
    path: &[PathStep],
    sum: &[Vec<PathStep>],
    differing: &mut Vec<Differing>,
) {
    for (name, value) in other {
        let mut path = path.to_vec();
        path.push(PathStep::Member(name.clone()));
        match known.get_mut(&name) {
            None => {
                known.insert(name, value);
            }
            Some(known) => agree(known, value, &path, sum, differing),
        }
    }
}
