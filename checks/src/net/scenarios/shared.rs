//! VPCs that another account shares, and blocks of addresses that are delegated to interfaces.

use super::super::testing::*;
use super::super::*;
use super::between::{expect, path};
use super::far::{attached, from_block, hub_routes, peered};
use super::*;

/// The world in which every subnet of `vpc-1` is another account's.
fn shared(mut snapshot: Snapshot) -> Snapshot {
    let owned = |id: &str, block: &str| {
        let mut row = subnet(id, block);
        row["OwnerId"] = json!("999900001111");
        row
    };
    add(&mut snapshot, json!({"Subnets": [owned("subnet-1", "10.0.1.0/24"), owned("subnet-3", "10.0.3.0/24")]}));
    snapshot
}

#[test]
fn what_others_have_in_a_shared_vpc_is_not_listed() {
    let own = with(json!({"NetworkInterfaces": []}));
    expect(&path(&own, "i-1", "10.0.3.9", &Flow::tcp(22)), Verdict::Blocked, &[Cause::NoDestination]);
    let foreign = path(&shared(own), "i-1", "10.0.3.9", &Flow::tcp(22));
    expect(&foreign, Verdict::Unknown, &[]);
    assert_eq!(missing_of(&foreign), ["what other accounts have in shared VPC `vpc-1`"]);
}

#[test]
fn only_the_owner_of_a_vpc_sees_all_of_it() {
    let vpc = |owner: &str| json!({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": owner}]});
    let interface = json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.1.10", "SourceDestCheck": true, "OwnerId": "111122223333"}]});
    let sees = |account: &str, members: &[Value]| {
        let mut snapshot = Snapshot::new(crate::snapshot::Header { account: account.into(), ..Default::default() });
        members.iter().for_each(|own| add(&mut snapshot, own.clone()));
        Network::new(&snapshot).lists_interfaces("vpc-1").map_err(|gap| gap.missing())
    };
    assert_eq!(sees("111122223333", &[vpc("111122223333"), interface.clone()]), Ok(()));
    let others = Err("what other accounts have in shared VPC `vpc-1`".to_owned());
    assert_eq!(sees("111122223333", &[vpc("999900001111"), interface.clone()]), others);
    let unknown = Err("whether the account that reads owns VPC `vpc-1`".to_owned());
    assert_eq!(sees("111122223333", std::slice::from_ref(&interface)), unknown, "neither it nor its subnets were read");
    assert_eq!(sees("", &[vpc("111122223333"), interface]), unknown, "nobody says who reads");
}

#[test]
fn an_address_that_somebody_has_in_a_vpc_apart_decides_nothing() {
    let far = |address: &str| {
        let mut row = instance("i-8", "eni-8", "subnet-8", address, json!(null));
        row["VpcId"] = json!("vpc-8");
        row["NetworkInterfaces"][0]["VpcId"] = json!("vpc-8");
        row["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-8"}]);
        json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [row]}],
            "SecurityGroups": [{"GroupId": "sg-8", "VpcId": "vpc-8", "IpPermissions": [], "IpPermissionsEgress": []}]})
    };
    let mut on_premises = with(far("10.50.1.1"));
    add(
        &mut on_premises,
        only(json!({"DestinationCidrBlock": "10.50.0.0/16", "GatewayId": "vgw-1", "State": "active"})),
    );
    let found = path(&on_premises, "i-1", "10.50.1.1", &Flow::tcp(22));
    assert_eq!(found.verdict, Verdict::Unknown, "{found:#?}");
    let same_block = with(far("10.0.3.9"));
    let found = path(&same_block, "i-1", "10.0.3.9", &Flow::tcp(22));
    expect(&found, Verdict::Unknown, &[]);
}

