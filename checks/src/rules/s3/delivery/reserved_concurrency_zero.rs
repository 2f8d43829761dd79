//! Nobody may run the function.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the reserved concurrency of the function is 0.
    ///
    /// ## Why it matters
    ///
    /// With zero nothing is ever run: S3 hands events over, Lambda keeps them and gives them up after six hours. The *Throttle*
    /// button of the console sets it.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-concurrency --function-name FUNCTION` shows `ReservedConcurrentExecutions`.
    ///
    /// ## False positives
    ///
    /// Somebody may have pressed *Throttle* on purpose, to stop a loop that costs money: ask before it is taken away.
    ///
    /// ## Fix
    ///
    /// Delete the setting, so that the function shares the account's concurrency, or give it the number it had (class A, with
    /// consent). To undo, set it to 0 again.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Configuring reserved concurrency for a function"
    /// - Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation"
    "s3/reserved-concurrency-zero", Blocker, fix A,
    "The function is throttled to zero",
    needs [GET_FUNCTION_CONCURRENCY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("the function may run", |called| {
        let bare = called.function.bare_arn();
        let told = case.concurrency(called)?;
        if told.and_then(|own| own.reserved_concurrent_executions) != Some(0) {
            return Ok(Vec::new());
        }
        let detail = format!(
            "the reserved concurrency of function `{}` is 0, so it never runs and its events are given up; somebody may have stopped it on \
             purpose",
            called.function.name
        );
        let on = |command: &str| Aws::new("lambda", command, &called.function.region).arg("function-name", &bare);
        let fix = Fix::new(FixClass::A, "let the function share the account's concurrency, once whoever stopped it agrees")
            .run(on("delete-function-concurrency"))
            .undo(on("put-function-concurrency").arg("reserved-concurrent-executions", "0"));
        let evidence = Evidence::new(op::GET_FUNCTION_CONCURRENCY, &bare, "ReservedConcurrentExecutions", 0);
        Ok(vec![Finding::new(detail).about("lambda-function", &called.arn).proof(evidence).fix(fix)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_at_zero() {
        for (mut world, question) in [(kit::calls(), kit::about_bucket()), (kit::publishes(), kit::about_function())] {
            world.replace(op::GET_FUNCTION_CONCURRENCY, &[], json!({ "ReservedConcurrentExecutions": 0 }));
            let found = findings(kit::ask(&world, &RULE, &question));
            assert!(found[0].fix.as_ref().unwrap().rollback[0].ends_with("--reserved-concurrent-executions 0"));
        }
    }

    #[test]
    fn silent_with_some_or_none_reserved() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = kit::calls();
        world.replace(op::GET_FUNCTION_CONCURRENCY, &[], json!({ "ReservedConcurrentExecutions": 5 }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_it_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_CONCURRENCY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetFunctionConcurrency"]);
    }
}
