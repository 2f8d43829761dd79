//! Route tables: which table a subnet uses, and which route decides for which destinations.
//!
//! Source: VPC user guide, "Configure route tables" and "Route priority".

use super::addresses::AddressSet;
use super::prefix_list;
use super::proof;
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{Route, RouteTable, RouteTableAssociation, is};
use crate::snapshot::{Gap, Snapshot};

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

/// Destinations for which one target decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    /// The destinations.
    pub destination: AddressSet,
    /// What decides; `None` where no route matches.
    pub choice: Option<Choice>,
}

/// The route, or routes to the same target, that decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Where they lead.
    pub target: Target,
    /// Whether the target is gone.
    pub is_blackhole: bool,
    /// Positions of the routes in the table.
    pub positions: Vec<usize>,
    /// In words: "0.0.0.0/0 -> nat-1".
    pub text: String,
}

/// How a table divides destinations among its routes.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    /// The table.
    pub table: Component,
    /// The parts, longest prefixes first; disjoint, and together the destinations that were asked about.
    pub legs: Vec<Leg>,
    /// Routes of which it is not known what they match (a prefix list that cannot be read), or which of two equal ones decides.
    pub unknown: Vec<(Target, Gap)>,
}

/// The table that a subnet uses: its own, else the main table of the VPC.
///
/// # Errors
/// Why it is not known. Tables of a shared subnet belong to its owner, so that a list without one is no answer.
pub fn of_subnet<'a>(snapshot: &'a Snapshot, subnet: &str, vpc: &str) -> Result<&'a RouteTable, Gap> {
    let tables = &snapshot.route_tables;
    let serves = |table: &RouteTable| table.associations.iter().any(|own| own.subnet_id == subnet && is_in_force(own));
    if let Some(table) = tables.known().iter().find(|table| serves(table)) {
        return Ok(table);
    }
    // Without an association of its own the subnet uses the main table: that takes a list that would have shown one.
    tables
        .select("vpc-id", vpc, serves)
        .or_else(|gap| tables.select("association.subnet-id", subnet, serves).map_err(|_| gap))?;
    main_of(snapshot, vpc)
}

/// The main table of a VPC.
///
/// # Errors
/// Why it is not known.
pub fn main_of<'a>(snapshot: &'a Snapshot, vpc: &str) -> Result<&'a RouteTable, Gap> {
    let is_main =
        |table: &RouteTable| table.vpc_id == vpc && table.associations.iter().any(|own| own.main && is_in_force(own));
    if let Some(table) = snapshot.route_tables.known().iter().find(|table| is_main(table)) {
        return Ok(table);
    }
    snapshot.route_tables.select("vpc-id", vpc, is_main)?;
    Err(Gap::opaque(format!("the main route table of VPC `{vpc}`")))
}

fn is_in_force(association: &RouteTableAssociation) -> bool {
    association.association_state.as_ref().is_none_or(|state| state.state.is_empty() || is(&state.state, "associated"))
}

/// Divides destinations among the routes of a table.
pub fn divide(snapshot: &Snapshot, table: &RouteTable, destination: &AddressSet) -> Routed {
    let mut routed =
        Routed { table: Component::new("route-table", &table.route_table_id), legs: Vec::new(), unknown: Vec::new() };
    let mut left = destination.clone();
    for candidate in candidates(snapshot, table, &mut routed.unknown) {
        let part = left.intersection(&candidate.block);
        if part.is_empty() {
            continue;
        }
        left = left.difference(&part);
        routed.add(table, &candidate, part);
    }
    if !left.is_empty() {
        routed.legs.push(Leg { destination: left, choice: None });
    }
    routed
}

/// Evidence for what decides on a leg: the routes of the choice, or the whole list when none matches.
pub fn evidence(snapshot: &Snapshot, table: &Component, choice: Option<&Choice>) -> Vec<Evidence> {
    match choice {
        None => vec![proof::of::<RouteTable>(snapshot, &table.id, "Routes")],
        Some(choice) => {
            let member = if choice.is_blackhole { ".State" } else { "" };
            let positions = choice.positions.iter();
            positions
                .map(|position| proof::of::<RouteTable>(snapshot, &table.id, &format!("Routes[{position}]{member}")))
                .collect()
        }
    }
}

/// One block of a route, in the order of choice.
struct Candidate {
    block: AddressSet,
    length: u8,
    /// At equal length: local, static, static with a prefix list, propagated.
    rank: u8,
    position: usize,
    target: Target,
    is_blackhole: bool,
}

fn candidates(snapshot: &Snapshot, table: &RouteTable, unknown: &mut Vec<(Target, Gap)>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (position, route) in table.routes.iter().enumerate().filter(|(_, route)| !is(&route.state, "filtered")) {
        let target = Target::of(route);
        let blocks = match destination(snapshot, route) {
            Ok(blocks) => blocks,
            Err(gap) => {
                unknown.push((target, gap));
                continue;
            }
        };
        for block in blocks.blocks() {
            candidates.push(Candidate {
                block: AddressSet::block(block),
                length: block.prefix(),
                rank: rank(route, &target),
                position,
                target: target.clone(),
                is_blackhole: is(&route.state, "blackhole"),
            });
        }
    }
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.length), candidate.rank, candidate.position));
    ambiguous(table, &candidates, unknown);
    candidates
}

