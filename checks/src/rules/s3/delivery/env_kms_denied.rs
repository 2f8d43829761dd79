//! No copy of the function can start.

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
    /// Whether Lambda names a key as the reason for the state of the function, and whether the key that encrypts its environment
    /// is enabled.
    ///
    /// ## Why it matters
    ///
    /// Lambda decrypts the environment each time it starts a copy of the function. With a key that is disabled, scheduled for
    /// deletion, or whose policy shuts the function's role out, the start fails (`KMSAccessDeniedException`,
    /// `KMSDisabledException`) and no code runs.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name FUNCTION --query "[KMSKeyArn,StateReasonCode]"` and `aws kms
    /// describe-key --key-id KEY`.
    ///
    /// ## False positives
    ///
    /// Copies that were started before go on for hours. Without a key of its own the function uses one that AWS manages, which
    /// cannot be disabled.
    ///
    /// ## Fix
    ///
    /// Enable the key, or cancel its deletion (class A). To undo, disable it again.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Securing Lambda environment variables"
    /// - Lambda API reference, `Invoke`, errors
    "s3/env-kms-denied", Blocker, fix A,
    "The key of the function's environment cannot be used",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_KEY]
}

/// Source: Lambda API reference, `GetFunctionConfiguration`, `StateReasonCode`.
const CODES: &[&str] = &["DisabledKMSKey", "InvalidStateKMSKey", "KMSKeyAccessDenied", "KMSKeyNotFound"];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("no key keeps the function from starting", |called| {
        let known = case.present(called)?;
        let key = known.kms_key_arn.as_str();
        let told = CODES.contains(&known.state_reason_code.as_str());
        let state = if key.is_empty() {
            None
        } else {
            let metadata = case.snapshot.keys.get(key)?;
            Some(metadata.map_or("NotFound", |own| own.key_state.as_str())).filter(|state| !state.is_empty())
        };
        let is_off = state.is_some_and(|state| state != "Enabled");
        if !told && !is_off {
            return Ok(Vec::new());
        }
        let why = match state.filter(|_| is_off) {
            Some(state) => format!("key `{key}` is `{state}`"),
            None => format!("Lambda says `{}`", known.state_reason_code),
        };
        let detail = format!(
            "the environment of function `{}` cannot be decrypted, so no copy of it starts: {why}",
            called.label()
        );
        let mut finding = Finding::new(detail).about("lambda-function", &called.arn);
        if told {
            let code = known.state_reason_code.as_str();
            finding =
                finding.proof(Evidence::new(op::GET_FUNCTION_CONFIGURATION, &called.arn, "StateReasonCode", code));
        }
        if let Some(state) = state.filter(|_| is_off) {
            finding = finding.about("kms-key", key).proof(Evidence::new(
                op::DESCRIBE_KEY,
                key,
                "KeyMetadata.KeyState",
                state,
            ));
        }
        let on = |command: &str| Aws::new("kms", command, &called.function.region).arg("key-id", key);
        Ok(vec![
            finding.fix(match state {
                Some("Disabled") => {
                    Fix::new(FixClass::A, "enable the key").run(on("enable-key")).undo(on("disable-key"))
                }
                Some("PendingDeletion") => Fix::new(FixClass::A, "cancel the deletion of the key, and enable it")
                    .run(on("cancel-key-deletion"))
                    .run(on("enable-key"))
                    .undo(on("disable-key")),
                _ => Fix::new(
                    FixClass::M,
                    "let the function's role use the key by its policy, or give the function another key",
                ),
            }),
        ])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn with_key(state: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/KMSKeyArn", json!(kit::KEY));
        world.answer(
            op::DESCRIBE_KEY,
            json!({ "KeyId": kit::KEY }),
            json!({ "KeyMetadata": { "Arn": kit::KEY, "KeyState": state } }),
        );
        world
    }

    #[test]
    fn fires_for_a_key_that_is_off() {
        for (state, command) in [("Disabled", "enable-key"), ("PendingDeletion", "cancel-key-deletion")] {
            let found = findings(kit::ask(&with_key(state), &RULE, &kit::about_bucket()));
            assert!(found[0].fix.as_ref().unwrap().commands[0].contains(command));
        }
    }

    #[test]
    fn fires_when_lambda_says_so() {
        let mut world = kit::calls();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/StateReasonCode", json!("KMSKeyAccessDenied"));
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_bucket())).len(), 1);
    }

    #[test]
    fn silent_with_a_good_key_or_none() {
        assert!(matches!(kit::ask(&with_key("Enabled"), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_key_may_not_be_looked_at() {
        let mut world = with_key("Enabled");
        world.deny(op::DESCRIBE_KEY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["kms:DescribeKey"]);
    }
}
