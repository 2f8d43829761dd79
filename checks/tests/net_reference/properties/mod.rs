//! Laws that hold for every world.

mod agreement;
mod algebra;
mod families;
mod more_allowed;
mod order;
mod prefixes;

use crate::engine;
use crate::question::Question;
use crate::reduce::smallest;
use crate::world::{Feature, World, all, is_walked};
use checks::net::Verdict;
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
fn found(world: &World, question: &Question) -> Verdict {
    engine::path(&world.snapshot(), question).verdict
}

/// What the single packets say, with the worse verdict where two are right.
fn right(world: &World, question: &Question) -> Verdict {
    question.tally(&world.snapshot()).verdicts()[0]
}

/// Checks that a change of a world is allowed to change the verdict as it does, and shows the smallest world where it is not.
#[track_caller]
fn assert_law(
    seed: u64,
    world: &World,
    question: &Question,
    change: impl Fn(&World) -> World,
    verdict: impl Fn(&World, &Question) -> Verdict,
    is_lawful: impl Fn(Verdict, Verdict) -> bool,
) {
    let verdicts = |world: &World| (verdict(world, question), verdict(&change(world), question));
    let breaks = |world: &World| {
        let (before, after) = verdicts(world);
        !is_lawful(before, after)
    };
    if breaks(world) {
        let world = smallest(world, breaks);
        let (before, after) = verdicts(&world);
        panic!("SEED={seed}: {before:?} became {after:?}\n{question:?}\n{}\nafter:\n{}", world.text(), change(&world).text());
    }
}
