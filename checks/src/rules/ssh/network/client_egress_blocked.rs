//! The place where connections start lets no SSH out.

use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::Settled;
use crate::walls::{Wall, Watch, Ways};

declare_rule! {
    /// ## What it checks
    ///
    /// For a source inside a VPC whether its security groups and the network ACL of its subnet let the connection out and the replies
    /// back in. For any other source only the client itself can show it.
    ///
    /// ## Why it matters
    ///
    /// Offices, hotels and many companies let only web traffic out. The client times out at every SSH server, not only at this one.
    ///
    /// ## How to confirm
    ///
    /// `nc -vz -w 5 HOST 22` from the client, and the same from a network without a firewall
    ///
    /// ## False positives
    ///
    /// One server that does not answer proves nothing. A connection that was refused, or that met a banner, has left the network of the
    /// client.
    ///
    /// ## Fix
    ///
    /// Session Manager or an EC2 Instance Connect Endpoint, which go over HTTPS (class M); for a bastion, an outbound rule of its own
    /// group for this port and the group of the instance.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Step 8: (Optional) Allow and control permissions for SSH connections through Session Manager"
    /// - VPC user guide, "Security group rules"
    "ssh/client-egress-blocked", Blocker, fix M,
    "The network of the client lets no SSH out",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_NETWORK_ACLS, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| {
            matches!(cause, Cause::SecurityGroupEgress | Cause::NetworkAclOutbound | Cause::NetworkAclReply)
        },
        opaque: &|_| false,
        pass: "the source's own groups and network ACL let the connection out",
    };
    if case.sender_inside().is_some() {
        return watch.judge(case, |wall| finding(case, wall));
    }
    if case.source.connect_endpoint().is_some() {
        return Ok(case.without_lanes());
    }
    let answered = |outcome: &str| matches!(outcome, "refused" | "reset" | "closed" | "silent" | "not-ssh");
    if let Ok(Some(probe)) = case.probe()
        && answered(&probe.outcome)
    {
        return Ok(Judgement::pass(format!("`{}` answered this machine, so its packets get out", probe.address)));
    }
    let port = case.question.port;
    let host = case.question.probe.clone().unwrap_or_else(|| case.address_in_words());
    let command = format!("nc -vz -w 5 {} {port}", crate::fix::quoted(&host));
    let look_for =
        "a time-out here and an answer from another network, while other SSH servers do not answer from here either";
    Ok(case.inside(Settled::Banner, Place::Client, command, look_for))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what =
        if wall.obstacle.is_on_return { "does not let the replies back in" } else { "does not let the connection out" };
    let detail = format!(
        "`{}` of the source {}, TCP {}, {what}{}",
        component.id,
        case.source.words(),
        case.question.port,
        wall.by()
    );
    let summary = format!(
        "have the owner of `{}` let TCP {} pass between the source and the instance",
        component.id, case.question.port
    );
    wall.finding(detail).fix(Fix::new(FixClass::M, summary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{BASTION, asked, bastion, from, probed, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_a_bastion_whose_group_lets_nothing_out() {
        let mut world = bastion();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/2/IpPermissionsEgress", json!([]));
        let found = findings(asked(&world, &RULE, from(BASTION)));
        assert!(found[0].detail.contains("does not let the connection out"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_it_gets_out_or_something_answered() {
        assert!(matches!(asked(&bastion(), &RULE, from(BASTION)), Judgement::Pass(_)));
        let mut world = public();
        probed(&mut world, json!({ "Address": "203.0.113.10:22", "Outcome": "refused" }));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_from_outside_and_when_groups_are_denied() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { place: Place::Client, .. }));
        let mut world = bastion();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(asked(&world, &RULE, from(BASTION))).contains(&"ec2:DescribeSecurityGroups".to_owned()));
    }
}
