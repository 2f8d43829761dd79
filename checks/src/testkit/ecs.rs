//! Worlds of the symptom `ecs`: the instance is registered in cluster `web`, and its agent is connected.

use super::worlds::{self, ACCOUNT, INSTANCE, REGION};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::ecs::{Case, Ecs, Question};
use crate::instance::find;
use crate::net::Network;
use crate::snapshot::{Outcome, Read, Recorded, Snapshot, operations as op};
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
        .answer(
            op::DESCRIBE_AUTO_SCALING_INSTANCES,
            json!({ "InstanceIds": [INSTANCE] }),
            json!({ "AutoScalingInstances": [] }),
        )
        .answer(
            op::LIST_CLUSTERS,
            json!({}),
            json!({ "clusterArns": [format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{CLUSTER}")] }),
        )
        .answer(
            op::LIST_ACCOUNT_SETTINGS,
            json!({ "name": "tagResourceAuthorization" }),
            json!({ "settings": [{ "name": "tagResourceAuthorization", "value": "on", "principalArn": format!("arn:aws:iam::{ACCOUNT}:role/web") }] }),
        );
    let absent =
        Outcome::Error { code: "ClusterNotFoundException".to_owned(), message: "Cluster not found.".to_owned() };
    let read = Read::new(
        op::LIST_CONTAINER_INSTANCES,
        json!({ "cluster": "default", "filter": format!("ec2InstanceId == {INSTANCE}") }),
    );
    world.reads.push(Recorded::new(&read, world.now.clone(), absent));
    permitted(&mut world);
    world
}

/// The role of the instance has AWS's own policy for container instances.
fn permitted(world: &mut World) {
    let arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
    let name = "AmazonEC2ContainerServiceforEC2Role";
    // Source: AWS managed policy reference, AmazonEC2ContainerServiceforEC2Role, version 10.
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Resource": "*", "Action": [
            "ec2:DescribeTags", "ecs:CreateCluster", "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint", "ecs:Poll",
            "ecs:RegisterContainerInstance", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState", "ecs:Submit*",
            "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
            "logs:CreateLogStream", "logs:PutLogEvents"] },
        { "Effect": "Allow", "Resource": "*", "Action": "ecs:TagResource",
          "Condition": { "StringEquals": { "ecs:CreateAction": ["CreateCluster", "RegisterContainerInstance"] } } },
    ] });
    world
        .replace(
            op::LIST_ATTACHED_ROLE_POLICIES,
            &[],
            json!({ "AttachedPolicies": [{ "PolicyName": name, "PolicyArn": arn }] }),
        )
        .replace(
            op::LIST_POLICIES,
            &[],
            json!({ "Policies": [{ "PolicyName": name, "Arn": arn, "DefaultVersionId": "v10" }] }),
        )
        .forget(op::GET_POLICY_VERSION)
        .answer(
            op::GET_POLICY_VERSION,
            json!({ "PolicyArn": arn, "VersionId": "v10" }),
            json!({ "PolicyVersion": { "Document": document, "VersionId": "v10", "IsDefaultVersion": true } }),
        );
}

/// The instance has an entry in another cluster, and none in its own.
pub fn in_other<'w>(world: &'w mut World, cluster: &str) -> &'w mut World {
    never(world);
    let arn = format!("arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/{cluster}/0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    let filter = format!("ec2InstanceId == {INSTANCE}");
    world
        .patch(op::LIST_CLUSTERS, "/clusterArns/-", json!(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{cluster}")))
        .answer(
            op::LIST_CONTAINER_INSTANCES,
            json!({ "cluster": cluster, "filter": filter }),
            json!({ "containerInstanceArns": [arn] }),
        )
        .answer(
            op::DESCRIBE_CONTAINER_INSTANCES,
            json!({ "cluster": cluster, "containerInstances": [arn], "include": ["CONTAINER_INSTANCE_HEALTH"] }),
            json!({ "failures": [], "containerInstances": [entry(&arn, INSTANCE)] }),
        )
}

/// The instance is in Auto Scaling group `web`, in this place of its life cycle.
pub fn in_group<'w>(world: &'w mut World, state: &str) -> &'w mut World {
    let place = json!({ "InstanceId": INSTANCE, "AutoScalingGroupName": "web", "LifecycleState": state, "HealthStatus": "HEALTHY" });
    world.patch(op::DESCRIBE_AUTO_SCALING_INSTANCES, "/AutoScalingInstances", json!([place]))
}

/// The cluster has a capacity provider with Auto Scaling group `web`, of this size.
pub fn with_capacity(world: &mut World, desired: i64, instances: Value, activities: Value) -> &mut World {
    let group = format!("arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:0a1b:autoScalingGroupName/web");
    world
        .patch(op::DESCRIBE_CLUSTERS, "/clusters/0/capacityProviders", json!(["web", "FARGATE"]))
        .answer(
            op::DESCRIBE_CAPACITY_PROVIDERS,
            json!({ "capacityProviders": ["web"] }),
            json!({ "capacityProviders": [{ "name": "web", "status": "ACTIVE",
                "autoScalingGroupProvider": { "autoScalingGroupArn": group, "managedDraining": "ENABLED" } }] }),
        )
        .answer(
            op::DESCRIBE_AUTO_SCALING_GROUPS,
            json!({ "AutoScalingGroupNames": ["web"] }),
            json!({ "AutoScalingGroups": [{ "AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 4, "DesiredCapacity": desired,
                "Instances": instances }] }),
        )
        .answer(
            op::DESCRIBE_SCALING_ACTIVITIES,
            json!({ "AutoScalingGroupName": "web", "MaxRecords": 10 }),
            json!({ "Activities": activities }),
        )
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
