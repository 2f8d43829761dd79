//! A topology as the answers of `aws ec2 describe-*`.

mod filters;

use crate::topology::{Destination, NatState, Peering, Route, Target, Topology};
use serde_json::{Map, Value, json};
use std::net::Ipv4Addr;

const OWNER: &str = "111122223333";
const REGION: &str = "eu-west-1";

/// The members of all answers in one object.
pub(crate) fn of(topology: &Topology) -> Map<String, Value> {
    let facts = json!({
        "Vpcs": vpcs(topology),
        "Subnets": subnets(topology),
        "Reservations": reservations(topology),
        "NetworkInterfaces": network_interfaces(topology),
        "SecurityGroups": filters::security_groups(topology),
        "NetworkAcls": filters::network_acls(topology),
        "RouteTables": route_tables(topology),
        "InternetGateways": internet_gateways(topology),
        "NatGateways": nat_gateways(topology),
        "VpcPeeringConnections": peering_connections(topology),
        "VpcEndpoints": [],
        "EgressOnlyInternetGateways": [],
        "PrefixLists": prefix_lists(topology),
    });
    let Value::Object(facts) = facts else { unreachable!("an object was written") };
    facts
}

fn states() -> Value {
    json!({"InternetGatewayBlockMode": "off"})
}

fn vpcs(topology: &Topology) -> Vec<Value> {
    let rows = topology.vpcs.iter().enumerate().map(|(vpc, row)| {
        json!({
            "VpcId": format!("vpc-{vpc}"), "State": "available", "OwnerId": OWNER, "CidrBlock": row.block.to_string(),
            "CidrBlockAssociationSet": [{"CidrBlock": row.block.to_string(), "CidrBlockState": {"State": "associated"}}],
            "BlockPublicAccessStates": states(),
        })
    });
    rows.collect()
}

fn subnets(topology: &Topology) -> Vec<Value> {
    let rows = topology.subnets.iter().enumerate().map(|(subnet, row)| {
        json!({
            "SubnetId": format!("subnet-{subnet}"), "VpcId": format!("vpc-{}", row.vpc), "OwnerId": OWNER,
            "CidrBlock": row.block.to_string(), "State": "available", "AvailabilityZone": format!("{REGION}a"),
            "BlockPublicAccessStates": states(),
        })
    });
    rows.collect()
}

fn association(public: Option<Ipv4Addr>) -> Option<Value> {
    public.map(|public| json!({"PublicIp": public.to_string(), "IpOwnerId": OWNER}))
}

fn with_association(mut row: Value, public: Option<Ipv4Addr>) -> Value {
    if let Some(association) = association(public) {
        row["Association"] = association;
    }
    row
}

/// The members that an interface has in both answers.
fn interface(topology: &Topology, host: usize) -> Value {
    let row = &topology.hosts[host];
    let groups: Vec<Value> = row.groups.iter().map(|group| json!({"GroupId": format!("sg-{group}")})).collect();
    let address = json!({"PrivateIpAddress": row.address.to_string(), "Primary": true});
    let interface = json!({
        "NetworkInterfaceId": format!("eni-{host}"), "OwnerId": OWNER, "Status": "in-use", "InterfaceType": "interface",
        "VpcId": format!("vpc-{}", topology.vpc_of(host)), "SubnetId": format!("subnet-{}", row.subnet),
        "PrivateIpAddress": row.address.to_string(), "SourceDestCheck": true, "Groups": groups, "Ipv6Addresses": [],
        "PrivateIpAddresses": [with_association(address, row.public)],
    });
    with_association(interface, row.public)
}

fn reservations(topology: &Topology) -> Vec<Value> {
    let rows = topology.hosts.iter().enumerate().map(|(host, row)| {
        let mut interface = interface(topology, host);
        interface["Attachment"] = json!({"DeviceIndex": 0, "Status": "attached"});
        let platform = if row.is_windows { "Windows" } else { "Linux/UNIX" };
        let mut instance = json!({
            "InstanceId": format!("i-{host}"), "State": {"Code": 16, "Name": "running"}, "PlatformDetails": platform,
            "VpcId": interface["VpcId"], "SubnetId": interface["SubnetId"], "PrivateIpAddress": row.address.to_string(),
            "SecurityGroups": interface["Groups"], "SourceDestCheck": true, "NetworkInterfaces": [interface],
        });
        if row.is_windows {
            instance["Platform"] = json!("windows");
        }
        json!({"OwnerId": OWNER, "Instances": [instance]})
    });
    rows.chain(appliances(topology)).collect()
}

