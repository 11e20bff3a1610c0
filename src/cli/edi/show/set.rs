//! A transaction set as a tree: loops, segments, elements, and findings at their place.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use crate::cli::edi::excerpt::visible;
use crate::cli::edi::paint::Paint;
use crate::cli::edi::words;
use crate::edi::guide::{Hierarchy, LoopDef, SegmentDef};
use crate::edi::{Finding, Guide, Instance, InstancePart, Segment, Tree};

use super::element::{Row, rows};
use super::{Detail, ShownSet, told};

/// Steps that hierarchies indent at most: a chain of parents may be as long as its sender likes.
const DEEPEST: usize = 24;

/// Writes a transaction set.
pub(super) fn write(
    shown: &ShownSet<'_>,
    tree: Option<&Tree<'_>>,
    detail: Detail,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { shown, detail, paint, next: 0, out };
    page.title()?;
    match tree {
        Some(tree) => page.instance(tree.root(), 0)?,
        None => {
            for segment in shown.set.segments() {
                page.segment(&segment, None, 0)?;
            }
        }
    }
    page.rest()
}

struct Page<'p> {
    shown: &'p ShownSet<'p>,
    detail: Detail,
    paint: Paint,
    /// Findings are told in their order; those before this one are.
    next: usize,
    out: &'p mut dyn Write,
}

/// What stands left of every line of a set: room for the position of a segment.
const MARGIN: usize = 6;

