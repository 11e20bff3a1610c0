//! When two documents, or two messages, say the same: what tests of a mapping compare by.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;

use super::context::Read;
use super::fill::without_indices;
use super::trace::Purpose;
use super::{Mapping, Use};
use crate::canon::{Kind, Shape, push_index, push_member};
use crate::edi::{Place, TransactionSet};

/// A member that two documents say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDifference {
    /// The member: `lines[0].quantity.value`.
    pub member: String,
    /// What was expected; nothing when the member should not be there.
    pub expected: Option<Value>,
    /// What was found; nothing when it is not there.
    pub found: Option<Value>,
}

/// A segment that one of two messages has and the other has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentDifference {
    /// Which of the messages has it.
    pub side: Side,
    /// Where it stands there.
    pub segment: Place,
    /// What of it the other one lacks: a member with its value, or an element that only the wire has.
    pub what: String,
}

/// One of two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that was received.
    Received,
    /// The one that was written.
    Written,
}

impl Mapping {
    /// What is different in a document from what was expected, member by member in the order of the schema. Decimals are
    /// compared by value, instants as points in time, lists of words as sets; `meta` is the gateway's.
    pub fn document_differences(&self, expected: &Value, found: &Value) -> Vec<MemberDifference> {
        let mut differences = Vec::new();
        compare(Some(expected), Some(found), Some(&self.document.shape), &mut String::new(), &mut differences);
        differences
    }

    /// What is different between a message that was received and one that was written of its document, both as they were
    /// read with [`ReadContext::trace`](super::ReadContext). What no rule used does not count, nor what may be said in
    /// several ways: notation of numbers and times, order of segments, packing and order of qualifier pairs, codes that
    /// share one word, alternatives of a rule, what an emit completes, and what is derived or left out on purpose.
    pub fn message_differences(
        &self,
        received: (&TransactionSet, &Read),
        written: (&TransactionSet, &Read),
    ) -> Vec<SegmentDifference> {
        let (one, other) = (plain_segments(received.0, received.1), plain_segments(written.0, written.1));
        let (one_tokens, other_tokens) = (tokens(&one), tokens(&other));
        let missing = one.iter().flat_map(|segment| {
            let lacks = segment.tokens.iter().filter(|token| match token {
                Token::Member(path, _) => !other_tokens.contains(token) && self.leaves_out(path).is_none(),
                Token::Emit(_) => !other_tokens.contains(token),
            });
            lacks.map(|token| segment.difference(Side::Received, token)).collect::<Vec<_>>()
        });
        let is_derived = |path: &str| received.1.derived.iter().any(|derived| is_inside(path, &derived.path));
        let more = other.iter().flat_map(|segment| {
            let lacks = segment.tokens.iter().filter(|token| match token {
                Token::Member(path, _) => !one_tokens.contains(token) && !is_derived(path),
                Token::Emit(_) => false,
            });
            lacks.map(|token| segment.difference(Side::Written, token)).collect::<Vec<_>>()
        });
        missing.chain(more).collect()
    }
}

fn compare(
    expected: Option<&Value>,
    found: Option<&Value>,
    shape: Option<&Shape>,
    path: &mut String,
    differences: &mut Vec<MemberDifference>,
) {
    match (expected, found) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            let is_root = path.is_empty();
            for name in names.filter(|name| !(is_root && *name == "meta")) {
                let length = path.len();
                push_member(path, name);
                let inner = shape.and_then(|shape| shape.member(name)).map(|member| &member.shape);
                compare(one.get(name), other.get(name), inner, path, differences);
                path.truncate(length);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if !is_same_set(one, other, shape) => {
            for index in 0..one.len().max(other.len()) {
                let length = path.len();
                push_index(path, index);
                let inner = match shape {
                    Some(Shape::Array { item, .. }) => Some(&**item),
                    _ => None,
                };
                compare(one.get(index), other.get(index), inner, path, differences);
                path.truncate(length);
            }
        }
        (Some(Value::Array(_)), Some(Value::Array(_))) | (None, None) => {}
        (Some(one), Some(other)) if is_same(one, other, shape) => {}
        (expected, found) => differences.push(MemberDifference {
            member: path.clone(),
            expected: expected.cloned(),
            found: found.cloned(),
        }),
    }
}

