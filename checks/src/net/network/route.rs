//! Route tables: which table a subnet uses, and which route decides for which destinations.
//!
//! Source: VPC user guide, "Configure route tables" and "Route priority".

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::prefix_list;
use crate::net::proof;
use crate::snapshot::ec2::{Route, RouteTable, RouteTableAssociation, is};
use crate::snapshot::{Gap, Snapshot};
use ipnetwork::IpNetwork;
use smallvec::SmallVec;
use std::cmp::Reverse;

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Inside the VPC.
    Local,
    /// `igw-…`.
    InternetGateway(String),
    /// `eigw-…`.
    EgressOnlyInternetGateway(String),
    /// `nat-…`.
    NatGateway(String),
    /// An interface, mostly that of a NAT instance or appliance.
    Interface {
        /// `eni-…`; empty when only the instance is shown.
        interface: String,
        /// `i-…`; empty when it belongs to no instance.
        instance: String,
    },
    /// `pcx-…`.
    Peering(String),
    /// `tgw-…`.
    TransitGateway(String),
    /// `vgw-…`.
    VirtualPrivateGateway(String),
    /// `vpce-…`: a gateway endpoint or a Gateway Load Balancer endpoint.
    Endpoint(String),
    /// Anything else, named as AWS names it.
    Other(String),
}

impl Target {
    /// The target of a route.
    pub fn of(route: &Route) -> Self {
        let gateway = &route.gateway_id;
        let ids = [
            (&route.nat_gateway_id, Self::NatGateway as fn(String) -> Self),
            (&route.egress_only_internet_gateway_id, Self::EgressOnlyInternetGateway),
            (&route.transit_gateway_id, Self::TransitGateway),
            (&route.vpc_peering_connection_id, Self::Peering),
            (&route.carrier_gateway_id, Self::Other),
            (&route.local_gateway_id, Self::Other),
            (&route.core_network_arn, Self::Other),
            (&route.odb_network_arn, Self::Other),
        ];
        if let Some((id, make)) = ids.into_iter().find(|(id, _)| !id.is_empty()) {
            return make(id.clone());
        }
        if !route.network_interface_id.is_empty() || !route.instance_id.is_empty() {
            return Self::Interface {
                interface: route.network_interface_id.clone(),
                instance: route.instance_id.clone(),
            };
        }
        match gateway.split_once('-').map(|(kind, _)| kind) {
            None if gateway == "local" => Self::Local,
            Some("igw") => Self::InternetGateway(gateway.clone()),
            Some("eigw") => Self::EgressOnlyInternetGateway(gateway.clone()),
            Some("vgw") => Self::VirtualPrivateGateway(gateway.clone()),
            Some("vpce") => Self::Endpoint(gateway.clone()),
            Some("nat") => Self::NatGateway(gateway.clone()),
            _ if gateway.is_empty() => Self::Other("an unknown target".to_owned()),
            _ => Self::Other(gateway.clone()),
        }
    }

    /// Its id, `local` for the VPC itself.
    pub fn id(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::Interface { interface, instance } if interface.is_empty() => instance,
            Self::Interface { interface: id, .. }
            | Self::InternetGateway(id)
            | Self::EgressOnlyInternetGateway(id)
            | Self::NatGateway(id)
            | Self::Peering(id)
            | Self::TransitGateway(id)
            | Self::VirtualPrivateGateway(id)
            | Self::Endpoint(id)
            | Self::Other(id) => id,
        }
    }

    /// It as a component.
    pub fn component(&self) -> Component {
        let kind = match self {
            Self::Local => "vpc",
            Self::InternetGateway(_) => "internet-gateway",
            Self::EgressOnlyInternetGateway(_) => "egress-only-internet-gateway",
            Self::NatGateway(_) => "nat-gateway",
            Self::Interface { interface, .. } if interface.is_empty() => "ec2-instance",
            Self::Interface { .. } => "network-interface",
            Self::Peering(_) => "vpc-peering-connection",
            Self::TransitGateway(_) => "transit-gateway",
            Self::VirtualPrivateGateway(_) => "vpn-gateway",
            Self::Endpoint(_) => "vpc-endpoint",
            Self::Other(_) => "route-target",
        };
        Component::new(kind, self.id())
    }
}

