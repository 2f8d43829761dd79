//! The calls of the agent.
//!
//! Source: ECS developer guide, "Amazon ECS container instance IAM role"; service authorization reference, "Actions, resources, and
//! condition keys for Amazon Elastic Container Service", for what each of them is called on.

use crate::instance::Target;

/// The call that registers the instance in a cluster.
pub const REGISTER: &str = "ecs:RegisterContainerInstance";

/// The calls that open the agent's connections, for tasks and for metrics.
pub const POLL: &[&str] = &["ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:StartTelemetrySession"];

/// What the agent needs to register and to be told of tasks.
pub const ALL: &[&str] = &[REGISTER, "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:StartTelemetrySession"];

/// What permits tags in the call that registers, where the account asks for it.
pub const TAG: &str = "ecs:TagResource";

/// The call that makes cluster `default` where it does not exist.
pub const CREATE: &str = "ecs:CreateCluster";

/// What the calls are called on: the cluster, and the entry in it, whose id is not known before the instance is registered.
pub(super) fn targets(cluster: &str, entry: &str) -> Vec<Target> {
    let target = |action, resource: &str, keys| Target { action, resource: resource.to_owned(), keys };
    let in_cluster = || vec![("ecs:cluster", cluster.to_owned())];
    vec![
        target(REGISTER, cluster, Vec::new()),
        target("ecs:Poll", entry, in_cluster()),
        target("ecs:StartTelemetrySession", entry, in_cluster()),
        target(TAG, entry, vec![("ecs:CreateAction", "RegisterContainerInstance".to_owned())]),
    ]
}
