//! Which kind of network an address belongs to. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kinds of networks between which a server must not lead its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// Reachable by everybody.
    Public,
    /// Reachable inside an organisation or a provider: private, unique local, shared (CGNAT) and
    /// benchmarking ranges.
    Private,
    /// Reachable on one wire. The metadata services of clouds live here.
    LinkLocal,
    /// This machine.
    Loopback,
    /// No address of one host: multicast, unspecified, documentation, reserved, tunnels.
    Special,
}

impl Network {
    /// The network of an address. An IPv6 address that stands for an IPv4 one is judged as that one.
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => match embedded_v4(address) {
                Some(inner) => of_v4(inner),
                None => of_v6(address),
            },
        }
    }

    /// In words, for error messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Loopback => "loopback",
            Self::Special => "reserved",
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Network {
    match address.octets() {
        [127, ..] => Network::Loopback,
        [169, 254, ..] => Network::LinkLocal,
        [100, 64..=127, ..] | [198, 18 | 19, ..] => Network::Private,
        _ if address.is_private() => Network::Private,
        [0, ..] | [192, 0, 0, _] | [224..=255, ..] => Network::Special,
        _ if address.is_documentation() => Network::Special,
        _ => Network::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Network {
    if address.is_loopback() {
        return Network::Loopback;
    }
    match address.segments() {
        [0xfe80..=0xfebf, ..] => Network::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Network::Private,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Network::Special,
        // Special purposes below 2001:200::, Teredo among them, which hides an IPv4 address.
        [0x2001, 0..=0x1ff, ..] => Network::Special,
        [0x2000..=0x3fff, ..] => Network::Public,
        _ => Network::Special,
    }
}

/// The IPv4 address inside a v4-mapped, v4-compatible, NAT64 (64:ff9b::/96) or 6to4 (2002::/16) one.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let joined = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(joined(high, low))
        }
        [0x2002, high, low, ..] => Some(joined(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: Network, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(Network::of(address.parse().unwrap()), network, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_public() {
        check(
            Network::Public,
            &["8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111"],
        );
    }

    #[test]
    fn private_ranges_are_private() {
        check(
            Network::Private,
            &["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "fd00::1"],
        );
    }

    #[test]
    fn link_local_and_loopback_are_told_apart() {
        check(Network::LinkLocal, &["169.254.169.254", "fe80::1"]);
        check(Network::Loopback, &["127.0.0.1", "127.255.0.1", "::1"]);
    }

    #[test]
    fn special_addresses_belong_to_no_host() {
        check(
            Network::Special,
            &[
                "0.0.0.0",
                "255.255.255.255",
                "224.0.0.1",
                "240.0.0.1",
                "192.0.2.1",
                "::",
                "ff02::1",
                "2001:db8::1",
                "2001:0:4136:e378::1",
                "64:ff9b:1::1",
                "100::1",
            ],
        );
    }

    #[test]
    fn ipv4_in_disguise_is_judged_as_ipv4() {
        check(Network::Loopback, &["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"]);
        check(Network::LinkLocal, &["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]);
        check(Network::Private, &["::ffff:10.0.0.1", "2002:a00:1::"]);
        check(Network::Public, &["::ffff:8.8.8.8", "64:ff9b::808:808"]);
    }
}
