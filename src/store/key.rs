//! How the index is laid out. Snapshots hold these very keys and values, so they are a format on disk.
//!
//! | key | value |
//! |---|---|
//! | `x` exchange id | [`Exchange`] |
//! | `d` document id | [`Document`] |
//! | `r` row id | [`Row`] |
//! | `a` dedup key | [`Answer`] |
//! | `j` subject | [`Job`] |
//! | `q` kind, lane, position | subject: the jobs of a lane in their order |
//! | `t` kind, due, position | subject: the jobs that lead their lanes, soonest first |
//! | `l` kind, lane | subject: who leads the lane |
//! | `c` name | u64: a counter of the domain |
//! | `n` what is counted | u64 |
//! | `p` SHA-256 | [`Place`] of a payload |
//! | `s` dedup key | [`Sent`]: the exchange that a message of ours is |
//! | `m` exchange id | [`Dispatch`]: an asynchronous receipt of ours |
//! | `u` partner, zero, purpose, SHA-256 | [`CertificateUse`]: a certificate that a partner uses |
//! | `y` dedup key | [`Seen`]: something that is recognised when it comes again |
//! | `w` word, document id | nothing: documents by their number and by their order's |
//! | `o` number | [`AuditRow`]: what an operator did |
//!
//! Numbers in keys are big-endian, so that they sort; values are CBOR, or eight bytes big-endian. A value has at most
//! 320 bytes.

use std::collections::BTreeMap;

use minicbor::Encode;

use super::codec::{Consequence, Counted, Forgotten, Place, Record, to_cbor};
use crate::base::{DocumentId, ExchangeId, PartnerId, RowId, Sha256, Timestamp};
use crate::exchange::{BlobRef, CounterName, DedupKey, Effect, JobKind, Lane, Purpose, Subject};

#[cfg(doc)]
use crate::exchange::{Answer, AuditRow, CertificateUse, Dispatch, Document, Exchange, Job, Row, Seen, Sent};

/// The layout's version; an index written in another is made anew.
pub(crate) const LAYOUT: u32 = 2;
/// The longest value that the index holds.
pub(crate) const LONGEST_VALUE: usize = 320;

/// Keys and what they became: a value, or nothing any more.
pub(crate) type Overlay = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The first byte of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Exchange = b'x' as isize,
    Document = b'd' as isize,
    Row = b'r' as isize,
    Answer = b'a' as isize,
    Job = b'j' as isize,
    Queue = b'q' as isize,
    Lead = b't' as isize,
    Leader = b'l' as isize,
    Counter = b'c' as isize,
    Count = b'n' as isize,
    Payload = b'p' as isize,
    Sent = b's' as isize,
    Dispatch = b'm' as isize,
    CertificateUse = b'u' as isize,
    Seen = b'y' as isize,
    Word = b'w' as isize,
    Audit = b'o' as isize,
}

impl Space {
    const fn byte(self) -> u8 {
        self as isize as u8
    }

    /// Whether a key is of this space.
    pub(crate) fn holds(self, key: &[u8]) -> bool {
        key.first() == Some(&self.byte())
    }

    /// The first key of this space.
    pub(crate) fn first(self) -> Vec<u8> {
        vec![self.byte()]
    }

    /// Behind the last key of this space.
    pub(crate) fn end(self) -> Vec<u8> {
        vec![self.byte() + 1]
    }

    fn key(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
        key.push(self.byte());
        parts.iter().for_each(|part| key.extend_from_slice(part));
        key
    }
}

pub(crate) fn exchange(id: &ExchangeId) -> Vec<u8> {
    Space::Exchange.key(&[id.as_bytes()])
}

pub(crate) fn document(id: &DocumentId) -> Vec<u8> {
    Space::Document.key(&[id.as_bytes()])
}

pub(crate) fn row(id: &RowId) -> Vec<u8> {
    Space::Row.key(&[id.as_bytes()])
}

pub(crate) fn answer(key: &DedupKey) -> Vec<u8> {
    Space::Answer.key(&[key.as_bytes()])
}

pub(crate) fn sent(key: &DedupKey) -> Vec<u8> {
    Space::Sent.key(&[key.as_bytes()])
}

pub(crate) fn seen(key: &DedupKey) -> Vec<u8> {
    Space::Seen.key(&[key.as_bytes()])
}

/// The entry under which a document is found by a word.
pub(crate) fn word(word: &Lane, document: &DocumentId) -> Vec<u8> {
    Space::Word.key(&[word.as_bytes(), document.as_bytes()])
}

pub(crate) fn audit(number: u64) -> Vec<u8> {
    Space::Audit.key(&[&number.to_be_bytes()])
}

/// From the first entry of a word to behind its last.
pub(crate) fn words(word: &Lane) -> (Vec<u8>, Vec<u8>) {
    let mut end = Space::Word.key(&[word.as_bytes()]);
    end.extend_from_slice(&[0xff; 17]);
    (Space::Word.key(&[word.as_bytes()]), end)
}

