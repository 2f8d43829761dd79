//! Route tables of transit gateways.
//!
//! Source: Transit gateway guide, "Transit gateway route tables": the longest prefix decides; at equal length a static route comes before
//! propagated ones.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::route::{self, PassedOver};
use crate::snapshot::ec2::{TransitGatewayRoute, TransitGatewayRouteAttachment, is};
use crate::snapshot::{Gap, Outcome, Snapshot, operations as op};
use ipnetwork::IpNetwork;
use serde_json::Value;
use std::cmp::Reverse;

/// A route table of a transit gateway, read once.
#[derive(Debug)]
pub(in crate::net) struct TransitTable<'s> {
    pub(in crate::net) id: &'s str,
    routes: Vec<TransitRoute>,
    /// Places in the row of all addresses, first and last, with the route that decides there.
    decided: Vec<(u128, u128, usize)>,
    /// Routes that may be there and were not read.
    unread: Option<Gap>,
}

#[derive(Debug)]
struct TransitRoute {
    block: (u128, u128),
    length: u8,
    is_propagated: bool,
    destination: String,
    /// Position in the answer; `None` for what follows from a propagation.
    position: Option<usize>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Attachments(Vec<TransitGatewayRouteAttachment>),
    Blackhole,
}

/// Where a table sends packets.
pub(in crate::net) enum Destination<'t> {
    /// To each of these attachments (some kinds share the packets among several).
    Attachments(&'t [TransitGatewayRouteAttachment]),
    /// Dropped by a route.
    Blackhole,
    /// No route matches.
    Nowhere,
    /// Routes that were not read may match.
    Unknown(&'t Gap),
}

impl<'s> TransitTable<'s> {
    /// Reads a table.
    ///
    /// # Errors
    /// Why its routes are not known.
    pub(in crate::net) fn read(network: &Network<'s>, id: &'s str) -> Result<Self, Gap> {
        let snapshot = network.snapshot;
        let absent = || Gap::opaque(format!("the routes of `{id}`"));
        let answer = snapshot.transit_gateway_routes.get(id)?.ok_or_else(absent)?;
        let mut table = Self { id, routes: Vec::new(), decided: Vec::new(), unread: None };
        for (position, row) in answer.routes.iter().enumerate() {
            table.routes.extend(TransitRoute::read(row, position));
        }
        if answer.additional_routes_available {
            table.unread = Some(Gap::opaque(format!("the routes of `{id}` beyond the first thousand")));
        }
        if is_static_only(snapshot, id) {
            table.add_propagated(network);
        }
        table.routes.sort_by_key(|own| (Reverse(own.length), own.is_propagated));
        table.decided = route::decided(table.routes.iter().map(|own| own.block));
        Ok(table)
    }

    /// What the attachments that propagate into the table bring, where only its static routes were read.
    fn add_propagated(&mut self, network: &Network<'s>) {
        let propagations = match network.snapshot.transit_gateway_propagations.get(self.id) {
            Ok(Some(answer)) => &answer.transit_gateway_route_table_propagations,
            Ok(None) => return,
            Err(gap) => {
                self.unread = Some(gap);
                return;
            }
        };
        for own in propagations.iter().filter(|own| own.state.is_empty() || is(&own.state, "enabled")) {
            let vpc = network.vpc(&own.resource_id).and_then(|vpc| network.blocks_of(vpc));
            let Some(blocks) = vpc.filter(|_| is(&own.resource_type, "vpc")) else {
                let what = format!(
                    "what `{}` ({}) propagates into `{}`",
                    own.transit_gateway_attachment_id, own.resource_id, self.id
                );
                self.unread = Some(Gap::opaque(what));
                continue;
            };
            for block in blocks.blocks() {
                let attachment = TransitGatewayRouteAttachment {
                    resource_id: own.resource_id.clone(),
                    resource_type: own.resource_type.clone(),
                    transit_gateway_attachment_id: own.transit_gateway_attachment_id.clone(),
                };
                self.routes.push(TransitRoute {
                    is_propagated: true,
                    ..TransitRoute::new(block, Target::Attachments(vec![attachment]))
                });
            }
        }
    }

    /// Divides destinations among the routes, by number; `None` where none matches.
    pub(in crate::net) fn divide(&self, destination: &AddressSet) -> Vec<(AddressSet, Option<usize>)> {
        let mut legs: Vec<(AddressSet, Option<usize>)> = Vec::new();
        let mut left = destination.clone();
        for (first, last, number) in &self.decided {
            if !destination.is_touching((*first, *last)) {
                continue;
            }
            let part = destination.between((*first, *last));
            left = left.difference(&part);
            match legs.iter_mut().find(|(_, known)| *known == Some(*number)) {
                Some((known, _)) => *known = known.union(&part),
                None => legs.push((part, Some(*number))),
            }
        }
        if !left.is_empty() {
            legs.push((left, None));
        }
        legs
    }

    /// Where a route leads.
    pub(in crate::net) fn destination(&self, number: usize) -> Destination<'_> {
        match self.routes.get(number).map(|own| &own.target) {
            Some(Target::Attachments(attachments)) => Destination::Attachments(attachments),
            Some(Target::Blackhole) => Destination::Blackhole,
            None => self.nowhere(),
        }
    }

    /// Where packets go for which there is no route.
    pub(in crate::net) fn nowhere(&self) -> Destination<'_> {
        self.unread.as_ref().map_or(Destination::Nowhere, Destination::Unknown)
    }

    /// Routes that were not read and may be longer than one that was.
    pub(in crate::net) fn unread_beyond(&self, number: usize) -> Option<&Gap> {
        let route = self.routes.get(number)?;
        let is_host = route.block.0 == route.block.1;
        // Only static ones come before propagated ones of the same length.
        self.unread.as_ref().filter(|_| !is_host || route.is_propagated)
    }

    /// A route in words: "10.1.0.0/16 -> tgw-attach-1".
    pub(in crate::net) fn in_words(&self, number: usize) -> String {
        self.routes.get(number).map(TransitRoute::in_words).unwrap_or_default()
    }

    fn passed_over(&self, destination: &AddressSet, choice: Option<usize>) -> Vec<PassedOver> {
        let decisive = choice.and_then(|number| self.routes.get(number));
        let others = self.routes.iter().enumerate().filter(|(number, _)| Some(*number) != choice);
        let code = |own: &TransitRoute| match decisive {
            _ if !destination.is_touching(own.block) => "TGW_RTB_CANNOT_ROUTE",
            Some(decisive) if decisive.length == own.length => "TGW_RTB_HIGHER_PRIORITY_ROUTE",
            _ => "TGW_RTB_MORE_SPECIFIC_ROUTE",
        };
        others.map(|(_, own)| PassedOver { route: own.in_words(), code: code(own) }).collect()
    }
}

