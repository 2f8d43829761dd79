//! Sets of IPv4 and IPv6 addresses.

use crate::net::ranges::Ranges;
use crate::net::traffic::Family;
use ipnetwork::{IpNetwork, Ipv4Network, Ipv6Network};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// A set of addresses of either family or both.
///
/// Both families are one row of numbers: IPv4 addresses take the last 2^32 places, which IPv6 leaves unused (`ffff::/16` is reserved
/// multicast). So a set is one list of ranges, and each family is one range.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet(Ranges<u128>);

/// The place of 0.0.0.0.
const V4: u128 = u128::MAX << 32;

/// The last place of IPv6.
const LAST_V6: u128 = !(u32::MAX as u128) - 1;

/// How many blocks a set shows before it only counts the rest.
const SHOWN: usize = 4;

/// What no packet on the internet is addressed to: "this network", private, shared, loopback, link-local, multicast and reserved blocks.
const NOT_INTERNET_V4: [&str; 8] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// What no service has: blocks for protocols, documentation and benchmarks. A gateway lets them pass all the same.
const NOT_ASSIGNED: [&str; 7] = [
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001:db8::/32",
];

impl AddressSet {
    /// The empty set.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every address of a family.
    pub fn all(family: Family) -> Self {
        let (first, last) = row(family);
        Self(Ranges::range(first, last))
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        let place = place(address);
        Self(Ranges::range(place, place))
    }

    /// The addresses of a block.
    pub fn block(block: IpNetwork) -> Self {
        Self(Ranges::range(place(block.network()), place(block.broadcast())))
    }

    /// The addresses in any of the sets.
    pub(in crate::net) fn joined<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(Ranges::collected(sets.into_iter().flat_map(|set| set.0.as_slice()).copied()))
    }

    /// A block (`10.0.0.0/16`) or a single address, as AWS answers write them; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<IpNetwork>().ok().map(Self::block)
    }

    /// The blocks and addresses of `texts`, other texts left out.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let blocks = texts.into_iter().filter_map(|text| text.parse::<IpNetwork>().ok());
        Self(Ranges::collected(blocks.map(|block| (place(block.network()), place(block.broadcast())))))
    }

    /// What a gateway to the internet takes as destination: for IPv4 all but private, shared, link-local and the like, for IPv6 `2000::/3`.
    ///
    /// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
    pub fn internet(family: Family) -> Self {
        Self::internet_ref(family).clone()
    }

    /// [`Self::internet`], for looking.
    pub(in crate::net) fn internet_ref(family: Family) -> &'static Self {
        static INTERNET: LazyLock<[AddressSet; 2]> = LazyLock::new(|| {
            let v4 = AddressSet::all(Family::Ipv4).difference(&AddressSet::of(NOT_INTERNET_V4));
            [v4, AddressSet::of(["2000::/3"])]
        });
        let [v4, v6] = &*INTERNET;
        if family == Family::Ipv4 { v4 } else { v6 }
    }

    /// What a public service can have as address: the internet without the blocks for documentation and benchmarks.
    pub fn public(family: Family) -> Self {
        Self::public_ref(family).clone()
    }

    fn public_ref(family: Family) -> &'static Self {
        static PUBLIC: LazyLock<[AddressSet; 2]> = LazyLock::new(|| {
            let without = |family| AddressSet::internet_ref(family).difference(&AddressSet::of(NOT_ASSIGNED));
            [Family::Ipv4, Family::Ipv6].map(without)
        });
        let [v4, v6] = &*PUBLIC;
        if family == Family::Ipv4 { v4 } else { v6 }
    }

    /// Whether no address is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(place(address))
    }

    /// The only address in it; `None` for no or more addresses.
    pub fn single(&self) -> Option<IpAddr> {
        match self.0.as_slice() {
            [(first, last)] if first == last => Some(address_at(*first)),
            _ => None,
        }
    }

    /// The first address in it, IPv6 before IPv4.
    pub(in crate::net) fn first(&self) -> Option<IpAddr> {
        self.0.as_slice().first().map(|(first, _)| address_at(*first))
    }

    /// Every address of it, for the sets of few that an interface has.
    pub(in crate::net) fn members(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.0.as_slice().iter().flat_map(|(first, last)| *first..=*last).map(address_at)
    }

    /// The part of it that is of this family.
    #[must_use]
    pub fn of_family(&self, family: Family) -> Self {
        let (first, last) = row(family);
        Self(self.0.between(first, last))
    }

    /// The ranges that it is made of, as places in the row of all addresses.
    pub(in crate::net) fn ranges(&self) -> &[(u128, u128)] {
        self.0.as_slice()
    }

    /// The places of its first and last address.
    pub(in crate::net) fn corners(&self) -> (u128, u128) {
        self.0.corners()
    }

    /// The addresses at these places.
    pub(in crate::net) fn of_ranges(ranges: impl Iterator<Item = (u128, u128)>) -> Self {
        Self(Ranges::collected(ranges))
    }

    /// Whether some address of it is at one of these places.
    pub(in crate::net) fn is_touching(&self, (first, last): (u128, u128)) -> bool {
        self.0.is_touching(first, last)
    }

    /// Whether every address of it is at one of these places.
    pub(in crate::net) fn is_between(&self, (first, last): (u128, u128)) -> bool {
        self.0.is_between(first, last)
    }

    /// The part of it at these places.
    pub(in crate::net) fn between(&self, (first, last): (u128, u128)) -> Self {
        Self(self.0.between(first, last))
    }

    /// Addresses in one set or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// Addresses in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// Whether some address is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        self.0.intersects(&other.0)
    }

    /// Addresses in this set and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Addresses of both families that are not in this set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.complement())
    }

    /// Whether every address of it is in the other set.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The fewest blocks that make up the set, IPv4 first, each family in rising order.
    pub fn blocks(&self) -> Vec<IpNetwork> {
        let v4 = self.of_family(Family::Ipv4).0;
        let v4 = v4.as_slice().iter().flat_map(|(first, last)| blocks_between(first & !V4, last & !V4, 32));
        let v4 = v4.filter_map(|(address, length)| {
            let address = Ipv4Addr::from(u32::try_from(address).ok()?);
            Ipv4Network::new(address, length).ok().map(IpNetwork::V4)
        });
        let v6 = self.of_family(Family::Ipv6).0;
        // The places that IPv4 takes count as in where everything before them is: `::/0` is one block.
        let whole = |last: &u128| if *last == LAST_V6 { u128::MAX } else { *last };
        let v6 = v6.as_slice().iter().flat_map(|(first, last)| blocks_between(*first, whole(last), 128));
        let v6 = v6
            .filter_map(|(address, length)| Ipv6Network::new(Ipv6Addr::from(address), length).ok().map(IpNetwork::V6));
        v4.chain(v6).collect()
    }
}

