//! Which certificates a partner uses, learnt from what was accepted of it: so an operator knows when an overlap may end.

use std::time::Duration;

use minicbor::{Decode, Encode};

use crate::base::{PartnerId, Sha256, Timestamp};

/// A partner was seen to use a certificate. Partner, purpose and fingerprint are the key, so there are as many as
/// partners have certificates in their and our files.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CertificateUse {
    /// Whose messages showed it: the partner that owns the channel.
    #[n(0)]
    pub partner: PartnerId,
    /// For what.
    #[n(1)]
    pub purpose: Purpose,
    /// SHA-256 of the certificate's DER.
    #[n(2)]
    pub fingerprint: Sha256,
    /// When it was first seen.
    #[n(3)]
    pub first: Timestamp,
    /// When it was last seen, to the hour: [`CertificateUse::seen`].
    #[n(4)]
    pub last: Timestamp,
}

/// What a partner uses a certificate for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It encrypts for this certificate of ours.
    #[n(0)]
    EncryptsFor,
    /// It signs messages or receipts with this certificate of its own.
    #[n(1)]
    SignsWith,
}

/// Seen again within this time, a certificate is not written down again: it would double what a message costs.
const WRITTEN_AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);

impl CertificateUse {
    /// What is to be written when `partner` was seen at `at` to use a certificate of which `before` is known; nothing
    /// when that says as much.
    pub fn seen(
        before: Option<&Self>,
        partner: &PartnerId,
        purpose: Purpose,
        fingerprint: Sha256,
        at: Timestamp,
    ) -> Option<Self> {
        if before.is_some_and(|before| at < before.last.after(WRITTEN_AGAIN_AFTER)) {
            return None;
        }
        let first = before.map_or(at, |before| before.first);
        Some(Self { partner: partner.clone(), purpose, fingerprint, first, last: at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_in_use_is_written_down_once_an_hour() {
        let partner: PartnerId = "acme".parse().unwrap();
        let seen = |before: Option<&CertificateUse>, minutes: i64| {
            let at = Timestamp::from_millis(minutes * 60_000);
            CertificateUse::seen(before, &partner, Purpose::EncryptsFor, Sha256::of(b"ours"), at)
        };
        let first = seen(None, 10).unwrap();
        assert_eq!((first.first, first.last), (first.last, Timestamp::from_millis(600_000)));
        assert_eq!(seen(Some(&first), 10), None);
        assert_eq!(seen(Some(&first), 69), None);
        // A message that waited to be opened is older than what is known.
        assert_eq!(seen(Some(&first), 5), None);
        let again = seen(Some(&first), 70).unwrap();
        assert_eq!((again.first, again.last), (first.first, Timestamp::from_millis(4_200_000)));
    }

    #[test]
    fn the_longest_record_fits_the_index() {
        let longest = CertificateUse {
            partner: "p".repeat(64).parse().unwrap(),
            purpose: Purpose::SignsWith,
            fingerprint: Sha256::of(b"theirs"),
            first: Timestamp::from_millis(i64::MAX),
            last: Timestamp::from_millis(i64::MAX),
        };
        assert!(minicbor::to_vec(longest).unwrap().len() <= 256);
    }
}