/// The document of a [`word`] key.
pub(crate) fn document_of_word(key: &[u8]) -> Option<DocumentId> {
    Some(DocumentId::from_bytes(*key.get(17..)?.first_chunk::<16>()?))
}

pub(crate) fn dispatch(id: &ExchangeId) -> Vec<u8> {
    Space::Dispatch.key(&[id.as_bytes()])
}

pub(crate) fn certificate_use(partner: &PartnerId, purpose: Purpose, certificate: &Sha256) -> Vec<u8> {
    let purpose = match purpose {
        Purpose::EncryptsFor => 0,
        Purpose::SignsWith => 1,
    };
    Space::CertificateUse.key(&[partner.as_str().as_bytes(), &[0, purpose], certificate.as_bytes()])
}

/// The dedup key of an [`answer`], a [`sent`] or a [`seen`] key.
pub(crate) fn dedup_of(key: &[u8]) -> Option<DedupKey> {
    Some(DedupKey::from_bytes(*key.get(1..)?.first_chunk::<32>()?))
}

pub(crate) fn job(subject: &Subject) -> Vec<u8> {
    match subject {
        Subject::Exchange(id) => Space::Job.key(&[b"x", id.as_bytes()]),
        Subject::Row(id) => Space::Job.key(&[b"r", id.as_bytes()]),
        Subject::Receipt(id) => Space::Job.key(&[b"m", id.as_bytes()]),
        Subject::Document(id) => Space::Job.key(&[b"d", id.as_bytes()]),
        Subject::Documents(id) => Space::Job.key(&[b"e", id.as_bytes()]),
        Subject::Acknowledgement(id) => Space::Job.key(&[b"k", id.as_bytes()]),
    }
}

pub(crate) fn queue(kind: JobKind, lane: &Lane, position: u64) -> Vec<u8> {
    Space::Queue.key(&[&[kind_byte(kind)], lane.as_bytes(), &position.to_be_bytes()])
}

pub(crate) fn lead(kind: JobKind, due: Timestamp, position: u64) -> Vec<u8> {
    // The sign bit flipped, so that instants before 1970 sort before the others.
    let due = due.as_millis().cast_unsigned() ^ (1 << 63);
    Space::Lead.key(&[&[kind_byte(kind)], &due.to_be_bytes(), &position.to_be_bytes()])
}

pub(crate) fn leader(kind: JobKind, lane: &Lane) -> Vec<u8> {
    Space::Leader.key(&[&[kind_byte(kind)], lane.as_bytes()])
}

/// The [`leader`] key of the lane that a [`queue`] key is of.
pub(crate) fn leader_of_queue(queue: &[u8]) -> Option<Vec<u8>> {
    let (_space, place) = queue.split_first()?;
    let (lane, _position) = place.split_at_checked(place.len().checked_sub(size_of::<u64>())?)?;
    Some(Space::Leader.key(&[lane]))
}

/// From the first [`lead`] key of a kind to behind its last.
pub(crate) fn leads(kind: JobKind) -> (Vec<u8>, Vec<u8>) {
    (Space::Lead.key(&[&[kind_byte(kind)]]), Space::Lead.key(&[&[kind_byte(kind) + 1]]))
}

/// When the job of a [`lead`] key is due.
pub(crate) fn due_of_lead(key: &[u8]) -> Option<Timestamp> {
    let (due, _position) = key.get(2..)?.split_first_chunk::<8>()?;
    Some(Timestamp::from_millis((u64::from_be_bytes(*due) ^ (1 << 63)).cast_signed()))
}

pub(crate) fn counter(name: &CounterName) -> Vec<u8> {
    Space::Counter.key(&[name.as_str().as_bytes()])
}

pub(crate) fn count(counted: Counted) -> Vec<u8> {
    Space::Count.key(&[&to_cbor(&counted)])
}

/// What a [`count`] key counts.
pub(crate) fn counted(key: &[u8]) -> Option<Counted> {
    minicbor::decode(key.get(1..)?).ok()
}

pub(crate) fn payload(sha256: &Sha256) -> Vec<u8> {
    Space::Payload.key(&[sha256.as_bytes()])
}

/// The hash of a [`payload`] key.
pub(crate) fn payload_of(key: &[u8]) -> Option<Sha256> {
    Some(Sha256::from_bytes(*key.get(1..)?.first_chunk::<32>()?))
}

/// One byte for each kind; a byte, once given, keeps its meaning for ever.
const fn kind_byte(kind: JobKind) -> u8 {
    match kind {
        JobKind::Translate => 0,
        JobKind::Publish => 1,
        JobKind::Open => 2,
        JobKind::Pack => 3,
        JobKind::Deliver => 4,
        JobKind::AwaitReceipt => 5,
        JobKind::Dispatch => 6,
        JobKind::Write => 7,
        JobKind::Assemble => 8,
        JobKind::Conclude => 9,
        JobKind::AwaitAcknowledgement => 10,
    }
}

