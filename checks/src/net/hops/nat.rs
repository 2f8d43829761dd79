//! NAT gateways.
//!
//! Source: VPC user guide, "NAT gateways". A NAT gateway carries TCP, UDP and ICMP, uses the ports 1024 to 65535, has no security group,
//! and sits behind the network ACL of its own subnet. A regional NAT gateway has no subnet, and so no ACL but a route table of its own.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::block_public_access::Crossing;
use crate::net::filter::Direction;
use crate::net::gateway;
use crate::net::internet::{deliver, onward};
use crate::net::network::Nat;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Link, Parcel, Place, Role, Translator, Turn, replies, with_source};
use crate::net::path::{Walk, Way};
use crate::net::proof;
use crate::net::route::Target;
use crate::net::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::net::trip::Trip;
use crate::snapshot::ec2::{NatGateway, is};
use crate::snapshot::{Gap, Resource, Snapshot};

/// Through a NAT gateway that a route leads to.
pub(in crate::net) fn through<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    parcel: Parcel<'_, 's>,
) {
    let hop = || Component::new("nat-gateway", id);
    if parcel.way == Way::Reply {
        // A reply that leaves by a NAT gateway gets another source, and nobody waits for it.
        walk.stop(Way::Reply, hop, parcel.traffic, || {
            let table = at.subnet.and_then(|subnet| trip.network.table_of(subnet).ok());
            let component = table.map_or_else(hop, crate::net::route::Table::component);
            let legs = table.map(|table| (table, table.divide(&parcel.traffic.destinations())));
            let choice = legs.as_ref().and_then(|(table, legs)| Some((table, legs.first()?.choice.as_ref()?)));
            let evidence = choice.map(|(table, choice)| table.evidence(trip.network.snapshot, Some(choice)));
            let by = choice.map(|(table, choice)| table.in_words(choice)).unwrap_or_default();
            Obstacle::new(Cause::NoReturnRoute, component, evidence.unwrap_or_default()).by(by)
        });
        return;
    }
    let nat = match trip.network.nat(id) {
        Ok(Some(nat)) => nat,
        Ok(None) if sees_gateways(trip, at) => {
            walk.stop(parcel.way, hop, parcel.traffic, || absent(id));
            return trip.without_way(walk, parcel);
        }
        Ok(None) => {
            let gap = || Gap::opaque(format!("NAT gateway `{id}` of the subnet's owner"));
            return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", gap, parcel);
        }
        Err(gap) => {
            return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || gap, parcel);
        }
    };
    let gateway = nat.row;
    if let Some(fault) = unusable(trip, at, gateway, parcel.traffic) {
        walk.stop(parcel.way, hop, parcel.traffic, || fault.obstacle(trip.network.snapshot, gateway));
        return trip.without_way(walk, parcel);
    }
    let traffic = match nat.subnet {
        Some(own) if at.subnet != nat.subnet => {
            trip.guard(walk, own, Direction::Ingress, Cause::NatSubnetAclFromClient, parcel)
        }
        _ => parcel.traffic.clone(),
    };
    let translated = translate(walk, trip.network.snapshot, nat, &traffic);
    let turn =
        Turn { by: Translator::Nat(nat), inside: &traffic, at, source: translated.sources(), before: parcel.turn };
    let link = Link::Lost("SG_REFERENCES_NOT_PRESERVED");
    let parcel = Parcel { traffic: &translated, link, turn: Some(&turn), ..parcel };
    if !walk.is_settled() {
        trip.leave_subnet(walk, Place { vpc: at.vpc, subnet: nat.subnet, role: Role::Nat(nat) }, parcel);
    }
}

/// Whether a NAT gateway that is not listed does not exist: those of a shared subnet are its owner's.
fn sees_gateways(trip: &Trip<'_, '_>, at: Place<'_, '_>) -> bool {
    let is_shared = trip.from.is_some_and(|origin| origin.is_in_shared_subnet(trip.network));
    !is_shared && trip.network.sees_all_of(trip.network.vpc_id(at.vpc)).is_ok()
}

/// Why a NAT gateway takes no packets at all.
enum Fault {
    State,
    Protocol(Protocol),
    Zone,
}

fn unusable(trip: &Trip<'_, '_>, at: Place<'_, '_>, gateway: &NatGateway, traffic: &TrafficSet) -> Option<Fault> {
    if !is(&gateway.state, "available") {
        return Some(Fault::State);
    }
    let carried = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];
    if let Some(protocol) = traffic.protocol().filter(|own| !carried.contains(own)) {
        return Some(Fault::Protocol(protocol));
    }
    let row = trip.network.subnet_row(at.subnet?)?;
    let is_manual = is(&gateway.availability_mode, "regional") && is(&gateway.auto_provision_zones, "disabled");
    let mut zones = gateway.nat_gateway_addresses.iter().map(|own| own.availability_zone.as_str());
    let is_elsewhere = !zones.clone().any(str::is_empty) && !zones.any(|zone| zone == row.availability_zone);
    (is_manual && is_elsewhere && !row.availability_zone.is_empty()).then_some(Fault::Zone)
}

