//! Worlds of any number of instances, to measure in: VPCs of 400 instances behind NAT gateways, all managed.

use super::World;
use super::worlds::{ACCOUNT, REGION, nat};
use crate::snapshot::operations as op;
use crate::snapshot::{Operation, Snapshot};
use serde_json::{Value, json};

/// Instances of one VPC.
const OF_VPC: usize = 400;

/// How crowded the lists are that packets are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// A few rules, entries and routes, as most accounts have them.
    Usual,
    /// AWS's quotas: 60 rules in each of 5 groups, 40 entries for each direction of an ACL, 1,000 routes.
    AtQuota,
}

/// The id of the instance with this number.
pub fn instance_id(number: usize) -> String {
    format!("i-{number:017x}")
}

/// The id of the interface of the instance with this number.
pub fn interface_id(number: usize) -> String {
    format!("eni-{number:017x}")
}

/// A world of so many instances, each in a private subnet with a NAT gateway, reachable from its VPC on 443. A twentieth of them has a
/// group that lets nothing out.
pub fn fleet(instances: usize, lists: Lists) -> Snapshot {
    let mut world = nat();
    for operation in [
        op::DESCRIBE_INSTANCES,
        op::DESCRIBE_INSTANCE_STATUS,
        op::DESCRIBE_INSTANCE_INFORMATION,
        op::GET_CONNECTION_STATUS,
        op::GET_METRIC_STATISTICS,
        op::DESCRIBE_VPCS,
        op::DESCRIBE_SUBNETS,
        op::DESCRIBE_ROUTE_TABLES,
        op::DESCRIBE_NETWORK_ACLS,
        op::DESCRIBE_SECURITY_GROUPS,
        op::DESCRIBE_VPC_ENDPOINTS,
        op::DESCRIBE_NAT_GATEWAYS,
    ] {
        world.forget(operation);
    }
    machines(&mut world, instances);
    let vpcs = instances.div_ceil(OF_VPC).max(1);
    network(&mut world, vpcs, lists);
    world.snapshot()
}

fn all(world: &mut World, operation: Operation, member: &str, rows: Vec<Value>) {
    world.answer(operation, json!({}), json!({ member: rows }));
}

/// VPC and address of an instance.
fn place(number: usize) -> (usize, String) {
    let (vpc, host) = (number / OF_VPC, number % OF_VPC);
    let (high, low) = ((host / 200).saturating_add(1), (host % 200).saturating_add(10));
    (vpc, format!("{}.{high}.{low}", block(vpc)))
}

/// The first two numbers of a VPC's addresses.
fn block(vpc: usize) -> String {
    format!("10.{}", vpc % 256)
}

