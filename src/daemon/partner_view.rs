//! What a partner sees of one of its transaction sets, for whoever asks why it waits: by which guide the set is judged, and
//! what the functional acknowledgement says of it, by the configuration in force.

use std::io::Read;

use super::answer::{Agreed, Answers};
use super::ports::Ports;
use super::translate::came_in;
use crate::admin::{PartnerView, SeenSegment};
use crate::edi::ack::Answer;
use crate::edi::{Checked, Checker, InterchangeReport, OutgoingSegment, ReadOptions, Reader};
use crate::exchange::Document;
use crate::store::StoreError;

/// What the partner sees of a document that it sent. What is wrong is told in words for an operator.
pub(super) fn partner_view(ports: &Ports, document: &Document) -> Result<PartnerView, String> {
    let came = came_in(ports, document)?;
    let configuration = ports.live.current();
    let options = ReadOptions { limits: configuration.settings.limits.clone(), ..ReadOptions::default() };
    let payload = ports.outbox.payload_reader(&came.payload).map_err(|fault| fault.to_string())?;
    let answers = Answers { ports, configuration: &configuration, exchange: &came.exchange };
    let view = answers.view(Reader::new(payload, options), came.ordinal).map_err(|fault| fault.to_string())?;
    view.ok_or_else(|| "its transaction set is not there".to_owned())
}

impl Answers<'_> {
    /// What the partner sees of the set that has this place in the file, from 0.
    fn view<R: Read>(&self, reader: Reader<R>, ordinal: u64) -> Result<Option<PartnerView>, StoreError> {
        let guides = self.configuration.registry.guides();
        let mut checker = Checker::on_terms(reader, guides, Agreed(self));
        let mut left = ordinal;
        // A file that cannot be read any further has shown what can be shown.
        while let Ok(Some(checked)) = checker.next_checked() {
            let Checked::Interchange(report) = checked else { continue };
            for (group, sets) in report.groups.iter().map(|group| group.sets.len()).enumerate() {
                match usize::try_from(left) {
                    Ok(set) if set < sets => return Ok(Some(self.view_of(report, group, set)?)),
                    _ => left -= sets as u64,
                }
            }
        }
        Ok(None)
    }

    fn view_of(&self, mut report: Box<InterchangeReport>, group: usize, set: usize) -> Result<PartnerView, StoreError> {
        let found = report.groups.get(group).and_then(|group| group.sets.get(set));
        let guide = found.and_then(|set| set.kind.guide.as_ref()).map(ToString::to_string);
        let Some(answering) = self.answering_to(&mut report)? else {
            return Ok(PartnerView { guide, ..PartnerView::default() });
        };
        let answer = Answer::new(&report, answering.policy(), &answering.stamp, &answering.options);
        let segments = answer.segments_about(Some(group), Some(set));
        let mut about = None;
        let seen = segments.iter().map(|segment| {
            about = position(segment, about);
            SeenSegment { about, text: answer.line(segment) }
        });
        Ok(PartnerView { guide, by: answer.kinds(), segments: seen.collect() })
    }
}

/// The position of the segment that a piece of an answer is about: a detail of one stands behind it.
fn position(segment: &OutgoingSegment, before: Option<u64>) -> Option<u64> {
    match segment.tag.as_str() {
        "AK3" | "IK3" => segment.text(2).parse().ok(),
        "UCS" => segment.text(1).parse().ok(),
        "AK4" | "IK4" | "UCD" | "CTX" => before,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_element_is_about_the_segment_before() {
        let segments = [
            OutgoingSegment::new("AK2").with("850").with("0001"),
            OutgoingSegment::new("AK3").with("PO1").with("8").with("").with("8"),
            OutgoingSegment::new("AK4").with("2").with("380").with("6"),
            OutgoingSegment::new("AK5").with("R").with("5"),
            OutgoingSegment::new("UCS").with("12"),
            OutgoingSegment::new("UCD").with("37"),
        ];
        let found = segments.iter().scan(None, |about, segment| {
            *about = position(segment, *about);
            Some(*about)
        });
        assert_eq!(found.collect::<Vec<_>>(), [None, Some(8), Some(8), None, Some(12), Some(12)]);
    }
}
