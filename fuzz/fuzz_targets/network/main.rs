//! Loading of facts and the network engine against random input: nothing panics, nothing loops, and answers agree with each other.
//!
//! The first byte chooses: the rest as the text of a file, or as the choices of which a world is made, whole or damaged.

#![no_main]

mod draw;
mod gateways;
mod questions;
mod rules;
mod transit;
mod world;

use checks::snapshot::{Snapshot, facts_of_file};
use draw::Draw;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 8 {
        0 => text(rest),
        1 => damaged(rest),
        _ => {
            let mut draw = Draw::new(rest);
            let snapshot = world::snapshot(&mut draw);
            if std::env::var_os("FUZZ_SHOW").is_some() {
                println!("{:#}", snapshot.to_json());
            }
            if draw.once_in(16) {
                written_and_read(&snapshot);
            }
            questions::ask(&snapshot, &mut draw);
        }
    }
});

/// Names that promise an answer, and some that do not.
const NAMES: &[&str] = &[
    "facts.json",
    "describe-instances.json",
    "Reservations.json",
    "RouteTables.json",
    "describe-security-groups.json",
    "describe-vpc-attribute.json",
    "get-role.web.json",
    "get-role-policy.web.inline.json",
    "get-policy-version.AmazonSSMManagedInstanceCore.json",
    "get-metric-statistics.CPUCreditBalance.i-1.json",
    "search-transit-gateway-routes.tgw-rtb-1.json",
    "ec2.DescribeVpcs_1.json",
    "ec2.describe-network-interfaces.1.json",
    "a\\b/..json",
    "",
];

/// The bytes as a file: as a snapshot, and as one of the files that a folder of facts may hold.
fn text(bytes: &[u8]) {
    let (name, bytes) = bytes.split_first().map_or((0, bytes), |(name, rest)| (usize::from(*name), rest));
    let text = String::from_utf8_lossy(bytes);
    load(NAMES[name % NAMES.len()], &text, &mut Draw::new(bytes));
}

/// A world in which some characters are others; what can still be read is asked about all the same.
fn damaged(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let snapshot = world::snapshot(&mut draw);
    let whole = match draw.below(3) {
        0 => snapshot.to_json().to_string(),
        _ => draw.pick_of(snapshot.reads()).map_or_else(String::new, |read| match &read.outcome {
            checks::snapshot::Outcome::Output(output) => output.to_string(),
            checks::snapshot::Outcome::Error { message, .. } => message.clone(),
        }),
    };
    let mut letters: Vec<char> = whole.chars().collect();
    for _ in 0..=draw.below(4) {
        if letters.is_empty() {
            break;
        }
        let at = draw.below(letters.len());
        let until = (at + draw.below(24)).min(letters.len());
        let put =
            draw.pick(&["", "null", "-1", "1e400", "{}", "[]", "\"", ",", "18446744073709551616", "true", "[{}]", "é"]);
        letters.splice(at..until, put.chars());
    }
    let text: String = letters.into_iter().collect();
    let name = draw.pick(NAMES);
    load(name, &text, &mut draw);
}

fn load(name: &str, text: &str, draw: &mut Draw<'_>) {
    if let Ok(snapshot) = Snapshot::from_json(text) {
        written_and_read(&snapshot);
        questions::ask(&snapshot, draw);
    }
    if let Ok(facts) = facts_of_file(name, text) {
        let mut snapshot = Snapshot::default();
        for read in facts.reads {
            snapshot.record(read).expect("what a file gave was recorded once before");
        }
        questions::ask(&snapshot, draw);
    }
}

/// A snapshot comes back as it was written.
fn written_and_read(snapshot: &Snapshot) {
    let written = snapshot.to_json();
    let again = Snapshot::from_json(&written.to_string()).expect("a written snapshot is read");
    assert_eq!(written, again.to_json());
}
