//! What can be wrong with MIME.

use std::fmt;
use std::io;

/// A fault in a sender's MIME, or in reading it.
#[derive(Debug)]
pub enum MimeFault {
    /// A header line without a field name and a colon (RFC 5322, section 2.2).
    NotAHeader,
    /// A header line longer than `limits.header_line`.
    HeaderLineTooLong {
        /// The bound in bytes.
        limit: usize,
    },
    /// The header lines of one entity are longer than `limits.mime_head`.
    HeadTooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// A Content-Type that names no type.
    NotAContentType,
    /// A multipart content type without the boundary it must have (RFC 2046, section 5.1.1).
    NoBoundary,
    /// A boundary longer than `limits.boundary`.
    BoundaryTooLong {
        /// The bound in bytes.
        limit: usize,
    },
    /// More parts than `limits.mime_parts`.
    TooManyParts {
        /// The bound in parts.
        limit: usize,
    },
    /// The body ended before its closing boundary.
    Truncated,
    /// Bytes after the closing boundary, or behind a layer of CMS, where none may be.
    Epilogue,
    /// A content-transfer-encoding this build does not know.
    UnknownTransferEncoding(String),
    /// Bytes that are not base64 (RFC 2045, section 6.8).
    NotBase64,
    /// Bytes that are not quoted-printable (RFC 2045, section 6.7).
    NotQuotedPrintable,
    /// The source under the entity failed: what it said.
    Source(io::Error),
}

impl fmt::Display for MimeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAHeader => f.write_str("a MIME header line has no field name"),
            Self::HeaderLineTooLong { limit } => write!(f, "a MIME header line is longer than {limit} bytes"),
            Self::HeadTooLarge { limit } => write!(f, "the MIME headers are longer than {limit} bytes together"),
            Self::NotAContentType => f.write_str("the Content-Type names no type"),
            Self::NoBoundary => f.write_str("the multipart Content-Type has no boundary"),
            Self::BoundaryTooLong { limit } => write!(f, "the multipart boundary is longer than {limit} bytes"),
            Self::TooManyParts { limit } => write!(f, "the multipart body has more than {limit} parts"),
            Self::Truncated => f.write_str("the multipart body ends before its closing boundary"),
            Self::Epilogue => f.write_str("there is content behind its end"),
            Self::UnknownTransferEncoding(name) => write!(f, "the content-transfer-encoding '{name}' is not known"),
            Self::NotBase64 => f.write_str("the content is not base64 as its headers say"),
            Self::NotQuotedPrintable => f.write_str("the content is not quoted-printable as its headers say"),
            Self::Source(error) => write!(f, "the content could not be read: {error}"),
        }
    }
}

impl std::error::Error for MimeFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) => Some(error),
            _ => None,
        }
    }
}

impl From<MimeFault> for io::Error {
    fn from(fault: MimeFault) -> Self {
        match fault {
            MimeFault::Source(error) => error,
            fault => Self::new(io::ErrorKind::InvalidData, fault),
        }
    }
}

/// Finds the fault that a MIME reader put into an I/O error again; any other error is the source's.
impl From<io::Error> for MimeFault {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Source)
    }
}
