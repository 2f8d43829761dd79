//! Live diagnoses: how they are recorded and repeated, and what they cost.

use crate::backend;
use crate::run::{Folder, offline, say};
use serde_json::{Value, json};

/// What was judged, without the words: each check with its status, each finding with its weight.
fn judged(report: &Value) -> Value {
    let subject = &report["subjects"][0];
    let members = |list: &str, names: &[&str]| -> Vec<Value> {
        let entries = subject[list].as_array().into_iter().flatten();
        entries.map(|entry| names.iter().map(|name| entry[*name].clone()).collect()).collect()
    };
    json!({
        "verdict": subject["verdict"],
        "checks": members("checks", &["rule", "status"]),
        "findings": members("findings", &["rule", "severity", "resources"]),
    })
}

#[test]
fn a_recorded_diagnosis_can_be_repeated() {
    let Some(front) = backend::front() else { return };
    let folder = Folder::new("recorded");
    for world in ["nat", "endpoints"] {
        let account = front.world(world, &json!([{ "node": "lost" }])).expect("the world can be made");
        let key = account.key("AKIA");
        account.deny(&key, "iam", "ListRolePolicies");
        let live = account.run(&key, &["ssm", account.instance(), "--output", "json"]);
        let file = folder.write(&format!("{world}.json"), "");
        let collected = account.run(&key, &["collect", "ssm", account.instance(), "-o", &file]);
        assert_eq!(collected.code, 0, "{collected:?}");
        let again = offline(&["ssm", account.instance(), "--snapshot", &file, "--output", "json"]);
        assert_eq!(again.code, live.code, "{again:?}");
        let (live, again) = (live.json(), again.json());
        for report in [&live, &again] {
            assert_eq!(report["calls"]["denied"][0]["action"], "iam:ListRolePolicies");
        }
        // Two collections lie a second apart, so that texts which carry the time differ.
        assert_eq!(judged(&live), judged(&again), "{world}");
        assert_eq!(live["calls"], again["calls"]);
    }
}

#[test]
fn at_most_four_waves_and_twenty_two_calls() {
    let Some(front) = backend::front() else { return };
    for world in ["nat", "public", "endpoints"] {
        for steps in [json!([]), json!([{ "node": "lost" }])] {
            let account = front.world(world, &steps).expect("the world can be made");
            let run = account.run(&account.key("AKIA"), &["ssm", account.instance(), "-v", "--output", "json"]);
            let said = run.stderr.lines().find(|line| line.contains(" calls in ")).expect("-v counts calls and waves");
            let numbers: Vec<usize> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            say(&format!("{world} {steps}: {said}"));
            assert!(
                numbers[0] <= 22 && numbers[1] <= 4 && !run.stderr.contains("left to ask"),
                "{world} {steps}: {said}\n{}",
                run.stderr
            );
            assert_eq!(run.json()["calls"]["count"], numbers[0], "{said}");
        }
    }
}

#[test]
fn nothing_but_reads_is_called() {
    let Some(front) = backend::front() else { return };
    let account = front.world("endpoints", &json!([{ "node": "lost" }])).expect("the world can be made");
    let key = account.key("AKIA");
    account.run(&key, &["ssm", account.instance()]);
    let calls = account.calls(&key);
    assert!(calls.len() > 10);
    for call in calls {
        let operation = call["operation"].as_str().unwrap_or_default();
        let reads =
            ["Describe", "Get", "List", "Head", "Search", "Simulate"].iter().any(|verb| operation.starts_with(verb));
        assert!(reads, "{operation} is no read");
    }
}
