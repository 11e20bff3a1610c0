//! Switches of `[as2]` that are resolved and that nothing uses yet: each is warned of when a partner file sets it.
//!
//! Whoever puts a switch to use takes its line away here, and its name out of the last section of
//! docs/configuration.md.

use super::layers::Layers;
use super::receive::{DuplicateAnswer, MicCanonicalize, MicHeaders, Receive};

/// Warns of switches in a partner file's own table `receive` that ask for something else than what is done.
pub(super) fn receive(table: &Layers<'_>, asked: &Receive) {
    for (key, unlike, why) in [
        (
            "duplicate_answer",
            asked.duplicate_answer != DuplicateAnswer::StoredMdn,
            "a repeated message gets the stored receipt",
        ),
        (
            "mic_canonicalize",
            asked.mic_canonicalize != MicCanonicalize::AsReceived,
            "the MIC is made over the bytes as received",
        ),
        (
            "mic_headers_when_unsigned",
            asked.mic_headers_when_unsigned != MicHeaders::Auto,
            "RFC 4130, section 7.3.1 is followed",
        ),
    ] {
        if unlike {
            table.not_yet(key, why);
        }
    }
}
