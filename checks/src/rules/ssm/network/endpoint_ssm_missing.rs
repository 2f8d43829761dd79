//! A closed VPC without an interface endpoint for `ssm`.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::judge_missing;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a VPC that reaches Systems Manager over interface endpoints has one for `ssm`, where the subnet of the instance has
    /// no route to the internet that could stand in for it.
    ///
    /// ## Why it matters
    ///
    /// The agent registers and sends its heartbeat to `ssm`. In a VPC without a way out, no endpoint means no managed node.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].[ServiceName,State]'`
    ///
    /// ## False positives
    ///
    /// Endpoints of a hub VPC count when a private hosted zone leads there; where that cannot be seen the rule cannot tell.
    ///
    /// ## Fix
    ///
    /// Create the endpoint in the subnet of the instance, with private DNS and a security group that lets TCP 443 in (class B: it costs
    /// money). To undo, delete it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    /// - Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations"
    "ssm/endpoint-ssm-missing", Blocker, Registration, fix B,
    "The closed VPC has no endpoint for ssm",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    judge_missing(case, &RULE.about, "ssm")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn without() -> World {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0", json!(null));
        world
    }

    #[test]
    fn fires_when_only_the_others_are_there() {
        let found = findings(without().judge(&RULE));
        assert!(found[0].detail.contains("`vpce-ssmmessages`"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[1].ends_with("--group-id \"$group\" --protocol tcp --port 443 --source-group sg-1"),
            "{fix:?}"
        );
        assert!(fix.commands[2].contains("--service-name com.amazonaws.eu-west-1.ssm --subnet-ids subnet-private"));
        assert!(fix.rollback[0].contains("delete-vpc-endpoints"));
        assert!(found[0].path.iter().any(|step| step.verdict == "blocked"));
    }

    #[test]
    fn silent_with_the_endpoint_or_another_way() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_no_endpoint_is_at_all() {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([]));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(reason) if reason.contains("no-egress-path")));
    }

    #[test]
    fn unknown_where_a_hosted_zone_leads_to_a_hub() {
        let mut world = without();
        let zone = json!([{ "HostedZoneId": "Z1", "Name": "ssm.eu-west-1.amazonaws.com.", "Owner": { "OwningAccount": "1" } }]);
        world.lost().patch(op::LIST_HOSTED_ZONES_BY_VPC, "/HostedZoneSummaries", zone);
        assert!(missing(world.judge(&RULE))[0].contains("hosted zone `Z1`"));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = testkit::closed();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeVpcEndpoints".to_owned()));
    }
}
