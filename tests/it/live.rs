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

/// What each command may cost on its healthy worlds: calls and waves. A transit gateway takes one wave more.
const COSTS: &[(&str, &[&str], usize, usize)] = &[
    ("ssh_public", &["ssh", "$instance", "--from", "198.51.100.7"], 22, 4),
    ("ssh_private", &["ssh", "$instance", "--from", "198.51.100.7"], 22, 4),
    ("lambda_nat", &["lambda-internet", "$function"], 28, 4),
    ("lambda_endpoints", &["lambda-internet", "$function", "--to", "secretsmanager.eu-west-1.amazonaws.com"], 28, 4),
    ("lambda_ipv6", &["lambda-internet", "$function", "--to", "2001:4860:4860::8888"], 28, 4),
    ("lambda_tgw", &["lambda-internet", "$function"], 42, 5),
    ("s3_function", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "in/a.csv"], 24, 4),
    ("s3_fanout", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "img/a.png"], 30, 4),
    ("s3_eventbridge", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "in/a.csv"], 26, 4),
    ("ecs_nat", &["ecs", "--cluster", "$cluster", "--instance", "$instance"], 27, 4),
    ("ecs_endpoints", &["ecs", "--cluster", "$cluster", "--instance", "$instance"], 27, 4),
];

#[test]
fn each_command_keeps_to_its_calls_and_waves() {
    let Some(front) = backend::front() else { return };
    let mut wrong = Vec::new();
    for (world, arguments, calls, waves) in COSTS {
        let account = front.world(world, &json!([])).expect("the world can be made");
        let words: Vec<String> = arguments.iter().map(|word| account.named(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["-v", "--output", "json"]).collect();
        let run = account.run(&account.key("AKIA"), &words);
        let said = run.stderr.lines().find(|line| line.contains(" calls in ")).expect("-v counts calls and waves");
        let numbers: Vec<usize> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        say(&format!(
            "{:<16} {world:<16} {:>3} calls of {calls}, {} waves of {waves}",
            arguments[0], numbers[0], numbers[1]
        ));
        if numbers[0] > *calls || numbers[1] > *waves || run.stderr.contains("left to ask") {
            wrong.push(format!("{world}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
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
