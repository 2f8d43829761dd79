//! Statements of old triggers fill the policy.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::policy_command;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Where a statement for S3 is missing: whether the policy of the function is so long that one more would not fit.
    ///
    /// ## Why it matters
    ///
    /// The policy of a function, and of each version and alias, may have 20 KB. Each trigger leaves a statement, and old ones are
    /// seldom removed; then `AddPermission` fails with `PolicyLengthExceededException`.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --query Policy --output text | wc -c`
    ///
    /// ## False positives
    ///
    /// A long policy that lets S3 in works: nothing is found then.
    ///
    /// ## Fix
    ///
    /// Remove statements whose source does not exist any more (class A, after a look at each), or replace many by one with a
    /// pattern in `aws:SourceArn`. To undo, add them again from the saved policy.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda quotas", function resource-based policy
    /// - Lambda API reference, `AddPermission`
    "s3/lambda-policy-too-large", Blocker, fix A,
    "The policy of the function has no room for one more statement",
    needs [GET_FUNCTION_POLICY]
}

/// Source: Lambda developer guide, "Lambda quotas".
const MOST: usize = 20 * 1024;
/// Bytes of the statement that is to be added.
const ONE_MORE: usize = 400;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let called = case.called()?;
    if called.is_empty() {
        return Ok(case.nothing_called());
    }
    let mut findings = Vec::new();
    for called in called.iter().filter(|called| !case.is_gone(called)) {
        if !case.faults(called).is_ok_and(|faults| !faults.is_empty()) {
            continue;
        }
        let policy = case.snapshot.function_policies.get(&called.arn).ok().flatten();
        let length = policy.map_or(0, |own| match &own.policy {
            Value::String(text) => text.len(),
            other => other.to_string().len(),
        });
        if length.saturating_add(ONE_MORE) > MOST {
            let detail = format!(
                "the policy of function `{}` has {length} of {MOST} bytes, so the statement that S3 needs does not fit",
                called.label()
            );
            let evidence = Evidence::new(op::GET_FUNCTION_POLICY, &called.arn, "Policy", format!("{length} bytes"));
            let fix = Fix::new(
                FixClass::M,
                "remove statements whose source is gone (`aws lambda remove-permission`); this shows them",
            );
            let fix = fix.run(policy_command(called));
            findings.push(Finding::new(detail).about("lambda-function", &called.arn).proof(evidence).fix(fix));
        }
    }
    Ok(Judgement::of(findings, "the policy has room, or needs no further statement"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::findings;
    use crate::testkit::s3 as kit;

    fn long(last: serde_json::Value) -> crate::testkit::World {
        let mut world = kit::calls();
        let mut statements: Vec<_> = (0..70)
            .map(|at| {
                kit::permission(
                    "events.amazonaws.com",
                    kit::ALIAS,
                    &format!("arn:aws:events:eu-west-1:123456789012:rule/r{at}"),
                )
            })
            .collect();
        statements.push(last);
        kit::set_policy(&mut world, &statements);
        world
    }

    #[test]
    fn fires_when_a_statement_is_missing_and_does_not_fit() {
        let other =
            kit::permission("events.amazonaws.com", kit::ALIAS, "arn:aws:events:eu-west-1:123456789012:rule/last");
        assert_eq!(findings(kit::ask(&long(other), &RULE, &kit::about_bucket())).len(), 1);
    }

    #[test]
    fn silent_when_the_statement_is_there_or_fits() {
        let own = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
        assert!(matches!(kit::ask(&long(own), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = kit::calls();
        kit::set_policy(&mut world, &[]);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        let judgement = kit::ask(&world, &RULE, &kit::about_function());
        assert!(matches!(judgement, Judgement::Pass(_)), "the policy decides alone: {judgement:?}");
    }
}
