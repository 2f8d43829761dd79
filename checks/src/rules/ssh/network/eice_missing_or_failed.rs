//! The EC2 Instance Connect Endpoint is missing or not ready.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::ways_in::endpoints;

declare_rule! {
    /// ## What it checks
    ///
    /// When the direct way is closed: whether the VPC has an EC2 Instance Connect Endpoint, and its `State`. One that failed is a
    /// *blocker* where the instance has no public address and nobody says that connections come over a private network; else it is
    /// advice.
    ///
    /// ## Why it matters
    ///
    /// An endpoint leads to a private instance without a public address, a VPN or a bastion, and costs nothing by the hour.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-connect-endpoints --filters Name=vpc-id,Values=VPC`
    ///
    /// ## False positives
    ///
    /// Session Manager needs no endpoint of this kind. Making one takes minutes, and a VPC has one by default.
    ///
    /// ## Fix
    ///
    /// Make one in a subnet of the VPC (class B, without an hourly fee). To undo, delete it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Create an EC2 Instance Connect Endpoint"
    /// - EC2 user guide, "Quotas for EC2 Instance Connect Endpoint"
    "ssh/eice-missing-or-failed", Blocker, Feature, fix B,
    "No EC2 Instance Connect Endpoint is there, or it is not ready",
    needs [DESCRIBE_INSTANCE_CONNECT_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if (case.is_direct() && case.source.connect_endpoint().is_none()) || case.is_asleep() {
        return Ok(Judgement::not_applicable(
            "no other way in is needed while the direct one is open or the instance does not run",
        ));
    }
    let known = endpoints(case)?;
    let vpc = case.instance.vpc_id.as_str();
    let create = Aws::new("ec2", "create-instance-connect-endpoint", case.region())
        .arg("subnet-id", &case.instance.subnet_id)
        .keep("endpoint", "InstanceConnectEndpoint.InstanceConnectEndpointId");
    let delete = Aws::new("ec2", "delete-instance-connect-endpoint", case.region())
        .made("instance-connect-endpoint-id", "endpoint");
    let fix = Fix::new(FixClass::B, format!("make an endpoint in the subnet of the instance, for all of `{vpc}`"))
        .run(create)
        .undo(delete);
    if let (true, Some(id)) = (known.is_empty(), case.source.connect_endpoint()) {
        let detail = format!("there is no EC2 Instance Connect Endpoint `{id}` in this Region and account");
        let finding = Finding::new(detail).about("instance-connect-endpoint", id);
        return Ok(Judgement::fail(finding.proof(Evidence::new(
            op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
            id,
            "InstanceConnectEndpoints",
            serde_json::Value::Array(Vec::new()),
        ))));
    }
    if known.is_empty() {
        if case.has_public_address() {
            return Ok(Judgement::not_applicable(
                "the VPC has no EC2 Instance Connect Endpoint, and the instance has a public address",
            ));
        }
        let mut finding = Finding::new(format!(
            "VPC `{vpc}` has no EC2 Instance Connect Endpoint, which would lead to the private instance"
        ))
        .about("vpc", vpc)
        .fix(fix);
        (finding.rule, finding.severity) = (RULE.about.id, Severity::Advice);
        return Ok(Judgement::fail(finding));
    }
    let works = |state: &str| state.is_empty() || is(state, "create-complete") || state.starts_with("update-");
    if known.iter().any(|own| works(&own.state)) {
        return Ok(Judgement::pass("an EC2 Instance Connect Endpoint is ready"));
    }
    let failed = known.iter().map(|own| {
        let id = own.instance_connect_endpoint_id.as_str();
        let why = if own.state_message.is_empty() { String::new() } else { format!(" ({})", own.state_message) };
        let mut finding = Finding::new(format!("EC2 Instance Connect Endpoint `{id}` is {}{why}", own.state))
            .about("instance-connect-endpoint", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, id, "State", own.state.as_str()))
            .fix(fix.clone());
        if !case.is_secluded() {
            (finding.rule, finding.severity) = (RULE.about.id, Severity::Advice);
        }
        finding
    });
    Ok(Judgement::Fail(failed.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{ENDPOINT, asked, endpoint, from, private, public, tunnel, with_ways};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_as_advice_without_one_and_as_a_blocker_when_it_failed() {
        let found = findings(with_ways(&private()).judge(&RULE));
        assert_eq!(found[0].severity, Severity::Advice);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("create-instance-connect-endpoint"));
        let mut world = endpoint(&with_ways(&private()));
        world.patch(
            op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
            "/InstanceConnectEndpoints/0/State",
            json!("create-failed"),
        );
        let found = findings(world.judge(&RULE));
        assert_eq!((found[0].severity, found[0].evidence[0].field.as_str()), (Severity::Blocker, "State"));
    }

    #[test]
    fn silent_when_it_is_ready_or_not_needed() {
        assert!(matches!(endpoint(&with_ways(&private())).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with_ways(&public()).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn fires_for_the_endpoint_that_connections_come_through() {
        let mut world = tunnel(&endpoint(&with_ways(&private())));
        let state = "/InstanceConnectEndpoints/0/State";
        assert!(matches!(asked(&world, &RULE, from(ENDPOINT)), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, state, json!("create-failed"));
        assert_eq!(findings(asked(&world, &RULE, from(ENDPOINT)))[0].severity, Severity::Blocker);
        world.patch(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, "/InstanceConnectEndpoints", json!([]));
        assert!(findings(asked(&world, &RULE, from(ENDPOINT)))[0].detail.contains("there is no"));
        world.deny(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS);
        assert_eq!(missing(asked(&world, &RULE, from(ENDPOINT))), ["ec2:DescribeInstanceConnectEndpoints"]);
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = with_ways(&private());
        world.deny(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceConnectEndpoints"]);
    }
}
