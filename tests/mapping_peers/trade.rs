//! What a peer trades with itself in a dialect: its documents read, and what we write of them judged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use edigate::base::{Diagnostic, Severity};
use edigate::canon;
use edigate::mapping::Mapping;
use serde_json::Value;

use crate::peer;
use crate::template::{Hands, lines, mapping};
use crate::wire;

/// At most so many of a hundred elements of a set may stay unmapped.
const MOST_UNMAPPED: usize = 10;

/// What mock-edi trades in, and what of it the mappings read.
pub(crate) struct Dialect {
    /// As it calls it.
    pub(crate) name: &'static str,
    /// Where the templates are, `templates/x12/004010`.
    pub(crate) templates: &'static str,
    /// The sets that it writes, each with its template.
    pub(crate) sets: &'static [(&'static str, &'static str)],
    /// Sets that it writes and that are not asked for here.
    pub(crate) others: &'static [&'static str],
    /// What stays unmapped, by set and place, and why.
    pub(crate) unmapped: &'static [(&'static str, &'static str, &'static str)],
}

/// A document that was read, by the set it came in.
pub(crate) struct Document {
    pub(crate) set: &'static str,
    pub(crate) mapping: Mapping,
    pub(crate) document: Value,
}

impl Dialect {
    /// What mock-edi writes, read.
    pub(crate) fn documents(&self, folder: &Path) -> Vec<Document> {
        let files = peer::write(peer::PARTNERS, &["mock-edi", "write", self.name], folder);
        let mut unmapped: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let mut documents = Vec::new();
        for file in &files {
            for set in wire::sets(&std::fs::read(file).unwrap()) {
                if self.others.contains(&set.id.as_str()) {
                    continue;
                }
                let (id, kind) = *self.sets.iter().find(|(id, _)| *id == set.id).unwrap();
                let mapping = mapping(&format!("{}/{kind}", self.templates));
                let read = Hands { mapping: &mapping, parties: &[] }.read(&set);
                assert!(read.is_usable(), "{}\n{}", file.display(), lines(&read.findings));
                assert_eq!(faults(&mapping, &read.document), Vec::<String>::new(), "{}", file.display());
                let sum = sums.entry(id).or_default();
                *sum = (sum.0 + read.coverage.unmapped, sum.1 + read.coverage.elements);
                read.unmapped.into_iter().for_each(|one| *unmapped.entry((id, one.path)).or_default() += 1);
                documents.push(Document { set: id, mapping, document: read.document });
            }
        }
        assert_eq!(sums.len(), self.sets.len(), "{sums:?}");
        for (set, (unmapped, elements)) in &sums {
            println!("{set}: {unmapped} of {elements} elements unmapped");
            assert!(unmapped * 100 < elements * MOST_UNMAPPED, "{set}: {unmapped} of {elements}");
        }
        let known = |set: &str, path: &str| self.unmapped.iter().any(|(of, place, _)| *of == set && *place == path);
        let open: Vec<&(&str, String)> = unmapped.keys().filter(|(set, path)| !known(set, path)).collect();
        assert_eq!(open, Vec::<&(&str, String)>::new(), "nobody has said why these stay unmapped");
        let unneeded =
            self.unmapped.iter().filter(|(set, path, _)| !unmapped.contains_key(&(*set, (*path).to_owned())));
        assert_eq!(unneeded.count(), 0, "a reason is given for what is mapped");
        documents
    }
}

/// What the schema says against a document.
fn faults(mapping: &Mapping, document: &Value) -> Vec<String> {
    let name = mapping.document().name;
    let faults = canon::check(document, name).into_iter().map(|fault| fault.to_string());
    let validator = jsonschema::validator_for(canon::schema(name).unwrap()).unwrap();
    faults.chain(validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path()))).collect()
}

/// What mock-edi itself writes longer than X12 lets it be, and what therefore is an error when it is written back.
const OVERLONG: &str = "REF03 has 87 characters";

/// Documents as the mappings write them, each in an interchange of its own: the files, and their segments to be shown.
pub(crate) fn written(documents: &[Document], folder: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let write = |(index, Document { set, mapping, document }): (usize, &Document)| {
        let written = Hands { mapping, parties: &[] }.write(document);
        let is_wrong = |one: &&Diagnostic| one.severity == Severity::Error && !one.message.starts_with(OVERLONG);
        let wrong: Vec<Diagnostic> = written.findings.iter().filter(is_wrong).cloned().collect();
        assert!(wrong.is_empty(), "{document:#}\n{}", lines(&wrong));
        let body = wire::shown(mapping.message(), &written.segments);
        let path = folder.join(format!("written-{set}-{index:03}.edi"));
        std::fs::write(&path, wire::enveloped(mapping.message(), &body.replace('\n', ""))).unwrap();
        (path, body)
    };
    documents.iter().enumerate().map(write).unzip()
}

/// What a judge says of the messages that the mappings write of documents.
pub(crate) fn judged(python: &str, judge: &str, documents: &[Document], folder: &Path) -> Vec<(String, Vec<String>)> {
    let (paths, texts) = written(documents, folder);
    texts.into_iter().zip(peer::complaints(python, &[judge, "judge"], &paths)).collect()
}
