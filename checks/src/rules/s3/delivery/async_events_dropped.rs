//! Lambda gave up on events.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::metrics::DROPPED;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether CloudWatch counted asynchronous events of the function that were given up in the last day, and how long they may
    /// wait and how often they are tried again.
    ///
    /// ## Why it matters
    ///
    /// S3 hands an event over once, and Lambda keeps it for up to six hours and tries a failed call twice more. Then the event is
    /// gone, unless a destination for failures or a dead-letter queue takes it.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-event-invoke-config --function-name FUNCTION` shows both limits and the destination; the metric
    /// `AsyncEventAge` how long events wait.
    ///
    /// ## False positives
    ///
    /// Events with a destination for failures are counted too, and are not lost. A loop that Lambda cut is another finding.
    ///
    /// ## Fix
    ///
    /// Let events wait longer and name a queue for those that fail (class A), after what makes them fail is mended. To undo,
    /// write the former settings.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation"
    /// - Lambda developer guide, "Types of metrics for Lambda functions"
    "s3/async-events-dropped", Degraded, fix A,
    "Events were given up before the function took them",
    needs [GET_METRIC_STATISTICS, GET_FUNCTION_EVENT_INVOKE_CONFIG]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("no event of the last day was given up", |called| {
        let name = called.function.name.as_str();
        let dropped = case.total(DROPPED, name)?;
        if dropped <= 0.0 {
            return Ok(Vec::new());
        }
        let bare = called.function.bare_arn();
        let settings = case.snapshot.function_event_invoke.get(&bare)?;
        let (retries, age) = settings.map_or((None, None), |own| (own.maximum_retry_attempts, own.maximum_event_age_in_seconds));
        // Source: Lambda API reference, `PutFunctionEventInvokeConfig`, defaults.
        let (retries, age) = (retries.unwrap_or(2), age.unwrap_or(21_600));
        let detail = format!(
            "Lambda gave up {dropped} events of function `{name}` in the last day: each is tried {retries} times again and may wait {age} \
             seconds"
        );
        let on = |command: &str| {
            let command = Aws::new("lambda", command, &called.function.region).arg("function-name", &bare);
            match &called.function.qualifier {
                Some(qualifier) => command.arg("qualifier", qualifier),
                None => command,
            }
        };
        let longest = on("put-function-event-invoke-config").arg("maximum-event-age-in-seconds", "21600");
        let fix = Fix::new(FixClass::A, "let events wait as long as they can, and give those that fail a destination")
            .run(longest.arg("maximum-retry-attempts", "2"));
        let fix = match settings {
            Some(_) => fix.undo(
                on("put-function-event-invoke-config")
                    .arg("maximum-event-age-in-seconds", age.to_string())
                    .arg("maximum-retry-attempts", retries.to_string()),
            ),
            None => fix.undo(on("delete-function-event-invoke-config")),
        };
        let shown = settings.map(|own| json!({ "MaximumRetryAttempts": own.maximum_retry_attempts, "MaximumEventAgeInSeconds": own.maximum_event_age_in_seconds }));
        let evidence = Evidence::new(op::GET_FUNCTION_EVENT_INVOKE_CONFIG, &bare, "", shown.unwrap_or_default());
        let finding = Finding::new(detail).about("lambda-function", &called.arn);
        Ok(vec![finding.proof(Case::proof_of_total(DROPPED, name, dropped)).proof(evidence).fix(fix)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn dropped(settings: serde_json::Value) -> crate::testkit::World {
        let mut world = kit::calls();
        kit::count(&mut world, DROPPED, 3.0);
        let input = json!({ "FunctionName": kit::FUNCTION, "Qualifier": "live" });
        world.answer(op::GET_FUNCTION_EVENT_INVOKE_CONFIG, input, settings);
        world
    }

    #[test]
    fn fires_with_the_limits_that_hold() {
        let world = dropped(json!({ "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60 }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].detail.contains("tried 0 times again and may wait 60 seconds"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("--maximum-event-age-in-seconds 60"));
        let mut world = dropped(json!({}));
        world.fail(op::GET_FUNCTION_EVENT_INVOKE_CONFIG, "ResourceNotFoundException");
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("delete-function-event-invoke-config"));
    }

    #[test]
    fn silent_while_nothing_is_given_up() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_cloudwatch_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["cloudwatch:GetMetricStatistics"]);
    }
}
