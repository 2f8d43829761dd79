//! A second VPC, and the ways to it.

use super::super::testing::*;
use super::super::*;
use super::between::{expect, path};
use super::*;
use crate::snapshot::operations as op;

/// `vpc-9` (10.9.0.0/16) with `i-9` (`eni-9`, 10.9.1.20, group `sg-9`) in `subnet-9`, beside the private world; `near` and `far` are the
/// routes to each other, and `facts` what lies between.
pub(super) fn two_vpcs(near: Value, far: Value, rules: Value, facts: Value) -> Snapshot {
    let mut instance = instance("i-9", "eni-9", "subnet-9", "10.9.1.20", json!(null));
    instance["VpcId"] = json!("vpc-9");
    instance["NetworkInterfaces"][0]["VpcId"] = json!("vpc-9");
    instance["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-9"}]);
    let place = |id: &str, block: &str, zone: &str| {
        let mut row = subnet(id, block);
        row["VpcId"] = json!("vpc-9");
        row["AvailabilityZone"] = json!(zone);
        row
    };
    let local = json!({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"});
    let mut acl = acl("acl-9", &["subnet-9", "subnet-8"], open_entries());
    acl["VpcId"] = json!("vpc-9");
    let mut snapshot = with(json!({
        "Reservations": [{"OwnerId": "111122223333", "Instances": [instance]}],
        "Vpcs": [{"VpcId": "vpc-9", "CidrBlock": "10.9.0.0/16"}],
        "Subnets": [place("subnet-9", "10.9.1.0/24", "eu-west-1a"), place("subnet-8", "10.9.2.0/24", "eu-west-1b")],
        "RouteTables": [
            table("rtb-1", json!([{"Main": true}]), near),
            {"RouteTableId": "rtb-9", "VpcId": "vpc-9", "Associations": [{"Main": true}], "Routes": [local, far]}],
        "NetworkAcls": [acl],
        "SecurityGroups": [{"GroupId": "sg-9", "VpcId": "vpc-9", "IpPermissions": rules, "IpPermissionsEgress": []}],
    }));
    add(&mut snapshot, facts);
    snapshot
}

pub(super) fn from_block() -> Value {
    json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}])
}

pub(super) fn from_group() -> Value {
    json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-1"}]}])
}

pub(super) fn over(member: &str, id: &str, block: &str) -> Value {
    json!({"DestinationCidrBlock": block, member: id, "State": "active", "Origin": "CreateRoute"})
}

pub(super) fn peered(rules: Value, code: &str, far_region: &str) -> Snapshot {
    let side = |vpc: &str, block: &str, region: &str| json!({"VpcId": vpc, "CidrBlock": block, "CidrBlockSet": [{"CidrBlock": block}], "OwnerId": "111122223333", "Region": region});
    let connection = json!({"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": code},
        "RequesterVpcInfo": side("vpc-1", "10.0.0.0/16", "eu-west-1"), "AccepterVpcInfo": side("vpc-9", "10.9.0.0/16", far_region)});
    let pcx = |block: &str| over("VpcPeeringConnectionId", "pcx-1", block);
    two_vpcs(pcx("10.9.0.0/16"), pcx("10.0.0.0/16"), rules, json!({"VpcPeeringConnections": [connection]}))
}

