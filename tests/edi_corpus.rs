//! Every order of the corpus is read: no panic, no order lost without a word.
//!
//! The corpus lies beside the project, not in it. `EDIGATE_SHARED` names the folder that holds `corpus`; left out, it is
//! `../shared`. Without it the test says so and passes.

use std::path::PathBuf;

use edigate::base::{Diagnostic, Severity};
use edigate::edi::{Guides, Piece, ReadOptions, Reader, structure};

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let folder = shared.join("corpus");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: there is no corpus at {}; set EDIGATE_SHARED to the folder that holds it",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// What reading a file came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    sets: usize,
    /// Sets without an error in their envelope or structure.
    sound: usize,
    fault: Option<String>,
}

fn read(bytes: &[u8], guides: &Guides) -> Outcome {
    let mut outcome = Outcome::default();
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let verbose = std::env::var_os("EDIGATE_VERBOSE").is_some();
    let show = |diagnostic: Diagnostic| {
        if verbose {
            eprintln!("    {diagnostic}")
        }
    };
    loop {
        match reader.next_piece() {
            Ok(None) => return outcome,
            Err(fault) => {
                show(Diagnostic::from(&fault));
                outcome.fault = Some(fault.to_string());
                return outcome;
            }
            Ok(Some(Piece::Set(set))) => {
                outcome.sets += 1;
                let mut findings = set.findings.clone();
                if let Some((guide, nearest)) = guides.select(&set, None) {
                    findings.extend(nearest);
                    findings.extend(structure(&set, &guide).1);
                }
                let is_sound = findings.iter().all(|finding| finding.severity < Severity::Error);
                outcome.sound += usize::from(is_sound);
                findings.iter().for_each(|finding| show(finding.into()));
            }
            Ok(Some(Piece::Interchange(head))) => head.findings.iter().for_each(|finding| show(finding.into())),
            Ok(Some(Piece::GroupEnd(end))) => end.findings.iter().for_each(|finding| show(finding.into())),
            Ok(Some(Piece::InterchangeEnd(end))) => end.findings.iter().for_each(|finding| show(finding.into())),
            Ok(Some(Piece::Finding(finding))) => show(finding.into()),
            Ok(Some(Piece::Group(_) | Piece::Acknowledgement(_))) => {}
        }
    }
}

/// Many samples are bare transaction sets. They get an envelope, of the release their name tells.
fn enveloped(bytes: Vec<u8>, name: &str) -> Vec<u8> {
    if !bytes.starts_with(b"ST*") {
        return bytes;
    }
    let release = if name.contains("005010") { "005010" } else { "004010" };
    let isa =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0815*U*00401*000000001*0*P*>~";
    let head = format!("{isa}GS*PO*S*R*20261102*0815*1*X*{release}~");
    [head.as_bytes(), &bytes, b"GE*1*1~IEA*1*000000001~"].concat()
}

#[test]
fn every_file_is_read_or_refused_in_words() {
    let Some(folder) = corpus() else { return };
    let guides = Guides::shipped();
    let (mut read_whole, mut orders) = (0, Outcome::default());
    for path in files(folder) {
        let name = path.to_string_lossy();
        let outcome = read(&enveloped(std::fs::read(&path).unwrap(), &name), &guides);
        eprintln!("{outcome:?} {name}");
        assert!(
            outcome.sets > 0 || outcome.fault.is_some() || !path.to_string_lossy().contains("/850/"),
            "{}",
            path.display()
        );
        read_whole += usize::from(outcome.fault.is_none());
        if path.to_string_lossy().contains("/x12/850/") {
            orders.sets += outcome.sets;
            orders.sound += outcome.sound;
        }
    }
    eprintln!("{read_whole} files whole; of {} orders {} sound", orders.sets, orders.sound);
}
