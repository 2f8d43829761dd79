//! `aws-triage s3-event`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::lambda_internet::checked_function;
use super::question::Question;
use crate::error::Error;
use crate::wire::names::nearest;
use checks::snapshot::{Read, Round, Snapshot};
use checks::{s3, triage};
use clap::Args;

/// The bucket, and what is to happen at which event; `collect s3-event` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Name or ARN of the bucket
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
        let bucket = s3::bucket_name(&self.bucket).unwrap_or(&self.bucket);
        vec![s3::Question {
            bucket: bucket.to_owned(),
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

    fn checked(&self) -> Result<(), Error> {
        s3::bucket_name(&self.bucket).map_err(Error::usage)?;
        self.function.as_deref().map_or(Ok(()), checked_function)?;
        self.event.as_deref().map_or(Ok(()), checked_event)
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        Round::new(snapshot)
            .with(self.questions().iter().flat_map(|question| s3::reads(snapshot, question)))
            .into_reads()
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

/// Whether entries can list an event.
fn checked_event(event: &str) -> Result<(), Error> {
    let asked = s3::event::normal(event);
    if s3::event::listable().any(|known| known == asked) {
        return Ok(());
    }
    let error = Error::usage(format!("`{event}` is no event of S3"));
    if let Some(near) = nearest(&asked, s3::event::listable()) {
        return Err(error.hint(format!("did you mean `{near}`?")));
    }
    // A pattern that S3 does not take, or the group alone.
    let group = asked.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
    let of_group: Vec<&str> = s3::event::listable().filter(|known| known.starts_with(&format!("{group}:"))).collect();
    let known = if of_group.is_empty() { s3::event::listable().collect() } else { of_group };
    Err(error.hint(format!("events are {}", known.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use clap::Parser;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        subjects: Subjects,
    }

    fn subjects(words: &[&str]) -> Subjects {
        Words::try_parse_from(["s3-event"].iter().chain(words)).unwrap().subjects
    }

    fn refused(words: &[&str]) -> Error {
        let error = subjects(words).checked().unwrap_err();
        assert_eq!(error.exit, Exit::Usage, "{error}");
        error
    }

    #[test]
    fn events_are_those_that_entries_list() {
        for event in ["s3:ObjectCreated:Put", "ObjectCreated:*", "s3:LifecycleTransition", "s3:Replication:*"] {
            assert_eq!(subjects(&["--bucket", "photos", "--event", event]).checked(), Ok(()), "{event}");
        }
        for (event, near) in [
            ("s3:ObjectCreate:Put", "`s3:ObjectCreated:Put`"),
            ("objectcreated:put", "`s3:ObjectCreated:Put`"),
            ("s3:ObjectCreated:MultipartUpload", "s3:ObjectCreated:CompleteMultipartUpload"),
            ("s3:ObjectAcl:*", "`s3:ObjectAcl:Put`"),
            ("Object Created", "s3:ObjectCreated:*"),
            ("PutObject", "s3:ObjectCreated:Put"),
            ("s3:*", "s3:ObjectCreated:Put"),
        ] {
            let error = refused(&["--bucket", "photos", "--event", event]);
            assert!(error.hints[0].contains(near), "{event}: {error}");
        }
    }

    #[test]
    fn buckets_go_by_name_or_arn() {
        for bucket in ["photos", "arn:aws:s3:::photos"] {
            let subjects = subjects(&["--bucket", bucket]);
            assert_eq!(subjects.checked(), Ok(()));
            assert_eq!(subjects.questions()[0].bucket, "photos");
        }
        for bucket in ["s3://photos", "arn:aws:s3:::photos/a.jpg", "my photos", ""] {
            refused(&["--bucket", bucket]);
        }
    }

    #[test]
    fn functions_go_by_name_or_arn() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs:live";
        for function in ["thumbs", "thumbs:live", "thumbs:$LATEST", "123456789012:function:thumbs:3", arn] {
            assert_eq!(subjects(&["--bucket", "photos", "--function", function]).checked(), Ok(()), "{function}");
        }
        for function in ["", "my function", "arn:aws:sqs:eu-west-1:123456789012:uploads", "arn:aws:lambda:eu-west-1"] {
            refused(&["--bucket", "photos", "--function", function]);
        }
    }
}
