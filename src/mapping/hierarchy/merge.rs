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

/// Adds what a further level says to a line. What the line has already is kept where they differ.
pub(super) fn merge(line: &mut Value, level: Value, items: &Items) -> Vec<Differing> {
    let mut differing = Vec::new();
    add_up(line, &level, &items.sum);
    let (Value::Object(line), Value::Object(level)) = (line, level) else { return differing };
    for (name, value) in level {
        if let (Some(keyed), Value::Array(own)) = (items.arrays.iter().find(|keyed| keyed.name == name), &value) {
            let known = line.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(known) = known {
                merge_array(known, own, keyed);
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

/// Adds the members at the paths of `sum`.
fn add_up(into: &mut Value, from: &Value, sum: &[Vec<PathStep>]) {
    for path in sum {
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
        let Some(added) = at(from, path).and_then(number) else { continue };
        let Some((last, way)) = path.split_last() else { continue };
        let holder = way.iter().try_fold(&mut *into, |value, step| value.get_mut(step.name()));
        let Some(Value::Object(members)) = holder else { continue };
        let own = members.get(last.name()).and_then(number).unwrap_or_default();
        members.insert(last.name().to_owned(), Value::from((own + added).to_string()));
    }
}

fn merge_array(known: &mut Vec<Value>, own: &[Value], keyed: &Keyed) {
    for item in own {
        let is_same = |other: &&mut Value| keyed.key.iter().all(|path| at(other, path) == at(item, path));
        match known.iter_mut().find(is_same) {
            Some(found) => add_up(found, item, &keyed.sum),
            None => known.push(item.clone()),
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
            let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            differing.push(Differing { path: path_text(path), kept: shown(known), other: shown(&other) });
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
