//! What is said of one address family changes nothing for the other.

use super::{assert_law, found, seeds, walked};
use crate::generator::case;
use crate::world::World;
use serde_json::{Value, json};

/// A world without anything that is about a family, but for what both families share.
fn without(world: &World, v6: bool) -> World {
    let mut world = world.clone();
    for (name, answer) in &mut world.files {
        if !v6 && (name.contains("nat-gateways") || name.contains("get-managed")) {
            drop_v4_lists(answer);
        }
        strip(answer, v6);
    }
    if !v6 {
        world.rows("NetworkInterfaces").retain(|row| row["InterfaceType"] != "nat_gateway");
    }
    world
}

/// NAT gateways are about IPv4 only.
fn drop_v4_lists(answer: &mut Value) {
    if let Some(rows) = answer.get_mut("NatGateways") {
        *rows = json!([]);
    }
}

/// Whether a text is an address or block of the family.
fn is_of(text: &str, v6: bool) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_ipv6() == v6)
}

/// Whether a row of a list is about the family alone: a peer, an entry, a route, an address, a block.
fn is_about(row: &Value, v6: bool) -> bool {
    const MEMBERS: &[&str] = &[
        "CidrIp",
        "CidrIpv6",
        "CidrBlock",
        "Ipv6CidrBlock",
        "DestinationCidrBlock",
        "DestinationIpv6CidrBlock",
        "PrivateIpAddress",
        "Ipv6Address",
        "Cidr",
    ];
    let is_own = row.get("VpcId").is_some() || row.get("NetworkInterfaceId").is_some() || row.get("InstanceId").is_some();
    !is_own && MEMBERS.iter().any(|member| row[*member].as_str().is_some_and(|text| is_of(text, v6)))
}

fn strip(value: &mut Value, v6: bool) {
    match value {
        Value::Array(values) => {
            values.retain(|value| !is_about(value, v6));
            values.iter_mut().for_each(|value| strip(value, v6));
        }
        Value::Object(members) => {
            for (name, value) in members {
                if !v6 && name == "Association" && value.get("PublicIp").is_some() {
                    *value = Value::Null;
                } else if value.as_str().is_some_and(|text| is_of(text, v6)) {
                    *value = json!("");
                } else {
                    strip(value, v6);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn facts_of_one_family_change_nothing_for_the_other() {
    for seed in seeds(250) {
        let case = case(seed, &walked());
        for question in &case.questions {
            let is_v6 = question.is_v6(&case.world.snapshot());
            let change = |world: &World| without(world, !is_v6);
            assert_law(seed, &case.world, question, change, found, |before, after| before == after);
        }
    }
}
