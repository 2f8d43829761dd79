//! Who answers the names that an instance asks for, as far as rules of Route 53 Resolver decide it.

use super::Host;
use crate::net::dns;
use crate::net::{Cause, Effect, Family, Flow, Interface, Network, Point, PortSet, Protocol, route};
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use std::net::IpAddr;

/// The services of the agent with the host name that it asks for first.
pub fn names<'c>(host: &'c Host<'_>) -> impl Iterator<Item = (&'c str, &'c str)> {
    host.paths.iter().filter_map(|path| Some((path.service.as_str(), path.dns_names.first()?.as_str())))
}

/// Whether a Resolver rule for `domain` covers a name: the name itself and everything below, `.` covering all.
///
/// Source: Route 53 developer guide, "How Resolver determines whether the domain name in a query matches any rules".
pub fn covers(domain: &str, name: &str) -> bool {
    let (domain, name) = (plain(domain), plain(name));
    domain.is_empty() || name == domain || name.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

/// The id of a Resolver rule that forwards a name to servers of another network, where the VPC has a way to other networks: in a closed VPC
/// the servers cannot send anybody anywhere.
pub fn forwarding(host: &Host<'_>, name: &str) -> Option<String> {
    if is_closed(host) != Ok(false) {
        return None;
    }
    let vpc = host.instance.vpc_id.as_str();
    let associated = host.snapshot.resolver_rule_associations.known().iter().filter(|row| row.vpc_id == vpc);
    associated
        .filter_map(|row| host.snapshot.resolver_rules.get(&row.resolver_rule_id).ok().flatten())
        .find(|rule| is(&rule.rule_type, "FORWARD") && covers(&rule.domain_name, name))
        .map(|rule| rule.id.clone())
}

/// Whether an entry of a DNS Firewall domain list matches a name: `*` all, `*.example.com` what is below, else the name itself.
///
/// Source: Route 53 developer guide, "Resolver DNS Firewall domain lists".
pub fn lists(entry: &str, name: &str) -> bool {
    let (entry, name) = (plain(entry), plain(name));
    match entry.strip_prefix('*') {
        Some("") => true,
        Some(rest) => name.len() > rest.len() && name.ends_with(rest),
        None => entry == name,
    }
}

/// In lower case and without the final dot.
pub fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Why no DNS server of a list can be asked from an instance, one reason for each; `None` when one can, or may be.
///
/// Queries to the Amazon resolver pass neither groups nor ACLs (VPC user guide, "Security groups"); those to any other server do.
pub fn unreachable(host: &Host<'_>, servers: &[String]) -> Option<Vec<String>> {
    let eni = host.instance.primary_interface()?;
    let interface = host.network.interface(&eni.network_interface_id)?;
    unreachable_from(host.network, interface, "instance", servers)
}

/// The same for any interface, of somebody in a word.
pub fn unreachable_from<'a>(
    network: &Network<'a>,
    interface: &Interface<'a>,
    who: &str,
    servers: &[String],
) -> Option<Vec<String>> {
    let amazon = network.snapshot.vpcs.get(interface.vpc_id).ok().flatten().map(dns::resolver_addresses)?;
    let reason = |server: &String| {
        let address = server.parse().ok().filter(|address| !amazon.contains(*address))?;
        no_way(network, interface, who, address)
    };
    let reasons: Option<Vec<String>> = servers.iter().map(reason).collect();
    reasons.filter(|reasons| !reasons.is_empty())
}

/// Why UDP 53 from an interface does not get to a server, when that is certain.
fn no_way<'a>(network: &Network<'a>, interface: &Interface<'a>, who: &str, server: IpAddr) -> Option<String> {
    let family = Family::of(server);
    if interface.addresses(family).is_empty() {
        return Some(format!("the {who} has no {family} address to ask `{server}` from"));
    }
    let flow = Flow { protocol: Protocol::UDP, ports: PortSet::one(53) };
    let from = Point::from(interface);
    let path = network.path(&from, &Point::Address(server), &flow);
    let stops = path.obstacles.iter().find(|obstacle| obstacle.effect == Effect::Blocked)?;
    let by = stops.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    Some(match stops.cause {
        Cause::SecurityGroupEgress => {
            let groups = interface.groups.iter().map(|group| network.group_id(*group));
            let groups: Vec<String> = groups.map(|group| format!("`{group}`")).collect();
            format!("security group {} lets no UDP 53 out to `{server}`", groups.join(", "))
        }
        Cause::NoRoute | Cause::Blackhole => {
            format!("route table `{}` has no working route to `{server}`", stops.component.id)
        }
        _ => format!("UDP 53 to `{server}` is stopped by `{}`{by}", stops.component.id),
    })
}

/// Whether the subnet of the instance reaches nothing but its own VPC and gateway endpoints.
///
/// # Errors
/// Why its routes are not known.
pub fn is_closed(host: &Host<'_>) -> Result<bool, Gap> {
    is_closed_subnet(host.network, &host.instance.subnet_id)
}

/// Whether a subnet reaches nothing but its own VPC and gateway endpoints.
///
/// # Errors
/// Why its routes are not known.
pub fn is_closed_subnet(network: &Network<'_>, subnet: &str) -> Result<bool, Gap> {
    let table = network.route_table(subnet)?;
    let live = table.routes.iter().filter(|route| !is(&route.state, "blackhole")).map(route::Target::of);
    let gateway = |id: &str| {
        let known = network.snapshot.vpc_endpoints.get(id).ok().flatten();
        known.is_some_and(|endpoint| is(&endpoint.vpc_endpoint_type, "Gateway"))
    };
    Ok(live.into_iter().all(|target| match target {
        route::Target::Local => true,
        route::Target::Endpoint(id) => gateway(&id),
        _ => false,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_cover_what_is_below_them() {
        let name = "ssm.eu-west-1.amazonaws.com";
        for (domain, covered) in [
            (".", true),
            ("amazonaws.com.", true),
            ("SSM.eu-west-1.amazonaws.com", true),
            ("sm.eu-west-1.amazonaws.com", false),
        ] {
            assert_eq!(covers(domain, name), covered, "{domain}");
        }
        for (entry, listed) in [
            ("*", true),
            ("*.amazonaws.com.", true),
            ("amazonaws.com", false),
            ("*.ssm.eu-west-1.amazonaws.com", false),
            ("ssm.eu-west-1.amazonaws.com.", true),
        ] {
            assert_eq!(lists(entry, name), listed, "{entry}");
        }
    }
}
