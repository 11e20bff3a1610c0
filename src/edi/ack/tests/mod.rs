//! Acknowledgements as partners see them.

mod codes;
mod contrl;
mod functional;
mod laws;
mod received;
mod round_trip;

use jiff::civil::{DateTime, date};

use super::*;
use crate::base::{Diagnostic, Severity};
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::guide::Authority;
use crate::edi::place::{Place, Tag};
use crate::edi::report::InterchangeReport;
use crate::edi::write::{TerminatorSuffix, WriteOptions, write};
use crate::edi::{Checked, Checker, Guides, OutgoingInterchange, ReadOptions, Reader, Usage, decode};

/// An X12 interchange of one group of orders, from its sets.
fn x12(release: &str, sets: &[&str]) -> String {
    let isa_version = if release < "005010" { "U*00401" } else { "^*00501" };
    format!(
        "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*{isa_version}*000000071*0*P*>~\
         GS*PO*NORTHWIND*ACME*20261102*0815*7*X*{release}~{}GE*{}*7~IEA*1*000000071~",
        sets.concat(),
        sets.len(),
    )
}

const SOUND: &str = "ST*850*0001~BEG*00*SA*1**20261102~PO1*1*5*EA*2.5~CTT*1~SE*5*0001~";
const SOUND_2: &str = "ST*850*0002~BEG*00*SA*2**20261102~PO1*1*5*EA*2.5~CTT*1~SE*5*0002~";

/// An EDIFACT interchange of messages.
fn edifact(version: &str, messages: &[&str]) -> String {
    let date = if version == "4" { "20261102" } else { "261102" };
    format!(
        "UNB+UNOC:{version}+4012345000009:14:DEPT+ACME:ZZ+{date}:0815+REF?+1++++1++1'{}UNZ+{}+REF?+1'",
        messages.concat(),
        messages.len(),
    )
}

const ORDER: &str = "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+B10001+9'DTM+137:20261102:102'LIN+1++4000862141404:EN'\
                     QTY+21:5'UNS+S'UNT+7+1'";
const ORDER_2: &str = "UNH+2+ORDERS:D:96A:UN:EAN008'BGM+220+B10002+9'DTM+137:20261102:102'LIN+1++4000862141404:EN'\
                       QTY+21:5'UNS+S'UNT+7+2'";

fn report(file: &str) -> InterchangeReport {
    let guides = Guides::shipped();
    let mut checker = Checker::new(Reader::new(file.as_bytes(), ReadOptions::default()), &guides);
    match checker.next_checked() {
        Ok(Some(Checked::Interchange(report))) => *report,
        other => panic!("{other:?}"),
    }
}

fn stamp() -> AckStamp {
    AckStamp { at: now(), interchange: "12".into(), group: 5, set: 1 }
}

fn now() -> DateTime {
    date(2026, 11, 24).at(9, 5, 0, 0)
}

fn written(interchange: &OutgoingInterchange) -> String {
    let options = WriteOptions { suffix: TerminatorSuffix::Lf, ..WriteOptions::of(interchange.head.standard) };
    match write(interchange, &options) {
        Ok(bytes) => decode(&bytes).into_owned(),
        Err(fault) => panic!("{}", Diagnostic::from(&fault)),
    }
}

/// The answer to a report in lines, after the verdicts.
fn answered(report: &InterchangeReport, policy: &AckPolicy) -> String {
    let answer = acknowledge(report, policy, &stamp(), &WriteOptions::of(report.head.standard));
    let groups = answer.verdicts.groups.iter().map(|group| {
        let sets: Vec<&str> = group.sets.iter().map(|set| set.as_str()).collect();
        format!("{} ({})", group.group.as_str(), sets.join(", "))
    });
    let verdicts: Vec<String> =
        std::iter::once(answer.verdicts.interchange.as_str().to_owned()).chain(groups).collect();
    let text = answer.interchange.as_ref().map(written).unwrap_or_else(|| "no answer\n".to_owned());
    format!("{}\n{text}", verdicts.join(": "))
}

fn answered_file(file: &str, policy: &AckPolicy) -> String {
    answered(&report(file), policy)
}

/// The lines that begin with one of some tags.
fn lines<'t>(text: &'t str, tags: &[&str]) -> Vec<&'t str> {
    text.lines().filter(|line| tags.iter().any(|tag| line.starts_with(tag))).collect()
}

/// A finding in segment 3, `PO1` or what `tag` says.
fn finding(severity: Severity, code: FindingCode, level: Level) -> Finding {
    let element = (level == Level::Element).then_some(2);
    let place = Place { tag: Some(Tag::new(b"PO1")), segment_position: Some(3), element, ..Place::default() };
    Finding::new(severity, code, place, "it is wrong").about(level)
}

fn error(code: FindingCode, level: Level) -> Finding {
    finding(Severity::Error, code, level)
}
