//! Rules of `lambda`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) use crate::lambda::Lambda as Symptom;
use crate::rule::Rule;

pub(super) static ALL: &[&Rule<Symptom>] = &[];
