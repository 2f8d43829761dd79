//! How to let a function through: groups and lists of subnets.

use super::Case;
use super::target::Target;
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{AddressSet, Direction, Family};
use crate::remedy::security_group::{Peer, allow, permission};
use crate::walls::{Wall, in_words};

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

/// Takes subnets out of the function's list, where others are left; else the owner has to name better ones.
pub fn move_to(case: &Case<'_>, bad: &[&str]) -> Fix {
    let Some(config) = case.vpc() else { return Fix::new(FixClass::M, "attach the function to private subnets") };
    let all: Vec<&str> = config.subnet_ids.iter().map(String::as_str).collect();
    let good: Vec<&str> = all.iter().copied().filter(|subnet| !bad.contains(subnet)).collect();
    let command = |subnets: &[&str]| {
        let value = format!("SubnetIds={},SecurityGroupIds={}", subnets.join(","), config.security_group_ids.join(","));
        Aws::new("lambda", "update-function-configuration", case.region())
            .arg("function-name", case.name())
            .arg("vpc-config", value)
    };
    if good.is_empty() {
        let list = Aws::new("ec2", "describe-route-tables", case.region())
            .arg("filters", format!("Name=vpc-id,Values={}", case.vpc_id()));
        let summary = "attach the function to private subnets whose default route leads to a NAT gateway; the command lists the route \
                       tables of the VPC";
        return Fix::new(FixClass::M, summary).run(list);
    }
    let summary = format!(
        "take {} out of the function's subnets, which may cost it a zone; versions and aliases keep the old list until a new version is \
         published",
        in_words(bad)
    );
    Fix::new(FixClass::A, summary).run(command(&good)).undo(command(&all))
}
