//! A proxy or a firewall of names keeps the hosts of the agent out of reach.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::instance::firewall::blocked;
use crate::instance::resolution::{is_closed, plain};
use crate::net::dns::Servers;
use crate::net::{Family, ServicePath};
use crate::resolver::{firewall, forwarding};
use crate::rule::{Affects, declare_rule};
use crate::snapshot::resolver::ResolverRule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether DNS Firewall or a forwarding rule of Route 53 Resolver takes the names `ecs-a-*.REGION.amazonaws.com` and
    /// `ecs-t-*.REGION.amazonaws.com` away from an instance whose agent is not connected, and `ecs.REGION.amazonaws.com` from one that is not
    /// registered. Whether a proxy lets a registered one reach the two hosts only the instance itself can try.
    ///
    /// ## Why it matters
    ///
    /// After the registration the agent asks ECS for the hosts of its connections, and gets names such as `ecs-a-1` and `ecs-t-3`. A list
    /// of allowed names that holds `ecs.REGION.amazonaws.com` alone lets it register and keeps it from ever connecting.
    ///
    /// ## How to confirm
    ///
    /// The names that the agent was given stand in its log, in lines that begin to establish a websocket connection.
    ///
    /// ## False positives
    ///
    /// With interface endpoints for `ecs-agent` and `ecs-telemetry` the names are `ecs-a` and `ecs-t` without a number. Obstacles of the VPC
    /// itself show in `ecs/egress-ecs-api`. Lists of DNS Firewall that AWS manages cannot be read by everybody; what other DNS servers answer, and
    /// rules that a Route 53 Profile brings, are not seen.
    ///
    /// ## Fix
    ///
    /// Have the owner of the proxy or firewall allow both names with a wildcard (class M). DNS Firewall takes one at the beginning of a name
    /// only: `*.REGION.amazonaws.com`.
    ///
    /// ## References
    ///
    /// - ECS API reference, `DiscoverPollEndpoint`
    /// - Route 53 developer guide, "Resolver DNS Firewall domain lists"
    /// - ECS developer guide, "Amazon ECS container agent networking"
    "ecs/egress-acs-tcs", Blocker, Channel, fix M,
    "A proxy or firewall stops the agent's two connections",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES, LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, LIST_FIREWALL_RULES,
        LIST_FIREWALL_DOMAINS, LIST_RESOLVER_RULE_ASSOCIATIONS, LIST_RESOLVER_RULES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.entry()?;
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    if case.is_connected() != Some(true)
        && let Some(judgement) = taken(case)?
    {
        return Ok(judgement);
    }
    if case.registered().is_none() {
        return Ok(Judgement::not_applicable("the instance is not registered, so its agent opens no connections yet"));
    }
    let region = case.region();
    let command = format!(
        "for host in ecs-a-1 ecs-t-1; do curl -s -o /dev/null -w \"$host %{{http_code}}\\n\" --connect-timeout 5 https://$host.{region}.amazonaws.com/; done"
    );
    let look_for =
        "a code 000 for either host (no connection), or a page of a proxy; any other code is an answer of ECS";
    Ok(case.inside(Settled::Connected, Place::Instance, command, look_for))
}

/// So many hosts of a kind are thought of: the agent is given one of them, by a number that nobody knows before.
const HOSTS: u8 = 9;

