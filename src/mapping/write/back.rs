//! The last look before a message leaves: it is fitted to the guide, read by the same mapping, and compared with the
//! document. Whatever is not as it was is a finding.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Writing;
use super::alone::alone;
use super::draft::Finished;
use crate::base::{Diagnostic, Severity};
use crate::canon::{self, Derived, Kind, Shape, push_index, push_member};
use crate::edi::guide::Guide;
use crate::edi::write::{self, WriteOptions};
use crate::edi::{
    self, Delimiters, Family, OutgoingSegment, Piece, Place, ReadOptions, Reader, Standard, TransactionSet,
};
use crate::mapping::context::{ReadContext, ReadOrigin};
use crate::mapping::hierarchy::{Plan, aligned};
use crate::mapping::notes::{Notes, location};
use crate::mapping::party::name_parties;
use crate::mapping::program::{Cell, Program, Sub};
use crate::mapping::{Mapping, fill};

/// What writing gave.
#[derive(Clone, Debug)]
pub struct Written {
    /// What stands between header and trailer, in the order of the guide.
    pub segments: Vec<OutgoingSegment>,
    /// Who wrote what: for every value its segment (from 0), its element and component, the member and the rule.
    pub origins: Vec<Origin>,
    /// Members that were filled before writing.
    pub derived: Vec<Derived>,
    /// What was noticed. With an error among them the message is not to be sent.
    pub findings: Vec<Diagnostic>,
}

/// Where a value on the wire is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Index of the segment in [`Written::segments`].
    pub segment: usize,
    /// Its element, from 1.
    pub element: usize,
    /// Its component, from 1; 1 of a simple element.
    pub component: usize,
    /// The canonical member, `lines[2].price.amount`; empty for what only the wire has.
    pub member: String,
    /// File and line of the rule; nothing for what the engine writes by itself.
    pub rule: Option<(Arc<str>, u32)>,
}

