//! ECS: clusters and the container instances in them.
//!
//! Shapes: ECS API reference, data types; its members begin with a small letter.

use super::text;
use serde::Deserialize;

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
        )*
    };
}

shapes! {
    /// `DescribeClusters`.
    Cluster {
        /// ARN.
        cluster_arn: String,
        /// Name.
        cluster_name: String,
        /// `ACTIVE`, `PROVISIONING`, `DEPROVISIONING`, `FAILED` or `INACTIVE`.
        status: String,
        /// Container instances in it, those that drain among them.
        registered_container_instances_count: i64,
        /// Services that are active.
        active_services_count: i64,
        /// Tasks that run.
        running_tasks_count: i64,
        /// Tasks that wait for a place.
        pending_tasks_count: i64,
        /// Names of its capacity providers.
        capacity_providers: Vec<String>,
        /// What services without a strategy of their own use.
        default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    }
    /// A capacity provider and its share.
    CapacityProviderStrategyItem {
        /// Name.
        capacity_provider: String,
        /// Its share of the tasks beyond the base.
        weight: i64,
        /// Tasks that it gets first.
        base: i64,
    }
    /// `ListClusters`.
    ClusterArns {
        /// ARNs of all clusters of the Region.
        cluster_arns: Vec<String>,
    }
    /// `ListContainerInstances` of a cluster: all but those in status `INACTIVE`, which is what the call lists without a status.
    ContainerInstanceArns {
        /// ARNs.
        container_instance_arns: Vec<String>,
    }
    /// `DescribeContainerInstances`.
    ContainerInstance {
        /// ARN; its last part is the id of the entry.
        container_instance_arn: String,
        /// The EC2 instance; `mi-…` for an external one.
        ec2_instance_id: String,
        /// Capacity provider that it was registered under; empty for none.
        capacity_provider_name: String,
        /// Versions of the agent and of Docker.
        version_info: VersionInfo,
        /// `REGISTERING`, `REGISTRATION_FAILED`, `ACTIVE`, `DRAINING`, `DEREGISTERING` or `INACTIVE`.
        status: String,
        /// Why the status is what it is.
        status_reason: String,
        /// Whether the agent's connection to ECS is open.
        agent_connected: Option<bool>,
        /// Tasks on it that run.
        running_tasks_count: i64,
        /// Tasks that are placed on it and start.
        pending_tasks_count: i64,
        /// State of an update of the agent that was asked for.
        agent_update_status: String,
        /// What the agent and ECS told of it.
        attributes: Vec<Attribute>,
        /// RFC 3339, when it was registered.
        #[serde(deserialize_with = "text::time")]
        registered_at: String,
        /// Its health, when it was asked for.
        health_status: Option<ContainerInstanceHealthStatus>,
    }
    /// Versions that the agent told.
    VersionInfo {
        /// Such as `1.89.2`.
        agent_version: String,
        /// First digits of the commit.
        agent_hash: String,
        /// Such as `DockerVersion: 25.0.8`.
        docker_version: String,
    }
    /// An attribute of a container instance.
    Attribute {
        /// Such as `ecs.ami-id`.
        name: String,
        /// Empty for a mere capability.
        value: String,
    }
    /// What the health checks of a container instance say.
    ContainerInstanceHealthStatus {
        /// `OK`, `IMPAIRED`, `INSUFFICIENT_DATA` or `INITIALIZING`.
        overall_status: String,
        /// Each of the checks.
        details: Vec<InstanceHealthCheckResult>,
    }
    /// A health check.
    InstanceHealthCheckResult {
        /// `CONTAINER_RUNTIME`.
        r#type: String,
        /// `OK`, `IMPAIRED`, `INSUFFICIENT_DATA` or `INITIALIZING`.
        status: String,
        /// RFC 3339.
        #[serde(deserialize_with = "text::time")]
        last_updated: String,
        /// RFC 3339.
        #[serde(deserialize_with = "text::time")]
        last_status_change: String,
    }
    /// `ListAccountSettings` by name, with effective settings.
    AccountSettings {
        /// The settings.
        settings: Vec<AccountSetting>,
    }
    /// A setting of ECS for an account, a user or a role.
    AccountSetting {
        /// Such as `awsvpcTrunking`.
        name: String,
        /// `enabled`, `disabled`, `on`, `off`, …
        value: String,
        /// ARN of whom it is for.
        principal_arn: String,
    }
    /// `ListServices` of a cluster.
    ServiceArns {
        /// ARNs.
        service_arns: Vec<String>,
    }
    /// `DescribeServices`.
    Service {
        /// ARN.
        service_arn: String,
        /// Name.
        service_name: String,
        /// `ACTIVE`, `DRAINING` or `INACTIVE`.
        status: String,
        /// `EC2`, `FARGATE`, `EXTERNAL`; empty with a strategy.
        launch_type: String,
        /// Capacity providers that its tasks use.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
        /// Tasks that should run.
        desired_count: i64,
        /// Tasks that run.
        running_count: i64,
        /// Tasks that start.
        pending_count: i64,
    }
    /// `DescribeCapacityProviders`.
    CapacityProvider {
        /// ARN.
        capacity_provider_arn: String,
        /// Name.
        name: String,
        /// `ACTIVE`, …
        status: String,
        /// The Auto Scaling group behind it; none for Fargate.
        auto_scaling_group_provider: Option<AutoScalingGroupProvider>,
    }
    /// The Auto Scaling group of a capacity provider.
    AutoScalingGroupProvider {
        /// ARN, which ends with `autoScalingGroupName/NAME`.
        auto_scaling_group_arn: String,
        /// `ENABLED` or `DISABLED`: whether instances drain before they are terminated.
        managed_draining: String,
    }
}

impl AutoScalingGroupProvider {
    /// Name of the group.
    pub fn group_name(&self) -> &str {
        let arn = self.auto_scaling_group_arn.as_str();
        arn.rsplit_once("autoScalingGroupName/").map_or(arn, |(_, name)| name)
    }
}

impl ContainerInstance {
    /// The value of an attribute; empty for a mere capability.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }
}