fn machines(world: &mut World, instances: usize) {
    let ok = json!({ "Status": "ok", "Details": [] });
    let (mut rows, mut statuses, mut nodes) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..instances {
        let (vpc, address) = place(number);
        let (id, half) = (instance_id(number), (number % OF_VPC) / 200);
        let subnet = format!("subnet-{vpc}-{half}");
        let own = if number % 20 == 19 { "shut" } else { "web" };
        let groups: Vec<Value> =
            [own, "a", "b", "c", "d"].iter().map(|name| json!({ "GroupId": format!("sg-{vpc}-{name}") })).collect();
        let groups = if own == "shut" { vec![json!({ "GroupId": format!("sg-{vpc}-shut") })] } else { groups };
        rows.push(json!({
            "InstanceId": id, "ImageId": "ami-1", "InstanceType": "m6i.large", "LaunchTime": "2026-11-20T08:00:00+00:00",
            "State": { "Name": "running" }, "VpcId": format!("vpc-{vpc}"), "SubnetId": subnet, "PrivateIpAddress": address,
            "IamInstanceProfile": { "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/web"), "Id": "AIPA1" },
            "MetadataOptions": { "State": "applied", "HttpEndpoint": "enabled", "HttpTokens": "required" },
            "PlatformDetails": "Linux/UNIX", "RootDeviceType": "ebs",
            "NetworkInterfaces": [{
                "NetworkInterfaceId": interface_id(number), "SubnetId": subnet, "VpcId": format!("vpc-{vpc}"),
                "SourceDestCheck": true, "Attachment": { "DeviceIndex": 0 }, "PrivateIpAddress": address, "Groups": groups,
            }],
        }));
        statuses.push(json!({ "InstanceId": id, "InstanceState": { "Name": "running" }, "InstanceStatus": ok, "SystemStatus": ok }));
        nodes.push(json!({
            "InstanceId": id, "PingStatus": "Online", "LastPingDateTime": "2026-11-22T20:11:00+00:00", "AgentVersion": "3.3.987.0",
            "PlatformType": "Linux", "ResourceType": "EC2Instance",
        }));
        world.answer(
            op::GET_CONNECTION_STATUS,
            json!({ "Target": id }),
            json!({ "Target": id, "Status": "connected" }),
        );
    }
    world.answer(
        op::DESCRIBE_INSTANCES,
        json!({}),
        json!({ "Reservations": [{ "OwnerId": ACCOUNT, "Instances": rows }] }),
    );
    let every = json!({ "IncludeAllInstances": true });
    world.answer(op::DESCRIBE_INSTANCE_STATUS, every, json!({ "InstanceStatuses": statuses }));
    all(world, op::DESCRIBE_INSTANCE_INFORMATION, "InstanceInformationList", nodes);
}

