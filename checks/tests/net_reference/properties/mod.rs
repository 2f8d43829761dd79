//! Laws that hold for every world.

mod agreement;
mod algebra;
mod families;
mod more_allowed;
mod order;
mod prefixes;

use crate::engine;
use crate::generator::Case;
use crate::question::Question;
use crate::reduce::smallest;
use crate::world::{Feature, World, all, is_walked};
use checks::net::Verdict;
use checks::snapshot::Snapshot;
use std::ops::Range;

/// How many cases of a property run, and from which seed; both can be set from outside.
fn seeds(cases: u64) -> Range<u64> {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = setting("SEED").unwrap_or(1);
    first..first + setting("CASES").unwrap_or(cases)
}

/// The features of worlds that the engine is asked about.
fn walked() -> Vec<Feature> {
    all().into_iter().filter(|feature| is_walked(*feature)).collect()
}

/// The engine's verdict.
fn found(snapshot: &Snapshot, question: &Question) -> Verdict {
    engine::path(snapshot, question).verdict
}

/// What the single packets say, with the worse verdict where two are right.
fn right(snapshot: &Snapshot, question: &Question) -> Verdict {
    question.tally(snapshot).verdicts()[0]
}

/// Checks that a change of a world, which may depend on the family that is asked about, changes the verdicts only as it may, and shows the smallest world where it does not.
#[track_caller]
fn assert_law(
    seed: u64,
    case: &Case,
    change: impl Fn(&World, bool) -> World,
    verdict: impl Fn(&Snapshot, &Question) -> Verdict,
    is_lawful: impl Fn(Verdict, Verdict) -> bool,
) {
    let before = case.world.snapshot();
    let mut after: [Option<Snapshot>; 2] = [None, None];
    for question in &case.questions {
        let is_v6 = question.is_v6(&before);
        let after = after[usize::from(is_v6)].get_or_insert_with(|| change(&case.world, is_v6).snapshot());
        if is_lawful(verdict(&before, question), verdict(after, question)) {
            continue;
        }
        let verdicts =
            |world: &World| (verdict(&world.snapshot(), question), verdict(&change(world, is_v6).snapshot(), question));
        let breaks = |world: &World| {
            let (before, after) = verdicts(world);
            !is_lawful(before, after)
        };
        let world = smallest(&case.world, breaks);
        let (before, after) = verdicts(&world);
        let changed = change(&world, is_v6).text();
        panic!("SEED={seed}: {before:?} became {after:?}\n{question:?}\n{}\nafter:\n{changed}", world.text());
    }
}
