//! A message, from UNH to UNT.

use std::io::Read;
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::control::{self, End};
use crate::edi::fault::ReadFault;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::intake::OpenSet;
use crate::edi::interchange::{Trailer, TransactionSet};
use crate::edi::place::Place;
use crate::edi::source::{Cut, Source};
use crate::edi::token::Segment;

use super::envelope::{self, Envelope, ServiceTag};
use super::header::{self, component_text};

const UNT: End = End { level: Level::Set, tag: "UNT", of: "the message", counts: "segment" };

/// Elements of a UNH before syntax version 4, which has three more: S016, S017 and S018 (ISO 9735-1).
const UNH_ELEMENTS: usize = 4;
const UNH_ELEMENTS_4: usize = 7;

/// What a UNH must say (ISO 9735, segment UNH): element, component (0 where it has none), number in the dictionary, name,
/// and the severity of its absence. Without a type nothing can be made of the message.
const MANDATORY: [(usize, usize, &str, &str, Severity); 5] = [
    (1, 0, "0062", "message reference", Severity::Warning),
    (2, 1, "0065", "message type", Severity::Error),
    (2, 2, "0052", "message version", Severity::Warning),
    (2, 3, "0054", "message release", Severity::Warning),
    (2, 4, "0051", "controlling agency", Severity::Warning),
];

impl Envelope {
    /// Reads the message whose UNH is `cut`, until its UNT, or until something comes that cannot be inside a message.
    pub(super) fn read_message<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<TransactionSet, ReadFault> {
        let offset = source.offset() + cut.filler as u64;
        let mut message = OpenSet::new(&self.intake, offset);
        message.take(&mut self.intake, source, limits, cut)?;
        let trailer = loop {
            message.take_run(&mut self.intake, source, limits, ServiceTag::may_be);
            let Some(cut) = self.intake.next_cut(source, limits)? else { break None };
            let (_, segment, _) = source.parts(cut);
            match ServiceTag::of(segment, self.head.delimiters.element) {
                None => message.take(&mut self.intake, source, limits, cut)?,
                Some(ServiceTag::Unt) => {
                    message.take(&mut self.intake, source, limits, cut)?;
                    break message.table.last().map(|segment| control::trailer(&segment, segment.place()));
                }
                Some(ServiceTag::Ung | ServiceTag::Unh | ServiceTag::Une | ServiceTag::Unz) => break None,
            }
        };
        message.finish(&mut self.intake);
        Ok(self.finish(message, trailer, source.offset()))
    }

    fn finish(&mut self, mut message: OpenSet, trailer: Option<Trailer>, end: u64) -> TransactionSet {
        let foreign = self.encoding.settle(&mut message.table);
        let text = |number: usize, component: usize| match message.table.segment(0) {
            Some(header) => component_text(&header.element(number), component),
            None => String::new(),
        };
        let (control_number, id, agency, association) = (text(1, 1), text(2, 1), text(2, 4), text(2, 5));
        let header = message.table.segment(0);
        let release = header.map(|header| envelope::release(&header.element(2), 2)).unwrap_or_default();
        let place = header.map(|header| header.place()).unwrap_or_default();
        let mut findings: Vec<Finding> = header.iter().flat_map(missing).collect();
        let defined = if self.head.version == "4" { UNH_ELEMENTS_4 } else { UNH_ELEMENTS };
        findings.extend(header.and_then(|header| control::surplus(&header, defined, Level::Set)));
        let trailing = message.table.last().filter(|_| trailer.is_some());
        for service in header.into_iter().chain(trailing) {
            if service.tag() != service.tag().to_upper() {
                findings.push(control::lower_case(service.tag(), Level::Set, service.place()));
            }
        }
        match (&trailer, message.table.last()) {
            (Some(trailer), Some(segment)) => {
                let counted = message.table.len() as u64;
                findings.extend(control::check(&UNT, &segment, trailer, counted, &control_number));
            }
            _ => findings.push(control::missing(&UNT, Place::bytes(end, end))),
        }
        findings.extend(self.count_message(&control_number, place));
        findings.extend(foreign);
        findings.into_iter().for_each(|finding| message.findings.push(finding));
        TransactionSet {
            interchange: Arc::clone(&self.head),
            group: self.group.as_ref().map(|group| Arc::clone(&group.head)),
            id,
            release,
            agency,
            control_number,
            implementation: Some(association).filter(|text| !text.is_empty()),
            trailer,
            findings: message.findings.into_vec(),
            table: message.table,
        }
    }
}

fn missing(header: &Segment<'_>) -> Vec<Finding> {
    let is_missing = |number, component| header::part(header, number, component).text().trim().is_empty();
    MANDATORY
        .into_iter()
        .filter(|(number, component, ..)| is_missing(*number, *component))
        .map(|(number, component, element, name, severity)| {
            let place = header::part(header, number, component).place();
            let text = format!("{element}, the {name}, is missing");
            let finding = Finding::new(severity, FindingCode::MissingElement, place, text).about(Level::Set);
            Finding { data_element: Some(element.into()), ..finding }
        })
        .collect()
}
