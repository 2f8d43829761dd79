//! Worlds of the symptom `lambda`: the function `web` in two private subnets, each in a zone of its own, with a way out that works.

use super::worlds::{ACCOUNT, REGION};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::lambda::{Case, Lambda, Question, find};
use crate::net::Network;
use crate::snapshot::metrics::{DROPPED_PACKETS, IDLE_TIMEOUTS, PORT_ERRORS};
use crate::snapshot::{Snapshot, operations as op};
use crate::triage;
use serde_json::{Value, json};

/// The function of every world.
pub const FUNCTION: &str = "web";
/// Where the question of a world leads, in a read that no AWS answers: worlds carry their own question.
const ASKED: &str = "asked";

/// What a world is asked: the internet, unless [`asking`] says otherwise.
pub fn question(snapshot: &Snapshot) -> Question {
    let to = snapshot.resolutions.get(ASKED).ok().flatten().and_then(|asked| asked.addresses.first().cloned());
    Question { function: FUNCTION.to_owned(), to, port: 443 }
}

/// The world with another question: an address or host name to reach.
pub fn asking<'w>(world: &'w mut World, to: &str) -> &'w mut World {
    world.answer(op::RESOLVE, json!({ "Name": ASKED }), json!({ "Addresses": [to] }))
}

impl Tried for Lambda {
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&Case<'_>)) {
        let question = question(snapshot);
        let network = Network::new(snapshot);
        if let Ok(function) = find(snapshot, FUNCTION) {
            judge(&Case::new(&network, &question, function));
        }
    }
}

/// The whole diagnosis of a world.
///
/// # Errors
/// The world lacks its function.
pub fn diagnose(world: &World) -> Result<Diagnosis, SubjectGap> {
    let snapshot = world.snapshot();
    triage::lambda(&snapshot, &question(&snapshot))
}

/// No VPC at all.
pub fn outside() -> World {
    let mut world = World::new();
    function(&mut world, &json!({ "VpcId": "", "SubnetIds": [], "SecurityGroupIds": [] }));
    world
}

/// Two private subnets with a table each, and a NAT gateway for each in the public subnet of its zone.
pub fn nat() -> World {
    let mut world = base();
    for (at, zone) in ["a", "b"].iter().enumerate() {
        route(&mut world, at, json!({ "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": format!("nat-{zone}") }));
        for metric in [PORT_ERRORS, IDLE_TIMEOUTS, DROPPED_PACKETS] {
            nat_metric(&mut world, metric, &format!("nat-{zone}"), 0.0);
        }
    }
    world
}

/// Two closed subnets, interface endpoints for `sqs` in both, gateway endpoints for `s3` and `dynamodb`; the question is `sqs`.
pub fn closed() -> World {
    let mut world = base();
    let seats = ["subnet-a", "subnet-b"];
    let own = json!({
        "VpcEndpointId": "vpce-sqs", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
        "ServiceName": format!("com.amazonaws.{REGION}.sqs"), "State": "available", "PrivateDnsEnabled": true,
        "PolicyDocument": r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#,
        "SubnetIds": seats, "NetworkInterfaceIds": ["eni-sqs-a", "eni-sqs-b"], "RouteTableIds": [],
        "Groups": [{ "GroupId": "sg-endpoints", "GroupName": "endpoints" }], "IpAddressType": "ipv4",
        "DnsEntries": [{ "DnsName": format!("sqs.{REGION}.amazonaws.com") }],
        "DnsOptions": { "DnsRecordIpType": "ipv4" },
    });
    let mut endpoints = vec![own];
    for (service, list) in [("s3", "pl-s3"), ("dynamodb", "pl-dynamodb")] {
        endpoints.push(gateway_endpoint(service, &["rtb-a", "rtb-b"]));
        for at in 0..2 {
            let to = json!({ "DestinationPrefixListId": list, "GatewayId": format!("vpce-{service}") });
            route(&mut world, at, to);
        }
        let name = format!("com.amazonaws.{REGION}.{service}");
        let block = if service == "s3" { "52.218.0.0/17" } else { "52.94.24.0/23" };
        world.answer(
            op::DESCRIBE_PREFIX_LISTS,
            json!({ "Filters": [{ "Name": "prefix-list-name", "Values": [name] }] }),
            json!({ "PrefixLists": [{ "PrefixListId": list, "PrefixListName": name, "Cidrs": [block] }] }),
        );
    }
    world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!(endpoints));
    for (zone, address) in [("a", "10.0.1.90"), ("b", "10.0.2.90")] {
        let row = json!({
            "NetworkInterfaceId": format!("eni-sqs-{zone}"), "SubnetId": format!("subnet-{zone}"), "VpcId": "vpc-1",
            "InterfaceType": "vpc_endpoint", "Status": "in-use", "RequesterManaged": true, "OwnerId": ACCOUNT,
            "PrivateIpAddress": address, "Groups": [{ "GroupId": "sg-endpoints", "GroupName": "endpoints" }],
            "PrivateIpAddresses": [{ "PrivateIpAddress": address, "Primary": true }],
        });
        world.patch(op::DESCRIBE_NETWORK_INTERFACES, "/NetworkInterfaces/-", row);
    }
    world.answer(
        op::DESCRIBE_VPC_ATTRIBUTE,
        json!({ "VpcId": "vpc-1", "Attribute": "enableDnsHostnames" }),
        json!({ "VpcId": "vpc-1", "EnableDnsHostnames": { "Value": true } }),
    );
    asking(&mut world, &format!("sqs.{REGION}.amazonaws.com"));
    world
}

