//! What brings instances and tasks to a cluster.

use super::Question;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::fix::{Aws, Fix, FixClass};
use crate::snapshot::autoscaling::ScalingActivity;
use crate::snapshot::ecs::ContainerInstance;
use crate::snapshot::{Gap, Snapshot, operations as op, time};

/// The names of the Auto Scaling groups that launch instances for the cluster: that of the instance, and those behind the cluster's
/// capacity providers.
///
/// # Errors
/// Why they are not known.
pub(crate) fn groups<'a>(snapshot: &'a Snapshot, question: &Question) -> Result<Vec<&'a str>, Gap> {
    let own = snapshot.auto_scaling_instances.get(&question.instance)?;
    let mut groups: Vec<&str> = own.map(|own| own.auto_scaling_group_name.as_str()).into_iter().collect();
    let cluster = snapshot.clusters.get(question.cluster_name())?;
    for name in cluster.into_iter().flat_map(|cluster| &cluster.capacity_providers).filter(|name| is_own(name)) {
        let provider = snapshot.capacity_providers.get(name)?;
        let group = provider.and_then(|provider| provider.auto_scaling_group_provider.as_ref());
        groups.extend(group.map(|group| group.group_name()));
    }
    groups.sort_unstable();
    groups.dedup();
    Ok(groups)
}

/// Whether a capacity provider launches instances of the account: those of Fargate are the same in every cluster.
///
/// Source: ECS developer guide, "Amazon ECS clusters for Fargate": `FARGATE` and `FARGATE_SPOT`.
pub(super) fn is_own(provider: &str) -> bool {
    !matches!(provider, "FARGATE" | "FARGATE_SPOT")
}

/// What keeps a group from having instances, if it has none.
///
/// # Errors
/// Why it is not known.
pub(crate) fn lacking(snapshot: &Snapshot, group: &str) -> Result<Option<Finding>, Gap> {
    let Some(known) = snapshot.auto_scaling_groups.get(group)? else { return Ok(None) };
    if known.instances.iter().any(|instance| instance.lifecycle_state == "InService") {
        return Ok(None);
    }
    let region = snapshot.header.region.as_str();
    let capacity = known.desired_capacity;
    let finding = |detail: String| Finding::new(detail).about("auto-scaling-group", group);
    let proof = |field: &str, value: i64| Evidence::new(op::DESCRIBE_AUTO_SCALING_GROUPS, group, field, value);
    if capacity <= 0 {
        let set = |capacity: i64| {
            let set = Aws::new("autoscaling", "set-desired-capacity", region).arg("auto-scaling-group-name", group);
            set.arg("desired-capacity", capacity.to_string())
        };
        let detail = format!(
            "Auto Scaling group `{group}` is to have no instance (desired capacity 0, at most {})",
            known.max_size
        );
        let fix = if known.max_size > 0 {
            let summary = format!("let group `{group}` launch one instance, which costs money while it runs");
            Fix::new(FixClass::A, summary).run(set(1)).undo(set(0))
        } else {
            Fix::new(FixClass::M, format!("raise the maximum size and the desired capacity of group `{group}`"))
        };
        return Ok(Some(finding(detail).proof(proof("DesiredCapacity", capacity)).fix(fix)));
    }
    let activities = snapshot.scaling_activities.get(group)?;
    let is_launch = |activity: &&ScalingActivity| activity.description.starts_with("Launching");
    let launches = activities.iter().flat_map(|known| &known.activities).filter(is_launch);
    let Some(last) = launches.max_by_key(|activity| time(&activity.start_time)) else { return Ok(None) };
    if last.status_code != "Failed" && last.status_code != "Cancelled" {
        return Ok(None);
    }
    let detail = format!(
        "Auto Scaling group `{group}` is to have {capacity} and has none in service: its last launch failed ({})",
        last.status_message
    );
    let show = Aws::new("autoscaling", "describe-scaling-activities", region).arg("auto-scaling-group-name", group);
    let source = op::DESCRIBE_SCALING_ACTIVITIES;
    Ok(Some(
        finding(detail)
            .proof(proof("DesiredCapacity", capacity))
            .proof(Evidence::new(source, group, "Activities[].StatusMessage", last.status_message.as_str()))
            .fix(Fix::new(FixClass::M, "mend what the launches of the group complain of").run(show)),
    ))
}

/// Whether tasks could be placed on an instance and none are.
pub(crate) fn is_idle(entry: &ContainerInstance) -> bool {
    super::registration::is_complete(entry)
        && entry.agent_connected == Some(true)
        && entry.running_tasks_count == 0
        && entry.pending_tasks_count == 0
}
