//! Giving back the journal's oldest segments, one by one.
//!
//! A segment may go when the *older* snapshot covers it (should the newest be damaged, the older one and the journal must
//! still give the same state) and no payload lies in it. What is still needed of a segment that is mostly forgotten is
//! carried: a change takes those payloads into the newest segment, and only when it is durable the old segment goes. *A
//! crash* at any moment leaves the payloads in the old place or in the new one, and at worst a segment in which nothing
//! lies, which goes in the next round.
//!
//! As the journal is one chain, only its beginning can go. So much of it is taken that at least as many bytes are gained
//! as are carried, and the gain is a segment or more: what is written twice is bounded by what is let go.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::sync::PoisonError;

use super::chain::{Chain, Link};
use super::error::StoreError;
use super::layout::{remove, sync_folder};
use super::outbox::Outbox;
use super::report::Released;
use super::shared::Shared;
use super::sweep::each_place;
use crate::base::Sha256;
use crate::exchange::{BlobRef, Change, Payload, PayloadBody};

/// Bytes carried in one round, when it is more than one segment's.
pub(crate) const CARRIED_AT_MOST: u64 = 512 << 20;
/// Bytes of payloads in one change that carries them.
const CARRIED_AT_ONCE: u64 = 512 << 10;

/// How much is to be gained for what is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thrift {
    /// As much as is carried.
    Ample,
    /// A seventh of it: the store is to become smaller.
    Tight,
}

/// A segment: the bytes of its file, and those of payloads that lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) bytes: u64,
    pub(crate) live: u64,
}

impl Load {
    fn gain(self) -> u64 {
        self.bytes.saturating_sub(self.live)
    }

    fn is_worth_it(self, thrift: Thrift) -> bool {
        let weight = match thrift {
            Thrift::Ample => 1,
            Thrift::Tight => 7,
        };
        self.live <= self.gain().saturating_mul(weight)
    }
}

/// How many of the oldest segments are to go, and what that gains. Those in which nothing lies always go.
pub(crate) fn beginning(loads: &[Load], least_gain: u64, thrift: Thrift) -> (usize, u64) {
    let mut all = Load { bytes: 0, live: 0 };
    let mut chosen = (0, 0);
    for (number, load) in (1..).zip(loads) {
        all = Load { bytes: all.bytes + load.bytes, live: all.live + load.live };
        let is_enough = all.live == 0 || all.gain() >= least_gain;
        if is_enough && load.is_worth_it(thrift) && all.is_worth_it(thrift) {
            chosen = (number, all.gain());
        }
    }
    chosen
}

/// Gives back what the journal's beginning holds.
pub(crate) fn run(outbox: &Outbox, thrift: Thrift, released: &mut Released) -> Result<(), StoreError> {
    let shared = &outbox.shared;
    let _alone = shared.housekeeping.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshots = shared.layout.list_snapshots()?;
    let [.., (covered, _), _newest] = snapshots.as_slice() else { return Ok(()) };
    let chain = Chain::read(&shared.layout, &shared.store)?;
    let closed = chain.links().iter().take_while(|link| link.closed.is_some_and(|(_, last)| last <= *covered));
    let links: Vec<&Link> = closed.collect();
    let loads = loads(shared, &links)?;
    let (going, _gain) = beginning(&loads, shared.capacity, thrift);
    let (links, more) = this_round(&links, &loads, going);
    released.is_more |= more;
    let mut lying = lying_in(shared, links)?;
    for link in links {
        let payloads = lying.remove(&link.head.number).unwrap_or_default();
        released.carried += carry(outbox, link.head.number, &payloads)?;
        released.segment_bytes += size_of(link)?;
        remove(&link.path)?;
        sync_folder(&shared.layout.journal())?;
        released.segments += 1;
    }
    Ok(())
}

