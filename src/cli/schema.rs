//! `edigate schema`: which documents there are, what their schemas say, and what differs between two versions.

use std::path::Path;

use serde_json::{Value, json};

use super::args::SchemaCommand;
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::base::nearest;
use crate::canon::{self, ChangeWeight, DocumentType, SchemaChange};

/// Runs `edigate schema …`.
pub(super) fn schema(command: &SchemaCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        SchemaCommand::List { json } => list(*json, out),
        SchemaCommand::Show { schema } => {
            let known = canon::document_type_at(schema).ok_or_else(|| unknown(schema))?;
            out.bytes(known.text.as_bytes())?;
            Ok(Exit::Clean)
        }
        SchemaCommand::Diff { old, new, json } => diff((old, &read(old)?), (new, &read(new)?), *json, out),
    }
}

fn list(json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let all = canon::document_types();
    if json {
        out.json(&json!({ "schemas": all.iter().map(entry).collect::<Vec<Value>>() }))?;
        return Ok(Exit::Clean);
    }
    let width = all.iter().map(|known| known.name.len()).max().unwrap_or(0);
    for known in all {
        out.line(&format!("{:<width$}  {}  {}", known.name, known.version, known.description()))?;
    }
    Ok(Exit::Clean)
}

fn entry(known: &DocumentType) -> Value {
    let said = |keyword: &str| known.schema().get(keyword);
    let (major, _) = known.version.split_once('.').unwrap_or((known.version, ""));
    json!({
        "name": known.name,
        "document": known.kind,
        "major": major,
        "version": known.version,
        "id": said("$id"),
        "description": known.description(),
        "x12": said("x-x12"),
        "edifact": said("x-edifact"),
    })
}

/// A schema that is part of the program, or one in a file.
fn read(name: &str) -> Result<Value, Failure> {
    if let Some(known) = canon::document_type_at(name) {
        return Ok(known.schema().clone());
    }
    if !Path::new(name).exists() {
        return Err(unknown(name));
    }
    let text = std::fs::read_to_string(name)
        .map_err(|fault| Failure::new(Exit::Failed, format!("{name} cannot be read: {fault}")))?;
    serde_json::from_str(&text).map_err(|fault| Failure::new(Exit::Failed, format!("{name} is no JSON: {fault}")))
}

fn unknown(name: &str) -> Failure {
    let names = canon::document_types().iter().map(|known| known.name);
    let hint = match nearest(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => "'edigate schema list' tells which there are".to_owned(),
    };
    Failure::new(Exit::Failed, format!("there is no schema {name}; {hint}"))
}

fn diff(old: (&str, &Value), new: (&str, &Value), json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let changes = canon::compare_schemas(old.1, new.1);
    let verdict = changes.iter().map(|change| change.weight).max();
    if json {
        let told = changes
            .iter()
            .map(|change| json!({ "weight": change.weight.as_str(), "path": change.path, "change": change.what }));
        let verdict = verdict.map_or("none", ChangeWeight::as_str);
        out.json(&json!({ "old": old.0, "new": new.0, "verdict": verdict, "changes": told.collect::<Vec<Value>>() }))?;
    } else {
        for change in &changes {
            out.line(&line(change))?;
        }
        out.line(&format!("{} -> {}: {}", old.0, new.0, sentence(verdict)))?;
    }
    Ok(if verdict == Some(ChangeWeight::Breaking) { Exit::Findings } else { Exit::Clean })
}

fn line(change: &SchemaChange) -> String {
    let path = if change.path.is_empty() { "the document" } else { &change.path };
    format!("{:<8}  {path} {}", change.weight.as_str(), change.what)
}

fn sentence(verdict: Option<ChangeWeight>) -> &'static str {
    match verdict {
        None => "no difference",
        Some(ChangeWeight::Wording) => "only wording differs; a new minor version may have it",
        Some(ChangeWeight::Additive) => "a new minor version may have it",
        Some(ChangeWeight::Breaking) => "this needs a new major version",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Arguments, Command};

    /// What the command prints and leaves with, or why it fails.
    fn run(arguments: &[&str]) -> Result<(Exit, String), String> {
        let arguments = ["edigate", "schema"].iter().chain(arguments);
        let Command::Schema(command) = Arguments::try_parse_from(arguments).unwrap().command else {
            panic!("not a schema")
        };
        let mut out = Vec::new();
        let exit = schema(&command, &mut Output::to(&mut out)).map_err(|failure| failure.text)?;
        Ok((exit, String::from_utf8(out).unwrap()))
    }

    #[test]
    fn the_list_names_every_document_with_its_version() {
        let (exit, list) = run(&["list"]).unwrap();
        assert_eq!(exit, Exit::Clean);
        assert_eq!(list.lines().count(), canon::document_types().len());
        assert!(list.starts_with("order@1               1.0  A purchase order: what a buyer wants"), "{list}");
        let (_, json) = run(&["list", "--json"]).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json["schemas"][0],
            json!({
                "name": "order@1",
                "document": "order",
                "major": "1",
                "version": "1.0",
                "id": "urn:edigate:schema:order:1.0",
                "description": canon::document_type("order@1").unwrap().description(),
                "x12": "850",
                "edifact": "ORDERS",
            })
        );
    }

    #[test]
    fn a_schema_is_shown_as_it_is_published() {
        let published = include_str!("../../schemas/invoice/1.0.json");
        assert_eq!(run(&["show", "invoice@1"]).unwrap(), (Exit::Clean, published.to_owned()));
        assert_eq!(run(&["show", "invoice/1.0"]).unwrap(), (Exit::Clean, published.to_owned()));
        let fault = "there is no schema invoce@1; did you mean invoice@1?";
        assert_eq!(run(&["show", "invoce@1"]).unwrap_err(), fault);
        let fault = "there is no schema invoice/7.0; 'edigate schema list' tells which there are";
        assert_eq!(run(&["show", "invoice/7.0"]).unwrap_err(), fault);
    }

    #[test]
    fn two_versions_are_compared_and_a_breaking_change_is_exit_code_2() {
        let folder = tempfile::tempdir().unwrap();
        let mut later = canon::schema("raw@1").unwrap().clone();
        let mut write = |edit: &dyn Fn(&mut Value)| {
            edit(&mut later);
            let file = folder.path().join("later.json");
            std::fs::write(&file, later.to_string()).unwrap();
            file.to_str().unwrap().to_owned()
        };
        assert_eq!(
            run(&["diff", "raw@1", "raw/1.0"]).unwrap(),
            (Exit::Clean, "raw@1 -> raw/1.0: no difference\n".to_owned())
        );
        let file = write(&|schema| schema["properties"]["language"] = json!({"type": "string"}));
        let told = format!("additive  language is new\nraw@1 -> {file}: a new minor version may have it\n");
        assert_eq!(run(&["diff", "raw@1", &file]).unwrap(), (Exit::Clean, told));
        let file = write(&|schema| schema["required"] = json!([]));
        let told = format!(
            "breaking  envelope need not be there any more\nadditive  language is new\n\
             raw@1 -> {file}: this needs a new major version\n"
        );
        assert_eq!(run(&["diff", "raw@1", &file]).unwrap(), (Exit::Findings, told));
        let (exit, json) = run(&["diff", "raw@1", &file, "--json"]).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((exit, &json["verdict"]), (Exit::Findings, &json!("breaking")));
        assert_eq!(json["changes"][1], json!({"weight": "additive", "path": "language", "change": "is new"}));
        std::fs::write(&file, "{").unwrap();
        assert!(run(&["diff", "raw@1", &file]).unwrap_err().contains("later.json is no JSON"));
    }
}
