//! Diagnostics for a terminal: place, the line with a mark under the fault, what was expected, what to do.
//!
//! Configuration lies in the open, secrets do not: should somebody have typed one into a file, it must not come out
//! of here into a build log. So of a line only the marked text and the keys around it are shown, every other value
//! is a `…`; and of a line that is not TOML, only its punctuation.

use std::ops::Range;

use crate::base::{Diagnostic, Severity, counted};

/// Characters of a line that are shown.
const WIDTH: usize = 120;

/// How much of a file's lines may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Keys, and the value that is marked.
    Veiled,
    /// Everything: the file holds no secrets, and what stands beside the fault helps to mend it.
    Whole,
}

/// Writes all `diagnostics`, one paragraph each, and a line that sums up. `source` gives the text of a file by the name
/// that diagnostics have for it.
pub(crate) fn render(diagnostics: &[Diagnostic], source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = paragraphs(diagnostics, Lines::Veiled, source);
    out.push_str(&summary(diagnostics));
    out.push('\n');
    out
}

/// A paragraph for each diagnostic, an empty line behind it.
pub(crate) fn paragraphs(diagnostics: &[Diagnostic], lines: Lines, source: &dyn Fn(&str) -> Option<String>) -> String {
    diagnostics.iter().map(|one| paragraph(one, lines, source) + "\n").collect()
}

/// `2 faults, 1 warning`, or that there are none.
pub(crate) fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|one| one.severity == severity).count();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "no faults".to_owned(),
        (0, warnings) => format!("no faults, {}", counted(warnings, "warning")),
        (faults, 0) => counted(faults, "fault"),
        (faults, warnings) => format!("{}, {}", counted(faults, "fault"), counted(warnings, "warning")),
    }
}

/// One diagnostic: the headline, then its place and line, then what else is to be said.
fn paragraph(diagnostic: &Diagnostic, lines: Lines, source: &dyn Fn(&str) -> Option<String>) -> String {
    let gutter = gutter(diagnostic.location.line);
    let all = std::iter::once(headline(diagnostic))
        .chain(in_file(diagnostic, gutter, lines, source))
        .chain(diagnostic.expected.iter().map(|expected| format!("{:gutter$} = expected {expected}", "")))
        .chain(diagnostic.hint.iter().map(|hint| format!("{:gutter$} = {hint}", "")));
    all.map(|line| line + "\n").collect()
}

/// `error[unknown-key]: there is no key 'x'`
pub(crate) fn headline(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    format!("{severity}[{}]: {}", diagnostic.code, diagnostic.message)
}

/// How wide the numbers of lines are.
pub(crate) fn gutter(line: Option<u32>) -> usize {
    line.map_or(1, |line| line.to_string().len())
}

