//! A small world as AWS would answer: three VPCs with two subnets each, and whatever may stand in them.

use super::draw::Draw;
use super::{gateways, rules, transit};
use checks::snapshot::{Header, Operation, Outcome, Read, Recorded, Snapshot, operations as op};
use serde_json::{Value, json};

/// The answers of a world; any of them may be missing, denied, or of a shape that is refused.
pub(crate) fn snapshot(draw: &mut Draw<'_>) -> Snapshot {
    let header = Header {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        partition: "aws".into(),
        collected_at: "2026-11-22T20:14:00Z".into(),
    };
    let mut world = World { draw, snapshot: Snapshot::new(header) };
    world.places();
    world.ends();
    world.filters();
    world.ways_out();
    world.ways_between();
    world.names();
    world.snapshot
}

const BLOCK_MODES: &[&str] = &["off", "off", "off", "off", "block-bidirectional", "block-ingress"];

struct World<'d, 'b> {
    draw: &'d mut Draw<'b>,
    snapshot: Snapshot,
}

impl World<'_, '_> {
    fn record(&mut self, operation: Operation, parameters: Value, output: Value) {
        let refused = || Outcome::Error { code: "UnauthorizedOperation".into(), message: "no".into() };
        let outcome = match self.draw.below(24) {
            22 => return,
            23 => refused(),
            _ => Outcome::Output(output),
        };
        // An answer that is refused for its shape leaves the snapshot as it was.
        let _ = self.snapshot.record(Recorded::new(&Read::new(operation, parameters), "", outcome));
    }

