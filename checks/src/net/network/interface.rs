//! Network interfaces: where packets start and end inside a VPC.

use crate::evidence::Component;
use crate::net::addresses::{self, AddressSet};
use crate::net::network::{GroupIx, Network, SubnetIx, VpcIx};
use crate::net::ports::PortSet;
use crate::net::traffic::Family;
use crate::snapshot::ec2::{self, Instance, InstanceNetworkInterface, NetworkInterface, PrivateIpAddress, is};
use smallvec::SmallVec;
use std::net::IpAddr;

/// An interface with what a walk needs of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface<'s> {
    /// `network-interface`; else what it stands for: `subnet` for an address that no interface has, `lambda-function`,
    /// `instance-connect-endpoint`.
    pub kind: &'static str,
    /// Its id, or that of what it stands for.
    pub id: &'s str,
    /// The instance that it belongs to, when its row is known.
    pub instance: Option<&'s Instance>,
    /// Id of the instance, when one is told.
    pub instance_id: Option<&'s str>,
    /// Account of the instance or interface, 12 digits; empty when not known.
    pub owner: &'s str,
    /// Id of its VPC.
    pub vpc_id: &'s str,
    /// VPC.
    pub(in crate::net) vpc: VpcIx,
    /// Subnet.
    pub(in crate::net) subnet: SubnetIx,
    /// Groups on the interface.
    pub groups: SmallVec<[GroupIx; 5]>,
    /// Primary private IPv4 address.
    pub ipv4: AddressSet,
    /// The public IPv4 address that is paired with the primary private one.
    pub public_ipv4: Option<AddressSet>,
    /// IPv6 addresses.
    pub ipv6: AddressSet,
    /// Further private IPv4 addresses.
    pub secondary: Vec<IpAddr>,
    /// Blocks that were delegated to it whole, as for the pods of a Kubernetes node: IPv4 `/28`, IPv6 `/80`.
    pub prefixes: Option<Box<AddressSet>>,
    /// Private addresses with the public ones that are paired with them.
    pub pairs: SmallVec<[(IpAddr, IpAddr); 1]>,
    /// Ports from which its system opens connections, which is where replies go.
    pub client_ports: PortSet,
    /// Whether packets that are not its own are dropped; `None` when it is not told.
    pub source_dest_check: Option<bool>,
    /// Whether IPv6 from the internet is refused.
    pub denies_internet: bool,
    /// Whether it is meant to use an address that is not its own.
    pub is_foreign: bool,
    /// Whether a load balancer listens there, whose listeners are no facts here.
    pub is_load_balancer: bool,
    /// Such as `interface`, `nat_gateway`, `vpc_endpoint`; empty when not told.
    pub interface_type: &'s str,
}

