//! `edigate edi check`: all that is wrong with files, where, by which rule, and what the partner is answered.
//!
//! Nothing here grows with the length of a file: findings are told interchange by interchange, and what is kept for
//! telling them is bounded ([`gather`]).

mod gather;
mod json;
mod ledger;
pub(in crate::cli::edi) mod partner;
mod stats;
mod tally;
mod told;

use std::io::{self, Write};

use crate::base::{Clock, Diagnostic, Severity, SystemClock};
use crate::cli::args::{CheckArguments, LeastArgument};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::ack::{AckPolicy, AckStamp};
use crate::edi::{Checked, Checker, Finding, Guides, InterchangeReport, ReadOptions, Reader, Severities};

use super::guides::Chosen;
use super::input::{Input, inputs, read_options};
use super::paint::Paint;
use super::recent::Recent;
use super::{fault, terms};
use gather::{Choice, Gather};
use ledger::Ledger;
use partner::{About, Answer};
use stats::Stopwatch;
use tally::Tally;
use told::{Told, Trail};

/// How the outcome is told.
#[derive(Clone, Copy)]
enum Form {
    Text(Paint),
    Json,
}

/// Runs `edigate edi check`.
pub(super) fn check(arguments: &CheckArguments, paint: Paint, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    let chosen = Chosen::of(&arguments.guides)?;
    let run = Run {
        guides: &chosen.guides,
        reading: read_options(&arguments.charset),
        severities: terms::severities(&arguments.terms)?,
        policy: terms::policy(&arguments.terms),
        stamp: stamp(),
        choice: Choice { max: arguments.max, alike: arguments.alike, least: least(arguments.least) },
        form: if arguments.json { Form::Json } else { Form::Text(paint) },
    };
    let watch = Stopwatch::start();
    let mut ledger = Ledger::default();
    let mut total = Tally::default();
    for input in &inputs {
        total.add(&run.file(input, &mut ledger, out)?);
    }
    run.strays(&ledger, out)?;
    if inputs.len() > 1 {
        run.total(&total, out)?;
    }
    if arguments.stats {
        run.stats(&total, &watch, out)?;
    }
    chosen.end(total.exit(), &total.guides)
}

fn least(argument: LeastArgument) -> Severity {
    match argument {
        LeastArgument::Info => Severity::Info,
        LeastArgument::Warning => Severity::Warning,
        LeastArgument::Error => Severity::Error,
    }
}

/// Answers are made to be looked at: numbered from 1, now, by the clock of this machine.
fn stamp() -> AckStamp {
    let now = jiff::tz::TimeZone::system().to_datetime(SystemClock.now().to_jiff());
    AckStamp { at: now, interchange: "000000001".to_owned(), group: 1, set: 1 }
}

/// What one run goes by.
struct Run<'g> {
    guides: &'g Guides,
    reading: ReadOptions,
    severities: Severities,
    policy: AckPolicy,
    stamp: AckStamp,
    choice: Choice,
    form: Form,
}

type Reading<'c> = Checker<'c, super::recent::Kept<Box<dyn io::Read>>, Gather<'c>>;

