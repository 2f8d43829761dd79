//! Who answers the name that the function asks for.

use super::Case;
use super::target::Target;
use crate::finding::Judgement;
use crate::net::dns::{self, Servers};
use crate::snapshot::Gap;
use crate::snapshot::resolver::HostedZoneSummary;

/// Why the address that this machine looked up may not be the one that the function gets: a private hosted zone of the VPC answers.
pub(super) fn hidden(case: &Case<'_>) -> Option<Gap> {
    let Target::Host(host) = &case.target else { return None };
    match zone(case, host) {
        Ok(Some(zone)) => Some(leads(zone, host)),
        Ok(None) => None,
        // Whatever the zones are, a name that only EC2 gives is answered by its resolver.
        Err(gap) => Some(gap),
    }
}

/// The private hosted zone of the VPC that answers for a host name.
///
/// # Errors
/// Why it is not known whether there is one.
pub fn zone<'a>(case: &Case<'a>, host: &str) -> Result<Option<&'a HostedZoneSummary>, Gap> {
    dns::private_zone(case.snapshot, case.vpc_id(), host)
}

/// What is not known of a name that a zone answers for.
pub fn leads(zone: &HostedZoneSummary, host: &str) -> Gap {
    let id = zone.hosted_zone_id.as_str();
    Gap::opaque(format!("where the private hosted zone `{id}` ({}) leads `{host}`", zone.name))
}

/// Why no rule of Route 53 Resolver matters, if none does.
pub fn not_asked(case: &Case<'_>) -> Option<Judgement> {
    if case.vpc().is_none() {
        return Some(super::paths::not_in_vpc());
    }
    if case.target.host().is_none() {
        return Some(Judgement::not_applicable("no host name was asked about"));
    }
    let dns = case.network.dns(case.vpc_id());
    match (&dns.servers, &dns.support) {
        (Ok(Servers::Custom(_)), _) => Some(Judgement::not_applicable(
            "names go to the DNS servers of the DHCP options first: see `lambda/custom-dns-unreachable`",
        )),
        (_, Ok(false)) => Some(Judgement::follows_from("lambda/vpc-dns-off")),
        _ => None,
    }
}
