//! The function calls itself by what it writes.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::metrics::RECURSIVE;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether CloudWatch counted events of the last day that Lambda gave up because they went in a circle, and whether the
    /// function is allowed to go in circles.
    ///
    /// ## Why it matters
    ///
    /// A function that writes into the bucket, under keys its own entry takes, calls itself. After about sixteen rounds Lambda
    /// ends the chain: the events are gone and the account gets a notice on the Health Dashboard.
    ///
    /// ## How to confirm
    ///
    /// The metric `RecursiveInvocationsDropped`; `aws lambda get-function-recursion-config --function-name FUNCTION`.
    ///
    /// ## False positives
    ///
    /// A circle by design, with an end of its own, can be allowed. Circles through services that Lambda does not follow are not
    /// counted.
    ///
    /// ## Fix
    ///
    /// Write results under another prefix or into another bucket, and give the entry a filter (class M: it is the design of the
    /// function). Only a circle that is meant is allowed with `put-function-recursion-config`.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Use Lambda recursive loop detection to prevent infinite loops"
    /// - Lambda developer guide, "Types of metrics for Lambda functions"
    "s3/recursion-stopped", Blocker, fix M,
    "Lambda cut a loop between function and bucket",
    needs [GET_METRIC_STATISTICS, GET_FUNCTION_RECURSION_CONFIG]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("Lambda cut no loop of the function in the last day", |called| {
        let name = called.function.name.as_str();
        let dropped = case.total(RECURSIVE, name)?;
        if dropped <= 0.0 {
            return Ok(Vec::new());
        }
        let bare = called.function.bare_arn();
        // The events are gone whatever the setting says now; it only tells what will happen to the next.
        let setting = case.snapshot.function_recursion.get(&bare).ok().flatten().map(|own| own.recursive_loop.as_str());
        let now = match setting {
            Some("Allow") => ", and loops are allowed since",
            _ => "",
        };
        let detail = format!(
            "Lambda gave up {dropped} events of function `{name}` in the last day because they went in a circle{now}: the function writes \
             where its own entry looks"
        );
        let summary = "write results under a prefix or into a bucket that the entry does not look at; this shows the setting";
        let show = Aws::new("lambda", "get-function-recursion-config", &called.function.region).arg("function-name", &bare);
        let mut finding = Finding::new(detail)
            .about("lambda-function", &called.arn)
            .proof(Case::proof_of_total(RECURSIVE, name, dropped))
            .fix(Fix::new(FixClass::M, summary).run(show));
        if let Some(setting) = setting {
            finding = finding.proof(Evidence::new(op::GET_FUNCTION_RECURSION_CONFIG, &bare, "RecursiveLoop", setting));
        }
        if setting == Some("Allow") {
            finding.rule = RULE.about.id;
            finding.severity = crate::finding::Severity::Degraded;
        }
        Ok(vec![finding])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn looping(setting: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        kit::count(&mut world, RECURSIVE, 2.0);
        let input = json!({ "FunctionName": kit::FUNCTION });
        world.answer(op::GET_FUNCTION_RECURSION_CONFIG, input, json!({ "RecursiveLoop": setting }));
        world
    }

    #[test]
    fn fires_for_events_that_went_in_a_circle() {
        let found = findings(kit::ask(&looping("Terminate"), &RULE, &kit::about_bucket()));
        assert!(found[0].detail.contains("went in a circle: the function"), "{}", found[0].detail);
        let found = findings(kit::ask(&looping("Allow"), &RULE, &kit::about_bucket()));
        assert_eq!(found[0].severity, crate::finding::Severity::Degraded);
    }

    #[test]
    fn silent_without_any() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_cloudwatch_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["cloudwatch:GetMetricStatistics"]);
    }
}
