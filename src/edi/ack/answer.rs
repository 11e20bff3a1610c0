//! An answer that is made while it is written. Every set that came is named in it, so that of a large interchange the
//! whole of it is many times as large as its text.

use crate::edi::charset::decode;
use crate::edi::interchange::Standard;
use crate::edi::outgoing::{OutgoingGroupHead, OutgoingInterchangeHead, OutgoingSegment, OutgoingSet};
use crate::edi::report::InterchangeReport;
use crate::edi::write::{InterchangeWriter, WriteFault, WriteOptions};

use super::acknowledge::{envelope, is_contrl_due, syntax, ta1};
use super::contrl::Contrl;
use super::functional::{Functional, Together};
use super::policy::{AckPolicy, AckStamp};
use super::verdict::{Verdicts, judge};

/// What is answered to an interchange, and what becomes of it.
pub struct Answer<'r> {
    report: &'r InterchangeReport,
    policy: &'r AckPolicy,
    stamp: &'r AckStamp,
    written: WriteOptions,
    verdicts: Verdicts,
    content: Content,
}

/// What an answer consists of.
enum Content {
    /// Nothing is due.
    Nothing,
    /// A TA1, or 997 or 999, or both.
    X12 {
        ta1: Option<OutgoingSegment>,
        /// Groups that are answered. Those that one functional group answers stand together.
        groups: Vec<Together>,
    },
    /// A CONTRL.
    Contrl,
}

/// A piece of an answer, in the order in which it is written. What began last ends where the next of its kind begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPart {
    /// A TA1.
    Acknowledgement(OutgoingSegment),
    /// A functional group begins.
    Group(OutgoingGroupHead),
    /// A transaction set begins; its segments follow.
    Set(OutgoingSet),
    /// A segment of the set.
    Segment(OutgoingSegment),
}

impl<'r> Answer<'r> {
    /// The answer to an interchange by its report: see [`acknowledge`](super::acknowledge()).
    pub fn new(
        report: &'r InterchangeReport,
        policy: &'r AckPolicy,
        stamp: &'r AckStamp,
        written: &WriteOptions,
    ) -> Self {
        let verdicts = judge(report, policy);
        let written = written.for_syntax(&syntax(&report.head, policy).0);
        let content = match report.head.standard {
            Standard::X12 => {
                let ta1 = ta1(report, verdicts.interchange, policy, &written);
                let groups = Functional { report, verdicts: &verdicts, policy, written: &written }.together();
                if ta1.is_none() && groups.is_empty() { Content::Nothing } else { Content::X12 { ta1, groups } }
            }
            Standard::Edifact if is_contrl_due(report, policy) => Content::Contrl,
            Standard::Edifact => Content::Nothing,
        };
        Self { report, policy, stamp, written, verdicts, content }
    }

    /// What was decided. Whoever sends the answer must act by it.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    /// The same, without the answer.
    pub fn into_verdicts(self) -> Verdicts {
        self.verdicts
    }

    /// The head of the interchange to send back; none where none is due.
    pub fn head(&self) -> Option<OutgoingInterchangeHead> {
        match self.content {
            Content::Nothing => None,
            Content::X12 { .. } | Content::Contrl => {
                Some(envelope(&self.report.head, self.policy, self.stamp, &self.written))
            }
        }
    }

