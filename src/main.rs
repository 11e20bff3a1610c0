//! The `edigate` binary: hands the command line to the library and leaves with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    edigate::cli::run(std::env::args_os())
}
