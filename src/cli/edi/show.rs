//! `edigate edi show`: what a file says, in words. Envelopes first, then each transaction set as the tree its guide
//! makes of it, every finding at its place. One transaction set is held at a time.

mod element;
mod envelope;
mod json;
mod set;

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::base::counted;
use crate::cli::args::ShowArguments;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::{
    Finding, Guide, GuideKey, Guides, Piece, ReadFault, ReadOptions, Reader, TransactionSet, no_guide, structure,
};

use super::fault;
use super::guides::Chosen;
use super::input::{Input, inputs, read_options};
use super::paint::{Paint, severity_word};

/// How much of a segment is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// Its name and its elements.
    Elements,
    /// Its name.
    Names,
    /// What was sent.
    Raw,
}

/// Runs `edigate edi show`.
pub(super) fn show(arguments: &ShowArguments, paint: Paint, out: &mut dyn Write) -> Result<Exit, Failure> {
    let inputs = inputs(&arguments.files)?;
    let detail = match arguments {
        ShowArguments { raw: true, .. } => Detail::Raw,
        ShowArguments { no_elements: true, .. } => Detail::Names,
        ShowArguments { .. } => Detail::Elements,
    };
    let chosen = Chosen::of(&arguments.guides)?;
    let mut used = BTreeSet::new();
    let mut exit = Exit::Clean;
    for input in &inputs {
        if inputs.len() > 1 && !arguments.json {
            writeln!(out, "{}", paint.bold(&format!("── {}", input.name())))?;
        }
        let shown = Show {
            file: input.name(),
            guides: &chosen.guides,
            used: &mut used,
            reading: read_options(&arguments.charset),
            only: arguments.set,
            view: if arguments.json { View::Json } else { View::Text { detail, paint } },
            sets: 0,
            heads: Vec::new(),
            out: &mut *out,
        }
        .file(input)?;
        if shown != Exit::Clean {
            exit = shown;
        }
    }
    chosen.end(exit, &used)
}

/// What the output looks like.
#[derive(Clone, Copy)]
enum View {
    Text { detail: Detail, paint: Paint },
    Json,
}

/// A file that is shown.
struct Show<'s> {
    file: String,
    guides: &'s Guides,
    /// Guides that sets were read by.
    used: &'s mut BTreeSet<GuideKey>,
    reading: ReadOptions,
    /// The one set that is shown, if only one is.
    only: Option<u64>,
    view: View,
    /// Sets so far.
    sets: u64,
    /// Heads that are shown if the set that is wanted comes: that of the interchange, and that of the group.
    heads: Vec<Piece>,
    out: &'s mut dyn Write,
}

/// A transaction set with its findings in the order of the file.
struct ShownSet<'a> {
    set: &'a TransactionSet,
    /// Its place in the file, from 1.
    number: u64,
    guide: Option<Arc<Guide>>,
    findings: Vec<Finding>,
}

impl Show<'_> {
    fn file(mut self, input: &Input) -> Result<Exit, Failure> {
        let stream = match input.open() {
            Ok(stream) => stream,
            Err(error) => {
                self.fault(&fault::of_opening(&error))?;
                return Ok(Exit::Failed);
            }
        };
        if let Err(fault) = self.stream(stream)? {
            self.fault(&fault::of_reading(&fault))?;
            return Ok(Exit::Failed);
        }
        match self.only {
            Some(wanted) if wanted == 0 || wanted > self.sets => {
                let sets = counted(self.sets, "transaction set");
                let text = format!("{} has {sets}, there is none at {wanted}", self.file);
                Err(Failure::new(Exit::Failed, text))
            }
            Some(_) | None => Ok(Exit::Clean),
        }
    }

    fn stream(&mut self, stream: impl Read) -> io::Result<Result<(), ReadFault>> {
        let mut reader = Reader::new(stream, self.reading.clone());
        loop {
            match reader.next_piece() {
                Ok(Some(piece)) => self.piece(piece)?,
                Ok(None) => return Ok(Ok(())),
                Err(fault) => return Ok(Err(fault)),
            }
            if self.only.is_some_and(|wanted| wanted == self.sets && wanted > 0) {
                return Ok(Ok(()));
            }
        }
    }

    fn piece(&mut self, piece: Piece) -> io::Result<()> {
        if let Piece::Set(set) = piece {
            self.sets += 1;
            return match self.only {
                Some(wanted) if wanted != self.sets => Ok(()),
                Some(_) | None => self.set(&set),
            };
        }
        if self.only.is_none() {
            return self.envelope(&piece);
        }
        match piece {
            Piece::Interchange(_) => self.heads = vec![piece],
            Piece::Group(_) => {
                self.heads.truncate(1);
                self.heads.push(piece);
            }
            Piece::GroupEnd(_) => self.heads.truncate(1),
            _ => {}
        }
        Ok(())
    }

    fn envelope(&mut self, piece: &Piece) -> io::Result<()> {
        match self.view {
            View::Text { paint, .. } => envelope::write(piece, paint, self.out),
            View::Json => json::envelope(&self.file, piece, self.out),
        }
    }

    fn set(&mut self, set: &TransactionSet) -> io::Result<()> {
        for head in std::mem::take(&mut self.heads) {
            self.envelope(&head)?;
        }
        let selected = self.guides.select(set, None);
        let (guide, nearest) = selected.map_or((None, None), |(guide, nearest)| (Some(guide), nearest));
        self.used.extend(guide.iter().map(|guide| guide.key().clone()));
        let mut findings = set.findings.clone();
        findings.extend(nearest);
        let guide_of_tree = guide.clone();
        let tree = guide_of_tree.as_deref().map(|guide| structure(set, guide));
        let tree = match tree {
            Some((tree, found)) => {
                findings.extend(found);
                Some(tree)
            }
            None => {
                findings.push(no_guide(set));
                None
            }
        };
        findings.sort_by_key(|finding| finding.place.start);
        let shown = ShownSet { set, number: self.sets, guide, findings };
        match self.view {
            View::Text { detail, paint } => set::write(&shown, tree.as_ref(), detail, paint, self.out),
            View::Json => json::set(&self.file, &shown, tree.as_ref(), self.out),
        }
    }

    fn fault(&mut self, fault: &crate::base::Diagnostic) -> io::Result<()> {
        match self.view {
            View::Text { paint, .. } => fault::tell(&self.file, fault, paint, self.out),
            View::Json => writeln!(self.out, "{}", fault::record(&self.file, fault)),
        }
    }
}

/// A finding on one line.
fn told(finding: &Finding, paint: Paint) -> String {
    let head = format!("^ {}[{}]", severity_word(finding.severity), finding.code.as_str());
    let expected = finding.expected.as_ref().map(|expected| format!("; expected {expected}")).unwrap_or_default();
    format!("{}: {}{expected}", paint.severity(finding.severity, &head), finding.text)
}