/// A route table, read once.
#[derive(Debug)]
pub(in crate::net) struct Table<'s> {
    pub(in crate::net) row: &'s RouteTable,
    candidates: Vec<Candidate>,
    /// Places in the row of all addresses, first and last, with the candidate that decides there; sorted and disjoint.
    decided: Vec<(u128, u128, usize)>,
    /// Routes of which it is not known what they match (a prefix list that cannot be read), or which of two equal ones decides.
    pub(in crate::net) unknown: Vec<(Target, Gap)>,
}

/// One block of a route.
#[derive(Debug)]
struct Candidate {
    block: (u128, u128),
    length: u8,
    /// At equal length: local, static, static with a prefix list, propagated.
    rank: u8,
    position: usize,
    target: Target,
    is_blackhole: bool,
}

/// Destinations for which one target decides.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::net) struct Leg<'t> {
    /// The destinations.
    pub(in crate::net) destination: AddressSet,
    /// What decides; `None` where no route matches.
    pub(in crate::net) choice: Option<Choice<'t>>,
}

/// The route, or routes to the same target, that decide.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::net) struct Choice<'t> {
    /// Where they lead.
    pub(in crate::net) target: &'t Target,
    /// Whether the target is gone.
    pub(in crate::net) is_blackhole: bool,
    /// Positions of the routes in the table.
    pub(in crate::net) positions: SmallVec<[usize; 2]>,
    /// The number of the first candidate: legs with longer prefixes come first.
    order: usize,
}

/// The parts of destinations by target, those with the longest prefixes first; disjoint, and together what was asked about.
pub(in crate::net) type Legs<'t> = SmallVec<[Leg<'t>; 1]>;

/// Places in the row of all addresses, first and last.
type Spans = SmallVec<[(u128, u128); 1]>;

/// A leg that still grows.
type Part<'t> = (Spans, Choice<'t>);

/// A route that matched and did not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Such as "0.0.0.0/0 -> nat-1".
    pub route: String,
    /// Code of Reachability Analyzer: `MORE_SPECIFIC_ROUTE`, `HIGHER_PRIORITY_ROUTE`, `CANNOT_ROUTE`, `VPC_LOCAL_ROUTE_CIDR_RESTRICTION`.
    pub code: &'static str,
}

impl<'s> Table<'s> {
    pub(in crate::net) fn read(snapshot: &Snapshot, row: &'s RouteTable) -> Self {
        let mut table = Self { row, candidates: Vec::new(), decided: Vec::new(), unknown: Vec::new() };
        for (position, route) in row.routes.iter().enumerate().filter(|(_, route)| !is(&route.state, "filtered")) {
            let target = Target::of(route);
            match destination(snapshot, route) {
                Ok(blocks) => table.add(route, position, &target, blocks),
                Err(gap) => table.unknown.push((target, gap)),
            }
        }
        table.prefer_local();
        table.candidates.sort_by_key(|own| (Reverse(own.length), own.rank, own.position));
        table.unknown.extend(ambiguous(row, &table.candidates));
        table.decided = decided(table.candidates.iter().map(|own| own.block));
        table
    }

    fn add(&mut self, route: &Route, position: usize, target: &Target, blocks: Vec<IpNetwork>) {
        let candidate = |block: IpNetwork| Candidate {
            block: AddressSet::block(block).ranges().first().copied().unwrap_or_default(),
            length: block.prefix(),
            rank: rank(route, target),
            position,
            target: target.clone(),
            is_blackhole: is(&route.state, "blackhole"),
        };
        self.candidates.extend(blocks.into_iter().map(candidate));
    }

    /// The local route wins over what a VPN or Direct Connect propagates, even where that is more specific.
    ///
    /// Source: Site-to-Site VPN user guide, "Route tables and AWS Site-to-Site VPN route priority".
    fn prefer_local(&mut self) {
        let local = self.candidates.iter().filter(|own| own.target == Target::Local).map(|own| own.block);
        let local = AddressSet::of_ranges(local);
        let row = self.row;
        self.candidates.retain(|own| {
            let origin = row.routes.get(own.position).map_or("", |route| route.origin.as_str());
            !is(origin, "EnableVgwRoutePropagation")
                || !AddressSet::of_ranges(std::iter::once(own.block)).is_subset(&local)
        });
    }

    /// The table as a component.
    pub(in crate::net) fn component(&self) -> Component {
        Component::new("route-table", &self.row.route_table_id)
    }

