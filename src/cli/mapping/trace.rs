//! `edigate mapping trace`: how one member came about, or what became of one element.

use serde_json::{Value, json};

use super::finding::element_of;
use super::members::{of_all, shown};
use super::messages::{self, With};
use super::place::Wanted;
use super::project::Trial;
use super::rule::excerpt;
use super::track;
use crate::base::{Diagnostic, Location, nearest};
use crate::canon::Shape;
use crate::cli::args::TraceArguments;
use crate::cli::edi::input::{Input, read_options};
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::edi::Place;
use crate::mapping::{Attempt, Looked, Read, RuleKind, RuleText, StepBy, Tried, Verdict};

/// Traces a member or a place in the first message that the mapping is about, or in the one that was named.
pub(super) fn trace(arguments: &TraceArguments, out: &mut Output) -> Result<Exit, Failure> {
    let trial = Trial::of(&arguments.files, &arguments.mapping, &arguments.partner)?;
    let input = Input::of(&arguments.file);
    let wanted = Wanted::parse(&arguments.what);
    if let Wanted::Member(member) = &wanted {
        known(&trial, member)?;
    }
    let member = match &wanted {
        Wanted::Member(member) => Some(member.as_str()),
        Wanted::Element(_) => None,
    };
    let with = With { follow: member, ..With::tracing(&trial) };
    let mut is_first = true;
    messages::each(&with, &input, &read_options(&arguments.charset), arguments.set, &mut |message| {
        if !std::mem::take(&mut is_first) {
            return Ok(());
        }
        let record = match &wanted {
            Wanted::Member(member) if arguments.json => member_record(&trial, member, &message.read, &message.attempts),
            Wanted::Element(element) if arguments.json => track::record(&trial, element, message)?,
            Wanted::Member(member) => {
                let lines = member_lines(&trial, member, &message.read, &message.attempts);
                return lines.iter().try_for_each(|line| out.line(line));
            }
            Wanted::Element(element) => {
                return track::lines(&trial, element, message)?.iter().try_for_each(|line| out.line(line));
            }
        };
        out.line(&record.to_string())
    })?;
    Ok(Exit::Clean)
}

/// Whether the document can have such a member.
fn known(trial: &Trial, member: &str) -> Result<(), Failure> {
    let document = trial.mapping.document();
    let mut shape = &document.shape;
    for name in member.split('.').map(|step| step.split('[').next().unwrap_or(step)) {
        let inside = match shape {
            Shape::Array { item, .. } => item,
            other => other,
        };
        if matches!(inside, Shape::Open) {
            return Ok(());
        }
        let Some(found) = inside.member(name) else {
            let names = inside.members().iter().map(|member| member.name.as_str());
            let hint = nearest(name, names).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let text = format!("{} has no member '{name}' in '{member}'{hint}", document.name);
            return Err(Failure::new(Exit::Usage, format!("{text}; a place is written as PO104 or 12:PO104")));
        };
        shape = &found.shape;
    }
    Ok(())
}

/// The value at a path of a document.
fn at<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    path.split('.').try_fold(document, |value, step| {
        let (name, indices) = step.split_once('[').unwrap_or((step, ""));
        let indices = indices.split('[').filter_map(|index| index.trim_end_matches(']').parse::<usize>().ok());
        indices.fold(value.get(name), |value, index| value?.get(index))
    })
}

