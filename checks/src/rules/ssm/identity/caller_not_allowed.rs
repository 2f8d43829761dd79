//! The person at the keyboard, and not the instance, lacks a permission.

use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: nothing more than the caller's own try can tell whether its policies allow `ssm:StartSession` on this
    /// instance, so the rule tells the command.
    ///
    /// ## Why it matters
    ///
    /// `AccessDeniedException` on `StartSession` looks like a broken node to whoever gets it, and works at once for a colleague. Policies
    /// often limit sessions by instance tag (`ssm:resourceTag/…`) or by the caller's own name.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm start-session --target INSTANCE` with the caller's credentials, and `aws sts get-caller-identity` to see whose they are.
    ///
    /// ## False positives
    ///
    /// A denial by the session document is another cause (`ssm/session-document-denied`). Do not touch the instance: nothing on it is
    /// wrong.
    ///
    /// ## Fix
    ///
    /// Grant the caller `ssm:StartSession` on the instance and on the session document, and `ssm:TerminateSession` and
    /// `ssm:ResumeSession` on the caller's own sessions (class M: it belongs to whoever administers the caller).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Sample IAM policies for Session Manager"
    "ssm/caller-not-allowed", Blocker, Sessions, fix M,
    "Whoever opens the session may not",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let command = Aws::new("ssm", "start-session", case.region()).arg("target", &case.instance.instance_id);
    at_client(case, command, "`AccessDeniedException` that names the instance as the resource of `ssm:StartSession`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::nat().judge(&RULE) else { panic!("a hint") };
        assert_eq!(command, format!("aws ssm start-session --region eu-west-1 --target {}", testkit::INSTANCE));
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