/// [`nat`], with IPv6 for the function and an egress-only internet gateway.
pub fn dual_stack() -> World {
    let mut world = nat();
    world.patch(op::GET_FUNCTION_CONFIGURATION, "/VpcConfig/Ipv6AllowedForDualStack", json!(true));
    for (at, block) in ["2a05:d018:1:1::/64", "2a05:d018:1:2::/64"].iter().enumerate() {
        let association = json!([{ "Ipv6CidrBlock": block, "Ipv6CidrBlockState": { "State": "associated" } }]);
        world.patch(op::DESCRIBE_SUBNETS, &format!("/Subnets/{at}/Ipv6CidrBlockAssociationSet"), association);
        route(
            &mut world,
            at,
            json!({ "DestinationIpv6CidrBlock": "2a05:d018:1::/56", "GatewayId": "local", "Origin": "CreateRouteTable" }),
        );
        let out = json!({ "DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1" });
        route(&mut world, at, out);
    }
    let blocks = json!([{ "Ipv6CidrBlock": "2a05:d018:1::/56", "Ipv6CidrBlockState": { "State": "associated" } }]);
    world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/Ipv6CidrBlockAssociationSet", blocks);
    world.answer(
        op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS,
        json!({}),
        json!({ "EgressOnlyInternetGateways": [{ "EgressOnlyInternetGatewayId": "eigw-1",
            "Attachments": [{ "State": "attached", "VpcId": "vpc-1" }] }] }),
    );
    for acl in ["/NetworkAcls/0", "/NetworkAcls/1"] {
        for (egress, number) in [(true, 101), (false, 101)] {
            let entry = json!({ "Ipv6CidrBlock": "::/0", "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": number });
            world.patch(op::DESCRIBE_NETWORK_ACLS, &format!("{acl}/Entries/-"), entry);
        }
    }
    let all = json!([{ "CidrIpv6": "::/0" }]);
    world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress/0/Ipv6Ranges", all);
    world
}