/// The places that a family takes, first and last.
fn row(family: Family) -> (u128, u128) {
    match family {
        Family::Ipv4 => (V4, u128::MAX),
        Family::Ipv6 => (0, LAST_V6),
    }
}

/// The place of an address in the row of all addresses.
pub(in crate::net) fn place(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => V4 | u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address).min(LAST_V6),
    }
}

/// The address at a place.
fn address_at(place: u128) -> IpAddr {
    match u32::try_from(place & !V4) {
        Ok(low) if place >= V4 => Ipv4Addr::from(low).into(),
        _ => Ipv6Addr::from(place).into(),
    }
}

/// The blocks of a range as address and prefix length, for addresses of `width` bits.
fn blocks_between(first: u128, last: u128, width: u8) -> Vec<(u128, u8)> {
    let mut blocks = Vec::new();
    let mut at = first;
    loop {
        let mut host_bits = u8::try_from(at.trailing_zeros()).unwrap_or(width).min(width);
        while host_bits > 0 && end_of(at, host_bits) > last {
            host_bits = host_bits.saturating_sub(1);
        }
        blocks.push((at, width.saturating_sub(host_bits)));
        let end = end_of(at, host_bits);
        match end.checked_add(1) {
            Some(next) if end < last => at = next,
            _ => return blocks,
        }
    }
}

fn end_of(address: u128, host_bits: u8) -> u128 {
    let hosts = 1_u128.checked_shl(host_bits.into()).map_or(u128::MAX, |size| size.saturating_sub(1));
    address | hosts
}