/// The interface of an appliance, as the answer about interfaces shows it.
fn foot(topology: &Topology, number: usize, position: usize) -> Value {
    let appliance = &topology.appliances[number];
    let foot = &appliance.interfaces[position];
    let groups: Vec<Value> = foot.groups.iter().map(|group| json!({"GroupId": format!("sg-{group}")})).collect();
    let address = json!({"PrivateIpAddress": foot.address.to_string(), "Primary": true});
    let interface = json!({
        "NetworkInterfaceId": format!("eni-a{number}-{position}"), "OwnerId": OWNER, "Status": "in-use", "InterfaceType": "interface",
        "VpcId": format!("vpc-{}", topology.subnets[foot.subnet].vpc), "SubnetId": format!("subnet-{}", foot.subnet),
        "PrivateIpAddress": foot.address.to_string(), "SourceDestCheck": position == 0 && appliance.is_checked, "Groups": groups,
        "Ipv6Addresses": [], "PrivateIpAddresses": [with_association(address, foot.public)],
        "Attachment": {"DeviceIndex": position, "Status": "attached", "InstanceId": format!("i-a{number}"), "InstanceOwnerId": OWNER},
    });
    with_association(interface, foot.public)
}

fn appliances(topology: &Topology) -> impl Iterator<Item = Value> {
    topology.appliances.iter().enumerate().map(|(number, row)| {
        let mut interfaces: Vec<Value> =
            (0..row.interfaces.len()).map(|position| foot(topology, number, position)).collect();
        for interface in &mut interfaces {
            interface["Attachment"].as_object_mut().expect("an attachment").retain(|member, _| !member.starts_with("Instance"));
        }
        let first = &interfaces[0];
        let instance = json!({
            "InstanceId": format!("i-a{number}"), "State": {"Code": 16, "Name": "running"}, "PlatformDetails": "Linux/UNIX",
            "VpcId": first["VpcId"], "SubnetId": first["SubnetId"], "PrivateIpAddress": first["PrivateIpAddress"],
            "SecurityGroups": first["Groups"], "SourceDestCheck": row.is_checked, "NetworkInterfaces": interfaces,
        });
        json!({"OwnerId": OWNER, "Instances": [instance]})
    })
}

fn network_interfaces(topology: &Topology) -> Vec<Value> {
    let of_hosts = (0..topology.hosts.len()).map(|host| {
        let mut interface = interface(topology, host);
        interface["Attachment"] =
            json!({"DeviceIndex": 0, "Status": "attached", "InstanceId": format!("i-{host}"), "InstanceOwnerId": OWNER});
        interface
    });
    let living = topology.nats.iter().enumerate().filter(|(_, nat)| nat.state != NatState::Deleted);
    let of_nats = living.map(|(nat, row)| {
        let vpc = topology.subnets[row.subnet].vpc;
        let address = json!({"PrivateIpAddress": row.address.to_string(), "Primary": true});
        let interface = json!({
            "NetworkInterfaceId": format!("eni-nat-{nat}"), "OwnerId": OWNER, "Status": "in-use", "RequesterManaged": true,
            "InterfaceType": "nat_gateway", "Description": format!("Interface for NAT Gateway nat-{nat}"),
            "VpcId": format!("vpc-{vpc}"), "SubnetId": format!("subnet-{}", row.subnet), "Groups": [],
            "PrivateIpAddress": row.address.to_string(), "SourceDestCheck": false, "Ipv6Addresses": [],
            "PrivateIpAddresses": [with_association(address, row.public)],
        });
        with_association(interface, row.public)
    });
    let of_appliances = topology.feet().map(|((number, position), _)| foot(topology, number, position));
    of_hosts.chain(of_nats).chain(of_appliances).collect()
}

fn route_tables(topology: &Topology) -> Vec<Value> {
    let rows = topology.tables.iter().enumerate().map(|(id, table)| {
        let association = |mut row: Value| {
            row["RouteTableId"] = json!(format!("rtb-{id}"));
            row["AssociationState"] = json!({"State": "associated"});
            row
        };
        let of_subnets = topology.subnets.iter().enumerate().filter(|(_, subnet)| subnet.table == Some(id));
        let of_subnets = of_subnets.map(|(subnet, _)| json!({"Main": false, "SubnetId": format!("subnet-{subnet}")}));
        let main = table.is_main.then(|| json!({"Main": true}));
        let associations: Vec<Value> = main.into_iter().chain(of_subnets).map(association).collect();
        let local = json!({
            "DestinationCidrBlock": topology.vpcs[table.vpc].block.to_string(), "GatewayId": "local",
            "Origin": "CreateRouteTable", "State": "active",
        });
        let routes = table.routes.iter().map(|own| route(topology, table.vpc, own));
        let routes: Vec<Value> = std::iter::once(local).chain(routes).collect();
        json!({
            "RouteTableId": format!("rtb-{id}"), "VpcId": format!("vpc-{}", table.vpc), "OwnerId": OWNER,
            "Associations": associations, "Routes": routes,
            "PropagatingVgws": [],
        })
    });
    rows.collect()
}

