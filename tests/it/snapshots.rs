//! Facts from files: snapshots, plain outputs of the AWS CLI, and what is neither.

use crate::run::{Folder, offline};
use serde_json::{Value, json};

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
