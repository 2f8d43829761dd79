//! Transit gateways: from a VPC through an attachment, by the table of that attachment, into another VPC, and over peerings between
//! transit gateways.
//!
//! Source: Transit gateway guide, "How Amazon VPC Transit Gateways work", "Network ACLs for transit gateways" and "Security group
//! referencing".

use crate::evidence::Component;
use crate::net::filter::Direction;
use crate::net::network::{Network, SubnetIx};
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::parcel::{Link, Parcel, Place, Role, behind, towards};
use crate::net::path::{Branches, Walk};
use crate::net::proof;
use crate::net::traffic::{Family, TrafficSet};
use crate::net::transit_table::{self, Destination, TransitTable};
use crate::net::trip::Trip;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{TransitGatewayAttachment, TransitGatewayRouteAttachment, TransitGatewayVpcAttachment, is};

/// A transit gateway that packets are in, and how they came.
#[derive(Clone, Copy)]
struct Hub<'p> {
    id: &'p str,
    /// The attachment that packets came through, which has the table.
    attachment: &'p str,
    /// The VPC attachment of the sender.
    sender: &'p TransitGatewayVpcAttachment,
    /// Zone of the subnet that packets came from.
    zone: &'p str,
    /// Transit gateways that were crossed before.
    crossed: u8,
    /// The one before this, over a peering.
    before: Option<&'p Hub<'p>>,
}

/// With more transit gateways than this on one way packets go round in a circle.
const MOST_HUBS: u8 = 8;

/// Through a transit gateway that a route leads to.
pub(in crate::net) fn across<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    parcel: Parcel<'_, 's>,
) {
    let hop = || Component::new("transit-gateway", id);
    let attachment = match own_attachment(trip.network, id, trip.network.vpc_id(at.vpc)) {
        Ok(Some(attachment)) => attachment,
        Ok(None) => {
            walk.stop(parcel.way, hop, parcel.traffic, || {
                let by = format!("`{}` is not attached to `{id}`", trip.network.vpc_id(at.vpc));
                Obstacle::new(Cause::TransitGatewayAttachment, hop(), Vec::new()).by(by)
            });
            return trip.without_way(walk, parcel);
        }
        Err(gap) => {
            return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || gap, parcel);
        }
    };
    let own = || Component::new("transit-gateway-attachment", &attachment.transit_gateway_attachment_id);
    if let Some(obstacle) = refused(trip.network, attachment, parcel.traffic) {
        walk.stop(parcel.way, own, parcel.traffic, || obstacle);
        return trip.without_way(walk, parcel);
    }
    let zone =
        at.subnet.and_then(|subnet| trip.network.subnet_row(subnet)).map_or("", |row| row.availability_zone.as_str());
    let traffic = match entry(trip.network, attachment, at, zone) {
        Entry::Subnet(subnet) => trip.guard(walk, subnet, Direction::Ingress, Cause::TransitGatewaySubnetAcl, parcel),
        Entry::NoZone => {
            walk.stop(parcel.way, own, parcel.traffic, || no_zone(trip.network, attachment, zone));
            return trip.without_way(walk, parcel);
        }
        Entry::Unknown(gap) => {
            walk.gap(|| gap);
            parcel.traffic.clone()
        }
    };
    if walk.is_settled() {
        return;
    }
    let parcel = parcel.with(&traffic);
    pass(walk, attachment, parcel);
    let own_id = &attachment.transit_gateway_attachment_id;
    let hub = Hub { id, attachment: own_id, sender: attachment, zone, crossed: 0, before: None };
    hub.route(trip, walk, parcel);
}

/// The attachment of a VPC. What nobody asked about stays what is behind the gateway.
fn own_attachment<'s>(
    network: &Network<'s>,
    gateway: &str,
    vpc: &str,
) -> Result<Option<&'s TransitGatewayVpcAttachment>, Gap> {
    let snapshot = network.snapshot;
    let is_own = |own: &&TransitGatewayVpcAttachment| {
        own.transit_gateway_id == gateway && own.vpc_id == vpc && !is(&own.state, "deleted")
    };
    // One that failed or was refused stays listed for a while beside the one that works.
    let known = || snapshot.transit_gateway_vpc_attachments.known().iter().filter(is_own);
    let in_state = |state: &str| known().find(|own| is(&own.state, state));
    if let Some(found) = in_state("available").or_else(|| in_state("modifying")).or_else(|| known().next()) {
        return Ok(Some(found));
    }
    let attachments = &snapshot.transit_gateway_vpc_attachments;
    let listed = attachments
        .covers("transit-gateway-id", gateway)
        .or_else(|gap| attachments.covers("vpc-id", vpc).map_err(|_| gap));
    match listed {
        // Attachments of a shared VPC are its owner's.
        Ok(()) => network.sees_all_of(vpc).map(|()| None),
        Err(Gap::NotAsked { .. }) => Err(behind(&crate::net::route::Target::TransitGateway(gateway.to_owned()))),
        Err(gap) => Err(gap),
    }
}

