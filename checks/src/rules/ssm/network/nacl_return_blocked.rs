//! A network ACL drops the replies to the agent.

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
    /// Whether the network ACL of the instance's subnet lets the replies in (TCP to the ports that the instance's system opens connections
    /// from), and the ACL of an endpoint's subnet lets them out. Port ranges are judged as sets: where only some of the ports pass, the
    /// finding is *degraded*, since some connections then work and others hang.
    ///
    /// ## Why it matters
    ///
    /// A network ACL keeps no state. The agent's own connection fails when its reply is dropped, and it looks like a time-out.
    ///
    /// ## How to confirm
    ///
    /// ``aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries[?Egress==`false`]'``
    ///
    /// ## False positives
    ///
    /// Linux opens connections from ports 32768 to 60999 and Windows from 49152 to 65535 unless somebody changed that inside; 1024 to
    /// 65535 is what AWS advises to allow.
    ///
    /// ## Fix
    ///
    /// An allow entry for the client ports (for TCP 1024 to 65535 where the system is not known) with a lower number than the entry that
    /// denies (class A; class M where it would overrule other denies, or no lower number is free). To undo, delete the entry with the
    /// same number and direction.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Control subnet traffic with network access control lists", ephemeral ports
    "ssm/nacl-return-blocked", Blocker, Agent, fix A,
    "A network ACL drops the replies to the agent",
    needs [DESCRIBE_NETWORK_ACLS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| matches!(cause, Cause::NetworkAclReply | Cause::EndpointSubnetAclReply),
        opaque: &|what| what.contains("network ACL"),
        pass: "the network ACLs let the replies back to the agent",
    };
    watch.judge(case, |wall| findings::acl_back(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn denying(from: u16, to: u16) -> World {
        let mut world = testkit::nat();
        let deny = json!({ "CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 90,
            "PortRange": { "From": from, "To": to } });
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", deny);
        // The gateway has an ACL of its own here, so that only the instance's subnet is hit.
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Associations/1", serde_json::Value::Null);
        let allow = |egress: bool| json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100 });
        world.patch(
            op::DESCRIBE_NETWORK_ACLS,
            "/NetworkAcls/-",
            json!({ "NetworkAclId": "acl-2", "VpcId": "vpc-1", "Associations": [{ "SubnetId": "subnet-public" }],
                "Entries": [allow(true), allow(false)] }),
        );
        world
    }

    #[test]
    fn fires_when_every_reply_port_is_denied() {
        let found = findings(denying(1024, 65535).judge(&RULE));
        assert_eq!(found.len(), 1);
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--ingress --rule-number 89") && command.contains("From=32768,To=60999"), "{command}");
    }

    #[test]
    fn fires_as_degraded_when_some_ports_pass() {
        let found = findings(denying(40000, 50000).judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
        assert!(found[0].detail.contains("only"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_ports_are_denied_that_nobody_uses() {
        assert!(matches!(denying(1, 1023).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = testkit::closed();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeNetworkAcls"]);
    }
}
