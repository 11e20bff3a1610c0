//! Dictionaries: elements, composites and segments of a release, read from one file or several that amend one another.
//! Their form is told in `load.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::table::{Faults, Located, Source, Table, Value, read};
use crate::edi::place::Tag;

use super::element::{Authority, CodeList, ElementDef, ElementKind, ElementType};
use super::load::{fault, requirement_of};
use super::segment::{Pair, Requirement, SegmentDef, SyntaxNote};

/// Characters of a label. Ours are short; a long one would be somebody else's prose.
const LABEL: usize = 80;

/// The segments of a release, ready for use. To copy one is cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary(Arc<Resolved>);

#[derive(Debug, Default)]
struct Resolved {
    written: Written,
    segments: BTreeMap<Tag, Arc<SegmentDef>>,
}

impl Dictionary {
    /// Reads the files in order; what a later one says stands in place of what an earlier one said.
    pub(crate) fn read(files: &[Source], faults: &Faults) -> Self {
        Self::default().amended(faults, |written| {
            for file in files {
                read(file, faults, |table| written.amend(table, Authority::Standard));
            }
        })
    }

    /// The same dictionary with the entries of more files added or put in place of its own.
    pub(super) fn amended(&self, faults: &Faults, amend: impl FnOnce(&mut Written)) -> Self {
        let mut written = self.0.written.clone();
        amend(&mut written);
        written.check_names(faults);
        let segments = written.segments.keys().filter_map(|tag| written.segment(tag, faults));
        let segments = segments.map(|one| (one.tag, Arc::new(one))).collect();
        Self(Arc::new(Resolved { written, segments }))
    }

    /// The segment of this tag.
    pub(crate) fn segment(&self, tag: Tag) -> Option<&Arc<SegmentDef>> {
        self.0.segments.get(&tag)
    }
}

/// Entries as written, by number or tag.
type Entries = BTreeMap<String, Located<String>>;

/// The sections of a dictionary.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    elements: Entries,
    composites: Entries,
    segments: Entries,
    notes: Entries,
    pairs: Entries,
    names: Entries,
    codes: BTreeMap<String, Located<Arc<CodeList>>>,
}

