//! How to let a function out through its groups.

use super::Case;
use super::target::Target;
use crate::fix::{Fix, FixClass};
use crate::net::{AddressSet, Direction, Family};
use crate::remedy::security_group::{Peer, allow, permission};
use crate::walls::Wall;

/// A rule that lets the first group of the function out, no wider than what was asked about.
pub fn egress(case: &Case<'_>, wall: &Wall<'_>) -> Option<Fix> {
    let group = case.groups().first()?;
    let header = wall.obstacle.header.as_ref();
    let is_ipv6 = header.is_some_and(|header| !header.source.of_family(Family::Ipv6).is_empty());
    let endpoints = case.ways.iter().flat_map(|way| way.endpoints());
    let endpoint = endpoints.filter_map(|id| case.snapshot.vpc_endpoints.get(id).ok().flatten()).next();
    let endpoint_group = endpoint.and_then(|own| own.groups.first()).map(|group| group.group_id.clone());
    let list = match &case.target {
        Target::Service(service) => {
            let lists = case.snapshot.prefix_lists.known().iter();
            lists.into_iter().find(|list| list.prefix_list_name == service.endpoint_service())
        }
        _ => None,
    };
    let block = header.and_then(|header| header.destination.single()).map(AddressSet::one);
    let block = block.and_then(|set| set.blocks().first().map(ToString::to_string));
    let block =
        block.map(|text| if text.contains('/') { text } else { format!("{text}/{}", if is_ipv6 { 128 } else { 32 }) });
    let everywhere = if is_ipv6 { "::/0" } else { "0.0.0.0/0" };
    let (peer, words) = if let Some(own) = &endpoint_group {
        (Peer::Group(own), format!("to the endpoint's group `{own}`"))
    } else if let Some(list) = list {
        (Peer::PrefixList(&list.prefix_list_id), format!("to prefix list `{}`", list.prefix_list_name))
    } else if let Some(block) = &block {
        (Peer::Block(block), format!("to {block}"))
    } else {
        (Peer::Block(everywhere), "to the internet".to_owned())
    };
    let port = case.question.port;
    let fix = Fix::new(FixClass::A, format!("allow TCP {port} out of `{group}` {words}"));
    Some(allow(fix, &case.site_of(wall), Direction::Egress, group, &permission("tcp", port, &[peer])))
}
