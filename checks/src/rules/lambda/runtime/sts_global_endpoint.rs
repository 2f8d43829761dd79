//! The SDK calls the global endpoint of STS, where only a regional one can be reached.

use crate::evidence::Evidence;
use crate::finding::{Judgement, Severity};
use crate::lambda::Case;
use crate::lambda::endpoints::GLOBAL_STS;
use crate::lambda::target::Target;
use crate::net::Verdict;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is to reach `sts.amazonaws.com` and does not, or `AWS_STS_REGIONAL_ENDPOINTS` is `legacy`, while the VPC
    /// has an endpoint for STS.
    ///
    /// ## Why it matters
    ///
    /// Private DNS of the endpoint gives private addresses for `sts.REGION.amazonaws.com` alone. Older SDKs, and newer ones with
    /// `legacy`, ask for `sts.amazonaws.com`, which is reached over the internet only: in a closed VPC `AssumeRole` times out.
    ///
    /// ## How to confirm
    ///
    /// The log of the function names the host. `aws lambda get-function-configuration --function-name NAME --query
    /// 'Environment.Variables.AWS_STS_REGIONAL_ENDPOINTS'`.
    ///
    /// ## False positives
    ///
    /// SDKs since the middle of 2025, and those that always were regional (Java 2, Go 2, .NET 4), call the regional endpoint by
    /// themselves. In Regions that must be enabled there is no other. With a way to the internet the global endpoint works.
    ///
    /// ## Fix
    ///
    /// Set `AWS_STS_REGIONAL_ENDPOINTS=regional` (class A). An update replaces the whole map: all variables go along. To undo, the map
    /// that it had.
    ///
    /// ## References
    ///
    /// - AWS SDKs and tools reference, "AWS STS Regional endpoints"
    /// - IAM user guide, "Manage AWS STS in an AWS Region"
    /// - AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink"
    "lambda/sts-global-endpoint", Blocker, fix A,
    "The function calls the global endpoint of STS, which the VPC does not reach",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_VPC_ENDPOINTS]
}

/// The global endpoint.
fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(config) = case.vpc() else { return Ok(crate::lambda::paths::not_in_vpc()) };
    let is_global = matches!(&case.target, Target::Host(host) if host == GLOBAL_STS);
    let is_regional = matches!(&case.target, Target::Service(service) if service.name == "sts");
    if !is_global && !is_regional {
        return Ok(Judgement::not_applicable("the function is to reach something else than STS"));
    }
    let is_legacy = case.environment()?.is_some_and(|signs| signs.sts_regional_endpoints == "legacy");
    if is_global && !case.ways.is_empty() && case.ways.iter().all(|way| way.verdict == Verdict::Reachable) {
        return Ok(Judgement::pass("the global endpoint of STS is reached"));
    }
    if is_regional && !is_legacy {
        return Ok(Judgement::pass("no variable sends the SDK to the global endpoint of STS"));
    }
    let service = format!(".{}.sts", case.region());
    let endpoints =
        case.snapshot.vpc_endpoints.select("vpc-id", &config.vpc_id, |own| own.service_name.ends_with(&service))?;
    let Some(endpoint) = endpoints.first().filter(|own| own.vpc_id == config.vpc_id) else {
        return Ok(Judgement::pass(
            "the VPC has no endpoint for STS beside which the global one would be the wrong name",
        ));
    };
    let id = endpoint.vpc_endpoint_id.as_str();
    let name = case.name();
    let mut finding = case
        .found(format!("function `{name}` calls `{GLOBAL_STS}`, for which endpoint `{id}` gives no private address"))
        .about("vpc-endpoint", id)
        .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "ServiceName", endpoint.service_name.as_str()))
        .fix(case.change_environment("set `AWS_STS_REGIONAL_ENDPOINTS` to `regional`"));
    if is_legacy {
        finding = finding.proof(case.shows("EnvironmentSigns.StsRegionalEndpoints", "legacy"));
    }
    let is_blocked = is_global && case.ways.iter().all(|way| way.verdict == Verdict::Blocked);
    if !is_blocked {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
    }
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// The closed world with an endpoint for STS in place of the one for SQS.
    fn closed(to: &str, legacy: bool) -> World {
        let mut world = testkit::lambda::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/ServiceName", json!("com.amazonaws.eu-west-1.sts"));
        world.forget(op::RESOLVE);
        testkit::lambda::asking(&mut world, to);
        world.answer(op::RESOLVE, json!({ "Name": "sts.amazonaws.com" }), json!({ "Addresses": ["52.94.241.129"] }));
        if legacy {
            world.patch(
                op::GET_FUNCTION_CONFIGURATION,
                "/EnvironmentSigns",
                json!({ "StsRegionalEndpoints": "legacy" }),
            );
        }
        world
    }

    #[test]
    fn fires_when_the_global_name_is_not_reached() {
        let found = findings(closed("sts.amazonaws.com", false).judge(&RULE));
        assert_eq!((found[0].rule, found[0].evidence[0].value.as_str()), ("", Some("com.amazonaws.eu-west-1.sts")));
        let report = testkit::lambda::diagnose(&closed("sts.amazonaws.com", false)).unwrap();
        let told: Vec<&str> = report.findings.iter().map(|own| own.rule).collect();
        assert_eq!(told, [RULE.about.id], "the lacking route is no fault of its own");
    }

    #[test]
    fn fires_softly_when_a_variable_asks_for_it() {
        let found = findings(closed("sts.eu-west-1.amazonaws.com", true).judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_for_the_regional_name_other_targets_and_a_way_out() {
        assert!(matches!(closed("sts.eu-west-1.amazonaws.com", false).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::closed().judge(&RULE), Judgement::NotApplicable(_)));
        let mut out = testkit::lambda::nat();
        testkit::lambda::asking(&mut out, "sts.amazonaws.com");
        out.answer(op::RESOLVE, json!({ "Name": "sts.amazonaws.com" }), json!({ "Addresses": ["52.94.241.129"] }));
        assert!(matches!(out.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = closed("sts.amazonaws.com", false);
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