/// What an attachment has against packets from its VPC.
fn refused(network: &Network<'_>, attachment: &TransitGatewayVpcAttachment, traffic: &TrafficSet) -> Option<Obstacle> {
    let id = &attachment.transit_gateway_attachment_id;
    let component = Component::new("transit-gateway-attachment", id);
    let proof = |member: &str| vec![proof::of::<TransitGatewayVpcAttachment>(network.snapshot, id, member)];
    if !is(&attachment.state, "available") && !is(&attachment.state, "modifying") {
        let obstacle = Obstacle::new(Cause::TransitGatewayAttachment, component, proof("State"));
        return Some(obstacle.by(format!("`{id}` is {}", attachment.state)));
    }
    if traffic.family() == Family::Ipv6 && is(&attachment.options.ipv6_support, "disable") {
        let obstacle = Obstacle::new(Cause::TransitGatewayFamily, component, proof("Options.Ipv6Support"));
        return Some(obstacle.by(format!("`{id}` does not carry IPv6")));
    }
    None
}

/// Past an attachment; while it is being changed nobody says that it carries everything.
fn pass(walk: &mut Walk<'_>, attachment: &TransitGatewayVpcAttachment, parcel: Parcel<'_, '_>) {
    let id = &attachment.transit_gateway_attachment_id;
    walk.pass(parcel.way, parcel.traffic, || (Component::new("transit-gateway-attachment", id), None, None));
    if is(&attachment.state, "modifying") {
        walk.gap(|| Gap::opaque(format!("what attachment `{id}` carries while it is modified")));
    }
}

/// Where packets enter an attachment.
enum Entry {
    /// The attachment's subnet in the zone of the sender.
    Subnet(SubnetIx),
    /// There is none in that zone.
    NoZone,
    Unknown(Gap),
}

/// A subnet sends only to an interface of the attachment in its own zone.
fn entry(network: &Network<'_>, attachment: &TransitGatewayVpcAttachment, at: Place<'_, '_>, zone: &str) -> Entry {
    if let Some(own) = at.subnet
        && attachment.subnet_ids.iter().any(|id| id == network.subnet_id(own))
    {
        return Entry::Subnet(own);
    }
    let mut unknown = zone.is_empty().then(|| {
        let subnet = at.subnet.map_or("", |subnet| network.subnet_id(subnet));
        network
            .snapshot
            .subnets
            .get(subnet)
            .err()
            .unwrap_or_else(|| Gap::opaque(format!("the zone of subnet `{subnet}`")))
    });
    for id in &attachment.subnet_ids {
        match network.snapshot.subnets.get(id) {
            Ok(Some(row)) if !zone.is_empty() && row.availability_zone == zone => {
                if let Some(subnet) = network.subnet(id) {
                    return Entry::Subnet(subnet);
                }
            }
            Ok(Some(row)) if !row.availability_zone.is_empty() => {}
            Ok(_) => unknown = unknown.or_else(|| Some(Gap::opaque(format!("the zone of subnet `{id}`")))),
            Err(gap) => unknown = unknown.or(Some(gap)),
        }
    }
    unknown.map_or(Entry::NoZone, Entry::Unknown)
}

fn no_zone(network: &Network<'_>, attachment: &TransitGatewayVpcAttachment, zone: &str) -> Obstacle {
    let id = &attachment.transit_gateway_attachment_id;
    let evidence = vec![proof::of::<TransitGatewayVpcAttachment>(network.snapshot, id, "SubnetIds")];
    let component = Component::new("transit-gateway-attachment", id);
    Obstacle::new(Cause::TransitGatewayZone, component, evidence).by(format!("`{id}` has no subnet in {zone}"))
}