/// The function in `subnet-a` alone, which leads over `tgw-1` to the NAT gateway `nat-hub` of `vpc-hub` in the same zone.
pub fn hub() -> World {
    let mut world = base();
    world.patch(op::GET_FUNCTION_CONFIGURATION, "/VpcConfig/SubnetIds", json!(["subnet-a"]));
    for at in 0..2 {
        route(&mut world, at, json!({ "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1" }));
    }
    let row = |vpc: &str, side: &str| {
        json!({ "TransitGatewayAttachmentId": format!("tgw-attach-{side}"), "TransitGatewayId": "tgw-1", "ResourceType": "vpc",
            "ResourceId": vpc, "ResourceOwnerId": ACCOUNT, "State": "available",
            "Association": { "TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated" } })
    };
    let attachment = |vpc: &str, side: &str, subnets: &[&str]| {
        json!({ "TransitGatewayAttachmentId": format!("tgw-attach-{side}"), "TransitGatewayId": "tgw-1", "VpcId": vpc, "VpcOwnerId": ACCOUNT,
            "State": "available", "SubnetIds": subnets, "Options": { "Ipv6Support": "disable", "ApplianceModeSupport": "disable" } })
    };
    let by_gateway = json!({ "Filters": [{ "Name": "transit-gateway-id", "Values": ["tgw-1"] }] });
    let leads = |block: &str, vpc: &str, side: &str| {
        json!({ "DestinationCidrBlock": block, "Type": "static", "State": "active", "TransitGatewayAttachments": [
            { "TransitGatewayAttachmentId": format!("tgw-attach-{side}"), "ResourceType": "vpc", "ResourceId": vpc }] })
    };
    world
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAYS,
            by_gateway.clone(),
            json!({ "TransitGateways": [{ "TransitGatewayId": "tgw-1", "State": "available", "OwnerId": ACCOUNT,
                "Options": { "SecurityGroupReferencingSupport": "disable" } }] }),
        )
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
            in_vpc("resource-id"),
            json!({ "TransitGatewayAttachments": [row("vpc-1", "own")] }),
        )
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
            by_gateway.clone(),
            json!({ "TransitGatewayAttachments": [row("vpc-1", "own"), row("vpc-hub", "hub")] }),
        )
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS,
            by_gateway.clone(),
            json!({ "TransitGatewayVpcAttachments": [
                attachment("vpc-1", "own", &["subnet-a", "subnet-b"]), attachment("vpc-hub", "hub", &["subnet-hub-a", "subnet-hub-b"])] }),
        )
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS,
            by_gateway,
            json!({ "TransitGatewayPeeringAttachments": [] }),
        )
        .answer(
            op::SEARCH_TRANSIT_GATEWAY_ROUTES,
            json!({ "TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": [{ "Name": "state", "Values": ["active", "blackhole"] }] }),
            json!({ "Routes": [leads("0.0.0.0/0", "vpc-hub", "hub"), leads("10.0.0.0/16", "vpc-1", "own")] }),
        );
    hub_vpc(&mut world);
    hub_tables(&mut world, &json!({ "NatGatewayId": "nat-hub" }), true);
    world
}

/// The route tables of the hub: where its default route leads what comes from the transit gateway, and whether the public one leads back.
pub fn hub_tables<'w>(world: &'w mut World, out: &Value, back: bool) -> &'w mut World {
    let routed = |block: &str, to: &Value| {
        let mut route = json!({ "DestinationCidrBlock": block, "State": "active", "Origin": "CreateRoute" });
        if let (Some(route), Some(to)) = (route.as_object_mut(), to.as_object()) {
            route.extend(to.clone());
        }
        route
    };
    let local = routed("10.40.0.0/16", &json!({ "GatewayId": "local", "Origin": "CreateRouteTable" }));
    let mut public = vec![local.clone(), routed("0.0.0.0/0", &json!({ "GatewayId": "igw-hub" }))];
    if back {
        public.push(routed("10.0.0.0/16", &json!({ "TransitGatewayId": "tgw-1" })));
    }
    let mut inner = vec![local];
    if out.is_object() {
        inner.push(routed("0.0.0.0/0", out));
    }
    let table = |id: &str, routes: &[Value], subnets: &[&str]| {
        let associations: Vec<Value> = subnets.iter().map(|subnet| json!({ "Main": false, "SubnetId": subnet, "RouteTableId": id, "AssociationState": { "State": "associated" } })).collect();
        json!({ "RouteTableId": id, "VpcId": "vpc-hub", "OwnerId": ACCOUNT, "Routes": routes, "Associations": associations })
    };
    world.answer(
        op::DESCRIBE_ROUTE_TABLES,
        json!({ "Filters": [{ "Name": "vpc-id", "Values": ["vpc-hub"] }] }),
        json!({ "RouteTables": [table("rtb-hub", &inner, &["subnet-hub-a", "subnet-hub-b"]), table("rtb-hub-public", &public, &["subnet-hub-public"])] }),
    )
}

