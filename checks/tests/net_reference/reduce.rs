//! Makes a failing world smaller: every row, rule, entry and route goes that is not needed for the failure.

use crate::world::World;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Lists whose members can go one by one without making the facts contradict each other.
const LISTS: &[&str] = &[
    "Routes",
    "Entries",
    "IpPermissions",
    "IpPermissionsEgress",
    "IpRanges",
    "Ipv6Ranges",
    "PrefixListIds",
    "UserIdGroupPairs",
    "NatGateways",
    "InternetGateways",
    "EgressOnlyInternetGateways",
    "VpcPeeringConnections",
    "TransitGatewayVpcAttachments",
    "TransitGateways",
];

/// The smallest world found by leaving out rows one by one while `fails` still holds.
pub(crate) fn smallest(world: &World, fails: impl Fn(&World) -> bool) -> World {
    // A world that lost what it cannot be without ends the walk early; that is no failure of the same kind.
    let fails = |world: &World| catch_unwind(AssertUnwindSafe(|| fails(world))).unwrap_or(false);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut world = world.clone();
    loop {
        let before = world.files.clone();
        without_hosts(&mut world, &fails);
        for file in 0..world.files.len() {
            for list in lists(&world.files[file].1, "") {
                thin_out(&mut world, file, &list, &fails);
            }
        }
        if world.files == before {
            break;
        }
    }
    std::panic::set_hook(hook);
    world
}

/// Leaves out interfaces together with their instances.
fn without_hosts(world: &mut World, fails: &impl Fn(&World) -> bool) {
    let id = |row: &Value| row["NetworkInterfaceId"].clone();
    for gone in world.rows("NetworkInterfaces").iter().map(id).collect::<Vec<_>>() {
        if world.rows("RouteTables").iter().any(|row| row.to_string().contains(&gone.to_string())) {
            continue;
        }
        let mut thinner = world.clone();
        thinner.rows("NetworkInterfaces").retain(|row| id(row) != gone);
        thinner.rows("Reservations").retain(|row| id(&row["Instances"][0]["NetworkInterfaces"][0]) != gone);
        for row in thinner.rows("Reservations") {
            row["Instances"][0]["NetworkInterfaces"].as_array_mut().unwrap().retain(|row| id(row) != gone);
        }
        if fails(&thinner) {
            *world = thinner;
        }
    }
}

fn thin_out(world: &mut World, file: usize, list: &str, fails: &impl Fn(&World) -> bool) {
    let mut at = 0;
    while let Some(length) = world.files[file].1.pointer(list).and_then(Value::as_array).map(Vec::len) {
        if at >= length {
            break;
        }
        let row = world.files[file].1.pointer(&format!("{list}/{at}")).unwrap();
        // AWS lets nobody delete a local route; and what is named elsewhere has to be there.
        if row["GatewayId"] == "local" || is_named_elsewhere(world, file, row) {
            at += 1;
            continue;
        }
        let mut thinner = world.clone();
        thinner.files[file].1.pointer_mut(list).unwrap().as_array_mut().unwrap().remove(at);
        if fails(&thinner) { *world = thinner } else { at += 1 }
    }
}

/// Whether the first member of a row is an id that another file names.
fn is_named_elsewhere(world: &World, file: usize, row: &Value) -> bool {
    let id = row.as_object().and_then(|members| members.values().next());
    let Some(id) = id.and_then(Value::as_str).filter(|id| id.contains('-')) else { return false };
    let quoted = format!("\"{id}\"");
    world.files.iter().enumerate().any(|(other, (_, answer))| other != file && answer.to_string().contains(&quoted))
}

/// Pointers to those lists inside a value, outer ones first.
fn lists(value: &Value, pointer: &str) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Array(values) => {
            if pointer.rsplit('/').next().is_some_and(|name| LISTS.contains(&name)) {
                found.push(pointer.to_owned());
            }
            let inner = values.iter().enumerate().flat_map(|(at, value)| lists(value, &format!("{pointer}/{at}")));
            found.extend(inner);
        }
        Value::Object(members) => {
            found.extend(members.iter().flat_map(|(name, value)| lists(value, &format!("{pointer}/{name}"))));
        }
        _ => {}
    }
    found
}
