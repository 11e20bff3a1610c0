//! Which elements of the message were used, and which were not: reading never loses silently.

use std::collections::BTreeSet;

use super::program::{Cell, Sub};
use crate::canon::Unmapped;
use crate::edi::{Element, Instance, InstancePart, Segment, TransactionSet, Tree};

/// The most unmapped elements told of one document. A person who looks into them looks into the first few.
pub(super) const MAX_UNMAPPED: usize = 200;

/// The most characters of an unmapped value.
pub(super) const MAX_VALUE: usize = 256;

/// Service segments belong to the engine and never count (X12.6, EDIFACT ISO 9735; LS and LE only mark loops).
const SERVICE: [&str; 7] = ["ST", "SE", "UNH", "UNT", "UNS", "LS", "LE"];

/// The elements that rules used.
#[derive(Debug)]
pub(super) struct Coverage {
    /// For each segment the index of its first element in `used`.
    bases: Vec<usize>,
    used: Vec<bool>,
    /// Repetitions and components that were used alone: position, element, and which part.
    parts: BTreeSet<(u32, usize, Sub)>,
}

impl Coverage {
    pub(super) fn new(set: &TransactionSet) -> Self {
        let mut bases = Vec::with_capacity(set.segment_count());
        let mut count = 0;
        for segment in set.segments() {
            bases.push(count);
            count += segment.element_count();
        }
        Self { bases, used: vec![false; count], parts: BTreeSet::new() }
    }

    fn index(&self, segment: &Segment<'_>, number: usize) -> Option<usize> {
        let base = self.bases.get((segment.position() as usize).checked_sub(1)?)?;
        (1..=segment.element_count()).contains(&number).then(|| base + number - 1)
    }

    /// Marks an element, or a part of it, as used.
    pub(super) fn mark(&mut self, segment: &Segment<'_>, Cell { number, sub }: Cell) {
        if sub == Sub::default() {
            let index = self.index(segment, number);
            if let Some(used) = index.and_then(|index| self.used.get_mut(index)) {
                *used = true;
            }
        } else {
            self.parts.insert((segment.position(), number, sub));
        }
    }

    /// Whether an element, or this part of it, was used.
    pub(super) fn is_used(&self, segment: &Segment<'_>, Cell { number, sub }: Cell) -> bool {
        let whole = self.index(segment, number).and_then(|index| self.used.get(index)).copied().unwrap_or(false);
        whole || (sub != Sub::default() && self.parts.contains(&(segment.position(), number, sub)))
    }

    /// Everything that was not used, in the order of the wire.
    pub(super) fn unmapped(&self, tree: &Tree<'_>) -> Unused {
        let mut looker = Looker { coverage: self, unused: Unused::default() };
        looker.instance(tree.root(), &mut String::new());
        looker.unused
    }
}

/// What was not used, and how much of what.
#[derive(Debug, Default)]
pub(super) struct Unused {
    /// What was not used, up to the bound.
    pub found: Vec<Unmapped>,
    /// How many more there are.
    pub beyond: usize,
    /// Elements, or their components where they have some, that hold something.
    pub values: usize,
    /// Those of them that were not used.
    pub unused: usize,
}

struct Looker<'c> {
    coverage: &'c Coverage,
    unused: Unused,
}

/// How many values an element has: each of its components is one.
fn values(element: Element<'_>) -> usize {
    element.components().filter(|part| !part.is_empty()).count()
}

impl Looker<'_> {
    /// Loops nest as deep as the guide's, which is bounded where guides are read.
    fn instance(&mut self, instance: Instance<'_, '_>, path: &mut String) {
        for part in instance.parts() {
            match part {
                InstancePart::Segment(segment) => self.segment(segment, path),
                InstancePart::Loop(child) => {
                    let length = path.len();
                    path.push_str(child.name());
                    path.push('/');
                    self.instance(child, path);
                    path.truncate(length);
                }
            }
        }
    }

    fn segment(&mut self, segment: Segment<'_>, path: &str) {
        if SERVICE.iter().any(|tag| segment.tag() == *tag) {
            return;
        }
        for element in segment.elements() {
            let number = element.number() as usize;
            self.unused.values += values(element);
            let whole = Cell { number, sub: Sub::default() };
            if element.is_empty() || self.coverage.is_used(&segment, whole) {
                continue;
            }
            if self.parts_of(&segment, number).next().is_none() {
                self.tell(&segment, path, element, "");
            } else {
                self.rest_of(&segment, path, element);
            }
        }
    }

    fn parts_of(&self, segment: &Segment<'_>, number: usize) -> impl Iterator<Item = &(u32, usize, Sub)> {
        let last = Sub { repetition: usize::MAX, component: usize::MAX };
        let position = segment.position();
        self.coverage.parts.range((position, number, Sub::default())..=(position, number, last))
    }

    /// The repetitions and components of an element that were not used, where some were.
    fn rest_of(&mut self, segment: &Segment<'_>, path: &str, element: Element<'_>) {
        let number = element.number() as usize;
        let repeats = self.parts_of(segment, number).any(|(_, _, sub)| sub.repetition > 0);
        let whole = (!repeats).then_some((Sub::default(), element));
        let each = (1..).zip(element.repetitions().filter(|_| repeats));
        let each = each.map(|(repetition, part)| (Sub { repetition, component: 0 }, part));
        for (sub, part) in whole.into_iter().chain(each) {
            if sub != Sub::default() && self.coverage.is_used(segment, Cell { number, sub }) {
                continue;
            }
            let alone = self
                .parts_of(segment, number)
                .any(|(_, _, used)| used.repetition == sub.repetition && used.component > 0);
            if !alone {
                let suffix = format!("({})", sub.repetition.max(1));
                self.tell(segment, path, part, &suffix);
                continue;
            }
            for (component, value) in (1..).zip(part.components()) {
                let cell = Cell { number, sub: Sub { component, ..sub } };
                if !value.is_empty() && !self.coverage.is_used(segment, cell) {
                    let of_repetition = if repeats { format!("({})", sub.repetition) } else { String::new() };
                    self.tell(segment, path, value, &format!("-{component}{of_repetition}"));
                }
            }
        }
    }

    fn tell(&mut self, segment: &Segment<'_>, path: &str, element: Element<'_>, suffix: &str) {
        if element.is_empty() {
            return;
        }
        self.unused.unused += values(element).max(1);
        if self.unused.found.len() >= MAX_UNMAPPED {
            self.unused.beyond += 1;
            return;
        }
        self.unused.found.push(Unmapped {
            path: format!("{path}{}{:02}{suffix}", segment.tag(), element.number()),
            segment_position: u64::from(segment.position()),
            value: element.text().chars().take(MAX_VALUE).collect(),
        });
    }
}
