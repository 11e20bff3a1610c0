//! `edigate edi ack`: the acknowledgements the partner would get, interchange by interchange.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};

use serde_json::{Value, json};

use crate::base::{Clock, SystemClock};
use crate::cli::args::AckArguments;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::ack::{AckPolicy, AckStamp, Answer};
use crate::edi::write::{RewrittenDelimiters, TerminatorSuffix, UnaPolicy, WriteOptions};
use crate::edi::{
    Checked, Checker, GuideKey, Guides, InterchangeHead, InterchangeReport, ReadOptions, Reader, Severities, Terms,
    decode,
};

use super::guides::Chosen;
use super::input::{Input, inputs, read_options};
use super::layout::{Complaints, suffix, una, why};
use super::{fault, terms};

/// Runs `edigate edi ack`.
pub(super) fn ack(arguments: &AckArguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    let chosen = Chosen::of(&arguments.guides)?;
    let now = jiff::tz::TimeZone::system().to_datetime(SystemClock.now().to_jiff());
    let mut answering = Answering {
        guides: &chosen.guides,
        used: BTreeSet::new(),
        reading: read_options(&arguments.charset),
        severities: terms::severities(&arguments.terms)?,
        policy: terms::policy(&arguments.terms),
        stamp: AckStamp {
            at: arguments.at.unwrap_or(now),
            interchange: String::new(),
            group: arguments.group_number,
            set: arguments.set_number,
        },
        number: arguments.interchange_number,
        delimiters: arguments.delimiters,
        suffix: suffix(arguments.suffix),
        una: una(arguments.una),
        is_json: arguments.json,
        complaints: Complaints::default(),
    };
    match &arguments.out {
        None => answering.all(&inputs, out)?,
        Some(path) => {
            let file = File::create(path).map_err(|error| {
                Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
            })?;
            let mut file = BufWriter::new(file);
            answering.all(&inputs, &mut file)?;
            file.flush()?;
        }
    }
    let exit = answering.complaints.end(Exit::Clean)?;
    chosen.end(exit, &answering.used)
}

/// What answers are made with.
struct Answering<'a> {
    guides: &'a Guides,
    /// Guides that sets were read by.
    used: BTreeSet<GuideKey>,
    reading: ReadOptions,
    severities: Severities,
    policy: AckPolicy,
    stamp: AckStamp,
    /// Control number of the next interchange.
    number: u32,
    delimiters: RewrittenDelimiters,
    suffix: TerminatorSuffix,
    una: UnaPolicy,
    is_json: bool,
    complaints: Complaints,
}

/// The terms of a command line.
struct Agreed<'a>(&'a Severities);

impl Terms for Agreed<'_> {
    fn severities(&mut self, _head: &InterchangeHead) -> Severities {
        self.0.clone()
    }
}

impl Answering<'_> {
    fn all(&mut self, inputs: &[Input], out: &mut dyn Write) -> Result<(), Failure> {
        inputs.iter().try_for_each(|input| self.file(input, out))
    }

    fn file(&mut self, input: &Input, out: &mut dyn Write) -> Result<(), Failure> {
        let name = input.name();
        let stream = match input.open() {
            Ok(stream) => stream,
            Err(error) => {
                self.complaints.add(&name, &fault::of_opening(&error).message);
                return Ok(());
            }
        };
        let severities = self.severities.clone();
        let reader = Reader::new(stream, self.reading.clone());
        let mut checker = Checker::on_terms(reader, self.guides, Agreed(&severities));
        loop {
            match checker.next_checked() {
                Ok(Some(Checked::Interchange(report))) => self.interchange(&name, &report, out)?,
                Ok(Some(Checked::Outside(finding))) => self.complaints.add(&name, &finding.text),
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.complaints.add(&name, &fault::sentence(&fault::of_reading(&error)));
                    return Ok(());
                }
            }
        }
    }

    fn interchange(&mut self, file: &str, report: &InterchangeReport, out: &mut dyn Write) -> Result<(), Failure> {
        self.used.extend(report.guides().cloned());
        self.stamp.interchange = self.number.to_string();
        let delimiters = self.delimiters.of(&report.head);
        let suffix = self.suffix.beside(&delimiters);
        let options = WriteOptions { delimiters, suffix, una: self.una, ..WriteOptions::like(&report.head) };
        let answer = Answer::new(report, &self.policy, &self.stamp, &options);
        let mut bytes = Vec::new();
        if let Err(fault) = answer.write(&options, |some| bytes.extend_from_slice(some)) {
            let number = &report.head.control_number;
            self.complaints.add(file, &format!("the answer to interchange {number} is left out: {}", why(&fault)));
            bytes.clear();
        }
        let record = self.is_json.then(|| record(file, report, &answer, &bytes));
        if answer.head().is_some() {
            self.number = if self.number == 999_999_999 { 1 } else { self.number + 1 };
            let groups = u32::try_from(answer.groups()).unwrap_or(u32::MAX);
            self.stamp.group = self.stamp.group.saturating_add(groups);
        }
        match record {
            Some(record) => writeln!(out, "{record}")?,
            None => out.write_all(&bytes)?,
        }
        Ok(())
    }
}

fn record(file: &str, report: &InterchangeReport, answer: &Answer<'_>, bytes: &[u8]) -> Value {
    let groups = report.groups.iter().zip(&answer.verdicts().groups).map(|(group, verdicts)| {
        let sets = group.sets.iter().zip(&verdicts.sets).map(
            |(set, verdict)| json!({ "id": set.kind.id, "controlNumber": &*set.control_number, "verdict": verdict.as_str() }),
        );
        json!({
            "controlNumber": group.head.as_ref().map(|head| &*head.control_number),
            "verdict": verdicts.group.as_str(),
            "sets": sets.collect::<Vec<Value>>(),
        })
    });
    json!({
        "type": "acknowledgement",
        "file": file,
        "controlNumber": report.head.control_number,
        "sender": report.head.sender.id,
        "receiver": report.head.receiver.id,
        "verdict": answer.verdicts().interchange.as_str(),
        "groups": groups.collect::<Vec<Value>>(),
        "text": if bytes.is_empty() { None } else { Some(decode(bytes)) },
    })
}
