//! Flow logs show rejected connections: the proof that a person can fetch.

use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Nothing by itself: flow logs are not among the facts, since reading them costs money and minutes. It hands over the commands that
    /// find an existing flow log of the instance's interface and the rejected connections to TCP 443 in it.
    ///
    /// ## Why it matters
    ///
    /// `REJECT` on TCP 443 from the interface proves that a security group or a network ACL drops the agent's connections, and `ACCEPT`
    /// without a heartbeat moves the search behind them: to routes, firewalls, proxies and the agent itself.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-flow-logs --filter Name=resource-id,Values=ENI,SUBNET,VPC`, then query the log group it names.
    ///
    /// ## False positives
    ///
    /// Flow logs are minutes late and record addresses, not names. Do not create one only for this: it shows nothing of the past.
    ///
    /// ## Fix
    ///
    /// None here: the rules about groups, ACLs and routes name the line to change.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Logging IP traffic using VPC Flow Logs"
    /// - CloudWatch Logs user guide, "CloudWatch Logs Insights query syntax"
    "ssm/flow-log-reject", Advice, Feature, fix None,
    "Flow logs show rejected connections to Systems Manager",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(eni) = case.instance.primary_interface() else {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    };
    if case.heartbeat.is_online() {
        return Ok(Judgement::not_applicable("the node answers, so its connections are not rejected"));
    }
    let id = eni.network_interface_id.as_str();
    let resources = format!("Name=resource-id,Values={id},{},{}", eni.subnet_id, eni.vpc_id);
    let find = String::from(Aws::new("ec2", "describe-flow-logs", case.region()).arg("filter", resources));
    let query =
        format!("filter interfaceId='{id}' and dstPort=443 and action='REJECT' | stats count() by srcAddr, dstAddr");
    let ask = String::from(
        Aws::new("logs", "start-query", case.region())
            .arg("log-group-name", "FLOW_LOG_GROUP")
            .arg("start-time", "START_SECONDS")
            .arg("end-time", "END_SECONDS")
            .arg("query-string", query),
    );
    Ok(Judgement::not_applicable(format!(
        "flow logs are not read; to look for rejected connections run `{find}` and `{ask}`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit;
    use serde_json::json;

    fn reason(judgement: Judgement) -> String {
        let Judgement::NotApplicable(reason) = judgement else { panic!("{judgement:?}") };
        reason
    }

    #[test]
    fn fires_never_but_hands_over_the_commands_for_a_lost_node() {
        let mut world = testkit::nat();
        let reason = reason(world.lost().judge(&RULE));
        assert!(reason.contains("--filter Name=resource-id,Values=eni-1,subnet-private,vpc-1"), "{reason}");
        assert!(reason.contains("dstPort=443"), "{reason}");
    }

    #[test]
    fn silent_while_the_node_answers() {
        assert!(reason(testkit::closed().judge(&RULE)).contains("answers"));
    }

    #[test]
    fn unknown_heartbeat_hands_over_the_commands_as_well() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert!(reason(world.judge(&RULE)).contains("start-query"));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/NetworkInterfaces", json!([]));
        assert!(reason(world.judge(&RULE)).contains("no network interface"));
    }
}
