//! Who answers the names that the agent asks for, as far as rules of Route 53 Resolver decide it.

use super::Case;
use crate::finding::Judgement;
use crate::net::dns::{self, Servers};
use crate::net::{AddressSet, Direction, Family, Origin, PortSet, Protocol, Traffic, route, security_group};
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, Snapshot};

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
    let dns = dns::of_vpc(case.snapshot, &case.instance.vpc_id);
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
    let origin = Origin::of_interface(case.snapshot, eni);
    let amazon = case.snapshot.vpcs.get(&origin.vpc).ok().flatten().map(dns::resolver_addresses)?;
    let reason = |server: &String| {
        let address = server.parse().ok().filter(|address| !amazon.contains(*address))?;
        no_way(case.snapshot, &origin, &AddressSet::one(address), server)
    };
    let reasons: Option<Vec<String>> = servers.iter().map(reason).collect();
    reasons.filter(|reasons| !reasons.is_empty())
}

/// Why UDP 53 from an interface does not get to a server, when that is certain.
fn no_way(snapshot: &Snapshot, origin: &Origin, server: &AddressSet, name: &str) -> Option<String> {
    let family = if server.of_family(Family::Ipv4).is_empty() { Family::Ipv6 } else { Family::Ipv4 };
    let source = origin.addresses(family).clone();
    if source.is_empty() {
        return Some(format!("the instance has no {family} address to ask `{name}` from"));
    }
    let asked = Traffic::new(Protocol::UDP, source, server.clone(), PortSet::one(53));
    let out =
        security_group::evaluate(snapshot, &origin.groups, Direction::Egress, &asked, security_group::Peer::Unknown);
    if out.passed().is_empty() && out.unknown_part().is_empty() {
        let groups: Vec<String> = origin.groups.iter().map(|group| format!("`{group}`")).collect();
        return Some(format!("security group {} lets no UDP 53 out to `{name}`", groups.join(", ")));
    }
    let table = route::of_subnet(snapshot, &origin.subnet, &origin.vpc).ok()?;
    let routed = route::divide(snapshot, table, server);
    let is_lost = routed.legs.iter().all(|leg| leg.choice.as_ref().is_none_or(|choice| choice.is_blackhole));
    (is_lost && routed.unknown.is_empty())
        .then(|| format!("route table `{}` has no working route to `{name}`", table.route_table_id))
}

/// Whether the subnet of the instance reaches nothing but its own VPC and gateway endpoints.
///
/// # Errors
/// Why its routes are not known.
pub fn is_closed(case: &Case<'_>) -> Result<bool, Gap> {
    let table = route::of_subnet(case.snapshot, &case.instance.subnet_id, &case.instance.vpc_id)?;
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
