//! A forwarding rule of Route 53 Resolver takes the names of AWS away.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::resolution::{is_closed, names, plain};
use crate::net::dns;
use crate::resolver::forwarding;
use crate::rule::declare_rule;
use crate::snapshot::resolver::ResolverRule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::resolution::not_asked;
use crate::walls::in_words;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a forwarding rule that is associated with the VPC covers a name that the agent asks for. The most specific domain
    /// decides: a system rule or the private zone of an endpoint below it wins, and against a zone of the same name the rule wins.
    ///
    /// ## Why it matters
    ///
    /// A rule for `.`, `com` or `amazonaws.com` sends the names of AWS to servers outside. They cannot give the private addresses of the
    /// VPC's endpoints, and to public ones a closed VPC has no route.
    ///
    /// ## How to confirm
    ///
    /// On an instance of the VPC: `nslookup ssm.REGION.amazonaws.com`.
    ///
    /// ## False positives
    ///
    /// Where the subnet has a way to the internet or to other networks, the servers may give answers that work (public addresses, or
    /// endpoints of a hub VPC): the rule then cannot tell. Rules that a Route 53 Profile brings are not seen.
    ///
    /// ## Fix
    ///
    /// Add a system rule for `amazonaws.com` and associate it with the VPC (class M: rules are often shared by another team).
    ///
    /// ## References
    ///
    /// - Route 53 developer guide, "Using rules to control which queries are forwarded to your network"
    /// - Route 53 developer guide, "Considerations when working with a private hosted zone", Resolver rules
    "ssm/resolver-rule-hijack", Blocker, Agent, fix M,
    "A Resolver rule forwards the names of AWS elsewhere",
    needs [LIST_RESOLVER_RULE_ASSOCIATIONS, LIST_RESOLVER_RULES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case) {
        return Ok(judgement);
    }
    let vpc = case.instance.vpc_id.as_str();
    let rules = forwarding::rules(case.snapshot, vpc)?;
    let (mut taken, mut gaps) = (Vec::<(&ResolverRule, Vec<&str>)>::new(), Vec::new());
    for (service, name) in names(case) {
        let Some(rule) = forwarding::decisive(&rules, name) else { continue };
        match is_kept(case, service, name, rule) {
            Ok(true) => {}
            Ok(false) => match taken.iter_mut().find(|(known, _)| known.id == rule.id) {
                Some((_, names)) => names.push(name),
                None => taken.push((rule, vec![name])),
            },
            Err(gap) => gaps.push(gap),
        }
    }
    if taken.is_empty() {
        let pass = || Judgement::pass("no Resolver rule of the VPC forwards a name that the agent asks for");
        return Ok(if gaps.is_empty() { pass() } else { Judgement::open(gaps) });
    }
    case.network.dns(vpc).servers.as_ref().map_err(Clone::clone)?;
    if !is_closed(case)? {
        return Ok(Judgement::open(
            taken.iter().flat_map(|(rule, names)| names.iter().map(|name| forwarding::answers(rule, name))).collect(),
        ));
    }
    Ok(Judgement::Fail(taken.iter().map(|(rule, names)| finding(case, rule, names)).collect()))
}

/// Whether a private zone that is more specific than the rule keeps the name.
fn is_kept(case: &Case<'_>, service: &str, name: &str, rule: &ResolverRule) -> Result<bool, Gap> {
    let domain = plain(&rule.domain_name);
    if case.path_to(service).is_some_and(|path| path.is_over_endpoint()) {
        return Ok(domain != plain(name));
    }
    let zone = dns::private_zone(case.snapshot, &case.instance.vpc_id, name)?;
    Ok(zone.is_some_and(|zone| plain(&zone.name).len() > domain.len()))
}

