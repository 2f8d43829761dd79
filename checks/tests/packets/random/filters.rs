//! Security groups and network ACLs of a random topology.

use super::Maker;
use crate::topology::{ANYWHERE, Acl, Entry, Group, Peer, Permission, Ports, Protocol, SERVICES, block};

/// Ranges that entries of network ACLs have: services, and parts of what clients use.
const RANGES: [Ports; 12] = [
    (0, 65535),
    (22, 443),
    (80, 443),
    (443, 443),
    (3306, 8080),
    (1024, 65535),
    (32768, 60999),
    (32768, 49999),
    (1024, 40000),
    (40001, 65535),
    (49152, 65535),
    (1024, 5000),
];

/// Ranges that rules of security groups have.
const SERVICE_RANGES: [Ports; 5] = [(0, 65535), (22, 443), (443, 443), (80, 8080), (3306, 3306)];

impl Maker<'_> {
    /// The default ACL of each VPC, which is open, and one of its own for most subnets.
    pub(super) fn acls(&mut self) {
        for vpc in 0..self.topology.vpcs.len() {
            let default = self.topology.acls.len();
            let entries = vec![allow_all(false), allow_all(true)];
            self.topology.acls.push(Acl { vpc, is_default: true, entries });
            for subnet in self.subnets_of(vpc) {
                self.topology.subnets[subnet].acl = default;
                if self.odds(60) {
                    self.topology.subnets[subnet].acl = self.topology.acls.len();
                    let mut entries = self.entries(false);
                    entries.extend(self.entries(true));
                    self.rng.shuffle(&mut entries);
                    self.topology.acls.push(Acl { vpc, is_default: false, entries });
                }
            }
        }
    }

    fn entries(&mut self, egress: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        match self.rng.u8(0..100) {
            0..=34 => entries.push(allow_all(egress)),
            35..=49 => {
                entries.push(allow_all(egress));
                self.some_entries(egress, 1..=2, 40, &mut entries);
            }
            50..=93 => {
                // Services, and what is left of the range that replies go to.
                let services = self.one_of(&[(0, 1023), (22, 443), (22, 8080), (22, 8080)]);
                let replies = if self.odds(20) { (1024, 65535) } else { self.one_of(&RANGES[5..]) };
                entries.push(entry(100, egress, services));
                entries.push(entry(200, egress, replies));
                if self.odds(25) {
                    self.some_entries(egress, 1..=1, 50, &mut entries);
                }
            }
            _ => self.some_entries(egress, 0..=4, 75, &mut entries),
        }
        entries
    }

    /// Entries of any kind, before and behind the others.
    fn some_entries(
        &mut self,
        egress: bool,
        count: std::ops::RangeInclusive<usize>,
        allowed: u8,
        entries: &mut Vec<Entry>,
    ) {
        for _ in 0..self.rng.usize(count) {
            let number = self.rng.u16(1..300);
            if entries.iter().any(|entry| entry.number == number) {
                continue;
            }
            let protocols = [Protocol::Tcp, Protocol::Tcp, Protocol::Tcp, Protocol::All, Protocol::Udp, Protocol::Icmp];
            let protocol = self.one_of(&protocols);
            let (allow, ports, block) = (self.odds(allowed), self.one_of(&RANGES), self.any_block());
            entries.push(Entry { number, egress, allow, protocol, ports, block });
        }
    }

    /// Groups of each VPC, and which of them each host carries.
    pub(super) fn groups(&mut self) {
        for vpc in 0..self.topology.vpcs.len() {
            let count = self.rng.usize(2..=4);
            self.topology.groups.extend((0..count).map(|_| Group { vpc, ..Group::default() }));
        }
        for group in 0..self.topology.groups.len() {
            let outbound = if self.odds(85) { vec![open()] } else { self.permissions(group, 0..=2) };
            let inbound = if self.odds(58) { vec![open()] } else { self.permissions(group, 0..=3) };
            self.topology.groups[group].inbound = inbound;
            self.topology.groups[group].outbound = outbound;
        }
        for host in 0..self.topology.hosts.len() {
            let own = self.carried(self.topology.vpc_of(host));
            self.topology.hosts[host].groups = own;
        }
        for number in 0..self.topology.appliances.len() {
            for position in 0..self.topology.appliances[number].interfaces.len() {
                let subnet = self.topology.appliances[number].interfaces[position].subnet;
                let own = self.carried(self.topology.subnets[subnet].vpc);
                self.topology.appliances[number].interfaces[position].groups = own;
            }
        }
    }

    /// One or two groups of a VPC.
    fn carried(&mut self, vpc: usize) -> Vec<usize> {
        let mut own = self.groups_of(vpc);
        self.rng.shuffle(&mut own);
        own.truncate(self.rng.usize(1..=2));
        own
    }

    fn groups_of(&self, vpc: usize) -> Vec<usize> {
        (0..self.topology.groups.len()).filter(|group| self.topology.groups[*group].vpc == vpc).collect()
    }

    fn permissions(&mut self, group: usize, count: std::ops::RangeInclusive<usize>) -> Vec<Permission> {
        (0..self.rng.usize(count))
            .map(|_| {
                let protocols =
                    [Protocol::Tcp, Protocol::Tcp, Protocol::Tcp, Protocol::All, Protocol::Udp, Protocol::Icmp];
                let protocol = self.one_of(&protocols);
                let service = self.one_of(&SERVICES);
                let ports = if self.odds(30) { (service, service) } else { self.one_of(&SERVICE_RANGES) };
                let peers = (0..self.rng.usize(1..=2)).map(|_| self.peer(group)).collect();
                Permission { protocol, ports, peers }
            })
            .collect()
    }

    fn peer(&mut self, group: usize) -> Peer {
        let vpc = self.topology.groups[group].vpc;
        match self.rng.u8(0..100) {
            0..=34 => Peer::Block(self.any_block()),
            35..=44 => Peer::List(self.rng.usize(0..self.topology.lists.len())),
            45..=59 => Peer::Group(group),
            60..=89 => {
                // Groups of a peer can be named while the connection works.
                let far = if self.topology.is_peered() && self.odds(40) { 1 - vpc } else { vpc };
                let groups = self.groups_of(far);
                Peer::Group(self.one_of(&groups))
            }
            _ => {
                let groups = self.groups_of(1 - vpc);
                Peer::Stale(self.one_of(&groups))
            }
        }
    }
}

fn open() -> Permission {
    Permission { protocol: Protocol::All, ports: (0, 65535), peers: vec![Peer::Block(block(ANYWHERE))] }
}

fn allow_all(egress: bool) -> Entry {
    Entry { protocol: Protocol::All, ..entry(100, egress, (0, 65535)) }
}

fn entry(number: u16, egress: bool, ports: Ports) -> Entry {
    Entry { number, egress, allow: true, protocol: Protocol::Tcp, ports, block: block(ANYWHERE) }
}
