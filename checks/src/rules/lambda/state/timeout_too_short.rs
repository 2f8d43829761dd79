//! The function ends before a connection can fail.

use crate::finding::{Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::net::Verdict;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is ended after three seconds or less (`Timeout`; 3 is the default).
    ///
    /// ## Why it matters
    ///
    /// A connection that gets no answer is given up by the client after 10 seconds or more. The function ends before that with `Task
    /// timed out after 3.00 seconds`, and the log does not show what failed; a cold start and a TLS handshake can take as long.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query Timeout`; in the log `REPORT` lines whose duration is the
    /// time-out.
    ///
    /// ## False positives
    ///
    /// Functions that are meant to be that quick are no fault: while nothing in the way was found it is advice.
    ///
    /// ## Fix
    ///
    /// Raise it, to 15 seconds for a look at the true error (class A). To undo, the value that it had. A call that never comes back
    /// then costs its time.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Configure Lambda function timeout"
    /// - Lambda developer guide, "Troubleshoot networking issues in Lambda"
    "lambda/timeout-too-short", Degraded, fix A,
    "The time-out of the function is too short to show why a connection fails",
    needs [GET_FUNCTION_CONFIGURATION]
}

/// Seconds at which a function ends unless something else is set.
const DEFAULT: i64 = 3;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let timeout = case.function.timeout;
    if timeout <= 0 {
        return Err(Gap::NotAsked { action: op::GET_FUNCTION_CONFIGURATION.action.to_owned() });
    }
    if timeout > DEFAULT {
        return Ok(Judgement::pass(format!("the function is given {timeout} seconds")));
    }
    let raise = |seconds: i64| case.update().arg("timeout", seconds.to_string());
    let name = case.name();
    let mut finding = case
        .found(format!("function `{name}` ends after {timeout} s, before a connection without an answer is given up"))
        .proof(case.shows("Timeout", timeout))
        .fix(Fix::new(FixClass::A, "raise the time-out to see the true error").run(raise(15)).undo(raise(timeout)));
    if case.ways.iter().all(|way| way.verdict == Verdict::Reachable) {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Advice;
    }
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    #[test]
    fn fires_as_advice_while_nothing_is_in_the_way() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/Timeout", json!(3));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].severity, Severity::Advice);
        assert!(found[0].fix.as_ref().unwrap().rollback[0].ends_with("--timeout 3"));
    }

    #[test]
    fn fires_in_full_when_a_way_is_blocked() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/Timeout", json!(3));
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        assert_eq!(findings(world.judge(&RULE))[0].rule, "", "the severity of the rule");
    }

    #[test]
    fn silent_with_more_time() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_the_number() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/Timeout", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}
