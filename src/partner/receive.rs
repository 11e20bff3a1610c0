//! `[as2.receive]`: what we accept from a partner.

use std::time::Duration;

use super::layers::{Layers, word};
use super::url::AllowedUrl;
use crate::as2::{Disposition, ErrorModifier, MicHeaders, MicLines, MicRules, Security};
use crate::base::Timestamp;
use crate::base::table::Value;
use crate::smime::{ContentEncryption, DigestAlgorithm};

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
    /// A message must be compressed.
    pub require_compressed: bool,
    /// Legacy algorithms accepted for a while.
    pub accept_algs: Vec<Accepted>,
    /// Bytes of a body on the wire, where it differs from `[limits] body`.
    pub max_size: Option<u64>,
    /// Bytes of a body after decompression, where it differs from `[limits] decompressed`.
    pub max_decompressed_size: Option<u64>,
    /// What a repeated Message-ID is answered.
    pub duplicate_answer: DuplicateAnswer,
    /// How long a Message-ID is remembered.
    pub duplicate_window: Duration,
    /// Where asynchronous receipts may be sent beside the origin of the partner's URL.
    pub mdn_url_allowlist: Vec<AllowedUrl>,
    /// The status that accepts a message whose receipt comes later: 200, 202 or 204.
    pub async_ack_status: u16,
    /// How the MICs of our receipts are made.
    pub mic: MicRules,
}

/// What a repeated Message-ID is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DuplicateAnswer {
    /// The receipt of the first time (RFC 4130, section 5.5).
    #[default]
    StoredMdn,
    /// `processed/warning: duplicate-document`.
    Warning,
    /// `processed/error: duplicate-document`.
    Error,
}

impl DuplicateAnswer {
    /// The disposition of a receipt of its own; none where the first one is given again.
    pub fn disposition(self) -> Option<Disposition> {
        const DUPLICATE: &str = "duplicate-document";
        match self {
            Self::StoredMdn => None,
            Self::Warning => Some(Disposition::Warning(DUPLICATE.to_owned())),
            Self::Error => Some(Disposition::Error(ErrorModifier::Other(DUPLICATE.to_owned()))),
        }
    }
}

/// 400 days: longer than any partner repeats a message, and than a year-end archive run (decisions.md, Retention).
const DUPLICATE_WINDOW: Duration = Duration::from_secs(400 * 86_400);

impl Receive {
    /// Reads the table over its profile's.
    pub(crate) fn read(table: &Layers<'_>) -> Self {
        let answers = [
            ("stored-mdn", DuplicateAnswer::StoredMdn),
            ("warning", DuplicateAnswer::Warning),
            ("error", DuplicateAnswer::Error),
        ];
        let lines = [("as-received", MicLines::AsReceived), ("crlf", MicLines::Crlf)];
        let headers = [("auto", MicHeaders::Auto), ("with", MicHeaders::With), ("without", MicHeaders::Without)];
        let allowed = |list: &Value<'_>| {
            let read = |one: &Value<'_>| one.parsed(AllowedUrl::EXPECTED, AllowedUrl::read);
            Some(list.list().iter().filter_map(read).collect())
        };
        let status = table.get("async_ack_status", |value| u16::try_from(value.integer_of(&[200, 202, 204])?).ok());
        Self {
            require_signed: table.flag("require_signed").unwrap_or(true),
            require_encrypted: table.flag("require_encrypted").unwrap_or(true),
            require_signed_attributes: table.flag("require_signed_attributes").unwrap_or(true),
            require_compressed: table.flag("require_compressed").unwrap_or(false),
            accept_algs: word(table.get("accept_algs", |value| Some(accepted(value)))),
            max_size: table.size("max_size"),
            max_decompressed_size: table.size("max_decompressed_size"),
            duplicate_answer: word(table.one_of("duplicate_answer", &answers)),
            duplicate_window: table.duration("duplicate_window").unwrap_or(DUPLICATE_WINDOW),
            mdn_url_allowlist: word(table.get("mdn_url_allowlist", allowed)),
            async_ack_status: status.map_or(200, |status| status.value),
            mic: MicRules {
                lines: word(table.one_of("mic_canonicalize", &lines)),
                headers: word(table.one_of("mic_headers_when_unsigned", &headers)),
            },
        }
    }

    /// The digest algorithms accepted in signatures at `now`: SHA-2, and SHA-1 while a date allows it.
    pub fn digests(&self, now: Timestamp) -> Vec<DigestAlgorithm> {
        DigestAlgorithm::ALL
            .into_iter()
            .filter(|digest| *digest != DigestAlgorithm::Sha1 || self.accepts(LegacyAlgorithm::Sha1, now))
            .collect()
    }

    /// The content encryptions accepted at `now`: AES, and triple DES while a date allows it.
    pub fn ciphers(&self, now: Timestamp) -> Vec<ContentEncryption> {
        let mut ciphers = Security::default().encryption;
        if self.accepts(LegacyAlgorithm::TripleDes, now) {
            ciphers.push(ContentEncryption::TripleDesCbc);
        }
        ciphers
    }

    /// Whether `algorithm` is accepted at `now`.
    pub fn accepts(&self, algorithm: LegacyAlgorithm, now: Timestamp) -> bool {
        self.accept_algs.iter().any(|one| one.algorithm == algorithm && now < one.until)
    }
}

/// `accept_algs = [{ alg = "sha-1", until = 2027-06-30 }]`.
fn accepted(list: &Value<'_>) -> Vec<Accepted> {
    let read = |entry: &Value<'_>| {
        let entry = entry.table()?;
        entry.require("alg", "\"sha-1\" or \"3des\"");
        entry.require("until", "the last day it is accepted, such as 2027-06-30");
        let words = [("sha-1", LegacyAlgorithm::Sha1), ("3des", LegacyAlgorithm::TripleDes)];
        let algorithm = entry.one_of("alg", &words);
        let until = entry.end_of_date("until");
        Some(Accepted { algorithm: algorithm?, until: until? })
    };
    list.list().iter().filter_map(read).collect()
}
