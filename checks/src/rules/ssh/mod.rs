//! Rules of `ssh`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod system;

use crate::rule::Rule;
pub(crate) use crate::ssh::Ssh as Symptom;
pub(crate) use crate::ssh::{Case, Settled};

pub(super) static ALL: &[&Rule<Symptom>] = &[&system::sshd_not_running::RULE];
