//! The way from the EC2 Instance Connect Endpoint to the port is closed.

use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::net::{Direction, Verdict};
use crate::reach::Blocker;
use crate::remedy::Site;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::InstanceConnectEndpoint;
use crate::ssh::Case;
use crate::ssh::door::groups;
use crate::ssh::ways_in::{endpoints, from_endpoint};

declare_rule! {
    /// ## What it checks
    ///
    /// When the direct way is closed and an endpoint is ready: whether its own groups let it out to the instance, and the groups and
    /// network ACLs of the instance let it in. Where the endpoint preserves the address of the client the instance has to let that
    /// address in.
    ///
    /// ## Why it matters
    ///
    /// The endpoint needs two rules: one of its group outwards, one of the group of the instance inwards. Inbound rules of its group do
    /// not matter.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-connect-endpoints --query 'InstanceConnectEndpoints[].[SecurityGroupIds,PreserveClientIp]'` and the groups
    ///
    /// ## False positives
    ///
    /// An endpoint carries TCP 22 and 3389 only. Without preservation of the address a reference to its group in the group of the
    /// instance is enough.
    ///
    /// ## Fix
    ///
    /// An outbound rule from its group to that of the instance and an inbound rule for its group there, for the port (class A). To undo,
    /// revoke both.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Security groups for EC2 Instance Connect Endpoint"
    "ssh/eice-sg-blocked", Blocker, Feature, fix A,
    "The EC2 Instance Connect Endpoint does not reach the port",
    needs [DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if (case.is_direct() && case.source.connect_endpoint().is_none()) || case.is_asleep() {
        return Ok(Judgement::not_applicable(
            "no other way in is needed while the direct one is open or the instance does not run",
        ));
    }
    let known = endpoints(case)?;
    if known.is_empty() {
        return Ok(Judgement::not_applicable("the VPC has no EC2 Instance Connect Endpoint"));
    }
    let mut found = Vec::new();
    let mut gaps = Vec::new();
    for endpoint in known {
        let Some(answer) = from_endpoint(case, endpoint) else { continue };
        let is_ready = answer.blockers.iter().all(|blocker| blocker.rule != "net/instance-connect-endpoint-state");
        match answer.verdict {
            Verdict::Reachable => return Ok(Judgement::pass("an EC2 Instance Connect Endpoint reaches the port")),
            Verdict::Unknown => gaps.extend(answer.gaps),
            Verdict::Blocked | Verdict::Degraded if is_ready => {
                found.extend(answer.blockers.iter().map(|own| finding(case, endpoint, own)));
            }
            Verdict::Blocked | Verdict::Degraded => {}
        }
    }
    if !gaps.is_empty() {
        return Ok(Judgement::open(gaps));
    }
    Ok(Judgement::of(found, "no endpoint that is ready is kept from the port"))
}

fn finding(case: &Case<'_>, endpoint: &InstanceConnectEndpoint, blocker: &Blocker) -> Finding {
    let id = endpoint.instance_connect_endpoint_id.as_str();
    let by = blocker.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    let detail = format!(
        "EC2 Instance Connect Endpoint `{id}` does not reach TCP {} of the instance: {}{by}",
        case.question.port, blocker.title
    );
    let mut finding = Finding::new(detail)
        .about("instance-connect-endpoint", id)
        .about(blocker.component.kind, &blocker.component.id)
        .proofs(blocker.evidence.iter().cloned());
    finding.reachability_code = blocker.code;
    if !case.is_secluded() {
        (finding.rule, finding.severity) = (RULE.about.id, Severity::Advice);
    }
    match fix(case, endpoint, blocker) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

fn fix(case: &Case<'_>, endpoint: &InstanceConnectEndpoint, blocker: &Blocker) -> Option<Fix> {
    let (site, port) = (Site::of(&case.host), case.question.port);
    let outer = endpoint.security_group_ids.first()?.as_str();
    let inner = groups(case).first()?.group_id.as_str();
    let fix = |summary: String| Fix::new(FixClass::A, summary);
    match blocker.rule {
        "net/security-group-egress" => {
            let rule = permission("tcp", port, &[Peer::Group(inner)]);
            Some(allow(fix(format!("let `{outer}` out to `{inner}`")), &site, Direction::Egress, outer, &rule))
        }
        "net/security-group-ingress" if endpoint.preserve_client_ip != Some(true) => {
            let rule = permission("tcp", port, &[Peer::Group(outer)]);
            Some(allow(fix(format!("let `{outer}` in to `{inner}`")), &site, Direction::Ingress, inner, &rule))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::ssh::{Origin, Question};
    use crate::testkit::ssh::{ENDPOINT, endpoint, ingress, private, public, question, ssh_from, tunnel, with_ways};
    use crate::testkit::{World, findings, missing};
    use crate::triage;
    use serde_json::json;

    #[test]
    fn fires_when_the_instance_does_not_let_it_in() {
        let mut world = endpoint(&with_ways(&private()));
        ingress(&mut world, json!([]));
        let found = findings(world.judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[0].contains("authorize-security-group-ingress --region eu-west-1 --group-id sg-1"),
            "{fix:?}"
        );
        assert!(fix.commands[0].contains("sg-eice"), "{fix:?}");
    }

    #[test]
    fn fires_when_its_own_group_lets_it_not_out() {
        let mut world = endpoint(&with_ways(&private()));
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/2/IpPermissionsEgress", json!([]));
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[0].contains("authorize-security-group-egress"), "{fix:?}");
    }

    #[test]
    fn silent_when_it_gets_there_or_is_not_needed() {
        assert!(matches!(endpoint(&with_ways(&private())).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with_ways(&public()).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn fires_alone_for_the_endpoint_that_connections_come_through() {
        let question = || Question { from: Origin::parse(ENDPOINT).ok(), ..question() };
        let judged = |world: &World| triage::ssh(&world.snapshot(), &question()).unwrap();
        for base in [private(), public()] {
            let mut world = tunnel(&endpoint(&with_ways(&base)));
            world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/KeyName", json!("web"));
            let filter = json!({ "Filters": [{ "Name": "key-name", "Values": ["web"] }], "IncludePublicKey": true });
            world.answer(
                op::DESCRIBE_KEY_PAIRS,
                filter,
                json!({ "KeyPairs": [{ "KeyName": "web", "KeyPairId": "key-1" }] }),
            );
            ingress(&mut world, json!([ssh_from("10.0.5.0/24", "endpoint")]));
            let open = judged(&world);
            assert_eq!(open.verdict, crate::diagnosis::Verdict::Healthy, "{:#?}", open.findings);
            ingress(&mut world, json!([]));
            let closed = judged(&world);
            let blockers = closed.findings.iter().filter(|finding| finding.severity == Severity::Blocker);
            assert_eq!(blockers.map(|own| own.rule).collect::<Vec<_>>(), ["ssh/eice-sg-blocked"]);
        }
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = with_ways(&private());
        world.deny(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceConnectEndpoints"]);
    }
}
