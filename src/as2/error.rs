//! Why a message is refused, and the one table that turns it into a disposition.

use std::fmt;

use crate::base::Diagnostic;
use crate::mime::MimeFault;
use crate::smime::{ContentEncryption, SignatureFault, SmimeError};

use super::{As2Name, Disposition, ErrorModifier, FailureModifier};

/// Why a message, or the request for its receipt, is refused. `Display` is the operator's text; the sender is told
/// [`As2Error::disposition`] and [`As2Error::peer_text`], which say less.
#[derive(Debug)]
pub enum As2Error {
    /// No partner file names this pair of sender and receiver.
    UnknownPair {
        /// AS2-From.
        from: As2Name,
        /// AS2-To.
        to: As2Name,
    },
    /// The Message-ID was used before, for other content.
    MessageIdReused,
    /// The sender requires a receipt protocol other than PKCS #7 signatures.
    UnsupportedReceiptProtocol,
    /// The sender requires a signed receipt by none of the algorithms accepted.
    UnsupportedMicAlgorithms,
    /// The sender requires a signed receipt and no key is configured to sign with.
    NoSigner,
    /// The MIME outside of any envelope cannot be read.
    Unreadable(MimeFault),
    /// A multipart/signed outside of any envelope that has not exactly two parts (RFC 1847, section 2.1).
    NotTwoParts,
    /// The signature outside of any envelope is not the CMS it should be.
    UnreadableSignature(SmimeError),
    /// The signature was read and does not count.
    Signature(SignatureFault),
    /// The envelope cannot be opened, or what is inside cannot be read.
    Sealed(SealedFault),
    /// The content cannot be inflated: it is damaged, grows beyond its bounds, or is compressed twice.
    Decompression(SmimeError),
    /// The partner must compress and did not.
    NotCompressed,
    /// The partner must sign and did not.
    NotSigned,
    /// The partner must encrypt and did not.
    NotEncrypted,
    /// The content encryption is not accepted from this partner.
    WeakEncryption(ContentEncryption),
    /// The signature is around the envelope instead of inside (RFC 4130, section 2.4.2 signs first).
    SignedOutsideEncrypted,
}

/// What went wrong with an envelope or inside one. The sender is told the same of all of them: which of them it was
/// would tell an attacker about the key or the content (RFC 3218).
#[derive(Debug)]
pub enum SealedFault {
    /// The envelope itself.
    Cms(SmimeError),
    /// The MIME inside.
    Mime(MimeFault),
    /// The signature inside is not the CMS it should be.
    Signature(SmimeError),
    /// The signature inside is malformed or of an unknown kind.
    SignatureFault(SignatureFault),
    /// A multipart/signed inside has not exactly two parts.
    NotTwoParts,
    /// What is inside is neither a MIME entity nor plain EDI.
    NotAnEntity,
    /// An envelope inside the envelope.
    Nested,
}

impl As2Error {
    /// The table: what the sender is told in the Disposition field (RFC 4130, section 7.4.3).
    pub fn disposition(&self) -> Disposition {
        let modifier = match self {
            Self::UnknownPair { .. } => ErrorModifier::UnknownTradingRelationship,
            Self::MessageIdReused | Self::Unreadable(_) | Self::NotTwoParts | Self::NotCompressed => {
                ErrorModifier::UnexpectedProcessingError
            }
            Self::UnsupportedReceiptProtocol | Self::NoSigner => {
                return Disposition::Failed(FailureModifier::UnsupportedFormat);
            }
            Self::UnsupportedMicAlgorithms => return Disposition::Failed(FailureModifier::UnsupportedMicAlgorithms),
            // The signature is there and does not show who sent this.
            Self::UnreadableSignature(_) => ErrorModifier::AuthenticationFailed,
            Self::Signature(fault) => match fault {
                SignatureFault::Untrusted { .. }
                | SignatureFault::Malformed { .. }
                | SignatureFault::Unsupported { .. } => ErrorModifier::AuthenticationFailed,
                SignatureFault::DigestDiffers { .. } => ErrorModifier::IntegrityCheckFailed,
                // Digests are taken by every algorithm accepted: one not taken is one not accepted.
                SignatureFault::WeakAlgorithm(_) | SignatureFault::DigestNotTaken(_) => {
                    ErrorModifier::InsufficientMessageSecurity
                }
            },
            Self::Sealed(_) => ErrorModifier::DecryptionFailed,
            Self::Decompression(_) => ErrorModifier::DecompressionFailed,
            Self::NotSigned | Self::NotEncrypted | Self::WeakEncryption(_) | Self::SignedOutsideEncrypted => {
                ErrorModifier::InsufficientMessageSecurity
            }
        };
        Disposition::Error(modifier)
    }

