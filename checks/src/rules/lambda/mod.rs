//! Rules of `lambda`. Written by `UPDATE=1 cargo test -p checks`.


use crate::rule::Rule;
pub(crate) use crate::lambda::Lambda as Symptom;

pub(super) static ALL: &[&Rule<Symptom>] = &[
];
