//! Half of the facts are in another account.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the account that is asked with owns the bucket: S3 answers a call with `ExpectedBucketOwner` for the owner only.
    ///
    /// ## Why it matters
    ///
    /// The notifications of a bucket belong to its owner, and only the owner's account can show and write them. A function may
    /// well be called for a bucket of another account in the same Region, when its policy names that bucket and that account.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-location --bucket BUCKET --expected-bucket-owner ACCOUNT` answers for the owner and is refused
    /// otherwise.
    ///
    /// ## False positives
    ///
    /// A refusal can also be a missing permission on a bucket of one's own. Then the finding names the action that is missing.
    ///
    /// ## Fix
    ///
    /// Run the same command with credentials of the account that owns the bucket (class M). What the function's side shows is
    /// judged here.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Verifying bucket ownership with bucket owner condition"
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/cross-account-owner", CannotTell, fix M,
    "The bucket belongs to another account",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let bucket = case.bucket();
    if case.is_of_another_account() {
        let reason = format!(
            "bucket `{bucket}` does not belong to account `{}`: run `aws-triage s3-event --bucket {bucket}` with credentials of its owner",
            case.account()
        );
        return Ok(Judgement::cannot_tell(reason, vec![Gap::opaque(format!("which account owns bucket `{bucket}`"))]));
    }
    if let Err(gap) = &case.configuration {
        let reason = format!(
            "the notifications of bucket `{bucket}` are not known ({gap}); if another account owns it, run `aws-triage s3-event --bucket \
             {bucket}` there"
        );
        return Ok(Judgement::cannot_tell(reason, vec![gap.clone()]));
    }
    match case.snapshot.refusal(op::GET_BUCKET_LOCATION) {
        // The notifications could be read, as the owner's can; who owns it matters to conditions of policies, where it stays open.
        Some(_) | None if case.owner().is_none() => Ok(Judgement::not_applicable("which account asks is not known")),
        _ => Ok(Judgement::pass("nothing says that another account owns the bucket")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    #[test]
    fn fires_never_and_says_what_to_run_there() {
        let mut world = kit::calls();
        world.fail(op::GET_BUCKET_LOCATION, "AccessDenied");
        world.answer(
            op::GET_BUCKET_LOCATION,
            json!({ "Bucket": kit::BUCKET }),
            json!({ "LocationConstraint": "eu-west-1" }),
        );
        let judgement = kit::ask(&world, &RULE, &kit::about_bucket());
        assert!(
            matches!(&judgement, Judgement::CannotTell { reason, .. } if reason.contains("s3-event --bucket photos")),
            "{judgement:?}"
        );
    }

    #[test]
    fn silent_for_the_owner() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_notifications_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}
