//! The engine says of a set of packets what the evaluator says of each.

use super::{seeds, walked};
use crate::engine;
use crate::generator::case;
use crate::question::Question;
use crate::reduce::smallest;
use crate::world::{Feature, World, is_walked};
use checks::net::Verdict;
use std::collections::BTreeMap;
use std::ops::Range;

/// The engine's verdict and those that the single packets allow, when they differ.
fn difference(world: &World, question: &Question, may_not_know: bool) -> Option<(Verdict, Vec<Verdict>)> {
    let snapshot = world.snapshot();
    let found = engine::path(&snapshot, question).verdict;
    if may_not_know && found == Verdict::Unknown {
        return None;
    }
    let tally = question.tally(&snapshot);
    if tally.reflects && !is_walked(Feature::Reflection) {
        return None;
    }
    let right = tally.verdicts();
    (!right.contains(&found)).then_some((found, right))
}

#[test]
fn the_engine_says_what_single_packets_say() {
    compare(seeds(300), &walked(), false);
}

#[test]
fn what_the_engine_does_not_walk_it_does_not_guess() {
    let mut features = walked();
    features.extend([Feature::Peering, Feature::TransitGateway]);
    compare(seeds(200), &features, true);
}

fn compare(seeds: Range<u64>, features: &[Feature], may_not_know: bool) {
    let mut differences = Vec::new();
    for seed in seeds {
        let case = case(seed, features);
        for question in &case.questions {
            if let Some(difference) = difference(&case.world, question, may_not_know) {
                differences.push((seed, case.world.clone(), question.clone(), difference));
            }
        }
    }
    let Some((seed, world, question, found)) = differences.first() else { return };
    let mut kinds: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (seed, _, _, (found, right)) in &differences {
        kinds.entry(format!("{found:?}, not {right:?}")).or_default().push(*seed);
    }
    let is_same = |world: &World| difference(world, question, may_not_know).as_ref() == Some(found);
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