/// What rules of Route 53 Resolver make of the names, where they decide.
///
/// # Errors
/// Why the rules are not known.
fn taken(case: &Case<'_>) -> Result<Option<Judgement>, Gap> {
    let vpc = case.instance.vpc_id.as_str();
    let dns = case.network.dns(vpc);
    let is_elsewhere = matches!(dns.servers, Ok(Servers::Custom(_))) || dns.support == Ok(false);
    // Without an IPv4 address the agent asks for other names.
    if is_elsewhere || case.paths.is_empty() || case.instance.private_ip_address.is_empty() {
        return Ok(None);
    }
    let entries = firewall::entries(case.snapshot, vpc, Family::Ipv4)?;
    let rules = forwarding::rules(case.snapshot, vpc)?;
    let (mut findings, mut gaps): (Vec<Finding>, Vec<Gap>) = (Vec::new(), Vec::new());
    for path in case.paths.iter().filter(|path| path.service != "ecs" || case.registered().is_none()) {
        let affects = if path.service == "ecs" { Affects::Registration } else { Affects::Channel };
        let mut add = |finding: Finding| findings.push(Finding { affects: Some(affects), ..finding });
        let names = names(path);
        let judged: Result<Vec<_>, Gap> =
            names.iter().map(|name| firewall::blocked_by(case.snapshot, &entries, name)).collect();
        match (judged, names.first()) {
            (Err(gap), _) => gaps.push(gap),
            (Ok(rules), Some(name)) if rules.iter().all(Option::is_some) => {
                if let Some(entry) = rules.into_iter().flatten().next() {
                    add(blocked(case, entry, name, &domain(name)));
                }
            }
            (Ok(rules), Some(name)) if rules.iter().any(Option::is_some) => {
                gaps.push(Gap::opaque(format!(
                    "whether DNS Firewall lets the host pass that the agent is given (`{name}`, or with another number)"
                )));
            }
            _ => {}
        }
        // The zone of an endpoint is more specific than any rule but one for the very name.
        if path.is_over_endpoint()
            && let Some(name) = path.dns_names.first()
            && let Some(rule) =
                forwarding::decisive(&rules, name).filter(|rule| plain(&rule.domain_name) == plain(name))
        {
            match is_closed(case) {
                Ok(true) => add(forwarded(case, rule, name)),
                Ok(false) => gaps.push(forwarding::answers(rule, name)),
                Err(gap) => gaps.push(gap),
            }
        }
    }
    if !findings.is_empty() {
        dns.servers.as_ref().map_err(Clone::clone)?;
        return Ok(Some(Judgement::Fail(findings)));
    }
    Ok((!gaps.is_empty()).then(|| Judgement::open(gaps)))
}

/// The names that the agent may ask for: those of endpoints have no number.
fn names(path: &ServicePath) -> Vec<String> {
    let Some(name) = path.dns_names.first() else { return Vec::new() };
    match name.split_once('.') {
        Some((host @ ("ecs-a" | "ecs-t"), rest)) if !path.is_over_endpoint() => {
            (1..=HOSTS).map(|number| format!("{host}-{number}.{rest}")).collect()
        }
        _ => vec![name.clone()],
    }
}

/// What covers a name and its siblings.
fn domain(name: &str) -> String {
    name.split_once('.').map_or_else(|| name.to_owned(), |(_, rest)| format!("*.{rest}"))
}

