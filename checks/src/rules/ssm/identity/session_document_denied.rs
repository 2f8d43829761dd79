//! The caller may start sessions on the instance, but not with the session document.

use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ssm::SESSION_PREFERENCES;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: only the caller's own try can tell whether its policies allow the session document, so the rule tells the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// `ssm:StartSession` is asked of two resources: the instance, and the document (`SSM-SessionManagerRunShell` by default,
    /// `AWS-StartSSHSession` and others for SSH and port forwarding). With the condition `ssm:SessionDocumentAccessCheck` the default
    /// document must be granted by name.
    ///
    /// ## How to confirm
    ///
    /// The resource in the message of `AccessDeniedException` ends in `document/NAME`.
    ///
    /// ## False positives
    ///
    /// The same message with the instance as the resource is `ssm/caller-not-allowed`. The console and the AWS CLI may use different
    /// documents, so that one works and the other does not.
    ///
    /// ## Fix
    ///
    /// Grant the caller `ssm:StartSession` on the document's ARN as well (class M).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Enforce a session document permission check for the AWS CLI"
    "ssm/session-document-denied", Blocker, Sessions, fix M,
    "Whoever opens the session may not use the session document",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let command = Aws::new("ssm", "start-session", case.region())
        .arg("target", &case.instance.instance_id)
        .arg("document-name", SESSION_PREFERENCES);
    at_client(case, command, "`AccessDeniedException` whose resource ends in `document/` and the name of the document")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::public().judge(&RULE) else { panic!("a hint") };
        assert!(command.ends_with("--document-name SSM-SessionManagerRunShell"), "{command}");
    }

    #[test]
    fn silent_while_the_node_does_not_answer() {
        assert!(matches!(testkit::nat().never().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_the_heartbeat() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
