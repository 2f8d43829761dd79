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
