//! What is known of network ACLs.

use super::Works::{All, From, No, Translated};
use super::plain::{CLIENT, NEIGHBOUR, OUTSIDE, PRIVATE, WEB, host_at};
use super::{Case, case, plain};
use crate::topology::{ANYWHERE, Acl, Entry, Ports, Protocol, Topology};

const PUBLIC: usize = 0;
const PRIVATE_SUBNET: usize = 1;

fn tcp(egress: bool, number: u16, allow: bool, ports: Ports, blocks: &str) -> Entry {
    Entry { allow, protocol: Protocol::Tcp, ports, ..plain::allow(egress, number, blocks) }
}

/// An ACL of a subnet's own, which lets everything pass in the direction of which `entries` does not speak.
fn guard(topology: &mut Topology, subnet: usize, mut entries: Vec<Entry>) {
    for egress in [false, true] {
        if entries.iter().all(|entry| entry.egress != egress) {
            entries.push(plain::allow(egress, 100, ANYWHERE));
        }
    }
    topology.subnets[subnet].acl = topology.acls.len();
    let vpc = topology.subnets[subnet].vpc;
    topology.acls.push(Acl { vpc, is_default: false, entries });
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = order();
    cases.extend(replies());
    cases.extend(around_nat_gateways());
    cases
}

fn order() -> Vec<Case> {
    vec![
        case(
            "the first entry that matches decides",
            |topology| {
                let open = plain::allow(false, 200, ANYWHERE);
                let deny = tcp(false, 100, false, (80, 80), ANYWHERE);
                let late = tcp(false, 300, false, (443, 443), ANYWHERE);
                guard(topology, PRIVATE_SUBNET, vec![late, open, deny]);
            },
            &[(WEB, PRIVATE, 80, No), (WEB, PRIVATE, 443, All)],
        ),
        case(
            "an ACL without entries denies everything but what stays inside the subnet",
            |topology| {
                topology.acls.push(Acl { vpc: 0, is_default: false, entries: Vec::new() });
                topology.subnets[PUBLIC].acl = 2;
            },
            &[
                (WEB, NEIGHBOUR, 80, All),
                (NEIGHBOUR, WEB, 443, All),
                (WEB, PRIVATE, 80, No),
                (PRIVATE, WEB, 80, No),
                (WEB, OUTSIDE, 80, No),
                (CLIENT, WEB, 80, No),
                (PRIVATE, OUTSIDE, 80, No),
            ],
        ),
        case(
            "filters see the private address of a host and the real one of the internet",
            |topology| {
                let inbound = tcp(false, 10, false, (0, 65535), "203.0.113.0/24");
                let outbound = tcp(true, 10, false, (0, 65535), "203.0.113.0/24");
                let from = tcp(false, 20, true, (443, 443), "198.51.100.0/25");
                let to = tcp(true, 20, true, (1024, 65535), "198.51.100.0/25");
                guard(topology, PUBLIC, vec![inbound, outbound, from, to]);
            },
            &[(CLIENT, WEB, 443, All), (CLIENT, WEB, 80, No)],
        ),
        case(
            "entries for other protocols match no TCP",
            |topology| {
                let udp = Entry { protocol: Protocol::Udp, ..tcp(false, 10, false, (0, 65535), ANYWHERE) };
                let icmp = Entry { protocol: Protocol::Icmp, ..udp };
                guard(
                    topology,
                    PRIVATE_SUBNET,
                    vec![udp, Entry { number: 20, ..icmp }, plain::allow(false, 30, ANYWHERE)],
                );
            },
            &[(WEB, PRIVATE, 80, All)],
        ),
    ]
}

fn replies() -> Vec<Case> {
    vec![
        case(
            "the client's ACL takes a part of the replies",
            |topology| {
                let entries = [(0, 1023), (1024, 40000)].into_iter().zip([10, 20]);
                let entries = entries.map(|(ports, number)| tcp(false, number, true, ports, ANYWHERE)).collect();
                guard(topology, PUBLIC, entries);
            },
            &[
                (WEB, PRIVATE, 80, From((32768, 40000))),
                (WEB, OUTSIDE, 80, From((32768, 40000))),
                (PRIVATE, WEB, 80, All),
                (CLIENT, WEB, 443, All),
            ],
        ),
        case(
            "the server's ACL lets a part of the replies out",
            |topology| {
                let deny = tcp(true, 10, false, (1024, 49151), ANYWHERE);
                guard(topology, PUBLIC, vec![deny, plain::allow(true, 20, ANYWHERE)]);
            },
            &[(PRIVATE, WEB, 80, From((49152, 60999))), (CLIENT, WEB, 80, From((49152, 65535)))],
        ),
        case(
            "two ACLs that have no port in common",
            |topology| {
                guard(topology, PRIVATE_SUBNET, vec![tcp(true, 10, true, (32768, 45000), ANYWHERE)]);
                let inbound = tcp(false, 10, false, (32768, 45000), "10.0.2.0/24");
                guard(topology, PUBLIC, vec![inbound, plain::allow(false, 20, ANYWHERE)]);
            },
            &[(WEB, PRIVATE, 80, No)],
        ),
        case(
            "Windows uses other client ports",
            |topology| {
                host_at(topology, WEB).is_windows = true;
                guard(topology, PRIVATE_SUBNET, vec![tcp(true, 10, true, (32768, 60999), ANYWHERE)]);
            },
            &[(WEB, PRIVATE, 80, From((49152, 60999))), (NEIGHBOUR, PRIVATE, 80, All)],
        ),
    ]
}

fn around_nat_gateways() -> Vec<Case> {
    vec![
        case(
            "replies to a NAT gateway go to ports of its choice",
            |topology| {
                let from_vpc = plain::allow(false, 10, "10.0.0.0/16");
                let replies = tcp(false, 20, true, (1024, 40000), ANYWHERE);
                guard(topology, PUBLIC, vec![from_vpc, replies]);
            },
            &[(PRIVATE, OUTSIDE, 443, Translated((1024, 40000)))],
        ),
        case(
            "replies from a NAT gateway go to the client's ports",
            |topology| {
                let deny = tcp(true, 10, false, (45001, 65535), "10.0.2.0/24");
                guard(topology, PUBLIC, vec![deny, plain::allow(true, 20, ANYWHERE)]);
            },
            &[(PRIVATE, OUTSIDE, 443, From((32768, 45000))), (WEB, OUTSIDE, 80, All)],
        ),
        case(
            "the ACL of the client takes replies under the address of the internet",
            |topology| {
                let deny = tcp(false, 10, false, (0, 65535), "10.0.1.9/32");
                let replies = tcp(false, 20, true, (32768, 50000), "198.51.100.0/24");
                guard(topology, PRIVATE_SUBNET, vec![deny, replies]);
            },
            &[(PRIVATE, OUTSIDE, 443, From((32768, 50000)))],
        ),
        case(
            "the ACL of a NAT gateway denies its clients",
            |topology| {
                let deny = tcp(false, 10, false, (443, 443), "10.0.2.0/24");
                guard(topology, PUBLIC, vec![deny, plain::allow(false, 20, ANYWHERE)]);
            },
            &[(PRIVATE, OUTSIDE, 443, No), (PRIVATE, OUTSIDE, 80, All)],
        ),
    ]
}
