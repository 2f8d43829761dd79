//! Whether the rules of Route 53 Resolver matter for a case.

use super::Case;
use crate::finding::Judgement;
use crate::net::dns::Servers;

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
        (_, Ok(false)) => Some(Judgement::follows_from("ssm/vpc-dns-attributes-off")),
        _ => None,
    }
}
