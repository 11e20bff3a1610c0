//! The life of one message: records, and the pure functions that say what a step has changed.
//!
//! A step returns a [`Change`]. The store writes it whole or not at all, so a crash between any two steps leaves the
//! exchange either before or after the step, never between.

pub mod advice;
mod attachment;
pub mod audit;
mod authority;
pub mod bounds;
mod carriage;
mod certificate_use;
mod change;
pub mod command;
pub mod conclusion;
mod confirm;
pub mod contract;
mod delivery;
mod detail;
mod document_detail;
pub mod dispatch;
pub mod inbound;
pub mod intake;
pub mod making;
pub mod outbound;
mod publication;
mod record;
pub mod quarantine;
pub mod replay;
pub mod resending;
pub mod resubmission;
mod retry;
pub mod sent;
mod stage;
mod telling;
mod translation;

pub use attachment::{Attachment, NewAttachment};
pub use audit::AuditEntry;
pub use authority::{Authority, Grant};
pub use carriage::{Body, ClaimCheck, ContentMode};
pub use certificate_use::{CertificateUse, Purpose};
pub use change::{Applied, Change, Effect, Expect, Payload, PayloadBody};
pub use command::{Command, Route, Verb};
pub use confirm::Confirm;
pub use delivery::{Handover, Schedule};
pub use detail::{
    Attempt, CertificateRole, CertificateUsed, Detail, Evidence, KeptContent, KeptEntity, PackedMessage, SettledBy,
};
pub use dispatch::DispatchDetail;
pub use document_detail::{
    Asked, DocumentDetail, ErpVerdict, RefusalReason, SetAcknowledgement, StepTaken, WireMessage,
};
pub use publication::{Channel, Publication, PublishedDocument, ReceivedDocument, content_hash};
pub use record::{
    Answer, AuditRow, BlobRef, CounterName, DedupKey, Dispatch, DispatchStage, Document, DocumentStage, Encoding,
    Exchange, Job, JobKind, Lane, Row, RowStage, Seen, Sent, Subject,
};
pub use retry::Backoff;
pub use sent::{SentGroup, SentInterchange, SentSet};
pub use stage::Stage;
pub use telling::{EventName, Teller};
pub use translation::{Ids, Translated, Translation, rejected_with, usage_not_agreed, wire_message};
