//! Who has which address and name: an index of the interfaces in a snapshot, made once for all questions.

use crate::net::{AddressSet, Family, Interface, Network};
use crate::snapshot::Snapshot;
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, NetworkInterface, PrivateIpAddress};
use foldhash::{HashMap, HashMapExt};
use std::net::IpAddr;

/// An index of a snapshot.
pub struct Atlas<'a> {
    pub(super) network: &'a Network<'a>,
    pub(super) snapshot: &'a Snapshot,
    rows: Vec<Row<'a>>,
    by_id: HashMap<&'a str, usize>,
    by_address: HashMap<IpAddr, Vec<usize>>,
    by_name: HashMap<String, &'a Instance>,
}

/// An interface as one of the two calls shows it; an instance tells more about its own.
#[derive(Clone, Copy)]
pub(super) enum Row<'a> {
    /// `DescribeInstances`.
    Attached(&'a Instance, &'a InstanceNetworkInterface),
    /// `DescribeNetworkInterfaces`.
    Listed(&'a NetworkInterface),
}

impl<'a> Atlas<'a> {
    /// Indexes the snapshot of a network.
    pub fn new(network: &'a Network<'a>) -> Self {
        let snapshot = network.snapshot;
        let instances = snapshot.instances.known();
        let attached = instances
            .iter()
            .flat_map(|instance| instance.network_interfaces.iter().map(move |eni| Row::Attached(instance, eni)));
        let mut atlas = Self {
            network,
            snapshot,
            rows: Vec::new(),
            by_id: HashMap::new(),
            by_address: HashMap::new(),
            by_name: HashMap::new(),
        };
        for row in attached.chain(snapshot.network_interfaces.known().iter().map(Row::Listed)) {
            atlas.add(row);
        }
        for instance in instances {
            for name in
                [&instance.private_dns_name, &instance.public_dns_name].into_iter().filter(|name| !name.is_empty())
            {
                atlas.by_name.insert(name.to_ascii_lowercase(), instance);
            }
        }
        atlas
    }

    fn add(&mut self, row: Row<'a>) {
        let at = self.rows.len();
        if self.by_id.contains_key(row.id()) {
            return;
        }
        self.by_id.insert(row.id(), at);
        for address in row.addresses() {
            let rows = self.by_address.entry(address).or_default();
            if !rows.contains(&at) {
                rows.push(at);
            }
        }
        self.rows.push(row);
    }

    /// The interface with this id.
    pub(super) fn interface(&self, id: &str) -> Option<Row<'a>> {
        self.by_id.get(id).and_then(|at| self.rows.get(*at)).copied()
    }

    /// Every interface that has an address, be it private or public.
    pub(super) fn holders(&self, address: IpAddr) -> Vec<Row<'a>> {
        match self.by_address.get(&address) {
            Some(rows) => rows.iter().filter_map(|at| self.rows.get(*at)).copied().collect(),
            // Of a block that was delegated whole.
            None => self.network.owners(address).filter_map(|own| self.interface(own.id)).collect(),
        }
    }

    /// The instance that a name of EC2 leads to.
    pub(super) fn named(&self, host: &str) -> Option<&'a Instance> {
        self.by_name.get(host).copied()
    }

    /// Every interface that is known.
    pub(super) fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }
}

impl<'a> Row<'a> {
    pub(super) fn id(self) -> &'a str {
        match self {
            Self::Attached(_, eni) => &eni.network_interface_id,
            Self::Listed(eni) => &eni.network_interface_id,
        }
    }

    pub(super) fn vpc(self) -> &'a str {
        match self {
            Self::Attached(_, eni) => &eni.vpc_id,
            Self::Listed(eni) => &eni.vpc_id,
        }
    }

    /// The instance that it is attached to.
    pub(super) fn instance(self) -> Option<&'a Instance> {
        match self {
            Self::Attached(instance, _) => Some(instance),
            Self::Listed(_) => None,
        }
    }

    /// The interface as paths start from it and lead to it, under its primary addresses.
    pub(super) fn interface(self, network: &Network<'a>) -> Option<Interface<'a>> {
        network.interface(self.id()).cloned()
    }

    /// The same under one of its addresses, private or public; `None` when it is not one of them.
    pub(super) fn interface_at(self, network: &Network<'a>, address: IpAddr) -> Option<Interface<'a>> {
        let mut own = self.interface(network)?.narrowed(address);
        if own.is_foreign {
            return None;
        }
        match Family::of(address) {
            Family::Ipv4 => own.ipv6 = AddressSet::none(),
            Family::Ipv6 => (own.ipv4, own.public_ipv4) = (AddressSet::none(), None),
        }
        Some(own)
    }

    fn private(self) -> &'a [PrivateIpAddress] {
        match self {
            Self::Attached(_, eni) => &eni.private_ip_addresses,
            Self::Listed(eni) => &eni.private_ip_addresses,
        }
    }

    /// Every address that leads to it.
    pub(super) fn addresses(self) -> Vec<IpAddr> {
        let (primary, ipv6, association) = match self {
            Self::Attached(_, eni) => (&eni.private_ip_address, &eni.ipv6_addresses, &eni.association),
            Self::Listed(eni) => (&eni.private_ip_address, &eni.ipv6_addresses, &eni.association),
        };
        let more = self.private().iter().flat_map(|own| [Some(own.private_ip_address.as_str()), public(own)]);
        let public = association.as_ref().map(|own| own.public_ip.as_str());
        let v6 = ipv6.iter().map(|own| Some(own.ipv6_address.as_str()));
        let texts = [Some(primary.as_str()), public].into_iter().chain(more).chain(v6).flatten();
        texts.filter_map(|text| text.parse().ok()).collect()
    }
}

/// The public address that a private one is paired with.
fn public(address: &PrivateIpAddress) -> Option<&str> {
    let public = address.association.as_ref().map(|own| own.public_ip.as_str());
    public.filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ENI, WEB, small};
    use super::*;

    #[test]
    fn an_interface_is_found_by_any_of_its_addresses() {
        let snapshot = small();
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        for text in ["10.0.1.10", "10.0.1.11", "18.0.0.10", "2a05:d018::10"] {
            let holders = atlas.holders(text.parse().unwrap());
            assert_eq!(holders.iter().map(|row| row.id()).collect::<Vec<_>>(), [ENI], "{text}");
        }
        assert!(atlas.holders("10.0.9.9".parse().unwrap()).is_empty());
        assert_eq!(atlas.named("ip-10-0-1-10.eu-west-1.compute.internal").unwrap().instance_id, WEB);
    }

    #[test]
    fn one_address_of_several_can_be_meant() {
        let snapshot = small();
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let row = atlas.interface(ENI).unwrap();
        let at = |text: &str| row.interface_at(&network, text.parse().unwrap());
        let second = at("10.0.1.11").unwrap();
        assert_eq!((second.ipv4.to_string().as_str(), second.public_ipv4), ("10.0.1.11", None));
        let public = at("18.0.0.10").unwrap();
        assert_eq!(
            (public.ipv4.to_string().as_str(), public.public_ipv4),
            ("10.0.1.10", AddressSet::parse("18.0.0.10"))
        );
        assert!(at("2a05:d018::10").unwrap().ipv4.is_empty());
        assert_eq!(at("10.0.9.9"), None);
    }
}
