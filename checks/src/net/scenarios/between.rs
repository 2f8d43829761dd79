//! Between two points.

use super::super::testing::*;
use super::super::*;
use super::*;

/// An end of a path as tests write it: `i-1`, an address, or `internet`.
fn point<'n, 's>(network: &'n Network<'s>, text: &str) -> Point<'n, 's> {
    match text.strip_prefix("i-") {
        Some(number) => network.interface(&format!("eni-{number}")).unwrap().into(),
        None if text == "internet" => Point::Internet(Family::Ipv4),
        None => Point::Address(text.parse().unwrap()),
    }
}

/// The path, after the verdict without reasons was found to be the same.
pub(super) fn path(snapshot: &Snapshot, from: &str, to: &str, flow: &Flow) -> Path {
    let network = Network::new(snapshot);
    let (from, to) = (point(&network, from), point(&network, to));
    let path = network.path(&from, &to, flow);
    assert_eq!(network.verdict(&from, &to, flow), path.verdict, "{path:#?}");
    path
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
pub(super) fn expect(path: &Path, verdict: Verdict, causes: &[Cause]) {
    let found: Vec<Cause> = path.obstacles.iter().map(|obstacle| obstacle.cause).collect();
    assert_eq!((path.verdict, found.as_slice()), (verdict, causes), "{path:#?}");
}

#[test]
fn inside_a_vpc() {
    let snapshot = two("subnet-3", "10.0.3.20", json!(null));
    expect(&path(&snapshot, "i-1", "i-2", &Flow::tcp(22)), Verdict::Reachable, &[]);
    expect(&path(&snapshot, "i-1", "i-2", &Flow::tcp(23)), Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    expect(&path(&snapshot, "i-1", "10.0.3.20", &Flow::tcp(22)), Verdict::Reachable, &[]);
    expect(
        &path(&snapshot, "i-2", "i-1", &Flow::tcp(22)),
        Verdict::Blocked,
        &[Cause::SecurityGroupEgress, Cause::SecurityGroupIngress],
    );
    let some = Flow { protocol: Protocol::TCP, ports: PortSet::range(20, 25) };
    let path = path(&snapshot, "i-1", "i-2", &some);
    expect(&path, Verdict::Degraded, &[Cause::SecurityGroupIngress]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 22"));
}

#[test]
fn link_local_addresses_are_served_by_the_vpc_and_those_of_lattice_pass_groups_and_acls() {
    let closed = json!({"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}]});
    let (open, shut) = (private_world(), with(closed));
    let https = Flow::tcp(443);
    expect(&path(&shut, "i-1", "169.254.169.254", &https), Verdict::Reachable, &[]);
    expect(&path(&open, "i-1", "169.254.171.32", &https), Verdict::Unknown, &[]);
    expect(&path(&shut, "i-1", "169.254.171.32", &https), Verdict::Blocked, &[Cause::SecurityGroupEgress]);
    let replies = json!({"NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-2", "subnet-3"], json!([entry(100, true, "allow", "0.0.0.0/0", None)]))]});
    expect(&path(&with(replies), "i-1", "169.254.171.32", &https), Verdict::Blocked, &[Cause::NetworkAclReply]);
}

#[test]
fn to_an_address_that_nobody_has() {
    let mut snapshot = private_world();
    let asked = path(&snapshot, "i-1", "10.0.9.9", &Flow::tcp(22));
    assert_eq!(asked.gaps[0].action(), Some("ec2:DescribeNetworkInterfaces"));
    add(&mut snapshot, json!({"NetworkInterfaces": []}));
    expect(&path(&snapshot, "i-1", "10.0.9.9", &Flow::tcp(22)), Verdict::Blocked, &[Cause::NoDestination]);
}

#[test]
fn from_the_internet() {
    let snapshot = two("subnet-2", "10.0.2.20", json!({"PublicIp": "18.0.0.20"}));
    let from_office = path(&snapshot, "52.1.1.1", "18.0.0.20", &Flow::tcp(22));
    expect(&from_office, Verdict::Reachable, &[]);
    let walked: Vec<&str> = from_office.hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(walked, ["igw-1", "subnet-2", "eni-2"]);
    let elsewhere = path(&snapshot, "53.1.1.1", "18.0.0.20", &Flow::tcp(22));
    expect(&elsewhere, Verdict::Blocked, &[Cause::SecurityGroupIngress]);
    let anywhere = path(&snapshot, "internet", "18.0.0.20", &Flow::tcp(22));
    expect(&anywhere, Verdict::Unknown, &[Cause::SecurityGroupIngress]);
    assert_eq!(anywhere.obstacles[0].passes.as_deref(), Some("52.0.0.0/8"));
    let private = path(&snapshot, "52.1.1.1", "10.0.2.20", &Flow::tcp(22));
    expect(&private, Verdict::Blocked, &[Cause::NotPublicDestination]);
    let nat = path(&snapshot, "52.1.1.1", "198.51.100.5", &Flow::tcp(22));
    expect(&nat, Verdict::Blocked, &[Cause::NatUnsolicited]);
}

#[test]
fn replies_go_back_the_way_they_came() {
    let snapshot = two("subnet-1", "10.0.1.20", json!({"PublicIp": "18.0.0.20"}));
    let asked = path(&snapshot, "52.1.1.1", "i-2", &Flow::tcp(22));
    expect(&asked, Verdict::Blocked, &[Cause::NoReturnRoute]);
    assert_eq!(asked.obstacles[0].by.as_deref(), Some("0.0.0.0/0 -> nat-1"));
    let entries = json!([
        entry(100, false, "allow", "0.0.0.0/0", None),
        entry(100, true, "allow", "0.0.0.0/0", Some((1024, 5000)))
    ]);
    let mut snapshot = two("subnet-2", "10.0.2.20", json!({"PublicIp": "18.0.0.20"}));
    add(
        &mut snapshot,
        json!({"NetworkAcls": [acl("acl-1", &["subnet-1"], open_entries()), acl("acl-2", &["subnet-2"], entries)]}),
    );
    let path = path(&snapshot, "52.1.1.1", "i-2", &Flow::tcp(22));
    expect(&path, Verdict::Degraded, &[Cause::DestinationAclReply]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 1024-5000"));
}

#[test]
fn what_the_vpc_itself_serves_passes_no_filter() {
    let closed = json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}],
        "NetworkAcls": [acl("acl-1", &["subnet-1"], json!([]))]});
    let snapshot = with(closed);
    for address in ["169.254.169.254", "169.254.169.253", "10.0.0.2", "fd00:ec2::254"] {
        let network = Network::new(&snapshot);
        let own = network.interface("eni-1").unwrap();
        let far = Point::Address(address.parse().unwrap());
        let verdict = network.path(&own.into(), &far, &Flow::tcp(80)).verdict;
        let wanted = if address.contains(':') { Verdict::Blocked } else { Verdict::Reachable };
        assert_eq!(verdict, wanted, "{address}: the interface has no IPv6 address");
    }
    assert_eq!(path(&snapshot, "i-1", "10.0.0.3", &Flow::tcp(80)).verdict, Verdict::Blocked);
}
