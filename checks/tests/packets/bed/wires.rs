//! Links, addresses and routes of the namespaces, as commands of `ip`.
//!
//! Each VPC is a router with a bridge for each subnet, `s0`, so that neighbours talk without it. The table of a subnet is a table of the
//! kernel that packets from its bridge look at first; the local route sends them on to the table of what is inside the VPC.

use super::Role;
use crate::topology::{Appliance, Destination, INTERNET, INTERNET_CLIENTS, Nat, NatState, Target, Topology};
use ipnetwork::Ipv4Network;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// The table of what is inside a VPC.
const INSIDE: u32 = 200;

/// Both ends of every cable: the name of the interface in one namespace and in the other.
pub(super) fn cables(topology: &Topology) -> Vec<[(Role, String); 2]> {
    let mut cables = Vec::new();
    for (host, row) in topology.hosts.iter().enumerate() {
        let vpc = topology.subnets[row.subnet].vpc;
        cables.push([(Role::Router(vpc), format!("h{host}")), (Role::Host(host), "eth0".to_owned())]);
    }
    for (nat, row) in living(topology) {
        let vpc = topology.subnets[row.subnet].vpc;
        cables.push([(Role::Router(vpc), format!("n{nat}")), (Role::Nat(nat), "eth0".to_owned())]);
    }
    for ((number, position), foot) in topology.feet() {
        let (vpc, port) = (topology.subnets[foot.subnet].vpc, port_of(number, position));
        cables.push([(Role::Router(vpc), port), (Role::Appliance(number), format!("eth{position}"))]);
    }
    for (vpc, _) in topology.vpcs.iter().enumerate().filter(|(_, vpc)| vpc.has_gateway) {
        cables.push([(Role::Router(vpc), "edge".to_owned()), (Role::Edge, format!("v{vpc}"))]);
    }
    if topology.is_peered() {
        cables.push([(Role::Router(0), "pcx".to_owned()), (Role::Router(1), "pcx".to_owned())]);
    }
    cables.push([(Role::Edge, "internet".to_owned()), (Role::Internet, "eth0".to_owned())]);
    cables
}

/// NAT gateways that exist and work.
pub(super) fn living(topology: &Topology) -> impl Iterator<Item = (usize, &Nat)> {
    topology.nats.iter().enumerate().filter(|(_, nat)| nat.state == NatState::Available)
}

/// The end of an appliance's cable at the router.
fn port_of(number: usize, position: usize) -> String {
    format!("a{number}x{position}")
}

/// The router of a subnet has its first address, as in AWS.
fn router_of(block: Ipv4Network) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(block.network()) + 1)
}

fn link(vpc: usize, end: u8) -> Ipv4Addr {
    Ipv4Addr::new(169, 254, 100 + u8::try_from(vpc).expect("few VPCs"), end)
}

const INTERNET_LINK: Ipv4Addr = Ipv4Addr::new(169, 254, 200, 1);
const PEERING_LINK: Ipv4Addr = Ipv4Addr::new(169, 254, 201, 1);

fn next(address: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(address) + 1)
}

/// An interface in a subnet.
pub(super) fn member(topology: &Topology, subnet: usize, address: Ipv4Addr) -> String {
    let block = topology.subnets[subnet].block;
    format!(
        "link set lo up\naddr add {address}/{} dev eth0\nlink set eth0 up\nroute add default via {}\n",
        block.prefix(),
        router_of(block)
    )
}

/// An appliance: what goes to the VPC leaves by its first interface, and everything else by its last. Who is in the subnet of one is met
/// directly.
pub(super) fn appliance(topology: &Topology, row: &Appliance) -> String {
    let mut text = "link set lo up\n".to_owned();
    for (position, foot) in row.interfaces.iter().enumerate() {
        let block = topology.subnets[foot.subnet].block;
        let _ =
            writeln!(text, "addr add {}/{} dev eth{position}\nlink set eth{position} up", foot.address, block.prefix());
    }
    let router = |position: usize| router_of(topology.subnets[row.interfaces[position].subnet].block);
    let whole = topology.vpcs[topology.subnets[row.interfaces[0].subnet].vpc].block;
    let last = row.interfaces.len() - 1;
    let _ = writeln!(text, "route add {whole} via {} dev eth0", router(0));
    let _ = writeln!(text, "route add default via {} dev eth{last}", router(last));
    text
}

