//! Ports and addresses that stand for all others: those at the borders of what the facts name.

use crate::evaluator::block::{covers, ends, is_on_the_internet};
use crate::evaluator::is_known_as;
use checks::snapshot::ec2::NetworkInterface;
use checks::snapshot::{Outcome, Snapshot};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The borders of a snapshot.
pub(super) struct Samples<'a> {
    snapshot: &'a Snapshot,
    /// Ports at which the answer of a network ACL may change.
    ports: BTreeSet<u16>,
}

impl<'a> Samples<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut ports = BTreeSet::new();
        for entry in snapshot.network_acls.known().iter().flat_map(|acl| &acl.entries) {
            if let Some(range) = &entry.port_range {
                ports.extend([range.from, range.to + 1].into_iter().filter_map(|port| u16::try_from(port).ok()));
            }
        }
        Self { snapshot, ports }
    }

    /// One port for every stretch of a range in which all ports fare alike.
    pub(super) fn ports(&self, (first, last): (u16, u16)) -> Vec<u16> {
        let mut ports: BTreeSet<u16> = self.ports.range(first..=last).copied().collect();
        ports.insert(first);
        ports.into_iter().collect()
    }

    /// The same for the ports that NAT gateways pick.
    pub(super) fn nat_ports(&self) -> Vec<u16> {
        if self.snapshot.nat_gateways.known().is_empty() { vec![1024] } else { self.ports((1024, u16::MAX)) }
    }

    /// Addresses out there that stand for all others: at and beside both ends of every block that the facts name. A VPC's own IPv6
    /// addresses are not out there for the VPC itself.
    pub(super) fn internet(&self, is_v6: bool, near: Option<&NetworkInterface>) -> Vec<IpAddr> {
        let mut found = border_addresses(self.snapshot, is_v6);
        let is_own = |address: &IpAddr| {
            let vpcs = self.snapshot.vpcs.known().iter().filter(|vpc| near.is_some_and(|near| near.vpc_id == vpc.vpc_id));
            let mut blocks = vpcs.flat_map(|vpc| &vpc.ipv6_cidr_block_association_set);
            blocks.any(|block| covers(&block.ipv6_cidr_block, *address)) || near.is_some_and(|near| is_known_as(near, *address))
        };
        found.retain(|address| is_on_the_internet(*address) && !is_own(address));
        found.into_iter().collect()
    }
}

/// The addresses at and beside both ends of every block that the facts name.
pub(crate) fn border_addresses(snapshot: &Snapshot, is_v6: bool) -> BTreeSet<IpAddr> {
    let mut texts = BTreeSet::new();
    for read in snapshot.reads() {
        if let Outcome::Output(output) = &read.outcome {
            collect(output, &mut texts);
        }
    }
    let mut found = BTreeSet::new();
    for (first, last) in texts.iter().filter_map(|text| ends(text)) {
        if first.is_ipv6() == is_v6 {
            found.extend([Some(first), Some(last), beside(first, false), beside(last, true)].into_iter().flatten());
        }
    }
    found
}

fn collect<'a>(value: &'a Value, texts: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) if text.contains('/') => {
            texts.insert(text);
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

/// The address before or after another one.
fn beside(address: IpAddr, after: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let number = u32::from(address);
            let number = if after { number.checked_add(1) } else { number.checked_sub(1) };
            number.map(|number| Ipv4Addr::from(number).into())
        }
        IpAddr::V6(address) => {
            let number = u128::from(address);
            let number = if after { number.checked_add(1) } else { number.checked_sub(1) };
            number.map(|number| Ipv6Addr::from(number).into())
        }
    }
}
