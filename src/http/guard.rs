//! Where a client may connect to when a stranger has named the place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses a client connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Any: the operator has named the host.
    #[default]
    Anywhere,
    /// Only such as the whole internet may reach: nothing of this machine, of its network, or of the machinery around it.
    Public,
}

impl Reach {
    /// Whether an address may be connected to.
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => is_public(address),
        }
    }
}

/// The special-purpose address registries of IANA (RFC 6890) name what is not.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, private use (RFC 1918), loopback, link local with the metadata services of clouds.
        (0 | 10 | 127, ..) | (172, 16..=31, _) | (192, 168, _) | (169, 254, _) => true,
        // Carrier-grade NAT (RFC 6598), protocol assignments and 6to4, benchmarking, documentation (RFC 5737).
        (100, 64..=127, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => {
            true
        }
        // Multicast, reserved, broadcast.
        (224.., ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = match (first, second) {
        // Unspecified, loopback, IPv4 in other clothes, NAT64 (RFC 6052), discard.
        (0, _) | (0x64, 0xff9b) | (0x100, _) => true,
        // Teredo, ORCHID, documentation (RFC 3849), 6to4: all can carry what is not public.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, _) => true,
        // Unique local, link local, site local, multicast.
        (0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..=0xffff, _) => true,
        _ => false,
    };
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_whole_internet_may_reach_is_public() {
        let check = |addresses: &[&str], public: bool| {
            for address in addresses {
                assert_eq!(Reach::Public.allows(address.parse().unwrap()), public, "{address}");
                assert!(Reach::Anywhere.allows(address.parse().unwrap()));
            }
        };
        check(&["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "223.255.255.1"], true);
        check(&["2606:4700::1111", "2a00:1450::1"], true);
        check(&["0.0.0.0", "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"], false);
        check(&["169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.9"], false);
        check(&["224.0.0.1", "240.0.0.1", "255.255.255.255"], false);
        check(&["::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1"], false);
        check(&["fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2002:7f00:1::", "2001:db8::1", "2001::1"], false);
    }
}
