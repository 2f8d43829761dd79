//! `reach` on a served AWS: how it is recorded and repeated, what it costs, and what stays out of a snapshot.

use crate::backend;
use crate::run::{Folder, offline, say};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The step that makes an EC2 Instance Connect Endpoint, `$eice`.
fn connect_endpoint() -> Value {
    json!({ "call": "ec2.CreateInstanceConnectEndpoint", "input": { "SubnetId": "$subnet" },
        "save": { "eice": "InstanceConnectEndpoint.InstanceConnectEndpointId" } })
}

fn function(subnets: &[&str]) -> Value {
    json!({ "call": "lambda.CreateFunction", "input": { "FunctionName": "web", "Role": "arn:aws:iam::123456789012:role/web",
        "Runtime": "python3.13", "Handler": "a.b", "Code": { "ZipFile": "UEsFBgAA" }, "Environment": { "Variables": { "TOKEN": "hunter2" } },
        "VpcConfig": { "SubnetIds": subnets, "SecurityGroupIds": ["$sg"] } } })
}

#[test]
fn a_recorded_path_can_be_repeated_and_holds_no_secret() {
    let Some(front) = backend::front() else { return };
    let account =
        front.world("tiers", &json!([function(&["$subnet", "$public_subnet"])])).expect("the world can be made");
    let key = account.key("AKIA");
    let folder = Folder::new("reach-recorded");
    let db = account.named("$db");
    let questions: [&[&str]; 5] = [
        &["--from", account.instance(), "--to", &db, "--port", "5432"],
        &["--from", "function:web", "--to", "internet", "--port", "443"],
        &["--from", "web-1", "--to", "db-1"],
        &["--from", account.instance(), "--to", "localhost.", "--port", "443"],
        &["--from", account.instance(), "--to", "does-not-exist.invalid", "--port", "443"],
    ];
    for (at, question) in questions.iter().enumerate() {
        let file = folder.write(&format!("{at}.json"), "");
        let live = account.run(&key, &[&["reach", "--output", "json"], *question].concat());
        let collected = account.run(&key, &[&["collect", "reach", "-o", &file], *question].concat());
        assert_eq!(collected.code, 0, "{collected:?}");
        let again = offline(&[&["reach", "--output", "json", "--snapshot", &file], *question].concat());
        assert_eq!(again.code, live.code, "{question:?}: {again:?}");
        assert_eq!(live.json()["subjects"], again.json()["subjects"], "{question:?}");
        let text = std::fs::read_to_string(&file).expect("a snapshot");
        assert!(!text.contains("hunter2") && !text.contains("\"Environment\""), "{question:?}");
    }
    let (resolved, unresolved) = (&questions[3], &questions[4]);
    let run = account.run(&key, &[&["reach"], *resolved].concat());
    assert_ne!(run.code, 4, "{run:?}");
    let run = account.run(&key, &[&["reach"], *unresolved].concat());
    assert_eq!(run.code, 3, "a name that does not resolve is a missing fact: {run:?}");
    assert!(run.stdout.contains("could not be looked up"), "{}", run.stdout);
}

#[test]
fn an_end_that_is_not_there_is_told_and_looked_for_elsewhere() {
    let Some(front) = backend::front() else { return };
    let account = front.world("tiers", &json!([])).expect("the world can be made");
    let key = account.key("AKIA");
    let elsewhere =
        ["--from", account.instance(), "--to", "internet", "--region", "eu-west-2", "--regions", "eu-west-1"];
    let run = account.run(&key, &[&["reach"][..], &elsewhere].concat());
    assert_eq!(run.code, 4, "{run:?}");
    assert!(
        run.stderr.contains("not found in `eu-west-2`") && run.stderr.contains("--region eu-west-1"),
        "{}",
        run.stderr
    );
    let folder = Folder::new("reach-missing");
    let file = folder.write("facts.json", "");
    let run = account.run(&key, &["collect", "reach", "--from", "function:none", "--to", "internet", "-o", &file]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("function `none` not found"), "{}", run.stderr);
    let again = offline(&["reach", "--from", "function:none", "--to", "internet", "--snapshot", &file]);
    assert_eq!(again.code, 4, "{again:?}");
}

