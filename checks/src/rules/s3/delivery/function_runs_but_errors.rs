//! Events arrive, and the code fails.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::metrics::{ERRORS, INVOCATIONS};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether CloudWatch counted errors of the function in the last day.
    ///
    /// ## Why it matters
    ///
    /// Calls that end in an error prove that the events arrive: permissions, filters and notifications are well, and the fault is
    /// in the code, its time limit or what it reaches. S3 events are retried twice and then given up.
    ///
    /// ## How to confirm
    ///
    /// `aws logs tail /aws/lambda/FUNCTION --since 1d --filter-pattern ERROR` shows what failed; `Task timed out` is counted as
    /// an error too.
    ///
    /// ## False positives
    ///
    /// Errors of other triggers of the same function are counted as well. A few errors among many calls may be nothing but bad
    /// input.
    ///
    /// ## Fix
    ///
    /// Read the log and mend the code or its time limit (class M).
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Types of metrics for Lambda functions"
    /// - Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation"
    "s3/function-runs-but-errors", Degraded, fix M,
    "The function is called, and its calls fail",
    needs [GET_METRIC_STATISTICS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("no call of the last day ended in an error", |called| {
        let name = called.function.name.as_str();
        let errors = case.total(ERRORS, name)?;
        if errors <= 0.0 {
            return Ok(Vec::new());
        }
        let calls = case.total(INVOCATIONS, name)?;
        let detail = format!(
            "{errors} of {calls} calls of function `{name}` in the last day ended in an error, so events arrive and the fault is behind \
             that: read its log"
        );
        let group = case.log_group(called);
        let tail = Aws::new("logs", "tail", &called.function.region);
        let tail = String::from(tail.arg("since", "1d")).replacen("logs tail", &format!("logs tail {}", crate::fix::quoted(&group)), 1);
        let fix = Fix::new(FixClass::M, "mend what the log shows").run(tail);
        let finding = Finding::new(detail).about("lambda-function", &called.arn);
        Ok(vec![finding.proof(Case::proof_of_total(ERRORS, name, errors)).fix(fix)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_for_errors_and_leaves_the_rest_alone() {
        let mut world = kit::calls();
        kit::count(&mut world, ERRORS, 7.0);
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].detail.starts_with("7 of 40 calls"), "{}", found[0].detail);
        assert_eq!(
            found[0].fix.as_ref().unwrap().commands,
            ["aws logs tail /aws/lambda/thumbs --region eu-west-1 --since 1d"]
        );
        let diagnosis = kit::diagnose(&world, &kit::about_bucket());
        assert_eq!(diagnosis.verdict, crate::diagnosis::Verdict::Degraded);
    }

    #[test]
    fn silent_without_errors() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_cloudwatch_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["cloudwatch:GetMetricStatistics"]);
    }
}
