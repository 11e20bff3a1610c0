//! The text of one file under its name, and the way from a byte offset to line and column.

use std::cell::RefCell;
use std::ops::Range;

use crate::base::{Diagnostic, Location, Severity};

/// A file of ours as it was read: its name as the operator knows it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    file: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// Takes in a file's text under the name that diagnostics shall show.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.into(), text, line_starts }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of `span` (byte offsets): line and column from 1, the column in characters.
    pub fn location(&self, span: Range<usize>) -> Location {
        let line = self.line_starts.partition_point(|start| *start <= span.start);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count()) + 1;
        Location {
            file: Some(self.file.clone()),
            line: Some(u32::try_from(line).unwrap_or(u32::MAX)),
            column: Some(u32::try_from(column).unwrap_or(u32::MAX)),
            bytes: Some(span.start as u64..span.end as u64),
            ..Location::default()
        }
    }

    /// The file as a whole, for faults that have no line.
    pub fn whole(&self) -> Location {
        Location { file: Some(self.file.clone()), ..Location::default() }
    }
}

/// Where faults are gathered, so that one run shows all of them.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Diagnostic>>);

impl Faults {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// Adds many.
    pub fn extend(&self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.borrow_mut().extend(diagnostics);
    }

    /// Whether there is an error among them.
    pub fn any_error(&self) -> bool {
        self.0.borrow().iter().any(|one| one.severity == Severity::Error)
    }

    /// All of them in the order of file, line and column.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| {
            let place = |d: &Diagnostic| (d.location.file.clone(), d.location.line, d.location.column);
            place(a).cmp(&place(b)).then(b.severity.cmp(&a.severity)).then(a.message.cmp(&b.message))
        });
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = Source::new("a.toml", "x = 1\nname = \"Müller\" # z\n");
        let check = |offset: usize, line: u32, column: u32| {
            let location = source.location(offset..offset);
            assert_eq!((location.line, location.column), (Some(line), Some(column)), "byte {offset}");
        };
        check(0, 1, 1);
        check(5, 1, 6);
        check(6, 2, 1);
        check(source.text().find('#').unwrap(), 2, 17);
        check(source.text().len(), 3, 1);
    }
}
