//! Whoever opens an encrypted session needs the key.

use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::{at_client, not_asked};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the preferences encrypt sessions with a KMS key: whether the caller may call `kms:GenerateDataKey` on it is the caller's
    /// matter, so the rule tells the command that shows it.
    ///
    /// ## Why it matters
    ///
    /// The client's side of an encrypted session makes the data key. Without the permission the session ends with `Encountered error
    /// while initiating handshake` or `KMSEncryption failed on client`.
    ///
    /// ## How to confirm
    ///
    /// The command asks KMS for a data key without handing it out, exactly as the caller; `DryRunOperationException` means that it is
    /// allowed.
    ///
    /// ## False positives
    ///
    /// A key that was disabled or is about to be deleted gives the same end of the session: `aws kms describe-key` shows `KeyState`.
    ///
    /// ## Fix
    ///
    /// Grant the caller `kms:GenerateDataKey` on the key, in its policy or in the key policy (class M).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Turn on KMS key encryption of session data (console)"
    /// - KMS API reference, "GenerateDataKey", DryRun
    "ssm/session-kms-client", Blocker, Sessions, fix M,
    "Whoever opens the session may not use the session key",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_DOCUMENT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    let key = &case.preferences()?.kms_key_id;
    if key.is_empty() {
        return Ok(Judgement::pass("sessions are not encrypted with a KMS key"));
    }
    let command = Aws::new("kms", "generate-data-key", case.region()).arg("key-id", key).arg("key-spec", "AES_256");
    let look_for = "anything but `DryRunOperationException`: `AccessDeniedException` for `kms:GenerateDataKey`, or a key that is disabled";
    at_client(case, command.flag("dry-run"), look_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::snapshot::ssm::SESSION_PREFERENCES;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn keyed(key: &str) -> World {
        let mut world = testkit::nat();
        let content = json!({ "inputs": { "kmsKeyId": key } }).to_string();
        world.replace(op::GET_DOCUMENT, &[], json!({ "Name": SESSION_PREFERENCES, "Content": content }));
        world
    }

    #[test]
    fn fires_as_a_hint_with_a_key() {
        let Judgement::Elsewhere { command, .. } = keyed("alias/ses sions").judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("--key-id 'alias/ses sions'"), "{command}");
    }

    #[test]
    fn silent_without_a_key_or_an_online_node() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(keyed("alias/sessions").lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_preferences_are_denied() {
        assert_eq!(missing(testkit::nat().deny(op::GET_DOCUMENT).judge(&RULE)), ["ssm:GetDocument"]);
    }
}
