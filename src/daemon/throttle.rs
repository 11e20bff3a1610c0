//! Bounds on what one partner, or a stranger, can make the daemon do at once.
//!
//! Whoever sends messages that again and again cannot be decrypted is paused: each failure is an answer to somebody who
//! may be asking the key questions (Bleichenbacher), and RFC 4130's dispositions tell him apart from a bad signature.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
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
    refusals: VecDeque<Timestamp>,
    /// Failed decryptions of each network that sent under the partner's names.
    failures: HashMap<Network, Failures>,
    /// Those of all networks.
    all_failures: Failures,
}

#[derive(Debug, Default)]
struct Failures {
    lately: VecDeque<Timestamp>,
    paused_until: Option<Timestamp>,
}

/// Where a message came from: an IPv4 address, or the /64 that one IPv6 host has to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network([u8; 8]);

impl Network {
    fn of(peer: IpAddr) -> Self {
        let mut bytes = [0; 8];
        let octets = match peer.to_canonical() {
            IpAddr::V4(peer) => peer.octets().to_vec(),
            IpAddr::V6(peer) => peer.octets().to_vec(),
        };
        bytes.iter_mut().zip(octets).for_each(|(byte, octet)| *byte = octet);
        Self(bytes)
    }
}

/// Networks whose failures are told apart; beyond that they count for all together only.
const NETWORKS: usize = 1_000;

/// So many times the failures of one network pause a partner whatever the network: the key is asked from many places.
const ALL_NETWORKS: usize = 10;

impl Failures {
    fn pause(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused_until.filter(|until| now < *until)
    }

    /// Counts one. Returns until when there is a pause, if this one was one too many.
    fn count(&mut self, now: Timestamp, most: usize, limits: &Limits) -> Option<Timestamp> {
        forget_before(&mut self.lately, now.before(limits.decrypt_window));
        self.lately.push_back(now);
        if self.lately.len() < most {
            return None;
        }
        self.lately.clear();
        self.paused_until = Some(now.after(limits.decrypt_pause));
        self.paused_until
    }
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
        peer: IpAddr,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Ticket, Busy> {
        let mut partners = lock(&self.partners);
        let load = partners.entry(partner.clone()).or_default();
        let here = load.failures.get(&Network::of(peer)).and_then(|failures| failures.pause(now));
        if let Some(until) = here.or(load.all_failures.pause(now)) {
            return Err(Busy::Paused(until));
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

    /// Counts a message that could not be decrypted. Returns until when its network, or all of the partner, is paused,
    /// if this one did it. AS2 names are no secret: a stranger who sends under them pauses himself, not the partner.
    pub(crate) fn failed_decryption(
        &self,
        partner: &PartnerId,
        peer: IpAddr,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Timestamp> {
        let mut partners = lock(&self.partners);
        let load = partners.entry(partner.clone()).or_default();
        let network = Network::of(peer);
        if load.failures.len() >= NETWORKS && !load.failures.contains_key(&network) {
            let horizon = now.before(limits.decrypt_window);
            load.failures
                .retain(|_, one| one.pause(now).is_some() || one.lately.back().is_some_and(|last| *last >= horizon));
        }
        let all = load.all_failures.count(now, limits.failed_decryptions.saturating_mul(ALL_NETWORKS), limits);
        if load.failures.len() >= NETWORKS && !load.failures.contains_key(&network) {
            return all;
        }
        load.failures.entry(network).or_default().count(now, limits.failed_decryptions, limits).or(all)
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
        if self.has_place {
            return Ok(());
        }
        let mut partners = lock(&self.throttle.partners);
        let load = partners.entry(self.partner.clone()).or_default();
        if load.in_progress >= limits.in_progress_per_partner {
            return Err(Busy::InProgress);
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

    fn partner() -> PartnerId {
        "acme".parse().unwrap()
    }

    #[test]
    fn one_message_past_the_places_waits_until_one_is_free() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { in_progress_per_partner: 2, ..Limits::default() };
        let enter = || throttle.enter(&partner(), HERE, Timestamp::from_millis(0), &limits);
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
        let enter = || throttle.enter(&partner(), HERE, Timestamp::from_millis(0), &limits).unwrap();
        let _slow: Vec<Ticket> = (0..100).map(|_| enter()).collect();
        enter().take_place(&limits).unwrap();
        assert_eq!(throttle.under_way(), 100);
    }

    #[test]
    fn failures_within_the_window_pause_their_network_and_the_pause_ends() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { failed_decryptions: 3, ..Limits::default() };
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let fail = |minutes| throttle.failed_decryption(&partner(), HERE, at(minutes), &limits);
        assert_eq!([fail(0), fail(11), fail(12)], [None; 3], "the first is forgotten");
        assert_eq!(fail(13), Some(at(28)));
        assert_eq!(throttle.enter(&partner(), HERE, at(27), &limits).unwrap_err(), Busy::Paused(at(28)));
        assert!(throttle.enter(&partner(), ELSEWHERE, at(27), &limits).is_ok(), "the partner itself is elsewhere");
        assert!(throttle.enter(&partner(), HERE, at(28), &limits).is_ok());
    }

    #[test]
    fn failures_from_everywhere_pause_the_partner_everywhere() {
        let throttle = Arc::new(Throttle::default());
        let limits = Limits { failed_decryptions: 3, ..Limits::default() };
        let now = Timestamp::from_millis(0);
        let peer = |n: u8| IpAddr::from([203, 0, 113, n]);
        let pauses: Vec<bool> =
            (0..30).map(|n| throttle.failed_decryption(&partner(), peer(n), now, &limits).is_some()).collect();
        assert_eq!(pauses.iter().position(|paused| *paused), Some(29));
        assert!(matches!(throttle.enter(&partner(), ELSEWHERE, now, &limits), Err(Busy::Paused(_))));
    }

    #[test]
    fn networks_past_the_bound_are_not_told_apart() {
        let throttle = Throttle::default();
        let limits = Limits { failed_decryptions: 1_000_000, ..Limits::default() };
        for n in 0..2_000_u32 {
            throttle.failed_decryption(&partner(), IpAddr::from(n.to_be_bytes()), Timestamp::from_millis(0), &limits);
        }
        assert_eq!(lock(&throttle.partners).get(&partner()).unwrap().failures.len(), NETWORKS);
    }

    #[test]
    fn a_host_cannot_change_its_network_by_its_last_bits() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn strangers_share_one_allowance() {
        let throttle = Throttle::default();
        let now = Timestamp::from_millis(0);
        assert_eq!((0..100).filter(|_| throttle.answer_stranger(now)).count(), STRANGERS_PER_MINUTE);
        assert!(throttle.answer_stranger(Timestamp::from_millis(60_001)));
    }
}
