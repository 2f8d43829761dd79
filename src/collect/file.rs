//! Reads and writes snapshots, and reads folders of AWS CLI outputs.

use super::redact;
use crate::error::Error;
use checks::snapshot::{Header, Snapshot, facts_of_file};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A folder deeper than this is not one of CLI outputs.
const MAX_DEPTH: usize = 8;
/// A folder with more files than this is not one of CLI outputs.
const MAX_FILES: usize = 20_000;
/// A file larger than this is not read.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Facts from a snapshot document, or from a folder of AWS CLI outputs.
///
/// # Errors
/// The path cannot be read, or holds something else; with file, line and what was expected.
pub fn read(path: &Path) -> Result<Snapshot, Error> {
    if path.is_dir() {
        return folder(path);
    }
    let text = text_of(path)?;
    Snapshot::from_json(&text).map_err(|error| Error::usage(format!("`{}`, {error}", path.display())))
}

/// Writes a text, the whole of it or nothing.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|error| Error::usage(format!("cannot write `{}`: {error}", path.display())))
}

/// Writes a text that only its owner may read: a snapshot shows how an account is built.
///
/// # Errors
/// The file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::usage(format!("cannot write `{}`: {error}", path.display())))
}

fn text_of(path: &Path) -> Result<String, Error> {
    let failed = |error: std::io::Error| Error::usage(format!("cannot read `{}`: {error}", path.display()));
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > MAX_BYTES {
        return Err(Error::usage(format!("`{}` is too large for a file of facts: {length} bytes", path.display())));
    }
    let bytes = fs::read(path).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| Error::usage(format!("`{}` is not UTF-8 text", path.display())))
}

/// Every JSON file below a folder, in the order of their paths. A type that no file holds is a missing fact.
fn folder(path: &Path) -> Result<Snapshot, Error> {
    let mut files = Vec::new();
    json_files(path, 0, &mut files)?;
    files.sort();
    let mut snapshot = Snapshot::new(Header::default());
    let mut newest: Option<SystemTime> = None;
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let wrong = |error: String| Error::usage(format!("`{}`, {error}", file.display()));
        let facts = facts_of_file(&name, &text_of(file)?).map_err(|error| wrong(error.to_string()))?;
        if facts.reads.is_empty() {
            continue;
        }
        newest = newest.max(fs::metadata(file).and_then(|metadata| metadata.modified()).ok());
        for read in facts.reads {
            snapshot.record(redact::recorded(read)).map_err(|error| wrong(error.to_string()))?;
        }
    }
    if snapshot.reads().is_empty() {
        return Err(Error::usage(format!("`{}` holds no output of the AWS CLI that this tool knows", path.display()))
            .hint("expected files such as describe-instances.json or Reservations.json"));
    }
    snapshot.header = header_of(&snapshot, newest);
    Ok(snapshot)
}

fn json_files(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::usage(format!("cannot read folder `{}`: {error}", path.display()));
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            if depth < MAX_DEPTH {
                json_files(&entry.path(), depth + 1, files)?;
            }
        } else if entry.path().extension().is_some_and(|extension| extension == "json") {
            files.push(entry.path());
            if files.len() > MAX_FILES {
                return Err(Error::usage(format!("`{}` holds more than {MAX_FILES} JSON files", path.display())));
            }
        }
    }
    Ok(())
}

/// What plain outputs tell of their account, Region and time.
fn header_of(snapshot: &Snapshot, newest: Option<SystemTime>) -> Header {
    let account = snapshot.instances.known().iter().map(|instance| instance.owner_id.clone()).find(|id| !id.is_empty());
    let of_subnets = snapshot.subnets.known().iter().map(|subnet| subnet.availability_zone.as_str());
    let of_instances = snapshot.instances.known().iter().map(|instance| instance.placement.availability_zone.as_str());
    let region = of_instances.chain(of_subnets).find_map(region_of_zone).unwrap_or_default().to_owned();
    let collected_at = newest.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let collected_at = collected_at.and_then(|time| time.round(jiff::Unit::Second).ok());
    Header {
        account: account.unwrap_or_default(),
        partition: partition_of(&region).to_owned(),
        region,
        collected_at: collected_at.map(|time| time.to_string()).unwrap_or_default(),
    }
}

/// `eu-west-1a` lies in `eu-west-1`; the zones of Local Zones and Wavelength carry more behind the Region.
fn region_of_zone(zone: &str) -> Option<&str> {
    let digit = zone.find(|letter: char| letter.is_ascii_digit())?;
    let rest = zone.get(digit..)?;
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    zone.get(..digit + digits)
}

/// The partition of a Region by the Region's name.
pub(crate) fn partition_of(region: &str) -> &'static str {
    crate::wire::endpoint::region_is_known(region).unwrap_or(if region.is_empty() { "" } else { "aws" })
}

#[cfg(test)]
mod tests {
    use super::region_of_zone;

    #[test]
    fn regions_are_told_from_zones() {
        assert_eq!(region_of_zone("eu-west-1a"), Some("eu-west-1"));
        assert_eq!(region_of_zone("us-west-2-lax-1b"), Some("us-west-2"));
        assert_eq!(region_of_zone("ap-southeast-10b"), Some("ap-southeast-10"));
        assert_eq!(region_of_zone("nowhere"), None);
    }
}