fn forwarded(case: &Case<'_>, rule: &ResolverRule, name: &str) -> Finding {
    let detail = format!(
        "Resolver rule `{}` forwards `{name}` to servers elsewhere, so it is not answered with an address that closed subnet `{}` reaches",
        rule.id, case.instance.subnet_id
    );
    Finding::new(detail)
        .about("resolver-rule", &rule.id)
        .about("ec2-instance", &case.instance.instance_id)
        .proof(Evidence::new(op::LIST_RESOLVER_RULES, &rule.id, "DomainName", rule.domain_name.as_str()))
        .proof(Evidence::new(op::LIST_RESOLVER_RULES, &rule.id, "RuleType", rule.rule_type.as_str()))
        .fix(Fix::new(FixClass::M, "have whoever runs the Resolver rules answer the name inside the VPC"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// A firewall that lets these pass and blocks the rest.
    fn allowing(world: World, domains: &[&str]) -> World {
        let mut world = world;
        let group = json!([{ "Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE" }]);
        let rule = |action: &str, at: i64| json!({ "Name": action, "Action": action, "Priority": at, "FirewallDomainListId": format!("rslvr-fdl-{at}") });
        world
            .patch(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, "/FirewallRuleGroupAssociations", group)
            .answer(
                op::LIST_FIREWALL_RULES,
                json!({ "FirewallRuleGroupId": "rslvr-frg-1" }),
                json!({ "FirewallRules": [rule("ALLOW", 1), rule("BLOCK", 2)] }),
            )
            .answer(
                op::LIST_FIREWALL_DOMAINS,
                json!({ "FirewallDomainListId": "rslvr-fdl-1" }),
                json!({ "Domains": domains }),
            )
            .answer(
                op::LIST_FIREWALL_DOMAINS,
                json!({ "FirewallDomainListId": "rslvr-fdl-2" }),
                json!({ "Domains": ["*."] }),
            );
        world
    }

    #[test]
    fn fires_on_an_allow_list_that_forgets_the_two_hosts() {
        let mut world = allowing(testkit::ecs::nat(), &["ecs.eu-west-1.amazonaws.com."]);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)), "connected");
        let found = findings(testkit::ecs::disconnected(&mut world).judge(&RULE));
        assert_eq!(found.len(), 2);
        assert!(found[0].detail.contains("blocks `ecs-a-1.eu-west-1.amazonaws.com`"), "{}", found[0].detail);
        assert!(
            found[0].fix.as_ref().unwrap().commands[1].contains("'*.eu-west-1.amazonaws.com'"),
            "{:?}",
            found[0].fix
        );
        let report = testkit::ecs::diagnose(&world).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Broken, "{:?}", report.findings);
    }

    #[test]
    fn fires_on_the_name_of_the_api_where_nothing_is_registered() {
        let mut world = allowing(testkit::ecs::nat(), &["*.example.com"]);
        let found = findings(testkit::ecs::never(&mut world).judge(&RULE));
        assert!(found[2].detail.contains("blocks `ecs.eu-west-1.amazonaws.com`"), "{}", found[2].detail);
        assert_eq!(found[2].affects, Some(Affects::Registration));
    }

    #[test]
    fn fires_on_a_rule_that_forwards_the_name_of_an_endpoint() {
        let mut world = testkit::ecs::closed();
        let associated = json!([{ "Id": "a", "ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1", "Status": "COMPLETE" }]);
        testkit::ecs::disconnected(&mut world).patch(
            op::LIST_RESOLVER_RULE_ASSOCIATIONS,
            "/ResolverRuleAssociations",
            associated,
        );
        let rule = |domain: &str| json!({ "ResolverRules": [{ "Id": "rslvr-rr-1", "DomainName": domain, "RuleType": "FORWARD", "TargetIps": [] }] });
        let mut kept = world.clone();
        kept.answer(op::LIST_RESOLVER_RULES, json!({}), rule("amazonaws.com."));
        assert!(matches!(kept.judge(&RULE), Judgement::Elsewhere { .. }));
        world.answer(op::LIST_RESOLVER_RULES, json!({}), rule("ecs-a.eu-west-1.amazonaws.com."));
        assert!(findings(world.judge(&RULE))[0].detail.contains("`rslvr-rr-1` forwards"));
    }

    #[test]
    fn silent_where_the_firewall_lets_them_pass() {
        let mut world = allowing(testkit::ecs::nat(), &["*.eu-west-1.amazonaws.com."]);
        assert!(matches!(testkit::ecs::disconnected(&mut world).judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world =
            allowing(testkit::ecs::closed(), &["ecs-a.eu-west-1.amazonaws.com", "ecs-t.eu-west-1.amazonaws.com"]);
        assert!(matches!(testkit::ecs::disconnected(&mut world).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_which_host_the_agent_is_given_or_when_the_firewall_is_denied() {
        let mut world =
            allowing(testkit::ecs::nat(), &["ecs-a-1.eu-west-1.amazonaws.com", "ecs-t-1.eu-west-1.amazonaws.com"]);
        let gaps = missing(testkit::ecs::disconnected(&mut world).judge(&RULE));
        assert!(gaps[0].starts_with("whether DNS Firewall lets the host pass"), "{gaps:?}");
        world.deny(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS);
        assert_eq!(missing(world.judge(&RULE)), ["route53resolver:ListFirewallRuleGroupAssociations"]);
    }

    #[test]
    fn fires_as_a_question_to_the_instance_when_disconnected() {
        let mut world = testkit::ecs::nat();
        let judged = testkit::ecs::disconnected(&mut world).judge(&RULE);
        let Judgement::Elsewhere { command, .. } = judged else { panic!("{judged:?}") };
        assert!(command.contains("https://$host.eu-west-1.amazonaws.com/"), "{command}");
    }

    #[test]
    fn silent_when_connected_or_not_registered() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_entries_are_denied() {
        let mut world = testkit::ecs::nat();
        world.deny(op::DESCRIBE_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeContainerInstances"]);
    }
}