/// The router of a VPC.
pub(super) fn router(topology: &Topology, vpc: usize) -> String {
    let mut text = "link set lo up\n".to_owned();
    let subnets = || topology.subnets.iter().enumerate().filter(move |(_, subnet)| subnet.vpc == vpc);
    for (subnet, row) in subnets() {
        let block = row.block;
        let _ = writeln!(text, "link add s{subnet} type bridge");
        let _ = writeln!(text, "addr add {}/{} dev s{subnet}", router_of(block), block.prefix());
        let _ = writeln!(text, "link set s{subnet} up");
        let _ = writeln!(text, "route add {block} dev s{subnet} table {INSIDE}");
    }
    let of_hosts = topology.hosts.iter().enumerate().map(|(host, row)| (format!("h{host}"), row.subnet));
    let of_nats = living(topology).map(|(nat, row)| (format!("n{nat}"), row.subnet));
    let of_appliances = topology.feet().map(|((number, position), foot)| (port_of(number, position), foot.subnet));
    let ports = of_hosts.chain(of_nats).chain(of_appliances);
    for (port, subnet) in ports.filter(|(_, subnet)| topology.subnets[*subnet].vpc == vpc) {
        let _ = writeln!(text, "link set {port} master s{subnet} up");
    }
    if topology.vpcs[vpc].has_gateway {
        let _ = writeln!(text, "addr add {}/30 dev edge\nlink set edge up", link(vpc, 1));
    }
    if topology.is_peered() {
        let own = if vpc == 0 { PEERING_LINK } else { next(PEERING_LINK) };
        let _ = writeln!(text, "addr add {own}/30 dev pcx\nlink set pcx up");
    }
    for (subnet, _) in subnets() {
        let table = 10 + subnet;
        text += &routes(topology, vpc, subnet, table);
        let _ = writeln!(text, "rule add pref {} iif s{subnet} lookup {table}", 100 + subnet);
    }
    // What comes in from elsewhere goes to the subnets or nowhere: no gateway of a VPC is lent to another network.
    let _ = writeln!(text, "rule add pref 200 lookup {INSIDE}\nrule add pref 300 blackhole");
    text
}

/// The table of a subnet. No route is left to a table behind it: what none matches is dropped.
fn routes(topology: &Topology, vpc: usize, subnet: usize, table: usize) -> String {
    let mut text = format!("route add throw {} table {table}\n", topology.vpcs[vpc].block);
    for route in &topology.table_of(subnet).routes {
        let through = through(topology, vpc, route.target);
        // At the same prefix a route for a block is preferred to one for a prefix list.
        let (blocks, metric) = match route.to {
            Destination::Block(block) => (vec![block], 10),
            Destination::List(list) => (topology.lists[list].clone(), 20),
        };
        for to in blocks {
            let _ = match &through {
                Some((via, device)) => {
                    writeln!(text, "route add {to} via {via} dev {device} onlink metric {metric} table {table}")
                }
                None => writeln!(text, "route add blackhole {to} metric {metric} table {table}"),
            };
        }
    }
    text
}

/// The next hop of a route and the interface that leads there; `None` where it leads nowhere.
fn through(topology: &Topology, vpc: usize, target: Target) -> Option<(Ipv4Addr, String)> {
    match target {
        target if topology.is_blackhole(vpc, target) => None,
        Target::InternetGateway => Some((link(vpc, 2), "edge".to_owned())),
        Target::Peering => Some((if vpc == 0 { next(PEERING_LINK) } else { PEERING_LINK }, "pcx".to_owned())),
        Target::Nat(nat) => {
            let nat = &topology.nats[nat];
            (nat.state == NatState::Available).then(|| (nat.address, format!("s{}", nat.subnet)))
        }
        Target::Appliance(number) => {
            let foot = &topology.appliances[number].interfaces[0];
            Some((foot.address, format!("s{}", foot.subnet)))
        }
        Target::Gone(..) => None,
    }
}

/// Where the internet gateways are and the internet begins.
pub(super) fn edge(topology: &Topology) -> String {
    let mut text = format!("link set lo up\naddr add {INTERNET_LINK}/30 dev internet\nlink set internet up\n");
    for (vpc, row) in topology.vpcs.iter().enumerate().filter(|(_, vpc)| vpc.has_gateway) {
        let _ = writeln!(text, "addr add {}/30 dev v{vpc}\nlink set v{vpc} up", link(vpc, 2));
        let _ = writeln!(text, "route add {} via {}", row.block, link(vpc, 1));
    }
    for address in INTERNET.into_iter().chain(INTERNET_CLIENTS) {
        let _ = writeln!(text, "route add {address} via {}", next(INTERNET_LINK));
    }
    text
}

/// The host that stands in for the internet.
pub(super) fn internet() -> String {
    let mut text = format!("link set lo up\naddr add {}/30 dev eth0\nlink set eth0 up\n", next(INTERNET_LINK));
    for address in INTERNET.into_iter().chain(INTERNET_CLIENTS) {
        let _ = writeln!(text, "addr add {address}/32 dev eth0");
    }
    text + &format!("route add default via {INTERNET_LINK}\n")
}
