//! Security groups: a packet passes when any rule of any group on the interface allows it.

use super::Evaluator;
use super::block::covers;
use super::packet::{Answer, ICMP, ICMPV6, Packet, TCP, UDP};
use super::trip::{End, Trip, Way};
use checks::snapshot::ec2::{IpPermission, NetworkInterface, UserIdGroupPair};
use std::net::IpAddr;

/// The far end of a packet as a group sees it.
struct Far<'a> {
    address: IpAddr,
    /// The interface with this private or IPv6 address, wherever it is.
    holder: Option<&'a NetworkInterface>,
}

impl<'a> Evaluator<'a> {
    /// Whether the groups of the sender let out what became `trip`.
    pub(super) fn lets_out(&self, sender: &NetworkInterface, packet: &Packet, trip: &Trip<'a>) -> Answer {
        self.groups_allow(sender, packet, true, trip)
    }

    /// Whether the groups of the receiver let in what arrived.
    pub(super) fn lets_in(&self, receiver: &NetworkInterface, packet: &Packet, trip: &Trip<'a>) -> Answer {
        self.groups_allow(receiver, packet, false, trip)
    }

    fn groups_allow(&self, interface: &NetworkInterface, packet: &Packet, egress: bool, trip: &Trip<'a>) -> Answer {
        let address = if egress { packet.destination } else { packet.source };
        let far = Far { address, holder: self.interface_with(address) };
        let mut answer = Answer::No;
        for group in &interface.groups {
            let Some(group) = self.snapshot.security_groups.known().iter().find(|row| row.group_id == group.group_id)
            else {
                answer = answer.or(Answer::Unknown);
                continue;
            };
            let rules = if egress { &group.ip_permissions_egress } else { &group.ip_permissions };
            for rule in rules.iter().filter(|rule| is_about(rule, packet)) {
                answer = answer.or(self.rule_allows(rule, interface, &far, egress, trip));
            }
        }
        answer
    }

    fn rule_allows(
        &self,
        rule: &IpPermission,
        interface: &NetworkInterface,
        far: &Far<'a>,
        egress: bool,
        trip: &Trip<'a>,
    ) -> Answer {
        let mut answer = Answer::No;
        for range in &rule.ip_ranges {
            answer = answer.or(Answer::of(covers(&range.cidr_ip, far.address)));
        }
        for range in &rule.ipv6_ranges {
            answer = answer.or(Answer::of(covers(&range.cidr_ipv6, far.address)));
        }
        for list in &rule.prefix_list_ids {
            answer = answer.or(match self.prefix_list(&list.prefix_list_id) {
                Some(blocks) => Answer::of(blocks.iter().any(|block| covers(block, far.address))),
                None => Answer::Unknown,
            });
        }
        for pair in &rule.user_id_group_pairs {
            answer = answer.or(self.names(pair, interface, far, egress, trip));
        }
        answer
    }

    /// Whether a rule that names a group means the far end.
    fn names(
        &self,
        pair: &UserIdGroupPair,
        interface: &NetworkInterface,
        far: &Far<'a>,
        egress: bool,
        trip: &Trip<'a>,
    ) -> Answer {
        if !pair.peering_status.is_empty() && pair.peering_status != "active" {
            return Answer::No;
        }
        let Some(holder) = far.holder else {
            // Somebody in a VPC that nobody can look into may carry a group that nobody can look into.
            let is_known = self.snapshot.security_groups.known().iter().any(|row| row.group_id == pair.group_id);
            let is_hidden = matches!(trip.way, Way::Peering(_)) && trip.end == End::NotKnowable;
            return if is_hidden && !is_known { Answer::Unknown } else { Answer::No };
        };
        if !holder.groups.iter().any(|group| group.group_id == pair.group_id) {
            return Answer::No;
        }
        if holder.vpc_id == interface.vpc_id {
            return if trip.way == Way::Inside { Answer::Yes } else { Answer::Unknown };
        }
        self.names_across(interface, holder, egress, trip)
    }

    /// The same for an interface of another VPC: peering within a Region passes on who carries a group, a transit gateway does so for
    /// inbound rules where that is switched on, and nothing else does.
    fn names_across(
        &self,
        interface: &NetworkInterface,
        holder: &NetworkInterface,
        egress: bool,
        trip: &Trip<'a>,
    ) -> Answer {
        let are_peers = self.are_peers_in_one_region(&interface.vpc_id, &holder.vpc_id);
        let elsewhere = if are_peers { Answer::Unknown } else { Answer::No };
        match &trip.way {
            Way::Peering(_) => Answer::of(are_peers),
            Way::TransitGateway { passes_groups, .. } if !egress && *passes_groups => Answer::Yes,
            _ => elsewhere,
        }
    }
}

/// Whether protocol and ports of a rule fit.
fn is_about(rule: &IpPermission, packet: &Packet) -> bool {
    let number = match rule.ip_protocol.as_str() {
        "-1" => return true,
        "tcp" => TCP,
        "udp" => UDP,
        "icmp" => ICMP,
        "icmpv6" => ICMPV6,
        number => number.parse().unwrap(),
    };
    if number != packet.protocol {
        return false;
    }
    let (from, to) = (rule.from_port.unwrap_or(-1), rule.to_port.unwrap_or(-1));
    if packet.has_ports() {
        let port = i64::from(packet.destination_port);
        return from == -1 || (from <= port && port <= to);
    }
    if packet.is_icmp() {
        let (kind, code) = (i64::from(packet.message.0), i64::from(packet.message.1));
        return (from == -1 || from == kind) && (to == -1 || to == code);
    }
    true
}
