//! How many connections are open, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::observe::Crowd;

/// Counts connections. Cloning shares the count.
#[derive(Clone, Debug)]
pub(super) struct Admission(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    in_all: usize,
    per_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection's place; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    inner: Arc<Inner>,
    address: IpAddr,
}

impl Admission {
    pub(super) fn new(in_all: usize, per_address: usize) -> Self {
        Self(Arc::new(Inner { in_all, per_address, open: Mutex::default() }))
    }

    /// A place for a connection from `peer`, or why there is none.
    pub(super) fn enter(&self, peer: IpAddr) -> Result<Place, Crowd> {
        let address = counted(peer);
        let mut open = self.0.lock();
        if open.in_all >= self.0.in_all {
            return Err(Crowd::Listener);
        }
        let from_there = open.by_address.entry(address).or_default();
        if *from_there >= self.0.per_address {
            return Err(Crowd::Address);
        }
        *from_there += 1;
        open.in_all += 1;
        Ok(Place { inner: self.0.clone(), address })
    }
}

impl Inner {
    /// The counts are whole after every statement, so a panic elsewhere under the lock leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.inner.lock();
        open.in_all = open.in_all.saturating_sub(1);
        if let Some(from_there) = open.by_address.get_mut(&self.address) {
            *from_there = from_there.saturating_sub(1);
            if *from_there == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// The address under which a peer is counted: IPv4 as itself, also inside IPv6; IPv6 by its /64, the least that one
/// site is given (RFC 6177).
fn counted(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn takes_as_many_as_allowed_and_not_one_more() {
        let admission = Admission::new(3, 2);
        let first = admission.enter(address("10.0.0.1")).unwrap();
        let _second = admission.enter(address("10.0.0.1")).unwrap();
        assert_eq!(admission.enter(address("10.0.0.1")).unwrap_err(), Crowd::Address);
        let _third = admission.enter(address("10.0.0.2")).unwrap();
        assert_eq!(admission.enter(address("10.0.0.3")).unwrap_err(), Crowd::Listener);
        drop(first);
        let _again = admission.enter(address("10.0.0.1")).unwrap();
        assert_eq!(admission.0.lock().by_address.len(), 2);
    }

    #[test]
    fn one_site_is_one_address() {
        let check = |a: &str, b: &str, same: bool| {
            assert_eq!(counted(address(a)) == counted(address(b)), same, "{a} {b}");
        };
        check("10.0.0.1", "::ffff:10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
        check("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true);
        check("2001:db8:0:1::1", "2001:db8:0:2::1", false);
    }
}
