//! DNS Firewall: which rule decides about a name.
//!
//! Source: Route 53 developer guide, "DNS Firewall rule groups and rules" and "Rule actions in DNS Firewall".

use crate::instance::resolution::lists;
use crate::net::Family;
use crate::snapshot::ec2::is;
use crate::snapshot::resolver::FirewallRule;
use crate::snapshot::{Gap, Snapshot};

/// A rule of an associated group, in the order of asking.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The group.
    pub group: &'a str,
    /// Where it stands in the group's answer.
    pub position: usize,
    /// The rule.
    pub rule: &'a FirewallRule,
}

/// The rules of every group that is associated with a VPC and that look at queries for addresses of a family, in the order of asking.
///
/// # Errors
/// Why they are not known.
pub fn entries<'a>(snapshot: &'a Snapshot, vpc: &str, family: Family) -> Result<Vec<Entry<'a>>, Gap> {
    let associations = &snapshot.firewall_rule_group_associations;
    let mut groups = associations.select("VpcId", vpc, |association| association.vpc_id == vpc)?;
    groups.retain(|association| !is(&association.status, "DELETING"));
    groups.sort_by_key(|association| association.priority);
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for association in groups {
        let group = association.firewall_rule_group_id.as_str();
        let rules = snapshot.firewall_rules.get(group)?;
        let rules = rules.ok_or_else(|| Gap::opaque(format!("the rules of DNS Firewall group `{group}`")))?;
        let mut own: Vec<Entry<'_>> =
            rules.firewall_rules.iter().enumerate().map(|(position, rule)| Entry { group, position, rule }).collect();
        own.sort_by_key(|entry| entry.rule.priority);
        entries.extend(own);
    }
    entries.retain(|entry| !entry.rule.firewall_domain_list_id.is_empty() && asks(family, &entry.rule.qtype));
    Ok(entries)
}

/// Whether queries of a type matter: those for the addresses of a family.
fn asks(family: Family, kind: &str) -> bool {
    let wanted = if family == Family::Ipv6 { ["AAAA", "TYPE28"] } else { ["A", "TYPE1"] };
    kind.is_empty() || wanted.iter().any(|known| is(kind, known))
}

/// The rule that blocks a name.
///
/// # Errors
/// A list that could not be read may decide.
pub fn blocked_by<'e, 'a>(
    snapshot: &Snapshot,
    entries: &'e [Entry<'a>],
    name: &str,
) -> Result<Option<&'e Entry<'a>>, Gap> {
    // Lists that may match, by whether their rule blocks.
    let mut doubts: Vec<(bool, Gap)> = Vec::new();
    for entry in entries {
        let list = entry.rule.firewall_domain_list_id.as_str();
        let blocks = is(&entry.rule.action, "BLOCK");
        let domains = match snapshot.firewall_domains.get(list) {
            Ok(Some(domains)) => domains,
            Ok(None) => {
                doubts.push((blocks, Gap::opaque(format!("the domains of DNS Firewall list `{list}`"))));
                continue;
            }
            Err(gap) => {
                doubts.push((blocks, refused(snapshot, entries, list, gap)));
                continue;
            }
        };
        if domains.domains.iter().any(|domain| lists(domain, name)) {
            // What an earlier list may decide otherwise is open; what it would decide alike is not.
            return match doubts.into_iter().find(|(other, _)| *other != blocks) {
                Some((_, gap)) => Err(gap),
                None => Ok(Some(entry).filter(|_| blocks)),
            };
        }
    }
    doubts.into_iter().find(|(blocks, _)| *blocks).map_or(Ok(None), |(_, gap)| Err(gap))
}

/// Why a list could not be read: where the same call answered for another list the action is permitted, so that the list itself is one
/// whose domains AWS shows to nobody.
///
/// Source: Route 53 developer guide, "Managed Domain Lists": their domains cannot be viewed.
fn refused(snapshot: &Snapshot, entries: &[Entry<'_>], list: &str, gap: Gap) -> Gap {
    let reads =
        |entry: &Entry<'_>| matches!(snapshot.firewall_domains.get(&entry.rule.firewall_domain_list_id), Ok(Some(_)));
    if matches!(gap, Gap::Denied { .. }) && entries.iter().any(reads) {
        return Gap::opaque(format!("what AWS-managed domain list `{list}` holds"));
    }
    gap
}
