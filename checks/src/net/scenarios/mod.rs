//! Whole walks: one healthy world, one fault at a time.

mod appliances;
mod between;
mod circles;
mod codes;
mod endpoint;
mod far;
mod internet;
mod names;
mod nat;
mod shared;

use super::testing::*;
use super::*;
use crate::snapshot::{Gap, Snapshot};
use serde_json::{Value, json};

fn ssm(snapshot: &Snapshot) -> ServicePath {
    let network = Network::new(snapshot);
    to_service(&network, network.interface("eni-1").unwrap(), "ssm", "eu-west-1", 443)
}

fn with(change: Value) -> Snapshot {
    let mut snapshot = private_world();
    add(&mut snapshot, change);
    snapshot
}

#[track_caller]
fn expect(path: &ServicePath, verdict: Verdict, causes: &[Cause]) {
    let found: Vec<Cause> = path.obstacles.iter().map(|obstacle| obstacle.cause).collect();
    assert_eq!((path.verdict, found.as_slice()), (verdict, causes), "{path:#?}");
    for obstacle in &path.obstacles {
        assert!(!obstacle.evidence.is_empty(), "no evidence: {obstacle:#?}");
        for evidence in &obstacle.evidence {
            let may_be_absent = obstacle.cause == Cause::NoPublicAddress || evidence.field == "NatGateways";
            assert!(may_be_absent || evidence.value != Value::Null, "no value: {evidence:#?}");
        }
    }
    assert_eq!(path.gaps.is_empty(), verdict != Verdict::Unknown, "{:?}", path.gaps);
}

fn missing(path: &ServicePath) -> Vec<String> {
    path.gaps.iter().map(Gap::missing).collect()
}

fn only(route: Value) -> Value {
    json!({"RouteTables": [table("rtb-1", json!([{"Main": true}]), route)]})
}

fn public(association: Value) -> Snapshot {
    with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [
        instance("i-1", "eni-1", "subnet-2", "10.0.2.10", association)]}]}))
}

fn ipv6(is_only: bool, routes: Value) -> Snapshot {
    let mut row = instance("i-1", "eni-1", "subnet-1", if is_only { "" } else { "10.0.1.10" }, json!(null));
    row["NetworkInterfaces"][0]["Ipv6Addresses"] = json!([{"Ipv6Address": "2a05:d018::7"}]);
    let mut net = subnet("subnet-1", "10.0.1.0/24");
    net["EnableDns64"] = json!(true);
    let mut snapshot =
        with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [row]}], "Subnets": [net]}));
    add(
        &mut snapshot,
        json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": routes}]}),
    );
    snapshot
}
