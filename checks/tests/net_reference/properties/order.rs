//! The order of groups, rules, entries, routes and rows says nothing.

use super::{assert_law, found, seeds, walked};
use crate::generator::case;
use crate::world::World;
use fastrand::Rng;
use serde_json::Value;

fn shuffled(world: &World, seed: u64) -> World {
    let mut world = world.clone();
    let mut rng = Rng::with_seed(seed);
    rng.shuffle(&mut world.files);
    world.files.iter_mut().for_each(|(_, answer)| shuffle(answer, &mut rng));
    world
}

fn shuffle(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Array(values) => {
            rng.shuffle(values);
            values.iter_mut().for_each(|value| shuffle(value, rng));
        }
        Value::Object(members) => members.values_mut().for_each(|value| shuffle(value, rng)),
        _ => {}
    }
}

#[test]
fn the_order_of_rows_and_rules_says_nothing() {
    for seed in seeds(250) {
        let case = case(seed, &walked());
        for question in &case.questions {
            let change = |world: &World| shuffled(world, seed);
            assert_law(seed, &case.world, question, change, found, |before, after| before == after);
        }
    }
}