/// A number as a value.
pub(crate) fn number(value: u64) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}

/// The number of a value.
pub(crate) fn number_of(value: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(value.try_into().ok()?))
}

/// What a committed record, whose body begins at `body` in `segment`, does to the index.
pub(crate) fn fold(record: &Record, payloads: &[(BlobRef, Option<u64>)], segment: u64, body: u64, into: &mut Overlay) {
    record.change.effects.iter().for_each(|effect| fold_effect(effect, into));
    fold_payloads(payloads, segment, body, into);
    record.consequences.iter().for_each(|consequence| fold_consequence(consequence, into));
}

/// What an effect does to the index, its consequences left out.
pub(crate) fn fold_effect(effect: &Effect, into: &mut Overlay) {
    let (key, value) = match effect {
        Effect::Exchange(record) => (exchange(&record.id), some(record)),
        Effect::Document(record) => {
            for found_by in record.words() {
                into.insert(word(&found_by, &record.id), Some(Vec::new()));
            }
            (document(&record.id), some(record))
        }
        Effect::Seen(key, record) => (seen(key), some(record)),
        Effect::Row(record) => (row(&record.id), some(record)),
        Effect::Answer(key, record) => (answer(key), some(record)),
        Effect::Job(record) => (job(&record.subject), some(record)),
        Effect::JobDone(subject) => (job(subject), None),
        Effect::Counter(name, value) => (counter(name), Some(number(*value))),
        Effect::Audit(record) => (audit(record.number), some(record)),
        Effect::Sent(key, record) => (sent(key), some(record)),
        Effect::Dispatch(record) => (dispatch(&record.exchange), some(record)),
        Effect::CertificateUse(record) => {
            (certificate_use(&record.partner, record.purpose, &record.fingerprint), some(record))
        }
    };
    into.insert(key, value);
}

/// Where a record's payloads have come to lie.
pub(crate) fn fold_payloads(payloads: &[(BlobRef, Option<u64>)], segment: u64, body: u64, into: &mut Overlay) {
    for (reference, offset) in payloads {
        let offset = offset.map(|offset| body + offset);
        let place = Place { segment, offset, length: reference.length, encoding: reference.encoding };
        into.insert(payload(&reference.sha256), some(&place));
    }
}

/// What a consequence does to the index.
pub(crate) fn fold_consequence(consequence: &Consequence, into: &mut Overlay) {
    let (key, value) = match consequence {
        Consequence::Queue(kind, lane, position, subject) => (queue(*kind, lane, *position), some(subject)),
        Consequence::Unqueue(kind, lane, position) => (queue(*kind, lane, *position), None),
        Consequence::Lead(kind, due, position, subject) => (lead(*kind, *due, *position), some(subject)),
        Consequence::Unlead(kind, due, position) => (lead(*kind, *due, *position), None),
        Consequence::Count(counted, value) => (count(*counted), Some(number(*value))),
        Consequence::Forget(forgotten) => (forgotten_key(forgotten), None),
        Consequence::Leader(kind, lane, subject) => (leader(*kind, lane), subject.as_ref().map(to_cbor)),
    };
    into.insert(key, value);
}

/// The key of what retention lets go.
pub(crate) fn forgotten_key(forgotten: &Forgotten) -> Vec<u8> {
    match forgotten {
        Forgotten::Exchange(id) => exchange(id),
        Forgotten::Document(id) => document(id),
        Forgotten::Row(id) => row(id),
        Forgotten::Answer(key) => answer(key),
        Forgotten::Payload(sha256, _segment) => payload(sha256),
        Forgotten::Sent(key) => sent(key),
        Forgotten::Dispatch(id) => dispatch(id),
        Forgotten::Seen(key) => seen(key),
        Forgotten::Word(found_by, id) => word(found_by, id),
        Forgotten::Audit(number) => audit(*number),
    }
}

/// The payloads that an effect's record names.
pub(crate) fn blobs(effect: &Effect) -> Vec<BlobRef> {
    match effect {
        Effect::Exchange(exchange) => vec![exchange.detail],
        Effect::Document(document) => [Some(document.content), document.detail].into_iter().flatten().collect(),
        Effect::Row(row) => vec![row.envelope, row.body],
        Effect::Answer(_, answer) => answer.receipt.into_iter().collect(),
        Effect::Dispatch(dispatch) => vec![dispatch.receipt, dispatch.detail],
        Effect::Audit(row) => vec![row.entry],
        Effect::Job(_)
        | Effect::JobDone(_)
        | Effect::Counter(..)
        | Effect::Sent(..)
        | Effect::CertificateUse(_)
        | Effect::Seen(..) => Vec::new(),
    }
}

fn some(record: &impl Encode<()>) -> Option<Vec<u8>> {
    Some(to_cbor(record))
}
