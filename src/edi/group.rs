//! A functional group that is open, in either dialect.

use std::sync::Arc;

use super::control::{self, ControlNumbers, End};
use super::finding::{Finding, Level};
use super::interchange::{GroupEnd, GroupHead};
use super::place::Place;
use super::token::Segment;

/// A functional group whose trailer has not come yet.
pub(crate) struct OpenGroup {
    pub(crate) head: Arc<GroupHead>,
    /// Transaction sets or messages so far.
    sets: u64,
    numbers: ControlNumbers,
    /// What is wrong with its head; told at its end.
    findings: Vec<Finding>,
}

impl OpenGroup {
    pub(crate) fn new(head: Arc<GroupHead>, findings: Vec<Finding>) -> Self {
        Self { head, sets: 0, numbers: ControlNumbers::default(), findings }
    }

    /// Takes note of one more set, whose header stands at `place`: a finding when its control number came before.
    pub(crate) fn count(&mut self, control_number: &str, place: Place) -> Option<Finding> {
        self.sets += 1;
        let repeats = self.numbers.repeats(control_number);
        repeats.then(|| control::repeated(control_number, Level::Set, "functional group", place))
    }

    /// Ends it, with its trailer or without; `empty` is said of it when it holds nothing.
    pub(crate) fn end(
        self,
        end: &End,
        empty: &'static str,
        trailer: Option<&Segment<'_>>,
        more: Vec<Finding>,
        place: Place,
    ) -> GroupEnd {
        let mut findings = self.findings;
        findings.extend(more);
        let trailer = match trailer {
            Some(segment) => {
                let trailer = control::trailer(segment, place);
                findings.extend(control::check(end, segment, &trailer, self.sets, &self.head.control_number));
                Some(trailer)
            }
            None => {
                findings.push(control::missing(end, place));
                None
            }
        };
        if self.sets == 0 {
            findings.push(control::empty(end.level, empty, self.head.place));
        }
        GroupEnd { head: self.head, sets: self.sets, trailer, findings }
    }
}
