//! Every code of Reachability Analyzer that the engine is to have can be had.

use super::super::testing::*;
use super::super::*;
use super::between::path;
use super::far::{attached, from_block, from_group, hub_route, hub_routes, over, peered, two_vpcs};
use super::*;
use std::collections::BTreeSet;

/// The codes of which an equivalent finding must exist.
///
/// Source: Reachability Analyzer guide, "Explanation codes".
const CODES: &[&str] = &[
    "BAD_STATE",
    "BAD_STATE_ATTACHMENT",
    "BAD_STATE_ROUTE",
    "CANNOT_ROUTE",
    "DISCONNECTED_VPCS",
    "ENI_ADDRESS_RESTRICTION",
    "ENI_SG_RULES_MISMATCH",
    "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    "HIGHER_PRIORITY_ROUTE",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS",
    "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    "MORE_SPECIFIC_ROUTE",
    "NGW_REQUIRES_SOURCE_IN_VPC",
    "NO_PATH",
    "NO_POSSIBLE_DESTINATION",
    "NO_ROUTE_TO_DESTINATION",
    "NO_SOURCE_OR_DESTINATION",
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
    "PROTOCOL_RESTRICTION",
    "REGIONAL_NGW_ROUTE_AZ_RESTRICTION",
    "REMAP_EPHEMERAL_PORT",
    "SG_HAS_NO_RULES",
    "SG_REFERENCES_NOT_PRESERVED",
    "SG_REFERENCING_SUPPORT",
    "SUBNET_ACL_RESTRICTION",
    "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
    "TGW_ROUTE_AZ_RESTRICTION",
    "TGW_RTB_BAD_STATE_ROUTE",
    "TGW_RTB_CANNOT_ROUTE",
    "TGW_RTB_HIGHER_PRIORITY_ROUTE",
    "TGW_RTB_MORE_SPECIFIC_ROUTE",
    "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
    "TGW_RTB_ROUTES_ARE_UNKNOWN",
    "UNASSOCIATED_COMPONENT",
    "UNKNOWN_DESTINATION",
    "UNKNOWN_PEERED_SGS",
    "UNKNOWN_RESOURCE",
    "UNSUPPORTED_COMPONENT",
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
];

/// The codes that a path shows: of its obstacles, of routes that were passed over, of hops.
fn codes(path: &Path) -> BTreeSet<&'static str> {
    let of_obstacles = path.obstacles.iter().filter_map(|obstacle| obstacle.code);
    let passed_over = path.obstacles.iter().flat_map(|obstacle| &obstacle.passed_over).map(|route| route.code);
    let of_hops = path.hops.iter().chain(&path.reply_hops).filter_map(|hop| hop.code);
    of_obstacles.chain(passed_over).chain(of_hops).collect()
}

