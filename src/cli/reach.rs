//! `aws-triage reach`.

use super::cases;
use super::common::{Connection, Output};
use super::diagnose::{self, Facts, Judged};
use crate::collect::wanted::{Plan, Wanted};
use crate::error::Error;
use crate::exit::Exit;
use checks::diagnosis::{Diagnosis, Verdict};
use checks::net;
use checks::net::Network;
use checks::reach::{self, Answer, Case, Expect, Judge, Problem, Subject, Written};
use clap::{Args, ValueEnum};
use reports::json::cases::{Answered, line};
use std::path::PathBuf;

/// What can stand at an end, for `--help`.
pub(super) const SUBJECTS: &str = "Ends (X and Y):
  i-0123456789abcdef0      the primary interface of an instance
  eni-0123456789abcdef0    an interface
  i-…@10.0.1.7, eni-…@…    one address of it
  function:web, arn:aws:lambda:…:function:web
                           a Lambda function, in each of its subnets; as --from only
  eice-0123456789abcdef0   an EC2 Instance Connect Endpoint; as --from only
  10.0.1.7, 2a05:d018::7   an address, private or public; whose it is follows from the facts
  198.51.100.7@internet    an address outside, whoever has it
  internet                 any address outside
  db.example.com           a host name: of an instance or endpoint, or as this machine resolves it
  web                      every instance whose Name tag begins with it; name:web.prod where it has a dot

Exit codes: as of every command; with --expect 0 if it is met, 1 if not, 3 if that is not known.
What works in part meets no expectation.";

/// Arguments of `reach`.
#[derive(Debug, Args)]
#[command(after_help = SUBJECTS)]
pub(super) struct Arguments {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    output: Output,
    /// Judge recorded facts instead of calling AWS: a snapshot, or a folder of AWS CLI outputs
    #[arg(long, value_name = "FILE|DIR", help_heading = "Facts")]
    snapshot: Option<PathBuf>,
}

/// The question, and where its ends are; `collect reach` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Question {
    /// Where connections start
    #[arg(long, value_name = "X", value_parser = subject, required_unless_present = "cases", requires = "to")]
    from: Option<String>,
    /// Where they lead
    #[arg(long, value_name = "Y", value_parser = subject, requires = "from")]
    to: Option<String>,
    /// Destination port; every port of the protocol when there is none
    #[arg(long, value_name = "N", requires = "from")]
    port: Option<u64>,
    /// tcp, udp, icmp (echo) or a protocol number; tcp when there is none
    #[arg(long, value_name = "PROTOCOL", requires = "from")]
    protocol: Option<String>,
    /// Over IPv6 where both families are possible
    #[arg(long, requires = "from")]
    ipv6: bool,
    /// Tell by the exit code whether it is so
    #[arg(long, value_name = "VERDICT", value_enum, requires = "from")]
    expect: Option<Expectation>,
    /// Answer many questions, one line of JSON for each: a YAML list or one JSON object a line of
    /// {id, from, to, port, protocol, expect, ipv6}; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "port", "protocol", "ipv6", "expect"])]
    cases: Option<PathBuf>,
    #[command(flatten)]
    pub(super) connection: Connection,
    /// Other Regions to look in when an instance is not found, separated by commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "AWS")]
    regions: Vec<String>,
}

/// A verdict that can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Expectation {
    /// Everything passes, there and back.
    Reachable,
    /// Nothing passes.
    Blocked,
}

fn subject(text: &str) -> Result<String, String> {
    Subject::parse(text).map(|_| text.to_owned())
}

/// Four waves, and one for prefix lists in the tables of a hub.
const WAVES: usize = 5;

impl Question {
    /// The cases to answer.
    ///
    /// # Errors
    /// They make no sense, or their file cannot be read.
    pub(super) fn cases(&self) -> Result<Vec<Case>, Error> {
        if let Some(path) = &self.cases {
            return cases::read::<Written>(path);
        }
        let expect = self.expect.map(|expect| match expect {
            Expectation::Reachable => Expect::Reachable,
            Expectation::Blocked => Expect::Blocked,
        });
        let written = Written {
            id: None,
            from: self.from.clone().unwrap_or_default(),
            to: self.to.clone().unwrap_or_default(),
            port: self.port,
            protocol: self.protocol.clone(),
            expect: expect.map(|expect| expect.word().to_owned()),
            ipv6: self.ipv6.then_some(true),
        };
        written.checked().map(|case| vec![case]).map_err(Error::usage)
    }

    pub(super) fn wanted<'a>(&'a self, plan: &'a Plan<'a>, instances: &'a [String]) -> Wanted<'a> {
        Wanted { connection: &self.connection, plan, waves: WAVES, instances, regions: &self.regions }
    }
}

