//! What the crate `edi` reads.
//!
//! `edi-oracle read` takes paths on standard input, a line each, and prints a line of JSON for each:
//! `{"path", "sets": [{"id", "controlNumber", "segments": [["BEG", "00", ...]]}]}`, or `"refused"` with its reason, or
//! `"panicked"`. `edi-oracle time FILE` prints the megabytes a second of reading a file.

use std::io::BufRead;
use std::panic;
use std::process::ExitCode;

use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["read"] => std::io::stdin().lock().lines().map_while(Result::ok).for_each(|path| println!("{}", read(&path))),
        ["time", path] => println!("{:.1}", time(path)),
        _ => {
            eprintln!("usage: edi-oracle read | edi-oracle time FILE");
            return ExitCode::from(64);
        }
    }
    ExitCode::SUCCESS
}

fn read(path: &str) -> Value {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return json!({ "path": path, "refused": error.to_string() }),
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    // A panic is counted, its message is of no use.
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(|| edi::parse(text).map(|document| sets(&document)).map_err(|error| first_line(&error))) {
        Ok(Ok(sets)) => json!({ "path": path, "sets": sets }),
        Ok(Err(why)) => json!({ "path": path, "refused": why }),
        Err(_) => json!({ "path": path, "panicked": true }),
    }
}

fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().chars().take(90).collect()
}

fn sets(document: &edi::EdiDocument<'_>) -> Vec<Value> {
    let groups = document.interchanges.iter().flat_map(|interchange| &interchange.functional_groups);
    let sets = groups.flat_map(|group| &group.transactions);
    sets.map(|set| {
        let segments: Vec<Vec<&str>> = set
            .segments
            .iter()
            .map(|segment| {
                let elements = segment.elements.iter().map(|element| element.as_ref());
                std::iter::once(segment.segment_abbreviation.as_ref()).chain(elements).collect()
            })
            .collect();
        json!({ "id": set.transaction_code, "controlNumber": set.transaction_set_control_number, "segments": segments })
    })
    .collect()
}

fn time(path: &str) -> f64 {
    let text = std::fs::read_to_string(path).expect("the file to time is text and can be read");
    oracles::rate(text.len(), || {
        let document = edi::parse(&text).expect("the file to time is valid");
        assert!(!document.interchanges.is_empty());
    })
}
