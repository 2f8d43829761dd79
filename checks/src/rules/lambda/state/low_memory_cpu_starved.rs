//! The function has little memory, and with it little CPU.

use crate::finding::{Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function has 128 MB of memory, the least there is (`MemorySize`).
    ///
    /// ## Why it matters
    ///
    /// CPU comes with memory: 1,769 MB are one CPU, 128 MB a fourteenth of it. Loading an SDK and a TLS handshake then take seconds,
    /// and a connection that works runs into the time-out.
    ///
    /// ## How to confirm
    ///
    /// In the log: `REPORT` lines with `Max Memory Used` near `Memory Size`, or an `Init Duration` of seconds.
    ///
    /// ## False positives
    ///
    /// Many small functions are content with it: it is advice, as only the log shows whether time or memory is short.
    ///
    /// ## Fix
    ///
    /// Set 512 MB and compare (class A); it costs more by the millisecond and mostly takes fewer of them. To undo, the value that it
    /// had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Configure Lambda function memory"
    "lambda/low-memory-cpu-starved", Degraded, fix A,
    "The function has so little memory that handshakes are slow",
    needs [GET_FUNCTION_CONFIGURATION]
}

/// The least memory of a function, in MB.
const LEAST: i64 = 128;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let size = case.function.memory_size;
    if size <= 0 {
        return Err(Gap::NotAsked { action: op::GET_FUNCTION_CONFIGURATION.action.to_owned() });
    }
    if size > LEAST {
        return Ok(Judgement::pass(format!("the function has {size} MB")));
    }
    let set = |size: i64| case.update().arg("memory-size", size.to_string());
    let name = case.name();
    let mut finding = case
        .found(format!("function `{name}` has {size} MB of memory and a fourteenth of a CPU, so handshakes are slow"))
        .proof(case.shows("MemorySize", size))
        .fix(Fix::new(FixClass::A, "give the function more memory, and CPU with it").run(set(512)).undo(set(size)));
    // Whether that is too little shows in the log alone.
    finding.rule = RULE.about.id;
    finding.severity = Severity::Advice;
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    #[test]
    fn fires_as_advice_at_the_least_memory() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/MemorySize", json!(128));
        assert_eq!(findings(world.judge(&RULE))[0].severity, Severity::Advice);
    }

    #[test]
    fn silent_with_more() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_the_number() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/MemorySize", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}
