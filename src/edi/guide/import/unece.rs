//! The directories of UNECE (UN/EDIFACT) as text files, as they have been published since 1993: messages with their
//! segment table, segments (EDSD), composites (EDCD), elements (EDED) and code lists (UNCL).

mod sections;
mod table;

use super::{Imported, Pack, label, note};
use crate::base::Diagnostic;

/// A file of a directory.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name, as in the archive: `EDMD/ORDERS_D.96A`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Segments,
    Composites,
    Elements,
    Codes,
}

/// Makes guides of the files of one directory.
///
/// # Errors
/// When there is no message in them, or they are of several releases.
pub fn import(files: &[File]) -> Result<Imported, Diagnostic> {
    let mut pack = Pack { standard: "edifact", ..Pack::default() };
    let mut notes = Vec::new();
    let mut release: Option<String> = None;
    for file in files {
        let Some(kind) = kind(&file.name) else { continue };
        let text = text(&file.bytes);
        match kind {
            Kind::Segments => sections::segments(&file.name, &text, &mut pack, &mut notes),
            Kind::Composites => sections::composites(&file.name, &text, &mut pack, &mut notes),
            Kind::Elements => sections::elements(&file.name, &text, &mut pack, &mut notes),
            Kind::Codes => sections::codes(&text, &mut pack),
            Kind::Message => {
                let (set, directory) = message_name(&file.name).unwrap_or_default();
                if release.get_or_insert_with(|| directory.to_owned()) != directory {
                    let text = format!("{} is of another release than the files before it", file.name);
                    return Err(Diagnostic::error("not-a-directory", text));
                }
                match table::set(&text) {
                    Ok(set_text) => drop(pack.sets.insert(set.to_owned(), set_text)),
                    Err((line, text)) => notes.push(note(&file.name, line, text)),
                }
            }
        }
    }
    service_segments(&mut pack);
    match release.filter(|_| !pack.sets.is_empty()) {
        Some(release) => pack.release = release.replace('.', ""),
        None => {
            let fault = Diagnostic::error("not-a-directory", "there is no message of a UN/EDIFACT directory in it");
            return Err(fault.expecting("files such as ORDERS_D.96A, EDSD.96A, EDCD.96A, EDED.96A, UNCL.96A"));
        }
    }
    notes.extend(pack.settle().into_iter().map(|text| note("dictionary", None, text)));
    Ok(Imported { pack, notes })
}

/// UNS belongs to the service directory (ISO 9735) and stands in messages all the same.
fn service_segments(pack: &mut Pack) {
    let entry = |text: &str| text.to_owned();
    pack.segments.entry(entry("UNS")).or_insert_with(|| entry("0081 M"));
    pack.elements.entry(entry("0081")).or_insert_with(|| entry("a 1"));
}

/// Files of interactive messages (IDMD, IDSD, IDCD) and all others are none of ours.
fn kind(name: &str) -> Option<Kind> {
    let file = base_name(name);
    if message_name(name).is_some() {
        return Some(Kind::Message);
    }
    match file.get(..4)?.to_ascii_uppercase().as_str() {
        "EDSD" => Some(Kind::Segments),
        "EDCD" => Some(Kind::Composites),
        "EDED" => Some(Kind::Elements),
        // Some directories have two: UNCL-1.96A, UNCL-2.96A.
        "UNCL" => Some(Kind::Codes),
        _ => None,
    }
}

fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// `ORDERS_D.96A`: the message and its release, `D.96A`.
fn message_name(name: &str) -> Option<(&str, &str)> {
    let (message, release) = base_name(name).split_once('_')?;
    let is_message = message.len() == 6 && message.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_release = matches!(release.as_bytes(), [b'A'..=b'Z', b'.', b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z']);
    (is_message && is_release).then_some((message, release))
}

/// A file as text. Directories of the nineties are in the character set of MS-DOS and draw their brackets with its
/// lines; here those become `-`, `|` and `+`.
fn text(bytes: &[u8]) -> String {
    let drawn = |c: char| match c {
        '─' | '\u{c4}' => '-',
        '│' | '\u{b3}' => '|',
        '┐' | '┘' | '┤' | '┴' | '┬' | '┼' | '\u{bf}' | '\u{d9}' | '\u{b4}' | '\u{c1}' | '\u{c2}' | '\u{c5}' => {
            '+'
        }
        other => other,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().map(|c| if c.is_ascii() { c } else { drawn(c) }).collect(),
        Err(_) => bytes.iter().map(|byte| drawn(char::from(*byte))).collect(),
    }
}

/// Leaves out the signs with which directories mark what changed: `*`, `+`, `#`, `|`, `X`.
fn without_marks(line: &str) -> &str {
    let is_mark = |word: &str| matches!(word, "*" | "+" | "#" | "|" | "X" | "-") || is_marks(word);
    let mut rest = line.trim_start();
    while let Some((word, after)) = rest.split_once(char::is_whitespace) {
        if !is_mark(word) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// Several marks in one word.
fn is_marks(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|byte| b"*+#|".contains(&byte))
}
