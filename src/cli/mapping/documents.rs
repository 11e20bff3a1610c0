//! The documents of a file: one JSON object, several behind one another, or an array of them.

use std::io::Read;

use serde_json::Value;

use crate::cli::edi::fault;
use crate::cli::edi::input::Input;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;

/// Bytes of a file of documents; one document has a thousandth of that.
const FILE: u64 = 256 << 20;

/// Reads all documents of a file.
///
/// # Errors
/// When it cannot be read or holds something else.
pub(super) fn read(input: &Input) -> Result<Vec<Value>, Failure> {
    let name = input.name();
    let failed = |text: &str| Failure::new(Exit::Failed, format!("{name}: {text}"));
    let stream = input.open().map_err(|error| failed(&fault::sentence(&fault::of_opening(&error))))?;
    let mut documents = Vec::new();
    for value in serde_json::Deserializer::from_reader(stream.take(FILE)).into_iter::<Value>() {
        match value.map_err(|error| failed(&format!("this is no document: {error}")))? {
            Value::Array(items) => documents.extend(items),
            value => documents.push(value),
        }
    }
    if documents.is_empty() {
        return Err(failed("there is no document in it"));
    }
    match documents.iter().all(Value::is_object) {
        true => Ok(documents),
        false => Err(failed("a document is a JSON object")),
    }
}
