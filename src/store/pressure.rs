//! A store that is to stay below a size: what of the settled things goes before its time, the oldest first, documents
//! before messages. What is younger than a day never does, nor what any window, open step, owed receipt, person or ERP may
//! still need: what failed or is disputed, and what was published while the ERP has not said what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::chain::{Chain, Link};
use super::compaction::{self, Thrift};
use super::error::StoreError;
use super::forget::{are_idle, is_free, may_be_asked_after, steps_of_exchange, touched};
use super::key::Space;
use super::references::{each, named_in_detail};
use super::retention::{Cutoffs, Retention, waits_for_somebody};
use super::shared::Shared;
use crate::base::{ExchangeId, Timestamp};
use crate::exchange::{Document, Exchange};

/// What is younger is never let go for the size's sake.
const YOUNG: Duration = Duration::from_secs(24 * 60 * 60);
/// Ages are told apart by the hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A store that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    /// Bytes of the folder above the size.
    pub(crate) bytes: u64,
    /// Those that cannot be had back from what was let go already.
    pub(crate) missing: u64,
}

/// By how much the store is too large; `None` when it is not.
pub(crate) fn excess(shared: &Shared, retention: &Retention) -> Result<Option<Excess>, StoreError> {
    let Some(limit) = retention.bytes else { return Ok(None) };
    let Some(bytes) = shared.layout.size()?.checked_sub(limit).filter(|bytes| *bytes > 0) else { return Ok(None) };
    let chain = Chain::read(&shared.layout, &shared.store)?;
    let links: Vec<&Link> = chain.links().iter().filter(|link| link.closed.is_some()).collect();
    let loads = compaction::loads(shared, &links)?;
    let (_, gain) = compaction::beginning(&loads, shared.capacity, Thrift::Tight);
    Ok(Some(Excess { bytes, missing: bytes.saturating_sub(gain) }))
}

/// Moves the instants so that as much goes as is missing. False when nothing more may go.
pub(crate) fn tighten(shared: &Shared, cutoffs: &mut Cutoffs, excess: Excess) -> Result<bool, StoreError> {
    let youngest = shared.clock.now().before(YOUNG);
    let (mut documents, mut needed) = (Hours::default(), BTreeSet::new());
    each(shared, Space::Document, |document: Document| {
        let may_go = touched(&document) < youngest && is_free(shared, &document)?;
        if may_go && !may_be_asked_after(shared, &document)? {
            documents.add(touched(&document), document.content.length);
        } else if let Some(exchange) = document.exchange {
            needed.insert(exchange);
        }
        Ok(())
    })?;
    let from_documents = documents.cutoff(excess.missing, youngest);
    let mut is_more = from_documents.instant.is_some_and(|instant| instant > cutoffs.documents);
    cutoffs.documents = from_documents.instant.map_or(cutoffs.documents, |instant| instant.max(cutoffs.documents));
    if from_documents.missing > 0 {
        let messages = messages(shared, youngest, &needed)?.cutoff(from_documents.missing, youngest);
        if let Some(instant) = messages.instant {
            is_more |= instant > cutoffs.exchanges.min(cutoffs.unaccepted);
            cutoffs.exchanges = cutoffs.exchanges.max(instant);
            cutoffs.unaccepted = cutoffs.unaccepted.max(instant);
        }
    }
    Ok(is_more && excess.missing > 0)
}

/// The messages that may go when their documents do.
fn messages(shared: &Shared, youngest: Timestamp, needed: &BTreeSet<ExchangeId>) -> Result<Hours, StoreError> {
    let mut messages = Hours::default();
    each(shared, Space::Exchange, |exchange: Exchange| {
        let is_settled = exchange.stage.is_settled() && !waits_for_somebody(exchange.stage);
        let may_go = is_settled && exchange.updated_at < youngest;
        if may_go && !needed.contains(&exchange.id) && are_idle(shared, steps_of_exchange(exchange.id))? {
            let named = named_in_detail(shared, &exchange)?;
            messages.add(exchange.updated_at, named.iter().map(|reference| reference.length).sum());
        }
        Ok(())
    })?;
    Ok(messages)
}

/// Bytes by the hour in which what has them changed last.
#[derive(Default)]
struct Hours(BTreeMap<i64, u64>);

/// The instant before which enough bytes lie; `None` when there are none.
struct Cutoff {
    instant: Option<Timestamp>,
    /// Bytes that are missing all the same.
    missing: u64,
}

impl Hours {
    fn add(&mut self, at: Timestamp, bytes: u64) {
        *self.0.entry(at.as_millis().div_euclid(HOUR_MS)).or_default() += bytes;
    }

    fn cutoff(&self, mut missing: u64, youngest: Timestamp) -> Cutoff {
        let mut instant = None;
        for (hour, bytes) in &self.0 {
            if missing == 0 {
                break;
            }
            instant = Some(Timestamp::from_millis(hour.saturating_add(1).saturating_mul(HOUR_MS)).min(youngest));
            missing = missing.saturating_sub(*bytes);
        }
        Cutoff { instant, missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_hours_go_until_enough_bytes_do() {
        let mut hours = Hours::default();
        for (hour, bytes) in [(5, 100), (7, 50), (7, 50), (9, 10)] {
            hours.add(Timestamp::from_millis(hour * HOUR_MS + 1), bytes);
        }
        let check = |missing, hour: Option<i64>, left| {
            let cutoff = hours.cutoff(missing, Timestamp::from_millis(10 * HOUR_MS));
            assert_eq!(cutoff.instant, hour.map(|hour| Timestamp::from_millis(hour * HOUR_MS)), "{missing}");
            assert_eq!(cutoff.missing, left, "{missing}");
        };
        check(0, None, 0);
        check(1, Some(6), 0);
        check(100, Some(6), 0);
        check(101, Some(8), 0);
        check(500, Some(10), 290);
    }
}
