//! How long the pure diagnosis of one instance takes: `cargo bench -p checks --features testkit --bench diagnosis`.

use checks::snapshot::Snapshot;
use checks::ssm::Estate;
use checks::testkit::{self, INSTANCE, World};
use checks::triage;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Makes a world.
type Make = fn() -> World;

/// The healthy worlds, and a lost node in each: then every rule is asked and none is settled by the heartbeat.
const WORLDS: &[(&str, Make)] = &[
    ("nat", testkit::nat),
    ("public", testkit::public),
    ("closed", testkit::closed),
    ("nat, lost", || testkit::nat().lost().clone()),
    ("closed, lost", || testkit::closed().lost().clone()),
];

fn names() -> Vec<&'static str> {
    WORLDS.iter().map(|(name, _)| *name).collect()
}

fn world(name: &str) -> World {
    WORLDS.iter().find(|(known, _)| *known == name).map_or_else(testkit::nat, |(_, make)| make())
}

/// All rules over facts that are loaded.
#[divan::bench(args = names())]
fn diagnose(bencher: Bencher<'_, '_>, name: &str) {
    let snapshot = world(name).snapshot();
    let estate = Estate::new(&snapshot);
    bencher.counter(divan::counter::ItemsCount::new(1_usize)).bench(|| triage::ssm(black_box(&estate), INSTANCE));
}

/// From the text of a snapshot to typed facts.
#[divan::bench(args = names())]
fn load(bencher: Bencher<'_, '_>, name: &str) {
    let text = world(name).snapshot().to_json().to_string();
    bencher
        .counter(divan::counter::BytesCount::of_str(&text))
        .bench(|| Snapshot::from_json(black_box(&text)).map(|snapshot| snapshot.reads().len()));
}
