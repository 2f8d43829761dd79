//! Appliances that routes lead to: several interfaces, groups, tunnels, and what decides all the same.

use super::super::testing::*;
use super::super::*;
use super::between::{expect, path};
use super::*;

/// `i-2`, which forwards, with an interface for each of these: `eni-2` and `eni-3`, in that subnet under that address, with its public side
/// or null and the group `sg-n`.
fn appliance(interfaces: &[(&str, &str, Value)]) -> Value {
    let mut router = instance("i-2", "eni-2", interfaces[0].0, interfaces[0].1, json!(null));
    let eni = |(number, (subnet, address, association)): (usize, &(&str, &str, Value))| {
        let id = ["eni-2", "eni-3"][number];
        json!({"NetworkInterfaceId": id, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address,
            "SourceDestCheck": false, "Groups": [{"GroupId": "sg-n"}], "Attachment": {"DeviceIndex": number},
            "Association": association})
    };
    router["NetworkInterfaces"] = interfaces.iter().enumerate().map(eni).collect();
    router
}

fn public() -> Value {
    json!({"PublicIp": "198.51.100.9"})
}

fn anywhere() -> Value {
    json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])
}

fn group(id: &str, inbound: Value, outbound: Value) -> Value {
    json!({"GroupId": id, "VpcId": "vpc-1", "IpPermissions": inbound, "IpPermissionsEgress": outbound})
}

fn of_group(id: &str) -> Value {
    json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}])
}

/// The private world with that appliance, a route of `subnet-1` to it for `block`, and every interface known. `subnet-2` leads to the
/// internet, `subnet-3` nowhere.
fn behind(block: &str, interfaces: &[(&str, &str, Value)], change: Value) -> Snapshot {
    let member = if block.contains(':') { "DestinationIpv6CidrBlock" } else { "DestinationCidrBlock" };
    let nowhere = json!({"DestinationCidrBlock": "192.0.2.0/24", "State": "blackhole"});
    let mut snapshot = with(json!({
        "Reservations": [{"OwnerId": "111122223333", "Instances": [appliance(interfaces)]}],
        "SecurityGroups": [group("sg-n", anywhere(), anywhere())],
        "RouteTables": [
            table("rtb-1", json!([{"Main": true}]), json!({member: block, "NetworkInterfaceId": "eni-2", "State": "active"})),
            table("rtb-3", json!([{"SubnetId": "subnet-3"}]), nowhere)],
        "NetworkInterfaces": [],
    }));
    add(&mut snapshot, change);
    snapshot
}

/// `eni-9` of `i-9` in `subnet-3` (10.0.3.20), with the group `sg-9`.
fn target(inbound: Value) -> Value {
    let mut target = instance("i-9", "eni-9", "subnet-3", "10.0.3.20", json!(null));
    target["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-9"}]);
    json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [target]}],
        "SecurityGroups": [group("sg-9", inbound, json!([]))]})
}

fn both(first: Value, second: Value) -> Value {
    let (mut first, second) = (first, second);
    for (member, rows) in second.as_object().unwrap() {
        match first.get_mut(member).and_then(Value::as_array_mut) {
            Some(known) => known.extend(rows.as_array().unwrap().iter().cloned()),
            None => first[member] = rows.clone(),
        }
    }
    first
}

fn fault(fault: NatInstanceFault) -> [Cause; 1] {
    [Cause::NatInstance(fault)]
}

#[track_caller]
fn not_known(path: &Path) {
    assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
    assert!(path.obstacles.iter().all(|obstacle| obstacle.effect == Effect::Possible), "{path:#?}");
}

