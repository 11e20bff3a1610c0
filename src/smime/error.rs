//! What can go wrong with a CMS message, a certificate or a key, and whose fault it is.

use std::fmt;
use std::io;

use openssl::error::ErrorStack;

/// A fault in reading or writing CMS. The texts are for the operator; what a peer is told is decided by `as2`.
#[derive(Debug)]
pub enum SmimeError {
    /// The bytes are not the CMS they should be.
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// Offset in bytes from the start of the CMS message.
        at: u64,
    },
    /// The message holds more of something than we allow a stranger.
    OverLimit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
    },
    /// Well-formed, but a kind of message or an algorithm that is not supported.
    Unsupported {
        /// Which part of the message asks for it: `content encryption`, `content type`.
        what: &'static str,
        /// What it asks for, usually an object identifier.
        name: String,
    },
    /// No recipient of the envelope is one of our certificates. Found before any key is used.
    NotForUs {
        /// The recipients as the envelope names them, for the operator to compare with the certificates given out.
        recipients: Vec<String>,
    },
    /// The envelope is for us and did not decrypt. Deliberately says nothing more (RFC 3218): a wrapped key that does
    /// not unwrap, a key of the wrong length and bad padding are one failure, found in one place.
    DecryptionFailed,
    /// Compressed content is no zlib stream, or one that grows beyond what is allowed.
    DecompressionFailed {
        /// Which.
        what: String,
    },
    /// A certificate or private key cannot be used for what it was configured for.
    Unusable {
        /// What is wrong with it, in words for an operator.
        what: String,
    },
    /// The bytes could not be read, or the result not written.
    Io(io::Error),
    /// OpenSSL refused a primitive that should not fail: our fault or the machine's, never the peer's.
    Primitive {
        /// What was being done.
        what: &'static str,
        /// OpenSSL's own account.
        cause: ErrorStack,
    },
}

impl SmimeError {
    pub(crate) fn primitive(what: &'static str) -> impl FnOnce(ErrorStack) -> Self {
        move |cause| Self::Primitive { what, cause }
    }

    pub(crate) fn over(what: &'static str, limit: usize) -> Self {
        Self::OverLimit { what, limit: limit as u64 }
    }
}

impl fmt::Display for SmimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, at } => write!(f, "the CMS message is malformed at byte {at}: {what}"),
            Self::OverLimit { what, limit } => write!(f, "the CMS message has more {what} than the limit of {limit}"),
            Self::Unsupported { what, name } => write!(f, "the {what} {name} is not supported"),
            Self::NotForUs { recipients } => {
                write!(f, "the message is encrypted for {}, none of which is a certificate of ours", Listed(recipients))
            }
            Self::DecryptionFailed => f.write_str("the message could not be decrypted"),
            Self::DecompressionFailed { what } => write!(f, "the message could not be decompressed: {what}"),
            Self::Unusable { what } => f.write_str(what),
            Self::Io(cause) => write!(f, "the message could not be read or written: {cause}"),
            Self::Primitive { what, cause } => write!(f, "OpenSSL failed while {what}: {cause}"),
        }
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nobody");
        }
        for (index, one) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{one}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SmimeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(cause) => Some(cause),
            Self::Primitive { cause, .. } => Some(cause),
            Self::Malformed { .. }
            | Self::OverLimit { .. }
            | Self::Unsupported { .. }
            | Self::NotForUs { .. }
            | Self::DecryptionFailed
            | Self::DecompressionFailed { .. }
            | Self::Unusable { .. } => None,
        }
    }
}

/// A CMS fault on its way through `io::Read`; [`SmimeError::from`] takes it out again.
impl From<SmimeError> for io::Error {
    fn from(fault: SmimeError) -> Self {
        match fault {
            SmimeError::Io(cause) => cause,
            other => Self::new(io::ErrorKind::InvalidData, other),
        }
    }
}

/// Takes a CMS fault back out of the I/O error that carried it; any other I/O error stays one.
impl From<io::Error> for SmimeError {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Io)
    }
}
