//! A small network in AWS's terms, from which both the facts and the namespaces are made.
//!
//! Things refer to each other by their position in the lists of the [`Topology`]; `vpc-0` is the first VPC.

use ipnetwork::Ipv4Network;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Every address.
pub(crate) const ANYWHERE: &str = "0.0.0.0/0";

/// The addresses of the host that stands in for the internet.
pub(crate) const INTERNET: [Ipv4Addr; 3] =
    [Ipv4Addr::new(198, 51, 100, 10), Ipv4Addr::new(198, 51, 100, 200), Ipv4Addr::new(192, 0, 2, 10)];

/// Its addresses as a client. It listens on the others, so that every port is free here.
pub(crate) const INTERNET_CLIENTS: [Ipv4Addr; 3] =
    [Ipv4Addr::new(198, 51, 100, 11), Ipv4Addr::new(198, 51, 100, 201), Ipv4Addr::new(192, 0, 2, 11)];

/// Source ports of clients of which nothing is known, and of NAT gateways.
pub(crate) const ANY_CLIENT: (u16, u16) = (1024, 65535);

#[derive(Debug, Clone, Default)]
pub(crate) struct Topology {
    pub(crate) vpcs: Vec<Vpc>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) groups: Vec<Group>,
    pub(crate) acls: Vec<Acl>,
    pub(crate) tables: Vec<Table>,
    pub(crate) nats: Vec<Nat>,
    pub(crate) appliances: Vec<Appliance>,
    /// Prefix lists.
    pub(crate) lists: Vec<Vec<Ipv4Network>>,
    /// Between the first VPC and the second one.
    pub(crate) peering: Option<Peering>,
    pub(crate) flows: Vec<Flow>,
}

#[derive(Debug, Clone)]
pub(crate) struct Vpc {
    pub(crate) block: Ipv4Network,
    /// Whether an internet gateway is attached.
    pub(crate) has_gateway: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Subnet {
    pub(crate) vpc: usize,
    pub(crate) block: Ipv4Network,
    pub(crate) acl: usize,
    /// `None` where the main table of the VPC serves.
    pub(crate) table: Option<usize>,
}

/// An instance with one interface.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) subnet: usize,
    pub(crate) address: Ipv4Addr,
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) groups: Vec<usize>,
    pub(crate) is_windows: bool,
}

impl Host {
    /// The ports from which its system opens connections.
    pub(crate) fn client_ports(&self) -> (u16, u16) {
        if self.is_windows { (49152, 65535) } else { (32768, 60999) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    All,
    Tcp,
    Udp,
    Icmp,
}

/// First and last port.
pub(crate) type Ports = (u16, u16);

#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) vpc: usize,
    pub(crate) inbound: Vec<Permission>,
    pub(crate) outbound: Vec<Permission>,
}

#[derive(Debug, Clone)]
pub(crate) struct Permission {
    pub(crate) protocol: Protocol,
    pub(crate) ports: Ports,
    pub(crate) peers: Vec<Peer>,
}

#[derive(Debug, Clone)]
pub(crate) enum Peer {
    Block(Ipv4Network),
    /// A prefix list.
    List(usize),
    Group(usize),
    /// A reference that outlived its peering connection.
    Stale(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Acl {
    pub(crate) vpc: usize,
    pub(crate) is_default: bool,
    /// In no particular order.
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) number: u16,
    pub(crate) egress: bool,
    pub(crate) allow: bool,
    pub(crate) protocol: Protocol,
    pub(crate) ports: Ports,
    pub(crate) block: Ipv4Network,
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) vpc: usize,
    pub(crate) is_main: bool,
    /// Without the local route, which every table has.
    pub(crate) routes: Vec<Route>,
}

#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) to: Destination,
    pub(crate) target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    Block(Ipv4Network),
    /// A prefix list.
    List(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    InternetGateway,
    Nat(usize),
    /// The first interface of an appliance.
    Appliance(usize),
    Peering,
    /// What was deleted, by the member of the route that names it and its id.
    Gone(&'static str, &'static str),
}

/// An instance that forwards, and leaves by its last interface what does not go to its VPC.
#[derive(Debug, Clone)]
pub(crate) struct Appliance {
    /// One or two.
    pub(crate) interfaces: Vec<Foot>,
    /// Whether the source/destination check of the first one keeps it from forwarding.
    pub(crate) is_checked: bool,
    /// Whether packets get the address of the interface that they leave by.
    pub(crate) translates: bool,
}

/// An interface of an appliance.
#[derive(Debug, Clone)]
pub(crate) struct Foot {
    pub(crate) subnet: usize,
    pub(crate) address: Ipv4Addr,
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) groups: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Nat {
    pub(crate) subnet: usize,
    pub(crate) address: Ipv4Addr,
    /// `None` for a private NAT gateway.
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) state: NatState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NatState {
    Available,
    Pending,
    Deleted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peering {
    Active,
    Deleted,
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Host(usize),
    /// An address of the internet, of a NAT gateway or of nobody.
    Address(Ipv4Addr),
}

/// TCP to a port, tried from several client ports.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) port: u16,
    pub(crate) attempts: Vec<Attempt>,
}

/// A client port, and the port that a NAT gateway makes of it if one is on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) client: u16,
    pub(crate) translated: u16,
}