/// The VPC of the hub without its route tables.
fn hub_vpc(world: &mut World) {
    let of = |filter: &str| json!({ "Filters": [{ "Name": filter, "Values": ["vpc-hub"] }] });
    let subnet = |id: &str, block: &str, zone: &str| {
        json!({ "SubnetId": id, "VpcId": "vpc-hub", "CidrBlock": block, "AvailabilityZone": format!("{REGION}{zone}"), "OwnerId": ACCOUNT,
            "State": "available", "Ipv6CidrBlockAssociationSet": [], "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" } })
    };
    let subnets = ["subnet-hub-a", "subnet-hub-b", "subnet-hub-public"];
    let any = |egress: bool| json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100 });
    let acl = subnets.map(|subnet| json!({ "NetworkAclAssociationId": format!("aclassoc-{subnet}"), "NetworkAclId": "acl-hub", "SubnetId": subnet }));
    world
        .answer(
            op::DESCRIBE_VPCS,
            of("vpc-id"),
            json!({ "Vpcs": [{ "VpcId": "vpc-hub", "CidrBlock": "10.40.0.0/16", "State": "available", "OwnerId": ACCOUNT,
                "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
                "CidrBlockAssociationSet": [{ "CidrBlock": "10.40.0.0/16", "CidrBlockState": { "State": "associated" } }] }] }),
        )
        .answer(
            op::DESCRIBE_SUBNETS,
            of("vpc-id"),
            json!({ "Subnets": [subnet("subnet-hub-a", "10.40.1.0/24", "a"), subnet("subnet-hub-b", "10.40.2.0/24", "b"),
                subnet("subnet-hub-public", "10.40.8.0/24", "a")] }),
        )
        .answer(
            op::DESCRIBE_NETWORK_ACLS,
            of("vpc-id"),
            json!({ "NetworkAcls": [{ "NetworkAclId": "acl-hub", "VpcId": "vpc-hub", "IsDefault": true, "OwnerId": ACCOUNT,
                "Associations": acl, "Entries": [any(true), any(false)] }] }),
        )
        .answer(op::DESCRIBE_SECURITY_GROUPS, of("vpc-id"), json!({ "SecurityGroups": [] }))
        .answer(op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS, of("vpc-id"), json!({ "SecurityGroupVpcAssociations": [] }))
        .answer(op::DESCRIBE_NETWORK_INTERFACES, of("vpc-id"), json!({ "NetworkInterfaces": [] }))
        .answer(op::DESCRIBE_VPC_ENDPOINTS, of("vpc-id"), json!({ "VpcEndpoints": [] }))
        .answer(
            op::DESCRIBE_INTERNET_GATEWAYS,
            of("attachment.vpc-id"),
            json!({ "InternetGateways": [{ "InternetGatewayId": "igw-hub", "OwnerId": ACCOUNT,
                "Attachments": [{ "State": "available", "VpcId": "vpc-hub" }] }] }),
        )
        .answer(
            op::DESCRIBE_NAT_GATEWAYS,
            json!({ "Filter": [{ "Name": "vpc-id", "Values": ["vpc-hub"] }] }),
            json!({ "NatGateways": [{ "NatGatewayId": "nat-hub", "SubnetId": "subnet-hub-public", "VpcId": "vpc-hub", "State": "available",
                "ConnectivityType": "public", "CreateTime": "2026-06-01T08:00:00+00:00", "NatGatewayAddresses": [{ "AllocationId": "eipalloc-hub",
                    "NetworkInterfaceId": "eni-nat-hub", "PrivateIp": "10.40.8.7", "PublicIp": "203.0.113.40", "Status": "succeeded" }] }] }),
        );
}

/// What a metric of a NAT gateway summed up to in the last hour; a later answer takes the place of an earlier one.
pub fn nat_metric<'w>(world: &'w mut World, metric: &str, id: &str, sum: f64) -> &'w mut World {
    world.answer(
        op::GET_METRIC_STATISTICS,
        json!({ "Namespace": "AWS/NATGateway", "MetricName": metric, "Dimensions": [{ "Name": "NatGatewayId", "Value": id }] }),
        json!({ "Label": metric, "Datapoints": [{ "Timestamp": "2026-11-22T20:10:00+00:00", "Sum": sum, "Unit": "Count" }] }),
    )
}

