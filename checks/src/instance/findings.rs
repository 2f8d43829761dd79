//! What is found of obstacles in the ways of an instance, with the way to mend each.

use super::{Host, Named};
use crate::finding::Finding;
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, Direction, Family};
use crate::remedy::acl::{acl_fix, reply_ports};
use crate::remedy::endpoint::{create, private_dns};
use crate::remedy::route::revive;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::remedy::vpc::{exclusion, switch_on};
use crate::remedy::{Site, nat};
use crate::walls::{Wall, in_words};

/// The groups of the instance let nothing out.
pub fn security_group_out(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let groups: Vec<&str> = host
        .instance
        .primary_interface()
        .into_iter()
        .flat_map(|eni| &eni.groups)
        .map(|group| group.group_id.as_str())
        .collect();
    let named: Vec<String> = groups.iter().map(|group| format!("`{group}`")).collect();
    let detail = format!(
        "security group {} of instance `{}` does not allow TCP 443 out, so the agent cannot reach {}{}",
        named.join(", "),
        host.instance.instance_id,
        wall.labels_in_words(),
        wall.by()
    );
    let finding = wall.finding(detail);
    match groups.first() {
        Some(group) => finding.fix(let_out(host, wall, group)),
        None => finding,
    }
}

/// To the endpoint's own group rather than to addresses, and no wider than the family that fails.
fn let_out(host: &Host<'_>, wall: &Wall<'_>, group: &str) -> Fix {
    let is_v6 = wall.obstacle.header.as_ref().is_some_and(|header| !header.source.of_family(Family::Ipv6).is_empty());
    let endpoint_groups: Vec<&str> = wall
        .labels
        .iter()
        .filter_map(|service| host.endpoint_for(service))
        .flat_map(|endpoint| &endpoint.groups)
        .map(|group| group.group_id.as_str())
        .collect();
    let (peer, words) = match endpoint_groups.first() {
        Some(peer) => (Peer::Group(peer), format!("to the endpoint's group `{peer}`")),
        None if is_v6 => (Peer::Block("::/0"), "to the internet over IPv6".to_owned()),
        None => (Peer::Block("0.0.0.0/0"), "to the internet".to_owned()),
    };
    let fix = Fix::new(FixClass::A, format!("allow TCP 443 out of `{group}` {words}"));
    allow(fix, &Site::of(host), Direction::Egress, group, &permission("tcp", 443, &[peer]))
}

/// A network ACL on the way there.
pub fn acl_out(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let acl = &wall.obstacle.component.id;
    let at_endpoint = wall.obstacle.cause == Cause::EndpointSubnetAclInbound;
    let place = if at_endpoint { "in at the endpoint's subnet" } else { "out of the instance's subnet" };
    let detail = format!(
        "network ACL `{acl}` does not let TCP 443 {place}, so the agent cannot reach {}{}",
        wall.labels_in_words(),
        wall.by()
    );
    wall.finding(detail).fix(acl_fix(&Site::of(host), acl, !at_endpoint, (443, 443), wall))
}

/// A network ACL on the way back.
pub fn acl_back(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let acl = &wall.obstacle.component.id;
    let at_endpoint = wall.obstacle.cause == Cause::EndpointSubnetAclReply;
    let place = if at_endpoint { "out of the endpoint's subnet" } else { "into the instance's subnet" };
    let partly = wall.obstacle.passes.as_ref().map(|passes| format!(" (only {passes} pass)")).unwrap_or_default();
    let detail = format!(
        "network ACL `{acl}` does not let the replies of {} {place}{partly}{}",
        wall.labels_in_words(),
        wall.by()
    );
    let ports = if at_endpoint { (1024, u16::MAX) } else { reply_ports(host.instance) };
    wall.finding(detail).fix(acl_fix(&Site::of(host), acl, at_endpoint, ports, wall))
}

