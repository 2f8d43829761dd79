//! Every read denied once: the rest is still judged, and the missing action is named.

use crate::backend::{self, Account, Front};
use crate::run::say;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The instance's own facts: without them nothing can be diagnosed.
const SUBJECT: &str = "DescribeInstances";

#[test]
fn every_read_can_be_denied() {
    let Some(front) = backend::front() else { return };
    let lost = json!([{ "node": "lost" }]);
    let mut rows = Vec::new();
    for (world, steps) in [("nat", json!([])), ("endpoints", json!([])), ("endpoints", lost.clone()), ("nat", lost)] {
        let account = front.world(world, &steps).expect("the world can be made");
        rows.extend(matrix(&account, world));
    }
    let wrong: Vec<&String> = rows.iter().filter(|row| row.starts_with("WRONG")).collect();
    rows.iter().for_each(|row| say(row));
    say(&format!("{} denials, {} wrong", rows.len(), wrong.len()));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.len() >= 60, "only {} denials were tried", rows.len());
}

/// A world, the call, and reads of its subject.
type Command = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Each command on its healthy worlds, and the reads that are about its subject itself: without those nothing can be diagnosed.
const COMMANDS: &[Command] = &[
    ("ssh_public", &["ssh", "$instance", "--from", "198.51.100.7"], &[SUBJECT]),
    ("lambda_nat", &["lambda-internet", "$function"], &["GetFunctionConfiguration"]),
    (
        "lambda_endpoints",
        &["lambda-internet", "$function", "--to", "secretsmanager.eu-west-1.amazonaws.com"],
        &["GetFunctionConfiguration"],
    ),
    ("s3_function", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "in/a.csv"], OF_BUCKET),
    ("s3_fanout", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "img/a.png"], OF_BUCKET),
    ("s3_eventbridge", &["s3-event", "--bucket", "$bucket", "--function", "$function", "--key", "in/a.csv"], OF_BUCKET),
    ("ecs_nat", &["ecs", "--cluster", "$cluster", "--instance", "$instance"], &[SUBJECT]),
    ("ecs_endpoints", &["ecs", "--cluster", "$cluster", "--instance", "$instance"], &[SUBJECT]),
];
const OF_BUCKET: &[&str] = &["HeadBucket", "GetBucketNotificationConfiguration"];

#[test]
fn a_denied_read_is_no_fault_of_any_command() {
    let Some(front) = backend::front() else { return };
    let rows: Vec<Result<String, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = COMMANDS.chunks(3).map(|some| scope.spawn(|| each_denied(front, some))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let wrong: Vec<&String> = rows.iter().filter_map(|row| row.as_ref().err()).collect();
    rows.iter().flatten().for_each(|row| say(row));
    say(&format!("{} denials of {} worlds, {} wrong", rows.len(), COMMANDS.len(), wrong.len()));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.len() >= 100, "only {} denials were tried", rows.len());
}

