//! The command line: one file per command, one table of exit codes, one way to fail.

mod args;
mod audit;
mod cert;
mod check;
mod client;
mod columns;
mod contract;
mod doc;
mod edi;
mod evidence;
mod exit;
mod explain;
mod guide;
mod mapping;
mod print;
mod replay;
mod report;
mod schema;
mod send;
mod serve;
mod submit;
mod trace;
mod when;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, As2Command, Command, EvidenceCommand};
use exit::Exit;
use print::{Failure, Output};

use crate::base::{Clock, SystemClock};

/// Runs one command and says how it went.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(told) => return explain(&told).into(),
    };
    let mut out = std::io::stdout().lock();
    let result = dispatch(&arguments.command, &mut Output::to(&mut out)).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            complain(&failure.text);
            failure.exit.into()
        }
    }
}

fn dispatch(command: &Command, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        Command::Serve(argument) => serve::serve(&argument.config),
        Command::Check { config, json } => {
            let format = if *json { check::Format::Json } else { check::Format::Text };
            Ok(check::check(&config.config, format, SystemClock.now(), out.writer())?)
        }
        Command::Edi(command) => edi::edi(command, out),
        Command::As2(As2Command::Send(arguments)) => send::send(arguments, out),
        Command::Guide(command) => guide::guide(command, out),
        Command::Mapping(command) => mapping::mapping(command, out),
        Command::Cert(command) => cert::cert(command, SystemClock.now(), out),
        Command::Schema(command) => schema::schema(command, out),
        Command::Doc(command) => doc::documents(command, out),
        Command::Exchange(command) => doc::exchanges(command, out),
        Command::Asyncapi(config) => contract::print_asyncapi(config, out),
        Command::Amqp(command) => contract::amqp(command, out),
        Command::Audit(command) => audit::run(command, out),
        Command::Evidence(EvidenceCommand::Export(arguments)) => evidence::export(arguments, out),
    }
}

/// What clap has to say: help and version on standard output, a fault on standard error.
fn explain(told: &clap::Error) -> Exit {
    // Nothing is left to be done when even this cannot be printed.
    drop(told.print());
    if told.use_stderr() { Exit::Usage } else { Exit::Clean }
}

#[expect(clippy::print_stderr, reason = "the one place where a command says why it failed")]
fn complain(text: &str) {
    if !text.is_empty() {
        eprintln!("edigate: {text}");
    }
}
