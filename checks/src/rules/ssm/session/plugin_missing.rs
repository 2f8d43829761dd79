//! The AWS CLI needs the Session Manager plugin beside it.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: the plugin can only be looked for on the machine that opens the session, so the rule tells the command.
    ///
    /// ## Why it matters
    ///
    /// The AWS CLI only asks Systems Manager for a session; the plugin speaks the session itself. Without it on the search path,
    /// `start-session` ends with `SessionManagerPlugin is not found`, and nothing on the instance can help. The console needs no
    /// plugin.
    ///
    /// ## How to confirm
    ///
    /// `session-manager-plugin` on the client. A healthy one says that it was installed successfully.
    ///
    /// ## False positives
    ///
    /// Graphical tools bring a copy of their own, often an old one. A plugin that was installed a moment ago is found only by shells
    /// that were opened since.
    ///
    /// ## Fix
    ///
    /// Install the plugin for the client's operating system, and put its folder on `PATH` (class M: it is the client's machine).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Install the Session Manager plugin for the AWS CLI"
    "ssm/plugin-missing", Blocker, Sessions, fix M,
    "The Session Manager plugin is not installed",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let look_for = "`command not found`, or `SessionManagerPlugin is not found` from `aws ssm start-session`";
    at_client(case, "session-manager-plugin", look_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::nat().judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("session-manager-plugin"), "{command}");
    }

    #[test]
    fn silent_while_the_node_does_not_answer() {
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_the_heartbeat() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
