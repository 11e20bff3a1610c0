//! `edigate mapping show`.

use super::project::Project;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::mapping;

/// What of a mapping is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The file as it is written.
    File,
    /// The file with all that it extends.
    Effective,
}

/// Prints a mapping file.
pub(super) fn show(project: &Project, typed: &str, shown: Shown, out: &mut Output) -> Result<Exit, Failure> {
    let name = project.name(typed)?;
    let text = match shown {
        Shown::File => project.text(&name).unwrap_or_default(),
        Shown::Effective => mapping::effective(&name, &|name| project.text(name)).map_err(|faults| {
            Failure::new(Exit::Configuration, format!("{name} has faults\n{}", project.paragraphs(&faults)))
        })?,
    };
    out.bytes(text.as_bytes())?;
    Ok(Exit::Clean)
}
