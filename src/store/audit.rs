//! What operators did: questions to the chain of audit rows.

use super::error::StoreError;
use super::index::{Order, each_entry};
use super::key::{self, Space};
use super::outbox::Outbox;
use super::read::Page;
use super::view::read_value;
use crate::base::{Sha256, Timestamp};
use crate::exchange::{AuditRow, CounterName};

/// Rows in one answer.
const LONGEST_PAGE: usize = 1_000;
/// Faults told; the rest is only counted.
const MOST_FAULTS: usize = 100;

/// Which audit rows, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Only those at or after this instant.
    pub since: Option<Timestamp>,
    /// Only those before this instant.
    pub until: Option<Timestamp>,
    /// Only those with a smaller number: the `next` of the page before.
    pub before: Option<u64>,
    /// At most so many; zero and anything above 1,000 are 1,000.
    pub limit: usize,
}

/// What the walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditCheck {
    /// Rows there are.
    pub rows: u64,
    /// The number of the oldest row; those before it were let go. Zero when there is none.
    pub first: u64,
    /// The number of the newest row.
    pub last: u64,
    /// The newest row's hash.
    pub hash: Option<Sha256>,
    /// Everything that is not as it should be, in words.
    pub faults: Vec<String>,
}

impl AuditCheck {
    fn fault(&mut self, what: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(what);
        }
    }
}

impl Outbox {
    /// What operators did, newest first.
    pub fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow, u64>, StoreError> {
        let limit = if query.limit == 0 { LONGEST_PAGE } else { query.limit.min(LONGEST_PAGE) };
        let mut end = query.before.map_or_else(|| Space::Audit.end(), key::audit);
        let mut items: Vec<AuditRow> = Vec::new();
        loop {
            let entries = self.shared.index.range(&Space::Audit.first(), &end, Order::Descending, LONGEST_PAGE)?;
            let full = entries.len() == LONGEST_PAGE;
            for (key, value) in entries {
                end = key;
                let row: AuditRow = read_value(&value)?;
                // They stand in the order of their times, but for a clock that was set back.
                if query.until.is_some_and(|until| row.at >= until) || query.since.is_some_and(|since| row.at < since) {
                    continue;
                }
                if items.len() == limit {
                    let next = items.last().map(|row| row.number);
                    return Ok(Page { items, next });
                }
                items.push(row);
            }
            if !full {
                return Ok(Page { items, next: None });
            }
        }
    }

    /// Walks the chain: every row is there from the oldest to the newest, names the hash of the one before it, and has the
    /// entry that it names.
    pub fn verify_audit(&self) -> Result<AuditCheck, StoreError> {
        let mut check = AuditCheck::default();
        let mut before: Option<AuditRow> = None;
        let index = self.shared.index.as_ref();
        each_entry(index, &Space::Audit.first(), &Space::Audit.end(), |_key, value| {
            let row: AuditRow = read_value(&value)?;
            let number = row.number;
            let expected = match &before {
                Some(before) => Some(before.hash()),
                None => (number == 1).then_some(AuditRow::FIRST),
            };
            let missing = before.map_or(number, |before| before.number + 1);
            if number != missing {
                check.fault(format!("row {missing} is missing: behind it stands row {number}"));
            } else if expected.is_some_and(|hash| hash != row.before) {
                check.fault(format!(
                    "row {number} does not name the hash of the row before it: one of the two is changed"
                ));
            }
            match self.payload(&row.entry) {
                Ok(_) => {}
                Err(StoreError::NoPayload { .. }) => check.fault(format!("the entry of row {number} is missing")),
                Err(error @ StoreError::Corrupt { .. }) => check.fault(format!("the entry of row {number}: {error}")),
                Err(error) => return Err(error),
            }
            check.rows += 1;
            check.first = before.map_or(number, |_| check.first);
            before = Some(row);
            Ok(())
        })?;
        check.last = before.map_or(0, |row| row.number);
        check.hash = before.map(|row| row.hash());
        let counted = self.counter(&CounterName::audit())?;
        if counted != check.last {
            let last = check.last;
            check.fault(format!("{counted} rows were written and the last that is there is row {last}"));
        }
        Ok(check)
    }
}
