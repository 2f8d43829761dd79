//! An old Session Manager plugin fails in the handshake.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: which version of the plugin the client has can only be seen there, so the rule tells the command. It
    /// says so when the preferences ask for encryption with a key, which the first versions do not know.
    ///
    /// ## Why it matters
    ///
    /// The agent and the plugin agree in a handshake on what the session does. An old plugin does not understand newer requests
    /// (encryption with KMS, port forwarding to remote hosts), and the session ends before the first prompt.
    ///
    /// ## How to confirm
    ///
    /// `session-manager-plugin --version` on the client, against the newest in the user guide; the message `Installed version of CLI
    /// does not support Session Manager KMS encryption feature`.
    ///
    /// ## False positives
    ///
    /// Third-party launchers that call the plugin with too few arguments show the same text with a new plugin.
    ///
    /// ## Fix
    ///
    /// Update the plugin (class M: it is the client's machine).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Session Manager plugin latest version and release history"
    "ssm/plugin-too-old", Blocker, Sessions, fix M,
    "The Session Manager plugin is too old",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_DOCUMENT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let preferences = case.preferences();
    let is_encrypted = preferences.is_ok_and(|preferences| !preferences.kms_key_id.is_empty());
    let look_for = if is_encrypted {
        "a version far behind the newest: sessions here are encrypted with a KMS key, which old versions do not know"
    } else {
        "a version far behind the newest, or an error during the handshake"
    };
    at_client(case, "session-manager-plugin --version", look_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::nat().judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("--version"), "{command}");
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
