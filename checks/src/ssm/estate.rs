//! What the cases of many instances share: the network, each role with its policies, the Region's preferences, read once.

use super::{Preferences, calls};
use crate::instance::RoleFacts;
use crate::net::Network;
use crate::snapshot::iam::Role;
use crate::snapshot::ssm::InstanceInformation;
use crate::snapshot::{Gap, Snapshot};
use foldhash::{HashMap, HashMapExt};
use std::sync::{Arc, OnceLock};

/// The facts of a snapshot, ready for the diagnosis of any of its instances.
#[derive(Debug)]
pub struct Estate<'s> {
    /// The facts.
    pub snapshot: &'s Snapshot,
    /// The network that they show.
    pub network: Network<'s>,
    roles: HashMap<&'s str, OnceLock<Arc<RoleFacts<'s>>>>,
    hybrid_nodes: HashMap<&'s str, Vec<&'s InstanceInformation>>,
    preferences: OnceLock<Result<Preferences, Gap>>,
}

impl<'s> Estate<'s> {
    /// Reads the network of a snapshot, and takes note of its roles and hybrid nodes.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let profiles = snapshot.instance_profiles.values().flat_map(|profile| &profile.roles);
        let names = profiles.map(|role| role.role_name.as_str()).chain(snapshot.roles.keys());
        let mut hybrid_nodes: HashMap<&str, Vec<&InstanceInformation>> = HashMap::new();
        for node in snapshot.managed_nodes.known().iter().filter(|node| node.instance_id.starts_with("mi-")) {
            hybrid_nodes.entry(&node.ip_address).or_default().push(node);
        }
        Self {
            snapshot,
            network: Network::new(snapshot),
            roles: names.map(|name| (name, OnceLock::new())).collect(),
            hybrid_nodes,
            preferences: OnceLock::new(),
        }
    }

    /// A role as its profile or IAM shows it, with its policies.
    pub(super) fn role(&self, shown: &'s Role) -> Arc<RoleFacts<'s>> {
        let read = || Arc::new(RoleFacts::of(self.snapshot, shown, calls::ALL));
        self.roles.get(shown.role_name.as_str()).map_or_else(read, |known| known.get_or_init(read).clone())
    }

    /// The hybrid nodes with an address; none where the address is not known.
    pub(super) fn hybrid_nodes(&self, address: &str) -> &[&'s InstanceInformation] {
        let known = self.hybrid_nodes.get(address).filter(|_| !address.is_empty());
        known.map_or(&[], Vec::as_slice)
    }

    /// The Region's Session Manager preferences.
    ///
    /// # Errors
    /// Why they are not known.
    pub(super) fn preferences(&self) -> Result<&Preferences, Gap> {
        self.preferences.get_or_init(|| Preferences::of(self.snapshot)).as_ref().map_err(Gap::clone)
    }
}
