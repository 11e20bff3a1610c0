//! EDI: a stream of bytes becomes envelopes and transaction sets, a transaction set becomes a tree by a guide.
//!
//! ```text
//! bytes --Reader--> Piece::Set(TransactionSet) --structure(guide)--> Tree of Instances + Findings
//! InterchangeReport --ack::acknowledge--> OutgoingInterchange + Verdicts
//! OutgoingInterchange --write::write--> bytes
//! ```
//!
//! A broken document is [`Finding`]s, never an error; a [`ReadFault`] is for what cannot be read at all.

pub mod ack;
mod charset;
mod check;
mod control;
mod delimiter;
mod edifact;
mod encoding;
mod fault;
mod finding;
mod group;
pub mod guide;
mod input;
mod intake;
mod interchange;
mod number;
mod outgoing;
mod place;
mod read;
mod record;
mod report;
mod run;
mod severity;
mod sniff;
mod source;
mod table;
mod tape;
mod token;
mod tokens;
mod tree;
mod validate;
mod wide;
pub mod write;
mod x12;

#[cfg(test)]
mod tests;

pub use charset::{CharacterSet, NotACharacterSet, decode};
pub(crate) use check::no_guide;
pub use check::{Checked, Checker, Defaults, Terms};
pub use delimiter::{Delimiters, WideDelimiters};
pub use fault::{Bound, ReadFault};
pub use finding::{Family, Finding, FindingCode, Level, worst};
pub use guide::{Guide, GuideKey, Guides};
pub use interchange::{
    GroupEnd, GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Particulars, Party, Standard,
    Trailer, TransactionSet, UnreadableInterchange, Usage,
};
pub use number::ControlNumber;
pub use outgoing::{
    OutgoingElement, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead, OutgoingSegment,
    OutgoingSet,
};
pub use place::{Place, Tag};
pub use read::{Piece, ReadOptions, Reader};
pub use record::{FindingRecord, Indices};
pub use report::{GroupKind, GroupReport, GroupSummary, InterchangeReport, SetKind, SetReport};
pub use severity::{Severities, Weight};
pub use token::{Element, Segment};
pub use tokens::{TokenSegment, Tokens};
pub use tree::{Instance, InstancePart, Tree};
pub use validate::{functional_id, structure};