impl<'s> Interface<'s> {
    /// An interface of an instance.
    pub(in crate::net) fn of_instance(
        network: &mut Network<'s>,
        instance: &'s Instance,
        eni: &'s InstanceNetworkInterface,
    ) -> Self {
        let is_primary = eni.attachment.as_ref().is_none_or(|attachment| attachment.device_index == 0);
        let groups = if eni.groups.is_empty() && is_primary { &instance.security_groups } else { &eni.groups };
        let primary = eni.private_ip_addresses.iter().find(|address| address.primary);
        let paired = primary.and_then(|address| address.association.as_ref()).or(eni.association.as_ref());
        let mut interface = Self {
            instance: Some(instance),
            instance_id: Some(&instance.instance_id),
            owner: &instance.owner_id,
            vpc_id: &eni.vpc_id,
            groups: groups.iter().map(|group| network.group_of(&group.group_id)).collect(),
            ipv4: AddressSet::of([eni.private_ip_address.as_str()]),
            public_ipv4: paired.and_then(|own| AddressSet::parse(&own.public_ip)),
            ipv6: AddressSet::of(eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str())),
            prefixes: delegated(&eni.ipv4_prefixes, &eni.ipv6_prefixes),
            client_ports: client_ports(instance),
            source_dest_check: eni.source_dest_check,
            interface_type: &eni.interface_type,
            ..Self::at(
                network.subnet_of(&eni.subnet_id, &eni.vpc_id),
                network.vpc_of(&eni.vpc_id),
                &eni.network_interface_id,
            )
        };
        interface.add_addresses(&eni.private_ip_address, &eni.private_ip_addresses, paired);
        interface
    }

    /// An interface of any kind, as `DescribeNetworkInterfaces` shows it. Nothing is known of its system.
    pub(in crate::net) fn of_row(network: &mut Network<'s>, eni: &'s NetworkInterface) -> Self {
        let instance = eni.attachment.as_ref().map(|attachment| attachment.instance_id.as_str());
        let primary = eni.private_ip_addresses.iter().find(|address| address.primary);
        let paired = primary.and_then(|address| address.association.as_ref()).or(eni.association.as_ref());
        let mut interface = Self {
            instance_id: instance.filter(|instance| !instance.is_empty()),
            owner: &eni.owner_id,
            vpc_id: &eni.vpc_id,
            groups: eni.groups.iter().map(|group| network.group_of(&group.group_id)).collect(),
            ipv4: AddressSet::of([eni.private_ip_address.as_str()]),
            public_ipv4: paired.and_then(|own| AddressSet::parse(&own.public_ip)),
            ipv6: AddressSet::of(eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str())),
            prefixes: delegated(&eni.ipv4_prefixes, &eni.ipv6_prefixes),
            source_dest_check: eni.source_dest_check,
            ..Self::at(
                network.subnet_of(&eni.subnet_id, &eni.vpc_id),
                network.vpc_of(&eni.vpc_id),
                &eni.network_interface_id,
            )
        };
        interface.add_row(eni);
        interface.add_addresses(&eni.private_ip_address, &eni.private_ip_addresses, paired);
        interface
    }

    /// Some interface in a subnet of which nothing is known but what the caller adds.
    pub(in crate::net) fn at(subnet: SubnetIx, vpc: VpcIx, id: &'s str) -> Self {
        Self {
            kind: "network-interface",
            id,
            instance: None,
            instance_id: None,
            owner: "",
            vpc_id: "",
            vpc,
            subnet,
            groups: SmallVec::new(),
            ipv4: AddressSet::none(),
            public_ipv4: None,
            ipv6: AddressSet::none(),
            secondary: Vec::new(),
            prefixes: None,
            pairs: SmallVec::new(),
            client_ports: any_client(),
            source_dest_check: None,
            denies_internet: false,
            is_foreign: false,
            is_load_balancer: false,
            interface_type: "",
        }
    }

    /// What `DescribeNetworkInterfaces` tells beyond the instance.
    pub(in crate::net) fn add_row(&mut self, eni: &'s NetworkInterface) {
        self.denies_internet = eni.deny_all_igw_traffic;
        self.interface_type = &eni.interface_type;
        self.is_load_balancer = eni.description.starts_with("ELB ") || eni.interface_type.ends_with("load_balancer");
    }

    fn add_addresses(&mut self, primary: &str, all: &[PrivateIpAddress], paired: Option<&ec2::AddressAssociation>) {
        let public = |own: Option<&ec2::AddressAssociation>| own?.public_ip.parse().ok();
        for address in all {
            let Ok(private) = address.private_ip_address.parse::<IpAddr>() else { continue };
            if address.private_ip_address != primary {
                self.secondary.push(private);
            }
            self.pairs.extend(public(address.association.as_ref()).map(|public: IpAddr| (private, public)));
        }
        if let (Ok(private), Some(public)) = (primary.parse::<IpAddr>(), public(paired))
            && !self.pairs.iter().any(|(own, _)| *own == private)
        {
            self.pairs.push((private, public));
        }
    }

    /// Whether it may send packets that are not its own: appliances, NAT gateways, endpoints before firewalls.
    pub(in crate::net) fn may_forward(&self) -> bool {
        self.source_dest_check != Some(true) || is(self.interface_type, "gateway_load_balancer_endpoint")
    }

    /// The subnet that it is in.
    pub fn subnet(&self) -> SubnetIx {
        self.subnet
    }

    /// The interface as a component.
    pub fn component(&self) -> Component {
        Component::new(self.kind, self.id)
    }

    /// Its addresses of a family, the first private one for IPv4.
    pub fn addresses(&self, family: Family) -> &AddressSet {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// Every private IPv4 and every IPv6 address, those of delegated blocks left out.
    pub fn all_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let main = [&self.ipv4, &self.ipv6].into_iter().flat_map(AddressSet::members);
        main.chain(self.secondary.iter().copied())
    }

    /// Every private IPv4 and every IPv6 address, delegated blocks among them.
    pub(in crate::net) fn own_addresses(&self) -> AddressSet {
        let places = self.all_addresses().map(addresses::place).map(|place| (place, place));
        let blocks = self.prefixes.as_deref().map_or(&[][..], AddressSet::ranges);
        AddressSet::of_ranges(places.chain(blocks.iter().copied()))
    }

    /// Whether an address is one of its own beside the first: a further one, or one of a delegated block.
    pub(in crate::net) fn is_further(&self, address: IpAddr) -> bool {
        self.secondary.contains(&address) || self.prefixes.as_ref().is_some_and(|own| own.contains(address))
    }

    /// Whether an address is one of its own.
    pub fn has(&self, address: IpAddr) -> bool {
        self.ipv4.contains(address) || self.ipv6.contains(address) || self.is_further(address)
    }

    /// It with one address only, and the public one that is paired with that; a public address stands for the private one.
    #[must_use]
    pub fn narrowed(&self, address: IpAddr) -> Self {
        let private = self.pairs.iter().find(|(_, public)| *public == address).map(|(private, _)| *private);
        let address = private.unwrap_or(address);
        let mut own = Self { is_foreign: !self.has(address), ..self.clone() };
        match Family::of(address) {
            Family::Ipv4 => {
                own.ipv4 = AddressSet::one(address);
                let public = self.pairs.iter().find(|(private, _)| *private == address);
                own.public_ipv4 = public.map(|(_, public)| AddressSet::one(*public));
            }
            Family::Ipv6 => own.ipv6 = AddressSet::one(address),
        }
        own
    }

    /// Whether the subnet is another account's, which then also owns its tables, ACLs and endpoints; `false` when that is not known.
    pub(in crate::net) fn is_in_shared_subnet(&self, network: &Network<'_>) -> bool {
        let mine = if self.owner.is_empty() { &network.snapshot.header.account } else { self.owner };
        let subnet = network.subnet_row(self.subnet);
        subnet.is_some_and(|subnet| !subnet.owner_id.is_empty() && !mine.is_empty() && subnet.owner_id != mine)
    }
}

fn delegated(v4: &[ec2::Ipv4Prefix], v6: &[ec2::Ipv6Prefix]) -> Option<Box<AddressSet>> {
    let v4 = v4.iter().map(|own| own.ipv4_prefix.as_str());
    let blocks = AddressSet::of(v4.chain(v6.iter().map(|own| own.ipv6_prefix.as_str())));
    (!blocks.is_empty()).then(|| Box::new(blocks))
}

/// Ports of a client of which nothing is known.
pub(in crate::net) fn any_client() -> PortSet {
    PortSet::range(1024, u16::MAX)
}

/// Ports from which the system of an instance opens connections.
///
/// Source: VPC user guide, "Custom network ACLs", ephemeral ports; the Linux kernel default is 32768 to 60999.
pub fn client_ports(instance: &Instance) -> PortSet {
    let details = instance.platform_details.to_ascii_lowercase();
    if instance.is_windows() || details.contains("windows") || details.contains("macos") {
        PortSet::range(49_152, u16::MAX)
    } else if is(&instance.platform_details, "Linux/UNIX") || details.contains("linux") || details.contains("ubuntu") {
        PortSet::range(32_768, 60_999)
    } else {
        any_client()
    }
}
