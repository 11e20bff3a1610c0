//! The mapping language: one file says how an EDI message and a canonical document are the same thing.
//!
//! A mapping file ([`Mapping::compile`]) is read with all it extends, every name in it is looked up in the guide of the
//! message and in the schema of the document, and all faults are told at once, with line and column. What is left is a
//! list of rules that [`Mapping::read`] applies to a transaction set in one pass: no clock, no files, no hash order, the
//! same document for the same bytes every time. Reading never loses silently: what no rule used is in
//! [`Read::unmapped`], what the wire did not carry is in [`Read::derived`].
//!
//! ```text
//! file + extends ──load──► Table ──compile(guide, schema)──► Program
//! TransactionSet ──structure(guide)──► Tree ──apply──► document ──fill──► derived members, ids, findings
//! ```
//!
//! document ──write──► draft ──guide──► segments ──read back──► findings for whatever did not come back

mod apply;
mod code;
mod codec;
mod compare;
mod compile;
mod context;
mod convert;
mod coverage;
mod derivation;
mod derive;
mod effective;
mod emit;
mod expression;
mod faults;
mod file;
mod fill;
mod find;
mod hierarchy;
mod load;
mod named;
mod nearest;
mod notes;
mod party;
mod period;
mod program;
mod rule;
mod rules;
mod scan;
mod scope;
mod section;
mod stage;
mod table;
mod template;
mod trace;
mod trial;
mod value;
mod write;

use std::sync::Arc;

pub use compare::{MemberDifference, SegmentDifference, Side};
pub use context::{Coverage, PartyEntry, Read, ReadContext, ReadOrigin, UnlistedCode};
pub use effective::effective;
pub use program::Ways;
pub use rules::{RuleKind, RuleLine, RuleText};
pub use template::{template, templates};
pub use trace::{Attempt, Looked, Purpose, RulePlace, Step, StepBy, Tried, Use, Verdict};
pub use write::{Origin, Written, alone};

use crate::base::{Diagnostic, Location, Sha256, Sha256Hasher};
use crate::canon::{self, DocumentType, MappingUsed};
use crate::edi::{Guide, GuideKey, Guides, Tree};
use serde_json::Value;
use trace::Follow;

/// A compiled mapping file.
#[derive(Debug)]
pub struct Mapping {
    file: Arc<str>,
    version: Option<String>,
    sha256: Sha256,
    message: GuideKey,
    guide: Arc<Guide>,
    document: &'static DocumentType,
    program: program::Program,
    remarks: Vec<Diagnostic>,
}

impl Mapping {
    /// Compiles the mapping `name`, a path below `mappings/` without `.toml`. `sources` gives the text of the project's
    /// own files; shipped templates stand behind it. A mapping that compiles cannot fail at run time for a reason that
    /// could have been seen here.
    ///
    /// # Errors
    /// All faults of the file and of those it extends, in the order of the file.
    pub fn compile(
        name: &str,
        sources: &dyn Fn(&str) -> Option<String>,
        guides: &Guides,
    ) -> Result<Self, Vec<Diagnostic>> {
        let loaded = load::load(name, sources)?;
        let mut faults = faults::Faults::default();
        let message = message(&loaded, guides, &mut faults);
        let document = document(&loaded, &mut faults);
        let (Some((message, guide)), Some(document)) = (message, document) else { return Err(faults.list) };
        // Rules for another message would all be wrong, for that one reason.
        if !faults.list.is_empty() {
            return Err(faults.list);
        }
        let program = compile::compile(&loaded, &guide, document.kind, &document.shape, sources)?;
        let load::Loaded { file, version, sha256, mut remarks, .. } = loaded;
        remarks.extend(program.unused_lists(&file));
        let sha256 = with_tables(sha256, &program.tables);
        Ok(Self { file, version, sha256, message, guide, document, program, remarks })
    }

    /// The file, as the operator knows it: `mappings/acme-bearings/order.toml`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The message it reads: `x12/004010/850`.
    pub fn message(&self) -> &GuideKey {
        &self.message
    }

