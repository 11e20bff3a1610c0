//! Findings and counts for people.

use std::io::{self, Write};

use crate::base::{Severity, counted, plural};
use crate::cli::edi::paint::{Paint, severity_word};
use crate::cli::edi::words;
use crate::edi::{Finding, Indices, InterchangeReport};

use super::gather::Shown;
use super::partner::{About, Answer, in_short, overall};
use super::tally::Tally;

/// Interchanges of a file that are told of one by one though nothing is wrong with them.
const SOUND: u64 = 5;

/// A finding with everything that is told of it.
pub(super) struct Told<'t> {
    pub(super) trail: Trail<'t>,
    pub(super) finding: &'t Finding,
    pub(super) shown: Shown,
    /// Lines of the acknowledgement.
    pub(super) partner: Vec<String>,
}

/// The way from the file to what a finding is about.
pub(super) struct Trail<'t> {
    pub(super) file: &'t str,
    pub(super) indices: Indices,
    /// Control number of the interchange.
    pub(super) interchange: Option<&'t str>,
    /// Control number of the functional group.
    pub(super) group: Option<&'t str>,
    /// What the set is, and its control number.
    pub(super) set: Option<(&'t str, &'t str)>,
}

impl<'t> Trail<'t> {
    pub(super) fn new(file: &'t str, report: &'t InterchangeReport, about: About<'t>) -> Self {
        let interchange = Some(report.head.control_number.as_str());
        let (group, set) = match about {
            About::Interchange => (None, None),
            About::Group(group) => (Some(group), None),
            About::Set(group, set) => (Some(group), Some(set)),
        };
        Self {
            file,
            indices: Indices {
                interchange: Some(report.number),
                group: group.map(|group| group.number),
                set: set.map(|set| set.number),
            },
            interchange,
            group: group.and_then(|group| group.head.as_ref()).map(|head| &*head.control_number),
            set: set.map(|set| (&*set.kind.id, &*set.control_number)),
        }
    }

    /// `orders.edi: interchange 000000377 › group 377 › 856 #0001 › segment 42, byte 2131`.
    fn text(&self, finding: &Finding) -> String {
        let mut steps = Vec::new();
        let place = self.indices.interchange.unwrap_or_default();
        steps.extend(self.interchange.map(|number| format!("interchange {}", words::interchange(number, place))));
        steps.extend(self.group.map(|number| format!("group {number}")));
        steps.extend(self.set.map(|(id, number)| format!("{} #{number}", if id.is_empty() { "set" } else { id })));
        steps.extend(finding.place.segment_position.map(|position| format!("segment {position}")));
        let steps = steps.join(" › ");
        let comma = if steps.is_empty() { "" } else { ", " };
        format!("{}: {steps}{comma}byte {}", self.file, finding.place.start)
    }
}

impl<'t> Told<'t> {
    /// A finding outside of any interchange.
    pub(super) fn outside(file: &'t str, finding: &'t Finding, shown: Shown) -> Self {
        let trail = Trail { file, indices: Indices::default(), interchange: None, group: None, set: None };
        Self { trail, finding, shown, partner: Vec::new() }
    }