/// Two prefix lists with the same block and different targets: AWS picks one and does not say which.
fn ambiguous(table: &RouteTable, candidates: &[Candidate], unknown: &mut Vec<(Target, Gap)>) {
    for (first, second) in candidates.iter().zip(candidates.iter().skip(1)) {
        if first.rank == 2 && second.rank == 2 && first.block == second.block && first.target != second.target {
            let what = format!(
                "which route of `{}` decides for {}, in a prefix list of both `{}` and `{}`",
                table.route_table_id,
                first.block,
                first.target.id(),
                second.target.id()
            );
            unknown.push((second.target.clone(), Gap::opaque(what)));
        }
    }
}

fn destination(snapshot: &Snapshot, route: &Route) -> Result<AddressSet, Gap> {
    if !route.destination_prefix_list_id.is_empty() {
        return prefix_list::addresses(snapshot, &route.destination_prefix_list_id);
    }
    let text = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block];
    let text = text.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str);
    AddressSet::parse(text).ok_or_else(|| Gap::opaque(format!("the destination `{text}` of a route")))
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

impl Routed {
    fn add(&mut self, table: &RouteTable, candidate: &Candidate, part: AddressSet) {
        let same = self.legs.iter_mut().find(|leg| {
            leg.choice.as_ref().is_some_and(|choice| {
                choice.target == candidate.target && choice.is_blackhole == candidate.is_blackhole
            })
        });
        let leg = match same {
            Some(leg) => {
                leg.destination = leg.destination.union(&part);
                leg
            }
            None => {
                let choice = Choice {
                    target: candidate.target.clone(),
                    is_blackhole: candidate.is_blackhole,
                    positions: Vec::new(),
                    text: String::new(),
                };
                self.legs.push(Leg { destination: part, choice: Some(choice) });
                let Some(leg) = self.legs.last_mut() else { return };
                leg
            }
        };
        let Some(choice) = &mut leg.choice else { return };
        if !choice.positions.contains(&candidate.position) {
            choice.positions.push(candidate.position);
        }
        let routes = choice.positions.iter().filter_map(|position| table.routes.get(*position));
        let written: Vec<&str> = routes.map(written).collect();
        choice.text = format!("{} -> {}", written.join(", "), choice.target.id());
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

    fn divided(snapshot: &Snapshot, destination: &str) -> Vec<(String, String)> {
        let table = of_subnet(snapshot, "subnet-1", "vpc-1").unwrap();
        let routed = divide(snapshot, table, &AddressSet::parse(destination).unwrap());
        let legs = routed.legs.into_iter();
        legs.map(|leg| (leg.destination.to_string(), leg.choice.map_or_else(|| "none".into(), |choice| choice.text)))
            .collect()
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
        let table = of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap();
        let routed = divide(&snapshot, table, &AddressSet::of(["52.1.1.1"]));
        let evidence = evidence(&snapshot, &routed.table, routed.legs[0].choice.as_ref());
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
    fn an_unreadable_prefix_list_is_reported() {
        let snapshot = table(json!([{"DestinationPrefixListId": "pl-own", "TransitGatewayId": "tgw-1"}]));
        let routed = divide(&snapshot, of_subnet(&snapshot, "s", "vpc-1").unwrap(), &AddressSet::of(["8.8.8.8"]));
        assert_eq!(routed.unknown.len(), 1);
        assert_eq!(routed.unknown[0].1.action(), Some("ec2:GetManagedPrefixListEntries"));
    }

    #[test]
    fn the_table_of_a_subnet() {
        let snapshot = world(json!({"RouteTables": [
            {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Associations": [{"Main": true, "AssociationState": {"State": "associated"}}]},
            {"RouteTableId": "rtb-own", "VpcId": "vpc-1", "Associations": [{"Main": false, "SubnetId": "subnet-1"}]},
            {"RouteTableId": "rtb-left", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}}]}]}));
        assert_eq!(of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap().route_table_id, "rtb-own");
        assert_eq!(of_subnet(&snapshot, "subnet-2", "vpc-1").unwrap().route_table_id, "rtb-main");
        assert_eq!(
            of_subnet(&snapshot, "subnet-3", "vpc-9").unwrap_err().missing(),
            "the main route table of VPC `vpc-9`"
        );
        assert_eq!(of_subnet(&Snapshot::default(), "s", "v").unwrap_err().action(), Some("ec2:DescribeRouteTables"));
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
            let table = of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap();
            let routed = divide(&snapshot, table, &AddressSet::all(Family::Ipv4));
            for host in 0..40_u8 {
                let address: std::net::IpAddr = [10, 0, 0, host].into();
                let matching = table.routes.iter().filter(|route| {
                    route.destination_cidr_block.parse::<ipnetwork::IpNetwork>().unwrap().contains(address)
                });
                let longest = matching.rev().max_by_key(|route| {
                    route.destination_cidr_block.parse::<ipnetwork::IpNetwork>().unwrap().prefix()
                });
                let deciding: Vec<&Leg> = routed.legs.iter().filter(|leg| leg.destination.contains(address)).collect();
                prop_assert_eq!(deciding.len(), 1, "each address is on one leg");
                let target = deciding[0].choice.as_ref().map(|choice| choice.target.id());
                prop_assert_eq!(target, longest.map(|route| route.nat_gateway_id.as_str()));
            }
        }
    }
}
