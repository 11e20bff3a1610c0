//! Questions to the store.

use std::ops::ControlFlow;

use minicbor::Decode;

use super::codec::Counted;
use super::error::StoreError;
use super::index::Order;
use super::key::{self, Space};
use super::outbox::Outbox;
use super::references::each;
use super::view::read_value;
use crate::base::{DocumentId, ExchangeId, PartnerId, RowId, Sha256, Timestamp};
use crate::canon::Direction;
use crate::exchange::{
    Answer, CertificateUse, CounterName, DedupKey, Dispatch, Document, DocumentStage, Exchange, Job, JobKind, Lane,
    Purpose, Row, RowStage, Seen, Sent, Stage, Subject,
};

/// Records in one answer.
const LONGEST_PAGE: usize = 1_000;
/// Records looked at for one answer; then the rest is for the next.
const MOST_LOOKED_AT: usize = 50_000;
/// Records read from the index at once.
const READ_AT_ONCE: usize = 256;
/// Characters of an id that name it; fewer are too easily somebody else's.
const SHORTEST_PREFIX: usize = 6;
/// Ids shown when a prefix is not unique.
const SEVERAL: usize = 5;

/// Which documents, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DocumentQuery {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those at this stage.
    pub stage: Option<DocumentStage>,
    /// Only those of this exchange.
    pub exchange: Option<ExchangeId>,
    /// Only those that go this way.
    pub direction: Option<Direction>,
    /// Only those of this type, such as `order`.
    pub kind: Option<String>,
    /// Only those of the order with this number.
    pub order: Option<Lane>,
    /// Only those made at or after this instant.
    pub since: Option<Timestamp>,
    /// Only those made before this instant.
    pub until: Option<Timestamp>,
    /// At most so many; zero and anything above 1,000 are 1,000.
    pub limit: usize,
    /// Only those older than this one: the `next` of the page before.
    pub before: Option<DocumentId>,
}

/// Which exchanges, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ExchangeQuery {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those at this stage.
    pub stage: Option<Stage>,
    /// At most so many; zero and anything above 1,000 are 1,000.
    pub limit: usize,
    /// Only those older than this one: the `next` of the page before.
    pub before: Option<ExchangeId>,
}

/// Part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, I> {
    /// The records, newest first. May be fewer than asked for although there are more: look at `next`.
    pub items: Vec<T>,
    /// Ask again with this as `before`; absent when there is no more.
    pub next: Option<I>,
}

/// What a prefix of an id stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<I> {
    /// Exactly one.
    One(I),
    /// None begins so.
    None,
    /// More than one begins so; some of them.
    Several(Vec<I>),
    /// Shorter than six characters, or not letters and digits of an id.
    Unusable,
}

/// How many records stand at each stage.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Exchanges by stage, in the order of [`Stage::ALL`].
    pub exchanges: Vec<(Stage, u64)>,
    /// Documents by stage.
    pub documents: Vec<(DocumentStage, u64)>,
    /// Outbox rows not yet confirmed.
    pub rows_waiting: u64,
    /// Outbox rows confirmed.
    pub rows_published: u64,
    /// Open jobs.
    pub jobs: u64,
}

impl Outbox {
    /// An exchange.
    pub fn exchange(&self, id: ExchangeId) -> Result<Option<Exchange>, StoreError> {
        self.record(&key::exchange(&id))
    }

    /// A document.
    pub fn document(&self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        self.record(&key::document(&id))
    }

    /// An outbox row.
    pub fn row(&self, id: RowId) -> Result<Option<Row>, StoreError> {
        self.record(&key::row(&id))
    }

    /// The open job of a subject.
    pub fn job(&self, subject: Subject) -> Result<Option<Job>, StoreError> {
        self.record(&key::job(&subject))
    }