    /// The document it makes: `order@1`.
    pub fn document(&self) -> &'static DocumentType {
        self.document
    }

    /// Which ways it goes.
    pub fn ways(&self) -> Ways {
        self.program.ways
    }

    /// Why it goes one way only, each reason at its line; none when it goes both ways.
    pub fn one_way(&self) -> &[Diagnostic] {
        &self.program.one_way
    }

    /// What may not be meant and is no fault: inherited blocks that the file replaces, lists that no rule uses.
    pub fn remarks(&self) -> &[Diagnostic] {
        &self.remarks
    }

    /// SHA-256 over the file and all it extends.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// What `meta.mapping` says.
    pub fn used(&self) -> MappingUsed {
        MappingUsed { file: self.file.to_string(), version: self.version.clone(), sha256: self.sha256.to_string() }
    }

    /// Writes a document: the segments between header and trailer. What the message cannot hold, and what would not come
    /// back if it were read, is a finding; [`Written::is_usable`] says whether it may be sent.
    pub fn write(&self, document: &Value, context: &ReadContext<'_>) -> Written {
        write::write(self, &self.guide, document, context)
    }

    /// Reads a message. Whatever is wrong with it is a finding; [`Read::is_usable`] says whether the document may be
    /// passed on.
    pub fn read(&self, tree: &Tree<'_>, context: &ReadContext<'_>) -> Read {
        self.read_following(tree, context, None).0
    }

    /// Reads a message as [`Mapping::read`] does, and follows the rules of one member, `lines[1].price.amount`, or of all
    /// members of an object, `lines[1].price`, step by step.
    pub fn follow(&self, tree: &Tree<'_>, context: &ReadContext<'_>, member: &str) -> (Read, Vec<Attempt>) {
        self.read_following(tree, context, Some(Follow::of(member)))
    }

    fn read_following(
        &self,
        tree: &Tree<'_>,
        context: &ReadContext<'_>,
        follow: Option<Follow>,
    ) -> (Read, Vec<Attempt>) {
        let mut reading = apply::Reading::new(&self.program, context, tree);
        reading.follow = follow;
        let mut document = reading.document();
        fill::derive(&self.program, &mut document, &self.document.shape, &mut reading.notes);
        reading.identify(&mut document);
        reading.compare_emits(&document);
        reading.check(&document, self.document);
        let coverage::Unused { found: unmapped, beyond, values, unused } = reading.coverage.unmapped(tree);
        let coverage = Coverage { elements: values, unmapped: unused };
        let (origins, uses) = (reading.traced(), reading.used());
        let attempts = reading.follow.take().map(Follow::finish).unwrap_or_default();
        if beyond > 0 {
            let message = format!("{beyond} more elements that no rule used are not listed");
            reading.notes.find(Diagnostic::info("more-unmapped", message));
        }
        let (findings, assumptions, derived) = reading.notes.finish();
        (Read { document, derived, assumptions, findings, unmapped, origins, uses, coverage }, attempts)
    }
}

/// The hash of the files with those of the tables that they name.
fn with_tables(sha256: Sha256, tables: &[table::LookupTable]) -> Sha256 {
    if tables.is_empty() {
        return sha256;
    }
    let mut hasher = Sha256Hasher::default();
    hasher.update(sha256.as_bytes());
    tables.iter().for_each(|table| hasher.update(table.sha256.as_bytes()));
    hasher.finish()
}

/// The guide of the message. A file that extends another may be for another release of the same message; standard and
/// message must agree.
fn message(loaded: &load::Loaded, guides: &Guides, faults: &mut faults::Faults) -> Option<(GuideKey, Arc<Guide>)> {
    let mut keys = Vec::new();
    for node in &loaded.messages {
        match node.text().map(str::parse::<GuideKey>) {
            Some(Ok(key)) => keys.push((key, node)),
            Some(Err(_)) => {
                let fault = Diagnostic::error(
                    "not-a-message",
                    format!("'{}' names no message", node.text().unwrap_or_default()),
                );
                faults.at(&node.at, fault.expecting("standard/release/set, such as x12/004010/850"));
            }
            None => faults.wrong_type(node, "message", "a message, such as \"x12/004010/850\""),
        }
    }
    let Some((key, node)) = keys.first() else {
        missing(loaded, "message", "message = \"standard/release/set\", such as \"x12/004010/850\"", faults);
        return None;
    };
    for (other, _) in keys.iter().skip(1) {
        if (&other.standard, &other.set) != (&key.standard, &key.set) {
            let fault = Diagnostic::error("message-differs", format!("the file extends one for {other}"));
            faults.at(&node.at, fault.expecting("a release of the same message"));
        }
    }
    let guide = guides.get(key);
    if guide.is_none() {
        let hint = scope::unknown_guide_hint(&key.to_string(), guides.keys().map(ToString::to_string));
        let fault = Diagnostic::error("unknown-guide", format!("there is no guide for {key}"));
        faults.at(&node.at, fault.hinting(hint));
    }
    Some((key.clone(), guide?))
}

/// The type of the document; all files of the chain that say one say the same.
fn document(loaded: &load::Loaded, faults: &mut faults::Faults) -> Option<&'static DocumentType> {
    let Some(node) = loaded.documents.first() else {
        missing(loaded, "document", "document = \"TYPE@MAJOR\", such as \"order@1\"", faults);
        return None;
    };
    let Some(name) = node.text() else {
        faults.wrong_type(node, "document", "a document type, such as \"order@1\"");
        return None;
    };
    if let Some(other) = loaded.documents.iter().skip(1).find(|other| other.text() != Some(name)) {
        let message = format!("the file extends one for {}", other.text().unwrap_or("something else"));
        faults.at(&node.at, Diagnostic::error("document-differs", message).expecting("the same document"));
    }
    let known = canon::document_type(name);
    if known.is_none() {
        let names: Vec<&str> = canon::document_types().iter().map(|known| known.name).collect();
        let fault = Diagnostic::error("unknown-document", format!("there is no document type '{name}'"));
        let fault = Diagnostic { hint: nearest::did_you_mean(name, names.iter().copied()), ..fault };
        faults.at(&node.at, fault.expecting(format!("one of {}", names.join(", "))));
    }
    known
}

fn missing(loaded: &load::Loaded, key: &str, expected: &str, faults: &mut faults::Faults) {
    if faults.list.is_empty() {
        let at = Location { file: Some(loaded.file.to_string()), ..Location::default() };
        faults.push(Diagnostic::error("key-missing", format!("there is no key '{key}'")).expecting(expected).at(at));
    }
}

#[cfg(test)]
mod tests;