/// The place in a file, and the line with a mark; nothing when the diagnostic is about no file.
pub(crate) fn in_file(
    diagnostic: &Diagnostic,
    gutter: usize,
    lines: Lines,
    source: &dyn Fn(&str) -> Option<String>,
) -> Vec<String> {
    let location = &diagnostic.location;
    let Some(file) = &location.file else { return Vec::new() };
    let mut place = file.clone();
    for number in [location.line, location.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    let mut told = vec![format!("{:gutter$}--> {place}", "")];
    if let Some((text, mark)) = source(file).and_then(|text| excerpt(diagnostic, lines, &text)) {
        let number = location.line.unwrap_or_default();
        told.extend(marked(gutter, &number.to_string(), &text, &mark));
    }
    told
}

/// A line with a mark under a part of it.
pub(crate) fn marked(gutter: usize, number: &str, text: &str, mark: &Range<usize>) -> [String; 3] {
    [
        format!("{:gutter$} |", ""),
        format!("{number:>gutter$} | {text}"),
        format!("{:gutter$} | {}{}", "", " ".repeat(mark.start), "^".repeat(mark.len().max(1))),
    ]
}

/// The line of a diagnostic as it may be shown, and what of it is marked, in characters.
fn excerpt(diagnostic: &Diagnostic, lines: Lines, text: &str) -> Option<(String, Range<usize>)> {
    let number = usize::try_from(diagnostic.location.line?).ok()?;
    let line = text.lines().nth(number.checked_sub(1)?)?;
    let start = usize::try_from(diagnostic.location.column?).ok()?.checked_sub(1)?;
    let rest: String = line.chars().skip(start).collect();
    let marked = match &diagnostic.location.bytes {
        Some(bytes) => usize::try_from(bytes.end.saturating_sub(bytes.start)).ok()?,
        None => word(&rest),
    };
    let length = line.chars().count();
    // The mark counts characters; what the span counts are bytes, of this line at most.
    let end = start + rest.char_indices().take_while(|(at, _)| *at < marked).count();
    let mark = start.min(length)..end.min(length);
    let shown = match lines {
        Lines::Whole => (line.replace('\t', " "), mark),
        Lines::Veiled if diagnostic.code == "toml-syntax" => (punctuation(line), mark),
        Lines::Veiled => veiled(line, mark),
    };
    Some(cut(shown))
}

/// Bytes of the word that `text` begins with: a key, or a text with its quotes.
fn word(text: &str) -> usize {
    match text.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        Some(quote) => text.get(1..).and_then(|rest| rest.find(quote)).map_or(text.len(), |end| end + 2),
        None => text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(text.len()),
    }
}

/// A line with every value outside of `mark` replaced by `…` and its comment left off, and where the mark is now.
fn veiled(line: &str, mark: Range<usize>) -> (String, Range<usize>) {
    let mut out = String::new();
    let mut length = 0;
    let mut new_mark = 0..0;
    let (mut quote, mut in_value) = (None, false);
    for (at, c) in line.chars().enumerate() {
        if at == mark.start {
            new_mark = length..length;
        }
        let inside = mark.contains(&at);
        let closing = quote == Some(c);
        let hidden = !inside && (quote.is_some() && !closing || quote.is_none() && in_value && is_bare(c));
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(_), _) if closing => quote = None,
            (None, '#') if !inside => break,
            (None, '=') => in_value = true,
            (None, ',' | '{' | '}') => in_value = false,
            _ => {}
        }
        if hidden && out.ends_with('…') {
            continue;
        }
        out.push(if hidden {
            '…'
        } else if c == '\t' {
            ' '
        } else {
            c
        });
        length += 1;
        if inside {
            new_mark.end = length;
        }
    }
    if mark.start >= line.chars().count() {
        new_mark = length..length;
    }
    (out.trim_end().to_owned(), new_mark)
}

/// Whether a character can belong to a value without quotes.
fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | '\'' | '[' | ']' | '{' | '}' | ',' | '#' | '=')
}

/// A line that is not TOML: its key, if it begins with one, and of the rest only what TOML's grammar is about.
fn punctuation(line: &str) -> String {
    /// No key of ours is longer, and a line of a PEM file is.
    const KEY: usize = 40;
    let key = line.split_once(" =").map_or(0, |(key, _)| {
        let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-. \t".contains(&b));
        if plain && key.len() <= KEY { key.chars().count() } else { 0 }
    });
    let kept = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | '{' | '}' | ',' | '=' | '#');
    line.chars()
        .enumerate()
        .map(|(at, c)| {
            if c == '\t' {
                ' '
            } else if at < key || kept(c) {
                c
            } else {
                '·'
            }
        })
        .collect()
}