/// Denies, one after the other, every operation that some commands call in their worlds.
fn each_denied(front: &Front, commands: &[Command]) -> Vec<Result<String, String>> {
    let mut rows = Vec::new();
    for (world, arguments, subject) in commands {
        let account = front.world(world, &json!([])).expect("the world can be made");
        let words: Vec<String> = arguments.iter().map(|word| account.named(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["--output", "json"]).collect();
        let plain = account.key("AKIA");
        let before = account.run(&plain, &words);
        if before.code != 0 {
            rows.push(Err(format!("{world}: exit {} though it is healthy: {}", before.code, before.stderr)));
        }
        let called: BTreeSet<(String, String)> = account.calls(&plain).iter().map(operation).collect();
        for (number, (service, operation)) in called.iter().enumerate() {
            let key = account.key(&format!("D{}{}{}", letter(number / 26), letter(number % 26), 'X'));
            account.deny(&key, service, operation);
            let run = account.run(&key, &words);
            let said = harmless(&run, subject.contains(&operation.as_str()));
            let label = format!("{world:<16} {service}:{operation:<36}");
            rows.push(match said {
                Ok(said) => Ok(format!("ok    {label} {said}")),
                Err(fault) => Err(format!("{label} {fault}\n{}", run.stderr)),
            });
        }
    }
    rows
}

/// No fault, nothing that breaks, and the denial is told.
fn harmless(run: &crate::run::Run, is_subject: bool) -> Result<String, String> {
    if run.code == 4 && is_subject {
        return Ok("exit 4: the subject itself".to_owned());
    }
    if !matches!(run.code, 0 | 3) {
        return Err(format!("exit {}: {}", run.code, run.stdout));
    }
    let report = run.json();
    let findings = report["subjects"][0]["findings"].as_array().into_iter().flatten();
    let faults: Vec<&Value> =
        findings.filter(|each| each["severity"] == "blocker" || each["severity"] == "degraded").collect();
    if !faults.is_empty() {
        return Err(format!("a fault from a denial: {faults:?}"));
    }
    let denied = report["calls"]["denied"].as_array().map_or(0, Vec::len);
    if denied == 0 { Err("`calls.denied` is empty".to_owned()) } else { Ok(format!("exit {}", run.code)) }
}

/// Denies, one after the other, every operation that the tool calls in this world.
fn matrix(account: &Account<'_>, world: &str) -> Vec<String> {
    let instance = account.instance();
    let plain = account.key("AKIA");
    let before = account.run(&plain, &["ssm", instance, "--output", "json"]);
    let called: BTreeSet<(String, String)> = account.calls(&plain).iter().map(operation).collect();
    assert!(!called.is_empty(), "{before:?}");
    let tries = called.iter().enumerate().map(|(number, (service, operation))| {
        let key = account.key(&format!("D{}{}{}", letter(number / 26), letter(number % 26), 'X'));
        account.deny(&key, service, operation);
        let run = account.run(&key, &["ssm", instance, "--output", "json"]);
        let verdict = judge(&run, before.code, service, operation);
        match verdict {
            Ok(said) => format!("ok    {world:<10} {service}:{operation:<36} exit {} {said}", run.code),
            Err(fault) => format!("WRONG {world:<10} {service}:{operation:<36} {fault}\n{}", run.stderr),
        }
    });
    tries.collect()
}

fn letter(number: usize) -> char {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or_default())
}

fn operation(call: &Value) -> (String, String) {
    let text = |member: &str| call[member].as_str().unwrap_or_default().to_owned();
    (text("service"), text("operation"))
}

fn judge(run: &crate::run::Run, before: i32, service: &str, operation: &str) -> Result<String, String> {
    if operation == SUBJECT {
        return (run.code == 4).then(String::new).ok_or_else(|| format!("exit {} without the subject", run.code));
    }
    let report = run.json();
    let denied = report["calls"]["denied"].as_array().cloned().unwrap_or_default();
    let action = format!("{service}:{operation}");
    let Some(entry) = denied.iter().find(|entry| entry["action"] == action.as_str()) else {
        return Err(format!("`calls.denied` does not name {action}: {denied:?}"));
    };
    let rules = entry["rules"].as_array().map_or(0, Vec::len);
    let open = report["subjects"][0]["findings"].as_array().into_iter().flatten();
    let broken = open.clone().filter(|finding| finding["severity"] == "blocker").count();
    // A healthy world stays free of blockers, whatever cannot be read; and a fact that was asked for is missed by some rule.
    match run.code {
        _ if before == 0 && broken > 0 => Err(format!("a blocker from a denial: {}", report["subjects"][0]["summary"])),
        3 if rules > 0 => Ok(format!("{rules} rules wait for it")),
        0 if rules == 0 => Ok("not needed after all".to_owned()),
        1 if before == 1 => Ok(format!("{rules} rules wait for it")),
        code => Err(format!("exit {code} with {rules} rules that wait for {action}")),
    }
}
