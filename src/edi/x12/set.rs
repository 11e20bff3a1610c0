//! A transaction set, from ST to SE.

use std::io::Read;
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::control::{self, End};
use crate::edi::fault::ReadFault;
use crate::edi::finding::Level;
use crate::edi::intake::OpenSet;
use crate::edi::interchange::{Trailer, TransactionSet};
use crate::edi::place::Place;
use crate::edi::source::{Cut, Source};

use super::envelope::{Envelope, ServiceTag};
use super::values;

const SE: End = End { level: Level::Set, tag: "SE", of: "the transaction set", counts: "segment" };

/// Elements of an ST: ST03 came with release 005010 (X12.6).
fn st_elements(release: &str) -> usize {
    if release.is_empty() || release >= "005010" { 3 } else { 2 }
}

impl Envelope {
    /// Reads the set whose ST is `cut`, until its SE, or until something comes that cannot be inside a set.
    pub(super) fn read_set<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<TransactionSet, ReadFault> {
        let offset = source.offset() + cut.filler as u64;
        let mut set = OpenSet::new(&self.intake, offset);
        set.take(&mut self.intake, source, limits, cut)?;
        let trailer = loop {
            set.take_run(&mut self.intake, source, limits, ServiceTag::may_be);
            let Some(cut) = self.next_cut(source, limits)? else { break None };
            let (_, segment, _) = source.parts(cut);
            match ServiceTag::of(segment, &self.head.delimiters) {
                None => set.take(&mut self.intake, source, limits, cut)?,
                Some(ServiceTag::Se) => {
                    set.take(&mut self.intake, source, limits, cut)?;
                    break set.table.last().map(|segment| control::trailer(&segment, segment.place()));
                }
                // TA1 is a segment like any other here; the guide will not know it.
                Some(ServiceTag::Ta1) => set.take(&mut self.intake, source, limits, cut)?,
                Some(ServiceTag::Gs | ServiceTag::St | ServiceTag::Ge | ServiceTag::Iea) => break None,
            }
        };
        set.finish(&mut self.intake);
        Ok(self.finish(set, trailer, source.offset()))
    }

    fn finish(&mut self, mut set: OpenSet, trailer: Option<Trailer>, end: u64) -> TransactionSet {
        self.encoding.settle(&mut set.table).into_iter().for_each(|finding| set.findings.push(finding));
        let text = |number: usize| {
            set.table.segment(0).map(|header| header.element(number).text().trim().to_owned()).unwrap_or_default()
        };
        let (id, control_number, implementation) = (text(1), text(2), text(3));
        let header = set.table.segment(0).map(|header| header.place()).unwrap_or_default();
        let release = self.group.as_ref().map(|group| group.head.version.as_str()).unwrap_or_default();
        if let Some(header) = set.table.segment(0) {
            set.findings.extend(values::of_st(&header));
            set.findings.extend(control::surplus(&header, st_elements(release), Level::Set));
        }
        let trailing = set.table.last().filter(|_| trailer.is_some());
        for service in set.table.segment(0).into_iter().chain(trailing) {
            if service.tag() != service.tag().to_upper() {
                set.findings.push(control::lower_case(service.tag(), Level::Set, service.place()));
            }
        }
        match (&trailer, set.table.last()) {
            (Some(trailer), Some(segment)) => {
                let counted = set.table.len() as u64;
                control::check(&SE, &segment, trailer, counted, &control_number)
                    .into_iter()
                    .for_each(|finding| set.findings.push(finding));
            }
            _ => set.findings.push(control::missing(&SE, Place::bytes(end, end))),
        }
        match &mut self.group {
            Some(group) => set.findings.extend(group.count(&control_number, header)),
            None => {
                let text = "the transaction set stands outside of any functional group".to_owned();
                set.findings.push(control::misplaced(Severity::Error, Level::Set, header, text).expecting("GS"));
            }
        }
        let group = self.group.as_ref().map(|group| Arc::clone(&group.head));
        TransactionSet {
            interchange: Arc::clone(&self.head),
            id,
            release: group.as_ref().map(|group| group.version.clone()).unwrap_or_default(),
            agency: group.as_ref().map(|group| group.agency.clone()).unwrap_or_default(),
            group,
            control_number,
            implementation: Some(implementation).filter(|text| !text.is_empty()),
            trailer,
            findings: set.findings.into_vec(),
            table: set.table,
        }
    }
}
