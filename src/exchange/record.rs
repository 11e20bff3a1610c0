//! What is known of an exchange, its documents, its outbox rows and its open jobs.
//!
//! These records stand in the store's index, so each stays within 256 bytes: what is longer (headers, findings,
//! bodies) is a payload, and the record carries its [`BlobRef`]. They are written in CBOR with numbered members
//! (RFC 8949); a number, once given, keeps its meaning for ever.

use minicbor::{Decode, Encode};

use super::stage::Stage;
use crate::base::{DocumentId, ExchangeId, PartnerId, RowId, Sha256, Timestamp};

/// How a payload's bytes are written on disk. Leaves room for encryption at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As they are.
    #[n(0)]
    Plain,
}

/// Names a payload by its content; where it lies is the store's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct BlobRef {
    /// SHA-256 of the content, checked on every read.
    #[n(0)]
    pub sha256: Sha256,
    /// Length of the content in bytes.
    #[n(1)]
    pub length: u64,
    /// How the bytes are written.
    #[n(2)]
    pub encoding: Encoding,
}

impl BlobRef {
    /// The reference of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self { sha256: Sha256::of(content), length: content.len() as u64, encoding: Encoding::Plain }
    }
}

/// One transport message and what has come of it. Its id is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Exchange {
    /// Its id.
    #[n(0)]
    pub id: ExchangeId,
    /// Counts the changes of this record; a change names the version it was decided on.
    #[n(1)]
    pub version: u32,
    /// How far it has come.
    #[n(2)]
    pub stage: Stage,
    /// Whose it is.
    #[n(3)]
    pub partner: PartnerId,
    /// When its last byte arrived.
    #[n(4)]
    pub received_at: Timestamp,
    /// When this record was last changed.
    #[n(5)]
    pub updated_at: Timestamp,
    /// Transaction sets dealt with so far, so that a translation goes on where a crash stopped it.
    #[n(6)]
    pub sets_done: u64,
    /// Documents that came out of it.
    #[n(7)]
    pub documents: u64,
    /// Transaction sets that were parked.
    #[n(8)]
    pub parked: u64,
    /// The rest, as a JSON payload: names, Message-ID, layers, MIC, references to the raw bytes and the receipt.
    #[n(9)]
    pub detail: BlobRef,
}

/// How far a document has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentStage {
    /// In the outbox, not yet confirmed by the ERP's side.
    #[n(0)]
    Waiting,
    /// Confirmed by the broker, or safe in the directory sink.
    #[n(1)]
    Published,
    /// It could not be parsed, mapped or routed; it waits whole, with its diagnostics.
    #[n(2)]
    Parked,
}

/// One business document. Its id is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Document {
    /// Its id, kept over replays.
    #[n(0)]
    pub id: DocumentId,
    /// The exchange it came in.
    #[n(1)]
    pub exchange: ExchangeId,
    /// Whose it is.
    #[n(2)]
    pub partner: PartnerId,
    /// Canonical type such as `order`, or the transaction set such as `850` while nothing better is known.
    #[n(3)]
    pub kind: String,
    /// The business number such as an order number, cut at [`Document::NUMBER_BYTES`]; empty when unknown.
    #[n(4)]
    pub number: String,
    /// How far it has come.
    #[n(5)]
    pub stage: DocumentStage,
    /// When it was made.
    #[n(6)]
    pub created_at: Timestamp,
    /// The outbox row that carries it.
    #[n(7)]
    pub row: Option<RowId>,
    /// The canonical document, or the transaction set as it arrived when it is parked.
    #[n(8)]
    pub content: BlobRef,
    /// Diagnostics as a JSON array, when there are any.
    #[n(9)]
    pub diagnostics: Option<BlobRef>,
}

impl Document {
    /// Bytes of the business number that the record keeps.
    pub const NUMBER_BYTES: usize = 35;
    /// Bytes of the type that the record keeps.
    pub const KIND_BYTES: usize = 20;
}

/// How far an outbox row has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum RowStage {
    /// To be published.
    #[n(0)]
    Waiting,
    /// Confirmed.
    #[n(1)]
    Published,
}

