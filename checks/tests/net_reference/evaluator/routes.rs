//! Route tables: the longest prefix, and among equal ones local, static, prefix list, propagated.

use super::Evaluator;
use super::block::matched;
use checks::snapshot::ec2::{Route, RouteTable, Subnet};
use std::net::IpAddr;

/// What a route table may do with a packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Choice<'a> {
    NoRoute,
    Route(&'a Route),
}

/// A route that matches, with the length of its prefix and its place among equal ones.
type Candidate<'a> = (u32, u8, &'a Route);

impl<'a> Evaluator<'a> {
    /// The table of a subnet: its own, else the main table of its VPC.
    pub(super) fn table_of(&self, subnet: &Subnet) -> &'a RouteTable {
        let tables = self.snapshot.route_tables.known();
        let own = |table: &&RouteTable| table.associations.iter().any(|of| of.subnet_id == subnet.subnet_id);
        let main = |table: &&RouteTable| table.vpc_id == subnet.vpc_id && table.associations.iter().any(|of| of.main);
        tables.iter().find(own).or_else(|| tables.iter().find(main)).expect("every VPC has a main table")
    }

    /// Every choice that a table may make: one, unless AWS picks among several or a prefix list cannot be read.
    pub(crate) fn choices(&self, table: &'a RouteTable, destination: IpAddr) -> Vec<Choice<'a>> {
        let mut candidates: Vec<Candidate<'a>> = Vec::new();
        let mut perhaps: Vec<&'a Route> = Vec::new();
        for route in &table.routes {
            if !route.destination_prefix_list_id.is_empty() {
                match self.prefix_list(&route.destination_prefix_list_id) {
                    Some(blocks) => {
                        let lengths = blocks.iter().filter_map(|block| matched(block, destination));
                        candidates.extend(lengths.max().map(|length| (length, 2, route)));
                    }
                    None => perhaps.push(route),
                }
                continue;
            }
            let blocks = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block];
            if let Some(length) = blocks.into_iter().find_map(|block| matched(block, destination)) {
                candidates.push((length, place(route), route));
            }
        }
        // What a virtual private gateway propagates never takes packets from the local route, however long its prefix is.
        if candidates.iter().any(|(_, place, _)| *place == 0) {
            candidates.retain(|(_, place, _)| *place != 3);
            // AWS takes routes inside the VPC for few kinds of targets only.
            perhaps.retain(|route| ["nat-", "eni-", "vpce-"].iter().any(|kind| target(route).starts_with(kind)));
        }
        let mut choices = best(&candidates);
        for route in perhaps {
            if !choices.contains(&Choice::Route(route)) {
                choices.push(Choice::Route(route));
            }
        }
        choices
    }
}

/// The routes of the longest prefix and the first place; several only when they lead to different targets.
fn best<'a>(candidates: &[Candidate<'a>]) -> Vec<Choice<'a>> {
    let mut best: Vec<Candidate<'a>> = Vec::new();
    for candidate in candidates {
        let (length, place, route) = *candidate;
        let Some((known_length, known_place, _)) = best.first() else {
            best.push(*candidate);
            continue;
        };
        if length > *known_length || (length == *known_length && place < *known_place) {
            best = vec![*candidate];
        } else if length == *known_length
            && place == *known_place
            && !best.iter().any(|(_, _, known)| target(known) == target(route))
        {
            best.push(*candidate);
        }
    }
    if best.is_empty() {
        return vec![Choice::NoRoute];
    }
    best.into_iter().map(|(_, _, route)| Choice::Route(route)).collect()
}

fn place(route: &Route) -> u8 {
    if route.gateway_id == "local" {
        0
    } else if route.origin == "EnableVgwRoutePropagation" {
        3
    } else {
        1
    }
}

/// The id of the target, whichever member holds it.
pub(crate) fn target(route: &Route) -> &str {
    let members = [
        &route.gateway_id,
        &route.egress_only_internet_gateway_id,
        &route.nat_gateway_id,
        &route.transit_gateway_id,
        &route.vpc_peering_connection_id,
        &route.network_interface_id,
        &route.carrier_gateway_id,
        &route.local_gateway_id,
        &route.core_network_arn,
        &route.odb_network_arn,
    ];
    members.into_iter().find(|id| !id.is_empty()).map_or("", String::as_str)
}
