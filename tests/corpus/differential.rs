//! EDIFACT as two independent readers cut it, edifact-rs and pydifact, beside ours: segments, elements and components of
//! every message of the corpus.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use edigate::edi::{Piece, ReadOptions, Reader};
use serde_json::Value;

use crate::shared::{Sample, folder, samples};

/// A segment: its tag, then elements, each a list of components. Nothing empty stands at an end.
type Segments = Vec<Vec<Vec<String>>>;

/// Files that edifact-rs reads otherwise or refuses, and who is right.
const EDIFACT_RS: &[(&str, &str)] = &[
    ("edifact-rs__d01b_orders_malformed", NO_INTERCHANGE),
    ("edifact-rs__d11a_malformed.edi", NO_INTERCHANGE),
    ("edifact-rs__d96a_orders_malformed", NO_INTERCHANGE),
    ("edifact.AutoEndSegmentGroups", DIGIT_IN_TAG),
    ("edifact.Issue196", UNKNOWN_SYNTAX),
    ("edifact.Issue170.ElementList", UNKNOWN_SYNTAX),
    ("edifact.Issue174", UNKNOWN_SYNTAX),
    ("edifact.Paiement.Issue139", SYNTAX_WE_KNOW),
    ("edifact.Issue152.Wikipedia", SYNTAX_WE_KNOW),
    ("edifact.Issue157.Wikipedia", SYNTAX_WE_KNOW),
    ("edifact.D01B.IFCSUM.NewLines", NO_TERMINATORS),
];

const DIGIT_IN_TAG: &str =
    "it refuses the tag 'IG1'. No directory has it, but where its segments end is beyond doubt; a guide may know it";
const UNKNOWN_SYNTAX: &str = "it refuses a syntax identifier that nobody knows. We reject the interchange \
     too; but its delimiters are known, and what is wrong in its messages can be told at once";
const SYNTAX_WE_KNOW: &str =
    "it knows UNOA to UNOK and UNOY. UNOL is ISO 8859-15 (ISO 9735-1, annex A); IATB is that of the airlines, ASCII";
const NO_TERMINATORS: &str =
    "it looks for '\'' where segments end in line ends without a UNA; what stands behind the UNB shows that they do";

const NO_INTERCHANGE: &str =
    "it begins with BGM: nothing says that an interchange or a message begins. To us it is no EDI";

const NO_REPETITIONS: &str =
    "pydifact knows no repetitions: its '*' stays in the text. In syntax version 4 it parts them";
const NO_INDENT: &str = "pydifact takes a tab before a tag for a part of it. Nothing but a tag may begin a segment";

/// Files that pydifact reads otherwise or refuses, and who is right.
const PYDIFACT: &[(&str, &str)] = &[
    ("smooks-edi-cartridge__invoic.txt", NO_REPETITIONS),
    ("BAD_ORDERS_D.03B_Interchange", NO_REPETITIONS),
    ("__ORDERS_D.03B_Interchange", NO_REPETITIONS),
    ("edifact.01.edi", NO_INDENT),
    ("edifact.01.multi-message", NO_INDENT),
    ("edifact.D95B.CUSCAR", NO_INDENT),
    ("edifact.D95B.Issue137", NO_INDENT),
    ("edifact-rs__d01b_orders_malformed", NO_INTERCHANGE),
    ("edifact-rs__d11a_malformed.edi", NO_INTERCHANGE),
    ("edifact-rs__d96a_orders_malformed", NO_INTERCHANGE),
    ("Apperak_edi_out_issue235", EMPTY_HEADER),
    ("edifact.D01B.IFCSUM.NewLines", NO_TERMINATORS),
];

const EMPTY_HEADER: &str = "it stumbles over a UNB without a syntax identifier; the second UNB of the file is sound";

/// Many samples are bare messages, some behind a UNA. They get an interchange around them, which other readers do not need.
fn enveloped(bytes: &[u8]) -> Vec<u8> {
    let (advice, rest) = match bytes.strip_prefix(b"UNA") {
        Some(rest) => rest.split_at(6),
        None => (&b":+.? '"[..], bytes),
    };
    let message = rest.trim_ascii_start();
    if !message.starts_with(b"UNH") {
        return bytes.to_vec();
    }
    let wire = |text: &str| -> Vec<u8> {
        let own = |byte: u8| match byte {
            b':' => advice[0],
            b'+' => advice[1],
            b'\'' => advice[5],
            other => other,
        };
        text.bytes().map(own).collect()
    };
    let head = [&b"UNA"[..], advice, &wire("UNB+UNOC:3+S+R+261102:0815+1'")].concat();
    [&head, message, &wire("UNZ+1+1'")].concat()
}

