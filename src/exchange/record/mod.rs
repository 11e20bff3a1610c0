//! What is known of an exchange, its documents, its outbox rows and its open jobs.
//!
//! These records stand in the store's index, so each stays within 320 bytes: what is longer (headers, findings,
//! bodies) is a payload, and the record carries its [`BlobRef`]. They are written in CBOR with numbered members
//! (RFC 8949); a number, once given, keeps its meaning for ever.

mod audit;
mod blob;
mod document;
mod exchange;
mod job;
mod key;
mod memory;
mod row;

pub use audit::AuditRow;
pub use blob::{BlobRef, Encoding};
pub use document::{Document, DocumentStage};
pub use exchange::Exchange;
pub use job::{Job, JobKind, Lane, Subject};
pub use key::{CounterName, DedupKey};
pub use memory::{Answer, Dispatch, DispatchStage, Seen, Sent};
pub use row::{Row, RowStage};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DocumentId, ExchangeId, PartnerId, RowId, Timestamp};
    use crate::exchange::Stage;

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
            exchange: Some(exchange.id),
            partner: partner.clone(),
            kind: "k".repeat(Document::KIND_BYTES),
            number: "n".repeat(Document::NUMBER_BYTES),
            stage: DocumentStage::Parked,
            created_at: at,
            row: Some(RowId::from_bytes([255; 16])),
            content: blob,
            detail: Some(blob),
            version: u32::MAX,
            outbound: true,
            order: Some(Lane::of("x")),
            updated_at: Some(at),
        };
        let row = Row {
            id: RowId::from_bytes([255; 16]),
            sequence: u64::MAX,
            partner,
            document: Some(document.id),
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
            assert!(length <= 320, "{what}: {length}");
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
