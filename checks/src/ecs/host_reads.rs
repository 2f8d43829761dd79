//! Reads about the machine: user data, image, type and console of an instance whose agent does not come through.

use super::registration::{entries, is_complete};
use super::{DEFAULT, Question};
use crate::instance::{console_input, find};
use crate::snapshot::ec2::is;
use crate::snapshot::user_data::USER_DATA;
use crate::snapshot::{Operation, Snapshot, operations as op};
use serde_json::{Value, json};

/// What can be asked now.
pub(super) fn reads(snapshot: &Snapshot, question: &Question) -> Vec<(Operation, Value)> {
    let (id, cluster) = (question.instance.as_str(), question.cluster_name());
    let Ok(instance) = find(snapshot, id) else { return Vec::new() };
    // While the list of the cluster or an entry in it is not known, nobody knows what matters.
    let Ok(entries) = entries(snapshot, cluster, id) else { return Vec::new() };
    let lacks_cluster = match snapshot.clusters.get(cluster) {
        // The first agent that asks for cluster `default` makes it.
        Ok(known) => cluster != DEFAULT && known.is_none_or(|known| is(&known.status, "INACTIVE")),
        Err(_) => false,
    };
    if !is(&instance.state.name, "running") || lacks_cluster {
        return Vec::new();
    }
    let registered = entries.first().filter(|entry| is_complete(entry));
    let mut reads = Vec::new();
    if registered.and_then(|entry| entry.agent_connected) != Some(true) {
        reads.push((op::GET_CONSOLE_OUTPUT, console_input(instance)));
    }
    if registered.is_none() {
        reads.push((op::DESCRIBE_INSTANCE_ATTRIBUTE, json!({ "InstanceId": id, "Attribute": USER_DATA })));
        if !instance.image_id.is_empty() {
            reads.push((op::DESCRIBE_IMAGES, json!({ "ImageIds": [instance.image_id] })));
        }
    }
    let attribute = snapshot.instance_attributes.get(&format!("{id}/{USER_DATA}")).ok().flatten();
    let signs = attribute.and_then(|attribute| attribute.user_data_signs.as_ref());
    let reserves = signs.is_some_and(|signs| signs.setting("ECS_RESERVED_MEMORY").is_some());
    let is_gpu = registered.is_some() && may_have_gpu(&instance.instance_type);
    if !instance.instance_type.is_empty() && (reserves || is_gpu) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs};

    fn asked(world: &World) -> Vec<&'static str> {
        reads(&world.snapshot(), &ecs::question()).iter().map(|(operation, _)| operation.name).collect()
    }

    #[test]
    fn a_machine_is_looked_at_as_far_as_it_does_not_come_through() {
        let mut world = ecs::nat();
        assert_eq!(asked(&world), [""; 0], "connected");
        assert_eq!(asked(ecs::disconnected(&mut world)), ["GetConsoleOutput"]);
        let host = ["GetConsoleOutput", "DescribeInstanceAttribute", "DescribeImages"];
        assert_eq!(asked(ecs::never(&mut world)), host);
        let reserved = "#!/bin/bash\necho ECS_RESERVED_MEMORY=1 >> /etc/ecs/ecs.config\n";
        assert_eq!(asked(ecs::with_user_data(&mut world, reserved)).last(), Some(&"DescribeInstanceTypes"));
        world.deny(op::DESCRIBE_CLUSTERS);
        assert_eq!(asked(&world).len(), 4, "the cluster may be there");
        world.deny(op::LIST_CONTAINER_INSTANCES);
        assert_eq!(asked(&world), [""; 0]);
    }

    #[test]
    fn types_with_gpus_are_told_by_their_family() {
        for (kind, may) in
            [("g4dn.xlarge", true), ("p5.48xlarge", true), ("gr6.4xlarge", true), ("m5.large", false), ("", false)]
        {
            assert_eq!(may_have_gpu(kind), may, "{kind}");
        }
    }
}