/// The segments of all messages, from UNH to UNT.
fn ours(bytes: &[u8]) -> Segments {
    let bytes = enveloped(bytes);
    let mut reader = Reader::new(bytes.as_slice(), ReadOptions::default());
    let mut segments = Segments::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        let Piece::Set(set) = piece else { continue };
        for segment in set.segments() {
            let mut elements = vec![vec![segment.tag().to_string()]];
            for element in segment.elements() {
                for repetition in 1..=element.repetition_count().max(1) {
                    let one = element.repetition(repetition);
                    elements
                        .push((1..=one.component_count()).map(|at| one.component(at).text().into_owned()).collect());
                }
            }
            segments.push(trimmed(elements));
        }
    }
    segments
}

/// Trailing blanks mean nothing to us, and neither do separators at an end.
fn trimmed(mut elements: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for element in &mut elements {
        element.iter_mut().for_each(|component| component.truncate(component.trim_ascii_end().len()));
        while element.last().is_some_and(String::is_empty) {
            element.pop();
        }
    }
    while elements.last().is_some_and(Vec::is_empty) {
        elements.pop();
    }
    elements
}

/// Of all segments of a file those of its messages.
fn of_messages(all: Segments) -> Segments {
    let mut is_inside = false;
    let is =
        |segment: &[Vec<String>], tag: &str| segment.first().and_then(|tag| tag.first()).is_some_and(|it| it == tag);
    let inside = all.into_iter().filter(|segment| {
        let was_inside = is_inside;
        is_inside = is(segment, "UNH") || is_inside && !is(segment, "UNT");
        is_inside || was_inside
    });
    inside.collect()
}

fn edifact_rs(bytes: &[u8]) -> Result<Segments, String> {
    let segments = edifact_rs::from_bytes_decoded(bytes).map_err(|fault| fault.to_string())?;
    let plain = segments.iter().map(|segment| {
        let elements = segment.elements.iter().flat_map(|element| {
            let repetitions = element.repetitions();
            repetitions.map(|one| one.iter().map(|(text, _)| text.to_string()).collect()).collect::<Vec<Vec<String>>>()
        });
        trimmed(std::iter::once(vec![segment.tag.to_string()]).chain(elements).collect())
    });
    Ok(of_messages(plain.collect()))
}

/// Holds what another reader read, or why it refused, against ours; what is listed must differ, everything else be the
/// same.
fn compare(name: &str, read: &[(&Sample, Result<Segments, String>)], decided: &[(&str, &str)]) {
    let mut undecided = Vec::new();
    for (sample, theirs) in read {
        let ours = ours(&sample.bytes);
        let theirs = match theirs {
            Ok(theirs) => theirs,
            Err(why) => {
                if !decided.iter().any(|(path, _)| sample.path.contains(path)) {
                    undecided.push(format!("{} is refused: {why}", sample.path));
                }
                continue;
            }
        };
        let is_decided = decided.iter().any(|(path, _)| sample.path.contains(path));
        if (ours == *theirs) == is_decided {
            let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
            let pair = at.map(|at| format!("\n  ours   {:?}\n  theirs {:?}", ours[at], theirs[at])).unwrap_or_default();
            undecided.push(format!("{} ({} and {} segments){pair}", sample.path, ours.len(), theirs.len()));
        }
    }
    assert!(undecided.is_empty(), "{name}: {} undecided:\n{}", undecided.len(), undecided.join("\n"));
}

fn edifact(samples: &[Sample]) -> Vec<&Sample> {
    samples.iter().filter(|sample| sample.path.starts_with("edifact/")).collect()
}

#[test]
fn edifact_rs_cuts_messages_alike() {
    let Some(samples) = samples() else { return };
    let read: Vec<_> = edifact(&samples).into_iter().map(|sample| (sample, edifact_rs(&sample.bytes))).collect();
    compare("edifact-rs", &read, EDIFACT_RS);
}

#[test]
fn pydifact_cuts_messages_alike() {
    let (Some(samples), Some(folder)) = (samples(), folder()) else { return };
    let edifact = edifact(&samples);
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/python/bin/python");
    let mut reader = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/edi_readers.py"))
        .arg("pydifact")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`make tools` installs pydifact into .tools/python");
    // The list is short and fits the pipe.
    let paths: Vec<String> = edifact.iter().map(|sample| folder.join(&sample.path).display().to_string()).collect();
    reader.stdin.take().unwrap().write_all((paths.join("\n") + "\n").as_bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), edifact.len());
    let read: Vec<_> = edifact
        .into_iter()
        .zip(&answers)
        .map(|(sample, answer)| {
            let Some(segments) = answer.get("segments") else {
                return (sample, Err(answer["refused"].as_str().unwrap().to_owned()));
            };
            let segments: Vec<Vec<Value>> = serde_json::from_value(segments.clone()).unwrap();
            let plain = segments.into_iter().map(|segment| {
                let elements = segment.into_iter().map(|element| match element {
                    Value::String(text) => vec![text],
                    components => serde_json::from_value(components).unwrap(),
                });
                trimmed(elements.collect())
            });
            (sample, Ok(of_messages(plain.collect())))
        })
        .collect();
    compare("pydifact", &read, PYDIFACT);
}
