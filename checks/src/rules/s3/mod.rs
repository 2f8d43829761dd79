//! Rules of `s3`. Written by `UPDATE=1 cargo test -p checks`.


use crate::rule::Rule;
pub(crate) use crate::s3::S3 as Symptom;

pub(super) static ALL: &[&Rule<Symptom>] = &[
];
