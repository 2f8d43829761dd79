//! A credentials file of root stands before the role of the instance.

use crate::finding::{Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Nothing outside the instance: a shared credentials file of the agent's user can only be seen inside. The rule tells the command
    /// that shows it.
    ///
    /// ## Why it matters
    ///
    /// Agents older than 3.2 take the default profile of `/root/.aws/credentials` before the role of the instance, and newer ones can be
    /// told to. Keys there that are expired or belong to another account make every call of the agent fail, while the role is in order.
    ///
    /// ## How to confirm
    ///
    /// `sudo ls -l /root/.aws/credentials` (Windows: `C:\Windows\System32\config\systemprofile\.aws\credentials`), and
    /// `InvalidClientTokenId` or `ExpiredToken` in the agent's log.
    ///
    /// ## False positives
    ///
    /// Another program may need the file: ask before it is moved, and never delete it. A file without a default profile does no harm.
    ///
    /// ## Fix
    ///
    /// Rename the file and restart the agent (class C). To undo, rename it back.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Technical details about the SSM Agent", credentials precedence
    "ssm/stale-shared-credentials", Blocker, Registration, fix C,
    "A credentials file on the instance overrides its role",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (command, file) = if case.instance.platform.eq_ignore_ascii_case("windows") {
        (r"dir C:\Windows\System32\config\systemprofile\.aws\credentials", "credentials file of the system account")
    } else {
        ("sudo ls -l /root/.aws/credentials", "credentials file of root")
    };
    Ok(Judgement::Elsewhere {
        place: Place::Instance,
        command: command.to_owned(),
        look_for: format!("a {file}, with `InvalidClientTokenId` or `ExpiredToken` in the agent's log"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Status;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World};
    use serde_json::json;

    fn status(world: &World) -> (Status, String) {
        let check = world.diagnose().checks.into_iter().find(|check| check.rule == RULE.about.id).unwrap();
        (check.status, check.reason)
    }

    #[test]
    fn fires_as_a_hint_for_the_platform() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        let Judgement::Elsewhere { command, .. } = world.judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("systemprofile"));
    }

    #[test]
    fn silent_while_the_node_answers() {
        assert_eq!(status(&testkit::nat()).0, Status::NotApplicable);
    }

    #[test]
    fn unknown_when_nobody_knows_whether_the_node_answers() {
        let (status, reason) = status(testkit::nat().deny(op::DESCRIBE_INSTANCE_INFORMATION));
        assert_eq!(status, Status::CannotTell);
        assert!(reason.contains("ssm:DescribeInstanceInformation"), "{reason}");
    }
}
