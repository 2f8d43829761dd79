//! From JSON to statements, strict where AWS is strict.

use serde_json::{Map, Value};

use super::action::ActionPattern;
use super::condition::Condition;
use super::document::MalformedPolicy;
use super::principal_element::{Entry, PrincipalElement};
use super::resource::{ResourceElement, ResourcePattern};
use super::statement::{ActionElement, Effect, Statement};

type Fallible<T> = Result<T, String>;

const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Reads the statements of a document (IAM user guide, policy grammar). `lines` holds the line of each, if known.
pub(crate) fn statements(document: &Value, lines: &[u32]) -> Result<Vec<Statement>, MalformedPolicy> {
    let whole = |reason: String| MalformedPolicy { reason, statement: None, line: None };
    let document = document.as_object().ok_or_else(|| whole("the policy is no JSON object".to_owned()))?;
    known_elements(document, DOCUMENT_ELEMENTS).map_err(whole)?;
    let variables = supports_variables(document).map_err(whole)?;
    let list = match document.get("Statement") {
        Some(Value::Array(list)) => list.as_slice(),
        Some(single @ Value::Object(_)) => std::slice::from_ref(single),
        Some(_) => return Err(whole("`Statement` is neither an object nor a list".to_owned())),
        None => return Err(whole("the policy has no `Statement`".to_owned())),
    };
    let read = |(index, value): (usize, &Value)| {
        let line = lines.get(index).copied();
        statement(value, index, line, variables).map_err(|reason| MalformedPolicy {
            reason,
            statement: Some(index),
            line,
        })
    };
    list.iter().enumerate().map(read).collect()
}

/// Policy variables came with version 2012-10-17; a document without `Version` has 2008-10-17.
fn supports_variables(document: &Map<String, Value>) -> Fallible<bool> {
    match document.get("Version") {
        None => Ok(false),
        Some(Value::String(version)) if version == "2012-10-17" => Ok(true),
        Some(Value::String(version)) if version == "2008-10-17" => Ok(false),
        Some(other) => Err(format!("`Version` is {other}, which is no policy version")),
    }
}

fn known_elements(object: &Map<String, Value>, known: &[&str]) -> Fallible<()> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => match known.iter().find(|name| name.eq_ignore_ascii_case(key)) {
            Some(name) => Err(format!("element `{key}` must be written `{name}`")),
            None => Err(format!("`{key}` is no element of a policy")),
        },
    }
}

fn statement(value: &Value, index: usize, line: Option<u32>, variables: bool) -> Fallible<Statement> {
    let object = value.as_object().ok_or("the statement is no JSON object")?;
    known_elements(object, STATEMENT_ELEMENTS)?;
    let effect = match object.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(other) => return Err(format!("`Effect` is `{other}`, not `Allow` or `Deny`")),
        None => return Err("the statement has no `Effect`".to_owned()),
    };
    let sid = match object.get("Sid") {
        None => None,
        Some(Value::String(sid)) => Some(sid.as_str().into()),
        Some(_) => return Err("`Sid` is no text".to_owned()),
    };
    Ok(Statement {
        index,
        sid,
        line,
        effect,
        principals: principals(object)?,
        actions: actions(object)?,
        resources: resources(object, variables)?,
        conditions: conditions(object.get("Condition"), variables)?,
    })
}

/// One of two elements that exclude each other, and whether it is the negated one.
fn either<'a>(object: &'a Map<String, Value>, plain: &str, negated: &str) -> Fallible<Option<(&'a Value, bool)>> {
    match (object.get(plain), object.get(negated)) {
        (Some(_), Some(_)) => Err(format!("the statement has both `{plain}` and `{negated}`")),
        (Some(value), None) => Ok(Some((value, false))),
        (None, Some(value)) => Ok(Some((value, true))),
        (None, None) => Ok(None),
    }
}

/// A text or a list of texts.
fn texts<'a>(value: &'a Value, element: &str) -> Fallible<Vec<&'a str>> {
    let single =
        |value: &'a Value| value.as_str().ok_or_else(|| format!("`{element}` holds something other than text"));
    match value {
        Value::Array(list) => list.iter().map(single).collect(),
        other => Ok(vec![single(other)?]),
    }
}

fn actions(object: &Map<String, Value>) -> Fallible<ActionElement> {
    let (value, negated) = either(object, "Action", "NotAction")?.ok_or("the statement has no `Action`")?;
    let name = if negated { "NotAction" } else { "Action" };
    let compile = |text: &str| {
        ActionPattern::compile(text).ok_or_else(|| format!("action `{text}` has no service prefix such as `s3:`"))
    };
    let entries = texts(value, name)?.into_iter().map(compile).collect::<Fallible<_>>()?;
    Ok(ActionElement { entries, negated })
}

fn resources(object: &Map<String, Value>, variables: bool) -> Fallible<Option<ResourceElement>> {
    let Some((value, negated)) = either(object, "Resource", "NotResource")? else { return Ok(None) };
    let name = if negated { "NotResource" } else { "Resource" };
    let entries = texts(value, name)?.into_iter().map(|text| ResourcePattern::compile(text, variables)).collect();
    Ok(Some(ResourceElement { entries, negated }))
}