    /// The sentence for the sender's operator. It depends on the disposition only, and gives nothing away that the
    /// disposition does not.
    pub fn peer_text(&self) -> &'static str {
        match self.disposition() {
            Disposition::Error(modifier) => match modifier {
                ErrorModifier::AuthenticationFailed => "The sender of the message could not be authenticated.",
                ErrorModifier::DecompressionFailed => "The message could not be decompressed.",
                ErrorModifier::DecryptionFailed => "The message could not be decrypted.",
                ErrorModifier::InsufficientMessageSecurity => {
                    "The message is not protected as agreed: signed, encrypted, and by accepted algorithms."
                }
                ErrorModifier::IntegrityCheckFailed => "The content of the message is not what was signed.",
                ErrorModifier::UnknownTradingRelationship => {
                    "There is no trading relationship between these AS2 names."
                }
                ErrorModifier::UnexpectedProcessingError | ErrorModifier::Other(_) => match self {
                    Self::MessageIdReused => "The Message-ID was used before for another message.",
                    Self::NotCompressed => "The message is not compressed as agreed.",
                    _ => "The message could not be processed.",
                },
            },
            Disposition::Failed(FailureModifier::UnsupportedMicAlgorithms) => {
                "None of the MIC algorithms asked for is supported. Please ask for sha-256."
            }
            Disposition::Failed(FailureModifier::UnsupportedFormat) => {
                "The kind of receipt asked for is not supported."
            }
            Disposition::Failed(FailureModifier::Other(_)) => "The receipt asked for cannot be given.",
            Disposition::Processed | Disposition::Warning(_) | Disposition::Other(_) => {
                "The message was not processed."
            }
        }
    }

    /// A word that never changes, for filters and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPair { .. } => "as2-unknown-pair",
            Self::MessageIdReused => "as2-message-id-reused",
            Self::UnsupportedReceiptProtocol => "as2-receipt-protocol",
            Self::UnsupportedMicAlgorithms => "as2-receipt-algorithms",
            Self::NoSigner => "as2-no-signer",
            Self::Unreadable(_) | Self::NotTwoParts => "as2-unreadable",
            Self::UnreadableSignature(_) => "as2-signature-unreadable",
            Self::Signature(fault) => match fault {
                SignatureFault::Untrusted { .. } => "as2-signature-untrusted",
                SignatureFault::DigestDiffers { .. } => "as2-content-differs",
                SignatureFault::WeakAlgorithm(_) | SignatureFault::DigestNotTaken(_) => "as2-signature-weak",
                SignatureFault::Malformed { .. } | SignatureFault::Unsupported { .. } => "as2-signature-unreadable",
            },
            Self::Sealed(SealedFault::Cms(SmimeError::NotForUs { .. })) => "as2-not-for-us",
            Self::Sealed(_) => "as2-decryption-failed",
            Self::Decompression(_) => "as2-decompression-failed",
            Self::NotCompressed => "as2-not-compressed",
            Self::NotSigned => "as2-not-signed",
            Self::NotEncrypted => "as2-not-encrypted",
            Self::WeakEncryption(_) => "as2-encryption-weak",
            Self::SignedOutsideEncrypted => "as2-wrong-order",
        }
    }

    /// The operator's text with the next step to take.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code(), self.to_string()).hinting(self.next_step())
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::UnknownPair { .. } => "add the pair to a partner file, or ask the sender for its AS2 names",
            Self::MessageIdReused => {
                "the first message stands; ask the partner to send the other one under a new Message-ID"
            }
            Self::UnsupportedReceiptProtocol | Self::UnsupportedMicAlgorithms => {
                "ask the partner to request a receipt signed by pkcs7-signature with sha-256"
            }
            Self::NoSigner => "configure a certificate and key of ours to sign receipts with",
            Self::Unreadable(_) | Self::NotTwoParts => "ask the partner to look at how its product builds the message",
            Self::UnreadableSignature(_) | Self::Signature(_) => match self.disposition() {
                Disposition::Error(ErrorModifier::InsufficientMessageSecurity) => {
                    "ask the partner for a stronger signature, or allow this one in the partner file"
                }
                Disposition::Error(ErrorModifier::IntegrityCheckFailed) => {
                    "ask the partner to send again; if it happens again, something on the way changes the content"
                }
                _ => "compare the partner's signing certificate with the ones in its partner file",
            },
            Self::Sealed(SealedFault::Cms(SmimeError::NotForUs { .. })) => {
                "ask the partner to encrypt for the certificate in use, or configure the key of the one it uses"
            }
            Self::Sealed(_) => "ask the partner which certificate and algorithms it encrypts with, and to send again",
            Self::Decompression(_) => {
                "ask the partner to send it again; if it is as large as that, raise the partner's max_decompressed_size"
            }
            Self::NotCompressed => "ask the partner to turn compression on, or write require_compressed = false",
            Self::NotSigned | Self::NotEncrypted | Self::WeakEncryption(_) => {
                "ask the partner to protect its messages as agreed, or allow this in the partner file"
            }
            Self::SignedOutsideEncrypted => "ask the partner to sign first and encrypt what was signed",
        }
    }
}