/// A NAT device that does not work.
pub fn nat_device(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let device = wall.steps.iter().find(|step| step.component.kind == "nat-gateway").map(|step| &step.component);
    let named = device.unwrap_or(component);
    let what = nat::words(wall.obstacle.cause, "instance").unwrap_or_else(|| "does not work".to_owned());
    let detail = format!("`{}` {what}, so the agent cannot reach {}{}", named.id, wall.labels_in_words(), wall.by());
    let finding = wall.finding(detail).about(named.kind, &named.id);
    match nat::mend(&Site::of(host), wall, &named.id) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// An internet gateway, and no public address.
pub fn no_public_address(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let detail = format!(
        "instance `{}` has no public IPv4 address, and its way to {} is an internet gateway, which drops packets without one{}",
        host.instance.instance_id,
        wall.labels_in_words(),
        wall.by()
    );
    let eni = host.instance.primary_interface().map(|eni| eni.network_interface_id.as_str()).unwrap_or_default();
    let command = |name| Aws::new("ec2", name, host.region());
    let associate = command("associate-address").made("allocation-id", "address").arg("network-interface-id", eni);
    wall.finding(detail).about("network-interface", eni).fix(
        Fix::new(FixClass::B, "give the interface an Elastic IP address (it costs money by the hour)")
            .run(command("allocate-address").arg("domain", "vpc").keep("address", "AllocationId"))
            .run(associate.keep("association", "AssociationId"))
            .undo(command("disassociate-address").made("association-id", "association"))
            .undo(command("release-address").made("allocation-id", "address")),
    )
}

/// A route without target.
pub fn dead_route(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what = match wall.obstacle.cause {
        Cause::Blackhole => format!("a route of `{}` has lost its target", component.id),
        _ => format!("`{}` is not attached to the VPC", component.id),
    };
    let detail = format!("{what}, so packets to {} are dropped{}", wall.labels_in_words(), wall.by());
    let finding = wall.finding(detail);
    match revive(&Site::of(host), wall) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// The groups of an endpoint let the instance not in.
pub fn endpoint_group(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let endpoints: Vec<_> = wall.labels.iter().filter_map(|service| host.endpoint_for(service)).collect();
    let ids: Vec<String> = endpoints.iter().map(|endpoint| format!("`{}`", endpoint.vpc_endpoint_id)).collect();
    let detail = format!(
        "the security groups of endpoint {} do not let instance `{}` in on TCP 443, so its agent cannot reach {}{}",
        ids.join(", "),
        host.instance.instance_id,
        wall.labels_in_words(),
        wall.by()
    );
    let mut finding = wall.finding(detail);
    for endpoint in &endpoints {
        finding = finding.about("vpc-endpoint", &endpoint.vpc_endpoint_id);
    }
    let Some(own) = host.instance.primary_interface().and_then(|eni| eni.groups.first()) else { return finding };
    // One group of each endpoint is enough, and endpoints may share it.
    let mut groups: Vec<&str> = Vec::new();
    for endpoint in &endpoints {
        if !endpoint.groups.iter().any(|group| groups.contains(&group.group_id.as_str())) {
            groups.extend(endpoint.groups.first().map(|group| group.group_id.as_str()));
        }
    }
    if groups.is_empty() {
        return finding;
    }
    let rule = permission("tcp", 443, &[Peer::Group(&own.group_id)]);
    let summary = format!("allow TCP 443 into {} from the instance's group `{}`", in_words(&groups), own.group_id);
    let fix = Fix::new(FixClass::A, summary);
    finding.fix(groups.iter().fold(fix, |fix, group| allow(fix, &Site::of(host), Direction::Ingress, group, &rule)))
}

/// An endpoint whose private DNS is off.
pub fn private_dns_off(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let id = wall.obstacle.component.id.as_str();
    let names: Vec<String> = wall
        .labels
        .iter()
        .filter_map(|service| host.path_to(service)?.dns_names.first())
        .map(|name| format!("`{name}`"))
        .collect();
    let detail = format!(
        "private DNS of endpoint `{id}` is off, so {} leads instance `{}` to public addresses, which it does not reach",
        names.join(", "),
        host.instance.instance_id
    );
    wall.finding(detail).fix(private_dns(&Site::of(host), id, true))
}

/// A DNS attribute of the VPC that is off.
pub fn dns_attribute_off(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let vpc = wall.obstacle.component.id.as_str();
    let (attribute, option, effect) = match wall.obstacle.cause {
        Cause::DnsSupportOff => ("enableDnsSupport", "enable-dns-support", "the Amazon resolver answers no names"),
        _ => ("enableDnsHostnames", "enable-dns-hostnames", "names do not lead to the endpoints of the VPC"),
    };
    let detail = format!(
        "`{attribute}` of VPC `{vpc}` is off, so {effect} and the agent of `{}` does not find {}",
        host.instance.instance_id,
        wall.labels_in_words()
    );
    wall.finding(detail).fix(switch_on(&Site::of(host), vpc, attribute, option))
}

/// Block Public Access.
pub fn public_access(host: &Host<'_>, wall: &Wall<'_>) -> Finding {
    let subnet = &host.instance.subnet_id;
    let detail = format!(
        "VPC Block Public Access stops the way of instance `{}` over the internet, so the agent cannot reach {}{}",
        host.instance.instance_id,
        wall.labels_in_words(),
        wall.by()
    );
    wall.finding(detail).about("subnet", subnet).fix(exclusion(&Site::of(host), wall))
}

/// No route that leads out, and no endpoint; `whose` are the endpoints that would help, made as `named` says.
pub fn no_route(host: &Host<'_>, wall: &Wall<'_>, whose: &str, named: Named) -> Finding {
    let instance = &host.instance;
    let table = &wall.obstacle.component.id;
    let what = match wall.obstacle.cause {
        Cause::PeeringNoInternet => {
            "is a peering connection, which carries only traffic between its two VPCs and nothing to the internet"
        }
        Cause::NoReturnRoute => "has no way back to the instance",
        Cause::NoAddress => "cannot be used by an interface without an address",
        _ => "has no route out and the VPC no endpoint for it",
    };
    let uses = if wall.obstacle.cause == Cause::PeeringNoInternet { "leads to" } else { "uses" };
    let detail = format!(
        "subnet `{}` of instance `{}` {uses} `{table}`, which {what}, so the agent cannot reach {}{}",
        instance.subnet_id,
        instance.instance_id,
        wall.labels_in_words(),
        wall.by()
    );
    let fix = Fix::new(
        FixClass::B,
        format!(
            "create interface endpoints for {whose} in the subnet (they cost money by the hour), or route it over a NAT gateway"
        ),
    );
    let names: Vec<String> = wall.labels.iter().map(|service| host.service_name(service)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    wall.finding(detail).fix(create(&host.endpoint_place(named), fix, &names, &[]))
}
