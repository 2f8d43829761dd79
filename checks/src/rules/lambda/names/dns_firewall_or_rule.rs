//! DNS Firewall or a Resolver rule takes the name away.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::instance::resolution::{is_closed_subnet, plain};
use crate::lambda::Case;
use crate::lambda::names::not_asked;
use crate::net::Family;
use crate::resolver::firewall::{self, Entry};
use crate::resolver::forwarding;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use crate::snapshot::resolver::ResolverRule;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a DNS Firewall rule of the VPC blocks the name that was asked about (groups and rules by priority, the first that matches
    /// decides), or a forwarding rule of Route 53 Resolver covers it.
    ///
    /// ## Why it matters
    ///
    /// A blocked name gets no address or a false one; a forwarded name gets what servers elsewhere say, which cannot be the private
    /// address of an endpoint of the VPC.
    ///
    /// ## How to confirm
    ///
    /// In the function: look the name up. The Resolver query log shows `firewall_rule_action: BLOCK`.
    ///
    /// ## False positives
    ///
    /// Where the VPC has a way to other networks the forwarded answer may work: the rule then cannot tell. Lists that AWS manages cannot
    /// be read. Groups and rules that a Route 53 Profile brings are not seen.
    ///
    /// ## Fix
    ///
    /// Put the name on the allow-list, or an exception in front of the rule (class M: it belongs to whoever set it up).
    ///
    /// ## References
    ///
    /// - Route 53 developer guide, "DNS Firewall rule groups and rules"
    /// - Route 53 developer guide, "Using rules to control which queries are forwarded to your network"
    "lambda/dns-firewall-or-rule", Blocker, fix M,
    "DNS Firewall blocks the name, or a Resolver rule forwards it elsewhere",
    needs [LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, LIST_FIREWALL_RULES, LIST_FIREWALL_DOMAINS, LIST_RESOLVER_RULE_ASSOCIATIONS, LIST_RESOLVER_RULES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case) {
        return Ok(judgement);
    }
    let Some(host) = case.target.host() else { return Ok(Judgement::not_applicable("no host name was asked about")) };
    let vpc = case.vpc_id();
    let family = if case.over(Family::Ipv4).next().is_some() { Family::Ipv4 } else { Family::Ipv6 };
    let blocked = firewall::entries(case.snapshot, vpc, family).and_then(|entries| {
        firewall::blocked_by(case.snapshot, &entries, host).map(|entry| entry.map(|own| blocked(case, own, host)))
    });
    if let Ok(Some(finding)) = blocked {
        return Ok(Judgement::fail(finding));
    }
    let rules = forwarding::rules(case.snapshot, vpc)?;
    let decisive = forwarding::decisive(&rules, host).filter(|rule| !is_kept(case, rule, host));
    if let Some(rule) = decisive {
        let subnets = case.vpc().into_iter().flat_map(|config| &config.subnet_ids);
        let closed: Result<Vec<bool>, Gap> = subnets.map(|subnet| is_closed_subnet(case.network, subnet)).collect();
        if !closed?.into_iter().all(|is_closed| is_closed) {
            return Err(forwarding::answers(rule, host));
        }
        return Ok(Judgement::fail(forwarded(case, rule, host)));
    }
    blocked?;
    Ok(Judgement::pass("neither DNS Firewall nor a Resolver rule takes the name away"))
}

/// Whether the private zone of an endpoint, more specific than the rule, keeps the name.
fn is_kept(case: &Case<'_>, rule: &ResolverRule, host: &str) -> bool {
    let is_over_endpoint = case.ways.iter().any(|way| !way.endpoints().is_empty());
    is_over_endpoint && plain(&rule.domain_name) != plain(host)
}

fn blocked(case: &Case<'_>, entry: &Entry<'_>, host: &str) -> Finding {
    let rule = entry.rule;
    let detail = format!(
        "DNS Firewall rule `{}` (priority {}) of group `{}` blocks `{host}` for VPC `{}`, so function `{}` does not find it",
        rule.name,
        rule.priority,
        entry.group,
        case.vpc_id(),
        case.name()
    );
    let field = format!("FirewallRules[{}].Action", entry.position);
    Finding::new(detail).about("dns-firewall-rule-group", entry.group).proof(Evidence::new(
        op::LIST_FIREWALL_RULES,
        entry.group,
        field,
        rule.action.as_str(),
    ))
}

fn forwarded(case: &Case<'_>, rule: &ResolverRule, host: &str) -> Finding {
    let detail = format!(
        "Resolver rule `{}` forwards `{}` elsewhere, so `{host}` is not answered with an address that the closed subnets of function `{}` reach",
        rule.id,
        rule.domain_name,
        case.name()
    );
    Finding::new(detail).about("resolver-rule", &rule.id).proof(Evidence::new(
        op::LIST_RESOLVER_RULES,
        &rule.id,
        "DomainName",
        rule.domain_name.as_str(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn blocking(action: &str, domain: &str) -> crate::testkit::World {
        let mut world = worlds::closed();
        world
            .patch(
                op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
                "/FirewallRuleGroupAssociations",
                json!([{ "Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE" }]),
            )
            .answer(
                op::LIST_FIREWALL_RULES,
                json!({ "FirewallRuleGroupId": "rslvr-frg-1" }),
                json!({ "FirewallRules": [{ "FirewallRuleGroupId": "rslvr-frg-1", "FirewallDomainListId": "rslvr-fdl-1", "Name": "all",
                    "Priority": 1, "Action": action }] }),
            )
            .answer(
                op::LIST_FIREWALL_DOMAINS,
                json!({ "FirewallDomainListId": "rslvr-fdl-1" }),
                json!({ "Domains": [domain] }),
            );
        world
    }

    fn forwarding_rule(world: &mut crate::testkit::World, domain: &str) {
        world
            .patch(
                op::LIST_RESOLVER_RULE_ASSOCIATIONS,
                "/ResolverRuleAssociations",
                json!([{ "Id": "rslvr-rrassoc-1", "ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1", "Status": "COMPLETE" }]),
            )
            .answer(
                op::LIST_RESOLVER_RULES,
                json!({}),
                json!({ "ResolverRules": [{ "Id": "rslvr-rr-1", "DomainName": domain, "RuleType": "FORWARD", "TargetIps": [{ "Ip": "192.168.0.2" }] }] }),
            );
    }

    #[test]
    fn fires_on_a_blocked_name() {
        let found = findings(blocking("BLOCK", "*").judge(&RULE));
        assert!(found[0].detail.contains("blocks `sqs.eu-west-1.amazonaws.com`"), "{}", found[0].detail);
    }

    #[test]
    fn fires_on_a_name_that_is_forwarded_out_of_a_closed_vpc() {
        let mut world = worlds::closed();
        forwarding_rule(&mut world, "sqs.eu-west-1.amazonaws.com.");
        assert!(findings(world.judge(&RULE))[0].detail.contains("`rslvr-rr-1` forwards"));
    }

    #[test]
    fn silent_where_nothing_takes_the_name() {
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(blocking("ALLOW", "*").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)), "no name was asked about");
    }

    #[test]
    fn unknown_when_rules_are_denied_or_lead_out() {
        let mut world = blocking("BLOCK", "*");
        world.deny(op::LIST_FIREWALL_RULES);
        assert_eq!(missing(world.judge(&RULE)), ["route53resolver:ListFirewallRules"]);
        let mut world = worlds::nat();
        worlds::asking(&mut world, "sqs.eu-west-1.amazonaws.com");
        forwarding_rule(&mut world, ".");
        assert!(missing(world.judge(&RULE))[0].contains("what the servers of Resolver rule"));
    }
}
