//! The network ACL of the NAT gateway drops packets.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Cause;
use crate::net::Family;
use crate::remedy::acl::acl_fix;
use crate::remedy::nat;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the network ACL of the NAT gateway's subnet lets four kinds of packets pass: from the function's subnet in, to the
    /// internet out, the replies in, the replies out to the function.
    ///
    /// ## Why it matters
    ///
    /// A network ACL keeps no state, and that of the public subnet sees each connection twice, before and after translation. One missing
    /// direction stops all of them.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries'` with the
    /// `SubnetId` of the gateway.
    ///
    /// ## False positives
    ///
    /// Replies arrive at the gateway's ports 1024 to 65535. An ACL that lets only some of them in makes some connections fail: degraded.
    ///
    /// ## Fix
    ///
    /// An allow entry with a lower number than the one that denies, for the peers and ports that were dropped (class A; M where it would
    /// overrule other denies). To undo, delete the entry.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Troubleshoot NAT gateways"
    /// - VPC user guide, "Control subnet traffic with network access control lists", ephemeral ports
    "lambda/nat-subnet-nacl", Blocker, fix A,
    "The network ACL of the NAT gateway drops packets of the function",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_NETWORK_ACLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(
        case,
        &RULE.about,
        Family::Ipv4,
        "the network ACLs of the NAT gateways let the packets pass",
        |wall| finding(case, wall),
    )
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let acl = wall.obstacle.component.id.as_str();
    let device = wall.steps.iter().find(|step| step.component.kind == "nat-gateway").map(|step| &step.component);
    let what = nat::words(wall.obstacle.cause, "function").unwrap_or_else(|| "does not work".to_owned());
    let named = device.map_or("the NAT gateway", |own| own.id.as_str());
    let finding = case.finding(wall, &format!("`{named}` {what} (`{acl}`)"));
    let finding = device.into_iter().fold(finding, |finding, own| finding.about(own.kind, &own.id));
    let port = case.question.port;
    let (is_egress, ports) = match wall.obstacle.cause {
        Cause::NatSubnetAclFromClient => (false, (port, port)),
        Cause::NatSubnetAclOutbound => (true, (port, port)),
        Cause::NatSubnetAclReply => (false, (1024, u16::MAX)),
        _ => (true, (1024, u16::MAX)),
    };
    finding.fix(acl_fix(&case.site_of(wall), acl, is_egress, ports, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn denying(egress: bool, from: u16, to: u16) -> crate::testkit::World {
        let mut world = worlds::nat();
        let deny = json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 90,
            "PortRange": { "From": from, "To": to } });
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/1/Entries/-", deny);
        world
    }

    #[test]
    fn fires_on_each_direction() {
        for (egress, from, to, part) in [
            (false, 443, 443, "--ingress"),
            (true, 443, 443, "--egress"),
            (false, 1024, 65535, "--ingress"),
            (true, 1024, 65535, "--egress"),
        ] {
            let found = findings(denying(egress, from, to).judge(&RULE));
            let command = &found[0].fix.as_ref().unwrap().commands[0];
            assert!(command.contains(part) && command.contains("--network-acl-id acl-public"), "{command}");
        }
    }

    #[test]
    fn silent_on_ports_that_nobody_uses() {
        assert!(matches!(denying(false, 22, 22).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeNetworkAcls".to_owned()));
    }
}
