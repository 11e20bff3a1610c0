//! EDI: a stream of bytes becomes envelopes and transaction sets, a transaction set becomes a tree by a guide.
//!
//! ```text
//! bytes --Reader--> Piece::Set(TransactionSet) --structure(guide)--> Tree of Instances + Findings
//! ```
//!
//! A broken document is [`Finding`]s, never an error; a [`ReadFault`] is for what cannot be read at all.

mod charset;
mod delimiter;
mod fault;
mod finding;
pub mod guide;
mod input;
mod interchange;
mod outgoing;
mod place;
mod read;
mod report;
mod run;
mod sniff;
mod source;
mod table;
mod tape;
mod token;
mod tokens;
mod tree;
mod validate;
mod wide;
mod x12;

#[cfg(test)]
mod tests;

pub use charset::decode;
pub use delimiter::{Delimiters, WideDelimiters};
pub use fault::{Bound, ReadFault};
pub use finding::{Finding, FindingCode, Level, worst};
pub use guide::{Guide, GuideKey, Guides};
pub use interchange::{
    GroupEnd, GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Party, Standard, Trailer,
    TransactionSet, UnreadableInterchange, Usage,
};
pub use outgoing::{OutgoingElement, OutgoingGroup, OutgoingInterchange, OutgoingSegment, OutgoingSet};
pub use place::{Place, Tag};
pub use read::{Piece, ReadOptions, Reader};
pub use report::{Checked, Checker, GroupReport, InterchangeReport, SetReport};
pub use token::{Element, Segment};
pub use tokens::{TokenSegment, Tokens};
pub use tree::{Instance, InstancePart, Tree};
pub use validate::structure;