/// One event for the ERP: a document and how it is addressed. Its id is the key, and the event's id.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Row {
    /// Its id, the same for every retransmission.
    #[n(0)]
    pub id: RowId,
    /// Increasing per partner. Zero in a change: the store gives the next one as it commits.
    #[n(1)]
    pub sequence: u64,
    /// Whose it is.
    #[n(2)]
    pub partner: PartnerId,
    /// The document it carries.
    #[n(3)]
    pub document: DocumentId,
    /// Rows of one lane are published in the order in which they were committed.
    #[n(4)]
    pub lane: Lane,
    /// How far it has come.
    #[n(5)]
    pub stage: RowStage,
    /// When it was confirmed.
    #[n(6)]
    pub published_at: Option<Timestamp>,
    /// Routing key, properties and headers as a JSON payload.
    #[n(7)]
    pub envelope: BlobRef,
    /// The body.
    #[n(8)]
    pub body: BlobRef,
}

/// Recognises a repeated message: the SHA-256 of sender, receiver and message id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DedupKey(#[n(0)] Sha256);

impl DedupKey {
    /// The key of an AS2 message (RFC 4130, section 5.3.3: Message-ID is unique per sender; the pair is part of it).
    pub fn as2(from: &str, to: &str, message_id: &str) -> Self {
        let mut hasher = crate::base::Sha256Hasher::default();
        for part in [from, to, message_id] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finish())
    }

    /// The key of a message of ours, by which its receipt is matched: some products leave out the brackets around the
    /// Message-ID, so they are no part of it.
    pub fn sent(from: &str, to: &str, message_id: &str) -> Self {
        let bare = message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(message_id);
        Self::as2(from, to, bare)
    }

    /// A key that was stored as bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sha256::from_bytes(bytes))
    }

    /// Its thirty-two bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// What a partner was answered, so that a repeat gets the very same.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Answer {
    /// The exchange that was answered.
    #[n(0)]
    pub exchange: ExchangeId,
    /// SHA-256 of the MIC input: the same id with other content is another message.
    #[n(1)]
    pub content: Sha256,
    /// The answer's headers and body as they went out, as a payload. Absent when no receipt was asked for.
    #[n(2)]
    pub receipt: Option<BlobRef>,
    /// When it was given.
    #[n(3)]
    pub at: Timestamp,
}

/// A message that was sent: which exchange its receipt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sent {
    /// The exchange.
    #[n(0)]
    pub exchange: ExchangeId,
    /// When it was packed.
    #[n(1)]
    pub at: Timestamp,
}

/// How far an asynchronous receipt of ours has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DispatchStage {
    /// To be delivered.
    #[n(0)]
    Waiting,
    /// The partner's server has taken it.
    #[n(1)]
    Delivered,
    /// It was not taken, and is not offered again unless the message is repeated.
    #[n(2)]
    Failed,
}

/// An asynchronous receipt of ours on its way to the partner. The exchange it is for is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Dispatch {
    /// The exchange whose message it is for.
    #[n(0)]
    pub exchange: ExchangeId,
    /// Whose it is.
    #[n(1)]
    pub partner: PartnerId,
    /// How far it has come.
    #[n(2)]
    pub stage: DispatchStage,
    /// When it was first due.
    #[n(3)]
    pub since: Timestamp,
    /// When this record was last changed.
    #[n(4)]
    pub updated_at: Timestamp,
    /// The receipt: its header lines and its body.
    #[n(5)]
    pub receipt: BlobRef,
    /// Where it goes and how the attempts went, as JSON.
    #[n(6)]
    pub detail: BlobRef,
}

/// What a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Subject {
    /// An exchange.
    #[n(0)]
    Exchange(#[n(0)] ExchangeId),
    /// An outbox row.
    #[n(1)]
    Row(#[n(0)] RowId),
    /// The asynchronous receipt of an exchange.
    #[n(2)]
    Receipt(#[n(0)] ExchangeId),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum JobKind {
    /// Make canonical documents of what a partner sent.
    #[n(0)]
    Translate,
    /// Hand a row to the ERP's side.
    #[n(1)]
    Publish,
    /// Open a message that was acknowledged before it was opened, and make its asynchronous receipt.
    #[n(2)]
    Open,
    /// Make the message of a payload that is to be sent.
    #[n(3)]
    Pack,
    /// Offer a packed message to the partner.
    #[n(4)]
    Deliver,
    /// Notice that a receipt has not come in time.
    #[n(5)]
    AwaitReceipt,
    /// Deliver an asynchronous receipt.
    #[n(6)]
    Dispatch,
}

impl JobKind {
    /// Every kind, in the order of a message's way.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Translate, Self::Publish, Self::Pack, Self::Deliver, Self::AwaitReceipt, Self::Dispatch];

    /// Whether an attempt is counted on disk before the work, so that work that kills the daemon ends parked.
    pub const fn counts_attempts(self) -> bool {
        match self {
            Self::Translate | Self::Open | Self::Pack => true,
            Self::Publish | Self::Deliver | Self::AwaitReceipt | Self::Dispatch => false,
        }
    }

    /// The word in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Translate => "translate",
            Self::Publish => "publish",
            Self::Open => "open",
            Self::Pack => "pack",
            Self::Deliver => "deliver",
            Self::AwaitReceipt => "await-receipt",
            Self::Dispatch => "dispatch",
        }
    }
}

