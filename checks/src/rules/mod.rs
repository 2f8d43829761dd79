//! Every rule, one file each. Written by `UPDATE=1 cargo test -p checks`.

mod ecs;
mod lambda;
mod s3;
mod ssh;
mod ssm;

use crate::rule::{About, Rule};

/// Rules of `ecs`, in the order of its layers.
pub static ECS: &[&Rule<crate::ecs::Ecs>] = ecs::ALL;

/// Rules of `lambda`, in the order of its layers.
pub static LAMBDA: &[&Rule<crate::lambda::Lambda>] = lambda::ALL;

/// Rules of `s3`, in the order of its layers.
pub static S3: &[&Rule<crate::s3::S3>] = s3::ALL;

/// Rules of `ssh`, in the order of its layers.
pub static SSH: &[&Rule<crate::ssh::Ssh>] = ssh::ALL;

/// Rules of `ssm`, in the order of its layers.
pub static SSM: &[&Rule<crate::ssm::Ssm>] = ssm::ALL;

/// What is known of every rule without a case.
pub fn all() -> impl Iterator<Item = &'static About> {
    ECS.iter().map(|rule| &rule.about).chain(
        LAMBDA.iter().map(|rule| &rule.about).chain(
            S3.iter()
                .map(|rule| &rule.about)
                .chain(SSH.iter().map(|rule| &rule.about).chain(SSM.iter().map(|rule| &rule.about))),
        ),
    )
}

/// Symptoms that have rules.
pub fn symptoms() -> Vec<&'static str> {
    vec!["ecs", "lambda", "s3", "ssh", "ssm"]
}