    /// The jobs of a lane in their order, at most so many.
    pub fn jobs_of(&self, kind: JobKind, lane: &Lane, most: usize) -> Result<Vec<Job>, StoreError> {
        let (from, to) = (key::queue(kind, lane, 0), key::queue(kind, lane, u64::MAX));
        let entries = self.shared.index.range(&from, &to, Order::Ascending, most)?;
        let subjects = entries.into_iter().map(|(_key, value)| read_value::<Subject>(&value));
        let jobs = subjects.map(|subject| self.job(subject?));
        Ok(jobs.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The value of a counter; zero when nothing was counted yet.
    pub fn counter(&self, name: &CounterName) -> Result<u64, StoreError> {
        let value = self.shared.index.get(&key::counter(name))?;
        Ok(value.as_deref().and_then(key::number_of).unwrap_or(0))
    }

    /// What is remembered of something that was seen.
    pub fn seen(&self, key: &DedupKey) -> Result<Option<Seen>, StoreError> {
        self.record(&key::seen(key))
    }

    /// The documents that are found by a number, their own or their order's, oldest first.
    pub fn documents_by_number(&self, number: &str, most: usize) -> Result<Vec<Document>, StoreError> {
        let (from, to) = key::words(&Lane::of(number));
        let entries = self.shared.index.range(&from, &to, Order::Ascending, most)?;
        let ids = entries.iter().filter_map(|(key, _)| key::document_of_word(key));
        let documents = ids.map(|id| self.document(id)).collect::<Result<Vec<_>, _>>()?;
        Ok(documents.into_iter().flatten().collect())
    }

    /// How many jobs wait in a lane; `most` when there are that many or more.
    pub fn jobs_waiting(&self, kind: JobKind, lane: &Lane, most: usize) -> Result<usize, StoreError> {
        let (from, to) = (key::queue(kind, lane, 0), key::queue(kind, lane, u64::MAX));
        Ok(self.shared.index.range(&from, &to, Order::Ascending, most)?.len())
    }

    /// The asynchronous receipt of an exchange.
    pub fn dispatch(&self, id: ExchangeId) -> Result<Option<Dispatch>, StoreError> {
        self.record(&key::dispatch(&id))
    }

    /// Which exchange a message of ours is, by [`DedupKey::sent`].
    pub fn sent(&self, key: &DedupKey) -> Result<Option<Sent>, StoreError> {
        self.record(&key::sent(key))
    }

    /// What a message was answered. A hint before the work; [`Outbox::apply`] decides.
    pub fn answer_to(&self, key: &DedupKey) -> Result<Option<Answer>, StoreError> {
        self.record(&key::answer(key))
    }

    /// What is known of a partner's use of a certificate.
    pub fn certificate_use(
        &self,
        partner: &PartnerId,
        purpose: Purpose,
        certificate: &Sha256,
    ) -> Result<Option<CertificateUse>, StoreError> {
        self.record(&key::certificate_use(partner, purpose, certificate))
    }

    /// Every certificate that a partner was seen to use, by partner. They are few and are not let go with the messages
    /// that showed them.
    pub fn certificate_uses(&self) -> Result<Vec<CertificateUse>, StoreError> {
        let mut uses = Vec::new();
        each(&self.shared, Space::CertificateUse, |one| {
            uses.push(one);
            Ok(())
        })?;
        Ok(uses)
    }

    fn record<T: for<'b> Decode<'b, ()>>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.shared.index.get(key)?.map(|value| read_value(&value)).transpose()
    }

    /// Documents, newest first.
    pub fn documents(&self, query: &DocumentQuery) -> Result<Page<Document, DocumentId>, StoreError> {
        let end = query.before.as_ref().map_or_else(|| Space::Document.end(), key::document);
        let wanted = |document: &Document| {
            query.partner.as_ref().is_none_or(|partner| *partner == document.partner)
                && query.stage.is_none_or(|stage| stage == document.stage)
                && query.exchange.is_none_or(|exchange| Some(exchange) == document.exchange)
                && query.direction.is_none_or(|direction| direction == document.direction())
                && query.kind.as_ref().is_none_or(|kind| *kind == document.kind)
                && query.order.is_none_or(|order| Some(order) == document.order)
                && query.since.is_none_or(|since| document.created_at >= since)
                && query.until.is_none_or(|until| document.created_at < until)
        };
        match &query.order {
            Some(order) => self.documents_of(order, query, wanted),
            None => self.page(Space::Document, end, query.limit, wanted, |document: &Document| document.id),
        }
    }

    /// Documents that are found by a word, newest first.
    fn documents_of(
        &self,
        word: &Lane,
        query: &DocumentQuery,
        wanted: impl Fn(&Document) -> bool,
    ) -> Result<Page<Document, DocumentId>, StoreError> {
        let (first, last) = key::words(word);
        let mut end = query.before.as_ref().map_or(last, |before| key::word(word, before));
        let limit = page_of(query.limit);
        let mut items = Vec::new();
        loop {
            let entries = self.shared.index.range(&first, &end, Order::Descending, READ_AT_ONCE)?;
            let full = entries.len() == READ_AT_ONCE;
            for (key, _) in entries {
                let Some(id) = key::document_of_word(&key) else { continue };
                items.extend(self.document(id)?.filter(&wanted));
                if items.len() == limit {
                    return Ok(Page { items, next: Some(id) });
                }
                end = key;
            }
            if !full {
                return Ok(Page { items, next: None });
            }
        }
    }

    /// Exchanges, newest first.
    pub fn exchanges(&self, query: &ExchangeQuery) -> Result<Page<Exchange, ExchangeId>, StoreError> {
        let end = query.before.as_ref().map_or_else(|| Space::Exchange.end(), key::exchange);
        let wanted = |exchange: &Exchange| {
            query.partner.as_ref().is_none_or(|partner| *partner == exchange.partner)
                && query.stage.is_none_or(|stage| stage == exchange.stage)
        };
        self.page(Space::Exchange, end, query.limit, wanted, |exchange: &Exchange| exchange.id)
    }

    fn page<T: for<'b> Decode<'b, ()>, I>(
        &self,
        space: Space,
        end: Vec<u8>,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
        id: impl Fn(&T) -> I,
    ) -> Result<Page<T, I>, StoreError> {
        let limit = page_of(limit);
        let (mut items, mut next, mut looked_at) = (Vec::new(), None, 0);
        self.newest_first(space, end, |record: T| {
            looked_at += 1;
            let here = id(&record);
            if wanted(&record) {
                items.push(record);
            }
            if items.len() < limit && looked_at < MOST_LOOKED_AT {
                return ControlFlow::Continue(());
            }
            next = Some(here);
            ControlFlow::Break(())
        })?;
        Ok(Page { items, next })
    }

    fn newest_first<T: for<'b> Decode<'b, ()>>(
        &self,
        space: Space,
        mut end: Vec<u8>,
        mut each: impl FnMut(T) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        loop {
            let entries = self.shared.index.range(&space.first(), &end, Order::Descending, READ_AT_ONCE)?;
            let full = entries.len() == READ_AT_ONCE;
            for (key, value) in entries {
                end = key;
                if each(read_value(&value)?).is_break() {
                    return Ok(());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The document whose id begins with `prefix` (six characters or more).
    pub fn find_document(&self, prefix: &str) -> Result<Found<DocumentId>, StoreError> {
        self.find(Space::Document, prefix, DocumentId::from_bytes)
    }

    /// The exchange whose id begins with `prefix` (six characters or more).
    pub fn find_exchange(&self, prefix: &str) -> Result<Found<ExchangeId>, StoreError> {
        self.find(Space::Exchange, prefix, ExchangeId::from_bytes)
    }

    fn find<I>(&self, space: Space, prefix: &str, id: impl Fn([u8; 16]) -> I) -> Result<Found<I>, StoreError> {
        let Some((first, last)) = id_range(prefix) else { return Ok(Found::Unusable) };
        let key = |bytes: &[u8; 16]| [space.first().as_slice(), bytes.as_slice()].concat();
        let mut end = key(&last);
        end.push(0);
        let entries = self.shared.index.range(&key(&first), &end, Order::Ascending, SEVERAL)?;
        let mut ids: Vec<I> = entries.iter().filter_map(|(key, _)| Some(id(*key.get(1..)?.first_chunk()?))).collect();
        Ok(match (ids.len(), ids.pop()) {
            (_, None) => Found::None,
            (1, Some(only)) => Found::One(only),
            (_, Some(last)) => {
                ids.push(last);
                Found::Several(ids)
            }
        })
    }

    /// How many records stand at each stage. Kept as changes are committed, so asking costs nothing.
    pub fn counts(&self) -> Counts {
        let count = |counted| self.shared.count(counted);
        let exchange = |stage| (stage, count(Counted::Exchange(stage)));
        let document = |stage| (stage, count(Counted::Document(stage)));
        Counts {
            exchanges: Stage::ALL.map(exchange).to_vec(),
            documents: [DocumentStage::Waiting, DocumentStage::Published, DocumentStage::Parked].map(document).to_vec(),
            rows_waiting: count(Counted::Row(RowStage::Waiting)),
            rows_published: count(Counted::Row(RowStage::Published)),
            jobs: count(Counted::Jobs),
        }
    }
}

/// Records of one page: zero stands for as many as there may be.
fn page_of(limit: usize) -> usize {
    if limit == 0 { LONGEST_PAGE } else { limit.min(LONGEST_PAGE) }
}

/// The first and the last id that begin with `prefix`, in either case of letters.
fn id_range(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    const ID_CHARACTERS: usize = 26;
    if !(SHORTEST_PREFIX..=ID_CHARACTERS).contains(&prefix.len()) || !prefix.is_ascii() {
        return None;
    }
    let filled = |with: &str| {
        let text = prefix.to_ascii_uppercase() + &with.repeat(ID_CHARACTERS - prefix.len());
        Some(*text.parse::<ExchangeId>().ok()?.as_bytes())
    };
    Some((filled("0")?, filled("Z")?))
}
