//! What travels: packets as a set with an address, port and protocol dimension.

use crate::net::addresses::AddressSet;
use crate::net::ports::PortSet;
use smallvec::{SmallVec, smallvec};
use std::fmt;
use std::net::IpAddr;

/// A version of the internet protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        })
    }
}

/// A protocol above IP, by its IANA number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(u8);

impl Protocol {
    /// TCP, 6.
    pub const TCP: Self = Self(6);
    /// UDP, 17.
    pub const UDP: Self = Self(17);
    /// ICMP for IPv4, 1.
    pub const ICMP: Self = Self(1);
    /// ICMP for IPv6, 58.
    pub const ICMPV6: Self = Self(58);

    /// The protocol with this number.
    pub const fn of_number(number: u8) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// A protocol as AWS writes it: `tcp`, `udp`, `icmp`, `icmpv6` or a number; `None` for `-1` and for other words.
    pub fn parse(text: &str) -> Option<Self> {
        let named = [("tcp", Self::TCP), ("udp", Self::UDP), ("icmp", Self::ICMP), ("icmpv6", Self::ICMPV6)];
        let named = named.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, protocol)| *protocol);
        named.or_else(|| text.parse().ok().map(Self))
    }

    /// Whether its packets carry ports.
    pub fn has_ports(self) -> bool {
        self == Self::TCP || self == Self::UDP
    }

    /// Whether its packets carry an ICMP type and code.
    pub fn is_icmp(self) -> bool {
        self == Self::ICMP || self == Self::ICMPV6
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TCP => f.write_str("tcp"),
            Self::UDP => f.write_str("udp"),
            Self::ICMP => f.write_str("icmp"),
            Self::ICMPV6 => f.write_str("icmpv6"),
            Self(number) => write!(f, "protocol {number}"),
        }
    }
}

/// Packets of one protocol: every combination of the sources, destinations and ports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Traffic {
    /// The protocol.
    pub protocol: Protocol,
    /// Where packets come from.
    pub source: AddressSet,
    /// Where packets go to.
    pub destination: AddressSet,
    /// Destination ports of TCP and UDP, type and code of ICMP (see [`PortSet::icmp`]), all ports for other protocols.
    pub ports: PortSet,
}

impl Traffic {
    /// Packets with these properties; ports mean nothing for protocols that have none.
    pub fn new(protocol: Protocol, source: AddressSet, destination: AddressSet, ports: PortSet) -> Self {
        let ports = if protocol.has_ports() || protocol.is_icmp() { ports } else { PortSet::all() };
        Self { protocol, source, destination, ports }
    }

    /// Whether no packet is in it.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty() || self.destination.is_empty() || self.ports.is_empty()
    }

    /// Packets in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        if self.protocol != other.protocol {
            return None;
        }
        let common = Self {
            protocol: self.protocol,
            source: self.source.intersection(&other.source),
            destination: self.destination.intersection(&other.destination),
            ports: self.ports.intersection(&other.ports),
        };
        (!common.is_empty()).then_some(common)
    }

    /// Packets of this and not of the other, as disjoint parts.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Vec<Self> {
        let Some(common) = self.intersection(other) else {
            return if self.is_empty() { Vec::new() } else { vec![self.clone()] };
        };
        if common == *self {
            return Vec::new();
        }
        let parts = [
            Self { source: self.source.difference(&common.source), ..self.clone() },
            Self {
                source: common.source.clone(),
                destination: self.destination.difference(&common.destination),
                ..self.clone()
            },
            Self { ports: self.ports.difference(&common.ports), ..common },
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }
}

/// `tcp 443 from 10.0.0.7 to every public IPv4 address`.
impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.protocol)?;
        if self.protocol.has_ports() {
            write!(f, " {}", self.ports)?;
        }
        write!(f, " from {} to {}", self.source, self.destination)
    }
}

/// Any set of packets, as disjoint parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrafficSet(SmallVec<[Traffic; 1]>);

impl From<Traffic> for TrafficSet {
    fn from(traffic: Traffic) -> Self {
        if traffic.is_empty() { Self::default() } else { Self(smallvec![traffic]) }
    }
}

impl TrafficSet {
    /// Whether no packet is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its parts.
    pub fn parts(&self) -> &[Traffic] {
        &self.0
    }

