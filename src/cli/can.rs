//! `aws-triage can`.

use super::cases;
use super::common::{Connection, Output};
use super::diagnose::{self, Facts, Judged};
use crate::collect::wanted::Wanted;
use crate::error::Error;
use crate::exit::Exit;
use checks::can::{self, Case, Question, Written};
use checks::diagnosis::Verdict;
use checks::finding::Severity;
use clap::Args;
use reports::json::decided::{Decided, line};
use std::path::PathBuf;

/// What can be asked, for `--help`.
pub(super) const WORDS: &str = "PRINCIPAL: the ARN of a role, a session of a role, a user or an account's root; a service principal such as
s3.amazonaws.com; or anonymous. Policies of the account that reads are read; what another account has is not known.

RESOURCE: an ARN; none for an action without resource types. The policy of a bucket, function, queue, topic, key or assumed role is read.
The principal itself makes the request, over TLS. It passes no VPC endpoint, unless --context aws:SourceVpce=vpce-… names one, whose policy then counts.
--context aws:ResourceAccount=… tells whose a bucket is.

Exit codes: 0 allowed, 1 denied, 3 not known; with --cases 0 if every `expected` is met, 1 if one is not, 3 if one is not known.";

/// Arguments of `can`.
#[derive(Debug, Args)]
#[command(after_help = WORDS)]
pub(super) struct Arguments {
    #[command(flatten)]
    words: Words,
    /// Decide many requests, one line of JSON for each: one JSON object a line with the request, every policy that takes part in it, and
    /// what is expected; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["principal", "snapshot"])]
    cases: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// Judge recorded facts instead of calling AWS: a snapshot, or a folder of AWS CLI outputs
    #[arg(long, value_name = "FILE|DIR", help_heading = "Facts")]
    snapshot: Option<PathBuf>,
}

/// The question, and where the policies are; `collect can` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Words {
    /// Who calls
    #[arg(value_name = "PRINCIPAL", requires = "action")]
    principal: Option<String>,
    /// What is called, such as s3:GetObject
    #[arg(value_name = "ACTION")]
    action: Option<String>,
    /// What it is about
    #[arg(value_name = "RESOURCE")]
    resource: Option<String>,
    /// A condition key of the request with its value; several values are given one by one
    #[arg(long, value_name = "KEY=VALUE", requires = "principal")]
    context: Vec<String>,
    #[command(flatten)]
    connection: Connection,
}

/// Three waves, and one for each level of an organization above the account.
pub(super) const WAVES: usize = 12;

impl Words {
    /// The question.
    ///
    /// # Errors
    /// It makes no sense.
    pub(super) fn question(&self) -> Result<Question, Error> {
        let (Some(principal), Some(action)) = (&self.principal, &self.action) else {
            return Err(Error::usage("expected PRINCIPAL and ACTION").hint("`aws-triage can --help` shows both"));
        };
        Question::parse(principal, action, self.resource.as_deref(), &self.context).map_err(Error::usage)
    }

    /// Where to read: in the Region of the resource, where its ARN names one.
    pub(super) fn connection(&self) -> Connection {
        let of_resource = self.resource.as_deref().and_then(|arn| arn.split(':').nth(3));
        let region = of_resource.filter(|region| !region.is_empty()).map(str::to_owned);
        Connection { region: region.or_else(|| self.connection.region.clone()), ..self.connection.clone() }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    if let Some(path) = &arguments.cases {
        return all(&cases::read::<Written>(path)?, &arguments.output);
    }
    let question = arguments.words.question()?;
    let facts = match &arguments.snapshot {
        Some(path) => diagnose::recorded(path)?,
        None => live(&arguments.words, &question, &arguments.output)?,
    };
    one(&facts, &question, &arguments.output)
}

fn live(words: &Words, question: &Question, output: &Output) -> Result<Facts, Error> {
    let connection = words.connection();
    let plan = |snapshot: &checks::snapshot::Snapshot| can::reads(snapshot, question);
    diagnose::live(&Wanted { connection: &connection, plan: &plan, waves: WAVES, instances: &[], regions: &[] }, output)
}

/// Answers one question with a report.
fn one(facts: &Facts, question: &Question, output: &Output) -> Result<Exit, Error> {
    let mut judged = Judged::default();
    match can::decide(&facts.snapshot, question) {
        Ok(answer) => judged.subjects.push(can::diagnosis(question, answer)),
        Err(message) => judged.errors.push(facts.error(&question.name(), message)),
    }
    let exit = judged.exit_by(|subject| match subject.verdict {
        Verdict::Healthy => Exit::Healthy,
        Verdict::Broken if output.fail_on.counts(Severity::Blocker) => Exit::Findings,
        Verdict::Broken => Exit::Healthy,
        Verdict::Degraded | Verdict::Inconclusive => Exit::Inconclusive,
    });
    diagnose::report("can", facts, judged, output)?;
    Ok(exit)
}

/// Decides many requests with a line for each.
fn all(cases: &[Case], output: &Output) -> Result<Exit, Error> {
    let mut text = String::new();
    let mut exit = Exit::Healthy;
    for case in cases {
        let decision = case.decide();
        let own = match case.expected.map(|expected| expected.is_met(decision.verdict)) {
            None | Some(Some(true)) => Exit::Healthy,
            Some(Some(false)) => Exit::Findings,
            Some(None) => Exit::Inconclusive,
        };
        text.push_str(&line(&Decided { id: case.name(), decision: &decision, expected: case.expected }));
        exit = exit.min(own);
    }
    diagnose::write(&text, output)?;
    Ok(exit)
}