fn network(world: &mut World, vpcs: usize, lists: Lists) {
    let (mut rows, mut subnets, mut tables, mut acls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut groups, mut gateways) = (Vec::new(), Vec::new());
    for vpc in 0..vpcs {
        let cidr = format!("{}.0.0/16", block(vpc));
        rows.push(json!({
            "VpcId": format!("vpc-{vpc}"), "CidrBlock": cidr, "DhcpOptionsId": "dopt-1", "OwnerId": ACCOUNT,
            "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
        }));
        for (name, third) in [("0", 1), ("1", 2), ("public", 9)] {
            subnets.push(json!({
                "SubnetId": format!("subnet-{vpc}-{name}"), "VpcId": format!("vpc-{vpc}"), "OwnerId": ACCOUNT,
                "CidrBlock": format!("{}.{third}.0/24", block(vpc)), "AvailabilityZone": format!("{REGION}a"),
                "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
            }));
        }
        tables.extend(route_tables(vpc, &cidr, lists));
        acls.push(acl(vpc, lists));
        groups.extend(security_groups(vpc, &cidr, lists));
        gateways.push(json!({
            "NatGatewayId": format!("nat-{vpc}"), "SubnetId": format!("subnet-{vpc}-public"), "VpcId": format!("vpc-{vpc}"),
            "State": "available", "ConnectivityType": "public", "NatGatewayAddresses": [{
                "PrivateIp": format!("{}.9.7", block(vpc)), "PublicIp": format!("52.1.{}.7", vpc % 256), "Status": "succeeded" }],
        }));
        for attribute in ["Support", "Hostnames"] {
            let parameters = json!({ "VpcId": format!("vpc-{vpc}"), "Attribute": format!("enableDns{attribute}") });
            let mut answer = json!({ "VpcId": format!("vpc-{vpc}") });
            if let Some(members) = answer.as_object_mut() {
                members.insert(format!("EnableDns{attribute}"), json!({ "Value": true }));
            }
            world.answer(op::DESCRIBE_VPC_ATTRIBUTE, parameters, answer);
        }
    }
    all(world, op::DESCRIBE_VPCS, "Vpcs", rows);
    all(world, op::DESCRIBE_SUBNETS, "Subnets", subnets);
    all(world, op::DESCRIBE_ROUTE_TABLES, "RouteTables", tables);
    all(world, op::DESCRIBE_NETWORK_ACLS, "NetworkAcls", acls);
    all(world, op::DESCRIBE_SECURITY_GROUPS, "SecurityGroups", groups);
    all(world, op::DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints", Vec::new());
    all(world, op::DESCRIBE_NAT_GATEWAYS, "NatGateways", gateways);
}

fn route_tables(vpc: usize, cidr: &str, lists: Lists) -> [Value; 2] {
    let route = |block: &str, member: &str, target: &str| json!({ "DestinationCidrBlock": block, member: target, "State": "active", "Origin": "CreateRoute" });
    let local = route(cidr, "GatewayId", "local");
    let (nat, igw) = (format!("nat-{vpc}"), format!("igw-{vpc}"));
    let more = if lists == Lists::AtQuota { 998_usize } else { 3 };
    // Networks behind a transit gateway, beside what is asked about.
    let others =
        (0..more).map(|at| route(&format!("172.{}.{}.0/24", 16 + at / 256, at % 256), "TransitGatewayId", "tgw-1"));
    let mut private = vec![local.clone(), route("0.0.0.0/0", "NatGatewayId", &nat)];
    private.extend(others);
    let table = |name: &str, routes: Vec<Value>, associations: Value| json!({ "RouteTableId": format!("rtb-{vpc}-{name}"), "VpcId": format!("vpc-{vpc}"), "Routes": routes, "Associations": associations });
    let public = vec![local, route("0.0.0.0/0", "GatewayId", &igw)];
    [
        table("private", private, json!([{ "Main": true }])),
        table("public", public, json!([{ "SubnetId": format!("subnet-{vpc}-public") }])),
    ]
}

fn acl(vpc: usize, lists: Lists) -> Value {
    let entry = |number: usize, egress: bool, action: &str, block: &str| json!({ "RuleNumber": number, "Egress": egress, "RuleAction": action, "CidrBlock": block, "Protocol": "-1" });
    let more = if lists == Lists::AtQuota { 38_usize } else { 1 };
    let side = |egress: bool| {
        let denies = (0..more).map(move |at| entry(at + 10, egress, "deny", &format!("192.0.2.{at}/32")));
        denies.chain([entry(100, egress, "allow", "0.0.0.0/0"), entry(32767, egress, "deny", "0.0.0.0/0")])
    };
    let associations: Vec<Value> =
        ["0", "1", "public"].iter().map(|name| json!({ "SubnetId": format!("subnet-{vpc}-{name}") })).collect();
    json!({ "NetworkAclId": format!("acl-{vpc}"), "VpcId": format!("vpc-{vpc}"), "Associations": associations,
        "Entries": side(true).chain(side(false)).collect::<Vec<Value>>() })
}

fn security_groups(vpc: usize, cidr: &str, lists: Lists) -> Vec<Value> {
    let rule = |port: usize, block: &str| json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{ "CidrIp": block }] });
    let out = json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] });
    let group = |name: &str, inbound: Vec<Value>, outbound: Vec<Value>| json!({ "GroupId": format!("sg-{vpc}-{name}"), "VpcId": format!("vpc-{vpc}"), "IpPermissions": inbound, "IpPermissionsEgress": outbound });
    let more = if lists == Lists::AtQuota { 60_usize } else { 3 };
    let filler = |base: usize| (0..more).map(move |at| rule(base + at, "10.200.0.0/16"));
    let mut groups: Vec<Value> = ["web", "a", "b", "c"]
        .iter()
        .zip(0_usize..)
        .map(|(name, number)| group(name, filler(1000 * (number + 1)).collect(), filler(1000 * (number + 1)).collect()))
        .collect();
    // What lets packets pass is met last.
    let last = |rule_: Value| filler(9000).skip(1).chain([rule_]).collect::<Vec<Value>>();
    groups.push(group("d", last(rule(443, cidr)), last(out)));
    groups.push(group("shut", vec![rule(443, cidr)], Vec::new()));
    groups
}
