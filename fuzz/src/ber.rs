//! The reader of BER by itself, and what is asked of it.

use std::io::{BufReader, Cursor};

use crate::Chunks;
use crate::smime::SmimeError;

#[path = "../../src/smime/ber.rs"]
mod reader;

use reader::BerReader;

/// Depth of values inside one another: as deep as small input can go.
const DEPTH: usize = 16;

/// What a file of values holds, in order.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Enter(Vec<u8>),
    Value(Vec<u8>, Vec<u8>),
    Leave,
}

fn walk<R: std::io::BufRead>(mut reader: BerReader<R>) -> Result<Vec<Step>, SmimeError> {
    let (mut steps, mut depth) = (Vec::new(), 0);
    loop {
        if reader.peek()?.is_some() {
            let (identifier, content) = reader.any("a value")?;
            steps.push(match content {
                Some(content) => Step::Value(identifier, content),
                None => {
                    depth += 1;
                    Step::Enter(identifier)
                }
            });
        } else if depth > 0 {
            reader.leave("its end")?;
            depth -= 1;
            steps.push(Step::Leave);
        } else {
            return Ok(steps);
        }
    }
}

/// The same values with definite lengths, the shortest.
fn definite(steps: &mut impl Iterator<Item = Step>) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(step) = steps.next() {
        let (identifier, content) = match step {
            Step::Leave => return bytes,
            Step::Value(identifier, content) => (identifier, content),
            Step::Enter(identifier) => (identifier, definite(steps)),
        };
        bytes.extend(identifier);
        match u8::try_from(content.len()) {
            Ok(short) if short < 0x80 => bytes.push(short),
            _ => bytes.extend([&[0x84], &u32::try_from(content.len()).unwrap().to_be_bytes()[..]].concat()),
        }
        bytes.extend(content);
    }
    bytes
}

/// How the bytes come in changes nothing; what was read is read the same from other lengths; passing over the values and
/// taking them as they stand agree with reading them.
pub fn check(bytes: &[u8], size: usize) {
    let whole = walk(BerReader::new(bytes, DEPTH));
    let chunks = BufReader::with_capacity(size.max(1), Chunks { bytes, size: size.max(1) });
    assert_eq!(told(&whole), told(&walk(BerReader::new(chunks, DEPTH))));

    let mut skipping = BerReader::new(bytes, DEPTH);
    let mut taking = BerReader::new(bytes, DEPTH);
    let mut raw = Vec::new();
    let passed = loop {
        match skipping.peek() {
            Ok(Some(_)) => {}
            Ok(None) => break true,
            Err(_) => break false,
        }
        let skipped = skipping.skip();
        let taken = taking.raw("a value", usize::MAX);
        assert_eq!(skipped.is_ok(), taken.is_ok());
        match taken {
            Ok(taken) => raw.extend(taken),
            Err(_) => break false,
        }
    };
    assert_eq!(passed, whole.is_ok());
    let Ok(steps) = whole else { return };
    assert_eq!(raw, bytes, "values are taken as they stand");
    let shortest = definite(&mut steps.clone().into_iter());
    assert_eq!(walk(BerReader::new(Cursor::new(shortest), DEPTH)).ok(), Some(steps));
}

fn told(walked: &Result<Vec<Step>, SmimeError>) -> Result<&Vec<Step>, String> {
    walked.as_ref().map_err(ToString::to_string)
}