impl Fault {
    fn obstacle(&self, snapshot: &Snapshot, gateway: &NatGateway) -> Obstacle {
        let id = &gateway.nat_gateway_id;
        let proof = |member: &str| proof::of::<NatGateway>(snapshot, id, member);
        let obstacle = |cause, evidence| Obstacle::new(cause, Component::new("nat-gateway", id), evidence);
        match self {
            Self::State => {
                let told = [("FailureCode", &gateway.failure_code), ("FailureMessage", &gateway.failure_message)];
                let told = told.into_iter().filter(|(_, text)| !text.is_empty()).map(|(member, _)| proof(member));
                let evidence = std::iter::once(proof("State")).chain(told).collect();
                obstacle(Cause::NatState, evidence).by(format!("`{id}` is {}", gateway.state))
            }
            Self::Protocol(protocol) => {
                let by = format!("a NAT gateway carries TCP, UDP and ICMP, not {protocol}");
                obstacle(Cause::ProtocolNotCarried, Vec::new()).by(by)
            }
            Self::Zone => {
                let by = format!("`{id}` has no address in the zone of the sender");
                obstacle(Cause::NatZone, vec![proof("NatGatewayAddresses")]).by(by)
            }
        }
    }
}

fn absent(id: &str) -> Obstacle {
    let evidence = vec![Evidence::new(NatGateway::OPERATION, id, "NatGateways", serde_json::Value::Null)];
    let obstacle = Obstacle::new(Cause::NatState, Component::new("nat-gateway", id), evidence);
    obstacle.by(format!("`{id}` does not exist"))
}

/// The packets as they leave the gateway, which has to have an address for that when it is public.
fn translate(walk: &mut Walk<'_>, snapshot: &Snapshot, nat: &Nat<'_>, traffic: &TrafficSet) -> TrafficSet {
    let gateway = nat.row;
    let source = if nat.private.is_empty() { AddressSet::all(Family::Ipv4) } else { nat.private.clone() };
    let mut translated = with_source(traffic, &source);
    if traffic.family() == Family::Ipv6 {
        // NAT64: 64:ff9b::/96 stands for every IPv4 address.
        let part = |part: &Traffic| Traffic { destination: AddressSet::public(Family::Ipv4), ..part.clone() };
        translated = translated.parts().iter().map(part).fold(TrafficSet::default(), |set, own| set.union(&own.into()));
    }
    let hop = || Component::new("nat-gateway", &gateway.nat_gateway_id);
    if !has_working_address(gateway) {
        walk.stop(Way::Forward, hop, &translated, || {
            let id = &gateway.nat_gateway_id;
            let evidence = vec![proof::of::<NatGateway>(snapshot, id, "NatGatewayAddresses")];
            let kind = if is_public(gateway) { "public address" } else { "address" };
            let by = format!("`{id}` has no {kind} that works");
            Obstacle::new(Cause::NatAddressMissing, hop(), evidence).by(by)
        });
    } else {
        walk.pass(Way::Forward, &translated, || (hop(), None, Some("REMAP_EPHEMERAL_PORT")));
    }
    translated
}

fn is_public(gateway: &NatGateway) -> bool {
    !is(&gateway.connectivity_type, "private")
}

/// Whether it has an address to send from, a public one where it is public; a list without any is no list of a private one.
fn has_working_address(gateway: &NatGateway) -> bool {
    let works = |status: &str| status.is_empty() || is(status, "succeeded");
    let mut working = gateway.nat_gateway_addresses.iter().filter(|own| works(&own.status));
    if is_public(gateway) {
        return working.any(|own| !own.public_ip.is_empty());
    }
    gateway.nat_gateway_addresses.is_empty() || working.next().is_some()
}

/// What is wrong with a target to which the table of a NAT gateway's subnet sends translated packets.
pub(in crate::net) fn misrouted(nat: &Nat<'_>, target: &Target) -> Option<Cause> {
    let gateway = nat.row;
    match target {
        Target::NatGateway(next) if *next == gateway.nat_gateway_id => Some(Cause::NatPointsToItself),
        Target::NatGateway(_) if is_public(gateway) => Some(Cause::NatInPrivateSubnet),
        _ => None,
    }
}