#[test]
fn groups_of_other_accounts_may_be_on_interfaces_that_nobody_sees() {
    let to_group = |account: &str| {
        let pair = json!({"GroupId": "sg-far", "UserId": account});
        with(
            json!({"NetworkInterfaces": [], "SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "UserIdGroupPairs": [pair]}]}]}),
        )
    };
    let far = path(&to_group("999900001111"), "i-1", "10.0.3.9", &Flow::tcp(22));
    assert!(far.obstacles.iter().all(|own| own.cause != Cause::SecurityGroupEgress), "{far:#?}");
    let own = path(&to_group("111122223333"), "i-1", "10.0.3.9", &Flow::tcp(22));
    assert_eq!(own.obstacles[0].cause, Cause::SecurityGroupEgress, "{own:#?}");
}

#[test]
fn attachments_of_a_shared_vpc_are_its_owners() {
    let unattached = |facts: &mut Value| facts["TransitGatewayVpcAttachments"].as_array_mut().unwrap().truncate(0);
    let own = attached(from_block(), hub_routes(), &unattached);
    assert_eq!(path(&own, "i-1", "i-9", &Flow::tcp(22)).verdict, Verdict::Blocked);
    assert_eq!(path(&shared(own), "i-1", "i-9", &Flow::tcp(22)).verdict, Verdict::Unknown);
}

#[test]
fn a_delegated_block_is_its_interfaces() {
    let node = |inbound: Value| {
        let mut node = instance("i-9", "eni-9", "subnet-3", "10.0.3.20", json!(null));
        node["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-9"}]);
        node["NetworkInterfaces"][0]["Ipv4Prefixes"] =
            json!([{"Ipv4Prefix": "10.0.3.48/28"}, {"Ipv4Prefix": "10.0.3.96/28"}]);
        with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [node]}], "NetworkInterfaces": [],
            "SecurityGroups": [{"GroupId": "sg-9", "VpcId": "vpc-1", "IpPermissions": inbound, "IpPermissionsEgress":
                [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]}))
    };
    let open = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.1.0/24"}]}]);
    let ssh = |inbound: &Value, to: &str| path(&node(inbound.clone()), "i-1", to, &Flow::tcp(22));
    for pod in ["10.0.3.48", "10.0.3.63", "10.0.3.100"] {
        let reached = ssh(&open, pod);
        expect(&reached, Verdict::Reachable, &[]);
        assert_eq!(reached.hops.last().unwrap().component.id, "eni-9", "{pod}");
        expect(&ssh(&json!([]), pod), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    }
    for free in ["10.0.3.47", "10.0.3.64", "10.0.3.112"] {
        expect(&ssh(&open, free), Verdict::Blocked, &[Cause::NoDestination]);
    }
}

#[test]
fn a_rule_that_names_a_group_holds_for_delegated_blocks() {
    let mut node = instance("i-9", "eni-9", "subnet-3", "10.0.3.20", json!(null));
    node["NetworkInterfaces"][0]["Ipv6Prefixes"] = json!([{"Ipv6Prefix": "2a05:d018:0:0:1::/80"}]);
    let snapshot = with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [node]}]}));
    let network = Network::new(&snapshot);
    let carriers = network.carriers(network.group("sg-1").unwrap());
    assert!(carriers.contains("2a05:d018:0:0:1::7".parse().unwrap()), "{carriers}");
    assert!(!carriers.contains("2a05:d018:0:0:2::7".parse().unwrap()), "{carriers}");
    assert_eq!(network.only_owner("2a05:d018:0:0:1::7".parse().unwrap()).unwrap().id, "eni-9");
}

fn missing_of(path: &Path) -> Vec<String> {
    path.gaps.iter().map(Gap::missing).collect()
}

/// A node with `eni-9` (10.0.1.30) in `subnet-1`, whose table leads nowhere outside, and an interface in the public `subnet-2`, each with
/// a block of addresses for pods.
fn node(association: Value, outbound: Value) -> Snapshot {
    let mut node = instance("i-9", "eni-9", "subnet-2", "10.0.2.30", association);
    let second = json!({"NetworkInterfaceId": "eni-8", "VpcId": "vpc-1", "SubnetId": "subnet-3", "PrivateIpAddress": "10.0.3.30",
        "SourceDestCheck": true, "Groups": [{"GroupId": "sg-8"}], "Attachment": {"DeviceIndex": 1},
        "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.3.48/28"}]});
    node["NetworkInterfaces"].as_array_mut().unwrap().push(second);
    let nowhere = json!({"DestinationCidrBlock": "192.0.2.0/24", "State": "blackhole"});
    with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [node]}], "NetworkInterfaces": [],
        "RouteTables": [table("rtb-3", json!([{"SubnetId": "subnet-3"}]), nowhere)],
        "SecurityGroups": [{"GroupId": "sg-8", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": outbound}]}))
}

#[test]
fn what_pods_send_may_leave_under_the_address_of_their_node() {
    let public = json!({"PublicIp": "198.51.100.9"});
    let out = |snapshot: &Snapshot, to: &str| path(snapshot, "10.0.3.50", to, &Flow::tcp(443));
    for outbound in [json!([]), json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])] {
        let path = out(&node(public.clone(), outbound), "8.8.8.8");
        assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
        assert_eq!(missing_of(&path), ["whether `i-9` sends for 10.0.3.50 under another address"]);
        assert!(path.obstacles.iter().all(|own| own.effect == Effect::Possible), "{path:#?}");
    }
    // Where neither gets out the verdict is certain, and so it is inside the VPC, where pods have their own addresses.
    let nobody = out(&node(json!(null), json!([])), "8.8.8.8");
    assert_eq!(nobody.verdict, Verdict::Blocked, "{nobody:#?}");
    let masked = node(json!(null), json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]));
    let mut gone = masked;
    add(
        &mut gone,
        json!({"RouteTables": [
        table("rtb-3", json!([{"SubnetId": "subnet-3"}]), json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}))]}),
    );
    let passes = out(&gone, "8.8.8.8");
    assert_eq!(passes.verdict, Verdict::Unknown, "the node itself does not get out: {passes:#?}");
    let inside = out(&node(public.clone(), json!([])), "10.0.1.10");
    assert_eq!(inside.verdict, Verdict::Blocked, "{inside:#?}");
    // The node's own address is nobody else's.
    let own = path(&node(public, json!([])), "10.0.3.30", "8.8.8.8", &Flow::tcp(443));
    assert_eq!(own.verdict, Verdict::Blocked, "{own:#?}");
}

