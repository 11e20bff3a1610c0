//! Bounds on what one partner, or a stranger, can make the daemon do at once.
//!
//! A partner whose messages again and again cannot be decrypted is paused: each failure is an answer to somebody who
//! may be asking the key questions (Bleichenbacher), and RFC 4130's dispositions tell him apart from a bad signature.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::{Limits, PartnerId, Timestamp};

/// Counts work in progress and failed decryptions for each partner.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    partners: Mutex<HashMap<PartnerId, Load>>,
    strangers: Mutex<VecDeque<Timestamp>>,
}

#[derive(Debug, Default)]
struct Load {
    in_progress: usize,
    failures: VecDeque<Timestamp>,
    refusals: VecDeque<Timestamp>,
    paused_until: Option<Timestamp>,
}

/// Why a partner's message is not taken now; it may come again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// As many of its messages as allowed are being worked on.
    InProgress,
    /// Too many of its messages could not be decrypted.
    Paused(Timestamp),
}

/// A place among a partner's messages in progress; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Ticket {
    throttle: Arc<Throttle>,
    partner: PartnerId,
}

impl Throttle {
    /// Takes a place for a message of `partner`.
    ///
    /// # Errors
    /// When the partner has no place left, or is paused.
    pub(crate) fn enter(
        self: &Arc<Self>,
        partner: &PartnerId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Ticket, Busy> {
        let mut partners = lock(&self.partners);
        let load = partners.entry(partner.clone()).or_default();
        match load.paused_until {
            Some(until) if now < until => return Err(Busy::Paused(until)),
            _ => load.paused_until = None,
        }
        if load.in_progress >= limits.in_progress_per_partner {
            return Err(Busy::InProgress);
        }
        load.in_progress += 1;
        Ok(Ticket { throttle: Arc::clone(self), partner: partner.clone() })
    }

    /// Messages of all partners in progress.
    pub(crate) fn in_progress(&self) -> usize {
        lock(&self.partners).values().map(|load| load.in_progress).sum()
    }

    /// Counts a message that could not be decrypted. Returns until when the partner is paused, if this one did it.
    pub(crate) fn failed_decryption(&self, partner: &PartnerId, now: Timestamp, limits: &Limits) -> Option<Timestamp> {
        let mut partners = lock(&self.partners);
        let load = partners.entry(partner.clone()).or_default();
        forget_before(&mut load.failures, now.before(limits.decrypt_window));
        load.failures.push_back(now);
        if load.failures.len() < limits.failed_decryptions {
            return None;
        }
        load.failures.clear();
        let until = now.after(limits.decrypt_pause);
        load.paused_until = Some(until);
        Some(until)
    }

    /// Whether one more refusal of a message under `partner`'s names is written down; beyond [`REFUSALS_PER_HOUR`] the
    /// log and the counters must do.
    pub(crate) fn keep_refusal(&self, partner: &PartnerId, now: Timestamp) -> bool {
        let mut partners = lock(&self.partners);
        let load = partners.entry(partner.clone()).or_default();
        forget_before(&mut load.refusals, now.before(std::time::Duration::from_secs(60 * 60)));
        let keep = load.refusals.len() < REFUSALS_PER_HOUR;
        if keep {
            load.refusals.push_back(now);
        }
        keep
    }

    /// Whether one more stranger may have a receipt; beyond [`STRANGERS_PER_MINUTE`] they get a bare status.
    pub(crate) fn answer_stranger(&self, now: Timestamp) -> bool {
        let mut strangers = lock(&self.strangers);
        forget_before(&mut strangers, now.before(std::time::Duration::from_secs(60)));
        let answer = strangers.len() < STRANGERS_PER_MINUTE;
        if answer {
            strangers.push_back(now);
        }
        answer
    }
}

/// Refusals an hour that one partner's names can fill the store with. The names are no secret, and each record is kept
/// for years: some 10 MB a day at worst, and enough to see what a partner does wrong.
pub(crate) const REFUSALS_PER_HOUR: usize = 100;

/// Receipts a minute that go to senders nobody knows, all together: enough to help a partner being set up, too few to
/// be of use as an amplifier.
pub(crate) const STRANGERS_PER_MINUTE: usize = 60;

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(load) = lock(&self.throttle.partners).get_mut(&self.partner) {
            load.in_progress = load.in_progress.saturating_sub(1);
        }
    }
}

fn forget_before(times: &mut VecDeque<Timestamp>, horizon: Timestamp) {
    while times.front().is_some_and(|time| *time < horizon) {
        times.pop_front();
    }
}

/// The maps hold plain counts, which are right after every statement; a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner() -> PartnerId {
        "acme".parse().unwrap()
    }

    #[test]
    fn one_message_past_the_places_waits_until_one_is_free() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { in_progress_per_partner: 2, ..Limits::default() };
        let now = Timestamp::from_millis(0);
        let first = throttle.enter(&partner(), now, &limits).unwrap();
        let _second = throttle.enter(&partner(), now, &limits).unwrap();
        assert_eq!(throttle.enter(&partner(), now, &limits).unwrap_err(), Busy::InProgress);
        drop(first);
        assert!(throttle.enter(&partner(), now, &limits).is_ok());
    }

    #[test]
    fn failures_within_the_window_pause_and_the_pause_ends() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { failed_decryptions: 3, ..Limits::default() };
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        assert_eq!(throttle.failed_decryption(&partner(), at(0), &limits), None);
        assert_eq!(throttle.failed_decryption(&partner(), at(11), &limits), None, "the first is forgotten");
        assert_eq!(throttle.failed_decryption(&partner(), at(12), &limits), None);
        assert_eq!(throttle.failed_decryption(&partner(), at(13), &limits), Some(at(28)));
        assert_eq!(throttle.enter(&partner(), at(27), &limits).unwrap_err(), Busy::Paused(at(28)));
        assert!(throttle.enter(&partner(), at(28), &limits).is_ok());
    }

    #[test]
    fn refusals_past_the_bound_are_not_kept_until_an_hour_has_passed() {
        let throttle = Throttle::default();
        let kept = |at, tries| (0..tries).filter(|_| throttle.keep_refusal(&partner(), at)).count();
        assert_eq!(kept(Timestamp::from_millis(0), REFUSALS_PER_HOUR + 1), REFUSALS_PER_HOUR);
        assert_eq!(kept(Timestamp::from_millis(3_600_000), 1), 0);
        assert_eq!(kept(Timestamp::from_millis(3_600_001), 1), 1);
    }

    #[test]
    fn strangers_share_one_allowance() {
        let throttle = Throttle::default();
        let now = Timestamp::from_millis(0);
        assert_eq!((0..100).filter(|_| throttle.answer_stranger(now)).count(), STRANGERS_PER_MINUTE);
        assert!(throttle.answer_stranger(Timestamp::from_millis(60_001)));
    }
}