impl fmt::Display for As2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPair { from, to } => write!(f, "no partner file names AS2-From '{from}' with AS2-To '{to}'"),
            Self::MessageIdReused => f.write_str("the Message-ID was used before by this partner, for other content"),
            Self::UnsupportedReceiptProtocol => {
                f.write_str("the partner requires a receipt signed by another protocol than pkcs7-signature")
            }
            Self::UnsupportedMicAlgorithms => {
                f.write_str("the partner requires a receipt by MIC algorithms of which none is accepted")
            }
            Self::NoSigner => f.write_str("the partner requires a signed receipt and there is no key to sign it with"),
            Self::Unreadable(fault) => write!(f, "the message cannot be read: {fault}"),
            Self::NotTwoParts => f.write_str("the signed message has not exactly two parts, content and signature"),
            Self::UnreadableSignature(fault) => write!(f, "the signature cannot be read: {fault}"),
            Self::Signature(fault) => fault.fmt(f),
            Self::Sealed(fault) => fault.fmt(f),
            Self::Decompression(fault) => fault.fmt(f),
            Self::NotCompressed => f.write_str("the message is not compressed, as this partner's must be"),
            Self::NotSigned => f.write_str("the message is not signed, as this partner's must be"),
            Self::NotEncrypted => f.write_str("the message is not encrypted, as this partner's must be"),
            Self::WeakEncryption(algorithm) => write!(f, "{algorithm:?} is not accepted from this partner"),
            Self::SignedOutsideEncrypted => f.write_str("the message is signed around its envelope instead of inside"),
        }
    }
}

impl fmt::Display for SealedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cms(fault) => fault.fmt(f),
            Self::Mime(fault) => write!(f, "the decrypted message cannot be read: {fault}"),
            Self::Signature(fault) => write!(f, "the signature in the decrypted message cannot be read: {fault}"),
            Self::SignatureFault(fault) => write!(f, "the decrypted message: {fault}"),
            Self::NotTwoParts => {
                f.write_str("the decrypted message is signed and has not exactly two parts, content and signature")
            }
            Self::NotAnEntity => f.write_str("the decrypted message is neither a MIME entity nor EDI"),
            Self::Nested => f.write_str("the decrypted message holds another envelope"),
        }
    }
}

