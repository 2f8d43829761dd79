//! Facts from AWS.

use super::waves::{self, Wave};
use crate::aws::{Options, Session, SessionError};
use crate::cli::{Connection, Subjects};
use crate::clock;
use crate::error::Error;
use crate::wire::endpoint::region_is_known;
use checks::snapshot::{Header, Outcome, Read, Snapshot, operations as op};
use checks::ssm::{self, Estate, ReadOptions};
use serde_json::json;
use std::io::Write;

/// Facts, and where a subject that is not among them was seen instead.
pub struct Live {
    /// The facts.
    pub snapshot: Snapshot,
    /// Subject and hint.
    pub elsewhere: Vec<(String, String)>,
}

/// Collects the facts of `aws-triage ssm`.
///
/// # Errors
/// There is no session: no credentials, no Region, settings that lead nowhere.
pub(crate) fn ssm(subjects: &Subjects, verbose: bool, quiet: bool) -> Result<Live, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::could_not_run(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(async {
        let session = open(&subjects.connection, None).await?;
        let region = session.region().to_owned();
        let partition = region_is_known(&region).unwrap_or("aws").to_owned();
        let mut snapshot =
            Snapshot::new(Header { region, partition, collected_at: clock::now(), account: String::new() });
        let options = ReadOptions { flow_logs: subjects.flow_logs };
        let plan = |snapshot: &Snapshot| {
            let estate = Estate::new(snapshot);
            let mut reads = Vec::new();
            for read in subjects.instances.iter().flat_map(|id| ssm::reads(&estate, id, options)) {
                if !reads.contains(&read) {
                    reads.push(read);
                }
            }
            reads
        };
        let asked = waves::collect(&session, &mut snapshot, &plan).await;
        let owner =
            snapshot.instances.known().iter().map(|instance| instance.owner_id.clone()).find(|id| !id.is_empty());
        snapshot.header.account = owner.unwrap_or_default();
        if verbose && !quiet {
            tell(&session, &asked, &plan(&snapshot), &snapshot);
        }
        let elsewhere = seen_elsewhere(subjects, &snapshot).await;
        Ok(Live { snapshot, elsewhere })
    })
}

async fn open(connection: &Connection, region: Option<&str>) -> Result<Session, Error> {
    let options = Options {
        region: region.map(str::to_owned).or_else(|| connection.region.clone()),
        profile: connection.profile.clone(),
        endpoint_url: connection.endpoint_url.clone(),
        role_arn: connection.role_arn.clone(),
        external_id: connection.external_id.clone(),
    };
    Session::open(&options).await.map_err(|error| match error {
        SessionError::BadRegion(_)
        | SessionError::NoRegion
        | SessionError::Endpoint(_)
        | SessionError::Configuration(_) => Error::usage(error.to_string()),
        SessionError::NoCredentials(_) | SessionError::ExpiredToken(_) | SessionError::Credentials(_) => {
            Error::could_not_run(error.to_string())
        }
    })
}

/// What was called, for `-v`.
fn tell(session: &Session, waves: &[Wave], left: &[Read], snapshot: &Snapshot) {
    let mut out = std::io::stderr().lock();
    for (number, wave) in waves.iter().enumerate() {
        let _ = writeln!(out, "wave {}: {}", number + 1, wave.actions.join(" "));
    }
    if !left.is_empty() {
        let actions: Vec<&str> = left.iter().map(|read| read.operation.action).collect();
        let _ = writeln!(out, "left to ask: {}", actions.join(" "));
    }
    for read in snapshot.reads() {
        if let Outcome::Error { code, message } = &read.outcome {
            let line = format!("{}:{} gave {code}: {message}", read.service, read.operation);
            let _ = writeln!(out, "{}", reports::escape::terminal(&line));
        }
    }
    let counts = session.counts();
    let _ = writeln!(
        out,
        "{} calls in {} waves ({} requests with pages, {} attempts with retries)",
        counts.operations,
        waves.len(),
        counts.pages,
        counts.attempts
    );
}

/// Looks for instances that were not found in the other Regions that were given.
async fn seen_elsewhere(subjects: &Subjects, snapshot: &Snapshot) -> Vec<(String, String)> {
    let mut hints = Vec::new();
    let missing = subjects.instances.iter().filter(|id| matches!(snapshot.instances.get(id), Ok(None)));
    for id in missing {
        for region in subjects.regions.iter().filter(|region| **region != snapshot.header.region) {
            let Ok(session) = open(&subjects.connection, Some(region)).await else { continue };
            let parameters = json!({ "InstanceIds": [id] });
            if session.call(op::DESCRIBE_INSTANCES.service, op::DESCRIBE_INSTANCES.name, &parameters).await.is_ok() {
                hints.push((id.clone(), format!("it is in `{region}`: run again with --region {region}")));
            }
        }
    }
    hints
}
