//! `aws-triage ecs`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::Question;
use checks::diagnosis::SubjectGap;
use checks::snapshot::{Read, Round, Snapshot};
use checks::{ecs, triage};
use clap::Args;

/// The cluster, and the instance that is to be in it; `collect ecs` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Name or ARN of the cluster
    #[arg(long, value_name = "CLUSTER")]
    cluster: String,
    /// Id of the instance, such as i-0123456789abcdef0
    #[arg(long, value_name = "INSTANCE", value_parser = super::ssm::instance_id)]
    instance: String,
    #[command(flatten)]
    connection: Connection,
}

impl Subjects {
    fn questions(&self) -> Vec<ecs::Question> {
        vec![ecs::Question { cluster: self.cluster.clone(), instance: self.instance.clone() }]
    }
}

impl Question for Subjects {
    const COMMAND: &'static str = "ecs";
    const WAVES: usize = 4;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        Round::new(snapshot)
            .with(self.questions().iter().flat_map(|question| ecs::reads(snapshot, question)))
            .into_reads()
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let mut judged = Judged::default();
        for question in self.questions() {
            let outcome = triage::ecs(&facts.snapshot, &question);
            let is_absent = matches!(outcome, Err(SubjectGap::NotFound));
            judged.take(facts, "instance", &question.instance, outcome);
            if let Some(error) = judged.errors.last_mut().filter(|_| is_absent) {
                // What the cluster tells of an instance that is gone.
                for told in ecs::absent(&facts.snapshot, &question) {
                    error.message.push_str("; ");
                    error.message.push_str(&told);
                }
            }
        }
        judged
    }
}
