//! What became of an element: which rules used it, or which could have.

use serde_json::{Value, json};

use super::finding::element_of;
use super::messages::Message;
use super::place::WantedElement;
use super::project::Trial;
use super::rule;
use crate::base::Location;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::{Element, Place, Tag};
use crate::mapping::{Purpose, RuleLine, Use};

/// The most elements told when none is named by its segment.
const MAX_ELEMENTS: usize = 20;

/// An element that was asked for, and the rules that used it.
struct Track<'m> {
    place: Place,
    text: String,
    uses: Vec<&'m Use>,
}

fn tracks<'m>(wanted: &WantedElement, message: &'m Message<'_>) -> Result<Vec<Track<'m>>, Failure> {
    let mut tracks = Vec::new();
    let mut is_there = false;
    for segment in message.set.segments().filter(|segment| wanted.is_in(segment)) {
        is_there = true;
        let elements =
            segment.elements().filter(|element| wanted.element.is_none_or(|number| number == element.number()));
        for element in elements {
            tracks.extend(parts(&element, wanted.component).into_iter().filter(|part| !part.is_empty()).map(|part| {
                let place = part.place();
                let uses = message.read.uses.iter().filter(|one| is_at(&one.place, &place)).collect();
                Track { place, text: part.text().into_owned(), uses }
            }));
        }
    }
    if !tracks.is_empty() {
        return Ok(tracks);
    }
    let name = wanted.name();
    let text = match (is_there, wanted.segment) {
        (true, _) => format!("{name} is empty wherever its segment stands"),
        (false, Some(number)) => {
            let tag = message.set.segment(number as usize).map(|segment| segment.tag().to_string());
            let is = tag.map_or_else(|| "not there".to_owned(), |tag| format!("a {tag}"));
            format!("segment {number} is {is}, no {}", wanted.tag)
        }
        (false, None) => format!("the message has no segment {}", wanted.tag),
    };
    Err(Failure::new(Exit::Failed, text))
}

/// The components of an element that has some; itself otherwise.
fn parts<'a>(element: &Element<'a>, component: Option<u32>) -> Vec<Element<'a>> {
    match component {
        Some(component) => vec![element.component(component as usize)],
        None if element.component_count() > 1 => {
            (1..=element.component_count()).map(|part| element.component(part)).collect()
        }
        None => vec![*element],
    }
}

/// Whether a use is of this element or of a part of it. An element without components is its own first.
fn is_at(used: &Place, asked: &Place) -> bool {
    let component = |place: &Place| place.component.unwrap_or(1);
    used.segment_position == asked.segment_position
        && used.element == asked.element
        && (component(used) == component(asked) || used.component.is_none())
}

/// The elements that were asked for, each with what became of it.
pub(super) fn lines(trial: &Trial, wanted: &WantedElement, message: &Message<'_>) -> Result<Vec<String>, Failure> {
    let tracks = tracks(wanted, message)?;
    let mut lines = Vec::new();
    for track in tracks.iter().take(MAX_ELEMENTS) {
        let location = Location::from(&track.place);
        let segment = track.place.segment_position.unwrap_or_default();
        lines.push(format!(
            "segment {segment}, {} '{}' at byte {}",
            element_of(&location),
            track.text,
            track.place.start
        ));
        for (index, one) in track.uses.iter().enumerate() {
            lines.push(format!("  {}", purpose(one)));
            // A rule of several members is shown once, behind them.
            if track.uses.get(index + 1).is_some_and(|next| next.rule == one.rule) {
                continue;
            }
            if let Some(at) = &one.rule {
                lines.extend(rule::excerpt(trial, at).into_iter().map(|line| format!("  {line}")));
            }
        }
        if track.uses.is_empty() {
            lines.extend(
                unused(trial, track.place.tag.unwrap_or_default(), track.place.element)
                    .into_iter()
                    .map(|line| format!("  {line}")),
            );
        }
        lines.push(String::new());
    }
    match tracks.len().checked_sub(MAX_ELEMENTS) {
        Some(more @ 1..) => lines.push(format!("{more} more; name one by its segment: 12:{}", wanted.name())),
        _ => drop(lines.pop()),
    }
    Ok(lines)
}

/// What an element was used for.
fn purpose(one: &Use) -> String {
    let member = if one.member.is_empty() { "the document" } else { &one.member };
    match &one.purpose {
        Purpose::Value => format!("is {member}"),
        Purpose::Beside => format!("says what stands beside it, which is {member}"),
        Purpose::Condition(_) => format!("is what a condition of {member} asks for"),
        Purpose::Emit => "is what this would be written as".to_owned(),
        Purpose::Level => "places its level in the tree, which edigate reads and writes by itself".to_owned(),
    }
}

/// What to say of an element that no rule used.
fn unused(trial: &Trial, tag: Tag, element: Option<u32>) -> Vec<String> {
    if ["ST", "SE", "UNH", "UNT", "UNS", "LS", "LE"].contains(&tag.as_str()) {
        return vec!["belongs to the envelope, which edigate reads and writes by itself".to_owned()];
    }
    let rules = trial.mapping.rules();
    let number = element.map(|element| element as usize);
    let naming = |exactly: bool| -> Vec<&RuleLine> {
        let names = |rule: &&RuleLine| {
            rule.elements.iter().any(|(known, element)| *known == tag && (!exactly || *element == number))
        };
        let mut found: Vec<&RuleLine> = Vec::new();
        // A block is written once and used for several members.
        rules.iter().filter(names).for_each(|rule| {
            if !found.iter().any(|known| known.at == rule.at) {
                found.push(rule);
            }
        });
        found
    };
    let name = format!("{tag}{}", element.map(|element| format!("{element:02}")).unwrap_or_default());
    let (exact, segment) = (naming(true), naming(false));
    let (title, found) = match (exact.is_empty(), segment.is_empty()) {
        (false, _) => {
            (format!("no rule used it here; these name {name}, for members elsewhere or on conditions:"), exact)
        }
        (true, false) => (format!("no rule names {name}; these name its segment:"), segment),
        (true, true) => return vec![format!("no rule names {tag}: give it one, in the partner's mapping")],
    };
    let line = |rule: &&RuleLine| {
        let member = if rule.member.is_empty() { "the document" } else { &rule.member };
        format!("  {}  {}  ({member})", rule::place(trial, &rule.at), rule::line(trial, &rule.at))
    };
    std::iter::once(title).chain(found.iter().map(line)).collect()
}

/// The elements that were asked for, for programs.
pub(super) fn record(trial: &Trial, wanted: &WantedElement, message: &Message<'_>) -> Result<Value, Failure> {
    let one = |track: &Track<'_>| {
        let used = track.uses.iter().map(|one| {
            json!({
                "member": one.member,
                "as": match one.purpose {
                    Purpose::Value => "value",
                    Purpose::Beside => "qualifier",
                    Purpose::Condition(_) => "condition",
                    Purpose::Emit => "emit",
                    Purpose::Level => "level",
                },
                "rule": one.rule.as_ref().map(|at| rule::record(trial, at)),
            })
        });
        json!({
            "segment": track.place.segment_position,
            "element": element_of(&Location::from(&track.place)),
            "byte": track.place.start,
            "text": track.text,
            "used": used.collect::<Vec<_>>(),
        })
    };
    let elements = tracks(wanted, message)?.iter().map(one).collect::<Vec<_>>();
    Ok(json!({ "type": "trace", "place": wanted.name(), "elements": elements }))
}
