//! Who the software of an instance is to AWS: the instance profile and its role.

use super::RoleFacts;
use crate::iam::base_name;
use crate::snapshot::ec2::{IamInstanceProfile, Instance};
use crate::snapshot::iam::{InstanceProfile, Role};
use crate::snapshot::{Observed, Snapshot};
use std::sync::Arc;

/// The instance's credentials as far as they are known.
#[derive(Debug, Clone)]
pub struct Identity<'a> {
    /// The profile as the instance shows it.
    pub attached: Option<&'a IamInstanceProfile>,
    /// Name of that profile.
    pub profile_name: &'a str,
    /// The profile as IAM shows it.
    pub profile: Observed<&'a InstanceProfile>,
    /// The profile's role; absent when the profile has none.
    pub role: Observed<Arc<RoleFacts<'a>>>,
}

impl<'a> Identity<'a> {
    /// What the snapshot holds about the credentials of an instance; `read` gives a role with its policies.
    pub fn of(snapshot: &'a Snapshot, instance: &'a Instance, read: impl Fn(&'a Role) -> Arc<RoleFacts<'a>>) -> Self {
        let attached = instance.iam_instance_profile.as_ref();
        let profile_name = attached.map_or("", |profile| base_name(&profile.arn));
        let profile = if attached.is_some() { snapshot.instance_profiles.get(profile_name) } else { Ok(None) };
        let role = match &profile {
            Ok(Some(profile)) => Ok(profile.roles.first().map(read)),
            Ok(None) => Ok(None),
            Err(gap) => Err(gap.clone()),
        };
        Self { attached, profile_name, profile, role }
    }
}