/// Whether both are lists of words with the same words.
fn is_same_set(one: &[Value], other: &[Value], shape: Option<&Shape>) -> bool {
    let Some(Shape::Array { item, .. }) = shape else { return false };
    let all = |some: &[Value], others: &[Value]| some.iter().all(|word| others.contains(word));
    matches!(**item, Shape::Value(Kind::Word(_))) && all(one, other) && all(other, one)
}

fn is_same(one: &Value, other: &Value, shape: Option<&Shape>) -> bool {
    let kind = match shape {
        Some(Shape::Value(kind)) => kind,
        _ => return one == other,
    };
    one == other || matches!((normal(one, kind), normal(other, kind)), (Some(one), Some(other)) if one == other)
}

/// A value in the one spelling that its kind has.
fn normal(value: &Value, kind: &Kind) -> Option<String> {
    let text = value.as_str()?;
    match kind {
        Kind::Decimal => Some(text.parse::<Decimal>().ok()?.normalize().to_string()),
        Kind::Instant => Some(text.parse::<jiff::Timestamp>().ok()?.to_string()),
        _ => None,
    }
}

/// What a segment says, in the words of the document.
struct PlainSegment {
    place: Place,
    tokens: BTreeSet<Token>,
}

/// What one element says. Conditions go with the values that they are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    /// A member of all such, and its value.
    Member(String, String),
    /// An element that only the wire has.
    Emit(String),
}

impl PlainSegment {
    fn difference(&self, side: Side, token: &Token) -> SegmentDifference {
        let what = match token {
            Token::Member(path, value) => format!("{path} '{value}'"),
            Token::Emit(element) => element.clone(),
        };
        SegmentDifference { side, segment: self.place, what }
    }
}

/// The segments of a message of which rules used something.
fn plain_segments(set: &TransactionSet, read: &Read) -> Vec<PlainSegment> {
    let mut uses: BTreeMap<u32, Vec<&Use>> = BTreeMap::new();
    for one in &read.uses {
        uses.entry(one.place.segment_position.unwrap_or_default()).or_default().push(one);
    }
    let plain = |(position, uses): (u32, Vec<&Use>)| {
        let tokens = uses.iter().filter_map(|one| token(one, &read.document)).collect();
        let place = set.segment(position as usize)?.place();
        Some(PlainSegment { place, tokens })
    };
    uses.into_iter().filter_map(plain).collect()
}

fn token(one: &Use, document: &Value) -> Option<Token> {
    match &one.purpose {
        Purpose::Value => Some(Token::Member(without_indices(&one.member), value_at(document, &one.member)?)),
        Purpose::Emit => {
            let Place { tag, element, component, .. } = one.place;
            let component = component.map(|component| format!("-{component}")).unwrap_or_default();
            Some(Token::Emit(format!("{}{:02}{component}", tag.unwrap_or_default(), element.unwrap_or_default())))
        }
        // What stands beside a value goes with it, and levels are counted anew.
        Purpose::Condition(_) | Purpose::Beside | Purpose::Level => None,
    }
}

/// The value at a path, numbers in one spelling; of a list all its values.
fn value_at(document: &Value, path: &str) -> Option<String> {
    let value = path.split('.').try_fold(document, |value, step| {
        let (name, indices) = step.split_once('[').unwrap_or((step, ""));
        let indices = indices.split('[').filter_map(|index| index.trim_end_matches(']').parse::<usize>().ok());
        indices.fold(value.get(name), |value, index| value?.get(index))
    })?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(text.parse::<Decimal>().map_or(text, |number| number.normalize().to_string()))
}

fn tokens(segments: &[PlainSegment]) -> BTreeSet<&Token> {
    segments.iter().flat_map(|segment| &segment.tokens).collect()
}

fn is_inside(path: &str, around: &str) -> bool {
    path.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests;
