//! What is known of NAT instances and appliances: the engine may only say that it cannot tell, or what holds whatever they do.

use super::Works::{All, No};
use super::plain::{OUTSIDE, PRIVATE, PRIVATE_TABLE, PUBLIC_TABLE, WEB, allow, host_at, open, route};
use super::{Case, case};
use crate::topology::{
    ANYWHERE, Acl, Appliance, Foot, Group, Peer, Permission, Protocol, Subnet, Target, Topology, block,
};

const PUBLIC: usize = 0;
const PRIVATE_SUBNET: usize = 1;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("a NAT instance", |topology| nat_instance(topology, &[PUBLIC]), &[(PRIVATE, OUTSIDE, 443, All)]),
        case(
            "a NAT instance that drops what is not its own",
            |topology| {
                nat_instance(topology, &[PUBLIC]);
                topology.appliances[0].is_checked = true;
            },
            &[(PRIVATE, OUTSIDE, 443, No)],
        ),
        case(
            "a NAT instance without a public address",
            |topology| {
                nat_instance(topology, &[PUBLIC]);
                topology.appliances[0].interfaces[0].public = None;
            },
            &[(PRIVATE, OUTSIDE, 443, No)],
        ),
        case(
            "a NAT instance in the subnet of its clients, whose routes lead to itself",
            |topology| nat_instance(topology, &[PRIVATE_SUBNET]),
            &[(PRIVATE, OUTSIDE, 443, No)],
        ),
        case(
            "a NAT instance with an interface on either side",
            |topology| nat_instance(topology, &[PRIVATE_SUBNET, PUBLIC]),
            &[(PRIVATE, OUTSIDE, 443, All)],
        ),
        case(
            "replies from within the subnet meet no ACL",
            |topology| {
                nat_instance(topology, &[PRIVATE_SUBNET, PUBLIC]);
                closed(topology);
            },
            &[(PRIVATE, OUTSIDE, 443, All)],
        ),
        case(
            "replies from another subnet do",
            |topology| {
                nat_instance(topology, &[PUBLIC]);
                closed(topology);
            },
            &[(PRIVATE, OUTSIDE, 443, No)],
        ),
        case(
            "the receiver knows a translating appliance by its group",
            |topology| {
                between(topology, true);
                topology.groups[0].inbound = vec![of_group(2)];
            },
            &[(WEB, PRIVATE, 80, All)],
        ),
        case(
            "and does not know one that translates nothing",
            |topology| {
                between(topology, false);
                topology.groups[0].inbound = vec![of_group(2)];
            },
            &[(WEB, PRIVATE, 80, No)],
        ),
        case(
            "an appliance whose groups name those of the receiver",
            |topology| {
                between(topology, false);
                topology.groups[2].outbound = vec![of_group(0)];
            },
            &[(WEB, PRIVATE, 80, All)],
        ),
        case(
            "an appliance that lets nothing out",
            |topology| {
                between(topology, false);
                topology.groups[2].outbound.clear();
            },
            &[(WEB, PRIVATE, 80, No)],
        ),
        case(
            "an appliance hands on a public address as it is",
            |topology| {
                nat_instance(topology, &[PUBLIC]);
                topology.appliances[0].interfaces[0].public = None;
                topology.appliances[0].translates = false;
                host_at(topology, PRIVATE).public = Some([203, 0, 113, 12].into());
                topology.tables[PRIVATE_TABLE].routes = vec![route(ANYWHERE, Target::Appliance(0))];
            },
            &[(PRIVATE, OUTSIDE, 443, All)],
        ),
    ]
}

/// An appliance with an interface in each of these subnets and a group of its own, the last interface with a public address.
fn appliance(topology: &mut Topology, subnets: &[usize]) {
    topology.groups.push(Group { vpc: 0, inbound: vec![open()], outbound: vec![open()] });
    let foot = |(position, subnet): (usize, &usize)| {
        let public = (position + 1 == subnets.len()).then(|| [203, 0, 113, 120].into());
        let third = u8::try_from(subnet + 1).expect("few subnets");
        Foot { subnet: *subnet, address: [10, 0, third, 10].into(), public, groups: vec![2] }
    };
    let interfaces = subnets.iter().enumerate().map(foot).collect();
    topology.appliances.push(Appliance { interfaces, is_checked: false, translates: true });
}

/// The private subnet goes to the internet through an appliance.
fn nat_instance(topology: &mut Topology, subnets: &[usize]) {
    appliance(topology, subnets);
    topology.tables[PRIVATE_TABLE].routes = vec![route(ANYWHERE, Target::Appliance(0))];
}

/// The public subnet goes to the private one through an appliance in a subnet of its own.
fn between(topology: &mut Topology, translates: bool) {
    let own = topology.subnets.len();
    topology.subnets.push(Subnet { vpc: 0, block: block("10.0.5.0/24"), acl: 0, table: None });
    appliance(topology, &[own]);
    topology.appliances[0].translates = translates;
    topology.tables[PUBLIC_TABLE].routes.push(route("10.0.2.0/24", Target::Appliance(0)));
}

/// Nothing comes into the private subnet.
fn closed(topology: &mut Topology) {
    topology.subnets[PRIVATE_SUBNET].acl = topology.acls.len();
    topology.acls.push(Acl { vpc: 0, is_default: false, entries: vec![allow(true, 100, ANYWHERE)] });
}

fn of_group(group: usize) -> Permission {
    Permission { protocol: Protocol::All, ports: (0, 65535), peers: vec![Peer::Group(group)] }
}