/// Jobs of one kind and one lane are done one after the other, in the order in which they were committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Lane(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

impl Lane {
    /// The lane of a name such as a partition key.
    pub fn of(name: &str) -> Self {
        let mut lane = [0; 16];
        for (byte, hashed) in lane.iter_mut().zip(Sha256::of(name.as_bytes()).as_bytes()) {
            *byte = *hashed;
        }
        Self(lane)
    }

    /// Its sixteen bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// One open piece of work. A subject has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Job {
    /// What it is about; the key.
    #[n(0)]
    pub subject: Subject,
    /// What is to be done.
    #[n(1)]
    pub kind: JobKind,
    /// Its lane.
    #[n(2)]
    pub lane: Lane,
    /// Its place in the lane. Zero in a change that adds the job: the store gives the next one as it commits.
    #[n(3)]
    pub position: u64,
    /// Not before.
    #[n(4)]
    pub due: Timestamp,
    /// Attempts begun.
    #[n(5)]
    pub attempts: u32,
}

/// Names a number that only grows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct CounterName(#[n(0)] String);

impl CounterName {
    /// The counter that gives the rows of `partner` their sequence.
    pub fn sequence(partner: &PartnerId) -> Self {
        Self(format!("sequence/{partner}"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths up to 4 GiB: the largest body an operator can allow is far below.
    fn longest() -> (PartnerId, BlobRef) {
        ("p".repeat(64).parse().unwrap(), BlobRef { length: u64::from(u32::MAX), ..BlobRef::of(b"x") })
    }

    #[test]
    fn the_longest_records_fit_the_index() {
        let (partner, blob) = longest();
        let at = Timestamp::from_millis(i64::MAX);
        let exchange = Exchange {
            id: ExchangeId::from_bytes([255; 16]),
            version: u32::MAX,
            stage: Stage::Refused,
            partner: partner.clone(),
            received_at: at,
            updated_at: at,
            sets_done: u64::MAX,
            documents: u64::MAX,
            parked: u64::MAX,
            detail: blob,
        };
        let document = Document {
            id: DocumentId::from_bytes([255; 16]),
            exchange: exchange.id,
            partner: partner.clone(),
            kind: "k".repeat(Document::KIND_BYTES),
            number: "n".repeat(Document::NUMBER_BYTES),
            stage: DocumentStage::Parked,
            created_at: at,
            row: None,
            content: blob,
            diagnostics: Some(blob),
        };
        let row = Row {
            id: RowId::from_bytes([255; 16]),
            sequence: u64::MAX,
            partner,
            document: document.id,
            lane: Lane::of("x"),
            stage: RowStage::Published,
            published_at: Some(at),
            envelope: blob,
            body: blob,
        };
        let dispatch = Dispatch {
            exchange: exchange.id,
            partner: exchange.partner.clone(),
            stage: DispatchStage::Failed,
            since: at,
            updated_at: at,
            receipt: blob,
            detail: blob,
        };
        for (what, length) in [
            ("dispatch", minicbor::to_vec(&dispatch).unwrap().len()),
            ("exchange", minicbor::to_vec(&exchange).unwrap().len()),
            ("document", minicbor::to_vec(&document).unwrap().len()),
            ("row", minicbor::to_vec(&row).unwrap().len()),
        ] {
            assert!(length <= 256, "{what}: {length}");
        }
    }

    #[test]
    fn brackets_of_a_message_id_make_no_other_message() {
        assert_eq!(DedupKey::sent("A", "B", "<m@a>"), DedupKey::sent("A", "B", "m@a"));
        assert_ne!(DedupKey::sent("A", "B", "<m@a>"), DedupKey::sent("B", "A", "<m@a>"));
    }

    #[test]
    fn the_parts_of_a_dedup_key_cannot_run_into_one_another() {
        assert_ne!(DedupKey::as2("A", "BC", "m"), DedupKey::as2("AB", "C", "m"));
        assert_eq!(DedupKey::as2("A", "B", "m"), DedupKey::as2("A", "B", "m"));
    }
}
