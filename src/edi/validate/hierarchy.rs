//! Hierarchies: loops whose instances name themselves and their parents (HL, CPS). They stay flat in the tree; here it is
//! held that the numbers make a tree.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Findings};
use crate::edi::guide::{Hierarchy, LoopDef};
use crate::edi::token::Segment;

use super::element::name;

/// The instances of one hierarchy so far: their numbers, and how deep their levels are.
#[derive(Default)]
pub(super) struct Instances<'a> {
    levels: BTreeMap<&'a [u8], Option<usize>>,
}

impl<'a> Instances<'a> {
    /// Instances kept: about ten megabytes. Of those behind them nothing is told.
    const KEPT: usize = 100_000;

    /// Takes note of an instance and says what is wrong with it.
    pub(super) fn add(&mut self, segment: &Segment<'a>, definition: &LoopDef, findings: &mut Findings) {
        let Some(hierarchy) = &definition.hierarchy else { return };
        if self.levels.len() >= Self::KEPT {
            return;
        }
        let (id, parent) = (segment.element(hierarchy.id), segment.element(hierarchy.parent));
        let tell = |severity, element: crate::edi::Element<'_>, what: String, expected: &str| {
            let finding = Finding::new(severity, FindingCode::Hierarchy, element.place(), what);
            finding.quoting(&element.text()).expecting(expected)
        };
        if id.is_empty() {
            return;
        }
        // Numbers count from 1 in every transaction set (X12's 628); 7164 of EDIFACT is free, but begins so too.
        if self.levels.is_empty() && id.text() != "1" {
            let what = format!("{} of the first {} is '{}'", name(&id.place()), definition.name, id.text());
            findings.push(tell(Severity::Info, id, what, "1"));
        }
        let level = level(segment, hierarchy);
        let key = |element: crate::edi::Element<'a>| element.bytes().trim_ascii();
        if !parent.is_empty() {
            match self.levels.get(key(parent)) {
                None => {
                    let what = format!("no {} before it has the number '{}'", definition.name, parent.text());
                    findings.push(tell(Severity::Warning, parent, what, "the number of one before it"));
                }
                Some(above) if is_above(level, *above) => {
                    let what = format!("{} '{}' stands below a level that is below it", definition.name, id.text());
                    let at = segment.element(hierarchy.level.unwrap_or(hierarchy.id));
                    findings.push(tell(Severity::Warning, at, what, &hierarchy.order.join(" > ")));
                }
                Some(_) => {}
            }
        }
        match self.levels.entry(key(id)) {
            Entry::Occupied(_) => {
                let what = format!("the number '{}' was given to a {} before", id.text(), definition.name);
                findings.push(tell(Severity::Warning, id, what, "a number of its own"));
            }
            Entry::Vacant(free) => {
                free.insert(level);
            }
        }
    }
}

/// How deep the level of an instance is; none for a level that the guide does not order.
fn level(segment: &Segment<'_>, hierarchy: &Hierarchy) -> Option<usize> {
    let level = segment.element(hierarchy.level?).text();
    hierarchy.order.iter().position(|known| *known == level)
}

/// The same level may stand below itself: packs in packs.
fn is_above(level: Option<usize>, parent: Option<usize>) -> bool {
    level.zip(parent).is_some_and(|(level, parent)| level < parent)
}
