//! Rules of `ssh`. Written by `UPDATE=1 cargo test -p checks`.

use crate::rule::Rule;
pub(crate) use crate::ssh::Ssh as Symptom;

pub(super) static ALL: &[&Rule<Symptom>] = &[];
