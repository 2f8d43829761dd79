//! The decisions on a list of requests: one line of JSON for each.
//!
//! Fields may be added; none is renamed or dropped.

use crate::escape;
use checks::can::Expected;
use checks::iam::Decision;
use serde::Serialize;

/// The decision on a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<'a> {
    /// What the request is called.
    pub id: String,
    /// The decision.
    pub decision: &'a Decision,
    /// What was expected.
    pub expected: Option<Expected>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    result: &'static str,
    /// `null` where nothing had to decide, as for the root user.
    by: Option<By<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'static str>,
    /// `null` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<Option<bool>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
}

/// The layer that decides, and the statement that does so there; without one an Allow is lacking or a policy was not read.
#[derive(Serialize)]
struct By<'a> {
    layer: &'static str,
    policy: Option<&'a str>,
    /// Counted from 0, as in the document.
    statement: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
}

/// Writes a decision on one line that ends with a line feed.
pub fn line(decided: &Decided<'_>) -> String {
    let decision = decided.decision;
    let by = decision.deciding().map(|part| {
        let statement = part.by.as_ref();
        By {
            layer: part.layer.word(),
            policy: statement.map(|own| own.source.name.as_str()),
            statement: statement.map(|own| own.index),
            sid: statement.and_then(|own| own.sid.as_deref()),
        }
    });
    let line = Line {
        id: &decided.id,
        result: decision.verdict.word(),
        by,
        expected: decided.expected.map(|expected| expected.0.word()),
        ok: decided.expected.map(|expected| expected.is_met(decision.verdict)),
        missing: decision.missing.iter().map(ToString::to_string).collect(),
    };
    // Writing to memory what has only strings as keys cannot fail.
    let mut text = escape::json(&serde_json::to_string(&line).unwrap_or_default());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use checks::can::{Case, Written};
    use serde_json::{Value, json};

    fn case(identity: Value, expected: &str) -> Case {
        let value = json!({ "id": "a\u{202e}", "principal": "arn:aws:iam::111122223333:user/bob", "action": "ssm:GetParameter",
            "resource": "arn:aws:ssm:eu-west-1:111122223333:parameter/p", "identityPolicies": [identity], "expected": expected });
        serde_json::from_value::<Written>(value).unwrap().checked().unwrap()
    }

    fn written(case: &Case) -> Value {
        let decision = case.decide();
        let text = line(&Decided { id: case.name(), decision: &decision, expected: case.expected });
        assert!(text.ends_with("}\n") && text.matches('\n').count() == 1 && !text.contains('\u{202e}'), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_line_has_what_the_contract_names() {
        let allow = json!({ "Statement": [{ "Effect": "Deny", "Action": "s3:*", "Resource": "*" },
            { "Sid": "Read", "Effect": "Allow", "Action": "ssm:Get*", "Resource": "*" }] });
        let allowed = written(&case(allow, "Allowed"));
        assert_eq!(
            allowed,
            json!({ "id": "a\u{202e}", "result": "Allowed", "expected": "Allowed", "ok": true,
                "by": { "layer": "identity", "policy": "identityPolicies[0]", "statement": 1, "sid": "Read" } })
        );
        let lacking = written(&case(json!({ "Statement": [] }), "Allowed"));
        assert_eq!(lacking["by"], json!({ "layer": "identity", "policy": null, "statement": null }));
        assert_eq!((&lacking["result"], &lacking["ok"]), (&json!("ImplicitlyDenied"), &json!(false)));
        let open = written(&case(json!({}), "Allowed"));
        assert_eq!((&open["result"], &open["ok"]), (&json!("Unknown"), &Value::Null));
        assert!(open["missing"][0].as_str().unwrap().contains("identityPolicies[0]"), "{open}");
    }
}