/// The instances among the ends, to look for elsewhere when they are not found.
pub(super) fn instances(cases: &[Case]) -> Vec<String> {
    let ends = cases.iter().flat_map(|case| [&case.from, &case.to]);
    let ids = ends.filter_map(|end| match end {
        Subject::Instance(id) => Some(id.clone()),
        Subject::At(id, _) if id.starts_with("i-") => Some(id.clone()),
        _ => None,
    });
    ids.collect::<std::collections::BTreeSet<String>>().into_iter().collect()
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let cases = arguments.question.cases()?;
    let facts = match &arguments.snapshot {
        Some(path) => diagnose::recorded(path)?,
        None => live(&arguments.question, &cases, &arguments.output)?,
    };
    let network = Network::new(&facts.snapshot);
    let judge = Judge::new(&network);
    match cases.as_slice() {
        [case] if arguments.question.cases.is_none() => one(&facts, &judge, case, &arguments.output),
        _ => all(&facts, &judge, &cases, &arguments.output),
    }
}

fn live(question: &Question, cases: &[Case], output: &Output) -> Result<Facts, Error> {
    let instances = instances(cases);
    diagnose::live(&question.wanted(&|snapshot| reach::reads(snapshot, cases), &instances), output)
}

/// Answers one question with a report.
fn one(facts: &Facts, judge: &Judge<'_>, case: &Case, output: &Output) -> Result<Exit, Error> {
    let mut judged = Judged::default();
    match judge.pairs(case) {
        Ok(pairs) => {
            let diagnosed = pairs.iter().map(|pair| reach::diagnosis(pair, case, judge.answer(pair, case)));
            judged.subjects.extend(diagnosed);
        }
        Err(Problem::Ambiguous(text)) => return Err(Error::usage(text)),
        Err(problem) => judged.errors.push(subject_error(facts, case, &problem)),
    }
    let exit = match case.expect {
        None => judged.exit(output),
        Some(expect) => judged.exit_by(|subject| met(expect, subject)),
    };
    diagnose::report("reach", facts, judged, output)?;
    Ok(exit)
}

/// The error about an end that is not there or not known, with the hints that belong to it.
fn subject_error(facts: &Facts, case: &Case, problem: &Problem) -> checks::report::SubjectError {
    let message = match problem {
        Problem::NotFound(_) => format!("{problem} in {}", facts.place()),
        Problem::NotReadable(..) | Problem::Ambiguous(_) => problem.to_string(),
    };
    let hinted = facts.hints.iter().map(|(subject, _)| subject).find(|subject| message.contains(subject.as_str()));
    let mut error = facts.error(hinted.map_or("", String::as_str), message);
    error.subject = case.name();
    error
}

fn met(expect: Expect, subject: &Diagnosis) -> Exit {
    let verdict = match subject.verdict {
        Verdict::Healthy => net::Verdict::Reachable,
        Verdict::Broken => net::Verdict::Blocked,
        Verdict::Degraded => net::Verdict::Degraded,
        Verdict::Inconclusive => net::Verdict::Unknown,
    };
    exit_of(expect.is_met(verdict))
}

fn exit_of(is_met: Option<bool>) -> Exit {
    match is_met {
        Some(true) => Exit::Healthy,
        Some(false) => Exit::Findings,
        None => Exit::Inconclusive,
    }
}

/// Answers many questions with a line for each.
fn all(facts: &Facts, judge: &Judge<'_>, cases: &[Case], output: &Output) -> Result<Exit, Error> {
    let mut text = String::new();
    let mut exit = Exit::Healthy;
    for case in cases {
        let (written, own) = match judge.pairs(case) {
            Ok(pairs) => {
                let answers: Vec<Answer> = pairs.iter().map(|pair| judge.answer(pair, case)).collect();
                answered(case, &answers)
            }
            Err(problem) => unanswered(facts, case, &problem),
        };
        text.push_str(&written);
        exit = exit.min(own);
    }
    diagnose::write(&text, output)?;
    Ok(exit)
}

fn answered(case: &Case, answers: &[Answer]) -> (String, Exit) {
    let verdict = reach::verdict_over(answers.iter().map(|answer| answer.verdict));
    let mut missing: Vec<String> = answers.iter().flat_map(|answer| &answer.gaps).map(|gap| gap.missing()).collect();
    missing.sort();
    missing.dedup();
    let blockers = answers.iter().flat_map(|answer| &answer.blockers).collect();
    let answered = Answered { id: case.name(), verdict, blockers, expect: case.expect, missing, error: None };
    let exit = case.expect.map_or(Exit::Healthy, |expect| exit_of(expect.is_met(verdict)));
    (line(&answered), exit)
}

/// A question whose ends are not there, or not clear.
fn unanswered(facts: &Facts, case: &Case, problem: &Problem) -> (String, Exit) {
    let answered = Answered {
        id: case.name(),
        verdict: net::Verdict::Unknown,
        blockers: Vec::new(),
        expect: case.expect,
        missing: Vec::new(),
        error: Some(subject_error(facts, case, problem).message),
    };
    let exit = if matches!(problem, Problem::Ambiguous(_)) { Exit::Usage } else { Exit::CouldNotRun };
    (line(&answered), exit)
}