/// Both VPCs attached to `tgw-1`, each by its only subnet in eu-west-1a; `routes` are those of `tgw-rtb-1`.
pub(super) fn attached(rules: Value, routes: Value, change: &dyn Fn(&mut Value)) -> Snapshot {
    let attachment = |id: &str, vpc: &str, subnets: Value| {
        json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "VpcId": vpc, "State": "available", "SubnetIds": subnets,
            "Options": {"Ipv6Support": "disable", "SecurityGroupReferencingSupport": "enable"}})
    };
    let row = |id: &str, vpc: &str| {
        json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": vpc, "State": "available",
            "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}})
    };
    let mut facts = json!({
        "TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available", "Options": {"SecurityGroupReferencingSupport": "disable"}}],
        "TransitGatewayVpcAttachments": [
            attachment("att-1", "vpc-1", json!(["subnet-3"])), attachment("att-9", "vpc-9", json!(["subnet-9"]))],
        "TransitGatewayAttachments": [row("att-1", "vpc-1"), row("att-9", "vpc-9")],
    });
    change(&mut facts);
    let tgw = |block: &str| over("TransitGatewayId", "tgw-1", block);
    let mut snapshot = two_vpcs(tgw("10.9.0.0/16"), tgw("10.0.0.0/16"), rules, facts);
    if !routes.is_null() {
        let read = crate::snapshot::Read::new(
            crate::snapshot::operations::SEARCH_TRANSIT_GATEWAY_ROUTES,
            json!({"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": [{"Name": "state", "Values": ["active", "blackhole"]}]}),
        );
        let output = crate::snapshot::Outcome::Output(json!({ "Routes": routes }));
        snapshot.record(crate::snapshot::Recorded::new(&read, "", output)).unwrap();
    }
    snapshot
}

pub(super) fn hub_route(block: &str, attachment: &str, kind: &str) -> Value {
    json!({"DestinationCidrBlock": block, "Type": kind, "State": "active", "TransitGatewayAttachments": [
        {"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc", "ResourceId": "vpc"}]})
}

pub(super) fn hub_routes() -> Value {
    json!([hub_route("10.0.0.0/16", "att-1", "propagated"), hub_route("10.9.0.0/16", "att-9", "propagated")])
}

fn ssh(snapshot: &Snapshot) -> Path {
    path(snapshot, "i-1", "i-9", &Flow::tcp(22))
}

