//! Decisions over the judged requests with compiled policies, and reading their policies from text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark ends when its data is wrong")]

#[path = "../tests/iam_support/mod.rs"]
mod iam_support;

use checks::iam::{PolicyDocument, evaluate};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use serde_json::Value;

fn main() {
    divan::main();
}

/// Every request once, policies compiled before.
#[divan::bench]
fn decide(bencher: Bencher) {
    let cases = iam_support::cases();
    bencher.counter(ItemsCount::new(cases.len())).bench_local(|| {
        for case in &cases {
            divan::black_box(evaluate(&case.request, &case.policies));
        }
    });
}

/// Every policy document, from text to compiled statements.
#[divan::bench]
fn parse(bencher: Bencher) {
    let mut documents = Vec::new();
    for text in iam_support::texts() {
        collect(&serde_json::from_str(text).unwrap(), &mut documents);
    }
    let bytes: usize = documents.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(documents.len())).counter(BytesCount::new(bytes)).bench_local(|| {
        for document in &documents {
            divan::black_box(PolicyDocument::parse_text(document).unwrap());
        }
    });
}

/// A pattern of many runs against a long text that does not fit.
#[divan::bench(args = [10, 100, 1_000])]
fn hostile_pattern(bencher: Bencher, runs: usize) {
    misses(bencher, &format!("{}b", "*a".repeat(runs)));
}

/// One run before a long text that fits almost everywhere: the worst there is, length of the pattern times length of the text.
#[divan::bench(args = [10, 100, 1_000])]
fn hostile_literal(bencher: Bencher, length: usize) {
    misses(bencher, &format!("*{}b", "a".repeat(length)));
}

fn misses(bencher: Bencher, pattern: &str) {
    use iam_support::world::{SESSION, identity, request};
    let pattern = format!("arn:aws:s3:::b/{pattern}");
    let policies = identity(serde_json::json!({"Effect": "Allow", "Action": "s3:*", "Resource": pattern}));
    let asked = request(SESSION, "s3:GetObject", &format!("arn:aws:s3:::b/{}", "a".repeat(1_024)));
    bencher.bench_local(|| divan::black_box(evaluate(&asked, &policies)));
}

/// Every policy document inside a case.
fn collect(value: &Value, documents: &mut Vec<String>) {
    match value {
        Value::Object(fields) if fields.contains_key("Statement") => documents.push(value.to_string()),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, documents)),
        Value::Array(list) => list.iter().for_each(|value| collect(value, documents)),
        _ => {}
    }
}
