//! Default Host Management Configuration: the role that stands in where the instance profile does not suffice.

use super::estate::Estate;
use crate::iam::base_name;
use crate::instance::RoleFacts;
use crate::snapshot::Observed;
use crate::snapshot::ssm::DEFAULT_HOST_MANAGEMENT;
use std::sync::Arc;

/// Default Host Management as far as it is known.
#[derive(Debug, Clone)]
pub struct DefaultHost<'a> {
    /// Name of the role that it hands out; absent when it is off.
    pub management: Observed<&'a str>,
    /// That role.
    pub role: Observed<Arc<RoleFacts<'a>>>,
}

impl<'a> DefaultHost<'a> {
    /// What the snapshot holds about it.
    pub fn of(estate: &Estate<'a>) -> Self {
        let snapshot = estate.snapshot;
        let management = snapshot.service_settings.get(DEFAULT_HOST_MANAGEMENT).map(|setting| {
            setting.map(|setting| base_name(&setting.setting_value)).filter(|role| !role.is_empty() && *role != "$None")
        });
        let role = match &management {
            Ok(Some(name)) => snapshot.roles.get(name).map(|role| role.map(|role| estate.role(role))),
            Ok(None) => Ok(None),
            Err(gap) => Err(gap.clone()),
        };
        Self { management, role }
    }
}