    /// Takes over disjoint parts.
    pub(in crate::net) fn of_parts(parts: impl IntoIterator<Item = Traffic>) -> Self {
        Self(parts.into_iter().filter(|part| !part.is_empty()).collect())
    }

    /// The protocol of its packets; `None` for the empty set.
    pub fn protocol(&self) -> Option<Protocol> {
        self.0.first().map(|part| part.protocol)
    }

    /// Packets in one or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        let mut parts = self.0.clone();
        parts.extend(other.difference(self).0);
        Self(parts)
    }

    /// Packets in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let theirs = |mine| other.0.iter().filter_map(move |theirs: &Traffic| theirs.intersection(mine));
        Self(self.0.iter().flat_map(theirs).collect())
    }

    /// Packets in this and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        for theirs in &other.0 {
            rest = Self(rest.0.iter().flat_map(|mine| mine.difference(theirs)).collect());
        }
        rest
    }

    /// Every source that occurs.
    pub fn sources(&self) -> AddressSet {
        match self.0.as_slice() {
            [only] => only.source.clone(),
            parts => AddressSet::joined(parts.iter().map(|part| &part.source)),
        }
    }

    /// Every destination that occurs.
    pub fn destinations(&self) -> AddressSet {
        match self.0.as_slice() {
            [only] => only.destination.clone(),
            parts => AddressSet::joined(parts.iter().map(|part| &part.destination)),
        }
    }

    /// Every port that occurs.
    pub fn ports(&self) -> PortSet {
        self.0.iter().fold(PortSet::none(), |set, part| set.union(&part.ports))
    }

    /// The smallest [`Traffic`] that holds all of it; `None` for the empty set.
    pub fn hull(&self) -> Option<Traffic> {
        if let [only] = self.0.as_slice() {
            return Some(only.clone());
        }
        let protocol = self.0.first()?.protocol;
        Some(Traffic::new(protocol, self.sources(), self.destinations(), self.ports()))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn traffics() -> impl Strategy<Value = Traffic> {
        let block = (0..8_u8, 29..=32_u8)
            .prop_map(|(host, length)| AddressSet::parse(&format!("10.0.0.{host}/{length}")).unwrap_or_default());
        (block.clone(), block, 0..8_u16, 0..8_u16).prop_map(|(source, destination, first, last)| {
            Traffic::new(Protocol::TCP, source, destination, PortSet::range(first, last))
        })
    }

    fn has(set: &TrafficSet, source: u8, destination: u8, port: u16) -> usize {
        let inside = |part: &&Traffic| {
            part.source.contains([10, 0, 0, source].into())
                && part.destination.contains([10, 0, 0, destination].into())
                && part.ports.contains(port)
        };
        set.parts().iter().filter(inside).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn algebra_agrees_with_single_packets(a in traffics(), b in traffics(), c in traffics()) {
            let (a, b) = (TrafficSet::from(a).union(&TrafficSet::from(c)), TrafficSet::from(b));
            let (union, common, rest) = (a.union(&b), a.intersection(&b), a.difference(&b));
            for source in 0..8 {
                for destination in 0..8 {
                    for port in 0..8 {
                        let at = |set: &TrafficSet| has(set, source, destination, port);
                        prop_assert!(at(&a) <= 1, "parts are disjoint");
                        prop_assert_eq!(at(&union), usize::from(at(&a) + at(&b) > 0));
                        prop_assert_eq!(at(&common), at(&a) * at(&b));
                        prop_assert_eq!(at(&rest), usize::from(at(&a) > at(&b)));
                    }
                }
            }
        }
    }

    #[test]
    fn protocols_read_as_aws_writes_them() {
        assert_eq!(Protocol::parse("tcp"), Some(Protocol::TCP));
        assert_eq!(Protocol::parse("6"), Some(Protocol::TCP));
        assert_eq!(Protocol::parse("58"), Some(Protocol::ICMPV6));
        assert_eq!(Protocol::parse("-1"), None);
        assert_eq!(Protocol::of_number(50).to_string(), "protocol 50");
        let all = AddressSet::all(Family::Ipv4);
        assert!(Traffic::new(Protocol::of_number(50), all.clone(), all, PortSet::none()).ports.is_all());
    }
}