#[test]
fn the_receiver_may_know_the_appliance_by_its_group() {
    let ssh = |rules: Value| {
        let snapshot = behind("10.0.3.0/24", &[("subnet-2", "10.0.2.20", json!(null))], target(rules));
        path(&snapshot, "i-1", "i-9", &Flow::tcp(22))
    };
    not_known(&ssh(of_group("sg-n")));
    not_known(&ssh(
        json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.2.20/32"}]}]),
    ));
    expect(&ssh(json!([])), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    let other_port =
        json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": "sg-n"}]}]);
    expect(&ssh(other_port), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
}

#[test]
fn packets_may_leave_by_another_interface() {
    let out = |interfaces: &[(&str, &str, Value)], change: Value| {
        path(&behind("0.0.0.0/0", interfaces, change), "i-1", "8.8.8.8", &Flow::tcp(443))
    };
    let inner = ("subnet-3", "10.0.3.9", json!(null));
    let path = out(&[inner.clone(), ("subnet-2", "10.0.2.20", public())], json!({}));
    expect(&path, Verdict::Unknown, &[]);
    let shut = out(&[inner.clone(), ("subnet-2", "10.0.2.20", json!(null))], json!({}));
    expect(
        &shut,
        Verdict::Blocked,
        &[Cause::NatInstance(NatInstanceFault::NoRoute), Cause::NatInstance(NatInstanceFault::NoPublicAddress)],
    );
    expect(&out(&[inner], json!({})), Verdict::Blocked, &fault(NatInstanceFault::NoRoute));
    // In the subnet of its clients its own route leads back to itself.
    let same = out(&[("subnet-1", "10.0.1.20", json!(null))], json!({}));
    expect(&same, Verdict::Blocked, &fault(NatInstanceFault::NoRoute));
    let silent = json!({"SecurityGroups": [group("sg-n", anywhere(), json!([]))]});
    let path = out(&[("subnet-2", "10.0.2.20", public())], silent);
    expect(&path, Verdict::Blocked, &fault(NatInstanceFault::SecurityGroupEgress));
}

#[test]
fn an_interface_whose_instance_is_not_known_may_be_one_of_several() {
    let eni = json!({"NetworkInterfaceId": "eni-2", "VpcId": "vpc-1", "SubnetId": "subnet-3", "PrivateIpAddress": "10.0.3.9",
        "SourceDestCheck": false, "Groups": [{"GroupId": "sg-n"}], "Attachment": {"InstanceId": "i-elsewhere"}});
    let route = json!({"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-2", "State": "active"});
    let mut snapshot = with(only(route));
    add(&mut snapshot, json!({"NetworkInterfaces": [eni], "SecurityGroups": [group("sg-n", anywhere(), anywhere())]}));
    not_known(&path(&snapshot, "i-1", "8.8.8.8", &Flow::tcp(443)));
}

#[test]
fn only_ipv4_needs_a_public_address() {
    let mut client = instance("i-1", "eni-1", "subnet-1", "10.0.1.10", json!(null));
    client["NetworkInterfaces"][0]["Ipv6Addresses"] = json!([{"Ipv6Address": "2a05:d018::7"}]);
    let v6 = json!({"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"});
    let snapshot = behind(
        "::/0",
        &[("subnet-2", "10.0.2.20", json!(null))],
        json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [client]}],
            "RouteTables": [table("rtb-2", json!([{"SubnetId": "subnet-2"}]), v6)]}),
    );
    expect(&path(&snapshot, "i-1", "2606:4700::1", &Flow::tcp(443)), Verdict::Unknown, &[]);
}

#[test]
fn replies_may_come_from_within_the_subnet() {
    let no_replies = json!({"NetworkAcls": [
        acl("acl-1", &["subnet-1"], json!([entry(100, true, "allow", "0.0.0.0/0", None)])),
        acl("acl-2", &["subnet-2", "subnet-3"], open_entries())]});
    let out = |interfaces: &[(&str, &str, Value)]| {
        path(&behind("0.0.0.0/0", interfaces, no_replies.clone()), "i-1", "8.8.8.8", &Flow::tcp(443))
    };
    not_known(&out(&[("subnet-1", "10.0.1.20", json!(null)), ("subnet-2", "10.0.2.20", public())]));
    let far = out(&[("subnet-2", "10.0.2.20", public())]);
    expect(&far, Verdict::Blocked, &[Cause::NetworkAclReply]);
}

#[test]
fn the_acl_of_an_appliance_on_the_way_out_and_back() {
    let out = |entries: Value| {
        let acls = json!({"NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-3"], open_entries()), acl("acl-2", &["subnet-2"], entries)]});
        path(&behind("0.0.0.0/0", &[("subnet-2", "10.0.2.20", public())], acls), "i-1", "8.8.8.8", &Flow::tcp(443))
    };
    let inside = entry(90, false, "allow", "10.0.0.0/16", None);
    let to_client = entry(90, true, "allow", "10.0.0.0/16", None);
    let outside = entry(100, true, "allow", "0.0.0.0/0", None);
    let back = entry(100, false, "allow", "0.0.0.0/0", None);
    expect(&out(json!([inside, to_client, outside, back])), Verdict::Unknown, &[]);
    let shut = out(json!([inside, to_client, back]));
    not_known(&shut);
    assert_eq!(shut.obstacles[0].cause, Cause::NatSubnetAclOutbound, "{shut:#?}");
    let all_but_clients = json!([inside, entry(90, true, "deny", "10.0.0.0/16", None), outside, back]);
    expect(&out(all_but_clients), Verdict::Blocked, &[Cause::NatSubnetAclToClient]);
}

#[test]
fn replies_need_not_come_by_an_appliance_that_does_not_translate() {
    let no_way_to_clients = json!([
        entry(90, true, "deny", "10.0.1.0/24", None),
        entry(100, true, "allow", "0.0.0.0/0", None),
        entry(100, false, "allow", "0.0.0.0/0", None)
    ]);
    let change = both(
        target(anywhere()),
        json!({"NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-3"], open_entries()), acl("acl-2", &["subnet-2"], no_way_to_clients)]}),
    );
    let snapshot = behind("10.0.3.0/24", &[("subnet-2", "10.0.2.20", json!(null))], change);
    not_known(&path(&snapshot, "i-1", "i-9", &Flow::tcp(22)));
}