#[test]
fn a_private_name_of_ec2_is_found_among_the_instances() {
    let Some(front) = backend::front() else { return };
    let account = front.world("tiers", &json!([])).expect("the world can be made");
    let name = format!("ip-{}.eu-west-1.compute.internal", account.named("$db_ip").replace('.', "-"));
    let run = account
        .run(&account.key("AKIA"), &["reach", "--from", account.instance(), "--to", &name, "--port", "5432", "-v"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stderr.contains("dns:Resolve"), "{}", run.stderr);
}

#[test]
fn at_most_four_waves_and_only_what_the_policy_permits() {
    let Some(front) = backend::front() else { return };
    let policy = offline(&["permissions", "reach"]).json();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    let permitted: BTreeSet<&str> = actions.iter().filter_map(Value::as_str).collect();
    let questions = [
        ("tiers", "$instance", "$db"),
        ("tiers", "$instance", "internet"),
        ("tiers", "function:web", "52.94.1.1"),
        ("public", "internet", "$instance"),
        ("ipv6", "$instance", "2606:4700::1111"),
        ("peers", "$instance", "$far"),
        ("transit", "$instance", "$far_ip"),
        ("transit", "$instance", "52.94.1.1"),
        ("tiers", "$eice", "$db"),
    ];
    for (world, from, to) in questions {
        let steps = match from {
            "function:web" => json!([function(&["$subnet"])]),
            "$eice" => json!([connect_endpoint()]),
            _ => json!([]),
        };
        let account = front.world(world, &steps).expect("the world can be made");
        let (from, to, key) = (account.named(from), account.named(to), account.key("AKIA"));
        let run = account.run(&key, &["reach", "--from", &from, "--to", &to, "-v", "--output", "json"]);
        let said = run.stderr.lines().find(|line| line.contains(" calls in ")).expect("-v counts calls and waves");
        let numbers: Vec<usize> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        say(&format!("{world} {from} -> {to}: {said}"));
        let is_within = numbers[0] <= 24 && numbers[1] <= 4 && !run.stderr.contains("left to ask");
        assert!(is_within, "{world} {from} -> {to}: {said}\n{}", run.stderr);
        assert_eq!(run.json()["calls"]["count"], numbers[0], "{said}");
        for call in account.calls(&key) {
            let action = format!(
                "{}:{}",
                call["service"].as_str().unwrap_or_default(),
                call["operation"].as_str().unwrap_or_default()
            );
            assert!(permitted.contains(action.as_str()), "{action} is not in the policy");
        }
    }
}

#[test]
fn cases_share_their_reads() {
    let Some(front) = backend::front() else { return };
    let account = front.world("tiers", &json!([])).expect("the world can be made");
    let folder = Folder::new("reach-cases");
    let case = |id: &str, port: u16, expect: &str| {
        json!({ "id": id, "from": account.instance(), "to": account.named("$db"), "port": port, "expect": expect })
            .to_string()
    };
    let mut all: Vec<String> = (6000..6040).map(|port| case(&port.to_string(), port, "blocked")).collect();
    all.push(case("sql", 5432, "reachable"));
    let path = folder.write("cases.ndjson", &all.join("\n"));
    let key = account.key("AKIA");
    let run = account.run(&key, &["reach", "--cases", &path]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 41), "{run:?}");
    assert!(account.calls(&key).len() <= 10, "{} calls", account.calls(&key).len());
    all.push(case("wrong", 5432, "blocked"));
    let path = folder.write("cases.ndjson", &all.join("\n"));
    let run = account.run(&key, &["reach", "--cases", &path]);
    assert_eq!(run.code, 1, "{run:?}");
    let last: Value = serde_json::from_str(run.stdout.lines().last().unwrap_or_default()).expect("a line of JSON");
    assert_eq!((&last["id"], &last["verdict"], &last["ok"]), (&json!("wrong"), &json!("reachable"), &json!(false)));
}

#[test]
fn every_read_can_be_denied() {
    let Some(front) = backend::front() else { return };
    let account = front.world("tiers", &json!([])).expect("the world can be made");
    let question = ["reach", "--from", account.instance(), "--to", "internet", "--port", "443", "--output", "json"];
    let plain = account.key("AKIA");
    assert_eq!(account.run(&plain, &question).code, 0);
    let called: BTreeSet<String> =
        account.calls(&plain).iter().filter_map(|call| call["operation"].as_str().map(str::to_owned)).collect();
    assert!(called.len() > 8, "{called:?}");
    for (number, operation) in called.iter().enumerate() {
        let letter = char::from(b'A' + u8::try_from(number).expect("few operations"));
        let key = account.key(&format!("D{letter}XX"));
        account.deny(&key, "ec2", operation);
        let run = account.run(&key, &question);
        say(&format!("{operation:<40} exit {}", run.code));
        if operation == "DescribeInstances" {
            assert_eq!(run.code, 4, "{operation}: {run:?}");
            continue;
        }
        assert!(run.code == 0 || run.code == 3, "a blocker from a denial of {operation}: {run:?}");
        let report = run.json();
        assert_eq!(report["calls"]["denied"][0]["action"], format!("ec2:{operation}"), "{run:?}");
    }
}