#[test]
fn who_has_an_address_is_not_guessed_where_a_vpc_may_have_it_itself() {
    let mut sender = instance("i-7", "eni-7", "subnet-7", "10.7.1.10", json!(null));
    sender["VpcId"] = json!("vpc-7");
    sender["NetworkInterfaces"][0]["VpcId"] = json!("vpc-7");
    sender["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-7"}]);
    let to_group = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-7"}]}]);
    let local = json!({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"});
    let mut snapshot = peered(from_block(), "active", "eu-west-1");
    add(
        &mut snapshot,
        json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [sender]}],
            "SecurityGroups": [{"GroupId": "sg-7", "VpcId": "vpc-7", "IpPermissions": [], "IpPermissionsEgress": to_group}],
            "RouteTables": [{"RouteTableId": "rtb-7", "VpcId": "vpc-7", "Associations": [{"Main": true}], "Routes": [local]}]}),
    );
    // `i-9` in `vpc-9` has it; so may somebody in `vpc-7`, whose blocks were not read.
    let found = path(&snapshot, "i-7", "10.9.1.20", &Flow::tcp(22));
    assert_eq!(found.verdict, Verdict::Unknown, "{found:#?}");
    assert!(found.obstacles.is_empty(), "{found:#?}");
    add(&mut snapshot, json!({"Vpcs": [{"VpcId": "vpc-7", "CidrBlock": "10.7.0.0/16"}]}));
    let found = path(&snapshot, "i-7", "10.9.1.20", &Flow::tcp(22));
    assert_eq!(found.obstacles[0].cause, Cause::SecurityGroupEgress, "{found:#?}");
}

#[test]
fn pods_of_an_instance_that_is_not_known_may_leave_by_another_interface() {
    let eni = json!({"NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "SubnetId": "subnet-3", "PrivateIpAddress": "10.0.3.30",
        "SourceDestCheck": true, "Groups": [{"GroupId": "sg-8"}], "Attachment": {"InstanceId": "i-elsewhere"},
        "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.3.48/28"}]});
    let snapshot = with(json!({"NetworkInterfaces": [eni],
        "SecurityGroups": [{"GroupId": "sg-8", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}]}));
    assert_eq!(path(&snapshot, "10.0.3.50", "8.8.8.8", &Flow::tcp(443)).verdict, Verdict::Unknown);
    assert_eq!(path(&snapshot, "10.0.3.30", "8.8.8.8", &Flow::tcp(443)).verdict, Verdict::Blocked);
}

#[test]
fn a_system_may_send_under_the_address_that_has_a_public_one() {
    let mut host = instance("i-9", "eni-9", "subnet-2", "10.0.2.30", json!(null));
    host["NetworkInterfaces"][0]["PrivateIpAddresses"] = json!([{"PrivateIpAddress": "10.0.2.30", "Primary": true},
        {"PrivateIpAddress": "10.0.2.31", "Primary": false, "Association": {"PublicIp": "18.0.0.31"}}]);
    let snapshot = with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [host]}]}));
    let out = |from: &str| path(&snapshot, from, "8.8.8.8", &Flow::tcp(443)).verdict;
    assert_eq!((out("i-9"), out("10.0.2.31")), (Verdict::Unknown, Verdict::Reachable));
}