/// The segments of one round, and whether there are more.
fn this_round<'l>(links: &'l [&'l Link], loads: &[Load], going: usize) -> (&'l [&'l Link], bool) {
    let mut carried = 0;
    let fits = loads.iter().take(going).enumerate().take_while(|(number, load)| {
        carried += load.live;
        *number == 0 || carried <= CARRIED_AT_MOST
    });
    let now = fits.count();
    (links.get(..now).unwrap_or_default(), now < going)
}

/// What lies in each of these segments.
pub(crate) fn loads(shared: &Shared, links: &[&Link]) -> Result<Vec<Load>, StoreError> {
    let mut live: BTreeMap<u64, u64> = BTreeMap::new();
    each_place(shared, |_sha256, place| {
        if place.offset.is_some() {
            *live.entry(place.segment).or_default() += place.length;
        }
        Ok(())
    })?;
    let load =
        |link: &&Link| Ok(Load { bytes: size_of(link)?, live: live.get(&link.head.number).copied().unwrap_or(0) });
    links.iter().map(load).collect()
}

fn size_of(link: &Link) -> Result<u64, StoreError> {
    let found = fs::metadata(&link.path).map_err(|error| StoreError::io("looking at", &link.path, error))?;
    Ok(found.len())
}

/// The payloads that lie in these segments: a closed segment gets no more.
fn lying_in(shared: &Shared, links: &[&Link]) -> Result<BTreeMap<u64, Vec<BlobRef>>, StoreError> {
    let mut lying: BTreeMap<u64, Vec<BlobRef>> = links.iter().map(|link| (link.head.number, Vec::new())).collect();
    each_place(shared, |sha256, place| {
        if let Some(of_segment) = lying.get_mut(&place.segment).filter(|_| place.offset.is_some()) {
            of_segment.push(BlobRef { sha256, length: place.length, encoding: place.encoding });
        }
        Ok(())
    })?;
    Ok(lying)
}

/// Takes payloads of a segment into the newest one, durably. Returns their bytes.
fn carry(outbox: &Outbox, segment: u64, payloads: &[BlobRef]) -> Result<u64, StoreError> {
    let shared = &outbox.shared;
    let at_once = CARRIED_AT_ONCE.min(shared.capacity / 2);
    let (mut change, mut bytes, mut carried) = (Change::new(shared.clock.now()), 0, 0);
    for reference in payloads {
        if !lies_in(shared, &reference.sha256, segment)? {
            continue;
        }
        if bytes + reference.length > at_once && !change.payloads.is_empty() {
            outbox.apply_blocking(std::mem::replace(&mut change, Change::new(shared.clock.now())))?;
            bytes = 0;
        }
        let mut content = Vec::with_capacity(usize::try_from(reference.length).unwrap_or(0));
        let path = shared.layout.segment(segment);
        let mut reader = shared.open_payload(reference)?;
        reader.read_to_end(&mut content).map_err(|error| StoreError::io("reading", &path, error))?;
        change.payloads.push(Payload { reference: *reference, body: PayloadBody::Inline(content) });
        bytes += reference.length;
        carried += reference.length;
    }
    if !change.payloads.is_empty() {
        outbox.apply_blocking(change)?;
    }
    Ok(carried)
}

/// Whether a payload still lies there: the same bytes may have come again meanwhile.
fn lies_in(shared: &Shared, sha256: &Sha256, segment: u64) -> Result<bool, StoreError> {
    Ok(shared.place(sha256)?.is_some_and(|place| place.segment == segment && place.offset.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_of_the_beginning_goes_as_gains_what_it_costs() {
        let check = |live: &[u64], thrift, expect| {
            let loads: Vec<Load> = live.iter().map(|live| Load { bytes: 100, live: *live }).collect();
            assert_eq!(beginning(&loads, 100, thrift), expect, "{live:?}");
        };
        check(&[], Thrift::Ample, (0, 0));
        // Nothing lies there.
        check(&[0], Thrift::Ample, (1, 100));
        check(&[0, 0, 90], Thrift::Ample, (2, 200));
        // A gain of less than a segment is not worth it.
        check(&[40], Thrift::Ample, (0, 0));
        check(&[50, 50], Thrift::Ample, (2, 100));
        // A full one at the beginning is carried where enough behind it is gained, one at the end never.
        check(&[95, 10, 10], Thrift::Ample, (3, 185));
        check(&[10, 10, 95], Thrift::Ample, (2, 180));
        check(&[95, 95, 10], Thrift::Ample, (0, 0));
        check(&[80, 80, 80, 80, 80], Thrift::Ample, (0, 0));
        check(&[80, 80, 80, 80, 80], Thrift::Tight, (5, 100));
        check(&[95, 95, 95], Thrift::Tight, (0, 0));
    }
}
