//! Rules of `ecs`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) use crate::ecs::Ecs as Symptom;
use crate::rule::Rule;

pub(super) static ALL: &[&Rule<Symptom>] = &[];
