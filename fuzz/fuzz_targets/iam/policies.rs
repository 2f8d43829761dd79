//! Requests and policies made of words that fit each other often.

use super::draw::Draw;
use serde_json::{Map, Value, json};

/// Callers of every kind.
pub(crate) const PRINCIPALS: &[&str] = &[
    "arn:aws:sts::111122223333:assumed-role/web/i-0abc",
    "arn:aws:iam::111122223333:role/ops/web",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:federated-user/bob",
    "arn:aws:iam::444455556666:role/web",
    "s3.amazonaws.com",
    "anonymous",
];
const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:ListBucket",
    "sts:AssumeRole",
    "kms:Decrypt",
    "lambda:InvokeFunction",
    "ec2:DescribeInstances",
];
const ACTION_PATTERNS: &[&str] =
    &["*", "s3:*", "S3:get*", "s3:G?tObject", "*:*", "kms:Decrypt", "sts:Assume*", "lambda:*", "s3:*a*b*c*", "x:y"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/Team, 'none'}",
    "arn:aws:iam::111122223333:role/target",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    "arn:aws:lambda:*:*:function:f*",
    "arn:aws:*",
    "arn:aws:s3:::b/*a*a*a*a*b",
    "",
    "é${",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLikeIfExists",
    "StringEqualsIgnoreCase",
    "ArnLike",
    "ArnNotEquals",
    "Bool",
    "BoolIfExists",
    "IpAddress",
    "NotIpAddress",
    "NumericLessThan",
    "NumericNotEquals",
    "DateGreaterThan",
    "DateEquals",
    "BinaryEquals",
    "Null",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotLike",
    "ForAnyValue:StringEqualsIfExists",
    "ForAllValues:ArnLike",
    "Wrong",
    "ForAnyValue:",
];
const KEYS: &[&str] = &[
    "aws:SourceIp",
    "aws:PrincipalArn",
    "AWS:principaltag/team",
    "aws:TagKeys",
    "aws:SourceArn",
    "aws:MultiFactorAuthPresent",
    "s3:max-keys",
    "aws:CurrentTime",
    "aws:username",
    "",
];
const VALUES: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "2001:db8::/32",
    "true",
    "false",
    "5",
    "-1e400",
    "2026-01-01T00:00:00Z",
    "1767225600",
    "arn:aws:s3:::b",
    "arn:aws:*",
    "a",
    "A",
    "*",
    "?",
    "${aws:username}",
    "${aws:TagKeys}",
    "${*}",
    "QUJD",
    "",
    "é",
    "12345678901234567890123456789012345678901",
];
const OWNERS: &[&str] = &[
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:role/ops/web",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:sts::111122223333:assumed-role/web/i-0abc",
    "AROAEXAMPLE",
    "arn:aws:iam::111122223333:role/*",
    "",
];

fn word(draw: &mut Draw<'_>, words: &[&str]) -> String {
    draw.pick(words).to_owned()
}

fn words(draw: &mut Draw<'_>, all: &[&str]) -> Value {
    match draw.below(4) {
        0 => json!(word(draw, all)),
        1 => json!([]),
        count => (0..count).map(|_| json!(word(draw, all))).collect(),
    }
}

fn condition(draw: &mut Draw<'_>) -> Value {
    let mut blocks = Map::new();
    for _ in 0..draw.below(3) {
        let mut keys = Map::new();
        for _ in 0..=draw.below(2) {
            keys.insert(word(draw, KEYS), words(draw, VALUES));
        }
        blocks.insert(word(draw, OPERATORS), Value::Object(keys));
    }
    Value::Object(blocks)
}

fn statement(draw: &mut Draw<'_>, has_principal: bool) -> Value {
    let mut statement = Map::new();
    let mut set = |name: &str, value: Value| statement.insert(name.to_owned(), value);
    set("Effect", json!(if draw.once_in(3) { "Deny" } else { "Allow" }));
    set(if draw.once_in(6) { "NotAction" } else { "Action" }, words(draw, ACTION_PATTERNS));
    if !draw.once_in(8) {
        set(if draw.once_in(6) { "NotResource" } else { "Resource" }, words(draw, RESOURCES));
    }
    if has_principal != draw.once_in(16) {
        let name = if draw.once_in(5) { "NotPrincipal" } else { "Principal" };
        let value = match draw.below(4) {
            0 => json!("*"),
            1 => json!({ "Service": words(draw, &["s3.amazonaws.com", "ec2.amazonaws.com"]) }),
            _ => json!({ "AWS": words(draw, OWNERS) }),
        };
        set(name, value);
    }
    if !draw.once_in(3) {
        set("Condition", condition(draw));
    }
    Value::Object(statement)
}

fn document(draw: &mut Draw<'_>, has_principal: bool) -> Value {
    let count = draw.below(4);
    let statements: Vec<Value> = (0..count).map(|_| statement(draw, has_principal)).collect();
    let mut document = json!({ "Statement": statements });
    if !draw.once_in(4) {
        document["Version"] = json!("2012-10-17");
    }
    document
}

fn documents(draw: &mut Draw<'_>, has_principal: bool) -> Vec<Value> {
    let count = draw.below(3);
    (0..count).map(|_| document(draw, has_principal)).collect()
}

/// A case as a file of cases holds it.
pub(crate) fn case(draw: &mut Draw<'_>) -> Value {
    let mut context = Map::new();
    for _ in 0..draw.below(5) {
        let value = if draw.once_in(4) { Value::Null } else { words(draw, VALUES) };
        context.insert(word(draw, KEYS), value);
    }
    let mut case = json!({ "principal": word(draw, PRINCIPALS), "action": word(draw, ACTIONS), "resource": word(draw, RESOURCES),
        "context": context, "identityPolicies": documents(draw, false) });
    if draw.once_in(2) {
        case["resourceAccount"] = json!(word(draw, &["111122223333", "444455556666", ""]));
    }
    if draw.once_in(2) {
        case["resourcePolicy"] = document(draw, true);
    }
    if draw.once_in(3) {
        case["permissionBoundaryPolicies"] = json!(documents(draw, false));
    }
    if draw.once_in(4) {
        case["sessionPolicy"] = document(draw, false);
    }
    for (name, has_principal) in [("serviceControlPolicies", false), ("resourceControlPolicies", true)] {
        if draw.once_in(4) {
            let count = draw.below(3);
            let levels: Vec<Vec<Value>> = (0..count).map(|_| documents(draw, has_principal)).collect();
            case[name] = json!(levels);
        }
    }
    if draw.once_in(4) {
        case["vpcEndpointPolicies"] = json!(documents(draw, true));
    }
    case
}
