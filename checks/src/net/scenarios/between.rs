//! Between two points.

use super::super::testing::*;
use super::super::*;
use super::*;

fn interface(snapshot: &Snapshot, id: &str) -> Point {
    let instance = snapshot.instances.get(id).unwrap().unwrap();
    Point::Interface(Box::new(Origin::of_interface(snapshot, instance.primary_interface().unwrap())))
}

fn two(target_subnet: &str, address: &str, association: Value) -> Snapshot {
    let mut target = instance("i-2", "eni-2", target_subnet, address, association);
    target["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-2"}]);
    with(
        json!({"Reservations": [{"Instances": [target]}], "SecurityGroups": [{"GroupId": "sg-2", "IpPermissionsEgress": [],
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-1"}],
            "IpRanges": [{"CidrIp": "52.0.0.0/8"}]}]}]}),
    )
}

#[track_caller]
fn expect(path: &Path, verdict: Verdict, causes: &[Cause]) {
    let found: Vec<Cause> = path.obstacles.iter().map(|obstacle| obstacle.cause).collect();
    assert_eq!((path.verdict, found.as_slice()), (verdict, causes), "{path:#?}");
}

#[test]
fn inside_a_vpc() {
    let snapshot = two("subnet-3", "10.0.3.20", json!(null));
    let (from, to) = (interface(&snapshot, "i-1"), interface(&snapshot, "i-2"));
    expect(&between(&snapshot, &from, &to, &Flow::tcp(22)), Verdict::Reachable, &[]);
    expect(&between(&snapshot, &from, &to, &Flow::tcp(23)), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    let address = Point::Address("10.0.3.20".parse().unwrap());
    expect(&between(&snapshot, &from, &address, &Flow::tcp(22)), Verdict::Reachable, &[]);
    expect(
        &between(&snapshot, &to, &from, &Flow::tcp(22)),
        Verdict::Blocked,
        &[Cause::SecurityGroupEgress, Cause::SecurityGroupIngress],
    );
    let some = Flow { protocol: Protocol::TCP, ports: PortSet::range(20, 25) };
    let path = between(&snapshot, &from, &to, &some);
    expect(&path, Verdict::Degraded, &[Cause::SecurityGroupIngress]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 22"));
}

#[test]
fn to_an_address_that_nobody_has() {
    let mut snapshot = private_world();
    let nobody = Point::Address("10.0.9.9".parse().unwrap());
    let path = between(&snapshot, &interface(&snapshot, "i-1"), &nobody, &Flow::tcp(22));
    assert_eq!(path.gaps[0].action(), Some("ec2:DescribeNetworkInterfaces"));
    add(&mut snapshot, json!({"NetworkInterfaces": []}));
    let path = between(&snapshot, &interface(&snapshot, "i-1"), &nobody, &Flow::tcp(22));
    expect(&path, Verdict::Blocked, &[Cause::NoDestination]);
}

#[test]
fn from_the_internet() {
    let snapshot = two("subnet-2", "10.0.2.20", json!({"PublicIp": "18.0.0.20"}));
    let office = Point::Address("52.1.1.1".parse().unwrap());
    let public = Point::Address("18.0.0.20".parse().unwrap());
    let path = between(&snapshot, &office, &public, &Flow::tcp(22));
    expect(&path, Verdict::Reachable, &[]);
    let walked: Vec<&str> = path.hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(walked, ["igw-1", "subnet-2", "eni-2"]);
    let elsewhere = Point::Address("53.1.1.1".parse().unwrap());
    expect(&between(&snapshot, &elsewhere, &public, &Flow::tcp(22)), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    let anywhere = between(&snapshot, &Point::Internet(Family::Ipv4), &public, &Flow::tcp(22));
    expect(&anywhere, Verdict::Unknown, &[Cause::SecurityGroupIngress]);
    assert_eq!(anywhere.obstacles[0].passes.as_deref(), Some("52.0.0.0/8"));
    let nat = Point::Address("198.51.100.5".parse().unwrap());
    let private = Point::Address("10.0.2.20".parse().unwrap());
    expect(&between(&snapshot, &office, &private, &Flow::tcp(22)), Verdict::Blocked, &[Cause::NotPublicDestination]);
    expect(&between(&snapshot, &office, &nat, &Flow::tcp(22)), Verdict::Blocked, &[Cause::NatUnsolicited]);
}

#[test]
fn replies_go_back_the_way_they_came() {
    let snapshot = two("subnet-1", "10.0.1.20", json!({"PublicIp": "18.0.0.20"}));
    let office = Point::Address("52.1.1.1".parse().unwrap());
    let path = between(&snapshot, &office, &interface(&snapshot, "i-2"), &Flow::tcp(22));
    expect(&path, Verdict::Blocked, &[Cause::NoReturnRoute]);
    assert_eq!(path.obstacles[0].by.as_deref(), Some("0.0.0.0/0 -> nat-1"));
    let entries = json!([
        entry(100, false, "allow", "0.0.0.0/0", None),
        entry(100, true, "allow", "0.0.0.0/0", Some((1024, 5000)))
    ]);
    let mut snapshot = two("subnet-2", "10.0.2.20", json!({"PublicIp": "18.0.0.20"}));
    add(
        &mut snapshot,
        json!({"NetworkAcls": [acl("acl-1", &["subnet-1"], open_entries()), acl("acl-2", &["subnet-2"], entries)]}),
    );
    let path = between(&snapshot, &office, &interface(&snapshot, "i-2"), &Flow::tcp(22));
    expect(&path, Verdict::Degraded, &[Cause::DestinationAclReply]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 1024-5000"));
}
