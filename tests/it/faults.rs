//! What goes wrong outside: dead endpoints, hostile text, instances somewhere else.

use crate::backend::{self, REGION};
use crate::run::{command, finish};
use serde_json::json;
use std::net::TcpListener;

#[test]
fn a_dead_endpoint_ends_with_4() {
    let Some(_) = backend::front() else { return };
    // Bound and dropped: nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let run = finish(
        command()
            .args([
                "ssm",
                "i-0123456789abcdef0",
                "--region",
                REGION,
                "--endpoint-url",
                &format!("http://127.0.0.1:{port}"),
            ])
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_MAX_ATTEMPTS", "1"),
    );
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("i-0123456789abcdef0"), "{}", run.stderr);
}

#[test]
fn an_instance_in_another_region_is_pointed_out() {
    let Some(front) = backend::front() else { return };
    let account = front.world("nat", &json!([])).expect("the world can be made");
    let key = account.key("AKIA");
    let arguments = ["ssm", account.instance(), "--region", "eu-west-2", "--regions", "us-east-1,eu-west-1"];
    let run = account.run(&key, &arguments);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(
        run.stderr.contains("not found in `eu-west-2`") && run.stderr.contains("--region eu-west-1"),
        "{}",
        run.stderr
    );
    let both = account.run(&key, &["ssm", account.instance(), "i-0123456789abcdef0", "--output", "json"]);
    assert_eq!(both.code, 4, "one healthy and one missing: {both:?}");
    let report = both.json();
    assert_eq!(report["subjects"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["errors"][0]["subject"], "i-0123456789abcdef0");
}

#[test]
fn a_name_with_escape_sequences_prints_harmlessly() {
    let Some(front) = backend::front() else { return };
    let name = "\u{1b}[2J\u{1b}]0;owned\u{7}web\u{202e}";
    let steps = |name: &str| json!([{ "call": "ec2.CreateTags", "input": { "Resources": ["$instance"], "Tags": [{ "Key": "Name", "Value": name }] } }]);
    // XML cannot carry an escape character: what the service refuses or drops cannot reach the terminal either.
    let worlds = [front.world("nat", &steps(name)).ok(), front.world("nat", &steps("web\u{202e}\u{85}x")).ok()];
    assert!(worlds.iter().any(Option::is_some), "one of the names can be given");
    for account in worlds.iter().flatten() {
        for arguments in [&["ssm", account.instance()][..], &["ssm", account.instance(), "--output", "json"]] {
            let run = account.run(&account.key("AKIA"), arguments);
            assert_eq!(run.code, 0, "{run:?}");
            assert!(run.stdout.contains("web"), "the name is printed: {run:?}");
            for letter in ['\u{1b}', '\u{7}', '\u{202e}', '\u{85}'] {
                assert!(!run.stdout.contains(letter) && !run.stderr.contains(letter), "{letter:?} in {run:?}");
            }
        }
    }
}

#[test]
fn secrets_never_show() {
    let Some(front) = backend::front() else { return };
    let text = "cloud-init: password=hunter2\nKernel panic - not syncing: Attempted to kill init!\n";
    let steps =
        json!([{ "state": { "console": { "$instance": { "text": text, "time": "@-1h" } } } }, { "node": "lost" }]);
    let account = front.world("nat", &steps).expect("the world can be made");
    let key = account.key("AKIA");
    let file = std::env::temp_dir().join(format!("aws-triage-secrets-{}.json", std::process::id()));
    let path = file.to_string_lossy().into_owned();
    let collected = account.run(&key, &["collect", "ssm", account.instance(), "-o", &path, "-v"]);
    let snapshot = std::fs::read_to_string(&file).unwrap_or_default();
    let _ = std::fs::remove_file(&file);
    let run = account.run(&key, &["ssm", account.instance(), "-v"]);
    assert!(snapshot.contains("Kernel panic"), "{collected:?}");
    for text in [&snapshot, &run.stdout, &run.stderr, &collected.stderr] {
        assert!(!text.contains("hunter2"), "a line of the console that no verdict rests on");
    }
}
