//! VPCs that another account shares, and blocks of addresses that are delegated to interfaces.

use super::super::testing::*;
use super::super::*;
use super::between::{expect, path};
use super::far::{attached, from_block, hub_routes};
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