    /// Rows 1 to `count` of a list, or only some of them where a part was asked for.
    fn rows(&mut self, list: (Operation, &str), count: usize, mut row: impl FnMut(&mut Draw<'_>, usize) -> Value) {
        let rows: Vec<Value> = (1..=count).map(|number| row(self.draw, number)).collect();
        let parameters = if self.draw.once_in(12) {
            json!({ "Filters": [{ "Name": "vpc-id", "Values": ["vpc-1"] }] })
        } else {
            json!({})
        };
        self.record(list.0, parameters, json!({ list.1: rows }));
    }

    fn places(&mut self) {
        self.rows((op::DESCRIBE_VPCS, "Vpcs"), 3, vpc);
        self.rows((op::DESCRIBE_SUBNETS, "Subnets"), 6, subnet);
        let count = 3 + self.draw.below(4);
        self.rows((op::DESCRIBE_ROUTE_TABLES, "RouteTables"), count, gateways::table);
    }

    fn ends(&mut self) {
        let instances: Vec<Value> = (1..=3).map(|number| instance(self.draw, number)).collect();
        let output = json!({ "Reservations": [{ "OwnerId": "111122223333", "Instances": instances }] });
        self.record(op::DESCRIBE_INSTANCES, json!({}), output);
        let count = self.draw.below(4);
        self.rows((op::DESCRIBE_NETWORK_INTERFACES, "NetworkInterfaces"), count, |draw, number| {
            let mut row = interface(draw, number + 3);
            row["InterfaceType"] =
                draw.word(&["interface", "nat_gateway", "vpc_endpoint", "lambda", "network_load_balancer"]);
            row["Description"] = draw.word(&["", "ELB app/web/1", "AWS Lambda VPC ENI-web-1"]);
            row["DenyAllIgwTraffic"] = json!(draw.once_in(4));
            row["RequesterManaged"] = json!(draw.once_in(4));
            row
        });
    }

    fn filters(&mut self) {
        self.rows((op::DESCRIBE_SECURITY_GROUPS, "SecurityGroups"), 4, rules::group);
        let count = 1 + self.draw.below(2);
        self.rows((op::DESCRIBE_NETWORK_ACLS, "NetworkAcls"), count, rules::acl);
        self.rows((op::DESCRIBE_PREFIX_LISTS, "PrefixLists"), 2, gateways::prefix_list);
        let entries = self.draw.list(3, |draw| json!({ "Cidr": draw.block() }));
        self.record(
            op::GET_MANAGED_PREFIX_LIST_ENTRIES,
            json!({ "PrefixListId": "pl-3" }),
            json!({ "Entries": entries }),
        );
    }

    fn ways_out(&mut self) {
        self.rows((op::DESCRIBE_NAT_GATEWAYS, "NatGateways"), 3, gateways::nat);
        let list = (op::DESCRIBE_INTERNET_GATEWAYS, "InternetGateways");
        self.rows(list, 2, |draw, number| gateways::internet(draw, "InternetGatewayId", "igw", number));
        let list = (op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, "EgressOnlyInternetGateways");
        self.rows(list, 1, |draw, number| gateways::internet(draw, "EgressOnlyInternetGatewayId", "eigw", number));
        let mode = self.draw.word(BLOCK_MODES);
        let output = json!({ "VpcBlockPublicAccessOptions": { "InternetGatewayBlockMode": mode, "State": "default-state", "ExclusionsAllowed": "allowed" } });
        self.record(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}), output);
        let list = (op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, "VpcBlockPublicAccessExclusions");
        let count = self.draw.below(3);
        self.rows(list, count, |draw, number| {
            let (kind, id) = if draw.flag() { ("vpc", draw.id("vpc", 3)) } else { ("subnet", draw.id("subnet", 6)) };
            json!({"ExclusionId": format!("exclusion-{number}"), "State": draw.word(&["create-complete", "delete-complete"]),
                "InternetGatewayExclusionMode": draw.word(&["allow-bidirectional", "allow-egress"]),
                "ResourceArn": format!("arn:aws:ec2:eu-west-1:111122223333:{kind}/{}", id.as_str().unwrap_or_default())})
        });
    }

    fn ways_between(&mut self) {
        self.rows((op::DESCRIBE_VPC_PEERING_CONNECTIONS, "VpcPeeringConnections"), 2, transit::peering);
        self.rows((op::DESCRIBE_TRANSIT_GATEWAYS, "TransitGateways"), 2, transit::gateway);
        self.rows(
            (op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, "TransitGatewayVpcAttachments"),
            6,
            transit::vpc_attachment,
        );
        self.rows((op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, "TransitGatewayAttachments"), 10, transit::attachment);
        for table in 1..=3 {
            let id = format!("tgw-rtb-{table}");
            let kind = if self.draw.once_in(4) { json!([{ "Name": "type", "Values": ["static"] }]) } else { json!([]) };
            let output = transit::routes(self.draw);
            let parameters = json!({ "TransitGatewayRouteTableId": id, "Filters": kind });
            self.record(op::SEARCH_TRANSIT_GATEWAY_ROUTES, parameters, output);
            let output = transit::propagations(self.draw);
            self.record(
                op::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS,
                json!({ "TransitGatewayRouteTableId": id }),
                output,
            );
        }
    }

    fn names(&mut self) {
        self.rows((op::DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints"), 3, gateways::endpoint);
        let servers = self.draw.list(2, |draw| {
            if draw.flag() { json!({ "Value": draw.address() }) } else { json!({ "Value": "AmazonProvidedDNS" }) }
        });
        let options = json!({"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [{ "Key": "domain-name-servers", "Values": servers }]});
        self.record(op::DESCRIBE_DHCP_OPTIONS, json!({}), json!({ "DhcpOptions": [options] }));
        for vpc in ["vpc-1", "vpc-2"] {
            for (attribute, member) in
                [("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")]
            {
                let output = json!({ "VpcId": vpc, member: { "Value": !self.draw.once_in(6) } });
                self.record(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": attribute }), output);
            }
            let zones = self.draw.list(1, |draw| {
                json!({ "HostedZoneId": "Z1", "Name": draw.word(&["ssm.eu-west-1.amazonaws.com.", "amazonaws.com.", "."]), "Owner": {} })
            });
            let parameters = json!({ "VPCId": vpc, "VPCRegion": "eu-west-1" });
            self.record(op::LIST_HOSTED_ZONES_BY_VPC, parameters, json!({ "HostedZoneSummaries": zones }));
        }
    }
}

fn vpc(draw: &mut Draw<'_>, number: usize) -> Value {
    let block = format!("10.{}.0.0/16", number - 1);
    let mut blocks = vec![json!({ "CidrBlock": block, "CidrBlockState": { "State": "associated" } })];
    if draw.once_in(6) {
        blocks.push(
            json!({ "CidrBlock": draw.block(), "CidrBlockState": { "State": draw.word(&["associated", "failed"]) } }),
        );
    }
    json!({"VpcId": format!("vpc-{number}"), "CidrBlock": block, "DhcpOptionsId": draw.word(&["dopt-1", "default"]), "OwnerId": "111122223333",
        "CidrBlockAssociationSet": blocks, "Ipv6CidrBlockAssociationSet": draw.list(1, |draw| {
            json!({ "Ipv6CidrBlock": draw.block(), "Ipv6CidrBlockState": { "State": "associated" } })
        }),
        "BlockPublicAccessStates": { "InternetGatewayBlockMode": draw.word(BLOCK_MODES) }})
}

fn subnet(draw: &mut Draw<'_>, number: usize) -> Value {
    let (vpc, place) = ((number - 1) % 3, (number - 1) / 3 + 1);
    let block = if draw.once_in(16) { draw.block() } else { format!("10.{vpc}.{place}.0/24") };
    json!({"SubnetId": format!("subnet-{number}"), "VpcId": format!("vpc-{}", vpc + 1), "CidrBlock": block,
        "OwnerId": draw.word(&["111122223333", "111122223333", "444455556666"]), "AvailabilityZone": draw.word(&["eu-west-1a", "eu-west-1b"]),
        "AvailabilityZoneId": draw.word(&["euw1-az1", "use1-az3"]), "EnableDns64": draw.once_in(4), "Ipv6Native": draw.once_in(8),
        "Ipv6CidrBlockAssociationSet": draw.list(1, |draw| {
            json!({ "Ipv6CidrBlock": draw.block(), "Ipv6CidrBlockState": { "State": "associated" } })
        }),
        "BlockPublicAccessStates": { "InternetGatewayBlockMode": draw.word(BLOCK_MODES) }})
}

fn instance(draw: &mut Draw<'_>, number: usize) -> Value {
    let mut first = interface(draw, number);
    first["Attachment"] = json!({ "DeviceIndex": if draw.once_in(8) { draw.number() } else { 0 } });
    json!({"InstanceId": format!("i-{number}"), "VpcId": first["VpcId"], "SubnetId": first["SubnetId"],
        "PrivateIpAddress": first["PrivateIpAddress"], "PlatformDetails": draw.word(&["Linux/UNIX", "Windows"]),
        "State": { "Name": draw.word(&["running", "running", "stopped"]) }, "NetworkInterfaces": [first],
        "SecurityGroups": draw.list(2, |draw| json!({ "GroupId": draw.id("sg", 4) })),
        "IamInstanceProfile": { "Arn": "arn:aws:iam::111122223333:instance-profile/web", "Id": "AIPA1" }})
}

/// The interface of this number, mostly in the subnet of this number and under its plain address there.
fn interface(draw: &mut Draw<'_>, number: usize) -> Value {
    let (vpc, place) = ((number - 1) % 3, (number - 1) / 3 + 1);
    let address = if draw.once_in(8) { draw.address() } else { format!("10.{vpc}.{place}.10") };
    let association = |draw: &mut Draw<'_>| json!({ "PublicIp": draw.address(), "IpOwnerId": "amazon" });
    let mut first = json!({ "PrivateIpAddress": address, "Primary": !draw.once_in(8) });
    if draw.once_in(3) {
        first["Association"] = association(draw);
    }
    let further = draw.list(2, |draw| {
        let mut row = json!({ "PrivateIpAddress": draw.address(), "Primary": draw.once_in(8) });
        if draw.flag() {
            row["Association"] = association(draw);
        }
        row
    });
    let mut addresses = vec![first];
    addresses.extend(further.as_array().cloned().unwrap_or_default());
    let mut row = json!({"NetworkInterfaceId": format!("eni-{number}"), "VpcId": format!("vpc-{}", vpc + 1),
        "SubnetId": if draw.once_in(8) { draw.id("subnet", 6) } else { json!(format!("subnet-{number}")) },
        "PrivateIpAddress": address, "PrivateIpAddresses": addresses, "Status": "in-use", "OwnerId": "111122223333",
        "Groups": draw.list(2, |draw| json!({ "GroupId": draw.id("sg", 4) })),
        "Ipv6Addresses": draw.list(2, |draw| json!({ "Ipv6Address": draw.address() }))});
    match draw.below(4) {
        0 => row["SourceDestCheck"] = json!(true),
        1 => row["SourceDestCheck"] = json!(false),
        _ => {}
    }
    row
}
