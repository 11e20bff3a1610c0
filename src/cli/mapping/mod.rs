//! `edigate mapping`: which mappings there are, what is wrong with them, and what they make of messages and documents.
//! All of it works on files, without a gateway.

mod cases;
mod check;
mod documents;
mod explain;
mod finding;
mod list;
mod members;
mod messages;
mod outcome;
mod place;
mod project;
mod read;
mod rule;
mod show;
mod test;
mod trace;
mod track;
mod write;

use std::io::Write;
use std::path::Path;

use super::args::MappingCommand;
use super::exit::Exit;
use super::print::{Failure, Output};

use project::Project;

/// The JSON Schema of mapping files; `tests/schemas` makes it of the documents.
const EDITOR_SCHEMA: &str = include_str!("../../../schemas/mapping.json");

/// Runs `edigate mapping …`.
pub(super) fn mapping(command: &MappingCommand, out: &mut Output) -> Result<Exit, Failure> {
    run(command, out, &mut std::io::stderr().lock())
}

/// Answers go to `out`; what is to be known of them beside goes to `aside`.
fn run(command: &MappingCommand, out: &mut Output, aside: &mut dyn Write) -> Result<Exit, Failure> {
    match command {
        MappingCommand::List { files, json } => list::list(&Project::of(files)?, *json, out),
        MappingCommand::Check { names, files, json } => check::check(&Project::of(files)?, names, *json, out),
        MappingCommand::Try(arguments) if arguments.write || is_document(&arguments.file) => {
            write::write(arguments, out, aside)
        }
        MappingCommand::Try(arguments) => read::read(arguments, out, aside),
        MappingCommand::Show { name, effective, files } => {
            let shown = if *effective { show::Shown::Effective } else { show::Shown::File };
            show::show(&Project::of(files)?, name, shown, out)
        }
        MappingCommand::Test(arguments) => test::test(arguments, out),
        MappingCommand::Explain(arguments) => explain::explain(arguments, out),
        MappingCommand::Trace(arguments) => trace::trace(arguments, out),
        MappingCommand::Schema => {
            out.bytes(EDITOR_SCHEMA.as_bytes())?;
            Ok(Exit::Clean)
        }
    }
}

/// Whether a file is a document by its name.
fn is_document(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

#[cfg(test)]
mod tests;
