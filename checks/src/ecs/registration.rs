//! The entries of an instance in clusters.

use crate::snapshot::ec2::is;
use crate::snapshot::ecs::{ContainerInstance, ContainerInstanceArns};
use crate::snapshot::{Gap, Observed, Snapshot, time};
use std::cmp::Reverse;

/// The filter that narrows a list of container instances to one EC2 instance.
///
/// Source: ECS developer guide, "Create expressions to define container instances for Amazon ECS tasks" (cluster query language).
pub(super) fn filter(instance: &str) -> String {
    format!("ec2InstanceId == {instance}")
}

/// What a cluster lists: for the instance alone, or all of it, or what a file holds that tells no cluster.
pub(super) fn listed<'a>(snapshot: &'a Snapshot, cluster: &str, instance: &str) -> Observed<&'a ContainerInstanceArns> {
    let lists = &snapshot.container_instance_arns;
    let keys = [format!("{cluster}/{}", filter(instance)), cluster.to_owned(), String::new()];
    let mut known = keys.iter().map(|key| lists.get(key)).filter(|known| !matches!(known, Err(Gap::NotAsked { .. })));
    known.next().unwrap_or_else(|| lists.get(cluster))
}

/// The entries of an instance in a cluster, the one that counts first: connected before disconnected, then the newest.
///
/// # Errors
/// Why they are not known.
pub fn entries<'a>(snapshot: &'a Snapshot, cluster: &str, instance: &str) -> Result<Vec<&'a ContainerInstance>, Gap> {
    let Some(list) = listed(snapshot, cluster, instance)? else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    for arn in &list.container_instance_arns {
        // Some back ends do not know the filter.
        if let Some(entry) = snapshot.container_instances.get(arn)?.filter(|entry| entry.ec2_instance_id == instance) {
            entries.push(entry);
        }
    }
    entries.sort_by_key(|entry| {
        (!is_complete(entry), entry.agent_connected != Some(true), Reverse(time(&entry.registered_at)))
    });
    Ok(entries)
}

/// Whether an entry says that the registration was completed.
///
/// Source: ECS API reference, `ContainerInstance`: `REGISTERING` and `REGISTRATION_FAILED` come before.
pub(super) fn is_complete(entry: &ContainerInstance) -> bool {
    is(&entry.status, "ACTIVE") || is(&entry.status, "DRAINING")
}