impl Page<'_> {
    fn title(&mut self) -> io::Result<()> {
        let set = self.shown.set;
        let name = self.guide().map(Guide::name).filter(|name| !name.is_empty());
        let name = name.map(|name| format!(" {name}")).unwrap_or_default();
        let guide = match self.guide() {
            Some(guide) => format!("guide {}", guide.key()),
            None => "no guide".to_owned(),
        };
        let implementation = set.implementation.as_ref().map(|one| format!(" {one}")).unwrap_or_default();
        let title = self.paint.bold(&format!("{}{name} #{}", set.id, set.control_number));
        writeln!(self.out)?;
        writeln!(
            self.out,
            "    {title}{implementation}, set {} of the file, {} segments, {guide}",
            self.shown.number,
            set.segment_count()
        )
    }

    fn guide(&self) -> Option<&Guide> {
        self.shown.guide.as_deref()
    }

    fn instance(&mut self, instance: Instance<'_, '_>, depth: usize) -> io::Result<()> {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let mut levels: HashMap<String, usize> = HashMap::new();
        for part in instance.parts() {
            match part {
                InstancePart::Segment(segment) => self.segment(&segment, instance.definition(), depth)?,
                InstancePart::Loop(child) => {
                    let occurrence = seen.entry(child.name()).or_default();
                    *occurrence += 1;
                    let hierarchy = child.definition().and_then(|definition| definition.hierarchy.as_ref());
                    let level = hierarchy.map_or(0, |hierarchy| level(&child, hierarchy, &mut levels));
                    let depth = depth + level.min(DEEPEST);
                    self.loop_line(&child, *occurrence, hierarchy, depth)?;
                    self.instance(child, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// `loop LIN #2 (SG28)`, `loop HL #3, level O order, under 1`.
    fn loop_line(
        &mut self,
        instance: &Instance<'_, '_>,
        occurrence: u32,
        hierarchy: Option<&Hierarchy>,
        depth: usize,
    ) -> io::Result<()> {
        let group = instance.definition().and_then(|definition| definition.group);
        let group = group.map(|group| format!(" (SG{group})")).unwrap_or_default();
        let place = hierarchy.and_then(|hierarchy| Some(self.hierarchy(&instance.first()?, instance, hierarchy)));
        let text = format!("loop {} #{occurrence}{group}{}", instance.name(), place.unwrap_or_default());
        self.line("", &self.paint.dim(&text), depth)
    }

    fn hierarchy(&self, first: &Segment<'_>, instance: &Instance<'_, '_>, hierarchy: &Hierarchy) -> String {
        let mut text = String::new();
        if let Some(number) = hierarchy.level {
            let code = first.element(number).text().into_owned();
            let definition = self.definition(first, instance.definition());
            let codes = definition.as_ref().and_then(|one| one.element(number)?.codes.clone());
            let meaning = codes.and_then(|codes| codes.codes.get(&code).map(|meaning| format!(" {meaning}")));
            text.push_str(&format!(", level {code}{}", meaning.unwrap_or_default()));
        }
        let parent = first.element(hierarchy.parent).text();
        if !parent.is_empty() {
            text.push_str(&format!(", under {parent}"));
        }
        text
    }

    /// The elements of a segment as its place in the guide has them.
    fn definition(&self, segment: &Segment<'_>, within: Option<&LoopDef>) -> Option<Arc<SegmentDef>> {
        let own = within.and_then(|within| within.segment(segment.tag().as_str())?.definition.clone());
        own.or_else(|| self.guide()?.shared_segment(segment.tag()))
    }

    fn segment(&mut self, segment: &Segment<'_>, within: Option<&LoopDef>, depth: usize) -> io::Result<()> {
        let position = segment.position();
        // What is missing is told before the segment that came instead.
        while let Some(finding) = self.due(|finding| is_before(finding, segment)) {
            self.finding(&finding, depth + 1)?;
        }
        let delimiters = *self.shown.set.delimiters();
        let number = position.to_string();
        let definition = self.definition(segment, within);
        if self.detail == Detail::Raw {
            let text = visible(&self.shown.set.character_set().decode(segment.bytes()), &delimiters);
            self.line(&number, &text, depth)?;
        } else {
            let tag = segment.tag();
            let name = definition.as_ref().map(|one| one.name.as_str()).filter(|name| !name.is_empty());
            let name = name.or_else(|| words::service_segment(tag.as_str())).unwrap_or_default();
            let text = format!("{} {name}", self.paint.name(&format!("{tag:<3}")));
            self.line(&number, &text, depth)?;
        }
        if self.detail == Detail::Elements {
            self.elements(&rows(segment, definition.as_deref(), &delimiters), segment, depth)?;
        }
        while let Some(finding) = self.due(|finding| is_at(finding, segment)) {
            self.finding(&finding, depth + 1)?;
        }
        Ok(())
    }

    fn elements(&mut self, rows: &[Row], segment: &Segment<'_>, depth: usize) -> io::Result<()> {
        let labels: Vec<String> = rows.iter().map(Row::label).collect();
        let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
        for (row, label) in rows.iter().zip(&labels) {
            // An element that is not there is told of before those behind it.
            while let Some(finding) = self.due(|finding| is_at(finding, segment) && is_before_row(finding, row)) {
                self.finding(&finding, depth + 2)?;
            }
            let meaning = row.meaning.as_ref().map(|meaning| format!(" {}", self.paint.good(meaning)));
            let label = self.paint.dim(&format!("{label:<width$} ="));
            self.line("", &format!("{label} {}{}", row.value, meaning.unwrap_or_default()), depth + 2)?;
            while let Some(finding) = self.due(|finding| is_at(finding, segment) && is_of_row(finding, row)) {
                self.finding(&finding, depth + 2)?;
            }
        }
        Ok(())
    }

    /// The next finding, if it is due.
    fn due(&mut self, is_due: impl Fn(&Finding) -> bool) -> Option<Finding> {
        let finding = self.shown.findings.get(self.next).filter(|finding| is_due(finding))?;
        self.next += 1;
        Some(finding.clone())
    }

    /// What is left: about the set as a whole, or behind its last segment.
    fn rest(&mut self) -> io::Result<()> {
        while let Some(finding) = self.due(|_| true) {
            self.finding(&finding, 1)?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding, depth: usize) -> io::Result<()> {
        let text = told(finding, self.paint);
        self.line("", &text, depth)
    }

    fn line(&mut self, number: &str, text: &str, depth: usize) -> io::Result<()> {
        let number = self.paint.dim(&format!("{number:>MARGIN$}"));
        let line = format!("{number}  {}{text}", "  ".repeat(depth));
        writeln!(self.out, "{}", line.trim_end())
    }
}

/// How deep an instance is in its hierarchy: below the one it names as its parent, if that came.
fn level(instance: &Instance<'_, '_>, hierarchy: &Hierarchy, levels: &mut HashMap<String, usize>) -> usize {
    let Some(first) = instance.first() else { return 0 };
    let text = |number: usize| first.element(number).text().into_owned();
    let level = levels.get(&text(hierarchy.parent)).map_or(0, |parent| parent.saturating_add(1));
    levels.insert(text(hierarchy.id), level);
    level
}

/// Whether a finding stands before a segment.
fn is_before(finding: &Finding, segment: &Segment<'_>) -> bool {
    let start = segment.place().start;
    finding.place.start < start || finding.place.end <= start && finding.place.element.is_none()
}

/// Whether a finding is about a segment or something in it.
fn is_at(finding: &Finding, segment: &Segment<'_>) -> bool {
    finding.place.start <= segment.place().end
}

fn is_before_row(finding: &Finding, row: &Row) -> bool {
    finding.place.element.is_some_and(|element| row.place.element.is_some_and(|of| element < of))
}

fn is_of_row(finding: &Finding, row: &Row) -> bool {
    let is_it = |of: Option<u32>, at: Option<u32>| of.is_none() || at.is_none() || of == at;
    finding.place.element == row.place.element
        && finding.place.element.is_some()
        && is_it(finding.place.repetition, row.place.repetition)
        && is_it(finding.place.component, row.place.component)
}
