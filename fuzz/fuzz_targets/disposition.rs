//! The words of AS2's headers and receipts: what was read is written so that it is read the same.

#![no_main]

use edigate_fuzz::as2::{As2Name, Disposition, MessageId, ReceiptTerms};
use edigate_fuzz::smime::{DigestAlgorithm, Mic};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice], value)) = bytes.split_first_chunk() else { return };
    let text = String::from_utf8_lossy(value);
    match choice % 4 {
        0 => {
            let (first, second) = text.split_once('\n').unwrap_or((&text, ""));
            let read = Disposition::parse(first);
            // Of what is not understood, or not ASCII, blanks and the like are left out when it is written.
            let is_plain = first.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            if is_plain && !matches!(read, Disposition::Other(_)) {
                assert_eq!(Disposition::parse(&read.to_string()), read);
            }
            drop(read.with_fields(Some(second), None, None).to_string());
        }
        1 => {
            let terms = ReceiptTerms::parse(&text);
            drop((terms.requires_signature(), terms.form(&DigestAlgorithm::ALL)));
            if let Some(algorithm) = terms.first_of(&DigestAlgorithm::ALL) {
                assert!(terms.spelling(algorithm).is_some());
            }
        }
        2 => {
            if let Ok(name) = As2Name::from_header(value) {
                assert!((1..=128).contains(&name.as_str().len()));
                let again = As2Name::from_header(name.on_wire().as_bytes());
                assert_eq!(again.as_ref().map(As2Name::as_str), Ok(name.as_str()));
            }
        }
        _ => {
            if let Some(id) = MessageId::from_header(value, 998) {
                let again = MessageId::from_header(id.as_str().as_bytes(), 998);
                assert_eq!(again.as_ref(), Some(&id));
                assert!(id.names_same_message(&id));
            }
            if let Some(mic) = Mic::parse(&text) {
                assert_eq!(Mic::parse(&mic.to_string()).map(|again| *again.digest()), Some(*mic.digest()));
            }
        }
    }
});
