//! Questions to the store.

use crate::base::{DocumentId, ExchangeId, PartnerId};
use crate::exchange::{DocumentStage, Stage};

/// Which documents, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DocumentQuery {
    /// Only this partner's.
    pub partner: Option<PartnerId>,
    /// Only those at this stage.
    pub stage: Option<DocumentStage>,
    /// Only those of this exchange.
    pub exchange: Option<ExchangeId>,
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
    /// Exchanges, in the order of [`Stage`]: received, translated, parked, refused.
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
