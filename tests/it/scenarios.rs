//! Every scenario of `tests/scenarios`: a fault in a healthy world, and what the tool must say of it.

use crate::backend::{self, Account, Front};
use crate::run::say;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Programs under way at once.
const WORKERS: usize = 4;

/// Each folder of scenarios, and how many with a single fault, healthy and with two faults there must be.
const KEPT: &[(&str, usize, usize, usize)] = &[
    ("ssm", 60, 12, 8),
    ("reach", 16, 8, 1),
    ("ssh", 35, 10, 3),
    ("lambda", 35, 8, 3),
    ("s3", 30, 8, 3),
    ("ecs", 20, 5, 2),
];

#[derive(Deserialize)]
struct Scenario {
    title: String,
    world: String,
    steps: Value,
    #[serde(default)]
    args: Vec<String>,
    expect: Expect,
}

/// What must come out; `rules` are exactly the rules with a blocker or degraded finding, but for those in `allow`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expect {
    exit: i32,
    verdict: Option<String>,
    rules: Vec<String>,
    #[serde(default)]
    severities: BTreeMap<String, String>,
    #[serde(default)]
    advice: Vec<String>,
    #[serde(default)]
    cannot_tell: Vec<String>,
    #[serde(default)]
    allow: Vec<String>,
    /// Codes of Reachability Analyzer that some finding must carry.
    #[serde(default)]
    codes: Vec<String>,
}

#[test]
fn every_scenario_gets_its_causes() {
    let Some(front) = backend::front() else { return };
    let scenarios = scenarios();
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let chosen: Vec<&(String, Scenario)> = scenarios.iter().filter(|(name, _)| name.contains(&wanted)).collect();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some((name, scenario)) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = judge(front, scenario);
                    rows.lock().expect("no worker panics").insert(name.clone(), row);
                }
            });
        }
    });
    let rows = rows.into_inner().expect("no worker panicked");
    let mut wrong = Vec::new();
    for (name, row) in &rows {
        match row {
            Ok(said) => say(&format!("ok    {name:<44} {said}")),
            Err(fault) => {
                say(&format!("WRONG {name:<44} {fault}"));
                wrong.push(name);
            }
        }
    }
    say(&format!("{} scenarios, {} wrong", rows.len(), wrong.len()));
    assert!(wrong.is_empty(), "{} scenarios are wrong: {wrong:?}", wrong.len());
    if wanted.is_empty() {
        counts_are_kept(&scenarios);
    }
}

/// How many of each kind there must be.
fn counts_are_kept(scenarios: &[(String, Scenario)]) {
    for (symptom, singles, healthy, doubles) in KEPT {
        let kinds: Vec<&str> = scenarios
            .iter()
            .filter_map(|(name, _)| name.strip_prefix(symptom)?.strip_prefix('/')?.split('-').next())
            .collect();
        let count = |wanted: &str| kinds.iter().filter(|kind| **kind == wanted).count();
        let single = kinds.len() - count("healthy") - count("double") - count("fault");
        let counts = (single, count("healthy"), count("double"));
        let is_kept = counts.0 >= *singles && counts.1 >= *healthy && counts.2 >= *doubles;
        assert!(is_kept, "{symptom}: single, healthy, double: {counts:?}");
    }
}

/// Every scenario as `symptom/name`.
fn scenarios() -> Vec<(String, Scenario)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut all = Vec::new();
    for (symptom, ..) in KEPT {
        for entry in fs::read_dir(root.join(symptom)).expect("the scenarios are there") {
            let path = entry.expect("the folder can be read").path();
            let text = fs::read_to_string(&path).expect("a scenario can be read");
            let scenario = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            all.push((format!("{symptom}/{}", path.file_stem().unwrap_or_default().to_string_lossy()), scenario));
        }
    }
    all.sort_by(|a: &(String, Scenario), b| a.0.cmp(&b.0));
    all
}

/// The call of a scenario: its own, or `ssm` for the instance of the world with further options.
fn call(account: &Account<'_>, scenario: &Scenario) -> Vec<String> {
    let own = scenario.args.iter().map(|argument| account.named(argument));
    let is_whole = scenario.args.first().is_some_and(|first| !first.starts_with('-'));
    let lead = if is_whole { vec![] } else { vec!["ssm".to_owned(), account.instance().to_owned()] };
    lead.into_iter().chain(own).chain(["--output".to_owned(), "json".to_owned()]).collect()
}

