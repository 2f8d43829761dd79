//! The network engine against recorded answers of AWS and verdicts that were known before (`tests/fixtures/network/SOURCE.txt`).
//!
//! Each group of expected verdicts says how many of its checks it covers; what is not covered is listed with the reason, and a covered
//! check that disagrees fails.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads files, prints what it covers, and fails by panicking"
)]

/// Says something that the test runner does not keep to itself when the test passes.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout().lock(), $($words)*);
    }};
}

mod batfish;
mod block_public_access;
mod load;
mod np_guard;
mod reach;

use checks::snapshot::{Header, Outcome, Recorded, Snapshot, facts_of_file};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What became of the checks of one group.
#[derive(Default)]
struct Coverage {
    covered: Vec<String>,
    /// Id and why.
    uncovered: Vec<(String, &'static str)>,
    /// Id, expected and found.
    wrong: Vec<(String, String, String)>,
}

impl Coverage {
    fn compare(&mut self, id: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) {
        let (id, expected, found) = (id.into(), expected.into(), found.into());
        if expected != found {
            self.wrong.push((id.clone(), expected, found));
        }
        self.covered.push(id);
    }

    fn skip(&mut self, id: impl Into<String>, why: &'static str) {
        self.uncovered.push((id.into(), why));
    }
}

/// Checks that end otherwise than expected, with what is found instead and why that is right.
const DEVIATIONS: &[(&str, &str, &str)] = &[
    (
        "batfish-traces/pcxma-2",
        "22: unknown",
        "the files hold no network ACLs, and an answer that is missing is no open ACL",
    ),
    (
        "batfish-traces/tgwma-2",
        "22: unknown",
        "the files hold no network ACLs, and an answer that is missing is no open ACL",
    ),
    (
        "batfish-traces/tgwp-4",
        "22: blocked, TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
        "the expected code is that of subnet route tables; Reachability Analyzer has one for transit gateways",
    ),
    (
        "batfish-traces/lb-2",
        "81: unknown, none",
        "listeners of load balancers are no facts here, so that what a load balancer takes is not known",
    ),
];

#[test]
fn expected_verdicts() {
    let mut all = Coverage::default();
    for group in [
        reach::matrix(),
        reach::return_path(),
        np_guard::explain(),
        block_public_access::scenarios(),
        batfish::traces(),
    ] {
        all.covered.extend(group.covered);
        all.uncovered.extend(group.uncovered);
        all.wrong.extend(group.wrong);
    }
    let total = all.covered.len() + all.uncovered.len();
    say!("covered {} of {total}, not yet covered {}", all.covered.len(), all.uncovered.len());
    for (id, why) in &all.uncovered {
        say!("  not yet covered: {id}: {why}");
    }
    for (id, found, why) in DEVIATIONS {
        let place = all.wrong.iter().position(|(own, _, own_found)| own == id && own_found == found);
        let place = place.unwrap_or_else(|| panic!("{id} does not deviate as it is said to: {:?}", all.wrong));
        say!("  otherwise than expected: {id}: {found}: {why}");
        all.wrong.remove(place);
    }
    assert!(all.wrong.is_empty(), "expected and found differ: {:#?}", all.wrong);
    assert!(all.covered.len() >= 60, "fewer checks are covered than before");
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/network")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected(name: &str) -> Value {
    serde_json::from_str(&read(&fixtures().join("expected").join(name))).unwrap()
}

/// Every JSON file below a folder, in order.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The facts of every file below a folder.
fn snapshot_of(folder: &Path) -> Snapshot {
    let mut snapshot = Snapshot::new(Header::default());
    for path in json_files(folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let facts = facts_of_file(name, &read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for read in facts.reads {
            snapshot.record(read).unwrap();
        }
    }
    snapshot
}

/// A snapshot from lists by member name, each the whole answer to its call.
fn world(members: &Value) -> Snapshot {
    let mut snapshot = Snapshot::new(Header::default());
    for (member, rows) in members.as_object().unwrap() {
        if member == "VpcBlockPublicAccessOptions" {
            snapshot
                .record(Recorded {
                    service: "ec2".into(),
                    operation: "DescribeVpcBlockPublicAccessOptions".into(),
                    parameters: serde_json::Map::new(),
                    at: String::new(),
                    outcome: Outcome::Output(json!({ member: rows })),
                })
                .unwrap();
            continue;
        }
        let facts = facts_of_file("facts.json", &json!({ member: rows }).to_string()).unwrap();
        assert!(!facts.reads.is_empty(), "{member}");
        for read in facts.reads {
            snapshot.record(read).unwrap();
        }
    }
    snapshot
}