impl std::error::Error for As2Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sha256;
    use crate::smime::{DigestAlgorithm, Weakness};

    #[test]
    fn the_table() {
        let check = |error: As2Error, code: &str, expect: &str| {
            assert_eq!(error.code(), code);
            let text = error.disposition().to_string();
            assert_eq!(text.split_once("; ").unwrap().1, expect, "{error}");
            // The sender is told whole sentences that name none of our files, certificates or libraries.
            assert!(error.peer_text().ends_with('.') && error.peer_text().len() < 120, "{error}");
            assert!(!error.next_step().is_empty());
        };
        let name = || "A".parse::<As2Name>().unwrap();
        let signer = Sha256::of(b"");
        let cms = || SmimeError::Malformed { what: "x", at: 0 };
        let malformed = || SignatureFault::Malformed { what: "x" };
        let unsupported = || SignatureFault::Unsupported { what: "x", name: "1.2".into() };
        let untrusted = SignatureFault::Untrusted { claimed: "x".into() };
        let differs = SignatureFault::DigestDiffers { signer, algorithm: DigestAlgorithm::Sha256 };
        let weak = SignatureFault::WeakAlgorithm(Weakness::NoSignedAttributes);
        let not_taken = SignatureFault::DigestNotTaken(DigestAlgorithm::Sha1);
        let not_for_us = SmimeError::NotForUs { recipients: Vec::new() };

        const AUTHENTICATION: &str = "processed/error: authentication-failed";
        const INTEGRITY: &str = "processed/error: integrity-check-failed";
        const DECRYPTION: &str = "processed/error: decryption-failed";
        const SECURITY: &str = "processed/error: insufficient-message-security";
        const UNEXPECTED: &str = "processed/error: unexpected-processing-error";
        check(
            As2Error::UnknownPair { from: name(), to: name() },
            "as2-unknown-pair",
            "processed/error: unknown-trading-relationship",
        );
        check(As2Error::MessageIdReused, "as2-message-id-reused", UNEXPECTED);
        check(As2Error::UnsupportedReceiptProtocol, "as2-receipt-protocol", "failed/failure: unsupported format");
        check(
            As2Error::UnsupportedMicAlgorithms,
            "as2-receipt-algorithms",
            "failed/failure: unsupported MIC-algorithms",
        );
        check(As2Error::NoSigner, "as2-no-signer", "failed/failure: unsupported format");
        check(As2Error::Unreadable(MimeFault::Truncated), "as2-unreadable", UNEXPECTED);
        check(As2Error::NotTwoParts, "as2-unreadable", UNEXPECTED);
        check(As2Error::UnreadableSignature(cms()), "as2-signature-unreadable", AUTHENTICATION);
        check(As2Error::Signature(untrusted), "as2-signature-untrusted", AUTHENTICATION);
        check(As2Error::Signature(malformed()), "as2-signature-unreadable", AUTHENTICATION);
        check(As2Error::Signature(unsupported()), "as2-signature-unreadable", AUTHENTICATION);
        check(As2Error::Signature(differs), "as2-content-differs", INTEGRITY);
        check(As2Error::Signature(weak), "as2-signature-weak", SECURITY);
        check(As2Error::Signature(not_taken), "as2-signature-weak", SECURITY);
        check(As2Error::Sealed(SealedFault::Cms(not_for_us)), "as2-not-for-us", DECRYPTION);
        check(As2Error::Sealed(SealedFault::Cms(cms())), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::Mime(MimeFault::NoBoundary)), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::Signature(cms())), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::SignatureFault(malformed())), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::NotTwoParts), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::NotAnEntity), "as2-decryption-failed", DECRYPTION);
        check(As2Error::Sealed(SealedFault::Nested), "as2-decryption-failed", DECRYPTION);
        let bomb = SmimeError::DecompressionFailed { what: "it grows".into() };
        check(As2Error::Decompression(bomb), "as2-decompression-failed", "processed/error: decompression-failed");
        check(As2Error::NotCompressed, "as2-not-compressed", "processed/error: unexpected-processing-error");
        check(As2Error::NotSigned, "as2-not-signed", SECURITY);
        check(As2Error::NotEncrypted, "as2-not-encrypted", SECURITY);
        check(As2Error::WeakEncryption(ContentEncryption::Aes128Cbc), "as2-encryption-weak", SECURITY);
        check(As2Error::SignedOutsideEncrypted, "as2-wrong-order", SECURITY);
    }
}