impl Written {
    /// Adds the entries of one file, or puts them in place of those that are there.
    pub(super) fn amend(&mut self, file: &Table<'_>, authority: Authority) {
        let sections: [(&'static str, &mut Entries); 6] = [
            ("elements", &mut self.elements),
            ("composites", &mut self.composites),
            ("segments", &mut self.segments),
            ("notes", &mut self.notes),
            ("pairs", &mut self.pairs),
            ("names", &mut self.names),
        ];
        for (section, entries) in sections {
            for (name, value) in file.table(section).iter_mut().flat_map(Table::entries) {
                let entry = if section == "names" { label(&value) } else { value.string() };
                if let Some(entry) = entry {
                    entries.insert(name.value, entry);
                }
            }
        }
        for (element, value) in file.table("codes").iter_mut().flat_map(Table::entries) {
            let list = value.table().map(|table| self.amend_codes(&element, table, authority));
            if let Some(list) = list {
                self.codes.insert(element.value, Located { value: Arc::new(list), at: element.at });
            }
        }
    }

    /// The codes of an element with those of one table added; an empty label takes a code away.
    fn amend_codes(&self, element: &str, mut table: Table<'_>, authority: Authority) -> CodeList {
        let mut list = self.codes.get(element).map(|known| CodeList::clone(known)).unwrap_or_default();
        list.authority = authority;
        for (code, value) in table.entries() {
            if code.value == "whole" {
                list.whole = value.flag().unwrap_or(list.whole);
            } else if value.as_text() == Some("") {
                list.codes.remove(&code.value);
            } else if let Some(text) = label(&value) {
                list.codes.insert(code.value, text.value);
            }
        }
        list
    }

    /// Whatever is said of something must be said of something that is there.
    fn check_names(&self, faults: &Faults) {
        let fault = |at: &Located<String>, text: String| faults.add(fault(text).at(at.at.clone()));
        for (id, entry) in &self.names {
            if ![&self.elements, &self.composites, &self.segments].iter().any(|known| known.contains_key(id)) {
                fault(entry, format!("names.{id} names no element, composite or segment"));
            }
        }
        for (id, entry) in &self.notes {
            if !self.segments.contains_key(id) && !self.composites.contains_key(id) {
                fault(entry, format!("notes.{id} is about no segment and no composite"));
            }
        }
        for (tag, entry) in self.pairs.iter().filter(|(tag, _)| !self.segments.contains_key(*tag)) {
            fault(entry, format!("pairs.{tag} is about no segment"));
        }
        for (id, list) in self.codes.iter().filter(|(id, _)| !self.elements.contains_key(*id)) {
            faults.add(self::fault(format!("codes.{id} is about no element")).at(list.at.clone()));
        }
        for (id, entry) in self.elements.iter().filter(|(_, entry)| simple(entry).is_none()) {
            fault(entry, format!("element {id} is not written {ELEMENT_FORM}"));
        }
        for (id, entry) in &self.composites {
            match self.element_list(entry, Nested::Refused) {
                Ok(components) => {
                    let notes = self.notes.get(id).map(|entry| (entry, notes(entry, components.len())));
                    if let Some((entry, Err(text))) = notes {
                        fault(entry, format!("notes of {id}: {text}"));
                    }
                }
                Err(Bad::Here(text)) => fault(entry, format!("composite {id}: {text}")),
                Err(Bad::Elsewhere) => {}
            }
        }
    }

    fn segment(&self, tag: &str, faults: &Faults) -> Option<SegmentDef> {
        let entry = self.segments.get(tag)?;
        let told = |entry: &Located<String>, text: String| faults.add(fault(text).at(entry.at.clone()));
        if !is_tag(tag) {
            told(entry, format!("'{tag}' is no segment tag"));
            return None;
        }
        let elements = match self.element_list(entry, Nested::Allowed) {
            Ok(elements) => elements,
            Err(Bad::Elsewhere) => return None,
            Err(Bad::Here(text)) => {
                told(entry, format!("{tag}: {text}"));
                return None;
            }
        };
        let pairs = self.pairs.get(tag).map(|entry| {
            pairs(entry, elements.len()).ok_or_else(|| {
                told(entry, format!("pairs of {tag} are not qualifier/value elements of it"));
            })
        });
        let notes = self
            .notes
            .get(tag)
            .map(|entry| notes(entry, elements.len()).map_err(|text| told(entry, format!("notes of {tag}: {text}"))));
        Some(SegmentDef {
            tag: Tag::new(tag.as_bytes()),
            name: self.name(tag),
            notes: notes.transpose().ok()?.unwrap_or_default(),
            pairs: pairs.transpose().ok()?.unwrap_or_default(),
            elements,
        })
    }

    fn name(&self, id: &str) -> String {
        self.names.get(id).map(|name| name.value.clone()).unwrap_or_default()
    }

    fn element_list(&self, entry: &str, nested: Nested) -> Result<Vec<ElementDef>, Bad> {
        entry.split(',').map(|item| self.element(item, nested)).collect()
    }

    /// One item of a list: `128 M`, `C040`, `1 x5`.
    fn element(&self, item: &str, nested: Nested) -> Result<ElementDef, Bad> {
        let mut words = item.split_whitespace();
        let id = words.next().ok_or_else(|| Bad::Here("an element without a number".to_owned()))?;
        let (mut requirement, mut repeats) = (Requirement::Optional, 1);
        for word in words {
            let count = word.strip_prefix('x').and_then(|count| count.parse().ok()).filter(|count| *count > 0);
            match (requirement_of(word), count) {
                (Some(given), _) => requirement = given,
                (None, Some(count)) => repeats = count,
                (None, None) => {
                    return Err(Bad::Here(format!("'{word}' after {id} is neither M nor O nor a repetition")));
                }
            }
        }
        let codes = self.codes.get(id).map(|codes| Arc::clone(codes));
        let kind = self.kind(id, nested)?;
        Ok(ElementDef { id: id.to_owned(), name: self.name(id), requirement, repeats, kind, codes })
    }

    fn kind(&self, id: &str, nested: Nested) -> Result<ElementKind, Bad> {
        let Some(composite) = self.composites.get(id) else {
            let Some(element) = self.elements.get(id) else {
                return Err(Bad::Here(format!("element {id} is not described")));
            };
            return simple(element).ok_or(Bad::Elsewhere);
        };
        if nested == Nested::Refused {
            return Err(Bad::Here(format!("composite {id} inside a composite")));
        }
        let components = self.element_list(composite, Nested::Refused).map_err(|_| Bad::Elsewhere)?;
        let notes = self.notes.get(id).map(|entry| notes(entry, components.len()));
        let notes = notes.transpose().map_err(|_| Bad::Elsewhere)?.unwrap_or_default();
        Ok(ElementKind::Composite { components, notes })
    }
}

/// Why an element cannot be had.
enum Bad {
    /// For a fault of the entry being read.
    Here(String),
    /// For a fault of another entry, which is told there.
    Elsewhere,
}

fn label(value: &Value<'_>) -> Option<Located<String>> {
    let text = value.string()?;
    let length = text.chars().count();
    if length == 0 || length > LABEL {
        let expected = format!("a label of 1 to {LABEL} characters");
        value.fault("guide", format!("'{}' has {length} characters", value.name()), expected);
        return None;
    }
    Some(text)
}

/// Whether this can be the tag of a segment: two or three capitals and digits, a letter first.
pub(super) fn is_tag(tag: &str) -> bool {
    (2..=3).contains(&tag.len())
        && tag.starts_with(|first: char| first.is_ascii_uppercase())
        && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether a composite may stand here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nested {
    Allowed,
    Refused,
}

const ELEMENT_FORM: &str = "'TYPE min/max' (X12) or 'an ..35', 'n 3' (EDIFACT)";

/// `ID 2/3` of X12, `an ..35` of EDIFACT.
pub(super) fn simple(entry: &str) -> Option<ElementKind> {
    let (word, lengths) = entry.split_once(' ')?;
    let (value, min, max) = match word {
        "an" | "n" | "a" => {
            let value = match word {
                "an" => ElementType::An,
                "n" => ElementType::Numeric,
                _ => ElementType::Alpha,
            };
            let lengths = lengths.trim();
            match lengths.strip_prefix("..") {
                Some(max) => (value, 1, max.parse().ok()?),
                None => (value, lengths.parse().ok()?, lengths.parse().ok()?),
            }
        }
        _ => {
            let (min, max) = lengths.trim().split_once('/')?;
            (x12_type(word)?, min.parse().ok()?, max.parse().ok()?)
        }
    };
    (min > 0 && min <= max).then_some(ElementKind::Simple { value, min, max })
}

fn x12_type(word: &str) -> Option<ElementType> {
    Some(match word {
        "AN" => ElementType::An,
        "ID" => ElementType::Id,
        "R" => ElementType::R,
        "DT" => ElementType::Dt,
        "TM" => ElementType::Tm,
        "B" => ElementType::B,
        _ => ElementType::N(word.strip_prefix('N')?.parse().ok().filter(|places| *places <= 9)?),
    })
}

/// `6/7 8/9`, each of the `count` elements.
fn pairs(entry: &str, count: usize) -> Option<Vec<Pair>> {
    let pairs = entry.split_whitespace().map(|pair| {
        let (qualifier, value) = pair.split_once('/')?;
        let pair = Pair { qualifier: qualifier.parse().ok()?, value: value.parse().ok()? };
        let elements = 1..=count;
        (elements.contains(&pair.qualifier) && elements.contains(&pair.value)).then_some(pair)
    });
    pairs.collect()
}

/// `R0203 P0304`, about `count` elements or components.
pub(super) fn notes(entry: &str, count: usize) -> Result<Vec<SyntaxNote>, String> {
    let note = |text: &str| {
        let note: SyntaxNote = text.parse().map_err(|()| format!("'{text}' is no syntax note such as P0304"))?;
        match note.elements.iter().find(|number| **number > count) {
            Some(number) => Err(format!("'{text}' is about element {number}, and there are {count}")),
            None => Ok(note),
        }
    };
    entry.split_whitespace().map(note).collect()
}
