//! The policy denies what S3 asks for.

use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding, policy_command};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement of the policy of the function denies the call that S3 makes for this bucket.
    ///
    /// ## Why it matters
    ///
    /// A Deny wins over every Allow. One that demands a source account, an organization or TLS catches calls that do not carry
    /// the key it looks at.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself.
    ///
    /// ## False positives
    ///
    /// A Deny whose condition is about something that is not known of S3's calls stays open and is not flagged.
    ///
    /// ## Fix
    ///
    /// Narrow the statement so that it spares S3 for this bucket (class M: somebody put it there for a reason).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    /// - IAM user guide, "Policy evaluation logic"
    "s3/lambda-permission-deny", Blocker, fix M,
    "A statement of the function's policy denies S3",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::Deny, "no statement denies the call", |called, fault| {
        let by = fault.statement.as_ref().map_or_else(|| "a statement".to_owned(), ToString::to_string);
        let detail = format!(
            "{by} of function `{}` denies the call that S3 makes for bucket `{}`",
            called.label(),
            case.bucket()
        );
        let show =
            Fix::new(FixClass::M, "narrow the statement so that it spares S3 for this bucket; this shows the policy");
        finding(called, fault, case.bucket(), detail).fix(show.run(policy_command(called)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn denying(condition: serde_json::Value) -> crate::testkit::World {
        let mut world = kit::calls();
        let mut deny = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
        deny["Effect"] = json!("Deny");
        deny["Condition"] = condition;
        kit::set_policy(&mut world, &[kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN), deny]);
        world
    }

    #[test]
    fn fires_for_a_deny_that_applies() {
        let world = denying(json!({ "StringNotEquals": { "aws:SourceAccount": "210987654321" } }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].evidence[0].value.to_string().contains("Deny"));
    }

    #[test]
    fn silent_for_a_deny_about_others() {
        let world = denying(json!({ "StringNotEquals": { "aws:SourceAccount": "123456789012" } }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}