impl TransitRoute {
    fn new(block: IpNetwork, target: Target) -> Self {
        Self {
            block: AddressSet::block(block).ranges().first().copied().unwrap_or_default(),
            length: block.prefix(),
            is_propagated: false,
            destination: block.to_string(),
            position: None,
            target,
        }
    }

    fn read(row: &TransitGatewayRoute, position: usize) -> Option<Self> {
        let block = row.destination_cidr_block.parse().ok()?;
        let target = if is(&row.state, "blackhole") {
            Target::Blackhole
        } else {
            Target::Attachments(row.transit_gateway_attachments.clone())
        };
        let is_propagated = is(&row.r#type, "propagated");
        Some(Self { is_propagated, position: Some(position), ..Self::new(block, target) })
    }

    fn in_words(&self) -> String {
        let to = match &self.target {
            Target::Blackhole => "blackhole".to_owned(),
            Target::Attachments(attachments) => {
                let ids: Vec<&str> = attachments.iter().map(|own| own.transit_gateway_attachment_id.as_str()).collect();
                ids.join(", ")
            }
        };
        format!("{} -> {to}", self.destination)
    }
}

/// Whether the routes of a table were asked for with the static ones only.
fn is_static_only(snapshot: &Snapshot, id: &str) -> bool {
    let reads = snapshot.reads().iter().filter(|read| read.is_of(op::SEARCH_TRANSIT_GATEWAY_ROUTES));
    let mut own = reads.filter(|read| {
        read.parameters.get("TransitGatewayRouteTableId").and_then(Value::as_str) == Some(id)
            && matches!(read.outcome, Outcome::Output(_))
    });
    own.next_back().is_some_and(|read| {
        let filters = read.parameters.get("Filters").and_then(Value::as_array).into_iter().flatten();
        let mut types = filters.filter(|filter| filter.get("Name").is_some_and(|name| name == "type"));
        types.any(|filter| {
            let values = filter.get("Values").and_then(Value::as_array);
            values.is_some_and(|values| values.iter().all(|value| value == "static"))
        })
    })
}

/// That no route leads on, or that the one which does drops the packets.
pub(in crate::net) fn obstacle(
    snapshot: &Snapshot,
    table: &TransitTable<'_>,
    choice: Option<usize>,
    destination: &AddressSet,
) -> Obstacle {
    let component = Component::new("transit-gateway-route-table", table.id);
    let rows = || {
        let answer = snapshot.reads().iter().rev().filter(|read| read.is_of(op::SEARCH_TRANSIT_GATEWAY_ROUTES));
        let mut own = answer
            .filter(|read| read.parameters.get("TransitGatewayRouteTableId").and_then(Value::as_str) == Some(table.id));
        own.find_map(|read| match &read.outcome {
            Outcome::Output(output) => output.get("Routes").cloned(),
            Outcome::Error { .. } => None,
        })
    };
    let evidence =
        |field: String, value: Value| Evidence::new(op::SEARCH_TRANSIT_GATEWAY_ROUTES, table.id, field, value);
    let route = choice.and_then(|number| table.routes.get(number));
    let mut obstacle = match route {
        Some(route) => {
            let field = route.position.map_or_else(|| "Routes".to_owned(), |at| format!("Routes[{at}].State"));
            let evidence = vec![evidence(field, "blackhole".into())];
            Obstacle::new(Cause::TransitGatewayBlackhole, component, evidence).by(route.in_words())
        }
        None => {
            let evidence = vec![evidence("Routes".to_owned(), rows().unwrap_or(Value::Null))];
            let by = format!("no route of `{}` leads to {destination}", table.id);
            Obstacle::new(Cause::TransitGatewayNoRoute, component, evidence).by(by)
        }
    };
    obstacle.passed_over = table.passed_over(destination, choice);
    obstacle
}