    /// Divides destinations among the routes.
    pub(in crate::net) fn divide(&self, destination: &AddressSet) -> Legs<'_> {
        let mut parts: SmallVec<[Part<'_>; 2]> = SmallVec::new();
        let mut left: Spans = SmallVec::new();
        for (first, last) in destination.ranges().iter().copied() {
            let mut at = Some(first);
            let start = self.decided.partition_point(|(_, end, _)| *end < first);
            let touching = self.decided.get(start..).unwrap_or_default().iter().take_while(|(from, ..)| *from <= last);
            for (from, to, number) in touching {
                if let (Some(open), Some(before)) = (at, from.checked_sub(1))
                    && open <= before
                {
                    left.push((open, before));
                }
                self.give(&mut parts, *number, (first.max(*from), last.min(*to)));
                at = to.checked_add(1);
            }
            left.extend(at.filter(|at| *at <= last).map(|at| (at, last)));
        }
        parts.sort_by_key(|(_, choice)| choice.order);
        let set = |spans: Spans| AddressSet::of_ranges(spans.into_iter());
        let mut legs: Legs<'_> =
            parts.into_iter().map(|(spans, choice)| Leg { destination: set(spans), choice: Some(choice) }).collect();
        if !left.is_empty() {
            legs.push(Leg { destination: set(left), choice: None });
        }
        legs
    }

    fn give<'t>(&'t self, parts: &mut SmallVec<[Part<'t>; 2]>, number: usize, span: (u128, u128)) {
        let Some(own) = self.candidates.get(number) else { return };
        let is_same = |choice: &Choice<'_>| choice.target == &own.target && choice.is_blackhole == own.is_blackhole;
        let Some((spans, choice)) = parts.iter_mut().find(|(_, choice)| is_same(choice)) else {
            let positions = SmallVec::from_elem(own.position, 1);
            let choice = Choice { target: &own.target, is_blackhole: own.is_blackhole, positions, order: number };
            parts.push((SmallVec::from_elem(span, 1), choice));
            return;
        };
        spans.push(span);
        choice.order = choice.order.min(number);
        if !choice.positions.contains(&own.position) {
            choice.positions.push(own.position);
        }
    }

    /// The routes of a choice in words: "0.0.0.0/0 -> nat-1".
    pub(in crate::net) fn in_words(&self, choice: &Choice<'_>) -> String {
        let mut positions: Vec<(usize, usize)> = choice.positions.iter().map(|at| (self.order_of(*at), *at)).collect();
        positions.sort_unstable();
        let routes = positions.iter().filter_map(|(_, position)| self.row.routes.get(*position));
        let written: Vec<&str> = routes.map(written).collect();
        format!("{} -> {}", written.join(", "), choice.target.id())
    }

    fn order_of(&self, position: usize) -> usize {
        self.candidates.iter().position(|own| own.position == position).unwrap_or(usize::MAX)
    }

    /// Evidence for what decides on a leg: the routes of the choice, or the whole list when none matches.
    pub(in crate::net) fn evidence(&self, snapshot: &Snapshot, choice: Option<&Choice<'_>>) -> Vec<Evidence> {
        let id = &self.row.route_table_id;
        let Some(choice) = choice else { return vec![proof::of::<RouteTable>(snapshot, id, "Routes")] };
        let member = if choice.is_blackhole { ".State" } else { "" };
        let mut positions: Vec<(usize, usize)> = choice.positions.iter().map(|at| (self.order_of(*at), *at)).collect();
        positions.sort_unstable();
        let field = |(_, position): &(usize, usize)| format!("Routes[{position}]{member}");
        positions.iter().map(|own| proof::of::<RouteTable>(snapshot, id, &field(own))).collect()
    }

    /// Why each other route does not take destinations that this choice takes, or that no route takes.
    pub(in crate::net) fn passed_over(&self, destination: &AddressSet, choice: Option<&Choice<'_>>) -> Vec<PassedOver> {
        let mut others = Vec::new();
        let decisive = choice.and_then(|choice| self.candidates.get(choice.order));
        for (position, route) in self.row.routes.iter().enumerate() {
            if choice.is_some_and(|choice| choice.positions.contains(&position)) || is(&route.state, "filtered") {
                continue;
            }
            let own = self.candidates.iter().filter(|own| own.position == position);
            let matching = own.filter(|own| destination.is_touching(own.block)).max_by_key(|own| own.length);
            let is_local = Target::of(route) == Target::Local;
            let code = match (matching, decisive) {
                (Some(own), Some(decisive)) if own.length == decisive.length => "HIGHER_PRIORITY_ROUTE",
                (Some(_), _) => "MORE_SPECIFIC_ROUTE",
                (None, _) if is_local => "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
                (None, _) => "CANNOT_ROUTE",
            };
            others.push(PassedOver { route: format!("{} -> {}", written(route), Target::of(route).id()), code });
        }
        others
    }
}

