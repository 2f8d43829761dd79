//! A diagnosis can be repeated from what was recorded, and from plain outputs of the AWS CLI.

use crate::backend;
use crate::run::offline;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A folder that is gone when the test is over, also on panic.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("aws-triage-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a temporary file can be written");
        path.to_string_lossy().into_owned()
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a temporary path is UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Without what differs from run to run.
fn timeless(mut report: Value) -> Value {
    for member in ["startedAt", "finishedAt"] {
        report[member] = Value::Null;
    }
    report
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
        let (mut live, mut again) = (timeless(live.json()), timeless(again.json()));
        // Only the age of things can differ between two collections.
        for report in [&mut live, &mut again] {
            assert_eq!(report["calls"]["denied"][0]["action"], "iam:ListRolePolicies");
            report["subjects"][0]["summary"] = Value::Null;
        }
        assert_eq!(live["subjects"][0]["checks"], again["subjects"][0]["checks"], "{world}");
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
            println!("{world} {steps}: {said}");
            assert!(numbers[0] <= 22 && numbers[1] <= 4, "{world} {steps}: {said}\n{}", run.stderr);
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
        let reads = ["Describe", "Get", "List", "Head", "Search"].iter().any(|verb| operation.starts_with(verb));
        assert!(reads, "{operation} is no read");
    }
}

#[test]
fn a_folder_of_cli_outputs_is_a_snapshot() {
    let folder = Folder::new("folder");
    let instance = json!({ "Reservations": [{ "OwnerId": "123456789012", "Instances": [{
        "InstanceId": "i-0123456789abcdef0", "State": { "Name": "stopped" }, "VpcId": "vpc-1", "SubnetId": "subnet-1",
        "Placement": { "AvailabilityZone": "eu-west-1a" }, "LaunchTime": "2026-01-01T00:00:00+00:00" }] }] });
    folder.write("describe-instances.json", &instance.to_string());
    folder.write("SecurityGroups.json", r#"{"SecurityGroups": []}"#);
    folder.write("list-buckets.json", r#"{"Buckets": []}"#);
    let run = offline(&["ssm", "i-0123456789abcdef0", "--snapshot", folder.path(), "--output", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let report = run.json();
    assert_eq!(report["region"], "eu-west-1");
    assert_eq!(report["account"], "123456789012");
    assert_eq!(report["subjects"][0]["findings"][0]["rule"], "ssm/instance-not-running");
    let open = report["subjects"][0]["findings"].as_array().expect("a list").iter();
    let missing: Vec<&Value> = open.filter(|finding| finding["severity"] == "cannot-tell").collect();
    assert!(
        missing.iter().any(|finding| finding["missing"].to_string().contains("ec2:DescribeInstanceStatus")),
        "{missing:?}"
    );
}

#[test]
fn what_is_no_snapshot_is_refused_with_file_line_and_expectation() {
    let folder = Folder::new("refused");
    let cases = [
        ("empty.json", "", "empty.json"),
        ("cut.json", "{\"schema\": \"aws-triage.snapshot/1\",\n \"calls\": [", "line 2"),
        ("list.json", "[]", "expected an object"),
        ("newer.json", "{\"schema\": \"aws-triage.snapshot/7\", \"calls\": []}", "aws-triage.snapshot/7"),
        ("calls.json", "{\"schema\": \"aws-triage.snapshot/1\",\n\"calls\": {}}", "line 2"),
    ];
    for (name, text, part) in cases {
        let path = folder.write(name, text);
        let run = offline(&["ssm", "i-0123456789abcdef0", "--snapshot", &path]);
        assert_eq!(run.code, 2, "{name}: {run:?}");
        assert!(run.stderr.contains(name) && run.stderr.contains(part), "{name}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let missing = offline(&["ssm", "i-0123456789abcdef0", "--snapshot", "/nonexistent/facts.json"]);
    assert_eq!(missing.code, 2, "{missing:?}");
    let wrong = Folder::new("wrong-shape");
    wrong.write("describe-security-groups.json", "{\n \"SecurityGroups\": {}\n}");
    let run = offline(&["ssm", "i-0123456789abcdef0", "--snapshot", wrong.path()]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("describe-security-groups.json") && run.stderr.contains("SecurityGroups"),
        "{}",
        run.stderr
    );
}