/// Blocks with commas, single addresses without their length; `every public IPv4 address` and the like for whole families, and
/// only the first four blocks of a long list.
impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no address");
        }
        for family in [Family::Ipv4, Family::Ipv6] {
            if self == Self::public_ref(family) || self == Self::internet_ref(family) {
                return write!(f, "every public {family} address");
            }
        }
        let blocks = self.blocks();
        for (position, block) in blocks.iter().take(SHOWN).enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            match block {
                IpNetwork::V4(block) if block.prefix() == 32 => write!(f, "{}", block.ip())?,
                IpNetwork::V6(block) if block.prefix() == 128 => write!(f, "{}", block.ip())?,
                block => write!(f, "{block}")?,
            }
        }
        match blocks.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more blocks"),
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Sets inside 10.0.0.0/27 and at the upper end of the address space, with their members.
    fn sets() -> impl Strategy<Value = (AddressSet, BTreeSet<IpAddr>)> {
        let block = (0..64_u32, 26..=32_u8, any::<bool>(), any::<bool>());
        proptest::collection::vec(block, 0..5).prop_map(|blocks| {
            let mut set = AddressSet::none();
            let mut members = BTreeSet::new();
            for (host, length, is_high, is_v6) in blocks {
                let block: IpNetwork = if is_v6 {
                    let base = if is_high { 0xfffe << 112 } else { 0 };
                    Ipv6Network::new(Ipv6Addr::from(base + u128::from(host)), length + 96).unwrap().into()
                } else {
                    let base = if is_high { u32::MAX - 63 } else { 0x0a00_0000 };
                    Ipv4Network::new(Ipv4Addr::from(base + host), length).unwrap().into()
                };
                set = set.union(&AddressSet::block(block));
                members.extend(block.iter());
            }
            (set, members)
        })
    }

    fn enumerated(set: &AddressSet) -> BTreeSet<IpAddr> {
        set.blocks().iter().flat_map(IpNetwork::iter).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn algebra_agrees_with_enumeration((a, members_a) in sets(), (b, members_b) in sets()) {
            prop_assert_eq!(&enumerated(&a), &members_a);
            prop_assert_eq!(enumerated(&a.union(&b)), &members_a | &members_b);
            prop_assert_eq!(enumerated(&a.intersection(&b)), &members_a & &members_b);
            prop_assert_eq!(enumerated(&a.difference(&b)), &members_a - &members_b);
            prop_assert_eq!(a.is_subset(&b), members_a.is_subset(&members_b));
            prop_assert_eq!(&a.complement().complement(), &a);
            for member in &members_a {
                prop_assert!(a.contains(*member));
                prop_assert!(!a.complement().contains(*member));
            }
        }

        #[test]
        fn no_two_blocks_could_be_one((a, _) in sets()) {
            let blocks = a.blocks();
            for (left, right) in blocks.iter().zip(blocks.iter().skip(1)) {
                if left.prefix() == right.prefix() && left.is_ipv4() == right.is_ipv4() && left.prefix() > 0 {
                    let parent = IpNetwork::new(left.network(), left.prefix() - 1).unwrap();
                    prop_assert!(parent.network() != left.network() || !parent.contains(right.network()));
                }
            }
        }
    }

    #[test]
    fn reads_like_blocks() {
        assert_eq!(AddressSet::of(["10.0.0.0/24", "10.0.1.0/24"]).to_string(), "10.0.0.0/23");
        assert_eq!(AddressSet::of(["10.0.0.7", "2001:db8::1/128"]).to_string(), "10.0.0.7, 2001:db8::1");
        assert_eq!(AddressSet::public(Family::Ipv4).to_string(), "every public IPv4 address");
        assert_eq!(AddressSet::all(Family::Ipv4).to_string(), "0.0.0.0/0");
        assert_eq!(AddressSet::all(Family::Ipv6).to_string(), "::/0");
        assert_eq!(AddressSet::none().to_string(), "no address");
        assert!(AddressSet::parse("<cidr:1>").is_none());
        assert!(AddressSet::parse("10.0.1.7/16").unwrap().contains([10, 0, 200, 1].into()), "host bits do not count");
        assert!(!AddressSet::public(Family::Ipv4).contains([172, 20, 0, 1].into()));
        assert!(AddressSet::public(Family::Ipv4).contains([52, 94, 0, 1].into()));
        assert!(!AddressSet::public(Family::Ipv4).contains([203, 0, 113, 1].into()));
        assert!(AddressSet::internet(Family::Ipv4).contains([203, 0, 113, 1].into()));
        assert!(!AddressSet::internet(Family::Ipv6).contains("64:ff9b::1".parse().unwrap()));
    }
}
