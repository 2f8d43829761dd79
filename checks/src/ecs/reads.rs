//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice.

use super::Question;
use super::registration::{filter, listed};
use crate::snapshot::operations as op;
use crate::snapshot::{Operation, Read, Snapshot};
use serde_json::{Value, json};

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_INSTANCE_STATUS,
    op::DESCRIBE_CLUSTERS,
    op::LIST_CONTAINER_INSTANCES,
    op::DESCRIBE_CONTAINER_INSTANCES,
    op::GET_CONSOLE_OUTPUT,
    op::DESCRIBE_INSTANCE_ATTRIBUTE,
    op::DESCRIBE_IMAGES,
    op::DESCRIBE_INSTANCE_TYPES,
];

/// `DescribeContainerInstances` takes so many entries at once.
///
/// Source: ECS API reference, `DescribeContainerInstances`.
const MOST_ENTRIES: usize = 100;

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut plan = Plan { snapshot, question, reads: Vec::new() };
    plan.all();
    plan.reads
}

struct Plan<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question,
    reads: Vec<Read>,
}

impl Plan<'_> {
    fn ask(&mut self, operation: Operation, parameters: Value) {
        let read = Read::new(operation, parameters);
        if !self.snapshot.has_asked(&read) && !self.reads.contains(&read) {
            self.reads.push(read);
        }
    }

    fn all(&mut self) {
        let id = self.question.instance.as_str();
        self.ask(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
        self.ask(op::DESCRIBE_INSTANCE_STATUS, json!({ "InstanceIds": [id], "IncludeAllInstances": true }));
        self.ask(op::DESCRIBE_CLUSTERS, json!({ "clusters": [self.question.cluster_name()] }));
        self.entries(self.question.cluster_name());
        for (operation, parameters) in super::host_reads::reads(self.snapshot, self.question) {
            self.ask(operation, parameters);
        }
    }

    /// The entries of the instance in a cluster.
    fn entries(&mut self, cluster: &str) {
        let id = self.question.instance.as_str();
        self.ask(op::LIST_CONTAINER_INSTANCES, json!({ "cluster": cluster, "filter": filter(id) }));
        let Ok(Some(list)) = listed(self.snapshot, cluster, id) else { return };
        for arns in list.container_instance_arns.chunks(MOST_ENTRIES) {
            self.ask(
                op::DESCRIBE_CONTAINER_INSTANCES,
                json!({ "cluster": cluster, "containerInstances": arns, "include": ["CONTAINER_INSTANCE_HEALTH"] }),
            );
        }
    }
}
