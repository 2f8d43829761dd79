//! The entries of an instance in clusters.

use super::{Case, Question};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::fix::{Aws, Fix, FixClass, quoted};
use crate::iam::base_name;
use crate::snapshot::ec2::is;
use crate::snapshot::ecs::{ContainerInstance, ContainerInstanceArns};
use crate::snapshot::{Gap, Observed, Snapshot, operations as op, time};
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

/// What is found of an instance that is in another cluster than the one asked about.
pub(crate) fn joined(case: &Case<'_>, cluster: &str, entry: &ContainerInstance) -> Finding {
    let id = case.instance.instance_id.as_str();
    let own = case.question.cluster_name();
    let arn = entry.container_instance_arn.as_str();
    let connected = match entry.agent_connected {
        _ if !is_complete(entry) => "",
        Some(true) => ", and its agent is connected there",
        Some(false) => "; its agent is not connected there now",
        None => "",
    };
    let place = if is_complete(entry) {
        format!("is registered in cluster `{cluster}`")
    } else {
        format!("has an entry in status `{}` in cluster `{cluster}`", entry.status)
    };
    let proof = |field: &str, value: &str| Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, field, value);
    Finding::new(format!("instance `{id}` {place} and not in `{own}`{connected}"))
        .about("ec2-instance", id)
        .about("ecs-cluster", cluster)
        .proof(proof("containerInstances[].containerInstanceArn", arn))
        .proof(proof("containerInstances[].ec2InstanceId", id))
        .proof(proof("containerInstances[].status", &entry.status))
        .fix(move_over(case, cluster, arn))
}

/// What is found of an entry whose machine is gone.
pub(crate) fn orphan(snapshot: &Snapshot, question: &Question, entry: &ContainerInstance) -> Finding {
    let (id, arn) = (question.instance.as_str(), entry.container_instance_arn.as_str());
    let cluster = question.cluster_name();
    let deregister = Aws::new("ecs", "deregister-container-instance", &snapshot.header.region)
        .arg("cluster", cluster)
        .arg("container-instance", arn)
        .flag("force");
    let proof = |field: &str, value: &str| Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, field, value);
    let summary = "deregister the entry; it cannot be put back, and nothing needs it";
    Finding::new(format!("cluster `{cluster}` still lists instance `{id}`, which is gone, as `{}`", base_name(arn)))
        .about("container-instance", arn)
        .about("ec2-instance", id)
        .proof(proof("containerInstances[].ec2InstanceId", id))
        .proof(proof("containerInstances[].status", &entry.status))
        .fix(Fix::new(FixClass::A, summary).run(deregister))
}

/// Lets the agent forget the cluster that it is in, and join the one asked about.
fn move_over(case: &Case<'_>, from: &str, arn: &str) -> Fix {
    let own = case.question.cluster_name();
    let summary = format!(
        "name `{own}` in the user data of the launch template and replace the instance; or, on the instance, name it in the agent's \
         configuration, move its state aside and restart it (tasks that run there are orphaned), then deregister the entry in `{from}`"
    );
    let deregister = Aws::new("ecs", "deregister-container-instance", case.region())
        .arg("cluster", from)
        .arg("container-instance", arn)
        .flag("force");
    if case.instance.is_windows() {
        let initialize = format!("Import-Module ECSTools; Initialize-ECSAgent -Cluster '{}'", own.replace('\'', "''"));
        return Fix::new(FixClass::C, summary).run(initialize).run(deregister);
    }
    Fix::new(FixClass::C, summary)
        .run("sudo systemctl stop ecs")
        .run("sudo touch /etc/ecs/ecs.config && sudo cp -p /etc/ecs/ecs.config /etc/ecs/ecs.config.before")
        .run(format!("echo {} | sudo tee -a /etc/ecs/ecs.config", quoted(&format!("ECS_CLUSTER={own}"))))
        .run("sudo mv /var/lib/ecs/data /var/lib/ecs/data.before")
        .run("sudo systemctl start ecs")
        .run(deregister)
        .undo("sudo systemctl stop ecs")
        .undo("sudo mv /etc/ecs/ecs.config.before /etc/ecs/ecs.config")
        .undo("sudo rm -rf /var/lib/ecs/data && sudo mv /var/lib/ecs/data.before /var/lib/ecs/data")
        .undo("sudo systemctl start ecs")
}

/// Whether an entry says that the registration was completed.
///
/// Source: ECS API reference, `ContainerInstance`: `REGISTERING` and `REGISTRATION_FAILED` come before.
pub(super) fn is_complete(entry: &ContainerInstance) -> bool {
    is(&entry.status, "ACTIVE") || is(&entry.status, "DRAINING")
}

/// So many other clusters are looked into for an instance that is not in its own: each costs two calls.
const MOST_CLUSTERS: usize = 12;

/// The cluster that an agent joins which is told of no other.
///
/// Source: ECS developer guide, "Amazon ECS container agent configuration", `ECS_CLUSTER`.
pub const DEFAULT: &str = "default";

/// The other clusters that are looked into, `default` first.
///
/// # Errors
/// Why they are not known.
pub(crate) fn others<'a>(snapshot: &'a Snapshot, own: &str) -> Result<Vec<&'a str>, Gap> {
    let known = snapshot.cluster_arns.get("")?;
    let names = known.iter().flat_map(|list| &list.cluster_arns).map(|arn| base_name(arn));
    let mut names: Vec<&str> = names.filter(|name| *name != own).collect();
    names.sort_by_key(|name| (*name != DEFAULT, *name));
    Ok(names)
}

/// Those of them that are looked into.
pub(super) fn looked_into<'a>(others: &[&'a str]) -> Vec<&'a str> {
    others.iter().copied().take(MOST_CLUSTERS).collect()
}

/// The entries of an instance in clusters other than its own.
///
/// # Errors
/// None is known, and not every cluster could be looked into: why.
pub(super) fn elsewhere<'a>(
    snapshot: &'a Snapshot,
    own: &str,
    instance: &str,
) -> Result<Vec<(&'a str, &'a ContainerInstance)>, Gap> {
    let others = others(snapshot, own)?;
    let mut found = Vec::new();
    let mut gap = None;
    for cluster in looked_into(&others) {
        match entries(snapshot, cluster, instance) {
            Ok(entries) => found.extend(entries.into_iter().map(|entry| (cluster, entry))),
            Err(why) => gap = gap.or(Some(why)),
        }
    }
    let left = others.len().saturating_sub(MOST_CLUSTERS);
    let unseen = || (left > 0).then(|| Gap::opaque(format!("whether the instance is in one of {left} more clusters")));
    match gap.or_else(unseen) {
        Some(gap) if found.is_empty() => Err(gap),
        _ => Ok(found),
    }
}
