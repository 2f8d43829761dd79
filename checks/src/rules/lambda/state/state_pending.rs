//! The function or its update is not ready yet.

use crate::finding::Judgement;
use crate::lambda::Case;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is in state `Pending`, or its last update `InProgress`.
    ///
    /// ## Why it matters
    ///
    /// Attaching a function to a VPC creates network interfaces, one for each pair of subnet and groups that no other function has.
    /// Until they are there, calls fail or meet the previous configuration, and nothing can be said of the new one.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query
    /// '[State,StateReason,LastUpdateStatus,LastUpdateStatusReason]'`
    ///
    /// ## False positives
    ///
    /// It lasts minutes, not seconds. A function of which a version is published passes through it as well.
    ///
    /// ## Fix
    ///
    /// Wait (`aws lambda wait function-updated-v2 --function-name NAME`), then ask again. There is nothing to undo.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda function states"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "lambda/state-pending", CannotTell, fix None,
    "The function or its last update is not ready yet",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.name();
    for (member, word) in [("State", "Pending"), ("LastUpdateStatus", "InProgress")] {
        if case.state(member)? == word {
            return Ok(Judgement::cannot_tell(
                format!("`{member}` of function `{name}` is `{word}`: wait some minutes and ask again"),
                vec![Gap::opaque(format!(
                    "how the configuration of function `{name}` that is being applied turns out"
                ))],
            ));
        }
    }
    Ok(Judgement::pass("the function and its last update are ready"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};
    use serde_json::{Value, json};

    #[test]
    fn fires_as_an_open_question() {
        for (member, word) in [("/State", "Pending"), ("/LastUpdateStatus", "InProgress")] {
            let mut world = testkit::lambda::nat();
            world.patch(op::GET_FUNCTION_CONFIGURATION, member, json!(word));
            assert!(missing(world.judge(&RULE))[0].contains("turns out"), "{member}");
        }
    }

    #[test]
    fn silent_when_ready() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}
