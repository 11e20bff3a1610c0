//! `edigate guide import`: guides of one's own out of a directory of UNECE or a schema.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::args::ImportArguments;
use super::super::exit::Exit;
use super::super::print::{Failure, Output};
use super::super::report;
use super::archive;
use crate::base::Diagnostic;
use crate::base::table::{Faults, Source};
use crate::edi::Guides;
use crate::edi::guide::import::{Imported, Pack, unece, xsd};

/// Bytes of a source; the largest directory has four MiB, the largest schema ten.
const SOURCE: u64 = 64 << 20;

/// Reads the source and writes its guides.
pub(super) fn import(arguments: &ImportArguments, out: &mut Output) -> Result<Exit, Failure> {
    let name = arguments.source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = read(&arguments.source)?;
    let Imported { mut pack, notes } = made(&name, &bytes).map_err(|fault| {
        let expected = fault.expected.map(|expected| format!("; expected {expected}")).unwrap_or_default();
        Failure::new(Exit::Failed, format!("{}: {}{expected}", arguments.source.display(), fault.message))
    })?;
    if !arguments.only.is_empty() {
        narrow(&mut pack, &arguments.only)?;
    }
    let files = pack.files(&name);
    hold(&files)?;
    write(&files, &arguments.into, arguments.replace)?;
    let sets: Vec<String> = pack.sets().iter().map(ToString::to_string).collect();
    if arguments.json {
        let files: Vec<&String> = files.iter().map(|(path, _)| path).collect();
        out.json(&json!({ "guides": sets, "files": files, "passedOver": notes }))?;
    } else {
        for note in &notes {
            out.line(&format!("passed over: {}{}", note.location, note.message))?;
        }
        let count = if sets.len() == 1 { "1 guide".to_owned() } else { format!("{} guides", sets.len()) };
        out.line(&format!("{count} written to {}: {}", arguments.into.display(), sets.join(", ")))?;
    }
    Ok(Exit::Clean)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |text: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{}: {text}", path.display()));
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(SOURCE + 1).read_to_end(&mut bytes));
    read.map_err(|fault| failed(&fault))?;
    if bytes.len() as u64 > SOURCE {
        return Err(failed(&format!("it is larger than {} MiB", SOURCE >> 20)));
    }
    Ok(bytes)
}

fn made(name: &str, bytes: &[u8]) -> Result<Imported, Diagnostic> {
    if bytes.starts_with(b"PK") {
        let files = archive::unpack(bytes).map_err(|text| Diagnostic::error("not-an-archive", text))?;
        unece::import(&files)
    } else {
        xsd::import(name, bytes)
    }
}

fn narrow(pack: &mut Pack, only: &[String]) -> Result<(), Failure> {
    let sets = pack.sets();
    for wanted in only {
        if !sets.iter().any(|key| key.set == *wanted) {
            return Err(Failure::new(Exit::Failed, format!("there is no message {wanted} in it")));
        }
    }
    pack.only(only);
    Ok(())
}

/// Reads what was made as it will be read later, so that nothing is written that cannot be used.
fn hold(files: &[(String, String)]) -> Result<(), Failure> {
    let sources: BTreeMap<String, Source> = files
        .iter()
        .map(|(path, text)| (path.trim_end_matches(".toml").to_owned(), Source::new(path, text.as_str())))
        .collect();
    let faults = Faults::new();
    Guides::shipped().add_files(&sources, &faults);
    if !faults.any_error() {
        return Ok(());
    }
    let text = |wanted: &str| files.iter().find(|(path, _)| path == wanted).map(|(_, text)| text.clone());
    let report = report::render(&faults.into_sorted(), &text);
    Err(Failure::new(Exit::Failed, format!("nothing is written: what would be has faults\n{report}")))
}

/// Writes all files, or none when one is there and may not be replaced.
fn write(files: &[(String, String)], into: &Path, replace: bool) -> Result<(), Failure> {
    let failed =
        |path: &Path, fault: &std::io::Error| Failure::new(Exit::Failed, format!("{}: {fault}", path.display()));
    let places: Vec<(PathBuf, &String)> = files.iter().map(|(path, text)| (into.join(path), text)).collect();
    if let Some((path, _)) = places.iter().find(|(path, _)| !replace && path.exists()) {
        let text = format!("{} is there already; nothing is written. Say --replace to write over it", path.display());
        return Err(Failure::new(Exit::Failed, text));
    }
    for (path, text) in places {
        let folder = path.parent().unwrap_or(into);
        fs::create_dir_all(folder).map_err(|fault| failed(folder, &fault))?;
        let written = fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|fault| failed(&path, &fault))?;
    }
    Ok(())
}
