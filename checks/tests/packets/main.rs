//! The network engine against real packets: random topologies become both AWS facts and namespaces of the Linux kernel, every flow is
//! connected for real, and the engine has to say the same of the same flow.
//!
//! Needs root, `ip` and `nft`. `PACKET_TOPOLOGIES` says how many topologies, `PACKET_SEED` the seed of the first one: to repeat one
//! of them, its seed and `PACKET_TOPOLOGIES=1`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a test makes namespaces and connections, prints what it covers, and fails by panicking"
)]

mod bed;
mod compare;
mod engine;
mod facts;
mod known;
mod probe;
mod random;
mod topology;

use compare::{Comparison, Outcome};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Instant;

/// Says something that the test runner does not keep to itself when the test passes.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout().lock(), $($words)*);
    }};
}
pub(crate) use say;

/// Topologies at a time. Most of the time goes by waiting for what never comes.
const WORKERS: usize = 4;

#[test]
fn the_engine_agrees_with_the_kernel_on_random_topologies() {
    if !can_run("the_engine_agrees_with_the_kernel_on_random_topologies") {
        return;
    }
    let count = usize::try_from(setting("PACKET_TOPOLOGIES", 200)).expect("a number of topologies");
    let first = setting("PACKET_SEED", 20_260_801);
    let started = Instant::now();
    let seeds: Vec<u64> = (0..count).map(|position| first.wrapping_add(position as u64)).collect();
    let comparisons = in_parallel(&seeds, |seed| {
        let compare = || compare::topology(&random::topology(*seed), Some(random::withheld(*seed)));
        // A bed that fails, or an engine that panics, is reported with the seed as well.
        std::panic::catch_unwind(compare).unwrap_or_else(|_| Comparison {
            disagreements: vec!["no comparison came about, see above".to_owned()],
            ..Comparison::default()
        })
    });
    let count_of = |outcome: Outcome| -> usize {
        let flows = comparisons.iter().flat_map(|own| &own.kernel);
        flows.filter(|works| Outcome::of(works) == outcome).count()
    };
    let (reachable, degraded, blocked) =
        (count_of(Outcome::Reachable), count_of(Outcome::Degraded), count_of(Outcome::Blocked));
    let flows = reachable + degraded + blocked;
    let through = comparisons.iter().map(|own| own.through_appliances).sum::<usize>();
    say!(
        "{count} topologies from seed {first}, {flows} flows: {reachable} reachable, {degraded} degraded, {blocked} blocked, \
         {through} that work through appliances; {} questions to the engine, {:.0} s",
        comparisons.iter().map(|own| own.questions).sum::<usize>(),
        started.elapsed().as_secs_f64()
    );
    let wrong = report(&seeds, &comparisons);
    assert!(wrong == 0, "{wrong} of {count} topologies differ");
    if count >= 100 {
        assert!(reachable * 10 >= flows && blocked * 10 >= flows, "too few flows of a kind to prove much");
        assert!(degraded * 50 >= flows, "too few flows that work from some ports only");
        assert!(through * 200 >= flows, "too few flows that work through appliances");
    }
}

/// Prints every disagreement and leaves the facts in the temporary folder; gives the number of topologies with any.
fn report(seeds: &[u64], comparisons: &[Comparison]) -> usize {
    let wrong = seeds.iter().zip(comparisons).filter(|(_, own)| !own.disagreements.is_empty());
    wrong
        .map(|(seed, own)| {
            let path = written(&format!("seed-{seed}"), &random::topology(*seed));
            say!("PACKET_SEED={seed} PACKET_TOPOLOGIES=1, facts in {}", path.display());
            for disagreement in &own.disagreements {
                say!("  {disagreement}");
            }
        })
        .count()
}

/// The facts of a topology as a file in the temporary folder.
pub(crate) fn written(name: &str, topology: &topology::Topology) -> PathBuf {
    let path = std::env::temp_dir().join(format!("packets-{name}.json"));
    let facts = serde_json::to_string_pretty(&facts::of(topology)).expect("facts");
    std::fs::write(&path, facts).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}

/// Does the same with each thing, several at a time; the results are in the order of the things.
pub(crate) fn in_parallel<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some((position, thing)) = things.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed))
                {
                    let result = work(thing);
                    results.lock().unwrap().push((position, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().map(|(_, result)| result).collect()
}

fn setting(name: &str, usual: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return usual };
    text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}"))
}

/// Whether the bed can be made here. Without it the test is skipped by name, and fails where `CI` is set.
pub(crate) fn can_run(test: &str) -> bool {
    static MISSING: LazyLock<Option<String>> = LazyLock::new(|| {
        let missing = missing();
        if missing.is_none() {
            bed::remove_leftovers();
        }
        missing
    });
    let Some(missing) = MISSING.as_deref() else { return true };
    assert!(std::env::var_os("CI").is_none(), "{test}: {missing}");
    say!("skipped: {test}: {missing}");
    false
}

fn missing() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("it needs root".to_owned());
    }
    let runs = |program: &str| Command::new(program).arg("-V").output().is_ok_and(|output| output.status.success());
    let absent = ["ip", "nft"].into_iter().find(|program| !runs(program));
    if let Some(program) = absent {
        return Some(format!("it needs `{program}`"));
    }
    bed::refusal().map(|reason| format!("it needs network namespaces: {reason}"))
}
