//! The instance's own security groups let nothing out to Systems Manager.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups of the instance's interface, taken together, allow TCP 443 out to every service that the agent needs:
    /// to the addresses of the interface endpoint where the service's name leads to one, else to the internet. CIDR blocks, prefix lists
    /// and references to groups all count; IPv4 and IPv6 rules apart.
    ///
    /// ## Why it matters
    ///
    /// SSM Agent only dials out. A group without an outbound rule for TCP 443 keeps it from registering and from its heartbeat.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissionsEgress'`
    ///
    /// ## False positives
    ///
    /// None for a connection that has yet to be made: replies need no rule, and several groups are a union. A connection that was open
    /// before the rule was removed may live on for days.
    ///
    /// ## Fix
    ///
    /// Allow TCP 443 out to the group of the endpoint where there is one, else to the internet (class A). To undo, revoke the rule by
    /// the id that the call gave back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    "ssm/sg-egress-443-blocked", Blocker, Agent, fix A,
    "The security groups of the instance do not allow TCP 443 out",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_INSTANCES, GET_MANAGED_PREFIX_LIST_ENTRIES, DESCRIBE_NETWORK_INTERFACES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::SecurityGroupEgress,
        opaque: &|what| what.contains("security group"),
        pass: "the groups of the instance allow TCP 443 out to every service that the agent needs",
    };
    watch.judge(case, |wall| findings::security_group_out(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const EGRESS: &str = "/SecurityGroups/0/IpPermissionsEgress";

    #[test]
    fn fires_once_for_every_service() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, EGRESS, json!([]));
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`ssm` and `ssmmessages`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "IpPermissionsEgress");
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("0.0.0.0/0"));
    }

    #[test]
    fn fires_with_the_endpoint_group_as_fix() {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, EGRESS, json!([]));
        let command = findings(world.judge(&RULE))[0].fix.as_ref().unwrap().commands[0].clone();
        assert!(command.contains("sg-endpoints") && !command.contains("0.0.0.0/0"), "{command}");
    }

    #[test]
    fn silent_when_the_endpoint_group_is_enough() {
        let mut world = testkit::closed();
        let rule = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{ "GroupId": "sg-endpoints" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, EGRESS, rule);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSecurityGroups"]);
    }

    #[test]
    fn unknown_even_when_the_way_is_blocked_elsewhere() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1/State", json!("blackhole"));
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSecurityGroups"]);
    }
}
