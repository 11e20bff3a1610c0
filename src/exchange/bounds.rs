//! How long things may be that others say: a record's long part rides in the change that writes it, and a change that is
//! too large could never be made durable, however often it is tried.
//!
//! ```text
//! 64 KiB   one payload in a change: a document's detail, an event
//!   28     its diagnostics (inbound.rs)
//!    8     what the partner's functional acknowledgement says of it
//!    8     what the ERP says of it
//!   ~12    the steps of its way
//! ```

use serde::Serialize;

use super::document_detail::{ErpVerdict, RefusalReason};

/// Bytes of JSON that the errors of one acknowledgement, or the reasons of one refusal, take.
pub const ERRORS_BYTES: usize = 8 << 10;

/// Bytes that all documents of one interchange take together.
const TOGETHER_BYTES: usize = 480 << 10;

/// Bytes of a code, a reference or a path.
const WORD_BYTES: usize = 200;
/// Bytes of a sentence.
const SENTENCE_BYTES: usize = 500;

/// At most `bytes` of a text.
pub fn cut(mut text: String, bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes));
    text
}

/// The first of some things, as many as take so many bytes of JSON.
pub fn within<T: Serialize>(mut things: Vec<T>, bytes: usize) -> Vec<T> {
    let mut taken = 0;
    let mut fits = |thing: &T| {
        taken += serde_json::to_vec(thing).map_or(0, |json| json.len());
        taken <= bytes
    };
    let kept = things.iter().take_while(|thing| fits(thing)).count();
    things.truncate(kept);
    things
}

/// Bytes of JSON for the errors of each of so many documents that change together.
pub fn room_of_each(documents: usize) -> usize {
    ERRORS_BYTES.min(TOGETHER_BYTES / documents.max(1))
}

/// A verdict no longer than there is room for.
pub fn verdict(verdict: ErpVerdict) -> ErpVerdict {
    let ErpVerdict { posted, at, reference, errors } = verdict;
    let word = |text: Option<String>| text.map(|text| cut(text, WORD_BYTES));
    let reason = |RefusalReason { code, text, path }| RefusalReason {
        code: word(code),
        text: text.map(|text| cut(text, SENTENCE_BYTES)),
        path: word(path),
    };
    let errors = within(errors.into_iter().map(reason).collect(), ERRORS_BYTES);
    ErpVerdict { posted, at, reference: word(reference), errors }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;

    #[test]
    fn a_verdict_is_cut_to_what_there_is_room_for() {
        let long = "\u{1}".repeat(70_000);
        let one = RefusalReason { code: Some(long.clone()), text: Some(long.clone()), path: Some(long.clone()) };
        let errors = vec![one; 50];
        let said = ErpVerdict { posted: false, at: Timestamp::from_millis(0), reference: Some(long), errors };
        let kept = verdict(said);
        assert!(!kept.errors.is_empty(), "a reason alone has room");
        assert!(serde_json::to_vec(&kept).unwrap().len() < ERRORS_BYTES + 2_000);
    }

    #[test]
    fn many_documents_share_the_room() {
        let check = |documents: usize, expect: usize| assert_eq!(room_of_each(documents), expect, "{documents}");
        check(0, ERRORS_BYTES);
        check(60, ERRORS_BYTES);
        check(240, 2 << 10);
    }

    #[test]
    fn the_first_are_kept() {
        assert_eq!(within(vec!["a", "bb", "ccc"], 7), ["a", "bb"]);
        assert_eq!(within(vec!["a"], 0), Vec::<&str>::new());
    }
}
