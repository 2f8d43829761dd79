//! Calls without a trace.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::metrics::INVOCATIONS;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Where CloudWatch counted calls in the last day: whether the role of the function may create log streams and write to its
    /// log group.
    ///
    /// ## Why it matters
    ///
    /// No line in the log is the usual reason to say that a trigger does not work. A role without `logs:CreateLogStream` or
    /// `logs:PutLogEvents` runs the code just the same and leaves nothing. The log may also be in another group:
    /// `LoggingConfig.LogGroup` tells.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudwatch get-metric-statistics` of `Invocations` shows the calls; `aws lambda get-function-configuration
    /// --function-name FUNCTION --query LoggingConfig` the group.
    ///
    /// ## False positives
    ///
    /// Logs that an extension sends elsewhere need no permission for CloudWatch. A condition on a key that the facts do not tell
    /// stays open and is not flagged.
    ///
    /// ## Fix
    ///
    /// Attach `AWSLambdaBasicExecutionRole` to the role (class A). To undo, detach it.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"
    /// - Lambda developer guide, "Types of metrics for Lambda functions"
    "s3/no-logs-not-no-invocations", Degraded, fix A,
    "The function runs and cannot write its log",
    needs [GET_METRIC_STATISTICS, GET_FUNCTION_CONFIGURATION, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION, GET_ROLE_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("the function may write its log, or was not called", |called| {
        let name = called.function.name.as_str();
        let calls = case.total(INVOCATIONS, name)?;
        if calls <= 0.0 {
            return Ok(Vec::new());
        }
        let group = case.log_group(called);
        let place = format!(
            "arn:{}:logs:{}:{}:log-group:{group}:log-stream:any",
            case.partition(),
            called.function.region,
            called.function.account
        );
        let mut denied = Vec::new();
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            let answer = case.role_decides(called, action, &place)?;
            if answer.decision.is_denied() {
                denied.push((action, answer));
            } else if !answer.decision.is_allowed() {
                let open = case.open(&answer.decision, case.role_gap(called));
                // A refused read leaves the question open; a condition that nobody can know leaves it alone.
                if let Some(gap) = open.into_iter().find(|gap| gap.action().is_some()) {
                    return Err(gap);
                }
            }
        }
        let Some((_, first)) = denied.first() else { return Ok(Vec::new()) };
        let role = case.role_name(called).unwrap_or_default();
        let actions: Vec<&str> = denied.iter().map(|(action, _)| *action).collect();
        let detail = format!(
            "function `{name}` was called {calls} times in the last day, and its role `{role}` may not call {}, so its log `{group}` stays \
             empty",
            crate::walls::in_words(&actions)
        );
        let by = first.decision.deciding().and_then(|part| part.by.as_ref());
        let evidence = by.and_then(|by| first.proof(by));
        let policy = format!("arn:{}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", case.partition());
        let on = |command: &str| Aws::new("iam", command, "").arg("role-name", role).arg("policy-arn", &policy);
        let fix = Fix::new(FixClass::A, format!("let role `{role}` write logs"))
            .run(on("attach-role-policy"))
            .undo(on("detach-role-policy"));
        let finding = Finding::new(detail).about("lambda-function", &called.arn).about("role", role);
        Ok(vec![finding.proof(Case::proof_of_total(INVOCATIONS, name, calls)).proofs(evidence).fix(fix)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn without_logs() -> crate::testkit::World {
        let mut world = kit::calls();
        let statements = json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }]);
        world.patch(op::GET_ROLE_POLICY, "/PolicyDocument/Statement", statements);
        world
    }

    #[test]
    fn fires_when_calls_leave_no_log() {
        let found = findings(kit::ask(&without_logs(), &RULE, &kit::about_bucket()));
        assert!(
            found[0].detail.contains("40 times") && found[0].detail.contains("/aws/lambda/thumbs"),
            "{}",
            found[0].detail
        );
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("AWSLambdaBasicExecutionRole"));
    }

    #[test]
    fn silent_when_nothing_was_called_or_logs_are_allowed() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = without_logs();
        kit::count(&mut world, INVOCATIONS, 0.0);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_role_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_ROLE_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["iam:GetRolePolicy"]);
    }
}