/// Adds a live route to the table of a subnet: 0 is that of `subnet-a`, 1 that of `subnet-b`, 2 the public one.
pub fn route(world: &mut World, table: usize, route: Value) -> &mut World {
    let mut route = route;
    if let Some(members) = route.as_object_mut() {
        members.entry("State").or_insert_with(|| json!("active"));
        members.entry("Origin").or_insert_with(|| json!("CreateRoute"));
    }
    world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/-"), route)
}

/// A gateway endpoint with these route tables.
pub fn gateway_endpoint(service: &str, tables: &[&str]) -> Value {
    json!({
        "VpcEndpointId": format!("vpce-{service}"), "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
        "ServiceName": format!("com.amazonaws.{REGION}.{service}"), "State": "available", "RouteTableIds": tables,
        "PolicyDocument": r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#,
        "SubnetIds": [], "NetworkInterfaceIds": [], "Groups": [], "PrivateDnsEnabled": false,
    })
}

fn function(world: &mut World, config: &Value) {
    world.answer(
        op::GET_FUNCTION_CONFIGURATION,
        json!({ "FunctionName": FUNCTION }),
        json!({
            "FunctionName": FUNCTION, "FunctionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"),
            "Runtime": "python3.13", "Role": format!("arn:aws:iam::{ACCOUNT}:role/{FUNCTION}"), "Timeout": 30, "MemorySize": 512,
            "State": "Active", "LastUpdateStatus": "Successful", "Version": "$LATEST", "VpcConfig": config,
        }),
    );
}

fn base() -> World {
    let mut world = World::new();
    function(
        &mut world,
        &json!({
            "VpcId": "vpc-1", "SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": false,
        }),
    );
    vpc(&mut world);
    tables(&mut world);
    filters(&mut world);
    gateways(&mut world);
    names(&mut world);
    role(&mut world);
    world
}

/// The role of the function, with what Lambda needs to attach it to the VPC.
fn role(world: &mut World) {
    let own = json!({ "RoleName": FUNCTION });
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let name = "AWSLambdaVPCAccessExecutionRole";
    // Source: AWS managed policy reference, AWSLambdaVPCAccessExecutionRole.
    let document = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Resource": "*", "Action": [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"] }] });
    world
        .answer(
            op::GET_ROLE,
            own.clone(),
            json!({ "Role": { "RoleName": FUNCTION, "RoleId": "AROA2", "Path": "/", "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{FUNCTION}"),
                "AssumeRolePolicyDocument": trust, "Tags": [] } }),
        )
        .answer(
            op::LIST_ATTACHED_ROLE_POLICIES,
            own.clone(),
            json!({ "AttachedPolicies": [{ "PolicyName": name, "PolicyArn": policy }] }),
        )
        .answer(op::LIST_ROLE_POLICIES, own, json!({ "PolicyNames": [] }))
        .answer(
            op::LIST_POLICIES,
            json!({ "OnlyAttached": true }),
            json!({ "Policies": [{ "PolicyName": name, "Arn": policy, "DefaultVersionId": "v3" }] }),
        )
        .answer(
            op::GET_POLICY_VERSION,
            json!({ "PolicyArn": policy, "VersionId": "v3" }),
            json!({ "PolicyVersion": { "Document": document, "VersionId": "v3", "IsDefaultVersion": true } }),
        );
}

fn in_vpc(filter: &str) -> Value {
    json!({ "Filters": [{ "Name": filter, "Values": ["vpc-1"] }] })
}