impl Topology {
    /// The table that a subnet uses.
    pub(crate) fn table_of(&self, subnet: usize) -> &Table {
        let subnet = &self.subnets[subnet];
        let main = || self.tables.iter().position(|table| table.is_main && table.vpc == subnet.vpc);
        &self.tables[subnet.table.or_else(main).expect("each VPC has a main table")]
    }

    /// The VPC of a host.
    pub(crate) fn vpc_of(&self, host: usize) -> usize {
        self.subnets[self.hosts[host].subnet].vpc
    }

    /// The interfaces of every appliance, with the numbers of the appliance and of the interface.
    pub(crate) fn feet(&self) -> impl Iterator<Item = ((usize, usize), &Foot)> {
        let appliances = self.appliances.iter().enumerate();
        appliances.flat_map(|(number, own)| {
            own.interfaces.iter().enumerate().map(move |(position, foot)| ((number, position), foot))
        })
    }

    pub(crate) fn is_peered(&self) -> bool {
        self.peering == Some(Peering::Active)
    }

    /// Whether a route has lost its target.
    pub(crate) fn is_blackhole(&self, vpc: usize, target: Target) -> bool {
        match target {
            Target::InternetGateway => !self.vpcs[vpc].has_gateway,
            Target::Nat(nat) => self.nats[nat].state == NatState::Deleted,
            Target::Appliance(_) => false,
            Target::Peering => !self.is_peered(),
            Target::Gone(..) => true,
        }
    }

    /// The address that a client at `from` connects to.
    pub(crate) fn destination(&self, flow: &Flow) -> Ipv4Addr {
        match (flow.from, flow.to) {
            (_, End::Address(address)) => address,
            (End::Host(_), End::Host(host)) => self.hosts[host].address,
            // Without a public address there is nothing better to try than the private one.
            (End::Address(_), End::Host(host)) => self.hosts[host].public.unwrap_or(self.hosts[host].address),
        }
    }

    /// The client ports of an end.
    pub(crate) fn client_ports(&self, end: End) -> Ports {
        match end {
            End::Host(host) => self.hosts[host].client_ports(),
            End::Address(_) => ANY_CLIENT,
        }
    }

    /// Adds a flow that is tried from both ends of every range of client ports that the network ACLs could tell apart.
    pub(crate) fn add_flow(&mut self, from: End, to: End, port: u16) {
        let clients = self.ends_of_ranges(self.client_ports(from));
        let translated = self.ends_of_ranges(ANY_CLIENT);
        let is_client_inside = matches!(from, End::Host(_));
        let count = if is_client_inside { translated.len().max(clients.len()) } else { clients.len() };
        let attempts = (0..count).map(|position| {
            let (round, client) = (position / clients.len(), &clients[position % clients.len()]);
            Attempt { client: client.inwards(round), translated: translated[position % translated.len()].port }
        });
        let mut used = BTreeSet::new();
        let attempts = attempts.filter(|attempt| used.insert(attempt.client)).collect();
        self.flows.push(Flow { from, to, port, attempts });
    }

    fn ends_of_ranges(&self, (first, last): Ports) -> Vec<RangeEnd> {
        let entries = self.acls.iter().flat_map(|acl| &acl.entries);
        let starts = entries.flat_map(|entry| [Some(entry.ports.0), entry.ports.1.checked_add(1)]).flatten();
        let mut starts: BTreeSet<u16> = starts.filter(|start| (first..=last).contains(start)).collect();
        starts.insert(first);
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([last]);
        let ends = starts.iter().zip(ends).flat_map(|(start, end)| {
            if *start == end {
                vec![RangeEnd { port: end, step: 0 }]
            } else {
                vec![RangeEnd { port: *start, step: 1 }, RangeEnd { port: end, step: -1 }]
            }
        });
        ends.collect()
    }
}

/// The first or last port of a range that is treated alike.
struct RangeEnd {
    port: u16,
    /// Where the rest of the range is.
    step: i16,
}

impl RangeEnd {
    /// Another port of the same range, so that no port is used twice.
    fn inwards(&self, round: usize) -> u16 {
        self.port.wrapping_add_signed(self.step * i16::try_from(round).expect("few rounds"))
    }
}

/// Ports that services listen on.
pub(crate) const SERVICES: [u16; 5] = [22, 80, 443, 3306, 8080];

/// A block of addresses, from its text.
pub(crate) fn block(text: &str) -> Ipv4Network {
    text.parse().unwrap_or_else(|error| panic!("`{text}`: {error}"))
}
