//! Rules of Route 53 Resolver: which one takes a name elsewhere.
//!
//! Source: Route 53 developer guide, "Using rules to control which queries are forwarded to your network".

use crate::instance::resolution::{covers, plain};
use crate::snapshot::ec2::is;
use crate::snapshot::resolver::ResolverRule;
use crate::snapshot::{Gap, Snapshot};

/// The rules that are associated with a VPC.
///
/// # Errors
/// Why they are not known.
pub fn rules<'a>(snapshot: &'a Snapshot, vpc: &str) -> Result<Vec<&'a ResolverRule>, Gap> {
    let associations = snapshot.resolver_rule_associations.select("VPCId", vpc, |association| {
        association.vpc_id == vpc && (association.status.is_empty() || is(&association.status, "COMPLETE"))
    })?;
    let mut rules: Vec<&ResolverRule> = Vec::new();
    for association in &associations {
        let id = association.resolver_rule_id.as_str();
        // The rule that AWS makes for `.` forwards nothing.
        if id.starts_with("rslvr-autodefined-") {
            continue;
        }
        rules.push(
            snapshot
                .resolver_rules
                .get(id)?
                .ok_or_else(|| Gap::opaque(format!("what Resolver rule `{id}` forwards")))?,
        );
    }
    Ok(rules)
}

/// The forwarding rule that decides about a name, unless a more specific system rule does.
pub fn decisive<'r>(rules: &[&'r ResolverRule], name: &str) -> Option<&'r ResolverRule> {
    let covering = rules.iter().filter(|rule| covers(&rule.domain_name, name));
    covering.max_by_key(|rule| plain(&rule.domain_name).len()).copied().filter(|rule| is(&rule.rule_type, "FORWARD"))
}

/// What is not known of a name that a rule forwards.
pub fn answers(rule: &ResolverRule, name: &str) -> Gap {
    let servers: Vec<String> = rule.target_ips.iter().map(|target| target.ip.clone()).collect();
    Gap::opaque(format!("what the servers of Resolver rule `{}` ({}) answer for `{name}`", rule.id, servers.join(", ")))
}
