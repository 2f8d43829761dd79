//! A hardened system that lets the agent run and nothing else.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `/var` or `/tmp` is mounted `noexec`, or SELinux denies the agent something. Both show only on the instance, so the rule
    /// hands over the command.
    ///
    /// ## Why it matters
    ///
    /// The agent writes each document as a script below `/var/lib/amazon/ssm` and executes it there. On hardened images (CIS
    /// benchmarks) the node is online, and every command fails with `permission denied`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `findmnt -no OPTIONS -T /var/lib/amazon/ssm` and `sudo ausearch -m avc -c amazon-ssm-agent`.
    ///
    /// ## False positives
    ///
    /// `noexec` on `/tmp` alone hurts only documents that unpack there. In permissive mode SELinux writes denials and denies nothing.
    ///
    /// ## Fix
    ///
    /// `sudo mount -o remount,exec /var` and the same in `/etc/fstab` (class C), or a policy module by whoever owns the hardening. To
    /// undo, mount it as before.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Troubleshooting Run Command"
    /// - Linux manual pages, mount(8) and ausearch(8)
    "ssm/noexec-or-selinux", Degraded, Feature, fix C,
    "The system does not let the agent execute documents",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("Windows has neither mount options nor SELinux"));
    }
    match &case.heartbeat {
        Heartbeat::Online(_) => {}
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Lost(_) | Heartbeat::Never => {
            return Ok(Judgement::not_applicable(
                "asked when the node is online: the agent's heartbeat \
                executes nothing",
            ));
        }
    }
    Ok(case.inside(
        "findmnt -no TARGET,OPTIONS -T /var/lib/amazon/ssm; findmnt -no TARGET,OPTIONS -T /tmp; \
            getenforce; sudo ausearch -m avc -ts today -c amazon-ssm-agent",
        "",
        "`noexec` among the options, or `Enforcing` with denials of the agent",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};
    use serde_json::json;

    #[test]
    fn fires_as_a_question_about_an_online_linux_node() {
        let judgement = testkit::nat().judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { command, .. } if command.contains("findmnt")));
    }

    #[test]
    fn silent_on_windows_and_about_a_silent_node() {
        let mut world = testkit::nat();
        assert!(matches!(world.lost().judge(&RULE), Judgement::NotApplicable(_)));
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_node_list_is_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
