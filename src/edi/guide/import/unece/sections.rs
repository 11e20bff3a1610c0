//! Files that are parted by lines of dashes: segments, composites, elements, codes.
//!
//! ```text
//! ----------------------------------------------------------------------
//!        AGR  AGREEMENT IDENTIFICATION
//!        Function: ...
//! 010    C543 AGREEMENT TYPE IDENTIFICATION              C    1
//!        7431  Agreement type code qualifier             M      an..3
//! 020    9419 SERVICE LAYER CODE                         C    1 an..3
//! ```
//!
//! A name that is too long goes on in the next line; how often an element may come is not said before the directories
//! of 1999.

use super::super::pack::{Codes, Pack};
use super::{label, note, without_marks};
use crate::base::Diagnostic;
use crate::edi::guide::dictionary::is_tag;

/// A part of a file between two lines of dashes: its lines with their numbers.
type Section<'t> = Vec<(usize, &'t str)>;

fn parted(text: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Vec::new()];
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let is_rule = line.len() >= 10 && line.bytes().all(|byte| byte == b'-');
        match sections.last_mut() {
            Some(section) if !is_rule => section.push((index + 1, line)),
            _ => sections.push(Vec::new()),
        }
    }
    sections
}

/// The first words of a section when they are a number or tag and a name. `is_id` says what to look for.
fn heading<'t>(section: &Section<'t>, is_id: fn(&str) -> bool) -> Option<(&'t str, String)> {
    let (_, first) = section.iter().find(|(_, line)| !line.trim().is_empty())?;
    let (id, name) = without_marks(first).split_once(char::is_whitespace)?;
    let name = name.trim();
    // Usage in batch or interactive messages, or that it is coded: `[B]`, `[C]`.
    let name = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map_or(name, |(name, _)| name);
    is_id(id).then(|| (id, label(name)))
}

fn is_element(id: &str) -> bool {
    id.len() == 4 && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_composite(id: &str) -> bool {
    let mut bytes = id.bytes();
    id.len() == 4 && matches!(bytes.next(), Some(b'C' | b'S' | b'E')) && bytes.all(|byte| byte.is_ascii_digit())
}

/// Reads EDSD.
pub(super) fn segments(file: &str, text: &str, pack: &mut Pack, notes: &mut Vec<Diagnostic>) {
    for section in parted(text) {
        let Some((tag, name)) = heading(&section, |id| id.len() == 3 && is_tag(id)) else { continue };
        match list(&section, pack) {
            Ok(list) if !list.is_empty() => {
                pack.segments.insert(tag.to_owned(), list);
                pack.names.insert(tag.to_owned(), name);
            }
            Ok(_) => {}
            Err(line) => notes.push(note(file, Some(line), format!("{tag}: this element cannot be read"))),
        }
    }
}

/// Reads EDCD.
pub(super) fn composites(file: &str, text: &str, pack: &mut Pack, notes: &mut Vec<Diagnostic>) {
    for section in parted(text) {
        let Some((id, name)) = heading(&section, is_composite) else { continue };
        match list(&section, pack) {
            Ok(list) if !list.is_empty() => {
                pack.composites.insert(id.to_owned(), list);
                pack.names.insert(id.to_owned(), name);
            }
            Ok(_) => {}
            Err(line) => notes.push(note(file, Some(line), format!("{id}: this element cannot be read"))),
        }
    }
}

/// An entry with a position: `020    9419 SERVICE LAYER CODE   C    1 an..3`.
struct Entry<'t> {
    id: &'t str,
    name: String,
    is_mandatory: bool,
    repeats: Option<&'t str>,
    form: Option<String>,
}

/// The entries of a section as a dictionary lists them. An element that is described here and, so far, nowhere else
/// is taken down.
fn list(section: &Section<'_>, pack: &mut Pack) -> Result<String, usize> {
    let mut items = Vec::new();
    let mut lines = section.iter().peekable();
    while let Some((number, line)) = lines.next() {
        let Some(first) = positioned(line) else { continue };
        let mut text = first.to_owned();
        while !is_ended(&text) {
            match lines.next_if(|(_, line)| !line.trim().is_empty() && positioned(line).is_none()) {
                Some((_, line)) => text = format!("{text} {}", line.trim()),
                None => return Err(*number),
            }
        }
        let entry = entry(&text).ok_or(*number)?;
        let mandatory = if entry.is_mandatory { " M" } else { "" };
        let repeats = entry.repeats.filter(|repeats| *repeats != "1").map(|repeats| format!(" x{repeats}"));
        items.push(format!("{}{mandatory}{}", entry.id, repeats.unwrap_or_default()));
        if let Some(form) = entry.form.filter(|_| is_element(entry.id)) {
            pack.elements.entry(entry.id.to_owned()).or_insert(form);
            pack.names.entry(entry.id.to_owned()).or_insert_with(|| label(&entry.name));
        }
    }
    Ok(items.join(", "))
}

