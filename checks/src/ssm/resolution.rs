//! Who answers the names that the agent asks for, as far as rules of Route 53 Resolver decide it.

use super::Case;
use crate::finding::Judgement;
use crate::net::dns::{self, Servers};
use crate::net::{Cause, Effect, Family, Flow, Interface, Point, PortSet, Protocol, route};
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use std::net::IpAddr;

/// The services of the agent with the host name that it asks for first.
pub fn names<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (&'c str, &'c str)> {
    case.paths.iter().filter_map(|path| Some((path.service.as_str(), path.dns_names.first()?.as_str())))
}

/// Why the rules of Route 53 Resolver do not matter for a case, if they do not.
pub fn not_asked(case: &Case<'_>) -> Option<Judgement> {
    if case.paths.is_empty() {
        return Some(Judgement::not_applicable("the instance has no network interface"));
    }
    if case.heartbeat.is_online() {
        return Some(Judgement::not_applicable("the node answers, so the names of its services are resolved"));
    }
    let dns = case.network.dns(&case.instance.vpc_id);
    match (&dns.servers, &dns.support) {
        (Ok(Servers::Custom(_)), _) => Some(Judgement::not_applicable(
            "names go to the DNS servers of the DHCP options first: see `ssm/dhcp-custom-dns`",
        )),
        (_, Ok(false)) => Some(Judgement::not_applicable("follows from `ssm/vpc-dns-attributes-off`")),
        _ => None,
    }
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
pub fn forwarding(case: &Case<'_>, name: &str) -> Option<String> {
    if is_closed(case) != Ok(false) {
        return None;
    }
    let vpc = case.instance.vpc_id.as_str();
    let associated = case.snapshot.resolver_rule_associations.known().iter().filter(|row| row.vpc_id == vpc);
    associated
        .filter_map(|row| case.snapshot.resolver_rules.get(&row.resolver_rule_id).ok().flatten())
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
pub fn unreachable(case: &Case<'_>, servers: &[String]) -> Option<Vec<String>> {
    let eni = case.instance.primary_interface()?;
    let interface = case.network.interface(&eni.network_interface_id)?;
    let amazon = case.snapshot.vpcs.get(&eni.vpc_id).ok().flatten().map(dns::resolver_addresses)?;
    let reason = |server: &String| {
        let address = server.parse().ok().filter(|address| !amazon.contains(*address))?;
        no_way(case, interface, address)
    };
    let reasons: Option<Vec<String>> = servers.iter().map(reason).collect();
    reasons.filter(|reasons| !reasons.is_empty())
}

/// Why UDP 53 from an interface does not get to a server, when that is certain.
fn no_way<'a>(case: &Case<'a>, interface: &Interface<'a>, server: IpAddr) -> Option<String> {
    let family = Family::of(server);
    if interface.addresses(family).is_empty() {
        return Some(format!("the instance has no {family} address to ask `{server}` from"));
    }
    let flow = Flow { protocol: Protocol::UDP, ports: PortSet::one(53) };
    let from = Point::from(interface);
    let path = case.network.path(&from, &Point::Address(server), &flow);
    let stops = path.obstacles.iter().find(|obstacle| obstacle.effect == Effect::Blocked)?;
    let by = stops.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    Some(match stops.cause {
        Cause::SecurityGroupEgress => {
            let groups = case.instance.primary_interface().into_iter().flat_map(|eni| &eni.groups);
            let groups: Vec<String> = groups.map(|group| format!("`{}`", group.group_id)).collect();
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
pub fn is_closed(case: &Case<'_>) -> Result<bool, Gap> {
    let table = case.network.route_table(&case.instance.subnet_id)?;
    let live = table.routes.iter().filter(|route| !is(&route.state, "blackhole")).map(route::Target::of);
    let gateway = |id: &str| {
        let known = case.snapshot.vpc_endpoints.get(id).ok().flatten();
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
