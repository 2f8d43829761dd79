//! Laws that hold for every world.

mod agreement;

use crate::world::{Feature, all, is_walked};

/// How many cases of a property run, and from which seed; both can be set from outside.
fn seeds(cases: u64) -> std::ops::Range<u64> {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = setting("SEED").unwrap_or(1);
    first..first + setting("CASES").unwrap_or(cases)
}

/// The features of worlds that the engine is asked about.
fn walked() -> Vec<Feature> {
    all().into_iter().filter(|feature| is_walked(*feature)).collect()
}
