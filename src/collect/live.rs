//! Facts from AWS.

use super::wanted::{Live, Wanted};
use super::waves::{self, Wave};
use crate::aws::{Options, Session, SessionError};
use crate::cli::Connection;
use crate::clock;
use crate::error::Error;
use crate::wire::endpoint::region_is_known;
use checks::snapshot::{Header, Outcome, Read, Snapshot, operations as op};
use serde_json::json;
use std::io::Write;

/// Collects facts.
///
/// # Errors
/// There is no session: no credentials, no Region, settings that lead nowhere.
pub(crate) fn facts(wanted: &Wanted<'_>, verbose: bool, quiet: bool) -> Result<Live, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::could_not_run(format!("cannot start the runtime: {error}")))?;
    let live = runtime.block_on(async {
        let session = open(wanted.connection, None).await?;
        let region = session.region().to_owned();
        let partition = region_is_known(&region).unwrap_or("aws").to_owned();
        let mut snapshot =
            Snapshot::new(Header { region, partition, collected_at: clock::now(), account: String::new() });
        let asked = waves::collect(&session, &mut snapshot, wanted.plan, wanted.waves).await;
        snapshot.header.account = super::owner(&snapshot);
        if verbose && !quiet {
            tell(&session, &asked, &(wanted.plan)(&snapshot), &snapshot);
        }
        let elsewhere = seen_elsewhere(wanted, &snapshot).await;
        Ok(Live { snapshot, elsewhere })
    });
    // A look-up of a name that the operating system still works on is not waited for.
    runtime.shutdown_background();
    live
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
async fn seen_elsewhere(wanted: &Wanted<'_>, snapshot: &Snapshot) -> Vec<(String, String)> {
    let mut hints = Vec::new();
    let missing = wanted.instances.iter().filter(|id| matches!(snapshot.instances.get(id), Ok(None)));
    for id in missing {
        for region in wanted.regions.iter().filter(|region| **region != snapshot.header.region) {
            let Ok(session) = open(wanted.connection, Some(region)).await else { continue };
            let parameters = json!({ "InstanceIds": [id] });
            if session.call(op::DESCRIBE_INSTANCES.service, op::DESCRIBE_INSTANCES.name, &parameters).await.is_ok() {
                hints.push((id.clone(), format!("it is in `{region}`: run again with --region {region}")));
            }
        }
    }
    hints
}
