//! Worlds of the symptom `ecs`: the instance is registered in cluster `web`, and its agent is connected.

use super::worlds::{self, ACCOUNT, INSTANCE, REGION};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::ecs::{Case, Ecs, Question};
use crate::instance::find;
use crate::net::Network;
use crate::snapshot::{Snapshot, operations as op};
use crate::triage;
use serde_json::{Value, json};

/// The cluster of every world.
pub const CLUSTER: &str = "web";
/// ARN of the entry of the instance in it.
pub const ENTRY: &str = "arn:aws:ecs:eu-west-1:123456789012:container-instance/web/0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// What every world is asked.
pub fn question() -> Question {
    Question { cluster: CLUSTER.to_owned(), instance: INSTANCE.to_owned() }
}

impl Tried for Ecs {
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&Case<'_>)) {
        let (question, network) = (question(), Network::new(snapshot));
        if let Ok(instance) = find(snapshot, INSTANCE) {
            judge(&Case::new(&network, &question, instance));
        }
    }
}

/// The whole diagnosis of a world.
///
/// # Errors
/// The world lacks its instance.
pub fn diagnose(world: &World) -> Result<Diagnosis, SubjectGap> {
    triage::ecs(&world.snapshot(), &question())
}

/// A private subnet, a NAT gateway in a public one, no endpoints.
pub fn nat() -> World {
    registered(worlds::nat())
}

/// A closed VPC: no way out but interface endpoints for `ecs`, `ecs-agent` and `ecs-telemetry` in another subnet.
pub fn closed() -> World {
    registered(worlds::closed_with(&["ecs", "ecs-agent", "ecs-telemetry"]))
}

/// The entry of an instance as `DescribeContainerInstances` shows it.
pub fn entry(arn: &str, instance: &str) -> Value {
    json!({
        "containerInstanceArn": arn, "ec2InstanceId": instance, "status": "ACTIVE", "agentConnected": true, "version": 12,
        "versionInfo": { "agentVersion": "1.89.2", "agentHash": "1b5f2a4c", "dockerVersion": "DockerVersion: 25.0.8" },
        "runningTasksCount": 2, "pendingTasksCount": 0, "registeredAt": "2026-11-20T08:02:11.123000+00:00", "attachments": [],
        "attributes": [{ "name": "ecs.ami-id", "value": "ami-1" }, { "name": "com.amazonaws.ecs.capability.docker-remote-api.1.44" }],
        "healthStatus": { "overallStatus": "OK", "details": [{
            "type": "CONTAINER_RUNTIME", "status": "OK", "lastUpdated": "2026-11-22T20:13:30+00:00",
            "lastStatusChange": "2026-11-20T08:03:00+00:00",
        }] },
    })
}

/// The agent is not connected any more.
pub fn disconnected(world: &mut World) -> &mut World {
    world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/agentConnected", json!(false))
}

/// The instance never registered.
pub fn never(world: &mut World) -> &mut World {
    world.patch(op::LIST_CONTAINER_INSTANCES, "/containerInstanceArns", json!([]));
    world.forget(op::DESCRIBE_CONTAINER_INSTANCES)
}

/// User data of every world.
pub const USER_DATA: &str = "#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n";

/// Image of every world.
const IMAGE: &str = "al2023-ami-ecs-hvm-2023.0.20261113-kernel-6.1-x86_64";

/// The instance never registered, and has this user data.
pub fn with_user_data<'w>(world: &'w mut World, text: &str) -> &'w mut World {
    never(world).patch(op::DESCRIBE_INSTANCE_ATTRIBUTE, "/UserDataSigns", user_data(text))
}

/// The instance never registered, and its image has this name; it is Amazon's, or somebody's own.
pub fn with_image<'w>(world: &'w mut World, name: &str, is_amazon: bool) -> &'w mut World {
    never(world).patch(op::DESCRIBE_IMAGES, "/Images/0/Name", json!(name));
    let alias = if is_amazon { json!("amazon") } else { Value::Null };
    world.patch(op::DESCRIBE_IMAGES, "/Images/0/ImageOwnerAlias", alias)
}

/// The instance never registered, and wrote this to its console.
pub fn with_console<'w>(world: &'w mut World, text: &str) -> &'w mut World {
    never(world).patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text))
}

fn user_data(text: &str) -> Value {
    serde_json::to_value(crate::os::user_data::signs(text.as_bytes())).unwrap_or_default()
}

fn registered(world: World) -> World {
    let mut world = world;
    world.patch(op::DESCRIBE_IMAGES, "/Images/0/Name", json!(IMAGE));
    world.answer(
        op::DESCRIBE_INSTANCE_ATTRIBUTE,
        json!({ "InstanceId": INSTANCE, "Attribute": "userData" }),
        json!({ "InstanceId": INSTANCE, "UserDataSigns": user_data(USER_DATA) }),
    );
    world.answer(
        op::DESCRIBE_INSTANCE_TYPES,
        json!({ "InstanceTypes": ["t3.micro"] }),
        json!({ "InstanceTypes": [{
            "InstanceType": "t3.micro", "ProcessorInfo": { "SupportedArchitectures": ["x86_64"] }, "MemoryInfo": { "SizeInMiB": 1024 },
        }] }),
    );
    world
        .answer(
            op::DESCRIBE_CLUSTERS,
            json!({ "clusters": [CLUSTER] }),
            json!({ "failures": [], "clusters": [{
                "clusterArn": format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"), "clusterName": CLUSTER, "status": "ACTIVE",
                "registeredContainerInstancesCount": 1, "runningTasksCount": 2, "pendingTasksCount": 0, "activeServicesCount": 1,
                "capacityProviders": [], "defaultCapacityProviderStrategy": [],
            }] }),
        )
        .answer(
            op::LIST_CONTAINER_INSTANCES,
            json!({ "cluster": CLUSTER, "filter": format!("ec2InstanceId == {INSTANCE}") }),
            json!({ "containerInstanceArns": [ENTRY] }),
        )
        .answer(
            op::DESCRIBE_CONTAINER_INSTANCES,
            json!({ "cluster": CLUSTER, "containerInstances": [ENTRY], "include": ["CONTAINER_INSTANCE_HEALTH"] }),
            json!({ "failures": [], "containerInstances": [entry(ENTRY, INSTANCE)] }),
        );
    world
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;

    #[test]
    fn healthy_worlds_are_healthy() {
        for world in [nat(), closed()] {
            let report = diagnose(&world).unwrap();
            assert_eq!((report.verdict, &report.findings), (Verdict::Healthy, &Vec::new()));
        }
    }
}
