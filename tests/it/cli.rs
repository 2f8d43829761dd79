//! The command line without AWS: help, usage errors, the demo, rules and their pages.

use crate::run::{command, finish, offline};
use std::collections::BTreeSet;

const ID: &str = "i-0123456789abcdef0";

#[test]
fn usage_errors_end_with_2_and_say_what_was_expected() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "Usage"),
        (&["ssm"], "INSTANCE"),
        (&["ssm", "web-1"], "8 or 17 hexadecimal digits"),
        (&["ssm", "mi-0123456789abcdef0"], "hybrid"),
        (&["ssm", ID, "--output", "yaml"], "possible values"),
        (&["ssm", ID, "--fail-on", "sometimes"], "possible values"),
        (&["ssm", ID, "--frobnicate"], "unexpected argument"),
        (&["ssm", ID, "--external-id", "x"], "--role-arn"),
        (&["ssm", ID, "--verbose", "--quiet"], "cannot be used with"),
        (&["explain", "ssm/nonsense"], "there is no rule"),
        (&["rules", "--symptom", "toothache"], "expected one of: ecs, lambda, s3, ssh, ssm, net"),
        (&["permissions", "toothache"], "possible values"),
        (&["collect", "ssm", ID], "--out"),
        (&["reach"], "--from"),
        (&["reach", "--from", ID], "--to"),
        (&["reach", "--to", ID], "--from"),
        (&["reach", "--from", "i-1", "--to", ID], "8 or 17 hexadecimal digits"),
        (&["reach", "--from", ID, "--to", "10.0.0.0/8"], "no single address"),
        (&["reach", "--from", ID, "--to", "function:web"], "takes no connections"),
        (&["reach", "--from", ID, "--to", "db", "--port", "70000"], "1 to 65535"),
        (&["reach", "--from", ID, "--to", "db", "--port", "80", "--protocol", "icmp"], "has no ports"),
        (&["reach", "--from", ID, "--to", "db", "--expect", "maybe"], "possible values"),
        (&["reach", "--from", ID, "--to", "db", "--cases", "x"], "cannot be used with"),
        (&["reach", "--from", "10.0.0.1", "--to", "2a05::1"], "the other an IPv6 address"),
        (&["collect", "reach", "--from", ID, "--to", "db"], "--out"),
        (&["permissions", "reach", "--flow-logs"], "reads no flow logs"),
        (&["ssh", "i-1"], "8 or 17 hexadecimal digits"),
        (&["ssh", ID, "--port", "0"], "1..=65535"),
        (&["ssh", ID, "--from", "10.0.0.0/33"], "expected an address, a block"),
        (&["ssh", ID, "--key-file", "/does/not/exist"], "cannot read the key file"),
        (&["ssh", ID, "i-0123456789abcdef1", "--probe", "x"], "--probe names the host of one instance"),
        (&["lambda-internet"], "FUNCTION"),
        (&["lambda-internet", "a/b"], "no name of a function"),
        (&["lambda-internet", "f", "--to", "10.0.0.0/8"], "no single address"),
        (&["s3-event"], "--bucket"),
        (&["s3-event", "--bucket", "uploads", "--event", "Put"], "no event of S3"),
        (&["ecs", "--cluster", "web"], "--instance"),
        (&["ecs", "--cluster", "web", "--instance", "x"], "8 or 17 hexadecimal digits"),
        (&["collect", "ecs", "--cluster", "web", "--instance", ID], "--out"),
        (&["demo", "toothache"], "possible values"),
    ];
    for (arguments, part) in cases {
        let run = offline(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(part), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_end_with_0() {
    for arguments in [
        &["--help"][..],
        &["ssm", "--help"],
        &["reach", "--help"],
        &["collect", "ssm", "--help"],
        &["--version"],
        &["help", "demo"],
    ] {
        let run = offline(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
        assert!(!run.stdout.is_empty() && run.stderr.is_empty());
    }
    assert!(offline(&["--help"]).stdout.contains("could not run: no credentials"));
}

#[test]
fn the_demo_needs_nothing_and_shows_a_broken_account() {
    let table = offline(&["demo"]);
    assert_eq!((table.code, table.stderr.as_str()), (0, ""), "{table:?}");
    let report = offline(&["demo", "--output", "json"]).json();
    assert_eq!(report["schema"], "aws-triage.report/1");
    let verdicts: Vec<_> =
        report["subjects"].as_array().expect("a list").iter().map(|subject| subject["verdict"].clone()).collect();
    assert_eq!(verdicts, ["broken", "degraded", "healthy"]);
    let rules: BTreeSet<&str> = report["subjects"][0]["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["severity"] == "blocker")
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    assert!(rules.len() >= 3, "several faults at once: {rules:?}");
}

#[test]
fn every_rule_is_listed_explained_and_checked() {
    let listed = offline(&["rules"]);
    let ids: BTreeSet<String> =
        listed.stdout.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(ids.len() >= 80, "{} rules", ids.len());
    for id in &ids {
        let page = offline(&["explain", id]);
        assert_eq!(page.code, 0, "{id}");
        assert!(page.stdout.starts_with(&format!("# {id}\n")) && page.stdout.contains("## How to confirm"), "{id}");
    }
    let report = offline(&["demo", "--output", "json"]).json();
    for subject in report["subjects"].as_array().expect("a list") {
        let checks = subject["checks"].as_array().expect("a list");
        let checked: BTreeSet<String> =
            checks.iter().filter_map(|check| check["rule"].as_str()).map(str::to_owned).collect();
        let of_ssm: BTreeSet<String> = ids.iter().filter(|id| id.starts_with("ssm/")).cloned().collect();
        assert_eq!(checked, of_ssm, "every rule once in `checks`");
        assert_eq!(checks.len(), of_ssm.len(), "and only once");
    }
}

#[test]
fn the_policy_holds_reads_only() {
    for (command, one) in [("ssm", "ssm:DescribeInstanceInformation"), ("reach", "lambda:GetFunctionConfiguration")] {
        let policy = offline(&["permissions", command]).json();
        let actions = policy["Statement"][0]["Action"].as_array().expect("a list").clone();
        assert!(actions.iter().any(|action| action == one));
        for action in actions {
            let name = action.as_str().and_then(|action| action.split(':').nth(1)).unwrap_or_default().to_owned();
            let verbs = ["Describe", "Get", "List", "Search", "Simulate"];
            assert!(verbs.iter().any(|verb| name.starts_with(verb)), "{name} is no read");
        }
    }
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(offline(&["completions", shell]).stdout.contains("aws-triage"), "{shell}");
    }
    assert!(offline(&["man"]).stdout.contains(".TH aws-triage"));
}

#[test]
fn colour_is_for_terminals_only_and_no_colour_is_honoured() {
    assert!(!offline(&["demo"]).stdout.contains('\u{1b}'));
    assert!(offline(&["demo", "--color", "always"]).stdout.contains('\u{1b}'));
    let run = finish(command().args(["demo"]).env("NO_COLOR", "1").env("COLUMNS", "60"));
    assert!(!run.stdout.contains('\u{1b}'));
}

#[cfg(not(feature = "aws"))]
#[test]
fn without_the_sdk_the_program_says_so() {
    let reach = ["reach", "--from", ID, "--to", "internet"];
    let collect = [&["collect"][..], &reach, &["-o", "/nonexistent/x"]].concat();
    for arguments in [&["ssm", ID][..], &["collect", "ssm", ID, "-o", "/nonexistent/x"], &reach, &collect] {
        let run = offline(arguments);
        assert_eq!(run.code, 4, "{run:?}");
        assert!(
            run.stderr.contains("without the feature `aws`") && run.stderr.contains("--snapshot"),
            "{}",
            run.stderr
        );
    }
}

#[cfg(feature = "aws")]
#[test]
fn without_credentials_or_region_the_run_ends_with_words() {
    let run = offline(&["ssm", ID, "--region", "eu-west-1"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("no AWS credentials"), "{}", run.stderr);
    let run = finish(command().args(["ssm", ID]).env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x"));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("--region"), "{}", run.stderr);
    let run = finish(
        command().args(["ssm", ID, "--region", "mars"]).env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x"),
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("`mars` is not a region"), "{}", run.stderr);
}
