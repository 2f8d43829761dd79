//! `aws-triage ssh`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::{Question, together};
use checks::diagnosis::SubjectGap;
use checks::snapshot::{Read, Snapshot};
use checks::{ssh, triage};
use clap::Args;

/// The instances, and how they are reached; `collect ssh` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Ids of the instances, such as i-0123456789abcdef0
    #[arg(required = true, value_name = "INSTANCE", value_parser = super::ssm::instance_id)]
    instances: Vec<String>,
    /// Where connections come from: an address, a block, or `internet`; without it the public address of this machine counts
    #[arg(long, value_name = "CIDR", value_parser = ssh::Origin::parse)]
    from: Option<ssh::Origin>,
    /// Port of the SSH server
    #[arg(long, value_name = "PORT", default_value_t = 22, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    #[command(flatten)]
    connection: Connection,
}

impl Subjects {
    fn questions(&self) -> Vec<ssh::Question> {
        let question = |id: &String| ssh::Question { port: self.port, from: self.from, ..ssh::Question::about(id) };
        self.instances.iter().map(question).collect()
    }
}

impl Question for Subjects {
    const COMMAND: &'static str = "ssh";
    const WAVES: usize = 4;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        together(self.questions().iter().flat_map(|question| ssh::reads(snapshot, question)))
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let mut judged = Judged::default();
        for question in self.questions() {
            match triage::ssh(&facts.snapshot, &question) {
                Ok(diagnosis) => judged.subjects.push(diagnosis),
                Err(gap) => {
                    let message = match gap {
                        SubjectGap::NotFound => {
                            format!("instance `{}` not found in {}", question.instance, facts.place())
                        }
                        SubjectGap::NotReadable(gap) => {
                            format!("the facts of instance `{}` could not be read: {gap}", question.instance)
                        }
                    };
                    judged.errors.push(facts.error(&question.instance, message));
                }
            }
        }
        judged
    }
}
