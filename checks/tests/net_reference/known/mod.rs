//! Small worlds made by hand with outcomes that are known from the documentation: they hold the evaluator itself, and the engine as far as
//! it walks what is in them.

mod inside;
mod internet;
mod nat;
mod peering;
mod public_access;
mod transit;
mod transit_lists;

use crate::engine;
use crate::evaluator::packet::{ICMP, TCP};
use crate::evaluator::{Evaluator, Fate, Packet};
use crate::question::{End, Question};
use crate::world::rows::{self, Peers};
use crate::world::{Feature, World, is_walked};
use checks::net::Verdict;
use serde_json::Value;
use std::net::IpAddr;

const LINUX: &str = "Linux/UNIX";
/// Somebody on the internet.
const OUTSIDE: &str = "198.51.100.7";
const OUTSIDE6: &str = "2001:db8:ff::7";

/// An end by its text: an interface or an address.
fn end(text: &str) -> End {
    text.parse().map_or_else(|_| End::Interface(text.to_owned()), End::Address)
}

/// TCP to one port.
fn tcp(from: &str, to: &str, port: u16) -> Question {
    Question { from: end(from), to: end(to), protocol: TCP, ports: (port, port), message: None }
}

fn ping(from: &str, to: &str) -> Question {
    Question { from: end(from), to: end(to), protocol: ICMP, ports: (0, 0), message: Some((8, 0)) }
}

/// The single packets say this and nothing else, and so does the engine where it walks everything in the world.
#[track_caller]
fn holds(world: &World, question: &Question, verdict: Verdict) {
    let snapshot = world.snapshot();
    assert_eq!(question.tally(&snapshot).verdicts(), [verdict], "{question:?}\n{}", world.text());
    if world.features.iter().all(|feature| is_walked(*feature)) {
        assert_eq!(engine::path(&snapshot, question).verdict, verdict, "the engine: {question:?}\n{}", world.text());
    }
}

/// The fate of one TCP packet from port 40000 to port 443; a NAT gateway sends it on from port 2000.
fn fate(world: &World, from: &str, to: &str) -> Fate {
    let snapshot = world.snapshot();
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let (from, source) = match from.parse() {
        Ok(source) => (None, source),
        Err(_) => {
            let own = snapshot.network_interfaces.known().iter().find(|own| own.network_interface_id == from).unwrap();
            let first = own.ipv6_addresses.first().filter(|_| to.contains(':'));
            (Some(from), address(first.map_or(&own.private_ip_address, |v6| &v6.ipv6_address)))
        }
    };
    let packet = Packet {
        protocol: TCP,
        source,
        source_port: 40_000,
        destination: address(to),
        destination_port: 443,
        message: (0, 0),
    };
    Evaluator::with_stranger(&snapshot, None).fate(from, packet, 2000)
}

/// A rule for one TCP port from or to some blocks.
fn allow(port: i64, blocks: &[&str]) -> Value {
    let blocks = blocks.iter().map(|block| (*block).to_owned()).collect();
    rows::permission("tcp", Some((port, port)), &[Peers::Blocks(blocks)])
}

/// A rule for everything from or to the carriers of a group.
fn of_group(id: &str) -> Value {
    rows::permission("-1", None, &[Peers::Group(id.to_owned(), None)])
}

/// The same over a peering connection, with the status that the rule shows.
fn of_group_over(id: &str, connection: &str, status: &str) -> Value {
    rows::permission("-1", None, &[Peers::Group(id.to_owned(), Some((connection.to_owned(), status.to_owned())))])
}

/// Entries that allow everything both ways, behind which nothing is reached.
fn everything() -> Vec<Value> {
    let mut entries = Vec::new();
    for egress in [true, false] {
        entries.push(rows::entry(100, egress, "allow", "-1", "0.0.0.0/0", None));
        entries.push(rows::entry(101, egress, "allow", "-1", "::/0", None));
    }
    entries
}

/// Everything but what these entries say first.
fn everything_but(entries: impl IntoIterator<Item = Value>) -> Vec<Value> {
    entries.into_iter().chain(everything()).collect()
}

/// VPC 10.0.0.0/16 with two subnets in two zones, each with one host: `eni-a` 10.0.1.10 and `eni-b` 10.0.2.10, and their IPv6 twins.
fn two_subnets() -> World {
    let mut world = World::new();
    world.vpc("vpc-1", &["10.0.0.0/16", "2001:db8:1::/56"]);
    world.subnet("subnet-a", "vpc-1", "a", &["10.0.1.0/24", "2001:db8:1:1::/64"]);
    world.subnet("subnet-b", "vpc-1", "b", &["10.0.2.0/24", "2001:db8:1:2::/64"]);
    world.group("sg-a", "vpc-1", &[rows::anything()], &[rows::anything()]);
    world.group("sg-b", "vpc-1", &[rows::anything()], &[rows::anything()]);
    world.host("eni-a", "subnet-a", &[("10.0.1.10", None), ("2001:db8:1:1::10", None)], &["sg-a"], LINUX);
    world.host("eni-b", "subnet-b", &[("10.0.2.10", None), ("2001:db8:1:2::10", None)], &["sg-b"], LINUX);
    world
}

/// Replaces the rules of a group for one direction.
fn set_rules(world: &mut World, group: &str, member: &str, rules: &[Value]) {
    world.row("SecurityGroups", group)[member] = rules.into();
}

