//! What the cases of many instances share: the network, and each role with its policies, read once.

use super::RoleFacts;
use crate::net::Network;
use crate::snapshot::Snapshot;
use crate::snapshot::iam::Role;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The facts of a snapshot, ready for the diagnosis of any of its instances.
#[derive(Debug)]
pub struct Estate<'s> {
    /// The facts.
    pub snapshot: &'s Snapshot,
    /// The network that they show.
    pub network: Network<'s>,
    roles: HashMap<&'s str, OnceLock<Arc<RoleFacts<'s>>>>,
}

impl<'s> Estate<'s> {
    /// Reads the network of a snapshot, and takes note of its roles.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let profiles = snapshot.instance_profiles.values().flat_map(|profile| &profile.roles);
        let names = profiles.map(|role| role.role_name.as_str()).chain(snapshot.roles.keys());
        Self { snapshot, network: Network::new(snapshot), roles: names.map(|name| (name, OnceLock::new())).collect() }
    }

    /// A role as its profile or IAM shows it, with its policies.
    pub(super) fn role(&self, shown: &'s Role) -> Arc<RoleFacts<'s>> {
        let read = || Arc::new(RoleFacts::of(self.snapshot, shown));
        self.roles.get(shown.role_name.as_str()).map_or_else(read, |known| known.get_or_init(read).clone())
    }
}