fn vpc(world: &mut World) {
    let subnet = |id: &str, block: &str, zone: &str| {
        json!({
            "SubnetId": id, "VpcId": "vpc-1", "CidrBlock": block, "AvailabilityZone": format!("{REGION}{zone}"), "OwnerId": ACCOUNT,
            "State": "available", "AvailableIpAddressCount": 200, "Ipv6CidrBlockAssociationSet": [], "Ipv6Native": false,
            "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
        })
    };
    let eni = |zone: &str, address: &str| {
        json!({
            "NetworkInterfaceId": format!("eni-{zone}"), "SubnetId": format!("subnet-{zone}"), "VpcId": "vpc-1", "OwnerId": ACCOUNT,
            "InterfaceType": "lambda", "Description": format!("AWS Lambda VPC ENI-{FUNCTION}-{zone}"), "Status": "in-use",
            "PrivateIpAddress": address, "Groups": [{ "GroupId": "sg-1", "GroupName": FUNCTION }], "SourceDestCheck": true,
            "PrivateIpAddresses": [{ "PrivateIpAddress": address, "Primary": true }], "RequesterManaged": false,
        })
    };
    world
        .answer(
            op::DESCRIBE_VPCS,
            in_vpc("vpc-id"),
            json!({ "Vpcs": [{
                "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1", "InstanceTenancy": "default", "IsDefault": false,
                "OwnerId": ACCOUNT, "State": "available", "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
                "CidrBlockAssociationSet": [{ "AssociationId": "vpc-cidr-1", "CidrBlock": "10.0.0.0/16", "CidrBlockState": { "State": "associated" } }],
            }] }),
        )
        .answer(
            op::DESCRIBE_SUBNETS,
            in_vpc("vpc-id"),
            json!({ "Subnets": [
                subnet("subnet-a", "10.0.1.0/24", "a"), subnet("subnet-b", "10.0.2.0/24", "b"),
                subnet("subnet-public-a", "10.0.8.0/24", "a"), subnet("subnet-public-b", "10.0.9.0/24", "b")] }),
        )
        .answer(
            op::DESCRIBE_NETWORK_INTERFACES,
            in_vpc("vpc-id"),
            json!({ "NetworkInterfaces": [eni("a", "10.0.1.20"), eni("b", "10.0.2.20")] }),
        );
}

fn tables(world: &mut World) {
    let local = json!({ "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active" });
    let to_igw = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active" });
    let table = |name: &str, routes: Vec<Value>, subnets: &[&str]| {
        let associations: Vec<Value> = subnets
            .iter()
            .map(|subnet| {
                json!({ "Main": false, "RouteTableAssociationId": format!("rtbassoc-{subnet}"), "RouteTableId": format!("rtb-{name}"),
                    "SubnetId": subnet, "AssociationState": { "State": "associated" } })
            })
            .collect();
        json!({ "RouteTableId": format!("rtb-{name}"), "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Routes": routes, "Associations": associations })
    };
    let main = json!({ "RouteTableId": "rtb-main", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Routes": [local], "Associations": [
        { "Main": true, "RouteTableAssociationId": "rtbassoc-main", "RouteTableId": "rtb-main", "AssociationState": { "State": "associated" } }] });
    let rows = json!({ "RouteTables": [
        table("a", vec![local.clone()], &["subnet-a"]),
        table("b", vec![local.clone()], &["subnet-b"]),
        table("public", vec![local, to_igw], &["subnet-public-a", "subnet-public-b"]),
        main] });
    world.answer(op::DESCRIBE_ROUTE_TABLES, in_vpc("vpc-id"), rows);
}

fn filters(world: &mut World) {
    let any = |egress: bool, number: u32, action: &str| json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": action, "RuleNumber": number });
    let acl = |name: &str, subnets: &[&str]| {
        let associations: Vec<Value> = subnets
            .iter()
            .map(|subnet| {
                json!({ "NetworkAclAssociationId": format!("aclassoc-{subnet}"), "NetworkAclId": name, "SubnetId": subnet })
            })
            .collect();
        json!({ "NetworkAclId": name, "VpcId": "vpc-1", "IsDefault": false, "OwnerId": ACCOUNT, "Associations": associations,
            "Entries": [any(true, 100, "allow"), any(true, 32767, "deny"), any(false, 100, "allow"), any(false, 32767, "deny")] })
    };
    let all_out = json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [] });
    let https_in = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [],
        "UserIdGroupPairs": [{ "GroupId": "sg-1", "UserId": ACCOUNT }] });
    world
        .answer(
            op::DESCRIBE_NETWORK_ACLS,
            in_vpc("vpc-id"),
            json!({ "NetworkAcls": [acl("acl-private", &["subnet-a", "subnet-b"]), acl("acl-public", &["subnet-public-a", "subnet-public-b"])] }),
        )
        .answer(
            op::DESCRIBE_SECURITY_GROUPS,
            in_vpc("vpc-id"),
            json!({ "SecurityGroups": [
                { "GroupId": "sg-1", "GroupName": FUNCTION, "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [], "IpPermissionsEgress": [all_out] },
                { "GroupId": "sg-endpoints", "GroupName": "endpoints", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [https_in],
                  "IpPermissionsEgress": [] }] }),
        )
        .answer(
            op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS,
            in_vpc("vpc-id"),
            json!({ "SecurityGroupVpcAssociations": [] }),
        );
}

