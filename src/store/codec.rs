//! The body of a journal record: what was decided, and the payloads that became durable with it.
//!
//! Length of the CBOR (u32), a [`Record`] in CBOR (RFC 8949, numbered members; a number keeps its meaning for ever),
//! then the bytes of its inline payloads one after the other, in the order in which the record names them. So a
//! payload lies in the segment byte for byte and is read without its record.

use minicbor::{Decode, Encode};

use crate::base::{DocumentId, ExchangeId, RowId, Sha256, Timestamp};
use crate::exchange::{
    BlobRef, Change, DedupKey, DocumentStage, Encoding, JobKind, Lane, Payload, PayloadBody, RowStage, Stage, Subject,
};

/// A change as it was committed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Record {
    /// What the domain decided, sequences and positions filled in.
    #[n(0)]
    pub(crate) change: Change,
    /// What follows from it for the index. Decided at the commit, so that replay decides nothing.
    #[n(1)]
    pub(crate) consequences: Vec<Consequence>,
}

/// What a change does to the index beyond its own records.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Consequence {
    /// A job takes its place in its lane.
    #[n(0)]
    Queue(#[n(0)] JobKind, #[n(1)] Lane, #[n(2)] u64, #[n(3)] Subject),
    /// A job leaves its place.
    #[n(1)]
    Unqueue(#[n(0)] JobKind, #[n(1)] Lane, #[n(2)] u64),
    /// A job has come to lead its lane and may be claimed once it is due.
    #[n(2)]
    Lead(#[n(0)] JobKind, #[n(1)] Timestamp, #[n(2)] u64, #[n(3)] Subject),
    /// A job leads its lane no more.
    #[n(3)]
    Unlead(#[n(0)] JobKind, #[n(1)] Timestamp, #[n(2)] u64),
    /// So many records now stand at a stage.
    #[n(4)]
    Count(#[n(0)] Counted, #[n(1)] u64),
    /// Retention lets a record or a payload go.
    #[n(5)]
    Forget(#[n(0)] Forgotten),
    /// A lane has this leader from now on; none when it is empty.
    #[n(6)]
    Leader(#[n(0)] JobKind, #[n(1)] Lane, #[n(2)] Option<Subject>),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) enum Counted {
    #[n(0)]
    Exchange(#[n(0)] Stage),
    #[n(1)]
    Document(#[n(0)] DocumentStage),
    #[n(2)]
    Row(#[n(0)] RowStage),
    #[n(3)]
    Jobs,
}

/// What retention lets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Forgotten {
    #[n(0)]
    Exchange(#[n(0)] ExchangeId),
    #[n(1)]
    Document(#[n(0)] DocumentId),
    #[n(2)]
    Row(#[n(0)] RowId),
    #[n(3)]
    Answer(#[n(0)] DedupKey),
    /// A payload, provided that it still lies in this segment.
    #[n(4)]
    Payload(#[n(0)] Sha256, #[n(1)] u64),
    #[n(5)]
    Sent(#[n(0)] DedupKey),
    #[n(6)]
    Dispatch(#[n(0)] ExchangeId),
    #[n(7)]
    Seen(#[n(0)] DedupKey),
    /// A word by which a document was found.
    #[n(8)]
    Word(#[n(0)] Lane, #[n(1)] DocumentId),
    /// What an operator did, by its number.
    #[n(9)]
    Audit(#[n(0)] u64),
}

/// Where a payload lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Place {
    /// The segment whose record named it last; with that segment it goes.
    #[n(0)]
    pub(crate) segment: u64,
    /// Its first byte in the segment; `None`: it is a file of the spool.
    #[n(1)]
    pub(crate) offset: Option<u64>,
    /// Its length in bytes.
    #[n(2)]
    pub(crate) length: u64,
    /// How its bytes are written.
    #[n(3)]
    pub(crate) encoding: Encoding,
}

/// The payloads that a record names, and where in its body each begins; `None` for those in the spool.
pub(crate) type Named = Vec<(BlobRef, Option<u64>)>;

/// A record written out.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) payloads: Named,
}

/// Writes a record out. Takes it whole, because its payloads are moved behind the CBOR.
pub(crate) fn encode(mut record: Record) -> Body {
    let inline: Vec<Vec<u8>> = record
        .change
        .payloads
        .iter_mut()
        .filter_map(|payload| match &mut payload.body {
            PayloadBody::Inline(bytes) => Some(std::mem::take(bytes)),
            PayloadBody::Kept => None,
        })
        .collect();
    let cbor = to_cbor(&record);
    let mut bytes = Vec::with_capacity(4 + cbor.len() + inline.iter().map(Vec::len).sum::<usize>());
    bytes.extend_from_slice(&u32::try_from(cbor.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&cbor);
    let payloads = payload_places(&record, bytes.len() as u64);
    inline.iter().for_each(|content| bytes.extend_from_slice(content));
    Body { bytes, payloads }
}

/// Reads a record, without the bytes of its payloads: those stay where they are. `None` when it is none.
pub(crate) fn decode(body: &[u8]) -> Option<(Record, Named)> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let cbor = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let record: Record = minicbor::decode(cbor).ok()?;
    let payloads = payload_places(&record, 4 + cbor.len() as u64);
    let inline = payloads.iter().filter(|(_, offset)| offset.is_some()).map(|(reference, _)| reference.length);
    (4 + cbor.len() as u64 + inline.sum::<u64>() == body.len() as u64).then_some((record, payloads))
}

fn payload_places(record: &Record, first: u64) -> Named {
    let mut next = first;
    let place = |payload: &Payload| match payload.body {
        PayloadBody::Inline(_) => {
            let begins = next;
            next = next.saturating_add(payload.reference.length);
            (payload.reference, Some(begins))
        }
        PayloadBody::Kept => (payload.reference, None),
    };
    record.change.payloads.iter().map(place).collect()
}

/// A value in CBOR.
pub(crate) fn to_cbor(value: &impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value)
        .expect("a vector takes every byte it is given, and derived encoders have no errors of their own")
}
