//! `aws-triage s3-event`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::{Question, together};
use checks::snapshot::{Read, Snapshot};
use checks::{s3, triage};
use clap::Args;

/// The bucket, and what is to happen at which event; `collect s3-event` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Name of the bucket
    #[arg(long, value_name = "BUCKET")]
    bucket: String,
    /// The function that is to be called: name or ARN, with a version or alias behind a colon where one is meant
    #[arg(long, value_name = "FUNCTION")]
    function: Option<String>,
    /// The event, such as s3:ObjectCreated:Put
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// The key of the object
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

impl Subjects {
    fn questions(&self) -> Vec<s3::Question> {
        vec![s3::Question {
            bucket: self.bucket.clone(),
            function: self.function.clone(),
            event: self.event.clone(),
            key: self.key.clone(),
        }]
    }
}

impl Question for Subjects {
    const COMMAND: &'static str = "s3-event";
    const WAVES: usize = 4;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        together(self.questions().iter().flat_map(|question| s3::reads(snapshot, question)))
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let mut judged = Judged::default();
        for question in self.questions() {
            let outcome = triage::s3(&facts.snapshot, &question);
            judged.take(facts, "bucket", &question.bucket, outcome);
        }
        judged
    }
}