/// Out to the internet, with the public address of the gateway.
pub(in crate::net) fn to_internet<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    nat: &Nat<'_>,
    igw: &str,
    parcel: Parcel<'_, 's>,
) {
    let hop = || Component::new("internet-gateway", igw);
    let gateway = nat.row;
    let outside = if nat.public.is_empty() { parcel.traffic.clone() } else { with_source(parcel.traffic, &nat.public) };
    let client = parcel.turn.and_then(|turn| turn.at.subnet);
    let (mut obstacles, mut gaps) = match at.subnet.or(client) {
        Some(subnet) => gateway::internet_gateway(trip.network, igw, at.vpc, subnet, Crossing::OutboundNat),
        None => (Vec::new(), Vec::new()),
    };
    if let (Some(own), Some(client)) = (at.subnet, client)
        && own != client
    {
        weigh_exclusions(trip, own, client, &mut obstacles, &mut gaps);
    }
    if !is_public(gateway) {
        let id = &gateway.nat_gateway_id;
        let evidence = vec![proof::of::<NatGateway>(trip.network.snapshot, id, "ConnectivityType")];
        let obstacle = Obstacle::new(Cause::NatPrivate, Component::new("nat-gateway", id), evidence);
        obstacles.push(obstacle.by(format!("`{id}` is private")));
    }
    let destinations = parcel.traffic.destinations();
    if !destinations.intersects(AddressSet::internet_ref(Family::Ipv4)) {
        obstacles.push(crate::net::internet::not_public(hop(), &destinations));
    }
    deliver(walk, parcel.way, hop, &outside, (obstacles, gaps));
    onward(trip, walk, parcel.with(&outside));
}

/// AWS does not say whose exclusion counts when the NAT gateway's subnet is excluded from Block Public Access and the client's is
/// not, or the other way round.
fn weigh_exclusions(
    trip: &Trip<'_, '_>,
    own: crate::net::network::SubnetIx,
    client: crate::net::network::SubnetIx,
    obstacles: &mut Vec<Obstacle>,
    gaps: &mut Vec<Gap>,
) {
    let (Ok(of_gateway), Ok(of_client)) = (trip.network.edge_of(own), trip.network.edge_of(client)) else { return };
    if of_gateway.mode.blocks(Crossing::OutboundNat) != of_client.mode.blocks(Crossing::OutboundNat) {
        obstacles.retain(|obstacle| obstacle.cause != Cause::BlockPublicAccess);
        let (own, client) = (trip.network.subnet_id(own), trip.network.subnet_id(client));
        gaps.push(Gap::opaque(format!(
            "how Block Public Access treats a NAT gateway in `{own}` for `{client}`, of which only one is excluded"
        )));
    }
}

/// Replies from outside that reach the gateway: into its subnet first.
pub(in crate::net) fn back<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, turn: &Turn<'_, 's>, parcel: Parcel<'_, 's>) {
    let Translator::Nat(nat) = turn.by else { return };
    let traffic = match nat.subnet {
        Some(subnet) => trip.guard(walk, subnet, Direction::Ingress, Cause::NatSubnetAclReply, parcel),
        None => parcel.traffic.clone(),
    };
    if !walk.is_settled() {
        unturn(trip, walk, turn, parcel.with(&traffic));
    }
}

/// Replies that get the address of the client back.
pub(in crate::net) fn unturn<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    turn: &Turn<'_, 's>,
    parcel: Parcel<'_, 's>,
) {
    let Translator::Nat(nat) = turn.by else { return };
    walk.pass(Way::Reply, parcel.traffic, || (Component::new("nat-gateway", &nat.row.nat_gateway_id), None, None));
    let ports = trip.ports_of_replies(turn.before);
    let returning = replies(turn.inside, &turn.inside.sources(), &ports);
    let parcel = Parcel { traffic: &returning, turn: turn.before, ..parcel };
    let place = Place { vpc: turn.at.vpc, subnet: nat.subnet, role: Role::Nat(nat) };
    // Where a regional gateway sends replies inside its VPC is not told; it has no subnet to leave.
    match (place.subnet, trip.next(place.vpc, &parcel)) {
        (None, Some(next)) => trip.deliver(walk, place, next, parcel),
        _ => trip.leave_subnet(walk, place, parcel),
    }
}

/// A NAT gateway as receiver, which takes no connections from outside.
pub(in crate::net) fn unsolicited(walk: &mut Walk<'_>, interface: &str, parcel: Parcel<'_, '_>) {
    let hop = || Component::new("network-interface", interface);
    walk.stop(parcel.way, hop, parcel.traffic, || {
        let by = format!("`{interface}` belongs to a NAT gateway, which takes no connections from outside");
        Obstacle::new(Cause::NatUnsolicited, hop(), Vec::new()).by(by)
    });
}
