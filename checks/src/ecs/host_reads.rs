//! Reads about the machine: user data, image, type and console of an instance whose agent does not come through.

use super::{Case, Question};
use crate::instance::{console_input, find};
use crate::snapshot::user_data::USER_DATA;
use crate::snapshot::{Operation, Snapshot, operations as op};
use serde_json::{Value, json};

/// What can be asked now.
pub(super) fn reads(snapshot: &Snapshot, question: &Question) -> Vec<(Operation, Value)> {
    let Ok(instance) = find(snapshot, &question.instance) else { return Vec::new() };
    let case = Case::new(snapshot, question, instance);
    // While the list of the cluster or the entry in it is not known, nobody knows what matters.
    let Ok(entry) = case.entry() else { return Vec::new() };
    if case.is_asleep() || case.lacks_cluster() {
        return Vec::new();
    }
    let mut reads = Vec::new();
    if case.is_connected() != Some(true) {
        reads.push((op::GET_CONSOLE_OUTPUT, console_input(instance)));
    }
    if case.registered().is_none() {
        reads.push((
            op::DESCRIBE_INSTANCE_ATTRIBUTE,
            json!({ "InstanceId": instance.instance_id, "Attribute": USER_DATA }),
        ));
        if !instance.image_id.is_empty() {
            reads.push((op::DESCRIBE_IMAGES, json!({ "ImageIds": [instance.image_id] })));
        }
    }
    let settings = case.user_data().ok().flatten();
    let depends_on_type = ["ECS_RESERVED_MEMORY", "ECS_ENABLE_GPU_SUPPORT"];
    let is_told = settings.is_some_and(|signs| depends_on_type.iter().any(|name| signs.setting(name).is_some()));
    if !instance.instance_type.is_empty() && (is_told || entry.is_some() && may_have_gpu(&instance.instance_type)) {
        reads.push((op::DESCRIBE_INSTANCE_TYPES, json!({ "InstanceTypes": [instance.instance_type] })));
    }
    reads
}

/// Whether the family of a type is one of accelerated computing with GPUs, by its letters: `p3`, `g4dn`, `gr6`.
///
/// Source: EC2 user guide, "Amazon EC2 instance type naming conventions".
fn may_have_gpu(instance_type: &str) -> bool {
    let series: String = instance_type.chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(series.as_str(), "p" | "g" | "gr")
}
