//! The network engine against a reference that walks one packet at a time, and laws that hold for every network.
//!
//! Worlds come from a seeded generator, so that a failure can be repeated: `SEED=7 CASES=1 cargo test -p checks --test net_reference`. A failing world
//! is made smaller before it is shown.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads its settings, and fails by panicking"
)]

mod engine;
mod evaluator;
mod generator;
mod known;
mod properties;
mod question;
mod reduce;
mod world;