#[test]
fn the_groups_of_an_appliance_may_name_those_of_the_receiver() {
    let ssh = |outbound: Value| {
        let change = both(target(anywhere()), json!({"SecurityGroups": [group("sg-n", anywhere(), outbound)]}));
        let snapshot = behind("10.0.3.0/24", &[("subnet-2", "10.0.2.20", json!(null))], change);
        path(&snapshot, "i-1", "i-9", &Flow::tcp(22))
    };
    expect(&ssh(of_group("sg-9")), Verdict::Unknown, &[]);
    not_known(&ssh(of_group("sg-1")));
    expect(&ssh(json!([])), Verdict::Blocked, &fault(NatInstanceFault::SecurityGroupEgress));
}

#[test]
fn to_places_beyond_packets_may_go_in_a_tunnel() {
    let vpn =
        json!([{"IpProtocol": "udp", "FromPort": 4500, "ToPort": 4500, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}]);
    let snapshot = behind(
        "192.168.0.0/16",
        &[("subnet-2", "10.0.2.20", public())],
        json!({"SecurityGroups": [group("sg-n", anywhere(), vpn)]}),
    );
    not_known(&path(&snapshot, "i-1", "192.168.7.7", &Flow::tcp(22)));
    // What comes back in the tunnel meets no ACL that asks for addresses inside.
    let mut snapshot = snapshot;
    let outer = entry(90, false, "allow", "203.0.113.7/32", None);
    let inside = entry(91, false, "allow", "10.0.0.0/16", None);
    let entries = json!([outer, inside, entry(100, true, "allow", "0.0.0.0/0", None)]);
    add(
        &mut snapshot,
        json!({"NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-3"], open_entries()), acl("acl-2", &["subnet-2"], entries)]}),
    );
    not_known(&path(&snapshot, "i-1", "192.168.7.7", &Flow::tcp(22)));
    let every = Flow { protocol: Protocol::TCP, ports: PortSet::all() };
    not_known(&path(&snapshot, "i-1", "192.168.7.7", &every));
}

#[test]
fn the_internet_too_may_be_reached_in_a_tunnel() {
    let provider =
        json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}]);
    let snapshot = behind(
        "0.0.0.0/0",
        &[("subnet-2", "10.0.2.20", public())],
        json!({"SecurityGroups": [group("sg-n", anywhere(), provider)]}),
    );
    let found = path(&snapshot, "i-1", "8.8.8.8", &Flow::tcp(22));
    not_known(&found);
    assert_eq!(found.obstacles[0].cause, Cause::NatInstance(NatInstanceFault::SecurityGroupEgress));
}

#[test]
fn other_addresses_of_an_appliance_are_met_from_inside() {
    let change = json!({"SecurityGroups": [group("sg-m", json!([]), json!([]))]});
    let mut snapshot =
        behind("10.0.3.0/24", &[("subnet-2", "10.0.2.20", json!(null)), ("subnet-3", "10.0.3.9", json!(null))], change);
    let mut router = appliance(&[("subnet-2", "10.0.2.20", json!(null)), ("subnet-3", "10.0.3.9", json!(null))]);
    router["NetworkInterfaces"][1]["Groups"] = json!([{"GroupId": "sg-m"}]);
    add(&mut snapshot, json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [router]}]}));
    not_known(&path(&snapshot, "i-1", "10.0.3.9", &Flow::tcp(22)));
}

#[test]
fn a_route_may_lead_straight_to_the_receiver() {
    let own = json!({"DestinationCidrBlock": "10.0.3.0/24", "NetworkInterfaceId": "eni-9", "State": "active"});
    let ssh = |inbound: Value| {
        let mut snapshot = with(both(target(inbound), only(own.clone())));
        add(&mut snapshot, json!({"NetworkInterfaces": []}));
        path(&snapshot, "i-1", "i-9", &Flow::tcp(22))
    };
    expect(&ssh(of_group("sg-1")), Verdict::Reachable, &[]);
    expect(&ssh(json!([])), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
}

#[test]
fn packets_may_be_for_the_appliance_itself() {
    let nowhere_out = [("subnet-3", "10.0.3.9", json!(null))];
    // An address that a cluster moves between its members, and addresses of the clients of a VPN server.
    for (block, to) in [("10.0.200.7/32", "10.0.200.7"), ("172.27.0.0/20", "172.27.1.1")] {
        let overlay = behind(block, &nowhere_out, json!({}));
        not_known(&path(&overlay, "i-1", to, &Flow::tcp(5432)));
        let silent = behind(block, &nowhere_out, json!({"SecurityGroups": [group("sg-n", anywhere(), json!([]))]}));
        not_known(&path(&silent, "i-1", to, &Flow::tcp(5432)));
        let shut = behind(block, &nowhere_out, json!({"SecurityGroups": [group("sg-n", json!([]), anywhere())]}));
        let found = path(&shut, "i-1", to, &Flow::tcp(5432));
        assert_eq!(found.verdict, Verdict::Blocked, "{found:#?}");
    }
    // Somebody else is meant.
    let silent = json!({"SecurityGroups": [group("sg-n", anywhere(), json!([]))]});
    let snapshot = behind("10.0.3.0/24", &[("subnet-2", "10.0.2.20", json!(null))], both(target(anywhere()), silent));
    let found = path(&snapshot, "i-1", "10.0.3.20", &Flow::tcp(22));
    expect(&found, Verdict::Blocked, &fault(NatInstanceFault::SecurityGroupEgress));
}
