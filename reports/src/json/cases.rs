//! The answers to a list of questions: one line of JSON for each.
//!
//! Fields may be added; none is renamed or dropped.

use super::v1::word;
use crate::escape;
use checks::net::{Effect, Verdict};
use checks::reach::{Blocker, Expect};
use serde::Serialize;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<'a> {
    /// What the question is called.
    pub id: String,
    /// The verdict over all pairs that it is about.
    pub verdict: Verdict,
    /// What stands in the way.
    pub blockers: Vec<&'a Blocker>,
    /// What was expected.
    pub expect: Option<Expect>,
    /// What is not known: IAM actions, or facts in words.
    pub missing: Vec<String>,
    /// Why it could not be answered at all.
    pub error: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    verdict: &'static str,
    blockers: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<&'static str>,
    /// `null` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<Option<bool>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: Option<&'static str>,
    component: &'a str,
    direction: &'static str,
    rule: &'static str,
}

impl<'a> Entry<'a> {
    fn of(blocker: &'a Blocker) -> Self {
        Self {
            code: blocker.code,
            component: &blocker.component.id,
            direction: blocker.direction.word(),
            rule: blocker.rule,
        }
    }
}

/// Writes an answer on one line that ends with a line feed; of what stands in the way only what certainly stops packets.
pub fn line(answered: &Answered<'_>) -> String {
    let certain = answered.blockers.iter().filter(|blocker| blocker.effect != Effect::Possible);
    let line = Line {
        id: &answered.id,
        verdict: word(answered.verdict),
        blockers: certain.map(|blocker| Entry::of(blocker)).collect(),
        expect: answered.expect.map(Expect::word),
        ok: answered.expect.map(|expect| expect.is_met(answered.verdict)),
        missing: &answered.missing,
        error: answered.error.as_deref(),
    };
    // Writing to memory what has only strings as keys cannot fail.
    let mut text = escape::json(&serde_json::to_string(&line).unwrap_or_default());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use checks::evidence::Component;
    use checks::reach::Direction;
    use serde_json::{Value, json};

    fn blocker(effect: Effect) -> Blocker {
        Blocker {
            rule: "net/network-acl-reply",
            title: "",
            effect,
            direction: Direction::Return,
            component: Component::new("network-acl", "acl-1"),
            code: Some("SUBNET_ACL_RESTRICTION"),
            by: None,
            header: None,
            passes: None,
            evidence: Vec::new(),
            way: 0,
        }
    }

    fn answered(verdict: Verdict, expect: Option<Expect>) -> Answered<'static> {
        Answered { id: "a\u{202e}".to_owned(), verdict, blockers: Vec::new(), expect, missing: Vec::new(), error: None }
    }

    #[test]
    fn a_line_has_what_the_contract_names() {
        let (certain, possible) = (blocker(Effect::Blocked), blocker(Effect::Possible));
        let mut blocked = answered(Verdict::Blocked, Some(Expect::Reachable));
        blocked.blockers = vec![&certain, &possible];
        let text = line(&blocked);
        assert!(text.ends_with("}\n") && text.matches('\n').count() == 1 && !text.contains('\u{202e}'), "{text}");
        let expected = json!({
            "id": "a\u{202e}", "verdict": "blocked", "expect": "reachable", "ok": false,
            "blockers": [{ "code": "SUBNET_ACL_RESTRICTION", "component": "acl-1", "direction": "return", "rule": "net/network-acl-reply" }],
        });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }

    #[test]
    fn what_is_not_known_is_neither_met_nor_missed() {
        assert_eq!(
            line(&answered(Verdict::Reachable, None)),
            "{\"id\":\"a\\u202e\",\"verdict\":\"reachable\",\"blockers\":[]}\n"
        );
        let mut open = answered(Verdict::Unknown, Some(Expect::Blocked));
        open.missing = vec!["ec2:DescribeRouteTables".to_owned()];
        let value: Value = serde_json::from_str(&line(&open)).unwrap();
        assert_eq!((&value["ok"], &value["missing"][0]), (&Value::Null, &json!("ec2:DescribeRouteTables")));
        assert!(value.get("ok").is_some());
    }
}
