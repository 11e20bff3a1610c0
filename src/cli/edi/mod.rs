//! `edigate edi`: what files of X12 and EDIFACT say, what is wrong with them, and what would be answered. All of it
//! works on files and streams of any length, without a gateway and without configuration.

mod ack;
mod check;
pub(super) mod excerpt;
pub(super) mod fault;
mod fmt;
mod guides;
mod held;
pub(super) mod input;
mod layout;
mod paint;
mod recent;
mod rule;
mod secret;
mod show;
mod split;
mod terms;
mod words;

use std::io::{BufWriter, Write};

use super::args::EdiCommand;
use super::exit::Exit;
use super::print::{Failure, Output};

use paint::Paint;

/// Runs `edigate edi …`.
pub(super) fn edi(command: &EdiCommand, out: &mut Output) -> Result<Exit, Failure> {
    run(command, Paint::of_standard_output(), out.writer())
}

fn run(command: &EdiCommand, paint: Paint, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut page = BufWriter::with_capacity(64 << 10, out);
    let exit = match command {
        EdiCommand::Show(arguments) => show::show(arguments, paint, &mut page),
        EdiCommand::Check(arguments) => check::check(arguments, paint, &mut page),
        EdiCommand::Ack(arguments) => ack::ack(arguments, &mut page),
        EdiCommand::Fmt(arguments) => fmt::fmt(arguments, &mut page),
        EdiCommand::Split(arguments) => split::split(arguments, &mut page),
    };
    // What was said before a failure is said all the same.
    let flushed = page.flush();
    let exit = exit?;
    flushed?;
    Ok(exit)
}

#[cfg(test)]
mod tests;
