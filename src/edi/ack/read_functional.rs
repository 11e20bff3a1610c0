//! 997 and 999 as partners send them.

use crate::edi::finding::Level;
use crate::edi::interchange::TransactionSet;
use crate::edi::place::Tag;
use crate::edi::token::{Element, Segment};

use super::acknowledged::{Acknowledged, AcknowledgedBy, AcknowledgedError, Counts, Subject, SubjectGroup, SubjectSet};
use super::meaning::{self, Lists};

/// Codes in AK5 and AK9, and in the AK3 of older releases.
const CODES: usize = 5;

/// Reads what a 997 or 999 says of sets, and then of the group.
pub(super) fn read(set: &TransactionSet, by: AcknowledgedBy) -> Vec<Acknowledged> {
    let mut walk = Walk { by, group: None, lists: Lists::Older, segment: None, said: Vec::new() };
    set.segments().for_each(|segment| walk.take(&segment));
    walk.said
}

struct Walk {
    by: AcknowledgedBy,
    group: Option<SubjectGroup>,
    lists: Lists,
    /// The AK3 above an AK4, and whether an error was told by it.
    segment: Option<AcknowledgedError>,
    said: Vec<Acknowledged>,
}

impl Walk {
    fn take(&mut self, segment: &Segment<'_>) {
        match segment.tag().as_str() {
            "AK1" => self.group(segment),
            "AK2" => self.set(segment),
            "AK3" | "IK3" => self.segment(segment),
            "AK4" | "IK4" => self.element(segment),
            "AK5" | "IK5" => self.end_of_set(segment),
            "AK9" => self.end_of_group(segment),
            // CTX names business data and not what is wrong with it.
            _ => {}
        }
    }

    fn group(&mut self, ak1: &Segment<'_>) {
        let version = some(text(&ak1.element(3)));
        let is_newer = self.by == AcknowledgedBy::Group999 || version.is_some();
        self.lists = if is_newer { Lists::Newer } else { Lists::Older };
        self.group =
            Some(SubjectGroup { functional_id: text(&ak1.element(1)), control_number: text(&ak1.element(2)), version });
    }

    fn set(&mut self, ak2: &Segment<'_>) {
        let set = SubjectSet {
            id: text(&ak2.element(1)),
            control_number: text(&ak2.element(2)),
            release: String::new(),
            implementation: some(text(&ak2.element(3))),
        };
        self.segment = None;
        self.said.push(self.about(Level::Set, Some(set)));
    }

    fn about(&self, level: Level, set: Option<SubjectSet>) -> Acknowledged {
        Acknowledged {
            by: self.by,
            subject: Subject { level, interchange: None, group: self.group.clone(), set },
            verdict: None,
            code: String::new(),
            counts: None,
            errors: Vec::new(),
        }
    }

    /// The set that is open: what stands behind an AK2 and before the AK9.
    fn open(&mut self) -> Option<&mut Acknowledged> {
        self.said.last_mut().filter(|last| last.subject.level == Level::Set)
    }

    fn segment(&mut self, ak3: &Segment<'_>) {
        let named = AcknowledgedError {
            tag: some(text(&ak3.element(1))).map(|tag| Tag::new(tag.as_bytes())),
            segment_position: number(&ak3.element(2)),
            loop_id: some(text(&ak3.element(3))),
            ..AcknowledgedError::new(Level::Segment, "", None)
        };
        let codes: Vec<String> = codes(ak3, 4).collect();
        if let Some(open) = self.open() {
            open.errors.extend(codes.iter().map(|code| AcknowledgedError {
                code: code.clone(),
                meaning: meaning::of_segment(code),
                ..named.clone()
            }));
        }
        self.segment = Some(named);
    }

    fn element(&mut self, ak4: &Segment<'_>) {
        let position = ak4.element(1);
        let code = text(&ak4.element(3));
        let error = AcknowledgedError {
            level: Level::Element,
            element: number(&position.component(1)),
            component: number(&position.component(2)),
            repetition: number(&position.component(3)),
            data_element: some(text(&ak4.element(2))),
            copy: some(ak4.element(4).text().into_owned()),
            meaning: meaning::of_element(&code),
            code,
            ..self.segment.clone().unwrap_or_else(|| AcknowledgedError::new(Level::Element, "", None))
        };
        let Some(open) = self.open() else { return };
        // The 8 of the AK3 above only says that this follows.
        if open.errors.last().is_some_and(|last| last.level == Level::Segment && last.code == "8") {
            open.errors.pop();
        }
        open.errors.push(error);
    }

    fn end_of_set(&mut self, ak5: &Segment<'_>) {
        let (code, lists) = (text(&ak5.element(1)), self.lists);
        let errors = codes(ak5, 2).filter(|code| !matches!(code.as_str(), "5" | "I5"));
        let errors: Vec<AcknowledgedError> =
            errors.map(|code| AcknowledgedError::new(Level::Set, &code, meaning::of_set(&code, lists))).collect();
        if let Some(open) = self.open() {
            open.verdict = meaning::of_letter(&code);
            open.code = code;
            open.errors.extend(errors);
        }
    }

    fn end_of_group(&mut self, ak9: &Segment<'_>) {
        let code = text(&ak9.element(1));
        let lists = self.lists;
        let errors =
            codes(ak9, 5).map(|code| AcknowledgedError::new(Level::Group, &code, meaning::of_group(&code, lists)));
        self.said.push(Acknowledged {
            verdict: meaning::of_letter(&code),
            code,
            counts: Some(Counts {
                said: number(&ak9.element(2)),
                received: number(&ak9.element(3)),
                accepted: number(&ak9.element(4)),
            }),
            errors: errors.collect(),
            ..self.about(Level::Group, None)
        });
    }
}

/// Codes from an element on.
fn codes(segment: &Segment<'_>, first: usize) -> impl Iterator<Item = String> {
    (first..first + CODES).map(|number| text(&segment.element(number))).filter(|code| !code.is_empty())
}

fn text(element: &Element<'_>) -> String {
    element.text().trim().to_owned()
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn number(element: &Element<'_>) -> Option<u32> {
    element.text().trim().parse().ok()
}