/// Runs one scenario; what it said, or what is wrong.
fn judge(front: &Front, scenario: &Scenario) -> Result<String, String> {
    let account = front.world(&scenario.world, &scenario.steps)?;
    let arguments = call(&account, scenario);
    let run = account.run(&account.key("AKIA"), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let expect = &scenario.expect;
    if run.code != expect.exit {
        return Err(format!("exit {} instead of {}: {}", run.code, expect.exit, said(&run.stdout, &run.stderr)));
    }
    let report = run.json();
    let Some(subject) = report["subjects"].get(0) else {
        return if expect.exit == 4 { Ok("exit 4".to_owned()) } else { Err(format!("no subject: {}", run.stderr)) };
    };
    if let Some(verdict) = &expect.verdict
        && subject["verdict"] != verdict.as_str()
    {
        return Err(format!("{} instead of {verdict}: {}", subject["verdict"], said(&run.stdout, &run.stderr)));
    }
    compare(expect, subject)?;
    ready_to_paste(subject)?;
    Ok(format!("exit {}  {}  ({})", run.code, expect.rules.join(" "), scenario.title))
}

fn compare(expect: &Expect, subject: &Value) -> Result<(), String> {
    let found = |severities: &[&str]| -> BTreeSet<&str> {
        let findings = subject["findings"].as_array().into_iter().flatten();
        let of_severity = findings.filter(|finding| severities.iter().any(|severity| finding["severity"] == *severity));
        of_severity.filter_map(|finding| finding["rule"].as_str()).collect()
    };
    let allowed: BTreeSet<&str> = expect.allow.iter().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = expect.rules.iter().map(String::as_str).collect();
    let faults = found(&["blocker", "degraded"]);
    let missed: Vec<_> = wanted.difference(&faults).collect();
    let false_alarms: Vec<_> = faults.difference(&wanted).filter(|rule| !allowed.contains(**rule)).collect();
    if !missed.is_empty() || !false_alarms.is_empty() {
        return Err(format!("missed {missed:?}, false {false_alarms:?}"));
    }
    // A fault is a blocker unless the scenario says otherwise; so that none is softened unseen.
    let blockers = found(&["blocker"]);
    let softened = wanted.iter().find(|rule| !expect.severities.contains_key(**rule) && !blockers.contains(*rule));
    if let Some(rule) = softened {
        return Err(format!("{rule} is no blocker"));
    }
    for (rule, severity) in &expect.severities {
        if !found(&[severity]).contains(rule.as_str()) {
            return Err(format!("{rule} is not {severity}"));
        }
    }
    let lacks = |wanted: &[String], severity: &str| {
        let there = found(&[severity]);
        wanted.iter().find(|rule| !there.contains(rule.as_str())).map(|rule| format!("no {severity} finding of {rule}"))
    };
    let found_codes: BTreeSet<&str> = subject["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|finding| finding["reachabilityCode"].as_str())
        .collect();
    if let Some(code) = expect.codes.iter().find(|code| !found_codes.contains(code.as_str())) {
        return Err(format!("no finding with {code}: {found_codes:?}"));
    }
    let open = lacks(&expect.cannot_tell, "cannot-tell").or_else(|| lacks(&expect.advice, "advice"));
    open.map_or(Ok(()), Err)
}

/// Commands of the AWS CLI parse as shell and hold no words that a person must replace first.
fn ready_to_paste(subject: &Value) -> Result<(), String> {
    for finding in subject["findings"].as_array().into_iter().flatten() {
        let texts = |list: &str| finding["fix"][list].as_array().cloned().unwrap_or_default();
        let commands: Vec<String> = [texts("commands"), texts("rollback")]
            .concat()
            .iter()
            .filter_map(|command| command.as_str().map(str::to_owned))
            .filter(|command| command.starts_with("aws ") || command.contains("=$(aws "))
            .collect();
        for command in &commands {
            if let Some(word) = command
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .find(|word| is_blank(word))
            {
                return Err(format!("{} wants {word} filled in: {command}", finding["rule"]));
            }
        }
        let parsed =
            Command::new("sh").args(["-n", "-c", &commands.join("\n")]).output().map_err(|error| error.to_string())?;
        if !parsed.status.success() {
            return Err(format!("{}: {}", finding["rule"], String::from_utf8_lossy(&parsed.stderr)));
        }
    }
    Ok(())
}

/// A word in capitals with an underscore that is no value of AWS's own.
fn is_blank(word: &str) -> bool {
    let is_capital = word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    is_capital && word.trim_matches('_').contains('_') && word != "SERVICE_CONTROL_POLICY"
}

/// The findings of a report in one line, for messages.
fn said(stdout: &str, stderr: &str) -> String {
    let report: Value = serde_json::from_str(stdout).unwrap_or_default();
    let findings = report["subjects"][0]["findings"].as_array().into_iter().flatten();
    let lines: Vec<String> =
        findings.map(|finding| format!("{} {} {}", finding["severity"], finding["rule"], finding["detail"])).collect();
    format!("{}; {}", lines.join("; "), stderr.trim())
}