impl Hub<'_> {
    /// By the table that is associated with the attachment that packets came through.
    fn route<'s>(&self, trip: &Trip<'_, 's>, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
        let hop = || Component::new("transit-gateway", self.id);
        let id = match self.table(trip.network) {
            Ok(Some(id)) => id,
            Ok(None) => {
                walk.stop(parcel.way, hop, parcel.traffic, || {
                    let component = Component::new("transit-gateway-attachment", self.attachment);
                    let evidence =
                        proof::of::<TransitGatewayAttachment>(trip.network.snapshot, self.attachment, "Association");
                    let by = format!("no route table is associated with `{}`", self.attachment);
                    Obstacle::new(Cause::TransitGatewayAssociation, component, vec![evidence]).by(by)
                });
                return trip.without_way(walk, parcel);
            }
            Err(gap) => {
                return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || gap, parcel);
            }
        };
        let table = match trip.network.transit_table(id) {
            Ok(table) => table,
            Err(gap) => {
                return trip.lose_sight(walk, hop, "TGW_RTB_ROUTES_ARE_UNKNOWN", || gap, parcel);
            }
        };
        let destinations = parcel.traffic.destinations();
        let legs = table.divide(&destinations);
        if let [(destination, choice)] = legs.as_slice()
            && *destination == destinations
        {
            return self.part(trip, walk, table, *choice, parcel);
        }
        let mut branches = Branches::new();
        for (destination, choice) in &legs {
            let traffic = towards(parcel.traffic, destination);
            let mut branch = walk.branch();
            self.part(trip, &mut branch, table, *choice, parcel.with(&traffic));
            branches.push(branch);
        }
        walk.join(branches);
    }

    /// Id of the table; `Ok(None)` when none is associated.
    fn table<'n>(&self, network: &Network<'n>) -> Result<Option<&'n str>, Gap> {
        let attachments = &network.snapshot.transit_gateway_attachments;
        let is_own = |own: &&TransitGatewayAttachment| {
            own.transit_gateway_attachment_id == self.attachment && own.transit_gateway_id == self.id
        };
        let Some(row) = attachments.known().iter().find(is_own) else {
            let gap = attachments.get(self.attachment).err();
            return Err(gap.unwrap_or_else(|| {
                Gap::opaque(format!("the route table of attachment `{}` to `{}`", self.attachment, self.id))
            }));
        };
        let association = row.association.as_ref().filter(|own| own.state.is_empty() || is(&own.state, "associated"));
        Ok(association.map(|own| own.transit_gateway_route_table_id.as_str()).filter(|id| !id.is_empty()))
    }

    /// Whether the packets were here before and the same table was asked: it sends them the same way again.
    fn goes_round(&self, network: &Network<'_>) -> bool {
        let Ok(Some(table)) = self.table(network) else { return false };
        let mut before = std::iter::successors(self.before, |hub| hub.before);
        before.any(|known| known.id == self.id && known.table(network).is_ok_and(|own| own == Some(table)))
    }

    /// A leg as far as is known: a longer route that was not read may lead elsewhere.
    fn part<'s>(
        &self,
        trip: &Trip<'_, 's>,
        walk: &mut Walk<'_>,
        table: &TransitTable<'_>,
        choice: Option<usize>,
        parcel: Parcel<'_, 's>,
    ) {
        let Some(gap) = choice.and_then(|number| table.unread_beyond(number)) else {
            return self.leg(trip, walk, table, choice, parcel);
        };
        let mut known = walk.branch();
        self.leg(trip, &mut known, table, choice, parcel);
        if known.tally.is_blocked {
            known.soften(Effect::Possible, "packets by a route that was not read");
        }
        walk.take_over(known);
        self.lose_sight_of(trip, walk, table, gap, parcel);
    }

    fn leg<'s>(
        &self,
        trip: &Trip<'_, 's>,
        walk: &mut Walk<'_>,
        table: &TransitTable<'_>,
        choice: Option<usize>,
        parcel: Parcel<'_, 's>,
    ) {
        let hop = || Component::new("transit-gateway-route-table", table.id);
        let destination = match choice.map_or_else(|| table.nowhere(), |number| table.destination(number)) {
            Destination::Unknown(gap) => {
                return self.lose_sight_of(trip, walk, table, gap, parcel);
            }
            Destination::Nowhere | Destination::Blackhole => {
                walk.stop(parcel.way, hop, parcel.traffic, || {
                    transit_table::obstacle(trip.network.snapshot, table, choice, &parcel.traffic.destinations())
                });
                return trip.without_way(walk, parcel);
            }
            Destination::Attachments(attachments) => attachments,
        };
        walk.pass(parcel.way, parcel.traffic, || (hop(), choice.map(|number| table.in_words(number)), None));
        let parcel = match parcel.copied(destination.len()) {
            Ok(parcel) => parcel,
            Err(gap) => {
                return trip.lose_sight(walk, hop, "UNKNOWN_DESTINATION", || gap, parcel);
            }
        };
        for attachment in destination {
            self.enter_attachment(trip, walk, attachment, parcel);
        }
    }

    /// Behind a table that was not read whole.
    fn lose_sight_of<'s>(
        &self,
        trip: &Trip<'_, 's>,
        walk: &mut Walk<'_>,
        table: &TransitTable<'_>,
        gap: &Gap,
        parcel: Parcel<'_, 's>,
    ) {
        let hop = || Component::new("transit-gateway-route-table", table.id);
        trip.lose_sight(walk, hop, "TGW_RTB_ROUTES_ARE_UNKNOWN", || gap.clone(), parcel);
    }

    fn enter_attachment<'s>(
        &self,
        trip: &Trip<'_, 's>,
        walk: &mut Walk<'_>,
        attachment: &TransitGatewayRouteAttachment,
        parcel: Parcel<'_, 's>,
    ) {
        let id = attachment.transit_gateway_attachment_id.as_str();
        let hop = || Component::new("transit-gateway-attachment", id);
        match attachment.resource_type.as_str() {
            "vpc" => match trip.network.snapshot.transit_gateway_vpc_attachments.get(id) {
                Ok(Some(row)) => self.enter_vpc(trip, walk, row, parcel),
                Ok(None) | Err(Gap::NotAsked { .. }) => {
                    let gap = || Gap::opaque(format!("what is behind attachment `{id}` ({})", attachment.resource_id));
                    trip.lose_sight(walk, hop, "UNKNOWN_DESTINATION", gap, parcel);
                }
                Err(gap) => {
                    trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || gap, parcel);
                }
            },
            "peering" => {
                let far = self.far_gateway(trip.network, attachment);
                let crossed = self.crossed.saturating_add(1);
                let hub = Hub { id: far, attachment: id, crossed, before: Some(self), ..*self };
                if crossed > MOST_HUBS || hub.goes_round(trip.network) {
                    return walk.stop(parcel.way, hop, parcel.traffic, || {
                        Obstacle::new(Cause::RoutingLoop, hop(), Vec::new())
                            .by("transit gateways hand the packets round")
                    });
                }
                walk.pass(parcel.way, parcel.traffic, || (hop(), None, None));
                let link = Link::Lost("SG_REFERENCES_NOT_PRESERVED");
                hub.route(trip, walk, Parcel { link, ..parcel });
            }
            kind => {
                let gap =
                    || Gap::opaque(format!("what is behind {kind} attachment `{id}` ({})", attachment.resource_id));
                trip.lose_sight(walk, hop, "UNSUPPORTED_COMPONENT", gap, parcel);
            }
        }
    }

    /// The transit gateway at the other end of a peering: the resource of the attachment as this one sees it.
    fn far_gateway<'n>(&self, network: &'n Network<'_>, route: &'n TransitGatewayRouteAttachment) -> &'n str {
        let rows = network.snapshot.transit_gateway_attachments.known().iter();
        let mut own = rows.filter(|row| row.transit_gateway_attachment_id == route.transit_gateway_attachment_id);
        let seen = own.find(|row| row.transit_gateway_id == self.id).map(|row| row.resource_id.as_str());
        seen.unwrap_or(&route.resource_id)
    }

    fn enter_vpc<'s>(
        &self,
        trip: &Trip<'_, 's>,
        walk: &mut Walk<'_>,
        attachment: &TransitGatewayVpcAttachment,
        parcel: Parcel<'_, 's>,
    ) {
        let id = &attachment.transit_gateway_attachment_id;
        let hop = || Component::new("transit-gateway-attachment", id);
        if let Some(obstacle) = refused(trip.network, attachment, parcel.traffic) {
            walk.stop(parcel.way, hop, parcel.traffic, || obstacle);
            return trip.without_way(walk, parcel);
        }
        pass(walk, attachment, parcel);
        let Some(vpc) = trip.network.vpc(&attachment.vpc_id) else {
            let gap = || Gap::opaque(format!("what is in VPC `{}`", attachment.vpc_id));
            return trip.lose_sight(walk, hop, "UNKNOWN_DESTINATION", gap, parcel);
        };
        let support = self.keeps_groups(trip.network, attachment);
        let link = match (&parcel.link, &support) {
            (Link::Kept, Ok(supported)) => Link::Transit(Ok(*supported)),
            (Link::Kept, Err(gap)) => Link::Transit(Err(gap)),
            (Link::Transit(_) | Link::Lost(_), _) => Link::Lost("SG_REFERENCES_NOT_PRESERVED"),
        };
        let parcel = Parcel { link, ..parcel };
        let subnets = self.exits(trip.network, attachment);
        if let [only] = subnets.as_slice() {
            let place = Place { vpc, subnet: Some(*only), role: Role::Attachment };
            return trip.leave_subnet(walk, place, parcel);
        }
        if subnets.is_empty() {
            let gap = || Gap::opaque(format!("the subnets of attachment `{id}`"));
            return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", gap, parcel);
        }
        let parcel = match parcel.copied(subnets.len()) {
            Ok(parcel) => parcel,
            Err(gap) => {
                return trip.lose_sight(walk, hop, "UNKNOWN_DESTINATION", || gap, parcel);
            }
        };
        let mut branches = Branches::new();
        for subnet in subnets {
            let mut branch = walk.branch();
            let place = Place { vpc, subnet: Some(subnet), role: Role::Attachment };
            trip.leave_subnet(&mut branch, place, parcel);
            branches.push(branch);
        }
        if !branches.iter().all(|branch| branch.tally == branches.first().map_or(branch.tally, |first| first.tally))
            && let Some(gap) = self.unknown_zone(trip.network, attachment)
        {
            walk.gap(|| gap);
        }
        walk.join(branches);
    }

    /// Why it is not known in which zone packets leave an attachment that has a subnet in each of several.
    fn unknown_zone(&self, network: &Network<'_>, attachment: &TransitGatewayVpcAttachment) -> Option<Gap> {
        if is(&attachment.options.appliance_mode_support, "enable") {
            return None;
        }
        if self.zone.is_empty() {
            let id = &self.sender.transit_gateway_attachment_id;
            return Some(Gap::opaque(format!("the zone in which packets enter attachment `{id}`")));
        }
        let unknown = |id: &&String| match network.snapshot.subnets.get(id) {
            Ok(Some(row)) => row.availability_zone.is_empty(),
            Ok(None) | Err(_) => true,
        };
        let id = &attachment.transit_gateway_attachment_id;
        // Nobody says which one the gateway takes for a zone in which the attachment has none.
        let Some(subnet) = attachment.subnet_ids.iter().find(unknown) else {
            return Some(Gap::opaque(format!("in which zone packets leave attachment `{id}`")));
        };
        let gap = network.snapshot.subnets.get(subnet).err();
        Some(gap.unwrap_or_else(|| Gap::opaque(format!("the zone of subnet `{subnet}`"))))
    }

    /// The subnets in which packets leave the attachment: that in the zone of the sender, or any where there is none or where appliance mode
    /// keeps each flow in one zone of its own.
    ///
    /// Source: Transit gateway guide, "Appliance in a shared services VPC".
    fn exits(&self, network: &Network<'_>, attachment: &TransitGatewayVpcAttachment) -> Vec<SubnetIx> {
        let subnets: Vec<SubnetIx> = attachment.subnet_ids.iter().filter_map(|id| network.subnet(id)).collect();
        let in_zone = |subnet: &&SubnetIx| {
            !self.zone.is_empty() && network.subnet_row(**subnet).is_some_and(|row| row.availability_zone == self.zone)
        };
        match subnets.iter().find(in_zone) {
            Some(subnet) if !is(&attachment.options.appliance_mode_support, "enable") => vec![*subnet],
            _ => subnets,
        }
    }

    /// Whether inbound rules may name groups of the sender: allowed on the gateway, not refused on the attachments, and not in the one
    /// zone that does without.
    fn keeps_groups(&self, network: &Network<'_>, attachment: &TransitGatewayVpcAttachment) -> Result<bool, Gap> {
        let id = self.id;
        let gateway = network.snapshot.transit_gateways.get(id)?;
        let gateway = gateway.ok_or_else(|| Gap::opaque(format!("the options of transit gateway `{id}`")))?;
        let refuses =
            |own: &TransitGatewayVpcAttachment| is(&own.options.security_group_referencing_support, "disable");
        let in_old_zone = |own: &TransitGatewayVpcAttachment| {
            let rows = own.subnet_ids.iter().filter_map(|id| network.snapshot.subnets.get(id).ok().flatten());
            let mut rows = rows.filter(|row| row.availability_zone == self.zone);
            rows.any(|row| row.availability_zone_id == "use1-az3")
        };
        let is_on = is(&gateway.options.security_group_referencing_support, "enable");
        Ok(is_on && !refuses(self.sender) && !refuses(attachment) && !in_old_zone(self.sender))
    }
}
