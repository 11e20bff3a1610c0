//! `edigate mapping list`.

use serde_json::{Value, json};

use super::project::Project;
use crate::base::counted;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::mapping::{Mapping, Ways, template};

/// A line of the list.
struct Entry {
    name: String,
    is_own: bool,
    what: What,
}

/// What a file is.
enum What {
    Mapping(Box<Mapping>),
    /// Made only to be extended.
    Part,
    Faulty(usize),
}

/// Lists one's own mappings, then the shipped ones.
pub(super) fn list(project: &Project, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    // A copy of a shipped file is what is shipped.
    let is_own = |name: &str| template(name).map(str::to_owned) != project.text(name);
    let own = project.own().map(|name| entry(project, name, is_own(name)));
    let shipped = project.shipped().map(|name| entry(project, name, false));
    let mut entries: Vec<Entry> = own.chain(shipped).collect();
    entries.sort_by(|one, other| (!one.is_own, &one.name).cmp(&(!other.is_own, &other.name)));
    if json {
        let entries: Vec<Value> = entries.iter().map(|entry| record(project, entry)).collect();
        out.json(&json!({ "mappings": entries }))?;
        return Ok(Exit::Clean);
    }
    let lines: Vec<[String; 4]> = entries.iter().map(columns).collect();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|text| text.chars().count()).max();
    let widths: Vec<usize> = (0..3).map(|column| width(column).unwrap_or(0)).collect();
    for [name, translates, ways, from] in &lines {
        let [first, second, third] = widths.as_slice() else { continue };
        out.line(&format!("{name:<first$}  {translates:<second$}  {ways:<third$}  {from}"))?;
    }
    Ok(Exit::Clean)
}

fn entry(project: &Project, name: &str, is_own: bool) -> Entry {
    let is_part = project.is_part(name);
    let what = match project.compile(name) {
        _ if is_part => What::Part,
        Ok(mapping) => What::Mapping(Box::new(mapping)),
        Err(faults) => What::Faulty(faults.len()),
    };
    Entry { name: name.to_owned(), is_own, what }
}

fn columns(entry: &Entry) -> [String; 4] {
    let (translates, ways) = match &entry.what {
        What::Mapping(mapping) => {
            (format!("{} <-> {}", mapping.message(), mapping.document().name), word(mapping.ways()).to_owned())
        }
        What::Part => ("rules and lists for others to extend".to_owned(), "-".to_owned()),
        What::Faulty(faults) => (format!("{}, see 'edigate mapping check'", counted(*faults, "fault")), "-".to_owned()),
    };
    [entry.name.clone(), translates, ways, if entry.is_own { "own" } else { "shipped" }.to_owned()]
}

/// Which ways a mapping goes, in a word.
pub(super) fn word(ways: Ways) -> &'static str {
    match (ways.read, ways.write) {
        (true, false) => "read",
        (false, true) => "write",
        _ => "both",
    }
}

fn record(project: &Project, entry: &Entry) -> Value {
    let file = entry.is_own.then(|| project.place(&format!("{}.toml", entry.name)));
    let mut record = json!({ "name": entry.name, "shipped": !entry.is_own, "file": file });
    let (kind, more) = match &entry.what {
        What::Mapping(mapping) => {
            let ways = mapping.ways();
            let more = json!({
                "message": mapping.message().to_string(),
                "document": mapping.document().name,
                "reads": ways.read,
                "writes": ways.write,
                "sha256": mapping.sha256().to_string(),
            });
            ("mapping", more)
        }
        What::Part => ("part", json!({})),
        What::Faulty(faults) => ("faulty", json!({ "faults": faults })),
    };
    if let (Value::Object(record), Value::Object(mut more)) = (&mut record, more) {
        record.insert("kind".to_owned(), Value::from(kind));
        record.append(&mut more);
    }
    record
}