fn gateways(world: &mut World) {
    let nat = |zone: &str, private: &str, public: &str| {
        json!({
            "NatGatewayId": format!("nat-{zone}"), "SubnetId": format!("subnet-public-{zone}"), "VpcId": "vpc-1", "State": "available",
            "ConnectivityType": "public", "CreateTime": "2026-06-01T08:00:00+00:00", "NatGatewayAddresses": [{
                "AllocationId": format!("eipalloc-{zone}"), "NetworkInterfaceId": format!("eni-nat-{zone}"), "PrivateIp": private,
                "PublicIp": public, "Status": "succeeded",
            }],
        })
    };
    world
        .answer(
            op::DESCRIBE_NAT_GATEWAYS,
            json!({ "Filter": [{ "Name": "vpc-id", "Values": ["vpc-1"] }] }),
            json!({ "NatGateways": [nat("a", "10.0.8.7", "203.0.113.7"), nat("b", "10.0.9.7", "203.0.113.8")] }),
        )
        .answer(
            op::DESCRIBE_INTERNET_GATEWAYS,
            in_vpc("attachment.vpc-id"),
            json!({ "InternetGateways": [{ "InternetGatewayId": "igw-1", "OwnerId": ACCOUNT,
                "Attachments": [{ "State": "available", "VpcId": "vpc-1" }] }] }),
        )
        .answer(op::DESCRIBE_VPC_ENDPOINTS, in_vpc("vpc-id"), json!({ "VpcEndpoints": [] }))
        .answer(
            op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
            in_vpc("resource-id"),
            json!({ "TransitGatewayAttachments": [] }),
        );
}

fn names(world: &mut World) {
    world
        .answer(
            op::DESCRIBE_VPC_ATTRIBUTE,
            json!({ "VpcId": "vpc-1", "Attribute": "enableDnsSupport" }),
            json!({ "VpcId": "vpc-1", "EnableDnsSupport": { "Value": true } }),
        )
        .answer(
            op::DESCRIBE_DHCP_OPTIONS,
            json!({ "Filters": [{ "Name": "dhcp-options-id", "Values": ["dopt-1"] }] }),
            json!({ "DhcpOptions": [{ "DhcpOptionsId": "dopt-1", "OwnerId": ACCOUNT, "DhcpConfigurations": [
                { "Key": "domain-name", "Values": [{ "Value": "eu-west-1.compute.internal" }] },
                { "Key": "domain-name-servers", "Values": [{ "Value": "AmazonProvidedDNS" }] }] }] }),
        )
        .answer(
            op::LIST_HOSTED_ZONES_BY_VPC,
            json!({ "VPCId": "vpc-1", "VPCRegion": REGION }),
            json!({ "HostedZoneSummaries": [] }),
        )
        .answer(
            op::LIST_RESOLVER_RULE_ASSOCIATIONS,
            json!({ "Filters": [{ "Name": "VPCId", "Values": ["vpc-1"] }] }),
            json!({ "ResolverRuleAssociations": [] }),
        )
        .answer(
            op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
            json!({ "VpcId": "vpc-1" }),
            json!({ "FirewallRuleGroupAssociations": [] }),
        );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;

    #[test]
    fn healthy_worlds_are_healthy() {
        for world in [outside(), nat(), closed(), dual_stack(), hub()] {
            let report = diagnose(&world).unwrap();
            assert_eq!((report.verdict, &report.findings), (Verdict::Healthy, &Vec::new()));
        }
    }

    #[test]
    fn every_subnet_of_a_healthy_world_reaches_its_target() {
        for (world, ways) in [(outside(), 0), (nat(), 2), (closed(), 2), (dual_stack(), 4), (hub(), 1)] {
            let snapshot = world.snapshot();
            Lambda::with_case(&snapshot, &mut |case| {
                assert_eq!(case.ways.len(), ways);
                for way in &case.ways {
                    assert_eq!(way.verdict, crate::net::Verdict::Reachable, "{way:?}");
                }
            });
        }
    }
}
