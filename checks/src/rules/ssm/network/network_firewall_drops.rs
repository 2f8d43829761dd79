//! A firewall stands on the way: what it drops cannot be seen, but whether its endpoint works can.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{HopVerdict, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::walls::in_words;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the way to Systems Manager leads through a Gateway Load Balancer endpoint, which is how AWS Network Firewall and other
    /// inspection appliances are placed in a VPC, and whether that endpoint is available. What the firewall lets through is not in the
    /// facts: the rule then says so and names the endpoint.
    ///
    /// ## Why it matters
    ///
    /// An inspection firewall drops by domain or by the name in the TLS handshake without a trace on the instance: connections time out
    /// or are reset. An allow-list needs `ssm`, `ssmmessages` and, for old agents, `ec2messages` of the Region.
    ///
    /// ## How to confirm
    ///
    /// `aws network-firewall describe-firewall --firewall-name NAME`, its rule groups, and the alert log. On the instance:
    /// `curl -v https://ssm.REGION.amazonaws.com`.
    ///
    /// ## False positives
    ///
    /// A firewall that lets the names pass is no fault; the heartbeat of the node proves it. Firewalls behind a transit gateway belong to
    /// the account that runs them and are not seen here.
    ///
    /// ## Fix
    ///
    /// Have the owner of the firewall allow the names (class M).
    ///
    /// ## References
    ///
    /// - AWS Network Firewall developer guide, "Stateful domain list rule groups in AWS Network Firewall"
    /// - AWS PrivateLink guide, "Access virtual appliances through AWS PrivateLink"
    "ssm/network-firewall-drops", Blocker, Agent, fix M,
    "A firewall on the way drops the agent's connections",
    needs [DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.paths.is_empty() {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    }
    let (mut dead, mut gaps) = (Vec::<(&str, Vec<&str>)>::new(), Vec::new());
    for (id, service, verdict) in firewalls(case) {
        let endpoint = case.snapshot.vpc_endpoints.get(id).ok().flatten();
        if endpoint.is_some_and(|endpoint| !endpoint.state.is_empty() && !is(&endpoint.state, "available")) {
            match dead.iter_mut().find(|(known, _)| *known == id) {
                Some((_, services)) if services.contains(&service) => {}
                Some((_, services)) => services.push(service),
                None => dead.push((id, vec![service])),
            }
        } else if verdict != Verdict::Blocked {
            gaps.push(Gap::opaque(format!("what is behind Gateway Load Balancer endpoint `{id}`")));
        }
    }
    if !dead.is_empty() {
        return Ok(Judgement::Fail(dead.iter().map(|(id, services)| finding(case, id, services)).collect()));
    }
    gaps.sort();
    gaps.dedup();
    let Some(gap) = gaps.first() else {
        return Ok(Judgement::pass("no firewall endpoint stands on the way to Systems Manager"));
    };
    let reason = format!("{gap}; ask its owner whether it lets {} pass", in_words(&names(case)));
    Ok(if gaps.len() == 1 { Judgement::cannot_tell(reason, gaps) } else { Judgement::open(gaps) })
}

fn names<'c>(case: &'c Case<'_>) -> Vec<&'c str> {
    case.paths.iter().filter_map(|path| path.dns_names.first()).map(String::as_str).collect()
}

/// Endpoints on the way that are no gateway endpoints, with the service and the verdict of the way.
fn firewalls<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (&'c str, &'c str, Verdict)> {
    case.paths.iter().filter(|path| !path.is_over_endpoint()).flat_map(|path| {
        let hops = path.paths().flat_map(|way| &way.hops);
        let opaque = hops.filter(|hop| hop.component.kind == "vpc-endpoint" && hop.verdict == HopVerdict::Unknown);
        opaque.map(|hop| (hop.component.id.as_str(), path.service.as_str(), path.verdict))
    })
}

fn finding(case: &Case<'_>, id: &str, services: &[&str]) -> Finding {
    let state = case.snapshot.vpc_endpoints.get(id).ok().flatten().map_or("", |endpoint| endpoint.state.as_str());
    let detail = format!(
        "the way from instance `{}` to {} leads through firewall endpoint `{id}`, which is in state `{state}` and passes nothing on",
        case.instance.instance_id,
        in_words(services)
    );
    let show = Aws::new("ec2", "describe-vpc-endpoints", case.region()).args("vpc-endpoint-ids", [id]);
    Finding::new(detail)
        .about("vpc-endpoint", id)
        .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "State", state))
        .fix(
            Fix::new(
                FixClass::M,
                format!("have the owner of firewall endpoint `{id}` bring it back, or route around it"),
            )
            .run(show),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn behind_firewall(state: &str) -> World {
        let mut world = testkit::nat();
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-fw", "Origin": "CreateRoute", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1", route);
        let endpoint = json!({ "VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": state,
            "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1", "SubnetIds": ["subnet-public"] });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([endpoint]));
        world
    }

    #[test]
    fn fires_when_the_endpoint_is_dead() {
        let found = findings(behind_firewall("failed").judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`vpce-fw`, which is in state `failed`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_without_a_firewall() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_in_the_report_while_the_node_answers() {
        let report = behind_firewall("available").diagnose();
        assert!(report.findings.iter().all(|finding| finding.rule != RULE.about.id), "{:?}", report.findings);
    }

    #[test]
    fn unknown_what_a_working_firewall_drops() {
        assert_eq!(
            missing(behind_firewall("available").judge(&RULE)),
            ["what is behind Gateway Load Balancer endpoint `vpce-fw`"]
        );
    }
}
