//! Groups or network ACLs stop IPv6.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::obstacles::{opaque_owner, owner};
use crate::lambda::openings::egress;
use crate::net::Cause;
use crate::net::Family;
use crate::remedy::acl::acl_fix;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the function uses IPv6: whether the outbound rules of its groups have an IPv6 peer that covers the destination, and the
    /// network ACL of each subnet IPv6 entries for the packets and their replies.
    ///
    /// ## Why it matters
    ///
    /// Rules and entries for `0.0.0.0/0` say nothing of IPv6. A group or ACL that was written before the subnet became dual-stack drops
    /// it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissionsEgress[].Ipv6Ranges'`
    ///
    /// ## False positives
    ///
    /// Where IPv4 works the finding is degraded: only what is reached over IPv6 fails.
    ///
    /// ## Fix
    ///
    /// An outbound rule or an entry for the IPv6 destination (class A). To undo, revoke or delete it.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules" and "Network ACL rules"
    "lambda/ipv6-sg-or-nacl", Blocker, fix A,
    "The groups or a network ACL of the function stop IPv6 packets",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_NETWORK_ACLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| owner(cause, Family::Ipv6) == RULE.about.id,
        opaque: &|what| matches!(opaque_owner(what), "lambda/sg-egress-blocked" | "lambda/nacl-blocked"),
        pass: "the groups and ACLs of the function let IPv6 pass",
    };
    watch.judge(&case.ipv6(), |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let (port, acl) = (case.question.port, wall.obstacle.component.id.as_str());
    let is_reply = wall.obstacle.cause == Cause::NetworkAclReply;
    if wall.obstacle.cause == Cause::SecurityGroupEgress {
        let finding = case.finding(wall, &format!("the groups of the function do not allow TCP {port} out over IPv6"));
        return match egress(case, wall) {
            Some(fix) => finding.fix(fix),
            None => finding,
        };
    }
    let way = if is_reply { "replies in" } else { "packets out" };
    let ports = if is_reply { (1024, u16::MAX) } else { (port, port) };
    case.finding(wall, &format!("network ACL `{acl}` does not let {way} over IPv6")).fix(acl_fix(
        &case.site_of(wall),
        acl,
        !is_reply,
        ports,
        wall,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_group_without_ipv6() {
        let mut world = worlds::dual_stack();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress/0/Ipv6Ranges", json!([]));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded, "IPv4 works");
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("::/0"), "{found:?}");
    }

    #[test]
    fn fires_on_an_acl_without_ipv6() {
        let mut world = worlds::dual_stack();
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/4", json!(null));
        assert!(findings(world.judge(&RULE))[0].detail.contains("`acl-private` does not let packets out"));
    }

    #[test]
    fn silent_where_ipv6_passes_and_without_it() {
        assert!(matches!(worlds::dual_stack().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = worlds::dual_stack();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSecurityGroups".to_owned()));
    }
}
