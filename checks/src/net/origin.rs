//! The interface that a connection starts from.

use super::addresses::AddressSet;
use super::ports::PortSet;
use super::security_group;
use super::traffic::{Family, Protocol, Traffic};
use crate::evidence::Component;
use crate::snapshot::Snapshot;
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, NetworkInterface, is};

/// An interface with what a walk needs of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The interface, `network-interface`.
    pub component: Component,
    /// The instance that it belongs to, when one is known.
    pub instance: Option<String>,
    /// Account of the instance, 12 digits; empty when not known.
    pub owner: String,
    /// VPC.
    pub vpc: String,
    /// Subnet.
    pub subnet: String,
    /// Groups on the interface.
    pub groups: Vec<String>,
    /// Primary private IPv4 address.
    pub ipv4: AddressSet,
    /// The public IPv4 address that is paired with the primary private one.
    pub public_ipv4: Option<String>,
    /// IPv6 addresses.
    pub ipv6: AddressSet,
    /// Ports from which its system opens connections, which is where replies go.
    pub client_ports: PortSet,
}

impl Origin {
    /// An interface of an instance; platform and account come from the instance in the snapshot that has this interface.
    pub fn of_interface(snapshot: &Snapshot, eni: &InstanceNetworkInterface) -> Self {
        let instance = snapshot.instances.known().iter().find(|instance| {
            instance.network_interfaces.iter().any(|own| own.network_interface_id == eni.network_interface_id)
        });
        let is_primary = eni.attachment.as_ref().is_none_or(|attachment| attachment.device_index == 0);
        let mut groups = security_group::ids(&eni.groups);
        if groups.is_empty() && is_primary {
            groups = instance.map(|instance| security_group::ids(&instance.security_groups)).unwrap_or_default();
        }
        Self {
            component: Component::new("network-interface", &eni.network_interface_id),
            instance: instance.map(|instance| instance.instance_id.clone()),
            owner: instance.map(|instance| instance.owner_id.clone()).unwrap_or_default(),
            vpc: eni.vpc_id.clone(),
            subnet: eni.subnet_id.clone(),
            groups,
            ipv4: AddressSet::of([eni.private_ip_address.as_str()]),
            public_ipv4: public_address(eni).map(str::to_owned),
            ipv6: AddressSet::of(eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str())),
            client_ports: instance.map_or_else(any_client, client_ports),
        }
    }

    /// An interface of any kind, as `DescribeNetworkInterfaces` shows it. Nothing is known of its system.
    pub fn of_network_interface(eni: &NetworkInterface) -> Self {
        let instance = eni.attachment.as_ref().map(|attachment| attachment.instance_id.clone());
        let primary = eni.private_ip_addresses.iter().find(|address| address.primary);
        let paired = primary.and_then(|address| address.association.as_ref()).or(eni.association.as_ref());
        Self {
            component: Component::new("network-interface", &eni.network_interface_id),
            instance: instance.filter(|instance| !instance.is_empty()),
            owner: eni.owner_id.clone(),
            vpc: eni.vpc_id.clone(),
            subnet: eni.subnet_id.clone(),
            groups: security_group::ids(&eni.groups),
            ipv4: AddressSet::of([eni.private_ip_address.as_str()]),
            public_ipv4: paired.map(|own| own.public_ip.clone()).filter(|address| !address.is_empty()),
            ipv6: AddressSet::of(eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str())),
            client_ports: any_client(),
        }
    }

    /// Its addresses of a family.
    pub fn addresses(&self, family: Family) -> &AddressSet {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// TCP from here to `destination`.
    pub fn tcp_to(&self, family: Family, destination: AddressSet, port: u16) -> Traffic {
        Traffic::new(Protocol::TCP, self.addresses(family).clone(), destination, PortSet::one(port))
    }

    /// Whether the subnet is another account's, which then also owns its tables, ACLs and endpoints; `false` when that is not known.
    pub fn is_in_shared_subnet(&self, snapshot: &Snapshot) -> bool {
        let mine = if self.owner.is_empty() { &snapshot.header.account } else { &self.owner };
        let subnet = snapshot.subnets.known().iter().find(|subnet| subnet.subnet_id == self.subnet);
        subnet.is_some_and(|subnet| !subnet.owner_id.is_empty() && !mine.is_empty() && subnet.owner_id != *mine)
    }
}

/// The public address of the interface's primary private address: the one that its own connections leave with.
pub(super) fn public_address(eni: &InstanceNetworkInterface) -> Option<&str> {
    let primary = eni.private_ip_addresses.iter().find(|address| address.primary);
    let paired = primary.and_then(|address| address.association.as_ref()).or(eni.association.as_ref());
    paired.map(|association| association.public_ip.as_str()).filter(|address| !address.is_empty())
}

/// Ports of a client of which nothing is known.
pub(super) fn any_client() -> PortSet {
    PortSet::range(1024, u16::MAX)
}

/// Ephemeral ports by operating system.
///
/// Source: VPC user guide, "Custom network ACLs", ephemeral ports; the Linux kernel default is 32768 to 60999.
fn client_ports(instance: &Instance) -> PortSet {
    let details = instance.platform_details.to_ascii_lowercase();
    if instance.is_windows() || details.contains("windows") || details.contains("macos") {
        PortSet::range(49_152, u16::MAX)
    } else if is(&instance.platform_details, "Linux/UNIX") || details.contains("linux") || details.contains("ubuntu") {
        PortSet::range(32_768, 60_999)
    } else {
        any_client()
    }
}
