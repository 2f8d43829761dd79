//! Which route decides: the longest prefix, against every route looked at one by one.

use super::{seeds, walked};
use crate::engine::{self, Decision};
use crate::evaluator::Evaluator;
use crate::evaluator::routes::{Choice, target};
use crate::generator::table;
use crate::question::border_addresses;

#[test]
fn the_longest_prefix_decides_as_if_every_route_were_looked_at() {
    for seed in seeds(400) {
        let world = table(seed, &walked());
        let snapshot = world.snapshot();
        let table = &snapshot.route_tables.known()[0];
        let evaluator = Evaluator::with_stranger(&snapshot, None);
        for is_v6 in [false, true] {
            let decides = engine::decisions(&snapshot, table, is_v6);
            for address in border_addresses(&snapshot, is_v6) {
                let right = match evaluator.choices(table, address).as_slice() {
                    [Choice::NoRoute] => Decision::NoRoute,
                    [Choice::Route(route)] => {
                        Decision::Target { id: target(route).to_owned(), is_gone: route.state == "blackhole" }
                    }
                    _ => Decision::NotKnown,
                };
                assert_eq!(decides(address), right, "SEED={seed}: {address}\n{}", world.text());
            }
        }
    }
}
