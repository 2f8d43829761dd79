//! A network ACL drops the agent's packets on their way out.

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
    /// Whether the network ACL of the instance's subnet lets TCP 443 out to every service that the agent needs, and the ACL of an
    /// endpoint's subnet lets it in. Entries are taken in the order of their numbers, the first match decides, and what nothing matches is
    /// denied.
    ///
    /// ## Why it matters
    ///
    /// A network ACL is stateless and stands beside the security groups: both must allow the packet.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries[?Egress]'`
    ///
    /// ## False positives
    ///
    /// None between two interfaces of one subnet: the ACL is not asked there, and this rule does not ask it.
    ///
    /// ## Fix
    ///
    /// An allow entry for TCP 443 with a lower number than the entry that denies (class A). Every other client of the subnet is let out on
    /// that port as well. To undo, delete the entry with the same number and direction.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Control subnet traffic with network access control lists"
    "ssm/nacl-outbound-443-blocked", Blocker, Agent, fix A,
    "A network ACL drops TCP 443 on its way out",
    needs [DESCRIBE_NETWORK_ACLS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| matches!(cause, Cause::NetworkAclOutbound | Cause::EndpointSubnetAclInbound),
        opaque: &|what| what.contains("network ACL"),
        pass: "the network ACLs let TCP 443 out",
    };
    watch.judge(case, |wall| findings::acl_out(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const ENTRIES: &str = "/NetworkAcls/0/Entries/-";

    #[test]
    fn fires_on_a_deny_before_the_allow() {
        let mut world = testkit::nat();
        let deny = json!({ "CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 90,
            "PortRange": { "From": 443, "To": 443 } });
        world.patch(op::DESCRIBE_NETWORK_ACLS, ENTRIES, deny);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("entry 90"), "{}", found[0].detail);
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--rule-number 89") && command.contains("--egress"), "{command}");
    }

    #[test]
    fn silent_where_the_allow_comes_first() {
        let mut world = testkit::public();
        let deny = json!({ "CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 200,
            "PortRange": { "From": 443, "To": 443 } });
        world.patch(op::DESCRIBE_NETWORK_ACLS, ENTRIES, deny);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeNetworkAcls"]);
    }
}
