//! The plugin cannot use every kind of credentials for KMS.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::{at_client, not_asked};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the preferences encrypt sessions with a KMS key: which credentials the client uses can only be seen there, so the rule
    /// tells the command. Without a key the plugin makes no call of its own.
    ///
    /// ## Why it matters
    ///
    /// With `kmsKeyId` set the plugin itself calls `kms:GenerateDataKey`. Older plugins do not understand single sign-on profiles or
    /// `credential_process`, so that call fails although the AWS CLI works.
    ///
    /// ## How to confirm
    ///
    /// The message `Error calling KMS GenerateDataKey`, followed by the name of a credentials provider.
    ///
    /// ## False positives
    ///
    /// A caller without permission on the key gets a similar message with `AccessDeniedException`: see `ssm/session-kms-client`.
    ///
    /// ## Fix
    ///
    /// Update the plugin, or export static session credentials into the environment first (class M): `eval "$(aws configure
    /// export-credentials --format env)"`.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Turn on KMS key encryption of session data (console)"
    /// - AWS CLI reference, "configure export-credentials"
    "ssm/plugin-credentials-unsupported", Blocker, Sessions, fix M,
    "The plugin cannot use the caller's kind of credentials for KMS",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_DOCUMENT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    if case.preferences()?.kms_key_id.is_empty() {
        return Ok(Judgement::not_applicable("sessions are not encrypted with a KMS key"));
    }
    let look_for =
        "a profile with `sso` or `credential_process`, and `Error calling KMS GenerateDataKey` when a session starts";
    at_client(case, "aws configure list", look_for)
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
        assert!(matches!(keyed("alias/sessions").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_without_a_key_or_an_online_node() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(keyed("alias/sessions").lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_preferences_are_denied() {
        assert_eq!(missing(testkit::nat().deny(op::GET_DOCUMENT).judge(&RULE)), ["ssm:GetDocument"]);
    }
}