fn member_lines(trial: &Trial, member: &str, read: &Read, attempts: &[Attempt]) -> Vec<String> {
    let mut lines = Vec::new();
    for attempt in attempts {
        lines.extend(attempt_lines(trial, read, attempt));
        lines.push(String::new());
    }
    let is_below =
        |path: &str| path.strip_prefix(&plain(member)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let derived: Vec<_> = read.derived.iter().filter(|derived| is_below(&plain(&derived.path))).collect();
    if attempts.is_empty() {
        let value = at(&read.document, member).filter(|value| !value.is_object() && !value.is_array());
        lines.extend(value.map(|value| format!("{member} = {}", shown(value))));
        if derived.is_empty() {
            lines.extend(without_attempt(trial, member));
            lines.push(String::new());
        }
    }
    for derived in derived {
        lines.push(format!("{} is derived: {}", derived.path, derived.from));
        let rules = trial.mapping.rules_of(&derived.path);
        let rule = rules.iter().find(|rule| rule.kind == RuleKind::Derive);
        lines.extend(rule.map(|rule| excerpt(trial, &rule.at)).unwrap_or_default());
        lines.push(String::new());
    }
    lines.pop();
    lines
}

/// A path without its indices.
fn plain(path: &str) -> String {
    let mut inside = false;
    let outside = |next: &char| {
        let is_outside = !inside && *next != '[';
        inside = match next {
            '[' => true,
            ']' => false,
            _ => inside,
        };
        is_outside
    };
    path.chars().filter(outside).collect()
}

fn attempt_lines(trial: &Trial, read: &Read, attempt: &Attempt) -> Vec<String> {
    let value = at(&read.document, &attempt.member).map(shown);
    let mut lines = vec![match &value {
        Some(value) => format!("{} = {value}", attempt.member),
        None => format!("{} has no value", attempt.member),
    }];
    lines.extend(excerpt(trial, &attempt.rule));
    let sources = sources(trial, attempt);
    for (index, tried) in attempt.tried.iter().enumerate() {
        let source = sources.get(index).map_or("", String::as_str);
        lines.push(format!("  {} {source}", index + 1));
        lines.extend(looked_lines(tried, source).into_iter().map(|line| format!("      {line}")));
    }
    let beyond = sources.iter().skip(attempt.tried.len());
    lines.extend(beyond.map(|source| format!("    {source}: not looked at")));
    let mut before = taken(attempt);
    for step in &attempt.steps {
        let is_same = before.as_deref() == Some(step.result.as_str());
        if !(is_same && step.by == StepBy::Type) {
            lines.push(format!("  | {}  {}", step_text(&step.by), step.result));
        }
        before = Some(step.result.clone());
    }
    if let Some(fault) = attempt.fault {
        let of_this =
            |finding: &&Diagnostic| finding.code == fault && finding.location.member.as_ref() == Some(&attempt.member);
        let finding = read.findings.iter().find(of_this);
        let expected = finding.and_then(|finding| finding.expected.as_ref());
        let expected = expected.map(|expected| format!("; expected {expected}")).unwrap_or_default();
        lines.push(format!("  ! {fault}{expected}"));
    }
    if value.is_none() && attempt.fault.is_none() && attempt.tried.iter().all(|tried| !tried.taken) {
        lines.push("  ! nothing found".to_owned());
    }
    lines
}

/// What the sources of a rule are called in it.
fn sources(trial: &Trial, attempt: &Attempt) -> Vec<String> {
    let text = trial.project.source(&attempt.rule.file);
    let text = text.and_then(|text| RuleText::at(&text, attempt.rule.line, attempt.rule.column));
    text.map(|text| text.sources).unwrap_or_default()
}

fn looked_lines(tried: &Tried, source: &str) -> Vec<String> {
    if tried.looked.is_empty() {
        let is_constant = source.starts_with('\'');
        return vec![if is_constant { "a constant".to_owned() } else { "no such segment in reach".to_owned() }];
    }
    tried.looked.iter().map(looked_line).collect()
}

fn looked_line(looked: &Looked) -> String {
    let segment = looked.segment.segment_position.unwrap_or_default();
    match &looked.verdict {
        Verdict::Taken(values) => {
            let value = |(place, text): &(Place, String)| {
                format!("{} '{text}' at byte {}", element_of(&Location::from(place)), place.start)
            };
            format!("segment {segment}: {}", values.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Verdict::Empty => format!("segment {segment}: the element is empty"),
        Verdict::Unmet { element, found: Some(found) } => {
            format!("segment {segment}: passed over, {} is '{found}'", element_of(&Location::from(element)))
        }
        Verdict::Unmet { element, found: None } => {
            format!("segment {segment}: passed over, {} is empty", element_of(&Location::from(element)))
        }
    }
}

/// What the source gave that was taken, when that is one value.
fn taken(attempt: &Attempt) -> Option<String> {
    match attempt.tried.last()?.looked.last()? {
        Looked { verdict: Verdict::Taken(values), .. } => match values.as_slice() {
            [(_, text)] => Some(text.clone()),
            _ => None,
        },
        Looked { .. } => None,
    }
}

fn step_text(by: &StepBy) -> &str {
    match by {
        StepBy::Default => "nothing there, the default stands in:",
        StepBy::Codec(codec) => codec,
        StepBy::Expression => "read",
        StepBy::Type => "as its type says:",
    }
}

/// What to say of a member whose rule was not applied.
fn without_attempt(trial: &Trial, member: &str) -> Vec<String> {
    let rules = trial.mapping.rules_of(member);
    let own: Vec<_> = rules.iter().filter(|rule| rule.kind == RuleKind::Value).collect();
    let generic = of_all(member);
    let is_below = |path: &str| path.strip_prefix(&generic).is_some_and(|rest| rest.starts_with(['.', '[']));
    if own.is_empty() && rules.is_empty() && !trial.mapping.rules().iter().any(|rule| is_below(&rule.member)) {
        return vec![format!("no rule gives {member}")];
    }
    let mut lines = Vec::new();
    if !own.is_empty() {
        lines.push(format!("{member} has no value: its rule was not applied"));
        own.iter().for_each(|rule| lines.extend(excerpt(trial, &rule.at)));
    }
    let ways = member.char_indices().filter(|(_, c)| *c == '.').map(|(end, _)| end).chain([member.len()]);
    let around = ways.filter_map(|end| member.get(..end)).flat_map(|path| {
        let path = path.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']'));
        trial.mapping.rules_of(path).into_iter().filter(|rule| rule.kind == RuleKind::Instances)
    });
    let around: Vec<_> = around.collect();
    if !around.is_empty() {
        if own.is_empty() {
            lines.push(format!("{member} has no value"));
        }
        lines.push("it stands in a section that found no such instance, or nothing in it".to_owned());
        around.iter().for_each(|rule| lines.extend(excerpt(trial, &rule.at)));
    }
    lines
}

fn member_record(trial: &Trial, member: &str, read: &Read, attempts: &[Attempt]) -> Value {
    let place = |place: &Place| {
        let location = Location::from(place);
        json!({ "segment": location.segment_position, "element": element_of(&location), "byte": place.start })
    };
    let looked = |looked: &Looked| match &looked.verdict {
        Verdict::Taken(values) => {
            let values = values.iter().map(|(at, text)| json!({ "at": place(at), "text": text }));
            json!({ "at": place(&looked.segment), "taken": values.collect::<Vec<_>>() })
        }
        Verdict::Empty => json!({ "at": place(&looked.segment), "empty": true }),
        Verdict::Unmet { element, found } => {
            json!({ "at": place(&looked.segment), "unmet": place(element), "found": found })
        }
    };
    let attempts = attempts.iter().map(|attempt| {
        let sources = sources(trial, attempt);
        let tried = attempt.tried.iter().enumerate().map(|(index, tried)| {
            let looked = tried.looked.iter().map(looked).collect::<Vec<_>>();
            json!({ "source": sources.get(index), "taken": tried.taken, "looked": looked })
        });
        let steps = attempt.steps.iter().map(|step| json!({ "by": step_text(&step.by), "result": step.result }));
        json!({
            "member": attempt.member,
            "value": at(&read.document, &attempt.member),
            "rule": super::rule::record(trial, &attempt.rule),
            "tried": tried.collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "fault": attempt.fault,
        })
    });
    let rules = trial.mapping.rules_of(member);
    json!({
        "type": "trace",
        "member": member,
        "value": at(&read.document, member),
        "attempts": attempts.collect::<Vec<_>>(),
        "rules": rules.iter().map(|rule| super::rule::record(trial, &rule.at)).collect::<Vec<_>>(),
        "derived": read.derived.iter().filter(|one| plain(&one.path) == plain(member)).collect::<Vec<_>>(),
    })
}
