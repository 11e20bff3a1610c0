//! Why a file cannot be read any further.

use std::fmt;
use std::io;

use crate::base::{Diagnostic, Location};

use super::place::Place;

/// Which bound was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Bytes of an interchange.
    Interchange,
    /// Segments of an interchange.
    Segments,
    /// Groups, transaction sets and acknowledgements of an interchange.
    TransactionSets,
    /// Bytes of a segment.
    Segment,
    /// Bytes of a transaction set.
    TransactionSet,
    /// Elements of a segment.
    Elements,
}

impl Bound {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Interchange => ("the interchange has more bytes", "interchange"),
            Self::Segments => ("the interchange has more segments", "segments"),
            Self::TransactionSets => ("the interchange has more groups and transaction sets", "transaction_sets"),
            Self::Segment => ("a segment has more bytes", "segment"),
            Self::TransactionSet => ("a transaction set has more bytes", "transaction_set"),
            Self::Elements => ("a segment has more elements", "elements"),
        }
    }
}

/// Why nothing more can be read. What is merely wrong with a document is a [`Finding`](super::Finding).
#[derive(Debug)]
pub enum ReadFault {
    /// The source failed: the machine's fault.
    Io(io::Error),
    /// The file does not begin as EDI does: the bytes' fault.
    NotEdi {
        /// Where it should have begun.
        place: Place,
        /// Why, in words.
        found: String,
    },
    /// The file begins inside an interchange, whose head is not there: the bytes' fault.
    Fragment {
        /// Where it begins.
        place: Place,
        /// What it begins with, and what is missing, in words.
        found: String,
        /// Tag of the head of its interchange: `ISA`, `UNB`.
        head: &'static str,
    },
    /// A bound was passed: the bytes' fault, or a limit set too low.
    Bound {
        /// Which.
        bound: Bound,
        /// Its value.
        limit: u64,
        /// Where.
        place: Place,
    },
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the file cannot be read: {error}"),
            Self::NotEdi { found, .. } => write!(f, "this is no EDI: {found}"),
            Self::Fragment { found, .. } => write!(f, "this is no whole interchange: {found}"),
            Self::Bound { bound, limit, .. } => write!(f, "{} than {limit}", bound.words().0),
        }
    }
}

impl std::error::Error for ReadFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::NotEdi { .. } | Self::Fragment { .. } | Self::Bound { .. } => None,
        }
    }
}

impl From<&ReadFault> for Diagnostic {
    fn from(fault: &ReadFault) -> Self {
        let text = fault.to_string();
        match fault {
            ReadFault::Io(_) => Self::error("read-failed", text).hinting("look at the disk, then replay"),
            ReadFault::NotEdi { place, .. } => Self::error("not-edi", text)
                .at(Location::from(place))
                .expecting("ISA or UNB")
                .hinting("look at what the partner sent; it may be another format or an empty file"),
            ReadFault::Fragment { place, head, .. } => Self::error("not-edi", text)
                .at(Location::from(place))
                .expecting(*head)
                .hinting("ask the partner for the whole interchange: its head says from whom and for whom it is"),
            ReadFault::Bound { bound, place, .. } => Self::error("too-large", text)
                .at(Location::from(place))
                .hinting(format!("if the partner means it, raise limits.{}", bound.words().1)),
        }
    }
}
