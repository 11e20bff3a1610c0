//! The files a command reads, standard input among them.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::cli::args::{CharsetArgument, FilesArgument};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::ReadOptions;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Input {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// A file by what was typed for it; `-` is standard input.
    pub(in crate::cli) fn of(path: &Path) -> Self {
        if path == Path::new("-") { Self::Standard } else { Self::File(path.to_owned()) }
    }

    /// What it is called.
    pub(in crate::cli) fn name(&self) -> String {
        match self {
            Self::Standard => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Its bytes.
    ///
    /// # Errors
    /// When it cannot be opened, or is a folder.
    pub(in crate::cli) fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::Standard => Ok(Box::new(io::stdin().lock())),
            Self::File(path) => {
                let file = File::open(path)?;
                if file.metadata()?.is_dir() {
                    return Err(io::Error::from(io::ErrorKind::IsADirectory));
                }
                Ok(Box::new(file))
            }
        }
    }
}

/// How they are read.
pub(in crate::cli) fn read_options(argument: &CharsetArgument) -> ReadOptions {
    ReadOptions { charset: argument.charset, ..ReadOptions::default() }
}

/// The inputs that were named. None is standard input, unless a person sits before it who may not know that it is waited
/// for.
pub(super) fn inputs(argument: &FilesArgument) -> Result<Vec<Input>, Failure> {
    let inputs: Vec<Input> = argument.files.iter().map(|path| Input::of(path)).collect();
    if !inputs.is_empty() {
        return Ok(inputs);
    }
    if io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, "name a file, or '-' to type one in"));
    }
    Ok(vec![Input::Standard])
}
