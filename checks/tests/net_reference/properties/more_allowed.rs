//! One more rule that allows something takes nothing away.

use super::{assert_law, found, right, seeds, walked};
use crate::generator::{Allowance, allowance, case};
use crate::question::Question;
use crate::world::{Feature, World, all};
use checks::net::Verdict;

/// A verdict may get better. It may become unknown only where something unknown came in, which no verdict here was.
fn is_no_worse(before: Verdict, after: Verdict) -> bool {
    match before {
        Verdict::Reachable => after == Verdict::Reachable,
        Verdict::Degraded => matches!(after, Verdict::Reachable | Verdict::Degraded),
        Verdict::Unknown => after != Verdict::Blocked,
        Verdict::Blocked => true,
    }
}

fn check(cases: u64, features: &[Feature], verdict: impl Fn(&World, &Question) -> Verdict) {
    for seed in seeds(cases) {
        let case = case(seed, features);
        let allowance: Allowance = allowance(seed, features);
        for question in &case.questions {
            assert_law(seed, &case.world, question, |world| allowance.added_to(world), &verdict, is_no_worse);
        }
    }
}

#[test]
fn one_more_allowing_rule_takes_nothing_away() {
    check(250, &walked(), found);
}

#[test]
fn nor_does_it_by_single_packets_in_any_world() {
    check(60, &all(), right);
}