/// What follows the position of an entry, three digits.
fn positioned(line: &str) -> Option<&str> {
    let (position, rest) = without_marks(line).split_once(char::is_whitespace)?;
    let is_position = position.len() == 3 && position.bytes().all(|byte| byte.is_ascii_digit());
    is_position.then(|| without_marks(rest))
}

/// Whether all of an entry is there: it ends with whether it must be there, and what may follow that.
fn is_ended(text: &str) -> bool {
    entry(text).is_some()
}

fn entry(text: &str) -> Option<Entry<'_>> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let form = words.last().and_then(|word| form(word));
    words.truncate(words.len() - usize::from(form.is_some()));
    let repeats = words.last().copied().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    words.truncate(words.len() - usize::from(repeats.is_some()));
    let is_mandatory = match words.last() {
        Some(&"M") => true,
        Some(&"C") => false,
        _ => return None,
    };
    let id = words.first().copied().filter(|id| words.len() > 1 && (is_element(id) || is_composite(id)))?;
    let name = words.get(1..words.len() - 1).unwrap_or_default().join(" ");
    Some(Entry { id, name, is_mandatory, repeats, form })
}

/// `an..35` as a dictionary has it: `an ..35`.
fn form(word: &str) -> Option<String> {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (kind, length) = word.split_at_checked(letters).filter(|(kind, _)| matches!(*kind, "a" | "n" | "an"))?;
    let digits = length.strip_prefix("..").unwrap_or(length);
    digits.parse::<u16>().ok().filter(|length| *length > 0)?;
    Some(format!("{kind} {length}"))
}

/// Reads EDED.
pub(super) fn elements(file: &str, text: &str, pack: &mut Pack, notes: &mut Vec<Diagnostic>) {
    for section in parted(text) {
        let Some((id, name)) = heading(&section, is_element) else { continue };
        let repr = section.iter().find_map(|(number, line)| Some((*number, line.trim().strip_prefix("Repr:")?)));
        match repr.map(|(number, text)| (number, form(&text.split_whitespace().collect::<String>()))) {
            Some((_, Some(form))) => {
                pack.elements.insert(id.to_owned(), form);
                pack.names.insert(id.to_owned(), name);
            }
            Some((number, None)) => notes.push(note(file, Some(number), format!("{id}: its form cannot be read"))),
            None => notes.push(note(file, section.first().map(|(number, _)| *number), format!("{id} has no form"))),
        }
    }
}

/// Reads UNCL. Below the form of an element stand its codes, each with its name beside it, and what it means further in.
pub(super) fn codes(text: &str, pack: &mut Pack) {
    for section in parted(text) {
        let Some((element, _)) = heading(&section, is_element) else { continue };
        let after = section.iter().position(|(_, line)| line.trim().starts_with("Repr:"));
        let lines: Vec<String> =
            section.iter().skip(after.map_or(0, |after| after + 1)).map(|(_, line)| unmarked(line)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.trim().is_empty()).collect();
        let depth = |line: &str| line.len() - line.trim_start().len();
        let outer = lines.iter().map(|line| depth(line)).min().unwrap_or(0);
        let mut list = Codes::default();
        let mut last: Option<(String, usize)> = None;
        for line in lines {
            match code(line, outer).filter(|_| depth(line) == outer) {
                Some((code, name, at)) => {
                    list.list.insert(code.to_owned(), label(name));
                    last = Some((code.to_owned(), at));
                }
                // A name that goes on in the next line, right below where it began.
                None => {
                    let name = last.as_ref().filter(|(_, at)| *at == depth(line));
                    if let Some(name) = name.and_then(|(code, _)| list.list.get_mut(code)) {
                        *name = label(&format!("{name} {}", line.trim()));
                    }
                }
            }
        }
        if !list.list.is_empty() {
            pack.codes.insert(element.to_owned(), list);
        }
    }
}

/// A line of codes without the sign in its first columns that marks a change: a code may begin with a letter, or be one.
fn unmarked(line: &str) -> String {
    const COLUMNS: usize = 4;
    match line.split_at_checked(COLUMNS) {
        Some((marks, rest)) if marks.bytes().all(|byte| b" *+#|X-".contains(&byte)) => format!("    {rest}"),
        _ => line.to_owned(),
    }
}

/// A code, its name, and at which column that begins.
fn code(line: &str, from: usize) -> Option<(&str, &str, usize)> {
    let rest = line.get(from..)?;
    let (code, name) = rest.split_once(char::is_whitespace)?;
    let name_at = line.len() - name.trim_start().len();
    // `Note:` stands where codes do.
    (!code.is_empty() && code.len() <= 17 && !code.ends_with(':')).then_some((code, name.trim(), name_at))
}
