//! CONTRL as partners send it.

use crate::edi::finding::{FindingCode, Level};
use crate::edi::interchange::{Party, TransactionSet};
use crate::edi::place::Tag;
use crate::edi::token::{Element, Segment};

use super::acknowledged::{
    Acknowledged, AcknowledgedBy, AcknowledgedError, Subject, SubjectGroup, SubjectInterchange, SubjectSet,
};
use super::edifact_codes::Reporter;
use super::meaning;
use super::verdict::Verdict;

/// Reads what a CONTRL says of the interchange, its groups and its messages. A level that is acknowledged while something
/// below it is rejected is accepted in part.
pub(super) fn read(set: &TransactionSet) -> Vec<Acknowledged> {
    let is_old = set.release.starts_with('2');
    let mut walk = Walk { is_old, interchange: None, group: None, position: None, said: Vec::new() };
    set.segments().for_each(|segment| walk.take(&segment));
    walk.weigh();
    walk.said
}

struct Walk {
    is_old: bool,
    interchange: Option<SubjectInterchange>,
    group: Option<SubjectGroup>,
    /// Of the UCS above a UCD.
    position: Option<u32>,
    said: Vec<Acknowledged>,
}

impl Walk {
    fn take(&mut self, segment: &Segment<'_>) {
        match segment.tag().as_str() {
            "UCI" => self.interchange(segment),
            "UCF" => self.group(segment),
            "UCM" => self.message(segment),
            "UCS" => self.segment(segment),
            "UCD" => self.element(segment),
            _ => {}
        }
    }

    fn interchange(&mut self, uci: &Segment<'_>) {
        self.interchange = Some(SubjectInterchange {
            control_number: text(&uci.element(1)),
            sender: party(&uci.element(2)),
            receiver: party(&uci.element(3)),
            ..SubjectInterchange::default()
        });
        self.group = None;
        self.report(uci, 4, Level::Interchange, Reporter::Uci, None);
    }

    fn group(&mut self, ucf: &Segment<'_>) {
        self.group = Some(SubjectGroup { control_number: text(&ucf.element(1)), ..SubjectGroup::default() });
        self.report(ucf, 4, Level::Group, Reporter::Ucf, None);
    }

    fn message(&mut self, ucm: &Segment<'_>) {
        let kind = ucm.element(2);
        let [id, version, release, association] = [1, 2, 3, 5].map(|number| text(&kind.component(number)));
        let set = SubjectSet {
            id,
            control_number: text(&ucm.element(1)),
            release: if version.is_empty() || release.is_empty() {
                version + &release
            } else {
                version + "." + &release
            },
            implementation: Some(association).filter(|text| !text.is_empty()),
        };
        self.report(ucm, 3, Level::Set, Reporter::Ucm, Some(set));
    }

    /// Action, code, tag and position stand behind one another in UCI, UCF and UCM.
    fn report(
        &mut self,
        segment: &Segment<'_>,
        action: usize,
        level: Level,
        reporter: Reporter,
        set: Option<SubjectSet>,
    ) {
        let code = text(&segment.element(action));
        let fault = text(&segment.element(action + 1));
        let tag = text(&segment.element(action + 2));
        let error = (!fault.is_empty()).then(|| AcknowledgedError {
            tag: Some(Tag::new(tag.as_bytes())).filter(|_| !tag.is_empty()),
            meaning: self.meaning(&fault, reporter, &tag),
            ..place(AcknowledgedError::new(level, &fault, None), &segment.element(action + 3))
        });
        self.position = None;
        self.said.push(Acknowledged {
            by: AcknowledgedBy::Contrl,
            subject: Subject { level, interchange: self.interchange.clone(), group: self.group.clone(), set },
            verdict: meaning::of_action(&code),
            code,
            counts: None,
            errors: error.into_iter().collect(),
        });
    }

    /// What is missing is the trailer where a trailer is named.
    fn meaning(&self, code: &str, reporter: Reporter, tag: &str) -> Option<FindingCode> {
        match (code, tag) {
            ("13", "UNT" | "UNE" | "UNZ") => Some(FindingCode::TrailerMissing),
            _ => meaning::of_contrl(code, reporter, self.is_old),
        }
    }

    fn segment(&mut self, ucs: &Segment<'_>) {
        self.position = number(&ucs.element(1));
        let code = text(&ucs.element(2));
        let meaning = self.meaning(&code, Reporter::Ucs, "");
        // 0096 of a segment that is missing is that of the last one before it.
        let behind = u32::from(meaning == Some(FindingCode::MissingSegment));
        let position = self.position.map(|position| position.saturating_add(behind));
        let error =
            AcknowledgedError { segment_position: position, ..AcknowledgedError::new(Level::Segment, &code, meaning) };
        if let Some(open) = self.said.last_mut().filter(|_| !code.is_empty()) {
            open.errors.push(error);
        }
    }

    fn element(&mut self, ucd: &Segment<'_>) {
        let code = text(&ucd.element(1));
        let meaning = self.meaning(&code, Reporter::Ucd, "");
        let error = AcknowledgedError {
            segment_position: self.position,
            ..AcknowledgedError::new(Level::Element, &code, meaning)
        };
        if let Some(open) = self.said.last_mut() {
            open.errors.push(place(error, &ucd.element(2)));
        }
    }

    /// From the messages outwards.
    fn weigh(&mut self) {
        let (mut in_group, mut in_interchange) = (false, false);
        for said in self.said.iter_mut().rev() {
            let is_rejected_below = match said.subject.level {
                Level::Interchange => std::mem::take(&mut in_interchange),
                Level::Group => std::mem::take(&mut in_group),
                Level::File | Level::Set | Level::Segment | Level::Element => false,
            };
            if is_rejected_below && said.verdict == Some(Verdict::Accepted) {
                said.verdict = Some(Verdict::PartlyAccepted);
            }
            let is_whole = !matches!(said.verdict, Some(Verdict::Rejected | Verdict::PartlyAccepted));
            if !is_whole {
                (in_group, in_interchange) = (in_group || said.subject.level == Level::Set, true);
            }
        }
    }
}

/// S011: in 0098 the tag is 1 and the first element 2.
fn place(error: AcknowledgedError, position: &Element<'_>) -> AcknowledgedError {
    let element = number(&position.component(1)).and_then(|number| number.checked_sub(1)).filter(|number| *number > 0);
    AcknowledgedError {
        element,
        component: number(&position.component(2)),
        repetition: number(&position.component(3)),
        ..error
    }
}

fn party(element: &Element<'_>) -> Party {
    Party { id: text(&element.component(1)), qualifier: text(&element.component(2)) }
}

fn text(element: &Element<'_>) -> String {
    element.text().trim().to_owned()
}

fn number(element: &Element<'_>) -> Option<u32> {
    element.text().trim().parse().ok()
}
