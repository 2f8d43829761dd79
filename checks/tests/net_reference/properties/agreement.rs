//! The engine says of a set of packets what the evaluator says of each.

use super::{seeds, walked};
use crate::engine;
use crate::generator::case;
use crate::question::Question;
use crate::reduce::smallest;
use crate::world::{Feature, World, all, is_walked};
use checks::net::Verdict;
use checks::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::ops::Range;

/// The engine's verdict and those that the single packets allow, when they differ.
fn difference(snapshot: &Snapshot, question: &Question, may_not_know: bool) -> Option<(Verdict, Vec<Verdict>)> {
    let found = engine::path(snapshot, question).verdict;
    if may_not_know && found == Verdict::Unknown {
        return None;
    }
    let tally = question.tally(snapshot);
    if tally.reflects && !is_walked(Feature::Reflection) {
        return None;
    }
    let right = tally.verdicts();
    if found == Verdict::Blocked && tally.not_knowable > 0 && question.may_be_answered(snapshot) {
        return Some((found, vec![Verdict::Unknown, Verdict::Reachable]));
    }
    // Where nobody says what AWS does, the engine may say what follows from the tables all the same.
    if right.contains(&Verdict::Unknown) {
        return None;
    }
    (!right.contains(&found)).then_some((found, right))
}

#[test]
fn the_engine_says_what_single_packets_say() {
    compare(seeds(300), &walked(), false);
}

#[test]
fn with_everything_in_the_world_neither_contradicts_the_other() {
    // Of several addresses, families and unanswered messages the two take different ones for granted.
    let ambiguous = [Feature::SecondaryAddresses, Feature::MissingFamily, Feature::UnansweredIcmp];
    let features: Vec<Feature> = all().into_iter().filter(|feature| !ambiguous.contains(feature)).collect();
    compare(seeds(200), &features, true);
}

fn compare(seeds: Range<u64>, features: &[Feature], may_not_know: bool) {
    let mut differences = Vec::new();
    for seed in seeds {
        let case = case(seed, features);
        let snapshot = case.world.snapshot();
        for question in &case.questions {
            if let Some(difference) = difference(&snapshot, question, may_not_know) {
                differences.push((seed, case.world.clone(), question.clone(), difference));
            }
        }
    }
    // A wrong answer is worse than none.
    differences.sort_by_key(|(.., (found, _))| *found == Verdict::Unknown);
    let Some((seed, world, question, found)) = differences.first() else { return };
    let mut kinds: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (seed, _, _, (found, right)) in &differences {
        kinds.entry(format!("{found:?}, not {right:?}")).or_default().push(*seed);
    }
    let is_same = |world: &World| difference(&world.snapshot(), question, may_not_know).as_ref() == Some(found);
    let world = smallest(world, is_same);
    let path = engine::path(&world.snapshot(), question);
    let obstacles = path.obstacles.iter().map(|of| format!("{:?} {:?} {}", of.effect, of.cause, of.component.id));
    panic!(
        "{} differences: {kinds:?}\nthe first with SEED={seed}: the engine says {:?}, single packets say {:?}\n{question:?}\n{}\n{:?} {:?}",
        differences.len(),
        found.0,
        found.1,
        world.text(),
        obstacles.collect::<Vec<_>>(),
        path.gaps,
    );
}