#[test]
fn over_a_peering_connection_groups_of_the_other_side_count() {
    let reached = ssh(&peered(from_block(), "active", "eu-west-1"));
    expect(&reached, Verdict::Reachable, &[]);
    let walked: Vec<&str> = reached.hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(walked, ["eni-1", "subnet-1", "rtb-1", "pcx-1", "subnet-9", "eni-9"]);
    let back: Vec<&str> = reached.reply_hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(back, ["subnet-9", "rtb-9", "pcx-1", "subnet-1", "eni-1"]);
    expect(&ssh(&peered(from_group(), "active", "eu-west-1")), Verdict::Reachable, &[]);
    let other_region = ssh(&peered(from_group(), "active", "us-east-1"));
    expect(&other_region, Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    assert_eq!(other_region.obstacles[0].code, Some("SG_REFERENCES_NOT_PRESERVED"));
    expect(&ssh(&peered(from_block(), "pending-acceptance", "eu-west-1")), Verdict::Blocked, &[Cause::PeeringState]);
}

#[test]
fn a_route_on_one_side_only_loses_the_replies() {
    let mut snapshot = peered(from_block(), "active", "eu-west-1");
    let away = over("NatGatewayId", "nat-9", "10.200.0.0/16");
    add(
        &mut snapshot,
        json!({"RouteTables": [{"RouteTableId": "rtb-9", "VpcId": "vpc-9", "Associations": [{"Main": true}], "Routes": [away]}]}),
    );
    let lost = ssh(&snapshot);
    expect(&lost, Verdict::Blocked, &[Cause::NoReturnRoute]);
    assert!(lost.obstacles[0].is_on_return);
    add(
        &mut snapshot,
        json!({"RouteTables": [table("rtb-1", json!([{"Main": true}]), over("NatGatewayId", "nat-1", "10.8.0.0/16"))]}),
    );
    let closed = ssh(&snapshot);
    assert_eq!(closed.obstacles[0].cause, Cause::DisconnectedVpcs, "{closed:#?}");
}

#[test]
fn over_a_transit_gateway() {
    let plain = |_: &mut Value| {};
    let reached = ssh(&attached(from_block(), hub_routes(), &plain));
    expect(&reached, Verdict::Reachable, &[]);
    let walked: Vec<&str> = reached.hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(
        walked,
        ["eni-1", "subnet-1", "rtb-1", "subnet-3", "att-1", "tgw-rtb-1", "att-9", "eni-9"],
        "the attachment lies in the very subnet"
    );
    let hidden = ssh(&attached(from_group(), hub_routes(), &plain));
    expect(&hidden, Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    assert_eq!(hidden.obstacles[0].code, Some("SG_REFERENCING_SUPPORT"));
    let on =
        |facts: &mut Value| facts["TransitGateways"][0]["Options"]["SecurityGroupReferencingSupport"] = json!("enable");
    expect(&ssh(&attached(from_group(), hub_routes(), &on)), Verdict::Reachable, &[]);
    let unread = |facts: &mut Value| facts["TransitGateways"] = json!([]);
    expect(&ssh(&attached(from_group(), hub_routes(), &unread)), Verdict::Unknown, &[]);
}

#[test]
fn what_a_transit_gateway_stops() {
    let case = |routes: Value, change: &dyn Fn(&mut Value)| ssh(&attached(from_block(), routes, change));
    let none = case(json!([hub_route("10.0.0.0/16", "att-1", "static")]), &|_| {});
    expect(&none, Verdict::Blocked, &[Cause::TransitGatewayNoRoute]);
    let mut hole = hub_route("10.9.0.0/24", "att-9", "static");
    hole["State"] = json!("blackhole");
    let dead = case(json!([hole]), &|_| {});
    expect(&dead, Verdict::Blocked, &[Cause::TransitGatewayNoRoute]);
    let mut hole = hub_route("10.9.1.0/24", "att-9", "static");
    hole["State"] = json!("blackhole");
    let dead = case(json!([hub_route("10.9.0.0/16", "att-9", "propagated"), hole]), &|_| {});
    expect(&dead, Verdict::Blocked, &[Cause::TransitGatewayBlackhole]);
    assert_eq!(dead.obstacles[0].passed_over[0].code, "TGW_RTB_MORE_SPECIFIC_ROUTE");
    let alone = case(hub_routes(), &|facts| facts["TransitGatewayAttachments"][0]["Association"] = json!(null));
    expect(&alone, Verdict::Blocked, &[Cause::TransitGatewayAssociation]);
    let pending = case(hub_routes(), &|facts| facts["TransitGatewayVpcAttachments"][0]["State"] = json!("pending"));
    expect(&pending, Verdict::Blocked, &[Cause::TransitGatewayAttachment]);
    let zone = case(hub_routes(), &|facts| facts["TransitGatewayVpcAttachments"][1]["SubnetIds"] = json!(["subnet-8"]));
    expect(&zone, Verdict::Blocked, &[Cause::TransitGatewayZone]);
    assert!(zone.obstacles[0].is_on_return, "it can receive from the other zone, and not send");
    let unread = case(json!(null), &|_| {});
    expect(&unread, Verdict::Unknown, &[]);
    assert_eq!(unread.gaps[0].action(), Some("ec2:SearchTransitGatewayRoutes"));
}

#[test]
fn the_zone_in_which_packets_leave_decides_only_when_it_is_known() {
    let case = |zone: &str, of_sender: &str| {
        let mut snapshot = attached(from_block(), hub_routes(), &|facts| {
            facts["TransitGatewayVpcAttachments"][1]["SubnetIds"] = json!(["subnet-9", "subnet-8"]);
        });
        let place = |id: &str, block: &str, zone: &str| {
            let mut row = subnet(id, block);
            (row["VpcId"], row["AvailabilityZone"]) = (json!("vpc-9"), json!(zone));
            row
        };
        let mut sender = subnet("subnet-1", "10.0.1.0/24");
        sender["AvailabilityZone"] = json!(of_sender);
        let shut = json!([entry(100, false, "allow", "0.0.0.0/0", None), entry(100, true, "deny", "0.0.0.0/0", None)]);
        let in_vpc_9 = |mut acl: Value| {
            acl["VpcId"] = json!("vpc-9");
            acl
        };
        add(
            &mut snapshot,
            json!({"Subnets": [sender, place("subnet-9", "10.9.1.0/24", zone), place("subnet-8", "10.9.2.0/24", "eu-west-1b")],
                "NetworkAcls": [in_vpc_9(acl("acl-9", &["subnet-9"], open_entries())), in_vpc_9(acl("acl-8", &["subnet-8"], shut))]}),
        );
        ssh(&snapshot)
    };
    expect(&case("eu-west-1a", "eu-west-1a"), Verdict::Reachable, &[]);
    let elsewhere = case("eu-west-1c", "eu-west-1a");
    assert_eq!(elsewhere.verdict, Verdict::Unknown, "{elsewhere:#?}");
    assert_eq!(elsewhere.gaps, [Gap::opaque("in which zone packets leave attachment `att-9`")]);
    let unknown = case("", "eu-west-1a");
    assert_eq!(unknown.verdict, Verdict::Unknown, "{unknown:#?}");
    assert!(unknown.gaps.contains(&Gap::opaque("the zone of subnet `subnet-9`")), "{:?}", unknown.gaps);
}

#[test]
fn an_egress_vpc_behind_a_transit_gateway() {
    let routes = json!([hub_route("0.0.0.0/0", "att-9", "static"), hub_route("10.0.0.0/16", "att-1", "propagated")]);
    let mut snapshot = attached(from_block(), routes, &|facts| {
        facts["TransitGatewayVpcAttachments"][1]["SubnetIds"] = json!(["subnet-9", "subnet-8"]);
    });
    let local = json!({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"});
    let back = over("TransitGatewayId", "tgw-1", "10.0.0.0/16");
    let igw = over("GatewayId", "igw-9", "0.0.0.0/0");
    add(
        &mut snapshot,
        json!({
            "RouteTables": [
                table("rtb-1", json!([{"Main": true}]), over("TransitGatewayId", "tgw-1", "0.0.0.0/0")),
                {"RouteTableId": "rtb-9", "VpcId": "vpc-9", "Associations": [{"Main": true}], "Routes": [local, back, over("NatGatewayId", "nat-9", "0.0.0.0/0")]},
                {"RouteTableId": "rtb-8", "VpcId": "vpc-9", "Associations": [{"SubnetId": "subnet-8"}], "Routes": [local, back, igw]}],
            "NatGateways": [{"NatGatewayId": "nat-9", "VpcId": "vpc-9", "SubnetId": "subnet-8", "State": "available",
                "NatGatewayAddresses": [{"PrivateIp": "10.9.2.7", "PublicIp": "198.51.100.9", "Status": "succeeded"}]}]}),
    );
    let out = path(&snapshot, "i-1", "8.8.8.8", &Flow::tcp(443));
    expect(&out, Verdict::Reachable, &[]);
    assert!(out.reply_hops.iter().any(|hop| hop.component.id == "tgw-rtb-1"), "{:?}", out.reply_hops);
    // Without a route back to the gateway the replies end in the egress VPC.
    add(
        &mut snapshot,
        json!({"RouteTables": [{"RouteTableId": "rtb-8", "VpcId": "vpc-9", "Associations": [{"SubnetId": "subnet-8"}], "Routes": [local, igw]}]}),
    );
    let lost = path(&snapshot, "i-1", "8.8.8.8", &Flow::tcp(443));
    assert_eq!((lost.verdict, lost.obstacles[0].is_on_return), (Verdict::Blocked, true), "{lost:#?}");
}

#[test]
fn what_goes_round_is_stopped() {
    let routes = json!([hub_route("10.9.0.0/16", "att-1", "static")]);
    let round = ssh(&attached(from_block(), routes, &|facts| {
        facts["TransitGatewayVpcAttachments"][0]["SubnetIds"] = json!(["subnet-1"]);
    }));
    expect(&round, Verdict::Blocked, &[Cause::RoutingLoop]);
}

#[test]
fn groups_are_not_held_against_a_connection_that_is_not_known() {
    let pcx = |block: &str| over("VpcPeeringConnectionId", "pcx-1", block);
    let mut snapshot = two_vpcs(pcx("10.9.0.0/16"), pcx("10.0.0.0/16"), from_block(), json!({}));
    let only_to_group = json!([{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-9"}]}]}]);
    add(&mut snapshot, json!({ "SecurityGroups": only_to_group }));
    deny(&mut snapshot, op::DESCRIBE_VPC_PEERING_CONNECTIONS, json!({}));
    expect(&path(&snapshot, "i-1", "i-9", &Flow::tcp(22)), Verdict::Unknown, &[]);
}

/// `vpc-9` with an ACL on its subnet whose outbound side is `replies`, no route known, and every interface.
fn without_tables(replies: Value) -> Snapshot {
    let nowhere = json!({"DestinationCidrBlock": "10.77.0.0/16", "State": "blackhole"});
    let mut acl =
        acl("acl-9", &["subnet-9", "subnet-8"], json!([entry(100, false, "allow", "0.0.0.0/0", None), replies]));
    acl["VpcId"] = json!("vpc-9");
    let known = two_vpcs(nowhere.clone(), nowhere, from_block(), json!({"NetworkAcls": [acl]}));
    let reads = known.reads().iter().filter(|read| read.operation != "DescribeRouteTables").cloned();
    let mut snapshot = Snapshot::new(known.header.clone());
    reads.for_each(|read| snapshot.record(read).unwrap());
    deny(&mut snapshot, op::DESCRIBE_ROUTE_TABLES, json!({}));
    add(&mut snapshot, json!({"NetworkInterfaces": []}));
    snapshot
}

#[test]
fn behind_a_way_that_is_not_known_only_what_stops_everything_decides() {
    // A NAT gateway may be on the way, whose replies go to other ports than those of the client.
    let some = without_tables(entry(100, true, "allow", "0.0.0.0/0", Some((1024, 2000))));
    let path = path(&some, "i-1", "i-9", &Flow::tcp(22));
    assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
    assert!(path.obstacles.iter().all(|obstacle| obstacle.effect == Effect::Possible), "{path:#?}");
    let none = without_tables(entry(100, true, "deny", "0.0.0.0/0", None));
    expect(&super::between::path(&none, "i-1", "i-9", &Flow::tcp(22)), Verdict::Blocked, &[Cause::DestinationAclReply]);
    let shut = {
        let mut snapshot = without_tables(entry(100, true, "allow", "0.0.0.0/0", None));
        add(
            &mut snapshot,
            json!({"SecurityGroups": [{"GroupId": "sg-9", "VpcId": "vpc-9", "IpPermissions": [], "IpPermissionsEgress": []}]}),
        );
        snapshot
    };
    expect(
        &super::between::path(&shut, "i-1", "i-9", &Flow::tcp(22)),
        Verdict::Blocked,
        &[Cause::SecurityGroupIngress],
    );
}

#[test]
fn somebody_with_the_same_address_is_not_who_is_meant() {
    let twin = |subnet: &str| {
        let mut twin = instance("i-2", "eni-2", subnet, "10.9.1.20", json!(null));
        twin["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-1"}]);
        json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [twin]}]})
    };
    let mut snapshot = peered(from_block(), "active", "eu-west-1");
    let local = json!({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"});
    add(&mut snapshot, json!({"RouteTables": [table("rtb-1", json!([{"Main": true}]), local)]}));
    add(&mut snapshot, twin("subnet-3"));
    let named = ssh(&snapshot);
    assert_eq!(named.verdict, Verdict::Blocked, "{named:#?}");
    assert_eq!(named.obstacles[0].cause, Cause::NoDestination, "{named:#?}");
    assert_eq!(named.obstacles[0].by.as_deref(), Some("10.9.1.20 is `eni-2` in `vpc-1`"));
    let by_address = path(&snapshot, "i-1", "10.9.1.20", &Flow::tcp(22));
    assert_eq!(by_address.hops.last().unwrap().component.id, "eni-2", "{by_address:#?}");
}

/// The hub's answer with its static routes only, and what is propagated into its table besides.
fn static_only(routes: Value, propagations: Option<Value>) -> Snapshot {
    let mut snapshot = attached(from_block(), json!(null), &|_| {});
    let read = crate::snapshot::Read::new(
        op::SEARCH_TRANSIT_GATEWAY_ROUTES,
        json!({"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": [{"Name": "type", "Values": ["static"]}]}),
    );
    let output = crate::snapshot::Outcome::Output(json!({ "Routes": routes }));
    snapshot.record(crate::snapshot::Recorded::new(&read, "", output)).unwrap();
    let read = crate::snapshot::Read::new(
        op::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS,
        json!({"TransitGatewayRouteTableId": "tgw-rtb-1"}),
    );
    let outcome = match propagations {
        Some(rows) => crate::snapshot::Outcome::Output(json!({ "TransitGatewayRouteTablePropagations": rows })),
        None => crate::snapshot::Outcome::Error { code: "UnauthorizedOperation".into(), message: String::new() },
    };
    snapshot.record(crate::snapshot::Recorded::new(&read, "", outcome)).unwrap();
    snapshot
}

#[test]
fn routes_that_were_not_read_may_be_longer() {
    let propagated = |vpc: &str, attachment: &str| json!({"TransitGatewayAttachmentId": attachment, "ResourceId": vpc, "ResourceType": "vpc", "State": "enabled"});
    let mut hole = hub_route("0.0.0.0/0", "att-9", "static");
    hole["State"] = json!("blackhole");
    let both = json!([propagated("vpc-1", "att-1"), propagated("vpc-9", "att-9")]);
    expect(&ssh(&static_only(json!([hole]), Some(both))), Verdict::Reachable, &[]);
    let some = ssh(&static_only(json!([hole]), None));
    assert_eq!(some.verdict, Verdict::Unknown, "{some:#?}");
    assert!(some.obstacles.iter().all(|own| own.effect == Effect::Possible), "{some:#?}");
    assert_eq!(some.gaps[0].action(), Some("ec2:GetTransitGatewayRouteTablePropagations"));
    // Nor is it known that packets get there by a route that others may beat.
    let open = ssh(&static_only(hub_routes(), None));
    assert_eq!((open.verdict, open.obstacles.len()), (Verdict::Unknown, 0), "{open:#?}");
    let mut host = hub_route("10.9.1.20/32", "att-9", "static");
    host["State"] = json!("blackhole");
    expect(&ssh(&static_only(json!([host]), None)), Verdict::Blocked, &[Cause::TransitGatewayBlackhole]);
}

#[test]
fn a_failed_attachment_is_not_taken_for_the_one_that_works() {
    let failed = |facts: &mut Value| {
        let rows = facts["TransitGatewayVpcAttachments"].as_array_mut().unwrap();
        let mut first = rows[0].clone();
        (first["TransitGatewayAttachmentId"], first["State"]) = (json!("att-0"), json!("failed"));
        rows.insert(0, first);
    };
    expect(&ssh(&attached(from_block(), hub_routes(), &failed)), Verdict::Reachable, &[]);
    let modified = |facts: &mut Value| {
        failed(facts);
        facts["TransitGatewayVpcAttachments"][1]["State"] = json!("modifying");
    };
    expect(&ssh(&attached(from_block(), hub_routes(), &modified)), Verdict::Unknown, &[]);
}

#[test]
fn gateways_of_a_vpc_serve_only_what_is_in_it() {
    let routes = json!([hub_route("0.0.0.0/0", "att-9", "static"), hub_route("10.0.0.0/16", "att-1", "propagated")]);
    let mut snapshot = attached(from_block(), routes, &|_| {});
    let local = json!({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"});
    let back = over("TransitGatewayId", "tgw-1", "10.0.0.0/16");
    let list = json!({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"});
    add(
        &mut snapshot,
        json!({
            "RouteTables": [
                table("rtb-1", json!([{"Main": true}]), over("TransitGatewayId", "tgw-1", "0.0.0.0/0")),
                {"RouteTableId": "rtb-9", "VpcId": "vpc-9", "Associations": [{"Main": true}], "Routes": [local, back, list]}],
            "PrefixLists": [{"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["52.218.0.0/17"]}],
            "VpcEndpoints": [{"VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-9", "State": "available",
                "ServiceName": "com.amazonaws.eu-west-1.s3"}]}),
    );
    let out = path(&snapshot, "i-1", "52.218.1.1", &Flow::tcp(443));
    assert_eq!(out.verdict, Verdict::Blocked, "{out:#?}");
    assert_eq!(out.obstacles[0].component.id, "vpce-s3", "{out:#?}");
}

#[test]
fn replies_to_a_private_gateway_do_not_go_over_the_internet() {
    let public = json!({"PublicIp": "18.0.0.20"});
    let from_gateway = |route: Value| {
        let mut snapshot = with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [
            instance("i-1", "eni-1", "subnet-1", "10.0.1.10", public.clone())]}],
            "SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions":
                [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}));
        add(&mut snapshot, only(route));
        let network = Network::new(&snapshot);
        let to = Point::from(network.interface("eni-1").unwrap());
        network.path(&Point::Gateway("vgw-1".into()), &to, &Flow::tcp(22))
    };
    let back = from_gateway(json!({"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "State": "active"}));
    assert_eq!(back.verdict, Verdict::Reachable, "{back:#?}");
    let away = from_gateway(json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}));
    expect(&away, Verdict::Blocked, &[Cause::NoReturnRoute, Cause::NoReturnRoute]);
    let by: Vec<&str> = away.obstacles.iter().filter_map(|own| own.by.as_deref()).collect();
    assert_eq!(by, ["10.0.0.0/16 -> local", "packets came from behind `vgw-1`"]);
}

#[test]
fn one_of_many_addresses_may_be_somebodys() {
    let all = |address: &str| {
        let mut snapshot = peered(from_block(), "active", "eu-west-1");
        let mut instance = instance("i-9", "eni-9", "subnet-9", "", json!(null));
        instance["VpcId"] = json!("vpc-9");
        instance["NetworkInterfaces"][0]["VpcId"] = json!("vpc-9");
        instance["NetworkInterfaces"][0]["PrivateIpAddress"] = json!(address);
        let side = |vpc: &str, block: &str| json!({"VpcId": vpc, "CidrBlock": block, "CidrBlockSet": [{"CidrBlock": block}], "Region": "eu-west-1"});
        let connection = json!({"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},
            "RequesterVpcInfo": side("vpc-1", "10.0.0.0/16"), "AccepterVpcInfo": side("vpc-9", "18.9.0.0/16")});
        add(
            &mut snapshot,
            json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [instance]}], "NetworkInterfaces": [],
                "Vpcs": [{"VpcId": "vpc-9", "CidrBlock": "18.9.0.0/16", "OwnerId": "111122223333"}],
                "VpcPeeringConnections": [connection],
                "RouteTables": [table("rtb-1", json!([{"Main": true}]), over("VpcPeeringConnectionId", "pcx-1", "18.9.0.0/16"))]}),
        );
        path(&snapshot, "i-1", "internet", &Flow::tcp(22)).verdict
    };
    assert_eq!(all("18.9.1.20"), Verdict::Unknown);
    assert_eq!(all("10.9.1.20"), Verdict::Blocked, "nobody has any");
}