/// Which block decides where, when the first one that holds a place does; as sorted, disjoint ranges.
pub(in crate::net) fn decided(blocks: impl Iterator<Item = (u128, u128)>) -> Vec<(u128, u128, usize)> {
    // Earlier blocks are never shorter than later ones, and blocks nest or are apart: a stack of open blocks sees each place once.
    let mut ordered: Vec<(u128, u128, usize)> =
        blocks.enumerate().map(|(number, (first, last))| (first, last, number)).collect();
    ordered.sort_by_key(|(first, last, number)| (*first, Reverse(*last), Reverse(*number)));
    let mut ranges: Vec<(u128, u128, usize)> = Vec::new();
    let mut open: Vec<(u128, usize)> = Vec::new();
    let mut at: Option<u128> = None;
    let close = |ranges: &mut Vec<_>, open: &mut Vec<(u128, usize)>, at: &mut Option<u128>, until: Option<u128>| {
        while let Some((last, number)) = open.last().copied() {
            if until.is_some_and(|until| last >= until) {
                break;
            }
            open.pop();
            if let Some(from) = *at
                && from <= last
            {
                ranges.push((from, last, number));
            }
            *at = at.map_or(last.checked_add(1), |from| last.checked_add(1).map(|next| next.max(from)));
        }
    };
    for (first, last, number) in ordered {
        close(&mut ranges, &mut open, &mut at, Some(first));
        if let (Some(from), Some((_, outer)), Some(before)) = (at, open.last(), first.checked_sub(1))
            && from <= before
        {
            ranges.push((from, before, *outer));
        }
        // Of equal blocks the one that comes first in the order of choice is met last.
        open.push((last, number));
        at = Some(first);
    }
    close(&mut ranges, &mut open, &mut at, None);
    ranges
}

/// Whether every table that could serve a subnet was asked for, so that one without an association of its own uses the main table.
///
/// # Errors
/// Why not.
pub(in crate::net) fn lists_every_table(snapshot: &Snapshot, subnet: &str, vpc: &str) -> Result<(), Gap> {
    let tables = &snapshot.route_tables;
    tables.covers("vpc-id", vpc).or_else(|gap| tables.covers("association.subnet-id", subnet).map_err(|_| gap))
}

pub(in crate::net) fn is_in_force(association: &RouteTableAssociation) -> bool {
    association.association_state.as_ref().is_none_or(|state| state.state.is_empty() || is(&state.state, "associated"))
}

/// Two prefix lists with the same block and different targets: AWS picks one and does not say which.
fn ambiguous(table: &RouteTable, candidates: &[Candidate]) -> Vec<(Target, Gap)> {
    let mut listed: Vec<&Candidate> = candidates.iter().filter(|own| own.rank == 2).collect();
    listed.sort_by_key(|own| own.block);
    let pairs = listed.iter().zip(listed.iter().skip(1));
    let alike = pairs.filter(|(first, second)| first.block == second.block && first.target != second.target);
    alike
        .map(|(first, second)| {
            let what = format!(
                "which route of `{}` decides for {}, in a prefix list of both `{}` and `{}`",
                table.route_table_id,
                AddressSet::of_ranges(std::iter::once(first.block)),
                first.target.id(),
                second.target.id()
            );
            (second.target.clone(), Gap::opaque(what))
        })
        .collect()
}

fn destination(snapshot: &Snapshot, route: &Route) -> Result<Vec<IpNetwork>, Gap> {
    if !route.destination_prefix_list_id.is_empty() {
        return prefix_list::blocks(snapshot, &route.destination_prefix_list_id);
    }
    let text = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block];
    let text = text.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str);
    let block = text.parse().map_err(|_| Gap::opaque(format!("the destination `{text}` of a route")))?;
    Ok(vec![block])
}

fn rank(route: &Route, target: &Target) -> u8 {
    if *target == Target::Local {
        0
    } else if is(&route.origin, "EnableVgwRoutePropagation") || is(&route.origin, "Advertisement") {
        3
    } else if route.destination_prefix_list_id.is_empty() {
        1
    } else {
        2
    }
}

