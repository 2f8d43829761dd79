//! The rule language of endpoint rule sets: the first rule whose conditions hold wins.

use serde_json::{Map, Value};

use super::functions;

/// What a rule gives.
pub(super) struct Found {
    pub(super) url: String,
    pub(super) properties: Map<String, Value>,
    pub(super) headers: Vec<(String, String)>,
}

/// Why evaluation ended without an endpoint.
pub(super) enum Stop {
    /// An error rule matched.
    Refused(String),
    /// The rule set says something this evaluator does not understand.
    Malformed(String),
}

/// Variables in scope. A rule's own are cut off again when it is left.
pub(super) struct Scope(Vec<(String, Value)>);

impl Scope {
    pub(super) fn get(&self, name: &str) -> Value {
        self.0.iter().rev().find(|(n, _)| n == name).map_or(Value::Null, |(_, v)| v.clone())
    }
}

pub(super) fn evaluate(rule_set: &Value, parameters: Vec<(String, Value)>) -> Result<Option<Found>, Stop> {
    let mut scope = Scope(parameters);
    rules(rule_set.get("rules"), &mut scope)
}

fn rules(list: Option<&Value>, scope: &mut Scope) -> Result<Option<Found>, Stop> {
    for rule in list.and_then(Value::as_array).into_iter().flatten() {
        let mark = scope.0.len();
        let found = one(rule, scope)?;
        scope.0.truncate(mark);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn one(rule: &Value, scope: &mut Scope) -> Result<Option<Found>, Stop> {
    for condition in rule.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        let result = call(condition, scope)?;
        if matches!(result, Value::Null | Value::Bool(false)) {
            return Ok(None);
        }
        if let Some(name) = condition.get("assign").and_then(Value::as_str) {
            scope.0.push((name.to_owned(), result));
        }
    }
    match rule.get("type").and_then(Value::as_str) {
        Some("tree") => rules(rule.get("rules"), scope),
        Some("endpoint") => endpoint(rule.get("endpoint").unwrap_or(&Value::Null), scope).map(Some),
        Some("error") => Err(Stop::Refused(text(resolve(rule.get("error").unwrap_or(&Value::Null), scope)?)?)),
        other => Err(Stop::Malformed(format!("a rule of type {other:?}"))),
    }
}

fn endpoint(node: &Value, scope: &Scope) -> Result<Found, Stop> {
    let url = text(resolve(node.get("url").unwrap_or(&Value::Null), scope)?)?;
    let properties = match deep(node.get("properties").unwrap_or(&Value::Null), scope)? {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    let mut headers = Vec::new();
    for (name, values) in node.get("headers").and_then(Value::as_object).into_iter().flatten() {
        for value in values.as_array().into_iter().flatten() {
            headers.push((name.clone(), text(resolve(value, scope)?)?));
        }
    }
    Ok(Found { url, properties, headers })
}

fn call(node: &Value, scope: &Scope) -> Result<Value, Stop> {
    let name = node.get("fn").and_then(Value::as_str).unwrap_or_default();
    let arguments: Vec<Value> = node
        .get("argv")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|argument| resolve(argument, scope))
        .collect::<Result<_, _>>()?;
    functions::call(name, &arguments).ok_or_else(|| Stop::Malformed(format!("the function `{name}` is not known")))
}

/// A function call, a reference, a template or a plain value.
fn resolve(node: &Value, scope: &Scope) -> Result<Value, Stop> {
    if node.get("fn").is_some() {
        return call(node, scope);
    }
    if let Some(name) = node.get("ref").and_then(Value::as_str) {
        return Ok(scope.get(name));
    }
    match node.as_str() {
        Some(template) if template.contains(['{', '}']) => fill(template, scope).map(Value::String),
        _ => Ok(node.clone()),
    }
}

/// Templates anywhere inside a property.
fn deep(node: &Value, scope: &Scope) -> Result<Value, Stop> {
    match node {
        Value::Array(items) => items.iter().map(|item| deep(item, scope)).collect::<Result<_, _>>().map(Value::Array),
        Value::Object(members) => {
            let members = members.iter().map(|(k, v)| Ok((k.clone(), deep(v, scope)?)));
            members.collect::<Result<_, Stop>>().map(Value::Object)
        }
        other => resolve(other, scope),
    }
}

/// `{Region}` and `{url#authority}`; doubled braces stand for themselves.
fn fill(template: &str, scope: &Scope) -> Result<String, Stop> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        if let Some(tail) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            out.push(if after.starts_with('{') { '{' } else { '}' });
            rest = tail;
            continue;
        }
        let inner = after.strip_prefix('{').and_then(|a| a.split_once('}'));
        let (name, tail) = inner.ok_or_else(|| Stop::Malformed(format!("a brace without partner in `{template}`")))?;
        let mut parts = name.split('#');
        let value = parts.next().map_or(Value::Null, |first| scope.get(first));
        let value = parts.try_fold(value, |v, part| v.get(part).cloned());
        out.push_str(&text(value.unwrap_or(Value::Null))?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn text(value: Value) -> Result<String, Stop> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Stop::Malformed(format!("a text is wanted, not {other}"))),
    }
}
