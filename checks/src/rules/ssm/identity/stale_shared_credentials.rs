//! A credentials file of root stands before the role of the instance.

use crate::finding::{Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::{AgentVersion, Case};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the agent has a version that looks for a shared credentials file of its user (3.1.1927.0 or older). The file itself can
    /// only be seen inside the instance: the rule tells the command.
    ///
    /// ## Why it matters
    ///
    /// Such an agent takes the default profile of `/root/.aws/credentials` before the role of the instance. Keys there that are expired or
    /// belong to another account make every call of the agent fail, while the role is in order.
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
    /// - Systems Manager user guide, "Learn technical details about the SSM Agent", SSM Agent credentials precedence
    "ssm/stale-shared-credentials", Blocker, Registration, fix C,
    "A credentials file on the instance overrides its role",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

/// The last version that looks for the file.
const LAST: AgentVersion = AgentVersion(3, 1, 1927, 0);

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(version) = case.agent_version().filter(|version| *version > LAST) {
        return Ok(Judgement::not_applicable(format!("agent {version} does not look for a credentials file")));
    }
    let (command, file) = if case.instance.platform.eq_ignore_ascii_case("windows") {
        (r"dir C:\Windows\System32\config\systemprofile\.aws\credentials", "credentials file of the system account")
    } else {
        ("sudo ls -l /root/.aws/credentials", "credentials file of root")
    };
    Ok(Judgement::Elsewhere {
        place: Place::Instance,
        command: command.into(),
        look_for: format!("a {file}, with `InvalidClientTokenId` or `ExpiredToken` in the agent's log").into(),
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
        (check.status, check.reason.into_owned())
    }

    fn old(world: &mut World) -> &mut World {
        world.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/AgentVersion", json!("3.1.1927.0"))
    }

    #[test]
    fn fires_as_a_hint_for_the_platform() {
        let mut world = testkit::nat();
        old(&mut world).patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        let Judgement::Elsewhere { command, .. } = world.judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("systemprofile"));
    }

    #[test]
    fn silent_for_a_newer_agent_or_while_the_node_answers() {
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::NotApplicable(_)));
        assert_eq!(status(old(&mut testkit::nat())).0, Status::NotApplicable);
    }

    #[test]
    fn unknown_when_nobody_knows_whether_the_node_answers() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION).patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(""));
        let (status, reason) = status(&world);
        assert_eq!(status, Status::CannotTell);
        assert!(reason.contains("ssm:DescribeInstanceInformation"), "{reason}");
    }
}
