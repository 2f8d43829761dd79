//! A network ACL drops the replies.

use crate::finding::{Finding, Judgement};
use crate::net::Cause;
use crate::remedy::Site;
use crate::remedy::acl::acl_fix;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the network ACL of the instance's subnet lets the replies out: TCP to the source, to ports 1024 to 65535, since nobody
    /// knows from which port a client comes. On the way over a transit gateway the ACL of the attachment's subnet counts too. Where only
    /// some ports pass the finding is *degraded*.
    ///
    /// ## Why it matters
    ///
    /// A network ACL keeps no state. The connection arrives, the answer is dropped, and the client times out as if nothing were there.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries'`
    ///
    /// ## False positives
    ///
    /// Clients behind NAT use the whole range; a Linux client itself uses 32768 to 60999. An entry that denies only ports below 1024 is
    /// no fault.
    ///
    /// ## Fix
    ///
    /// An allow entry for TCP 1024 to 65535 to the source with a lower number than the entry that denies (class A; class M where it would
    /// overrule other denies). To undo, delete the entry with the same number and direction.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Control subnet traffic with network access control lists", ephemeral ports
    "ssh/nacl-reply-denied", Blocker, Path, fix A,
    "The network ACL of the subnet drops the replies",
    needs [DESCRIBE_NETWORK_ACLS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| matches!(cause, Cause::DestinationAclReply | Cause::TransitGatewaySubnetAcl),
        opaque: &|what| what.contains("network ACL"),
        pass: "the network ACLs let the replies out",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let acl = &wall.obstacle.component.id;
    let partly = wall.obstacle.passes.as_ref().map(|passes| format!(" (only {passes} pass)")).unwrap_or_default();
    let detail =
        format!("network ACL `{acl}` does not let replies out to {}{partly}{}", case.source.words(), wall.by());
    wall.finding(detail).fix(acl_fix(&Site::of(&case.host), acl, true, (1024, u16::MAX), wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{acl_entry, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_with_an_entry_for_the_reply_ports() {
        let mut world = public();
        acl_entry(&mut world, 90, true, json!({ "From": 1024, "To": 65535 }));
        let found = findings(world.judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--egress --rule-number 89") && command.contains("From=1024,To=65535"), "{command}");
    }

    #[test]
    fn silent_when_ports_are_denied_that_no_client_uses() {
        let mut world = public();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        acl_entry(&mut world, 90, true, json!({ "From": 1, "To": 1023 }));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeNetworkAcls"]);
    }
}