fn finding(case: &Case<'_>, rule: &ResolverRule, names: &[&str]) -> Finding {
    let servers: Vec<&str> = rule.target_ips.iter().map(|target| target.ip.as_str()).collect();
    let detail = format!(
        "Resolver rule `{}` forwards `{}` to {}, so {} is not answered with an address that closed subnet `{}` reaches",
        rule.id,
        rule.domain_name,
        if servers.is_empty() { "servers elsewhere".to_owned() } else { servers.join(", ") },
        in_words(names),
        case.instance.subnet_id
    );
    let create = Aws::new("route53resolver", "create-resolver-rule", case.region())
        .arg("creator-request-id", "aws-triage")
        .arg("name", "answer-aws-names-in-the-vpc")
        .arg("rule-type", "SYSTEM")
        .arg("domain-name", "amazonaws.com");
    let associate = Aws::new("route53resolver", "associate-resolver-rule", case.region())
        .made("resolver-rule-id", "rule")
        .arg("vpc-id", &case.instance.vpc_id);
    let mut fix = Fix::new(FixClass::M, "have whoever runs the Resolver rules answer the names of AWS inside the VPC");
    // A system rule must be more specific than the forwarding rule.
    if plain(&rule.domain_name).len() < "amazonaws.com".len() {
        fix = fix.run(create.keep("rule", "ResolverRule.Id")).run(associate);
    }
    Finding::new(detail)
        .about("resolver-rule", &rule.id)
        .about("vpc", &case.instance.vpc_id)
        .proof(Evidence::new(op::LIST_RESOLVER_RULES, &rule.id, "DomainName", rule.domain_name.as_str()))
        .proof(Evidence::new(op::LIST_RESOLVER_RULES, &rule.id, "RuleType", rule.rule_type.as_str()))
        .fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// A lost node, and rules by type and domain.
    fn with(world: World, rules: &[(&str, &str)]) -> World {
        let mut world = world;
        let ids = || rules.iter().zip(1_u8..).map(|((kind, domain), at)| (format!("rslvr-rr-{at}"), *kind, *domain));
        let associations: Vec<_> = ids()
            .map(|(id, ..)| json!({ "Id": format!("assoc-{id}"), "ResolverRuleId": id, "VPCId": "vpc-1", "Status": "COMPLETE" }))
            .collect();
        let listed: Vec<_> = ids()
            .map(|(id, kind, domain)| json!({ "Id": id, "DomainName": domain, "RuleType": kind, "TargetIps": [{ "Ip": "192.168.0.53", "Port": 53 }] }))
            .collect();
        world.lost().patch(op::LIST_RESOLVER_RULE_ASSOCIATIONS, "/ResolverRuleAssociations", json!(associations));
        world.answer(op::LIST_RESOLVER_RULES, json!({}), json!({ "ResolverRules": listed }));
        world
    }

    #[test]
    fn fires_on_the_very_name_of_an_endpoint() {
        let found = findings(with(testkit::closed(), &[("FORWARD", "ssm.eu-west-1.amazonaws.com.")]).judge(&RULE));
        assert!(found[0].detail.contains("192.168.0.53"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "DomainName");
    }

    #[test]
    fn silent_when_something_more_specific_answers() {
        let silent = |world: World| assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        silent(with(testkit::closed(), &[("FORWARD", "amazonaws.com.")]));
        silent(with(testkit::nat(), &[("FORWARD", "."), ("SYSTEM", "amazonaws.com.")]));
        silent(with(testkit::nat(), &[("FORWARD", "corp.example.")]));
    }

    #[test]
    fn silent_on_a_node_that_answers() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_what_the_servers_answer_where_there_is_a_way_out() {
        let gaps = missing(with(testkit::nat(), &[("FORWARD", ".")]).judge(&RULE));
        assert!(gaps[0].contains("`rslvr-rr-1` (192.168.0.53)"), "{gaps:?}");
    }

    #[test]
    fn unknown_when_associations_are_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::LIST_RESOLVER_RULE_ASSOCIATIONS);
        assert_eq!(missing(world.judge(&RULE)), ["route53resolver:ListResolverRuleAssociations"]);
    }
}