impl Written {
    /// Whether the message may be sent: no finding is an error.
    pub fn is_usable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

/// Writes a document by a mapping.
pub(in crate::mapping) fn write(
    mapping: &Mapping,
    guide: &Guide,
    document: &Value,
    context: &ReadContext<'_>,
) -> Written {
    let mut notes = Notes::default();
    let nothing = |notes: Notes| {
        let (findings, _, derived) = notes.finish();
        Written { segments: Vec::new(), origins: Vec::new(), derived, findings }
    };
    let faults = canon::check(document, mapping.document.name);
    if !faults.is_empty() {
        faults.into_iter().for_each(|fault| notes.find(fault.hinting("mend the document")));
        return nothing(notes);
    }
    let mut filled = document.clone();
    name_parties(&mapping.program, context.parties, &mut filled, &mut notes);
    fill::derive(&mapping.program, &mut filled, &mapping.document.shape, &mut notes);
    let hierarchy = mapping.program.hierarchy.as_ref();
    let plan = hierarchy.map(|hierarchy| Plan::new(&filled, hierarchy));
    let mut writing = Writing::new(&mapping.program, guide, context, notes);
    writing.document(&filled, plan.as_ref());
    let Writing { draft, mut notes, .. } = writing;
    let finished = draft.finish();
    let segments: Vec<OutgoingSegment> = finished.iter().map(|one| one.segment.clone()).collect();
    finished.iter().filter_map(bare_reference).for_each(|finding| notes.find(finding));
    match again(guide, &segments) {
        Ok(set) => {
            let (tree, found) = edi::structure(&set, guide);
            // Where a writer may have forgotten the point is a question to others; ours writes decimals as they are.
            let counts = |finding: &&edi::Finding| finding.code != edi::FindingCode::ImpliedDecimals;
            for finding in set.findings.iter().chain(&found).filter(counts) {
                notes.find(of_the_guide(finding, &finished));
            }
            let read = mapping.read(&tree, context);
            let told = notes.members();
            let mut comparison = Comparison {
                program: &mapping.program,
                told,
                derived: &read.derived,
                notes: &mut notes,
                path: String::new(),
                names: Vec::new(),
                appeared: Vec::new(),
            };
            let document = match hierarchy {
                Some(hierarchy) => aligned(&read.document, &filled, hierarchy),
                None => read.document.clone(),
            };
            comparison.value(Some(&filled), Some(&document), &mapping.document.shape);
            let Comparison { mut appeared, .. } = comparison;
            if !appeared.is_empty() && hierarchy.is_none() {
                let traced = mapping.read(&tree, &ReadContext { trace: true, ..context.clone() });
                appeared.retain(|finding| !is_emitted(finding, &traced.origins, &finished));
            }
            appeared.into_iter().for_each(|finding| notes.find(finding));
        }
        Err(fault) => notes.find(fault),
    }
    let (findings, _, derived) = notes.finish();
    Written { segments, origins: origins(&finished), derived, findings }
}

fn origins(finished: &[Finished]) -> Vec<Origin> {
    let of_segment = |(segment, one): (usize, &Finished)| {
        let origin = move |(cell, written): &(Cell, super::draft::Written)| Origin {
            segment,
            element: cell.number,
            component: cell.sub.component.max(1),
            member: written.member.clone(),
            rule: written.spot.as_ref().map(|spot| (Arc::clone(&spot.file), spot.line)),
        };
        one.cells.iter().map(origin).collect::<Vec<_>>()
    };
    finished.iter().enumerate().flat_map(of_segment).collect()
}

/// What the guide says of what was written, with the rule and the member behind the place.
fn of_the_guide(finding: &edi::Finding, finished: &[Finished]) -> Diagnostic {
    let Place { segment_position, element, component, .. } = finding.place;
    // The header is the first segment of the set.
    let index = segment_position.and_then(|position| (position as usize).checked_sub(2));
    let cells = index.and_then(|index| finished.get(index)).map(|one| one.cells.as_slice()).unwrap_or_default();
    let at = |number: u32, sub: Sub| {
        element == Some(number) && component.is_none_or(|component| component as usize == sub.component.max(1))
    };
    let behind = cells.iter().find(|(cell, _)| u32::try_from(cell.number).is_ok_and(|number| at(number, cell.sub)));
    let written = behind.or(cells.first()).map(|(_, written)| written);
    let mut diagnostic = Diagnostic::from(finding).hinting("mend the document, or the rule in the partner's mapping");
    // Readers forgive what they can still read; what we send must be right.
    if matches!(finding.code.family(), Family::Structure | Family::Element | Family::SyntaxNote) {
        diagnostic.severity = Severity::Error;
    }
    let member = written.map(|written| written.member.clone()).filter(|member| !member.is_empty());
    let place = Place { start: 0, end: 0, ..finding.place };
    let mut at = location(Some(place), written.and_then(|written| written.spot.as_ref()), member);
    at.bytes = None;
    diagnostic.at(at)
}

/// A reference of EDIFACT without a number, and without that of a line. Directories let it pass, partners do not; X12's
/// guides say it themselves.
fn bare_reference(one: &Finished) -> Option<Diagnostic> {
    let is_number = |cell: &Cell| cell.number == 1 && cell.sub.component > 1;
    if one.segment.tag.as_str() != "RFF" || one.cells.iter().any(|(cell, _)| is_number(cell)) {
        return None;
    }
    let (_, written) = one.cells.first()?;
    let member = Some(written.member.clone()).filter(|member| !member.is_empty());
    let diagnostic = Diagnostic::warning("reference-empty", "RFF is written without a number");
    let diagnostic = diagnostic.hinting("give the document the number, or its date another place in the mapping");
    Some(diagnostic.at(location(None, written.spot.as_ref(), member)))
}

/// The message as a reader would get it. Its delimiters are characters that no text has.
fn again(guide: &Guide, segments: &[OutgoingSegment]) -> Result<TransactionSet, Diagnostic> {
    let interchange = alone(guide.key(), segments.to_vec());
    let options = match interchange.head.standard {
        Standard::X12 => {
            let delimiters = Delimiters {
                element: 0x1d,
                component: Some(0x1f),
                repetition: Some(0x1e),
                release: None,
                terminator: 0x1c,
                wide: None,
            };
            WriteOptions { delimiters, ..WriteOptions::x12() }
        }
        Standard::Edifact => WriteOptions::edifact(),
    };
    let bytes = write::write(&interchange, &options).map_err(|fault| Diagnostic::from(&fault))?;
    let mut reader = Reader::new(bytes.as_slice(), ReadOptions::default());
    loop {
        match reader.next_piece() {
            Ok(Some(Piece::Set(set))) => return Ok(*set),
            Ok(Some(_)) => {}
            Ok(None) => return Err(Diagnostic::error("nothing-written", "the message cannot be read back")),
            Err(fault) => return Err(Diagnostic::from(&fault)),
        }
    }
}

/// A document that was written beside the one that was read back.
struct Comparison<'c> {
    program: &'c Program,
    /// Members of which something was told already.
    told: Vec<String>,
    /// What reading filled in.
    derived: &'c [Derived],
    notes: &'c mut Notes,
    path: String,
    names: Vec<String>,
    /// Findings of members that were not in the document.
    appeared: Vec<Diagnostic>,
}

