//! The network ACL of the instance's subnet drops the connection.

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
    /// Whether the network ACL of the instance's subnet lets TCP in on the port in question from the source. Entries are judged in the
    /// order of their numbers; the first that fits decides.
    ///
    /// ## Why it matters
    ///
    /// A network ACL drops silently, in front of the security groups: the client times out although the groups are open.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries'`
    ///
    /// ## False positives
    ///
    /// Between two interfaces of one subnet no network ACL is asked. The ACL that the subnet is associated with counts, and not the
    /// default one of the VPC.
    ///
    /// ## Fix
    ///
    /// An allow entry for this port and source with a lower number than the entry that denies (class A; class M where it would overrule
    /// other denies or opens the port to everybody). To undo, delete the entry with the same number and direction.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Control subnet traffic with network access control lists"
    "ssh/nacl-inbound-denied", Blocker, Path, fix A,
    "The network ACL of the subnet drops the connection",
    needs [DESCRIBE_NETWORK_ACLS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::DestinationAclInbound,
        opaque: &|what| what.contains("network ACL"),
        pass: "the network ACL of the subnet lets the connection in",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let acl = &wall.obstacle.component.id;
    let partly = wall.obstacle.passes.as_ref().map(|passes| format!(" (only {passes} pass)")).unwrap_or_default();
    let detail = format!(
        "network ACL `{acl}` does not let TCP {} in from {}{partly}{}",
        case.question.port,
        case.source.words(),
        wall.by()
    );
    wall.finding(detail).fix(acl_fix(&Site::of(&case.host), acl, false, (case.question.port, case.question.port), wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{acl_entry, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_with_an_entry_for_the_source_in_front() {
        let mut world = public();
        acl_entry(&mut world, 90, false, json!({ "From": 22, "To": 22 }));
        let found = findings(world.judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--ingress --rule-number 89") && command.contains("From=22,To=22"), "{command}");
        assert!(command.contains("198.51.100.7/32"), "{command}");
    }

    #[test]
    fn silent_when_other_ports_are_denied() {
        let mut world = public();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        acl_entry(&mut world, 90, false, json!({ "From": 23, "To": 80 }));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_acls_are_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeNetworkAcls"]);
    }
}