    /// What it consists of: `TA1`, `997`, `999`, `CONTRL`.
    pub fn kinds(&self) -> Vec<&'static str> {
        match &self.content {
            Content::Nothing => Vec::new(),
            Content::X12 { ta1, groups } => {
                let sets = (!groups.is_empty()).then(|| self.functional().kind());
                ta1.iter().map(|_| "TA1").chain(sets).collect()
            }
            Content::Contrl => vec!["CONTRL"],
        }
    }

    /// How many functional groups it has.
    pub fn groups(&self) -> usize {
        match &self.content {
            Content::X12 { groups, .. } => together(groups).count(),
            Content::Nothing | Content::Contrl => 0,
        }
    }

    /// Gives every part of it, in order.
    ///
    /// # Errors
    /// The first of the taker's; nothing is given behind it.
    pub fn parts<E>(&self, mut give: impl FnMut(AnswerPart) -> Result<(), E>) -> Result<(), E> {
        match &self.content {
            Content::Nothing => Ok(()),
            Content::X12 { ta1, groups } => {
                ta1.iter().cloned().map(AnswerPart::Acknowledgement).try_for_each(&mut give)?;
                let functional = self.functional();
                for (place, together) in (0..).zip(together(groups)) {
                    let number = self.stamp.group.saturating_add(place);
                    self.functional_group(&functional, number, together, &mut give)?;
                }
                Ok(())
            }
            Content::Contrl => {
                let contrl = self.contrl();
                give(AnswerPart::Set(contrl.message(self.stamp)))?;
                let mut segment = |segment| give(AnswerPart::Segment(segment));
                segment(contrl.interchange(self.report, &self.verdicts))?;
                (0..self.report.groups.len())
                    .try_for_each(|index| contrl.group(self.report, &self.verdicts, index, 0..usize::MAX, &mut segment))
            }
        }
    }

    fn functional_group<E>(
        &self,
        functional: &Functional<'_>,
        number: u32,
        together: &[Together],
        give: &mut impl FnMut(AnswerPart) -> Result<(), E>,
    ) -> Result<(), E> {
        let first = together.first().and_then(|first| functional.answered(first.group as usize));
        let Some(first) = first else { return Ok(()) };
        let head = OutgoingGroupHead { control_number: number.to_string(), ..functional.head(first, self.stamp) };
        give(AnswerPart::Group(head))?;
        for (place, Together { group, .. }) in (0..).zip(together) {
            let number = self.stamp.set.saturating_add(place);
            give(AnswerPart::Set(functional.set(format!("{number:04}"))))?;
            functional.segments(*group as usize, 0..usize::MAX, &mut |segment| give(AnswerPart::Segment(segment)))?;
        }
        Ok(())
    }

    /// Those of its segments that are about the interchange, about one of its groups and about one of that group's sets,
    /// all by their index in the report.
    pub fn segments_about(&self, group: Option<usize>, set: Option<usize>) -> Vec<OutgoingSegment> {
        let mut segments = Vec::new();
        let sets = set.map_or(0..0, |set| set..set.saturating_add(1));
        let mut take = |segment| -> Result<(), std::convert::Infallible> {
            segments.push(segment);
            Ok(())
        };
        let Ok(()) = match (&self.content, group) {
            (Content::Nothing, _) => Ok(()),
            (Content::X12 { ta1, .. }, group) => {
                let told = ta1.iter().cloned().try_for_each(&mut take);
                group.map_or(told, |group| self.functional().segments(group, sets, &mut take))
            }
            (Content::Contrl, group) => {
                let contrl = self.contrl();
                let told = take(contrl.interchange(self.report, &self.verdicts));
                group.map_or(told, |group| contrl.group(self.report, &self.verdicts, group, sets, &mut take))
            }
        };
        segments
    }

    /// A segment of it as it is written, without its terminator.
    pub fn line(&self, segment: &OutgoingSegment) -> String {
        let written = || {
            let mut writer = InterchangeWriter::open(&self.head()?, &self.written).ok()?;
            writer.take();
            writer.acknowledgement(segment).ok()?;
            Some(writer.take())
        };
        let Some(bytes) = written() else { return segment.tag.to_string() };
        let text = decode(&bytes).trim_end_matches(['\r', '\n']).to_owned();
        text.char_indices().next_back().and_then(|(end, _)| text.get(..end)).unwrap_or_default().to_owned()
    }

    /// Writes it piece by piece.
    ///
    /// # Errors
    /// A [`WriteFault`] for the first thing that cannot be written. What was taken before belongs to no whole answer.
    pub fn write(&self, options: &WriteOptions, mut take: impl FnMut(&[u8])) -> Result<(), WriteFault> {
        let Some(head) = self.head() else { return Ok(()) };
        let mut writer = InterchangeWriter::open(&head, options)?;
        self.parts(|part| {
            match &part {
                AnswerPart::Acknowledgement(segment) => writer.acknowledgement(segment)?,
                AnswerPart::Group(head) => writer.open_group(head)?,
                AnswerPart::Set(set) => writer.open_set(set)?,
                AnswerPart::Segment(segment) => writer.segment(segment)?,
            }
            take(&writer.take());
            Ok(())
        })?;
        writer.close()?;
        take(&writer.take());
        Ok(())
    }

    fn functional(&self) -> Functional<'_> {
        Functional { report: self.report, verdicts: &self.verdicts, policy: self.policy, written: &self.written }
    }

    fn contrl(&self) -> Contrl<'_> {
        Contrl::new(&self.report.head, self.policy, &self.written)
    }
}

/// Groups by the functional group that answers them.
fn together(groups: &[Together]) -> impl Iterator<Item = &[Together]> {
    groups.chunk_by(|one, other| one.first == other.first)
}