impl Comparison<'_> {
    fn value(&mut self, written: Option<&Value>, read: Option<&Value>, shape: &Shape) {
        if self.is_unsent() {
            return;
        }
        match (written, read, shape) {
            (Some(Value::Object(written)), read, _) => {
                let nothing = Map::new();
                let read = read.and_then(Value::as_object).unwrap_or(&nothing);
                self.object(written, read, shape);
            }
            (Some(Value::Array(written)), read, Shape::Array { item, .. }) => {
                let read = read.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                self.array(written, read, item);
            }
            (Some(written), Some(read), Shape::Value(kind)) if !is_same(written, read, kind) => {
                self.differs(written, read)
            }
            (Some(_), None, _) => self.lost(),
            // What was filled in by reading, or read from a place that two members share.
            (None, Some(read), _) => self.appeared(read),
            _ => {}
        }
    }

    fn object(&mut self, written: &Map<String, Value>, read: &Map<String, Value>, shape: &Shape) {
        let names = written.keys().chain(read.keys().filter(|name| !written.contains_key(*name)));
        for name in names {
            // An id of ours comes back by what else is known of the party; of one that is not there at all nothing does.
            if self.is_engines_own(name) && (name != "id" || !read.is_empty()) {
                continue;
            }
            let text = Shape::Value(Kind::Text);
            let inner = match shape {
                Shape::Open => Some(&text),
                shape => shape.member(name).map(|member| &member.shape),
            };
            let Some(inner) = inner else { continue };
            let length = self.path.len();
            push_member(&mut self.path, name);
            self.names.push(name.clone());
            self.value(written.get(name), read.get(name), inner);
            self.names.pop();
            self.path.truncate(length);
        }
    }

    fn array(&mut self, written: &[Value], read: &[Value], item: &Shape) {
        if matches!(item, Shape::Value(Kind::Word(_))) {
            let all = |one: &[Value], other: &[Value]| one.iter().all(|word| other.contains(word));
            if !all(written, read) || !all(read, written) {
                self.differs(&Value::from(written.to_vec()), &Value::from(read.to_vec()));
            }
            return;
        }
        for index in 0..written.len().max(read.len()) {
            let length = self.path.len();
            push_index(&mut self.path, index);
            self.value(written.get(index), read.get(index), item);
            self.path.truncate(length);
        }
    }

    fn is_unsent(&self) -> bool {
        self.program.unsent.iter().any(|unsent| {
            unsent.len() <= self.names.len() && unsent.iter().zip(&self.names).all(|(one, name)| one.name() == name)
        })
    }

    /// `meta`, and ids of ours, which reading finds by itself or not.
    fn is_engines_own(&self, name: &str) -> bool {
        let is_party = |party: &Vec<_>| {
            party.iter().map(crate::mapping::program::PathStep::name).eq(self.names.iter().map(String::as_str))
        };
        (self.names.is_empty() && name == "meta") || (name == "id" && self.program.parties.iter().any(is_party))
    }

    fn is_told(&self) -> bool {
        let inside = |told: &String| {
            self.path.strip_prefix(told.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.told.iter().any(inside)
    }

    fn find(&mut self, finding: Diagnostic) {
        if !self.is_told() {
            let finding = self.placed(finding);
            self.notes.find(finding);
        }
    }

    fn placed(&self, finding: Diagnostic) -> Diagnostic {
        let spot = fill::spot_of(self.program, &self.path);
        finding.at(location(None, spot, Some(self.path.clone())))
    }

    fn lost(&mut self) {
        let message = format!("{} does not come back when the message is read", self.path);
        let hint =
            "the place is not written, or another rule reads it first: mend the rule, or name the member in 'unsent'";
        self.find(Diagnostic::warning("not-read-back", message).hinting(hint));
    }

    fn differs(&mut self, written: &Value, read: &Value) {
        let message = format!("{} is {} and comes back as {}", self.path, shown(written), shown(read));
        let hint = "two members share a place, or the place cannot hold the value";
        self.find(Diagnostic::warning("read-back-differs", message).hinting(hint));
    }

    /// A member that was not in the document. What reading derives is told in the document that it makes.
    fn appeared(&mut self, read: &Value) {
        let generic = fill::without_indices(&self.path);
        let is_derived = self.derived.iter().any(|one| one.path == generic);
        if is_derived || !has_values(read) {
            return;
        }
        let message = format!("{} comes back as {}, which the document does not have", self.path, shown(read));
        if !self.is_told() {
            let finding = self.placed(Diagnostic::info("more-read-back", message));
            self.appeared.push(finding);
        }
    }
}

/// Whether all of a member that came back more is from places that emits filled: then the mapping says so itself.
fn is_emitted(finding: &Diagnostic, origins: &[ReadOrigin], finished: &[Finished]) -> bool {
    let Some(member) = &finding.location.member else { return false };
    let is_inside = |origin: &&ReadOrigin| {
        let rest = origin.member.strip_prefix(member.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let mut origins = origins.iter().filter(is_inside).peekable();
    origins.peek().is_some() && origins.all(|origin| origin.places.iter().all(|place| is_of_emit(place, finished)))
}

fn is_of_emit(place: &Place, finished: &[Finished]) -> bool {
    // The header is the first segment of the set.
    let index = place.segment_position.and_then(|position| (position as usize).checked_sub(2));
    let cells = index.and_then(|index| finished.get(index)).map(|one| one.cells.as_slice()).unwrap_or_default();
    let is_there = |cell: &Cell| {
        place.element.is_some_and(|element| element as usize == cell.number)
            && place.component.map_or(1, |component| component as usize) == cell.sub.component.max(1)
    };
    cells.iter().any(|(cell, written)| is_there(cell) && written.member.is_empty())
}

fn has_values(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(has_values),
        Value::Array(items) => items.iter().any(has_values),
        _ => true,
    }
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("'{text}'"));
    text.chars().take(60).collect()
}

/// Decimals are compared by value, instants as points in time.
fn is_same(written: &Value, read: &Value, kind: &Kind) -> bool {
    let (Some(one), Some(other)) = (written.as_str(), read.as_str()) else { return written == read };
    let number = |text: &str| text.parse::<rust_decimal::Decimal>().ok().map(|number| number.normalize());
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    one == other
        || match kind {
            Kind::Decimal => number(one).is_some() && number(one) == number(other),
            Kind::Instant => time(one).is_some() && time(one) == time(other),
            _ => false,
        }
}
