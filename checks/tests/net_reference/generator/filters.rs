//! Random security groups and network ACLs.

use super::{Allowance, Maker};
use crate::world::rows::{self, Peers};
use serde_json::Value;

/// Protocol, and ports or ICMP type and code.
type Kind = (&'static str, Option<(i64, i64)>);

/// What rules of groups are about.
const GROUP_KINDS: &[Kind] = &[
    ("-1", None),
    ("-1", None),
    ("tcp", Some((0, 65535))),
    ("tcp", Some((443, 443))),
    ("tcp", Some((440, 443))),
    ("6", Some((442, 447))),
    ("tcp", Some((444, 445))),
    ("udp", Some((0, 65535))),
    ("17", Some((441, 446))),
    ("icmp", Some((-1, -1))),
    ("icmp", Some((8, -1))),
    ("1", Some((8, 0))),
    ("icmp", Some((0, 0))),
    ("icmpv6", Some((-1, -1))),
    ("58", Some((128, 0))),
    ("50", None),
];

/// What entries of ACLs are about: the services, and the ports that replies go to, close to their borders.
const ACL_KINDS: &[Kind] = &[
    ("-1", None),
    ("6", Some((0, 65535))),
    ("6", Some((440, 447))),
    ("6", Some((443, 443))),
    ("6", Some((442, 445))),
    ("6", Some((1024, 65535))),
    ("6", Some((1024, 32768))),
    ("6", Some((32768, 60999))),
    ("6", Some((32768, 61000))),
    ("6", Some((32769, 60998))),
    ("6", Some((49152, 65535))),
    ("6", Some((1025, 5000))),
    ("6", Some((40000, 50000))),
    ("6", Some((61000, 65535))),
    ("17", Some((0, 65535))),
    ("17", Some((440, 65535))),
    ("1", Some((-1, -1))),
    ("1", Some((8, -1))),
    ("1", Some((0, 0))),
    ("58", Some((-1, -1))),
    ("58", Some((129, 0))),
    ("50", None),
];

impl Maker {
    /// A block of either family that something here or out there is in.
    pub(super) fn block(&mut self) -> String {
        let mut blocks: Vec<String> = vec!["0.0.0.0/0".into(), "0.0.0.0/0".into(), "::/0".into(), "::/0".into()];
        let outside = ["10.0.0.0/8", "198.51.100.0/24", "198.51.100.0/25", "198.51.100.7/32", "128.0.0.0/1", "192.168.0.0/16"];
        blocks.extend(outside.map(str::to_owned));
        blocks.extend(["203.0.113.0/24", "203.0.113.0/29", "2001:db8::/32", "2001:db8:ff::/48", "2001:db8:ff::/49"].map(str::to_owned));
        for vpc in &self.vpcs {
            blocks.extend(vpc.blocks.clone());
            blocks.extend(vpc.subnets.iter().flat_map(|subnet| subnet.v6.iter().chain([&subnet.v4]).cloned()));
        }
        for host in &self.hosts {
            blocks.extend(host.v4.iter().map(|(private, _)| format!("{private}/32")));
            blocks.extend(host.v6.iter().map(|v6| format!("{v6}/128")));
        }
        self.pick(&blocks)
    }

    pub(super) fn groups(&mut self) {
        for at in 0..self.vpcs.len() {
            let plan = self.vpcs[at].clone();
            for group in &plan.groups {
                let ingress = self.permissions(at);
                let egress = self.permissions(at);
                self.world.group(group, &plan.id, &ingress, &egress);
            }
        }
    }

    fn permissions(&mut self, vpc: usize) -> Vec<Value> {
        if self.is_open() {
            return vec![rows::anything()];
        }
        (0..self.rng.usize(0..=3)).map(|_| self.permission(vpc)).collect()
    }

    fn permission(&mut self, vpc: usize) -> Value {
        let (protocol, ports) = self.pick(GROUP_KINDS);
        let peers: Vec<Peers> = (0..self.rng.usize(1..=2)).map(|_| self.peers(vpc)).collect();
        rows::permission(protocol, ports, &peers)
    }

    fn peers(&mut self, vpc: usize) -> Peers {
        match self.rng.u8(0..10) {
            0..=2 => Peers::Group(self.pick(&self.vpcs[vpc].groups.clone()), None),
            3..=4 if self.vpcs.len() > 1 => self.group_elsewhere(vpc),
            5 if !self.lists.is_empty() => Peers::PrefixList(self.pick(&self.lists.clone()).0),
            6..=7 => Peers::Blocks(vec!["0.0.0.0/0".into(), "::/0".into()]),
            _ => Peers::Blocks((0..self.rng.usize(1..=2)).map(|_| self.block()).collect()),
        }
    }

    /// A group of another VPC, over the peering connection with it if there is one.
    fn group_elsewhere(&mut self, vpc: usize) -> Peers {
        let others: Vec<usize> = (0..self.vpcs.len()).filter(|other| *other != vpc).collect();
        let other = self.pick(&others);
        let group = self.pick(&self.vpcs[other].groups.clone());
        let (one, two) = (self.vpcs[vpc].id.clone(), self.vpcs[other].id.clone());
        let sides = |row: &Value| [row["RequesterVpcInfo"]["VpcId"].clone(), row["AccepterVpcInfo"]["VpcId"].clone()];
        let connection = self.world.rows("VpcPeeringConnections").iter().find(|row| {
            let sides = sides(row);
            sides.contains(&Value::from(one.as_str())) && sides.contains(&Value::from(two.as_str()))
        });
        let over = connection.map(|row| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&row["VpcPeeringConnectionId"]), text(&row["Status"]["Code"]))
        });
        // What is left of a connection that was deleted.
        let is_stale = over.is_none() && self.chance(50);
        Peers::Group(group, if is_stale { Some(("pcx-gone".into(), "deleted".into())) } else { over })
    }

    /// An ACL of its own for some subnets; the others keep the open default.
    pub(super) fn acls(&mut self, vpc: usize) {
        let plan = self.vpcs[vpc].clone();
        for subnet in &plan.subnets {
            let is_default = if self.is_sane { self.chance(40) } else { self.is_open() };
            if is_default {
                continue;
            }
            let mut entries = Vec::new();
            if self.is_sane {
                let entries = self.one_narrow_entry();
                self.world.acl(&format!("acl-{}", subnet.id), &plan.id, &subnet.id, entries);
                continue;
            }
            for egress in [true, false] {
                for at in 0..self.rng.i64(0..=2) {
                    entries.push(self.entry(egress, 10 * (at + 1)));
                }
                if self.chance(90) {
                    entries.push(rows::entry(100, egress, "allow", "-1", "0.0.0.0/0", None));
                }
                if self.chance(90) {
                    entries.push(rows::entry(101, egress, "allow", "-1", "::/0", None));
                }
            }
            self.rng.shuffle(&mut entries);
            self.world.acl(&format!("acl-{}", subnet.id), &plan.id, &subnet.id, entries);
        }
    }

    /// Everything allowed but for what one entry says of some ports.
    fn one_narrow_entry(&mut self) -> Vec<Value> {
        let mut entries = Vec::new();
        let narrow = self.rng.bool();
        for egress in [true, false] {
            for (number, block) in [(100, "0.0.0.0/0"), (101, "::/0")] {
                entries.push(rows::entry(number, egress, "allow", "-1", block, None));
                if egress == narrow {
                    let (protocol, ports) = self.pick(&ACL_KINDS[1..]);
                    entries.push(rows::entry(number - 50, egress, "deny", protocol, block, ports));
                }
            }
        }
        entries
    }

    pub(super) fn allowance(&mut self) -> Allowance {
        let vpc = self.rng.usize(0..self.vpcs.len());
        if self.rng.bool() {
            let list = if self.rng.bool() { "IpPermissions" } else { "IpPermissionsEgress" };
            let id = self.pick(&self.vpcs[vpc].groups.clone());
            return Allowance { member: "SecurityGroups", id, list, row: self.permission(vpc) };
        }
        let acls: Vec<String> = self.world.rows("NetworkAcls").iter().map(|row| row["NetworkAclId"].as_str().unwrap().to_owned()).collect();
        let egress = self.rng.bool();
        let mut row = self.entry(egress, 1);
        row["RuleAction"] = "allow".into();
        Allowance { member: "NetworkAcls", id: self.pick(&acls), list: "Entries", row }
    }

    fn entry(&mut self, egress: bool, number: i64) -> Value {
        let (protocol, ports) = self.pick(ACL_KINDS);
        let block = if self.chance(50) { self.pick(&["0.0.0.0/0", "::/0"]).to_owned() } else { self.block() };
        let action = if self.chance(40) { "allow" } else { "deny" };
        rows::entry(number, egress, action, protocol, &block, ports)
    }
}
