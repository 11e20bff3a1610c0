//! Bounds on what one partner, or a stranger, can make the daemon do at once.
//!
//! A partner whose messages again and again cannot be decrypted is paused: each failure is an answer to somebody who
//! may be asking the key questions (Bleichenbacher), and RFC 4130's dispositions tell him apart from a bad signature.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::{Limits, PartnerId, Timestamp};

/// Counts work in progress and failed decryptions for each partner.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    partners: Mutex<HashMap<PartnerId, Load>>,
    strangers: Mutex<VecDeque<Timestamp>>,
}

#[derive(Debug, Default)]
struct Load {
    /// Messages whose bodies are still on their way. Anybody who knows two names can begin one and be slow about it,
    /// so these take no place.
    arriving: usize,
    in_progress: usize,
    /// When refusals were written down lately.
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

/// One message of a partner: on its way, and then, with a place, in progress. Dropping it ends both.
#[derive(Debug)]
pub(crate) struct Ticket {
    throttle: Arc<Throttle>,
    partner: PartnerId,
    has_place: bool,
}

impl Throttle {
    /// A message of `partner` begins to arrive.
    ///
    /// # Errors
    /// When the partner has no place free even now, or is paused.
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
        load.arriving += 1;
        Ok(Ticket { throttle: Arc::clone(self), partner: partner.clone(), has_place: false })
    }

    /// Messages of all partners that are on their way or in progress.
    pub(crate) fn under_way(&self) -> usize {
        lock(&self.partners).values().map(|load| load.arriving + load.in_progress).sum()
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
        let refusals = &mut partners.entry(partner.clone()).or_default().refusals;
        allow(refusals, now, REFUSALS_PER_HOUR, Duration::from_secs(60 * 60))
    }

    /// Whether one more stranger may have a receipt; beyond [`STRANGERS_PER_MINUTE`] they get a bare status.
    pub(crate) fn answer_stranger(&self, now: Timestamp) -> bool {
        allow(&mut lock(&self.strangers), now, STRANGERS_PER_MINUTE, Duration::from_secs(60))
    }
}

impl Ticket {
    /// Takes a place: the body is in, and the work begins.
    ///
    /// # Errors
    /// When the partner has no place free.
    pub(crate) fn take_place(&mut self, limits: &Limits) -> Result<(), Busy> {
        let mut partners = lock(&self.throttle.partners);
        let load = partners.entry(self.partner.clone()).or_default();
        if self.has_place || load.in_progress >= limits.in_progress_per_partner {
            return if self.has_place { Ok(()) } else { Err(Busy::InProgress) };
        }
        load.arriving = load.arriving.saturating_sub(1);
        load.in_progress += 1;
        self.has_place = true;
        Ok(())
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
            let count = if self.has_place { &mut load.in_progress } else { &mut load.arriving };
            *count = count.saturating_sub(1);
        }
    }
}

/// Whether one more fits among those of the last `span`; if so it is counted.
fn allow(times: &mut VecDeque<Timestamp>, now: Timestamp, most: usize, span: Duration) -> bool {
    forget_before(times, now.before(span));
    let fits = times.len() < most;
    if fits {
        times.push_back(now);
    }
    fits
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
        let enter = || throttle.enter(&partner(), Timestamp::from_millis(0), &limits);
        let (mut first, mut second, mut third) = (enter().unwrap(), enter().unwrap(), enter().unwrap());
        first.take_place(&limits).unwrap();
        second.take_place(&limits).unwrap();
        assert_eq!(third.take_place(&limits).unwrap_err(), Busy::InProgress);
        assert_eq!(enter().unwrap_err(), Busy::InProgress);
        drop(first);
        third.take_place(&limits).unwrap();
        drop((second, third));
        assert_eq!(throttle.under_way(), 0);
    }

    /// Found by trying: 32 slow bodies under a partner's names kept the partner itself out.
    #[test]
    fn bodies_on_their_way_take_no_place() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { in_progress_per_partner: 1, ..Limits::default() };
        let enter = || throttle.enter(&partner(), Timestamp::from_millis(0), &limits).unwrap();
        let _slow: Vec<Ticket> = (0..100).map(|_| enter()).collect();
        enter().take_place(&limits).unwrap();
        assert_eq!(throttle.under_way(), 100);
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