    /// The paragraph of a finding.
    pub(super) fn write(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let finding = self.finding;
        let head = format!("{}[{}]", severity_word(finding.severity), finding.code.as_str());
        writeln!(out, "{}{}", paint.severity(finding.severity, &head), paint.bold(&format!(": {}", finding.text)))?;
        let position = self.shown.excerpt.as_ref().and_then(|excerpt| excerpt.position);
        let number = position.map(|position| position.to_string()).unwrap_or_default();
        let gutter = number.len().max(2);
        writeln!(out, "{:gutter$} {} {}", "", paint.dim("┌─"), self.trail.text(finding))?;
        if let Some(excerpt) = &self.shown.excerpt {
            let bar = paint.dim("│");
            writeln!(out, "{} {bar} {}", paint.dim(&format!("{number:>gutter$}")), excerpt.text)?;
            let marks = paint.severity(finding.severity, &"^".repeat(excerpt.mark.len().max(1)));
            let subject = paint.severity(finding.severity, &self.shown.subject);
            let line = format!("{:gutter$} {bar} {:indent$}{marks} {subject}", "", "", indent = excerpt.mark.start);
            writeln!(out, "{}", line.trim_end())?;
        }
        let mut note = |word: &str, text: &str| writeln!(out, "{:gutter$} {} {word:<9} {text}", "", paint.dim("="));
        if let Some(rule) = &self.shown.rule {
            note("rule", rule)?;
        }
        if let Some(expected) = &finding.expected {
            note("expected", expected)?;
        }
        if !self.partner.is_empty() {
            note("partner", &format!("will see {}", self.partner.join("  ")))?;
        }
        if let Some(hint) = finding.code.hint() {
            writeln!(out, "{} {hint}", paint.good("help:"))?;
        }
        writeln!(out)
    }
}

/// One line of an interchange: what becomes of it, and what is answered. Of many sound ones, the first few.
pub(super) fn interchange(
    answer: &Answer<'_>,
    report: &InterchangeReport,
    tally: &Tally,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let verdict = overall(answer);
    let is_sound = verdict == crate::edi::ack::Verdict::Accepted;
    if is_sound && tally.interchanges > SOUND {
        return Ok(());
    }
    let head = &report.head;
    let severity = if verdict.is_positive() { Severity::Warning } else { Severity::Error };
    let word = verdict.to_string();
    let word = if is_sound { paint.good(&word) } else { paint.severity(severity, &word) };
    let name = words::interchange(&head.control_number, report.number);
    let parties = match (head.sender.id.as_str(), head.receiver.id.as_str()) {
        ("", "") => String::new(),
        (sender, receiver) => format!(" {sender} → {receiver}"),
    };
    writeln!(out, "interchange {name}{parties}: {word}; answer: {}", in_short(answer))
}

/// The counts of a file, and what was left out.
pub(super) fn file(
    name: &str,
    tally: &Tally,
    alike: &[(String, u64)],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.bold(name), counts(tally))?;
    let mut told = 0;
    for (what, count) in alike.iter().take(20) {
        told += count;
        writeln!(out, "  {count} more {what}")?;
    }
    let rest = tally.left_out.saturating_sub(told);
    if rest > 0 {
        writeln!(out, "  {rest} more {} not shown; --max and --alike set how many are", plural(rest, "finding"))?;
    }
    Ok(())
}

/// The counts of all files.
pub(super) fn total(total: &Tally, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.bold(&format!("{} files", total.files)), counts(total))
}

/// `1 interchange, 1 group, 3 sets: 2 accepted, 1 rejected; 1 error, 2 warnings`.
fn counts(tally: &Tally) -> String {
    let mut text = counted(tally.interchanges, "interchange");
    if tally.groups > 0 {
        text.push_str(&format!(", {}", counted(tally.groups, "group")));
    }
    text.push_str(&format!(", {}", counted(tally.sets, "set")));
    let undecided = tally.sets - tally.accepted - tally.rejected;
    let parts = [(tally.accepted, "accepted"), (tally.rejected, "rejected"), (undecided, "undecided")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if !parts.is_empty() {
        text.push_str(&format!(" ({})", parts.join(", ")));
    }
    let found = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.infos, "info")];
    let found: Vec<String> =
        found.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
    let failed = tally.failed.then(|| "not read to the end".to_owned());
    let found: Vec<String> = found.into_iter().chain(failed).collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    format!("{text}; {found}")
}

/// An acknowledgement that answers nothing that is here.
pub(super) fn stray(file: &str, text: &str, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}{}",
        paint.severity(Severity::Info, "info[stray-acknowledgement]"),
        paint.bold(&format!(": {text}"))
    )?;
    writeln!(out, "   {} {file}\n", paint.dim("┌─"))
}
