//! `[as2.receive]`: what we accept from a partner.

use std::time::Duration;

use super::AllowedUrl;
use crate::base::Timestamp;
use crate::base::table::{Table, Value};
use crate::smime::DigestAlgorithm;

/// The switches as written; what is absent comes from the profile, then from the defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReceiveKeys {
    require_signed: Option<bool>,
    require_encrypted: Option<bool>,
    require_signed_attributes: Option<bool>,
    accept_algs: Option<Vec<Accepted>>,
    max_size: Option<u64>,
    max_decompressed_size: Option<u64>,
    duplicate_window: Option<Duration>,
    mdn_url_allowlist: Option<Vec<AllowedUrl>>,
    async_ack_status: Option<u16>,
}

/// A legacy algorithm and the day it stops being accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Which one.
    pub algorithm: LegacyAlgorithm,
    /// The first instant at which it is refused again.
    pub until: Timestamp,
}

/// Algorithms that are refused unless a partner file accepts them until a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyAlgorithm {
    /// SHA-1 as the digest of a signature.
    Sha1,
    /// Triple DES as content encryption.
    TripleDes,
}

/// What we accept from a partner, all switches decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receive {
    /// A message must be signed.
    pub require_signed: bool,
    /// A message must be encrypted.
    pub require_encrypted: bool,
    /// A signature must cover signed attributes (IBM Sterling's does not).
    pub require_signed_attributes: bool,
    /// Legacy algorithms accepted for a while.
    pub accept_algs: Vec<Accepted>,
    /// Bytes of a body on the wire, where it differs from `[limits] body`.
    pub max_size: Option<u64>,
    /// Bytes of a body after decompression, where it differs from `[limits] decompressed`.
    pub max_decompressed_size: Option<u64>,
    /// How long a Message-ID is remembered.
    pub duplicate_window: Duration,
    /// Where asynchronous receipts may go beside the origin that we send messages to.
    pub mdn_url_allowlist: Vec<AllowedUrl>,
    /// The status that a message is answered with whose receipt follows later: 200, 202 or 204.
    pub async_ack_status: u16,
}

/// 400 days: longer than any partner repeats a message, and than a year-end archive run (decisions.md, Retention).
const DUPLICATE_WINDOW: Duration = Duration::from_secs(400 * 86_400);

impl ReceiveKeys {
    /// Reads the table, warning of what is understood but changes nothing yet.
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let keys = Self {
            require_signed: table.flag("require_signed"),
            require_encrypted: table.flag("require_encrypted"),
            require_signed_attributes: table.flag("require_signed_attributes"),
            accept_algs: table.has("accept_algs").then(|| accepted(table)),
            max_size: table.size("max_size"),
            max_decompressed_size: table.size("max_decompressed_size"),
            duplicate_window: table.duration("duplicate_window"),
            mdn_url_allowlist: table.has("mdn_url_allowlist").then(|| {
                let entry = |value: &Value<'_>| value.parsed(AllowedUrl::EXPECTED, AllowedUrl::read);
                table.list("mdn_url_allowlist").iter().filter_map(entry).collect()
            }),
            async_ack_status: table
                .value("async_ack_status")
                .and_then(|value| value.integer_of(&[200, 202, 204]))
                .and_then(|status| u16::try_from(status).ok()),
        };
        table.only("require_compressed", table.flag("require_compressed"), false, "compression is not read yet");
        let answers = [("stored-mdn", 0), ("warning", 1), ("error", 2)];
        table.only(
            "duplicate_answer",
            table.one_of("duplicate_answer", &answers),
            0,
            "a repeated message gets the stored receipt",
        );
        let canonical = table.one_of("mic_canonicalize", &[("as-received", true), ("crlf", false)]);
        table.only("mic_canonicalize", canonical, true, "the MIC is made over the bytes as received");
        let headers = table.one_of("mic_headers_when_unsigned", &[("auto", 0), ("with", 1), ("without", 2)]);
        table.only("mic_headers_when_unsigned", headers, 0, "RFC 4130, section 7.3.1 is followed");
        keys
    }

    /// These switches, then the profile's, then the defaults.
    pub(crate) fn over(self, profile: &Self) -> Receive {
        Receive {
            require_signed: self.require_signed.or(profile.require_signed).unwrap_or(true),
            require_encrypted: self.require_encrypted.or(profile.require_encrypted).unwrap_or(true),
            require_signed_attributes: self
                .require_signed_attributes
                .or(profile.require_signed_attributes)
                .unwrap_or(true),
            accept_algs: self.accept_algs.or_else(|| profile.accept_algs.clone()).unwrap_or_default(),
            max_size: self.max_size.or(profile.max_size),
            max_decompressed_size: self.max_decompressed_size.or(profile.max_decompressed_size),
            duplicate_window: self.duplicate_window.or(profile.duplicate_window).unwrap_or(DUPLICATE_WINDOW),
            mdn_url_allowlist: self.mdn_url_allowlist.or_else(|| profile.mdn_url_allowlist.clone()).unwrap_or_default(),
            // Nobody has trouble with it; draft-ietf-ediint-rfc4130bis prefers 204.
            async_ack_status: self.async_ack_status.or(profile.async_ack_status).unwrap_or(200),
        }
    }
}

impl Receive {
    /// The digest algorithms accepted in signatures at `now`: SHA-2, and SHA-1 while a date allows it.
    pub fn digests(&self, now: Timestamp) -> Vec<DigestAlgorithm> {
        DigestAlgorithm::ALL
            .into_iter()
            .filter(|digest| *digest != DigestAlgorithm::Sha1 || self.accepts(LegacyAlgorithm::Sha1, now))
            .collect()
    }

    /// Whether `algorithm` is accepted at `now`.
    pub fn accepts(&self, algorithm: LegacyAlgorithm, now: Timestamp) -> bool {
        self.accept_algs.iter().any(|one| one.algorithm == algorithm && now < one.until)
    }
}

/// `accept_algs = [{ alg = "sha-1", until = 2027-06-30 }]`.
fn accepted(table: &Table<'_>) -> Vec<Accepted> {
    let read = |entry: &Table<'_>| {
        entry.require("alg", "\"sha-1\" or \"3des\"");
        entry.require("until", "the last day it is accepted, such as 2027-06-30");
        let words = [("sha-1", LegacyAlgorithm::Sha1), ("3des", LegacyAlgorithm::TripleDes)];
        let algorithm = entry.one_of("alg", &words);
        let until = entry.end_of_date("until");
        if algorithm == Some(LegacyAlgorithm::TripleDes) {
            entry.not_yet("alg", "3DES is not read in this version");
        }
        Some(Accepted { algorithm: algorithm?, until: until? })
    };
    table.tables("accept_algs").iter().filter_map(read).collect()
}