struct Seen(BTreeSet<&'static str>);

impl Seen {
    #[track_caller]
    fn expect(&mut self, path: &Path, wanted: &[&'static str]) {
        let found = codes(path);
        for code in wanted {
            assert!(found.contains(code), "{code} is not among {found:?}: {path:#?}");
        }
        self.0.extend(wanted);
    }
}

/// The private world with another default route in the subnet of `i-1`.
fn routed(route: Value) -> Snapshot {
    with(json!({"RouteTables": [table("rtb-1", json!([{"Main": true}]), route)]}))
}

fn https(snapshot: &Snapshot, to: &str) -> Path {
    path(snapshot, "i-1", to, &Flow::tcp(443))
}

#[test]
fn every_code_can_be_had() {
    let mut seen = Seen(BTreeSet::new());
    at_interfaces_and_subnets(&mut seen);
    at_routes(&mut seen);
    at_gateways(&mut seen);
    between_vpcs(&mut seen);
    at_transit_gateways(&mut seen);
    let wanted: BTreeSet<&str> = CODES.iter().copied().collect();
    assert_eq!(seen.0, wanted);
}

fn at_interfaces_and_subnets(seen: &mut Seen) {
    let shut = |rules: Value| {
        with(json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": rules}]}))
    };
    seen.expect(&https(&shut(json!([])), "8.8.8.8"), &["SG_HAS_NO_RULES"]);
    let other = json!([{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    seen.expect(&https(&shut(other), "8.8.8.8"), &["ENI_SG_RULES_MISMATCH"]);
    let acls = json!({"NetworkAcls": [acl("acl-1", &["subnet-1"], json!([]))]});
    seen.expect(&https(&with(acls), "8.8.8.8"), &["SUBNET_ACL_RESTRICTION"]);
    let snapshot = private_world();
    let network = Network::new(&snapshot);
    let own = network.interface("eni-1").unwrap();
    let foreign = || Point::Interface(std::borrow::Cow::Owned(own.narrowed([10, 0, 1, 99].into())));
    let far = Point::Address([8, 8, 8, 8].into());
    seen.expect(&network.path(&foreign(), &far, &Flow::tcp(443)), &["ENI_ADDRESS_RESTRICTION", "REMAP_EPHEMERAL_PORT"]);
    seen.expect(&network.path(&Point::from(own), &foreign(), &Flow::tcp(443)), &["NO_SOURCE_OR_DESTINATION"]);
    seen.expect(
        &network.path_over(Family::Ipv6, &Point::from(own), &far, &Flow::tcp(443)),
        &["UNASSOCIATED_COMPONENT"],
    );
}

fn at_routes(seen: &mut Seen) {
    let none = routed(over("TransitGatewayId", "tgw-1", "172.16.0.0/12"));
    seen.expect(
        &https(&none, "8.8.8.8"),
        &["NO_ROUTE_TO_DESTINATION", "CANNOT_ROUTE", "VPC_LOCAL_ROUTE_CIDR_RESTRICTION"],
    );
    let mut hole = over("NatGatewayId", "nat-1", "8.8.0.0/16");
    hole["State"] = json!("blackhole");
    let local = json!({"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"});
    let propagated = json!({"DestinationCidrBlock": "8.8.0.0/16", "GatewayId": "vgw-1", "State": "active", "Origin": "EnableVgwRoutePropagation"});
    let routes = json!([local, hole, propagated, over("NatGatewayId", "nat-1", "0.0.0.0/0")]);
    let dead = with(
        json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": routes}]}),
    );
    seen.expect(&https(&dead, "8.8.8.8"), &["BAD_STATE_ROUTE", "MORE_SPECIFIC_ROUTE", "HIGHER_PRIORITY_ROUTE"]);
    seen.expect(&https(&routed(over("GatewayId", "vgw-1", "0.0.0.0/0")), "8.8.8.8"), &["UNSUPPORTED_COMPONENT"]);
    let nobody = with(json!({"NetworkInterfaces": []}));
    seen.expect(&https(&nobody, "10.0.9.9"), &["NO_POSSIBLE_DESTINATION"]);
    seen.expect(&https(&private_world(), "10.0.9.9"), &["UNKNOWN_DESTINATION"]);
    let denied = routed(over("NatGatewayId", "nat-2", "0.0.0.0/0"));
    let mut unread = Snapshot::default();
    for read in denied.reads().iter().filter(|read| read.operation != "DescribeNatGateways") {
        unread.record(read.clone()).unwrap();
    }
    seen.expect(&https(&unread, "8.8.8.8"), &["UNKNOWN_RESOURCE"]);
}

fn at_gateways(seen: &mut Seen) {
    let igw = || routed(over("GatewayId", "igw-1", "0.0.0.0/0"));
    seen.expect(&https(&igw(), "8.8.8.8"), &["IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"]);
    seen.expect(&https(&igw(), "172.16.0.1"), &["IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"]);
    seen.expect(&https(&igw(), "100.64.0.1"), &["IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"]);
    let mut detached = igw();
    add(&mut detached, json!({"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": []}]}));
    seen.expect(&https(&detached, "8.8.8.8"), &["BAD_STATE_ATTACHMENT"]);
    let inbound = path(&igw(), "8.8.8.8", "i-1", &Flow::tcp(443));
    seen.expect(&inbound, &["IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"]);
    seen.expect(&path(&private_world(), "8.8.8.8", "198.51.100.5", &Flow::tcp(443)), &["NGW_REQUIRES_SOURCE_IN_VPC"]);
    let mut blocked = private_world();
    let mut row = subnet("subnet-2", "10.0.2.0/24");
    row["BlockPublicAccessStates"] = json!({"InternetGatewayBlockMode": "block-bidirectional"});
    let mut own = subnet("subnet-1", "10.0.1.0/24");
    own["BlockPublicAccessStates"] = json!({"InternetGatewayBlockMode": "block-bidirectional"});
    add(&mut blocked, json!({"Subnets": [row, own], "VpcBlockPublicAccessExclusions": []}));
    seen.expect(&https(&blocked, "8.8.8.8"), &["VPC_BLOCK_PUBLIC_ACCESS_ENABLED"]);
    let nat = |change: Value| {
        let mut gateway = json!({"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-2", "State": "available",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.2.5", "PublicIp": "198.51.100.5", "AvailabilityZone": "eu-west-1b"}]});
        for (member, value) in change.as_object().unwrap() {
            gateway[member] = value.clone();
        }
        with(json!({"NatGateways": [gateway]}))
    };
    seen.expect(&https(&nat(json!({"State": "failed"})), "8.8.8.8"), &["BAD_STATE"]);
    let regional = json!({"AvailabilityMode": "regional", "AutoProvisionZones": "disabled"});
    seen.expect(&https(&nat(regional), "8.8.8.8"), &["REGIONAL_NGW_ROUTE_AZ_RESTRICTION"]);
    let esp = Flow { protocol: Protocol::of_number(50), ports: PortSet::all() };
    seen.expect(&path(&private_world(), "i-1", "8.8.8.8", &esp), &["PROTOCOL_RESTRICTION"]);
    let mut router = instance("i-2", "eni-2", "subnet-2", "10.0.2.20", json!({"PublicIp": "198.51.100.9"}));
    router["NetworkInterfaces"][0]["SourceDestCheck"] = json!(true);
    let mut checked = routed(over("NetworkInterfaceId", "eni-2", "0.0.0.0/0"));
    add(&mut checked, json!({"Reservations": [{"Instances": [router]}]}));
    seen.expect(&https(&checked, "8.8.8.8"), &["ENI_SOURCE_DEST_CHECK_RESTRICTION"]);
}

fn between_vpcs(seen: &mut Seen) {
    let ssh = |snapshot: &Snapshot| path(snapshot, "i-1", "i-9", &Flow::tcp(22));
    seen.expect(&ssh(&peered(from_group(), "active", "us-east-1")), &["SG_REFERENCES_NOT_PRESERVED"]);
    let mut pcx = peered(from_block(), "active", "eu-west-1");
    add(&mut pcx, only(over("VpcPeeringConnectionId", "pcx-1", "0.0.0.0/0")));
    seen.expect(&https(&pcx, "8.8.8.8"), &["PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"]);
    let nat = over("NatGatewayId", "nat-1", "10.200.0.0/16");
    seen.expect(&ssh(&two_vpcs(nat.clone(), nat, from_block(), json!({}))), &["DISCONNECTED_VPCS"]);
    let mut unread = peered(from_block(), "active", "eu-west-1");
    let mut foreign = instance("i-9", "eni-9", "subnet-9", "10.9.1.20", json!(null));
    foreign["NetworkInterfaces"][0]["VpcId"] = json!("vpc-9");
    foreign["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-of-others"}]);
    add(&mut unread, json!({"Reservations": [{"Instances": [foreign]}]}));
    seen.expect(&ssh(&unread), &["UNKNOWN_PEERED_SGS"]);
}

fn at_transit_gateways(seen: &mut Seen) {
    let ssh = |rules: Value, routes: Value, change: &dyn Fn(&mut Value)| {
        path(&attached(rules, routes, change), "i-1", "i-9", &Flow::tcp(22))
    };
    let plain = |_: &mut Value| {};
    seen.expect(&ssh(from_group(), hub_routes(), &plain), &["SG_REFERENCING_SUPPORT"]);
    let none = ssh(from_block(), json!([hub_route("10.0.0.0/16", "att-1", "static")]), &plain);
    seen.expect(&none, &["TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW_RTB_CANNOT_ROUTE"]);
    let mut hole = hub_route("10.9.0.0/16", "att-9", "static");
    hole["State"] = json!("blackhole");
    let routes =
        json!([hole, hub_route("10.9.0.0/16", "att-9", "propagated"), hub_route("10.0.0.0/8", "att-9", "static")]);
    let dead = ssh(from_block(), routes, &plain);
    seen.expect(&dead, &["TGW_RTB_BAD_STATE_ROUTE", "TGW_RTB_HIGHER_PRIORITY_ROUTE", "TGW_RTB_MORE_SPECIFIC_ROUTE"]);
    let alone =
        ssh(from_block(), hub_routes(), &|facts| facts["TransitGatewayAttachments"][0]["Association"] = json!(null));
    seen.expect(&alone, &["TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION"]);
    let zone = ssh(from_block(), hub_routes(), &|facts| {
        facts["TransitGatewayVpcAttachments"][1]["SubnetIds"] = json!(["subnet-8"]);
    });
    seen.expect(&zone, &["TGW_ROUTE_AZ_RESTRICTION"]);
    seen.expect(&ssh(from_block(), json!(null), &plain), &["TGW_RTB_ROUTES_ARE_UNKNOWN"]);
    let round = ssh(from_block(), json!([hub_route("10.9.0.0/16", "att-1", "static")]), &|facts| {
        facts["TransitGatewayVpcAttachments"][0]["SubnetIds"] = json!(["subnet-1"]);
    });
    seen.expect(&round, &["NO_PATH"]);
}
