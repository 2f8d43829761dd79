//! Random questions about a world.

use super::{HostPlan, Maker};
use crate::question::{End, Question};
use crate::world::Feature;
use std::net::IpAddr;

/// Addresses out there, and two that nobody has.
const OUTSIDE: &[&str] = &["198.51.100.7", "198.51.100.200", "2001:db8:ff::7", "2001:db8:ff:8000::7"];
const NOBODY: &[&str] = &["10.0.0.14", "192.168.0.5"];

impl Maker {
    pub(super) fn question(&mut self) -> Question {
        let (from, to) = self.ends();
        let is_v6 = |end: &End| match end {
            End::Address(address) => Some(address.is_ipv6()),
            End::Internet { is_v6 } => Some(*is_v6),
            End::Interface(id) => {
                self.hosts.iter().find(|host| host.id == *id).map(|host| host.v4.is_empty())
            }
        };
        let is_v6 = match (&from, &to) {
            (End::Interface(_), to) => is_v6(to),
            (from, _) => is_v6(from),
        };
        let (protocol, message) = match (self.rng.u8(0..20), is_v6.unwrap()) {
            (0..=12, _) => (6, None),
            (13..=15, _) => (17, None),
            (16..=17, false) => (1, Some((8, 0))),
            (16..=17, true) => (58, Some((128, 0))),
            (18, false) if self.uses(Feature::UnansweredIcmp, 90) => (1, Some((3, 4))),
            (18, true) if self.uses(Feature::UnansweredIcmp, 90) => (58, Some((2, 0))),
            (19, _) if !self.has_nat() || self.uses(Feature::NatOtherProtocols, 90) => (50, None),
            _ => (6, None),
        };
        let first = self.rng.u16(440..=447);
        let ports = (first, first + self.rng.u16(0..=3));
        Question { from, to, protocol, ports, message }
    }

    fn ends(&mut self) -> (End, End) {
        let hosts = self.hosts.clone();
        let host = self.pick(&hosts);
        let near = End::Interface(host.id.clone());
        let outside = |maker: &mut Self, is_v6: bool| {
            if maker.chance(25) && (!is_v6 || maker.uses(Feature::AnyIpv6Address, 80)) {
                return End::Internet { is_v6 };
            }
            let of: Vec<&str> = OUTSIDE.iter().copied().filter(|text| text.contains(':') == is_v6).collect();
            End::Address(maker.pick(&of).parse().unwrap())
        };
        let is_v6 = !host.v6.is_empty() && (host.v4.is_empty() || self.chance(40));
        let is_nat_asked = self.has_nat() && !host.v4.is_empty() && self.uses(Feature::NatAsDestination, 30);
        match self.rng.u8(0..10) {
            0..=3 => (near, self.another(&host)),
            4..=5 => (near, outside(self, is_v6)),
            6..=8 if self.world.features.contains(&Feature::Appliances) && !self.uses(Feature::RepliesThroughAppliances, 90) => {
                (near, outside(self, is_v6))
            }
            6 if self.allowed.contains(&Feature::Internet) => (outside(self, is_v6), self.named_from_outside(&host, is_v6)),
            9 if is_nat_asked => {
                let nat = self.world.rows("NatGateways")[0]["NatGatewayAddresses"][0]["PrivateIp"].clone();
                (near, End::Address(nat.as_str().unwrap().parse().unwrap()))
            }
            7..=8 if self.allowed.contains(&Feature::Internet) => (outside(self, is_v6), near),
            9 if !host.v4.is_empty() && (!self.has_nat() || self.uses(Feature::NatToPrivateAddresses, 90)) => {
                (near, End::Address(self.pick(NOBODY).parse().unwrap()))
            }
            _ => (near, outside(self, is_v6)),
        }
    }

    /// Another host of the same VPC, or of another one where something may join them; as an interface or by an address.
    fn another(&mut self, host: &HostPlan) -> End {
        let joins = self.vpcs.iter().flat_map(|vpc| &vpc.targets4).any(|id| id.starts_with("pcx-") || id.starts_with("tgw-"));
        let may_cross = joins && (!self.has_nat() || self.uses(Feature::NatToPrivateAddresses, 90));
        let is_other = |other: &&HostPlan| other.id != host.id && (other.vpc == host.vpc || may_cross);
        let others: Vec<HostPlan> = self.hosts.iter().filter(is_other).cloned().collect();
        let may_miss = self.uses(Feature::MissingFamily, 10);
        let has = |text: &str| if text.contains(':') { !host.v6.is_empty() } else { !host.v4.is_empty() };
        let fits = |other: &HostPlan| may_miss || has(if other.v4.is_empty() { ":" } else { "" });
        if others.is_empty() {
            return self.outside(host);
        }
        let other = self.pick(&others);
        if self.uses(Feature::Reflection, 8)
            && let Some(public) = other.v4.first().and_then(|(_, public)| public.as_ref())
            && has(public)
        {
            return End::Address(public.parse().unwrap());
        }
        let mut addresses: Vec<IpAddr> = addresses(&other, |(private, _)| Some(private.clone()));
        addresses.retain(|address| may_miss || has(&address.to_string()));
        if addresses.is_empty() {
            return self.outside(host);
        }
        if fits(&other) && self.chance(50) {
            return End::Interface(other.id);
        }
        End::Address(self.pick(&addresses))
    }

    fn has_nat(&self) -> bool {
        self.vpcs.iter().any(|vpc| !vpc.nat_subnets.is_empty())
    }

    /// An address out there of a family that the host has an address of.
    fn outside(&mut self, host: &HostPlan) -> End {
        let fits = |text: &&str| if text.contains(':') { !host.v6.is_empty() } else { !host.v4.is_empty() };
        let outside: Vec<&str> = OUTSIDE.iter().copied().filter(fits).collect();
        End::Address(self.pick(&outside).parse().unwrap())
    }

    /// The host by an address that somebody outside knows.
    fn named_from_outside(&mut self, host: &HostPlan, is_v6: bool) -> End {
        let mut addresses = addresses(host, |(_, public)| public.clone());
        addresses.retain(|address| address.is_ipv6() == is_v6);
        if addresses.is_empty() { End::Interface(host.id.clone()) } else { End::Address(self.pick(&addresses)) }
    }
}

fn addresses(host: &HostPlan, of: impl Fn(&(String, Option<String>)) -> Option<String>) -> Vec<IpAddr> {
    host.v4.iter().filter_map(of).chain(host.v6.iter().cloned()).map(|text| text.parse().unwrap()).collect()
}
