//! What the crate `x12-types` makes of 005010 documents in `*`, `~` and newline.
//!
//! `x12-types-oracle read` takes paths on standard input, a line each, and prints a line of JSON for each:
//! `{"path", "rest"}` with what was not read of the file, `{"path", "refused"}`, or `{"path", "panicked"}`. The first ST
//! says which set it is. `x12-types-oracle time FILE` prints the megabytes a second of reading a file.

use std::io::BufRead;
use std::panic;
use std::process::ExitCode;

use serde_json::{Value, json};
use x12_types::util::Parser;
use x12_types::v005010::{
    _810, _820, _824, _830, _846, _850, _855, _856, _860, _861, _862, _864, _865, _997, _999, Transmission,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["read"] => std::io::stdin().lock().lines().map_while(Result::ok).for_each(|path| println!("{}", read(&path))),
        ["time", path] => println!("{:.1}", time(path)),
        _ => {
            eprintln!("usage: x12-types-oracle read | x12-types-oracle time FILE");
            return ExitCode::from(64);
        }
    }
    ExitCode::SUCCESS
}

fn read(path: &str) -> Value {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return json!({ "path": path, "refused": error.to_string() }),
    };
    // A panic is counted, its message is of no use.
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(|| parse(&text)) {
        Ok(Ok(rest)) => json!({ "path": path, "rest": rest }),
        Ok(Err(why)) => json!({ "path": path, "refused": why }),
        Err(_) => json!({ "path": path, "panicked": true }),
    }
}

/// What is left behind the last segment that was read.
fn parse(text: &str) -> Result<String, String> {
    macro_rules! by_set {
        ($($id:literal => $set:ident,)*) => {
            match set_id(text) {
                $($id => Transmission::<$set>::parse(text).map(|(rest, _)| rest.trim().to_owned()),)*
                other => return Err(format!("there is no set '{other}' here")),
            }
        };
    }
    by_set! {
        "810" => _810, "820" => _820, "824" => _824, "830" => _830, "846" => _846, "850" => _850, "855" => _855,
        "856" => _856, "860" => _860, "861" => _861, "862" => _862, "864" => _864, "865" => _865, "997" => _997,
        "999" => _999,
    }
    .map_err(|error| error.to_string().chars().take(200).collect())
}

fn set_id(text: &str) -> &str {
    text.split("ST*").nth(1).and_then(|rest| rest.get(..3)).unwrap_or_default()
}

fn time(path: &str) -> f64 {
    let text = std::fs::read_to_string(path).expect("the file to time is text and can be read");
    oracles::rate(text.len(), || {
        let rest = parse(&text).expect("the file to time is valid");
        assert!(rest.is_empty(), "only a part of the file was read");
    })
}