impl Run<'_> {
    /// Checks one file and tells of it.
    fn file(&self, input: &Input, ledger: &mut Ledger, out: &mut dyn Write) -> io::Result<Tally> {
        let name = input.name();
        let mut tally = Tally { files: 1, ..Tally::default() };
        ledger.open(&name);
        let stream = match input.open() {
            Ok(stream) => stream,
            Err(error) => {
                tally.failed = true;
                self.fault(&name, &fault::of_opening(&error), out)?;
                return Ok(tally);
            }
        };
        let recent = Recent::default();
        let gather = Gather::new(self.guides, &self.severities, self.choice, recent.clone(), ledger);
        let reader = Reader::new(recent.of(stream), self.reading.clone());
        let mut checker = Checker::on_terms(reader, self.guides, gather);
        loop {
            match checker.next_checked() {
                Ok(Some(Checked::Interchange(report))) => {
                    self.interchange(&name, *report, &mut checker, &mut tally, out)?;
                }
                Ok(Some(Checked::Outside(finding))) => {
                    tally.finding(&finding);
                    let shown = checker.terms().take(&finding);
                    let told = shown.map(|shown| Told::outside(&name, &finding, shown));
                    self.told(told.into_iter(), out)?;
                }
                Ok(None) => break,
                Err(error) => {
                    if let Some(report) = checker.unfinished() {
                        self.unfinished(&name, &report, &mut checker, &mut tally, out)?;
                    }
                    tally.failed = true;
                    self.fault(&name, &fault::of_reading(&error), out)?;
                    break;
                }
            }
        }
        let gather = checker.into_terms();
        tally.bytes = recent.read();
        tally.segments = gather.segments;
        tally.left_out = gather.left_out;
        match self.form {
            Form::Text(paint) => told::file(&name, &tally, &gather.alike(), paint, out)?,
            Form::Json => json::line(&json::file(&name, &tally), out)?,
        }
        Ok(tally)
    }

    fn interchange(
        &self,
        file: &str,
        mut report: InterchangeReport,
        checker: &mut Reading<'_>,
        tally: &mut Tally,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        report.findings.extend(checker.terms().repeated());
        let answer = Answer::new(&report, &self.policy, &self.stamp);
        self.findings(file, &report, Some(&answer), checker, out)?;
        tally.interchange(&report, &answer);
        match self.form {
            Form::Text(paint) => told::interchange(&answer, &report, tally, paint, out),
            Form::Json => json::line(&json::interchange(file, &report, &answer), out),
        }
    }

    /// Of an interchange that a fault cut off, what is known is told; nothing is answered.
    fn unfinished(
        &self,
        file: &str,
        report: &InterchangeReport,
        checker: &mut Reading<'_>,
        tally: &mut Tally,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        tally.unfinished(report);
        self.findings(file, report, None, checker, out)
    }

    /// Tells the findings that were chosen, in the order of the file.
    fn findings(
        &self,
        file: &str,
        report: &InterchangeReport,
        answer: Option<&Answer<'_>>,
        checker: &mut Reading<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut told: Vec<Told> = all(report)
            .filter_map(|(about, finding)| {
                let shown = checker.terms().take(finding)?;
                let partner = answer.map(|answer| answer.lines(about, finding)).unwrap_or_default();
                Some(Told { trail: Trail::new(file, report, about), finding, shown, partner })
            })
            .collect();
        told.sort_by_key(|told| told.finding.place.start);
        self.told(told.into_iter(), out)?;
        checker.terms().forget();
        Ok(())
    }

    fn told<'t>(&self, told: impl Iterator<Item = Told<'t>>, out: &mut dyn Write) -> io::Result<()> {
        for told in told {
            match self.form {
                Form::Text(paint) => told.write(paint, out)?,
                Form::Json => json::line(&json::finding(&told), out)?,
            }
        }
        Ok(())
    }

    fn fault(&self, file: &str, fault: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            Form::Text(paint) => fault::tell(file, fault, paint, out),
            Form::Json => json::line(&fault::record(file, fault), out),
        }
    }

    fn strays(&self, ledger: &Ledger, out: &mut dyn Write) -> io::Result<()> {
        for (file, text) in ledger.strays() {
            match self.form {
                Form::Text(paint) => told::stray(file, &text, paint, out)?,
                Form::Json => json::line(&json::stray(file, &text), out)?,
            }
        }
        Ok(())
    }

    fn total(&self, total: &Tally, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            Form::Text(paint) => told::total(total, paint, out),
            Form::Json => json::line(&json::total(total), out),
        }
    }

    fn stats(&self, total: &Tally, watch: &Stopwatch, out: &mut dyn Write) -> io::Result<()> {
        let stats = watch.stop(total.bytes);
        match self.form {
            Form::Text(_) => stats.write(total, out),
            Form::Json => json::line(&stats.record(total), out),
        }
    }
}

/// Every finding of a report, with what it is about.
fn all(report: &InterchangeReport) -> impl Iterator<Item = (About<'_>, &Finding)> {
    let groups = report.groups.iter().flat_map(|group| {
        let sets = group
            .sets
            .iter()
            .flat_map(move |set| set.findings.iter().map(move |finding| (About::Set(group, set), finding)));
        group.findings.iter().map(move |finding| (About::Group(group), finding)).chain(sets)
    });
    report.findings.iter().map(|finding| (About::Interchange, finding)).chain(groups)
}
