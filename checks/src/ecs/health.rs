//! What a container instance reports of its health.

use crate::snapshot::ecs::{ContainerInstance, InstanceHealthCheckResult};
use crate::snapshot::{Snapshot, time};

/// The health check of the container runtime, where the instance reports one.
pub(crate) fn runtime(entry: &ContainerInstance) -> Option<&InstanceHealthCheckResult> {
    entry.health_status.as_ref()?.details.iter().find(|check| check.r#type == "CONTAINER_RUNTIME")
}

/// Whole seconds between a time and that of the facts.
pub(crate) fn seconds_since(snapshot: &Snapshot, at: &str) -> Option<i64> {
    Some(snapshot.now()?.as_second().saturating_sub(time(at)?.as_second()))
}

/// A pause of the connection that is longer is no pause: twice the time that the developer guide calls normal.
pub(crate) const PAUSE: i64 = 600;

/// Whether the agent reported within the pauses that are normal between two of its connections.
pub(crate) fn was_heard_lately(snapshot: &Snapshot, entry: &ContainerInstance) -> bool {
    let heard = runtime(entry).and_then(|check| seconds_since(snapshot, &check.last_updated));
    heard.is_some_and(|silence| silence <= PAUSE)
}
