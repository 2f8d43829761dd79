//! `reach` on recorded facts: reports, expectations, files of cases.

use crate::run::{Folder, command, finish, offline};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Two instances in two subnets of a VPC, recorded by Batfish's authors; the second lets port 22 in.
const FOLDER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/checks/tests/fixtures/network/batfish/test-public-private-subnet");
const PRIVATE: &str = "i-099cf38911942421c";
const PUBLIC: &str = "i-094a9e5b545a4fde4";

fn reach(arguments: &[&str]) -> crate::run::Run {
    offline(&[&["reach", "--snapshot", FOLDER], arguments].concat())
}

fn ids(path: &Value) -> Vec<&str> {
    path.as_array().expect("a path").iter().filter_map(|hop| hop["component"].as_str()).collect()
}

#[test]
fn the_report_has_the_hops_of_both_ways() {
    let run = reach(&["--from", PRIVATE, "--to", PUBLIC, "--port", "22", "--output", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let report = run.json();
    assert_eq!(report["command"], "reach");
    let subject = &report["subjects"][0];
    assert_eq!((&subject["subject"]["kind"], &subject["verdict"]), (&json!("path"), &json!("healthy")));
    assert_eq!(subject["subject"]["id"], format!("{PRIVATE} -> {PUBLIC}"));
    let (there, back) = (ids(&subject["forwardPath"]), ids(&subject["returnPath"]));
    assert!(there.iter().any(|id| id.starts_with("rtb-")) && there.first() == back.last(), "{there:?} {back:?}");
    let header = &subject["forwardPath"][0]["header"];
    assert_eq!((&header["protocol"], &header["ports"]), (&json!("tcp"), &json!(["22"])));
    assert_eq!((&header["source"], &header["destination"]), (&json!(["10.0.1.204"]), &json!(["10.0.0.47"])));
}

#[test]
fn a_blocker_has_its_rule_code_evidence_and_path() {
    let run = reach(&["--from", PRIVATE, "--to", PUBLIC, "--port", "443", "--output", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let report = run.json();
    let finding = &report["subjects"][0]["findings"][0];
    assert_eq!(finding["rule"], "net/security-group-ingress");
    assert_eq!(finding["reachabilityCode"], "ENI_SG_RULES_MISMATCH");
    assert_eq!(finding["evidence"][0]["field"], "IpPermissions");
    let last = finding["path"].as_array().and_then(|path| path.last()).expect("a path up to the fault");
    assert_eq!(last["verdict"], "blocked");
    let hop = report["subjects"][0]["forwardPath"].as_array().and_then(|path| path.last()).expect("hops");
    assert_eq!((&hop["verdict"], &hop["code"]), (&json!("blocked"), &json!("ENI_SG_RULES_MISMATCH")));
    let never = reach(&["--from", PRIVATE, "--to", PUBLIC, "--port", "443", "--fail-on", "never"]);
    assert_eq!(never.code, 0, "{never:?}");
}

#[test]
fn the_table_lists_hops_and_blockers() {
    let run = reach(&["--from", "internet", "--to", PUBLIC]);
    assert_eq!(run.code, 1, "every port, of which one is open: {run:?}");
    for part in [
        "DEGRADED",
        "forward",
        "reply",
        "internet-gateway",
        "net/security-group-ingress",
        "SG",
        "which lets ports 22 pass",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
}

#[test]
fn subjects_are_found_by_every_name_they_have() {
    let open = |from: &str, to: &str| reach(&["--from", from, "--to", to, "--port", "22", "--output", "json"]);
    for (from, to) in
        [("10.0.1.204", "10.0.0.47"), (PRIVATE, "i-094a9e5b545a4fde4@10.0.0.47"), ("8.8.8.8@internet", "13.58.55.60")]
    {
        let run = open(from, to);
        assert_eq!((run.code, &run.json()["subjects"][0]["verdict"]), (0, &json!("healthy")), "{from} {to}: {run:?}");
    }
    let missing = open(PRIVATE, "i-0123456789abcdef0");
    assert_eq!(missing.code, 4, "{missing:?}");
    assert!(missing.stderr.contains("`i-0123456789abcdef0` not found"), "{}", missing.stderr);
    let unnamed = open(PRIVATE, "nobody");
    assert_eq!(unnamed.code, 4, "{unnamed:?}");
    let same = open(PRIVATE, "i-099cf38911942421c@10.0.1.204");
    assert_eq!(same.code, 2, "{same:?}");
    let host = open(PRIVATE, "db.example.com");
    assert_eq!(host.code, 3, "no look-up from recorded facts: {host:?}");
    assert!(host.stdout.contains("which address `db.example.com` has"), "{}", host.stdout);
}

#[test]
fn expectations_set_the_exit_code() {
    let cases = [
        (PUBLIC, "22", "reachable", 0),
        (PUBLIC, "22", "blocked", 1),
        (PUBLIC, "443", "blocked", 0),
        (PUBLIC, "443", "reachable", 1),
        ("8.8.8.8", "443", "reachable", 3),
        ("8.8.8.8", "443", "blocked", 3),
    ];
    for (to, port, expect, code) in cases {
        let run = reach(&["--from", PRIVATE, "--to", to, "--port", port, "--expect", expect]);
        assert_eq!(run.code, code, "{to} {port} {expect}: {run:?}");
    }
    for expect in ["reachable", "blocked"] {
        let run = reach(&["--from", PRIVATE, "--to", PUBLIC, "--expect", expect]);
        assert_eq!(run.code, 1, "what works in part is neither: {run:?}");
        assert!(run.stdout.contains(&format!("not {expect} as expected")), "{}", run.stdout);
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn a_file_of_cases_is_answered_line_by_line() {
    let folder = Folder::new("cases");
    let yaml = format!(
        "- {{id: ssh, from: {PRIVATE}, to: {PUBLIC}, port: 22, expect: reachable}}\n\
         - {{id: web, from: {PRIVATE}, to: {PUBLIC}, port: 443, expect: blocked}}\n\
         - {{from: {PRIVATE}, to: 8.8.8.8, port: 443}}\n"
    );
    let path = folder.write("cases.yaml", &yaml);
    let run = reach(&["--cases", &path]);
    assert_eq!(run.code, 0, "{run:?}");
    let answers = lines(&run.stdout);
    assert_eq!(
        answers[0],
        json!({ "id": "ssh", "verdict": "reachable", "blockers": [], "expect": "reachable", "ok": true })
    );
    assert_eq!(answers[1]["blockers"][0]["code"], "ENI_SG_RULES_MISMATCH");
    assert_eq!(answers[1]["blockers"][0]["direction"], "forward");
    assert_eq!(answers[2]["id"], format!("{PRIVATE} -> 8.8.8.8"));
    assert_eq!((&answers[2]["verdict"], answers[2].get("ok")), (&json!("unknown"), None));
    let answers = folder.write("answers.ndjson", "");
    let to_file = reach(&["--cases", &path, "--output-file", &answers]);
    assert_eq!((to_file.code, to_file.stdout.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&answers).expect("the answers"), run.stdout);
}

#[test]
fn cases_end_with_the_worst_of_them() {
    let case = |to: &str, port: u16, expect: &str| {
        json!({ "from": PRIVATE, "to": to, "port": port, "expect": expect }).to_string()
    };
    let met = case(PUBLIC, 22, "reachable");
    let sets = [
        (vec![met.clone(), case(PUBLIC, 443, "reachable")], 1),
        (vec![met.clone(), case("8.8.8.8", 443, "reachable")], 3),
        (vec![case("8.8.8.8", 443, "reachable"), case(PUBLIC, 22, "blocked")], 1),
        (vec![met.clone(), case("i-0123456789abcdef0", 22, "reachable")], 4),
        (vec![met.clone(), "{\"from\": \"web\"}".to_owned()], 2),
        (vec![met.clone(), case("10.0.0.0/8", 22, "reachable")], 2),
        (vec![met], 0),
    ];
    for (set, code) in sets {
        let run = piped(&set.join("\n"));
        assert_eq!(run.code, code, "{set:?}: {run:?}");
        assert_eq!(lines(&run.stdout).len(), if code == 2 { 0 } else { set.len() }, "{run:?}");
        assert_eq!(run.stderr.contains("standard input, line 2"), code == 2, "{run:?}");
    }
}

/// Runs `reach --cases -` with this standard input.
fn piped(input: &str) -> crate::run::Run {
    let mut program = command();
    program.args(["reach", "--snapshot", FOLDER, "--cases", "-"]).stdin(Stdio::piped());
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    crate::run::Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn thousands_of_cases_read_the_facts_once() {
    let case = |at: u16| json!({ "id": at, "from": PRIVATE, "to": PUBLIC, "port": at + 1 }).to_string();
    let all: Vec<String> = (0..3000).map(case).collect();
    let started = Instant::now();
    let one = piped(&case(21));
    let alone = started.elapsed();
    let started = Instant::now();
    let many = piped(&all.join("\n"));
    let together = started.elapsed();
    assert_eq!((one.code, many.code), (0, 0), "{}", many.stderr);
    let answers = lines(&many.stdout);
    let open: Vec<&Value> = answers.iter().filter(|answer| answer["verdict"] == "reachable").collect();
    assert_eq!((answers.len(), open.len(), &open[0]["id"]), (3000, 1, &json!("21")));
    let limit = alone * 20 + Duration::from_secs(20);
    assert!(together < limit, "{together:?} for 3000 cases, {alone:?} for one");
}

#[test]
fn a_hostile_name_prints_harmlessly() {
    let folder = Folder::new("hostile");
    let name = "\u{1b}[2Jweb\u{202e}";
    let instance = |id: &str, address: &str, name: &str| {
        json!({ "InstanceId": id, "VpcId": "vpc-1", "State": { "Name": "running" }, "Tags": [{ "Key": "Name", "Value": name }],
            "NetworkInterfaces": [{ "NetworkInterfaceId": format!("eni-{address}"), "VpcId": "vpc-1", "SubnetId": "subnet-1",
                "PrivateIpAddress": address, "Groups": [{ "GroupId": name }] }] })
    };
    let rows = json!({ "Reservations": [{ "Instances": [instance("i-0000000a", "10.0.0.1", name), instance("i-0000000b", "10.0.0.2", "db")] }] });
    folder.write("describe-instances.json", &rows.to_string());
    for form in ["table", "json"] {
        let arguments = ["reach", "--snapshot", folder.path(), "--from", "i-0000000a", "--to", "db", "--output", form];
        let run = finish(command().args(arguments));
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stdout.contains("web") && !run.stdout.contains(['\u{1b}', '\u{202e}']), "{run:?}");
    }
}
