//! The life of one message: records, and the pure functions that say what a step has changed.
//!
//! A step returns a [`Change`]. The store writes it whole or not at all, so a crash between any two steps leaves the
//! exchange either before or after the step, never between.

mod attachment;
mod certificate_use;
mod change;
mod confirm;
mod delivery;
mod detail;
pub mod dispatch;
pub mod inbound;
pub mod outbound;
mod publication;
mod record;
mod retry;
mod stage;
mod translation;

pub use attachment::{Attachment, NewAttachment};
pub use certificate_use::{CertificateUse, Purpose};
pub use change::{Applied, Change, Effect, Expect, Payload, PayloadBody};
pub use confirm::Confirm;
pub use delivery::{Handover, Schedule};
pub use detail::{
    Attempt, CertificateRole, CertificateUsed, Detail, Evidence, KeptContent, KeptEntity, PackedMessage, SettledBy,
};
pub use dispatch::DispatchDetail;
pub use publication::{Channel, Publication, ReceivedDocument, content_hash};
pub use record::{
    Answer, BlobRef, CounterName, DedupKey, Dispatch, DispatchStage, Document, DocumentStage, Encoding, Exchange, Job,
    JobKind, Lane, Row, RowStage, Sent, Subject,
};
pub use retry::Backoff;
pub use stage::Stage;
pub use translation::{Ids, Translated, Translation, rejected_with};
