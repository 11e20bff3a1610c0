//! The segment table of a message:
//!
//! ```text
//! 0070   PAT Payment terms basis                      M   1                |
//! 0080       ---- Segment group 9  ------------------ C   9999------------+|
//! 0090   DTM Date/time/period                         C   5---------------++
//! ```
//!
//! Behind the number of times stand brackets, one for each group that is open: `|` goes on, `+` opens (in the line of a
//! group) or closes (in the line of a segment).

use super::super::pack::{Inner, Item, Set};
use super::label;
use crate::edi::guide::dictionary::is_tag;
use crate::edi::guide::segment::{Max, Requirement};

/// Groups inside one another; published messages stay below ten.
const DEPTH: usize = 31;

/// A line of the table.
struct Line {
    /// The tag of a segment; a group has a number instead.
    what: What,
    requirement: Requirement,
    max: u32,
    /// Brackets that open or close.
    turns: usize,
    /// Brackets that go on.
    going_on: usize,
}

enum What {
    Segment(String),
    Group(u32),
}

/// Why a table cannot be read, and in which line.
type Unread = (Option<usize>, String);

/// Reads the message of a file.
pub(super) fn set(text: &str) -> Result<Set, Unread> {
    let lines: Vec<&str> = text.lines().collect();
    // The heading of the table stands once; its title stands in the list of contents too.
    let heading = lines.iter().position(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["Pos" | "POS", "Tag" | "TAG", "Name" | "NAME", ..])
    });
    let mut open: Vec<(Item, usize)> = Vec::new();
    let mut parts = Vec::new();
    for (index, text) in lines.iter().enumerate().skip(heading.map_or(0, |heading| heading + 1)) {
        let Some(line) = line(text) else { continue };
        let told = |text: &str| Err((Some(index + 1), text.to_owned()));
        let depth = open.len() + usize::from(matches!(line.what, What::Group(_)));
        if line.turns + line.going_on != depth {
            return told(&format!("{} brackets stand here, and {depth} groups are open", line.turns + line.going_on));
        }
        let Line { requirement, max, turns, .. } = line;
        let max = Max::Times(max);
        match line.what {
            What::Group(_) if depth > DEPTH => return told(&format!("more than {DEPTH} groups inside one another")),
            What::Group(_) if turns != 1 => return told("a group opens without a bracket"),
            What::Group(number) => {
                let inner = Some(Inner { group: Some(number), parts: Vec::new() });
                open.push((Item { tag: String::new(), requirement, max, inner }, index + 1));
            }
            What::Segment(tag) => {
                let item = Item { tag, requirement, max, inner: None };
                match open.last_mut() {
                    Some((group, _)) => add(group, item),
                    None if matches!(item.tag.as_str(), "UNH" | "UNT") => {}
                    None => parts.push(item),
                }
                for _ in 0..turns {
                    let Some((group, line)) = open.pop() else { break };
                    if group.tag.is_empty() {
                        return Err((Some(line), "a group without a segment".to_owned()));
                    }
                    match open.last_mut() {
                        Some((parent, _)) => add(parent, group),
                        None => parts.push(group),
                    }
                }
            }
        }
    }
    if let Some((_, line)) = open.first() {
        return Err((Some(*line), "this group is never closed".to_owned()));
    }
    if parts.is_empty() {
        return Err((None, "it has no segment table".to_owned()));
    }
    Ok(Set { name: title(&lines), parts })
}

/// A group is called after the first segment in it; one that begins with a group has none.
fn add(group: &mut Item, item: Item) {
    if let Some(inner) = &mut group.inner {
        if inner.parts.is_empty() && item.inner.is_none() {
            group.tag.clone_from(&item.tag);
        }
        inner.parts.push(item);
    }
}

fn line(text: &str) -> Option<Line> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).filter(|_| (4..=5).contains(&digits))?;
    let (rest, brackets) = {
        let bare = rest.trim_end_matches(['+', '|', '-', ' ']);
        (bare, rest.get(bare.len()..)?)
    };
    let count = |sign: char| brackets.matches(sign).count();
    let (rest, max) = rest.rsplit_once(char::is_whitespace)?;
    let (rest, status) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let requirement = match status {
        "M" => Requirement::Mandatory,
        "C" => Requirement::Optional,
        _ => return None,
    };
    let what = match rest.split_once("egment group ") {
        Some((_, number)) => {
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            What::Group(number.get(..digits)?.parse().ok()?)
        }
        None => What::Segment(rest.split_whitespace().find(|word| word.len() == 3 && is_tag(word))?.to_owned()),
    };
    Some(Line {
        what,
        requirement,
        max: max.parse().ok().filter(|max| *max > 0)?,
        turns: count('+'),
        going_on: count('|'),
    })
}

/// The title that stands above the head of the file: the first line that says it is a message.
fn title(lines: &[&str]) -> String {
    let is_title = |line: &&&str| {
        let line = line.trim().to_lowercase();
        line.ends_with(" message") && !line.contains("standard message") && line.len() < 80
    };
    lines.iter().take(40).find(is_title).map(|line| label(line)).unwrap_or_default()
}
