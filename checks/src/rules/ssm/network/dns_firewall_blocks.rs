//! DNS Firewall of Route 53 Resolver blocks a name that the agent asks for.

use crate::finding::Judgement;
use crate::instance::firewall::blocked;
use crate::instance::resolution::names;
use crate::net::Family;
use crate::resolver::firewall;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::resolution::not_asked;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a DNS Firewall rule group that is associated with the VPC blocks a name that the agent asks for. Groups and the rules in
    /// them are asked by priority, lower numbers first; the first rule whose list matches decides, ALLOW and ALERT let the query pass.
    ///
    /// ## Why it matters
    ///
    /// A blocked name gets NODATA, NXDOMAIN or another answer, names of interface endpoints included, so the agent finds no service. The
    /// usual case is an allow-list with a final BLOCK of `*` that forgets the names of Systems Manager.
    ///
    /// ## How to confirm
    ///
    /// On an instance of the VPC: `nslookup ssm.REGION.amazonaws.com`; the Resolver query log shows `firewall_rule_action: BLOCK`.
    ///
    /// ## False positives
    ///
    /// Lists that AWS manages cannot be read by everybody, and threat detection of DNS Firewall Advanced has no list: the first leave the
    /// question open, the second are passed over. Groups that a Route 53 Profile brings are not seen.
    ///
    /// ## Fix
    ///
    /// Put the names on the allow-list, or an ALLOW rule in front (class M: the firewall belongs to whoever set it up).
    ///
    /// ## References
    ///
    /// - Route 53 developer guide, "DNS Firewall rule groups and rules"
    /// - Route 53 developer guide, "Rule actions in DNS Firewall"
    "ssm/dns-firewall-blocks", Blocker, Agent, fix M,
    "DNS Firewall blocks the names of Systems Manager",
    needs [LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, LIST_FIREWALL_RULES, LIST_FIREWALL_DOMAINS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case) {
        return Ok(judgement);
    }
    let vpc = case.instance.vpc_id.as_str();
    let family = if case.instance.private_ip_address.is_empty() { Family::Ipv6 } else { Family::Ipv4 };
    let entries = firewall::entries(case.snapshot, vpc, family)?;
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    for (_, name) in names(case) {
        match firewall::blocked_by(case.snapshot, &entries, name) {
            Ok(None) => {}
            Ok(Some(entry)) => findings.push(blocked(case, entry, name, name)),
            Err(gap) => gaps.push(gap),
        }
    }
    if !findings.is_empty() {
        case.network.dns(vpc).servers.as_ref().map_err(Clone::clone)?;
        return Ok(Judgement::Fail(findings));
    }
    let pass = || Judgement::pass("DNS Firewall blocks no name that the agent asks for");
    Ok(Judgement::settled(findings, gaps, pass))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// A lost node behind a group of rules by action, query type and domain, first ones first.
    fn with(world: World, rules: &[(&str, &str, &str)]) -> World {
        let mut world = world;
        let group = json!([{ "Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE" }]);
        world.lost().patch(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, "/FirewallRuleGroupAssociations", group);
        let mut listed = Vec::new();
        for ((action, kind, domain), at) in rules.iter().zip(1_u8..) {
            let list = format!("rslvr-fdl-{at}");
            listed.push(json!({ "Name": format!("rule-{at}"), "Action": action, "Qtype": kind, "Priority": u16::from(at) * 10, "FirewallDomainListId": list }));
            let id = json!({ "FirewallDomainListId": list });
            if domain.is_empty() {
                continue;
            }
            world.answer(op::LIST_FIREWALL_DOMAINS, id, json!({ "Domains": [domain] }));
        }
        listed.reverse();
        world.answer(
            op::LIST_FIREWALL_RULES,
            json!({ "FirewallRuleGroupId": "rslvr-frg-1" }),
            json!({ "FirewallRules": listed }),
        );
        world
    }

    #[test]
    fn fires_on_an_allow_list_without_the_names() {
        let found =
            findings(with(testkit::closed(), &[("ALLOW", "", "*.ubuntu.com."), ("BLOCK", "", "*.")]).judge(&RULE));
        assert_eq!(found.len(), 2);
        assert!(found[0].detail.contains("`rule-2` (priority 20)"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "FirewallRules[0].Action");
    }

    #[test]
    fn fires_whatever_an_unread_list_blocks_as_well() {
        assert_eq!(
            findings(with(testkit::nat(), &[("BLOCK", "", ""), ("BLOCK", "", "*.amazonaws.com")]).judge(&RULE)).len(),
            2
        );
    }

    #[test]
    fn silent_when_allowed_first_or_not_asked() {
        let silent = |rules: &[(&str, &str, &str)]| {
            assert!(matches!(with(testkit::nat(), rules).judge(&RULE), Judgement::Pass(_)));
        };
        silent(&[("ALLOW", "", "*.amazonaws.com."), ("BLOCK", "", "*.")]);
        silent(&[("ALERT", "A", "*"), ("BLOCK", "", "*.")]);
        silent(&[("BLOCK", "AAAA", "*"), ("BLOCK", "", "amazonaws.com.")]);
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_an_unread_list_may_decide() {
        for rules in [&[("ALLOW", "", ""), ("BLOCK", "", "*")], &[("BLOCK", "", ""), ("ALLOW", "", "*")]] {
            assert_eq!(missing(with(testkit::nat(), rules).judge(&RULE)), ["route53resolver:ListFirewallDomains"]);
        }
    }

    #[test]
    fn unknown_when_only_another_vpc_was_asked_about() {
        let mut world = testkit::nat();
        world.lost().forget(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS);
        let none = json!({ "FirewallRuleGroupAssociations": [] });
        world.answer(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, json!({ "VpcId": "vpc-2" }), none);
        assert_eq!(missing(world.judge(&RULE)), ["route53resolver:ListFirewallRuleGroupAssociations"]);
    }

    #[test]
    fn unknown_and_no_missing_permission_when_only_one_list_is_refused() {
        let mut world = with(testkit::nat(), &[("BLOCK", "", "*.example.com"), ("BLOCK", "", "")]);
        world.deny(op::LIST_FIREWALL_DOMAINS);
        let id = json!({ "FirewallDomainListId": "rslvr-fdl-2" });
        world.answer(op::LIST_FIREWALL_DOMAINS, id, json!({ "Domains": ["*.example.org"] }));
        assert_eq!(missing(world.judge(&RULE)), ["what AWS-managed domain list `rslvr-fdl-1` holds"]);
    }

    #[test]
    fn unknown_when_associations_are_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS);
        assert_eq!(missing(world.judge(&RULE)), ["route53resolver:ListFirewallRuleGroupAssociations"]);
    }
}