/// The destination as the route shows it.
fn written(route: &Route) -> &str {
    let all = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block, &route.destination_prefix_list_id];
    all.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Network;
    use crate::net::testing::world;
    use crate::net::traffic::Family;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn table(routes: Value) -> Snapshot {
        world(json!({
            "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": routes}],
            "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["52.218.0.0/17", "3.5.0.0/16"]}],
        }))
    }

    fn first(snapshot: &Snapshot) -> Table<'_> {
        Table::read(snapshot, snapshot.route_tables.known().first().unwrap())
    }

    fn divided(snapshot: &Snapshot, destination: &str) -> Vec<(String, String)> {
        let table = first(snapshot);
        let legs = table.divide(&AddressSet::parse(destination).unwrap());
        let text = |leg: Leg<'_>| leg.choice.map_or_else(|| "none".into(), |choice| table.in_words(&choice));
        legs.into_iter().map(|leg| (leg.destination.to_string(), text(leg))).collect()
    }

    fn pair(destination: &str, text: &str) -> (String, String) {
        (destination.into(), text.into())
    }

    #[test]
    fn longest_prefix_wins_and_prefix_lists_take_part() {
        let snapshot = table(json!([
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"},
            {"DestinationCidrBlock": "3.5.7.0/24", "TransitGatewayId": "tgw-1", "State": "active"}]));
        assert_eq!(divided(&snapshot, "10.0.3.0/24"), [pair("10.0.3.0/24", "10.0.0.0/16 -> local")]);
        assert_eq!(divided(&snapshot, "52.218.1.1"), [pair("52.218.1.1", "pl-1 -> vpce-1")]);
        assert_eq!(
            divided(&snapshot, "3.5.6.0/23"),
            [pair("3.5.7.0/24", "3.5.7.0/24 -> tgw-1"), pair("3.5.6.0/24", "pl-1 -> vpce-1")]
        );
        assert_eq!(divided(&snapshot, "8.8.8.8"), [pair("8.8.8.8", "0.0.0.0/0 -> nat-1")]);
    }

    #[test]
    fn a_split_default_is_one_leg_and_a_blackhole_captures() {
        let snapshot = table(json!([
            {"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-1", "State": "active"},
            {"DestinationCidrBlock": "128.0.0.0/1", "NatGatewayId": "nat-1", "State": "active"},
            {"DestinationCidrBlock": "52.0.0.0/8", "GatewayId": "igw-1", "State": "blackhole"}]));
        let legs = divided(&snapshot, "0.0.0.0/0");
        assert_eq!(legs[0], pair("52.0.0.0/8", "52.0.0.0/8 -> igw-1"));
        assert_eq!(legs[1].1, "0.0.0.0/1, 128.0.0.0/1 -> nat-1");
        assert_eq!(legs.len(), 2);
        let table = first(&snapshot);
        let legs = table.divide(&AddressSet::of(["52.1.1.1"]));
        let evidence = table.evidence(&snapshot, legs[0].choice.as_ref());
        assert_eq!((evidence[0].field.as_str(), &evidence[0].value), ("Routes[2].State", &json!("blackhole")));
    }

    #[test]
    fn at_equal_length_local_and_static_routes_win() {
        let snapshot = table(json!([
            {"DestinationCidrBlock": "172.16.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
            {"DestinationCidrBlock": "172.16.0.0/16", "TransitGatewayId": "tgw-1", "Origin": "CreateRoute"},
            {"DestinationCidrBlock": "52.218.0.0/17", "NatGatewayId": "nat-1", "Origin": "CreateRoute"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "Origin": "CreateRoute"}]));
        assert_eq!(divided(&snapshot, "172.16.1.1"), [pair("172.16.1.1", "172.16.0.0/16 -> tgw-1")]);
        assert_eq!(divided(&snapshot, "52.218.1.1"), [pair("52.218.1.1", "52.218.0.0/17 -> nat-1")]);
        assert_eq!(divided(&snapshot, "9.9.9.9"), [pair("9.9.9.9", "none")]);
    }

    #[test]
    fn the_same_block_in_two_lists_is_reported_wherever_it_stands_in_them() {
        let via = |list: &str, member: &str, target: &str| json!({"DestinationPrefixListId": list, member: target, "State": "active"});
        let table = json!({"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
            via("pl-1", "NatGatewayId", "nat-1"), via("pl-2", "GatewayId", "igw-1")]});
        let lists = json!([
            {"PrefixListId": "pl-1", "Cidrs": ["198.51.100.0/24", "192.0.2.0/24"]},
            {"PrefixListId": "pl-2", "Cidrs": ["203.0.113.0/24", "198.51.100.0/24"]}]);
        let snapshot = world(json!({"RouteTables": [table], "PrefixLists": lists}));
        let table = Table::read(&snapshot, &snapshot.route_tables.known()[0]);
        let gaps: Vec<String> = table.unknown.iter().map(|(_, gap)| gap.missing()).collect();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert!(gaps[0].contains("198.51.100.0/24"), "{gaps:?}");
    }

    #[test]
    fn an_unreadable_prefix_list_is_reported() {
        let snapshot = table(json!([{"DestinationPrefixListId": "pl-own", "TransitGatewayId": "tgw-1"}]));
        let table = first(&snapshot);
        assert_eq!(table.unknown.len(), 1);
        assert_eq!(table.unknown[0].1.action(), Some("ec2:GetManagedPrefixListEntries"));
    }

    #[test]
    fn the_table_of_a_subnet() {
        let snapshot = world(json!({"Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-1"}], "RouteTables": [
            {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Associations": [{"Main": true, "AssociationState": {"State": "associated"}}]},
            {"RouteTableId": "rtb-own", "VpcId": "vpc-1", "Associations": [{"Main": false, "SubnetId": "subnet-1"}]},
            {"RouteTableId": "rtb-left", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}}]}]}));
        let network = Network::new(&snapshot);
        assert_eq!(network.route_table("subnet-1").unwrap().route_table_id, "rtb-own");
        assert_eq!(network.route_table("subnet-2").unwrap().route_table_id, "rtb-main");
        let lost = world(json!({"RouteTables": [], "Subnets": [{"SubnetId": "subnet-3", "VpcId": "vpc-9"}]}));
        let gap = Network::new(&lost).route_table("subnet-3").unwrap_err();
        assert_eq!(gap.missing(), "the main route table of VPC `vpc-9`");
        let nothing = Snapshot::default();
        let gap = Network::new(&nothing).route_table("s").unwrap_err();
        assert_eq!(gap.action(), Some("ec2:DescribeRouteTables"));
    }

    #[test]
    fn targets_of_every_kind() {
        let target = |member: &str, id: &str| {
            let route: Route = serde_json::from_value(json!({ member: id })).unwrap();
            Target::of(&route).component().kind
        };
        for (member, id, kind) in [
            ("GatewayId", "local", "vpc"),
            ("GatewayId", "igw-1", "internet-gateway"),
            ("GatewayId", "vgw-1", "vpn-gateway"),
            ("GatewayId", "vpce-1", "vpc-endpoint"),
            ("EgressOnlyInternetGatewayId", "eigw-1", "egress-only-internet-gateway"),
            ("NatGatewayId", "nat-1", "nat-gateway"),
            ("TransitGatewayId", "tgw-1", "transit-gateway"),
            ("VpcPeeringConnectionId", "pcx-1", "vpc-peering-connection"),
            ("NetworkInterfaceId", "eni-1", "network-interface"),
            ("InstanceId", "i-1", "ec2-instance"),
            ("CarrierGatewayId", "cagw-1", "route-target"),
            ("GatewayId", "new-1", "route-target"),
        ] {
            assert_eq!(target(member, id), kind, "{id}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn sets_agree_with_brute_force(routes in proptest::collection::vec((0..32_u8, 27..=32_u8), 0..8)) {
            let rows: Vec<Value> = routes.iter().enumerate().map(|(at, (host, length))| {
                let block: ipnetwork::IpNetwork = format!("10.0.0.{host}/{length}").parse().unwrap();
                json!({"DestinationCidrBlock": format!("{}/{length}", block.network()), "NatGatewayId": format!("nat-{at}")})
            }).collect();
            let snapshot = table(json!(rows));
            let table = first(&snapshot);
            let legs = table.divide(&AddressSet::all(Family::Ipv4));
            for host in 0..40_u8 {
                let address: std::net::IpAddr = [10, 0, 0, host].into();
                let matching = table.row.routes.iter().filter(|route| {
                    route.destination_cidr_block.parse::<ipnetwork::IpNetwork>().unwrap().contains(address)
                });
                let longest = matching.rev().max_by_key(|route| {
                    route.destination_cidr_block.parse::<ipnetwork::IpNetwork>().unwrap().prefix()
                });
                let deciding: Vec<&Leg<'_>> = legs.iter().filter(|leg| leg.destination.contains(address)).collect();
                prop_assert_eq!(deciding.len(), 1, "each address is on one leg");
                let target = deciding[0].choice.as_ref().map(|choice| choice.target.id());
                prop_assert_eq!(target, longest.map(|route| route.nat_gateway_id.as_str()));
            }
        }
    }
}
