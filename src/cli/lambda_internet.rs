//! `aws-triage lambda-internet`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::Question;
use crate::error::Error;
use checks::lambda::target::Target;
use checks::reach::Subject;
use checks::snapshot::{Read, Round, Snapshot};
use checks::{lambda, triage};
use clap::Args;

/// The functions, and where they connect to; `collect lambda-internet` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Names or ARNs of the functions, with a version or alias behind a colon where one is meant
    #[arg(required = true, value_name = "FUNCTION")]
    functions: Vec<String>,
    /// An address or a host name to reach; without it, the internet
    #[arg(long, value_name = "IP|HOST")]
    to: Option<String>,
    /// Port to reach
    #[arg(long, value_name = "PORT", default_value_t = 443, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    #[command(flatten)]
    connection: Connection,
}

impl Subjects {
    fn questions(&self) -> Vec<lambda::Question> {
        let question =
            |name: &String| lambda::Question { function: name.clone(), to: self.to.clone(), port: self.port };
        self.functions.iter().map(question).collect()
    }
}

impl Question for Subjects {
    const COMMAND: &'static str = "lambda-internet";
    /// Four waves, and one for prefix lists in the tables of a hub.
    const WAVES: usize = 5;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn checked(&self) -> Result<(), Error> {
        for function in &self.functions {
            checked_function(function)?;
        }
        Target::parse(self.to.as_deref(), "").map_err(Error::usage)?;
        Ok(())
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        Round::new(snapshot)
            .with(self.questions().iter().flat_map(|question| lambda::reads(snapshot, question)))
            .into_reads()
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let mut judged = Judged::default();
        for question in self.questions() {
            let outcome = triage::lambda(&facts.snapshot, &question);
            judged.take(facts, "function", &question.function, outcome);
        }
        judged
    }
}

/// Whether a text is the name or ARN of a function.
pub(super) fn checked_function(function: &str) -> Result<(), Error> {
    let written =
        if function.starts_with("arn:") { function.to_owned() } else { format!("function:{}", plain(function)) };
    match Subject::parse(&written).map_err(Error::usage)? {
        Subject::Function(_) => Ok(()),
        _ => Err(Error::usage(format!("`{function}` is no function"))),
    }
}

/// A function's name out of a partial ARN, `123456789012:function:web`.
fn plain(function: &str) -> &str {
    function.split_once(":function:").map_or(function, |(_, rest)| rest)
}