fn route(topology: &Topology, vpc: usize, route: &Route) -> Value {
    let (member, id) = match route.target {
        Target::InternetGateway => ("GatewayId", format!("igw-{vpc}")),
        Target::Nat(nat) => ("NatGatewayId", format!("nat-{nat}")),
        Target::Appliance(number) => ("NetworkInterfaceId", format!("eni-a{number}-0")),
        Target::Peering => ("VpcPeeringConnectionId", "pcx-1".to_owned()),
        Target::Gone(member, id) => (member, id.to_owned()),
    };
    let state = if topology.is_blackhole(vpc, route.target) { "blackhole" } else { "active" };
    let (destination, to) = match route.to {
        Destination::Block(block) => ("DestinationCidrBlock", block.to_string()),
        Destination::List(list) => ("DestinationPrefixListId", format!("pl-{list}")),
    };
    let mut row = json!({destination: to, member: id, "Origin": "CreateRoute", "State": state});
    if let Target::Appliance(number) = route.target {
        (row["InstanceId"], row["InstanceOwnerId"]) = (json!(format!("i-a{number}")), json!(OWNER));
    }
    row
}

fn prefix_lists(topology: &Topology) -> Vec<Value> {
    let rows = topology.lists.iter().enumerate().map(|(list, blocks)| {
        let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
        json!({"PrefixListId": format!("pl-{list}"), "PrefixListName": format!("list {list}"), "Cidrs": blocks})
    });
    rows.collect()
}

fn internet_gateways(topology: &Topology) -> Vec<Value> {
    let rows = topology.vpcs.iter().enumerate().map(|(vpc, row)| {
        let attachment = json!({"State": "available", "VpcId": format!("vpc-{vpc}")});
        let attachments = if row.has_gateway { vec![attachment] } else { Vec::new() };
        json!({"InternetGatewayId": format!("igw-{vpc}"), "OwnerId": OWNER, "Attachments": attachments})
    });
    rows.collect()
}

fn nat_gateways(topology: &Topology) -> Vec<Value> {
    let rows = topology.nats.iter().enumerate().map(|(nat, row)| {
        let mut address = json!({
            "PrivateIp": row.address.to_string(), "NetworkInterfaceId": format!("eni-nat-{nat}"), "IsPrimary": true,
            "Status": "succeeded",
        });
        if let Some(public) = row.public {
            address["PublicIp"] = json!(public.to_string());
            address["AllocationId"] = json!(format!("eipalloc-nat-{nat}"));
        }
        let state = match row.state {
            NatState::Available => "available",
            NatState::Pending => "pending",
            NatState::Deleted => "deleted",
        };
        json!({
            "NatGatewayId": format!("nat-{nat}"), "VpcId": format!("vpc-{}", topology.subnets[row.subnet].vpc),
            "SubnetId": format!("subnet-{}", row.subnet), "State": state,
            "ConnectivityType": if row.public.is_some() { "public" } else { "private" }, "NatGatewayAddresses": [address],
        })
    });
    rows.collect()
}

fn peering_connections(topology: &Topology) -> Vec<Value> {
    let Some(peering) = topology.peering else { return Vec::new() };
    let code = match peering {
        Peering::Active => "active",
        Peering::Deleted => "deleted",
    };
    let side = |vpc: usize| {
        let mut side = json!({"VpcId": format!("vpc-{vpc}"), "OwnerId": OWNER, "Region": REGION});
        // AWS shows the blocks only while the connection is active.
        if peering == Peering::Active {
            let block = topology.vpcs[vpc].block.to_string();
            side["CidrBlock"] = json!(block);
            side["CidrBlockSet"] = json!([{"CidrBlock": block}]);
        }
        side
    };
    vec![json!({
        "VpcPeeringConnectionId": "pcx-1", "Status": {"Code": code, "Message": code},
        "RequesterVpcInfo": side(0), "AccepterVpcInfo": side(1),
    })]
}