/// No more than [`WIDTH`] characters of a line, those around the mark.
fn cut((text, mark): (String, Range<usize>)) -> (String, Range<usize>) {
    let skip = mark.start.saturating_sub(WIDTH / 2);
    let shown: String = text.chars().skip(skip).take(WIDTH).collect();
    (shown, mark.start - skip..mark.end.saturating_sub(skip).min(WIDTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::table::Source;

    #[test]
    fn without_a_span_the_word_at_the_column_is_marked() {
        let line = "orderNumbr = \"BEG03\"";
        let shown = |column| {
            let location = crate::base::Location {
                file: Some("a.toml".into()),
                line: Some(1),
                column: Some(column),
                ..Default::default()
            };
            let text = render(&[Diagnostic::error("x", "m").at(location)], &|_| Some(line.to_owned()));
            text.lines().nth(4).unwrap().to_owned()
        };
        assert_eq!(shown(1), "  | ^^^^^^^^^^");
        assert_eq!(shown(14), "  |              ^^^^^^^");
    }

    /// Marks the first `needle` in the only line.
    fn shown(code: &'static str, line: &str, needle: &str) -> String {
        let source = Source::new("a.toml", line);
        let start = line.find(needle).unwrap();
        let diagnostic = Diagnostic::error(code, "m").at(source.location(start..start + needle.len()));
        let text = render(&[diagnostic], &|_| Some(line.to_owned()));
        text.lines().skip(3).take(2).map(|line| line.get(4..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_fault_is_marked_and_other_values_are_veiled() {
        let check = |line: &str, needle: &str, expected: &str| assert_eq!(shown("x", line, needle), expected, "{line}");
        check("bodi = \"1MiB\"", "bodi", "bodi = \"…\"\n^^^^");
        check("body = \"1 MiB\" # mine", "\"1 MiB\"", "body = \"1 MiB\"\n       ^^^^^^^");
        check(
            "a = { user = \"x\", pin = 12345, kind = \"basik\" }",
            "\"basik\"",
            concat!("a = { user = \"…\", pin = …, kind = \"basik\" }\n", "                                  ^^^^^^^",),
        );
        check("name = \"Müller\", x = 1", "x", "name = \"…\", x = …\n            ^");
        check("\tx = 1", "x", " x = …\n ^");
    }

    #[test]
    fn of_a_line_that_is_not_toml_only_punctuation_is_shown() {
        let check = |line: &str, expected: &str| {
            assert_eq!(shown("toml-syntax", line, line).lines().next(), Some(expected), "{line}");
        };
        check("password = hunter2", "password = ·······");
        check("bind = \"0.0.0.0:4443", "bind = \"············");
        check(
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ==",
            "··················································==",
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = format!("x = \"{}\", bad = 1", "a ".repeat(400));
        let text = shown("x", &line, "bad");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("bad"));
    }

    #[test]
    fn sums_up_in_words() {
        let (error, warning) = (Diagnostic::error("x", "m"), Diagnostic::warning("x", "m"));
        assert_eq!(summary(&[]), "no faults");
        assert_eq!(summary(std::slice::from_ref(&warning)), "no faults, 1 warning");
        assert_eq!(summary(&[error.clone(), error.clone(), warning]), "2 faults, 1 warning");
        assert_eq!(summary(&[error]), "1 fault");
    }

    #[test]
    fn a_file_without_secrets_is_shown_with_its_values() {
        let line = "\tamount = \"PO104 | code(unt)\" # net";
        let source = Source::new("a.toml", line);
        let start = line.find("code").unwrap();
        let diagnostic = Diagnostic::error("x", "m").at(source.location(start..start + 4));
        let told = paragraphs(&[diagnostic], Lines::Whole, &|_| Some(line.to_owned()));
        let mark = format!("  | {}^^^^", " ".repeat(19));
        assert_eq!(told.lines().skip(3).collect::<Vec<_>>(), ["1 |  amount = \"PO104 | code(unt)\" # net", &mark, ""]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_and_no_mark_make_it_panic(line in "\\PC{0,200}", start in 0_u64..300, length in 0_u64..300, column in 0_u32..300) {
            let location = crate::base::Location {
                file: Some("a".into()),
                line: Some(1),
                column: Some(column),
                bytes: Some(start..start + length),
                ..Default::default()
            };
            for code in ["x", "toml-syntax"] {
                render(&[Diagnostic::error(code, "m").at(location.clone())], &|_| Some(line.clone()));
            }
        }
    }
}