fn principals(object: &Map<String, Value>) -> Fallible<Option<PrincipalElement>> {
    let Some((value, negated)) = either(object, "Principal", "NotPrincipal")? else { return Ok(None) };
    let name = if negated { "NotPrincipal" } else { "Principal" };
    let mut found: Vec<(Box<str>, Entry)> = Vec::new();
    match value {
        Value::String(text) if text == "*" => found.push(("*".into(), Entry::Everyone)),
        Value::Object(kinds) => {
            for (kind, value) in kinds {
                for text in texts(value, name)? {
                    found.push((text.into(), entry(kind, text)?));
                }
            }
        }
        _ => return Err(format!("`{name}` is neither `*` nor an object")),
    }
    let (texts, entries): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    Ok(Some(PrincipalElement { entries: entries.into(), texts: texts.into(), negated }))
}

fn entry(kind: &str, text: &str) -> Fallible<Entry> {
    Ok(match kind {
        "AWS" => Entry::aws(text),
        "Service" => Entry::Service(text.into()),
        "Federated" => Entry::Federated(text.into()),
        "CanonicalUser" => Entry::CanonicalUser(text.into()),
        other => return Err(format!("`{other}` is no kind of principal")),
    })
}

fn conditions(value: Option<&Value>, variables: bool) -> Fallible<Vec<Condition>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let blocks = value.as_object().ok_or("`Condition` is no JSON object")?;
    let mut conditions = Vec::new();
    for (operator, keys) in blocks {
        let keys = keys.as_object().ok_or_else(|| format!("condition `{operator}` is no JSON object"))?;
        for (key, values) in keys {
            conditions.push(Condition::compile(operator, key, condition_values(values, key)?, variables));
        }
    }
    Ok(conditions)
}

/// Condition values may be JSON booleans and numbers; they count as their text.
fn condition_values(value: &Value, key: &str) -> Fallible<Vec<Box<str>>> {
    let single = |value: &Value| match value {
        Value::String(text) => Ok(text.as_str().into()),
        Value::Bool(truth) => Ok(truth.to_string().into()),
        Value::Number(number) => Ok(number.to_string().into()),
        _ => Err(format!("condition key `{key}` holds something other than texts, numbers and booleans")),
    };
    match value {
        Value::Array(list) => list.iter().map(single).collect(),
        other => Ok(vec![single(other)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::PolicyDocument;

    fn error(text: &str) -> String {
        PolicyDocument::parse_text(text).unwrap_err().to_string()
    }

    #[test]
    fn single_values_and_lists_are_alike() {
        let single = r#"{"Statement": {"Sid": "One", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": 10}}}}"#;
        let document = PolicyDocument::parse_text(single).unwrap();
        assert_eq!(document.positions().collect::<Vec<_>>(), [(0, Some("One"), Some(1))]);
        let list = r#"{"Version": "2012-10-17", "Id": "x", "Statement": [
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]},
            {"Effect": "Deny", "NotAction": ["s3:*"], "NotResource": "arn:aws:s3:::b"}]}"#;
        assert_eq!(PolicyDocument::parse_text(list).unwrap().len(), 2);
    }

    #[test]
    fn what_aws_refuses_is_malformed() {
        assert!(error("{").starts_with("the policy is no JSON"));
        assert_eq!(error("[]"), "the policy is no JSON object");
        assert_eq!(error("{}"), "the policy has no `Statement`");
        assert_eq!(error(r#"{"statement": []}"#), "element `statement` must be written `Statement`");
        assert_eq!(
            error(r#"{"Version": "2012", "Statement": []}"#),
            "`Version` is \"2012\", which is no policy version"
        );
        let statement = |body: &str| error(&format!("{{\"Statement\":\n{{{body}}}}}"));
        assert_eq!(
            statement(r#""Effect": "allow""#),
            "`Effect` is `allow`, not `Allow` or `Deny` (statement 1, line 2)"
        );
        assert_eq!(statement(r#""Effect": "Allow""#), "the statement has no `Action` (statement 1, line 2)");
        assert_eq!(
            statement(r#""Effect": "Allow", "Action": "GetObject""#),
            "action `GetObject` has no service prefix such as `s3:` (statement 1, line 2)"
        );
        assert!(statement(r#""Effect": "Allow", "Action": "*", "NotAction": "*""#).contains("both"));
        assert!(statement(r#""Effect": "Allow", "Action": "*", "Comment": """#).contains("`Comment` is no element"));
        assert!(statement(r#""Effect": "Allow", "Action": [1]"#).contains("other than text"));
        assert!(statement(r#""Effect": "Allow", "Action": "*", "Principal": "bob""#).contains("neither `*`"));
        assert!(statement(r#""Effect": "Allow", "Action": "*", "Condition": {"Bool": {"a": null}}"#).contains("`a`"));
        assert!(error(r#"{"Statement": [], "Statement": []}"#).contains("given twice"));
    }

    #[test]
    fn url_encoded_documents_are_read() {
        let text = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
        assert_eq!(PolicyDocument::parse_text(text).unwrap().len(), 1);
    }
}
