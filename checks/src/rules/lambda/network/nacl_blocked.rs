//! The network ACL of the function's subnet drops packets.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Cause;
use crate::net::Family;
use crate::remedy::acl::acl_fix;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the network ACL of each subnet of the function lets the packets out to the destination and port, and the replies in to the
    /// ports from which functions open connections, 1024 to 65535.
    ///
    /// ## Why it matters
    ///
    /// A network ACL keeps no state: entries in both directions have to match, and the first that matches by number decides.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries'`
    ///
    /// ## False positives
    ///
    /// Where only some of the reply ports are let in, some connections work and others hang: degraded. An ACL does not apply between two
    /// interfaces in one subnet.
    ///
    /// ## Fix
    ///
    /// An allow entry with a lower number than the one that denies (class A; M where it would overrule other denies). Every subnet of the
    /// ACL is affected. To undo, delete the entry.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Control subnet traffic with network access control lists", ephemeral ports
    "lambda/nacl-blocked", Blocker, fix A,
    "A network ACL of the function's subnets drops its packets",
    needs [DESCRIBE_NETWORK_ACLS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(
        &case.ipv4(),
        &RULE.about,
        Family::Ipv4,
        "the network ACLs let the packets and their replies pass",
        |wall| finding(case, wall),
    )
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let acl = wall.obstacle.component.id.as_str();
    let is_reply = wall.obstacle.cause == Cause::NetworkAclReply;
    let port = case.question.port;
    let partly = wall.obstacle.passes.as_ref().map(|passes| format!(" (only {passes} pass)")).unwrap_or_default();
    let what = if is_reply {
        format!("network ACL `{acl}` does not let replies in{partly}")
    } else {
        format!("network ACL `{acl}` does not let TCP {port} out{partly}")
    };
    let ports = if is_reply { (1024, u16::MAX) } else { (port, port) };
    case.finding(wall, &what).fix(acl_fix(&case.site_of(wall), acl, !is_reply, ports, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn denying(egress: bool, from: u16, to: u16) -> crate::testkit::World {
        let mut world = worlds::nat();
        let deny = json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 90,
            "PortRange": { "From": from, "To": to } });
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", deny);
        world
    }

    #[test]
    fn fires_in_both_directions() {
        for (egress, from, to, part) in
            [(true, 443, 443, "--egress --rule-number 89"), (false, 1024, 65535, "--ingress --rule-number 89")]
        {
            let found = findings(denying(egress, from, to).judge(&RULE));
            let command = &found[0].fix.as_ref().unwrap().commands[0];
            assert!(command.contains(part) && found[0].severity == Severity::Blocker, "{command}");
        }
    }

    #[test]
    fn fires_as_degraded_where_some_ports_pass() {
        let found = findings(denying(false, 40000, 50000).judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_on_other_ports() {
        assert!(matches!(denying(true, 25, 25).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeNetworkAcls".to_owned()));
    }
}
