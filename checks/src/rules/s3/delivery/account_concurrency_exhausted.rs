//! Other functions, or its own limit, leave no place.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::metrics::THROTTLES;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether CloudWatch counted throttled calls of the function in the last day, and whose limit it was: its own reserved
    /// concurrency, or what the account has left for functions without any.
    ///
    /// ## Why it matters
    ///
    /// Events that find no place wait and are tried again for up to six hours, so they come late, and those that wait too long
    /// are given up. Other functions of the account can take all of it.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-account-settings` shows the limits, the metric `ConcurrentExecutions` without dimension what all functions
    /// use.
    ///
    /// ## False positives
    ///
    /// A burst after a quiet time is throttled for a moment while Lambda scales up, with room to spare. A function that is set to
    /// zero on purpose is another finding.
    ///
    /// ## Fix
    ///
    /// Reserve some concurrency for the function, or ask for a higher quota (class A). To undo, delete the reservation.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Understanding Lambda function scaling" and "Lambda quotas"
    /// - Lambda developer guide, "Types of metrics for Lambda functions"
    "s3/account-concurrency-exhausted", Degraded, fix A,
    "Calls are turned away for want of concurrency",
    needs [GET_METRIC_STATISTICS, GET_FUNCTION_CONCURRENCY, GET_ACCOUNT_SETTINGS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let is_off = |own: Option<i64>| own == Some(0);
    let functions = case.functions();
    let is_stopped = functions.iter().any(|called| {
        case.concurrency(called).is_ok_and(|own| is_off(own.and_then(|own| own.reserved_concurrent_executions)))
    });
    if is_stopped {
        return Ok(Judgement::follows_from("s3/reserved-concurrency-zero"));
    }
    case.each_function("no call of the last day was turned away", |called| {
        let name = called.function.name.as_str();
        let throttles = case.total(THROTTLES, name)?;
        if throttles <= 0.0 {
            return Ok(Vec::new());
        }
        let own = case.concurrency(called)?.and_then(|own| own.reserved_concurrent_executions);
        let (whose, evidence) = match own {
            Some(own) => (
                format!("its own reserved concurrency of {own}"),
                Evidence::new(op::GET_FUNCTION_CONCURRENCY, &called.arn, "ReservedConcurrentExecutions", own),
            ),
            None => {
                let account = case.snapshot.lambda_account.get("")?;
                let left = account.and_then(|own| own.account_limit.as_ref());
                let left = left.map_or(0, |own| own.unreserved_concurrent_executions);
                (
                    format!("the {left} that the account has for functions without a reservation"),
                    Evidence::new(op::GET_ACCOUNT_SETTINGS, case.account(), "AccountLimit.UnreservedConcurrentExecutions", left),
                )
            }
        };
        let detail = format!(
            "{throttles} calls of function `{name}` were turned away in the last day: they met {whose}, so events come late or are given up"
        );
        let on = |command: &str| {
            Aws::new("lambda", command, &called.function.region).arg("function-name", called.function.bare_arn())
        };
        let fix = match own {
            Some(own) => {
                let more = own.saturating_mul(2).max(2);
                Fix::new(FixClass::A, format!("reserve {more} for the function, which others then cannot use"))
                    .run(on("put-function-concurrency").arg("reserved-concurrent-executions", more.to_string()))
                    .undo(on("put-function-concurrency").arg("reserved-concurrent-executions", own.to_string()))
            }
            None => Fix::new(FixClass::A, "reserve some for the function, which others then cannot use")
                .run(on("put-function-concurrency").arg("reserved-concurrent-executions", "10"))
                .undo(on("delete-function-concurrency")),
        };
        let finding = Finding::new(detail).about("lambda-function", &called.arn);
        Ok(vec![finding.proof(Case::proof_of_total(THROTTLES, name, throttles)).proof(evidence).fix(fix)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn throttled() -> crate::testkit::World {
        let mut world = kit::calls();
        kit::count(&mut world, THROTTLES, 12.0);
        world.answer(
            op::GET_ACCOUNT_SETTINGS,
            json!({}),
            json!({ "AccountLimit": { "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 100 } }),
        );
        world
    }

    #[test]
    fn fires_and_says_whose_limit_it_is() {
        let found = findings(kit::ask(&throttled(), &RULE, &kit::about_bucket()));
        assert!(found[0].detail.contains("the 100 that the account has"), "{}", found[0].detail);
        let mut world = throttled();
        world.replace(op::GET_FUNCTION_CONCURRENCY, &[], json!({ "ReservedConcurrentExecutions": 5 }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].detail.contains("its own reserved concurrency of 5"), "{}", found[0].detail);
    }

    #[test]
    fn silent_without_throttles_and_for_a_function_that_is_stopped() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = throttled();
        world.replace(op::GET_FUNCTION_CONCURRENCY, &[], json!({ "ReservedConcurrentExecutions": 0 }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_cloudwatch_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["cloudwatch:GetMetricStatistics"]);
    }
}
