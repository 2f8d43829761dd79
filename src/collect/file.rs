//! Reads and writes snapshots, and reads folders of AWS CLI outputs.

use super::redact;
use crate::error::Error;
use checks::snapshot::{Header, Snapshot, facts_of_file};
use std::fs;
use std::io::{self, Write};
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

/// Writes a text, the whole of it or nothing: an earlier file stays until the new one is complete.
///
/// What is no regular file, such as `/dev/stdout`, is written as it is.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    replace(path, text, false)
}

/// Writes a text that only its owner may read, as [`write()`] does: a snapshot shows how an account is built.
///
/// # Errors
/// The file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    replace(path, text, true)
}

fn replace(path: &Path, text: &str, is_private: bool) -> Result<(), Error> {
    let written = match target_of(path) {
        Ok(Some(target)) => replace_file(&target, text, is_private),
        // Standard output may lead to a file that already holds something: nothing of it is overwritten.
        Ok(None) => fs::OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(text.as_bytes())),
        Err(error) => Err(error),
    };
    written.map_err(|error| Error::usage(format!("cannot write `{}`: {error}", path.display())))
}

/// The regular file to replace, behind symbolic links or still to be made; none for anything else.
fn target_of(path: &Path) -> io::Result<Option<PathBuf>> {
    // These lead to what the process has open, which a new file beside it would not reach.
    let is_stream = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|stream| path.starts_with(stream));
    if is_stream {
        return Ok(None);
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => fs::canonicalize(path).map(Some),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(path.to_owned())),
        Err(error) => Err(error),
    }
}

/// Writes a new file beside the target and puts it in its place.
fn replace_file(target: &Path, text: &str, is_private: bool) -> io::Result<()> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(&beside)?;
    let written = (|| {
        if !is_private && let Ok(earlier) = fs::metadata(target) {
            file.set_permissions(earlier.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, target)
    })();
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
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
    let of_subnets = snapshot.subnets.known().iter().map(|subnet| subnet.availability_zone.as_str());
    let of_instances = snapshot.instances.known().iter().map(|instance| instance.placement.availability_zone.as_str());
    let region = of_instances.chain(of_subnets).find_map(region_of_zone).unwrap_or_default().to_owned();
    let collected_at = newest.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let collected_at = collected_at.and_then(|time| time.round(jiff::Unit::Second).ok());
    Header {
        account: super::owner(snapshot),
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
    use super::{read, region_of_zone, write, write_private};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// An empty folder that is gone after the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("aws-triage-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(&self.0)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn regions_are_told_from_zones() {
        assert_eq!(region_of_zone("eu-west-1a"), Some("eu-west-1"));
        assert_eq!(region_of_zone("us-west-2-lax-1b"), Some("us-west-2"));
        assert_eq!(region_of_zone("ap-southeast-10b"), Some("ap-southeast-10"));
        assert_eq!(region_of_zone("nowhere"), None);
    }

    #[test]
    fn a_folder_gives_policies_by_name_and_metrics_by_instance() {
        let folder = Folder::new("folder");
        folder.file(
            "get-policy-version.my.Policy.json",
            r#"{"PolicyVersion": {"VersionId": "v3", "Document": {"Statement": []}}}"#,
        );
        folder.file(
            "get-metric-statistics.CPUCreditBalance.i-0abc1234.json",
            r#"{"Label": "CPUCreditBalance", "Datapoints": [{"Timestamp": "2024-01-01T00:00:00Z", "Maximum": 0.0}]}"#,
        );
        folder.file("describe-subnets.json", r#"{"Subnets": [{"SubnetId": "subnet-1"}], "NextToken": "a"}"#);
        let snapshot = read(&folder.0).unwrap();
        let version = snapshot.policy_versions.get("arn:aws:iam::123456789012:policy/team/my.Policy").unwrap();
        assert_eq!(version.unwrap().version_id, "v3");
        assert!(snapshot.policy_versions.get("arn:aws:iam::123456789012:policy/other").is_err());
        assert!(snapshot.metrics.get("CPUCreditBalance/i-0abc1234").unwrap().unwrap().is_used_up());
        assert!(snapshot.metrics.get("CPUCreditBalance/i-0abc1235").is_err());
        assert!(snapshot.subnets.get("subnet-1").unwrap().is_some() && snapshot.subnets.get("subnet-2").is_err());
    }

    #[cfg(unix)]
    fn mode_of(path: &Path) -> u32 {
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
    }

    #[cfg(unix)]
    #[test]
    fn files_are_replaced_as_a_whole() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("replace");
        let path = folder.file("facts.json", "a longer text than the new one");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let mut earlier = fs::File::open(&path).unwrap();
        write_private(&path, "new").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode_of(&path)), ("new", 0o600));
        let mut kept = String::new();
        std::io::Read::read_to_string(&mut earlier, &mut kept).unwrap();
        assert_eq!(kept, "a longer text than the new one", "the earlier file was never cut");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write(&path, "newer").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode_of(&path)), ("newer", 0o640));

        let link = folder.0.join("link.json");
        std::os::unix::fs::symlink("facts.json", &link).unwrap();
        write(&link, "through").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "through");
        write_private(&folder.0.join("fresh.json"), "fresh").unwrap();
        assert_eq!(mode_of(&folder.0.join("fresh.json")), 0o600);
        assert_eq!(folder.names(), ["facts.json", "fresh.json", "link.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_written_leaves_nothing_and_streams_are_written_directly() {
        let folder = Folder::new("failure");
        assert!(write(&folder.0.join("missing/report.txt"), "text").is_err());
        assert!(write_private(&folder.0, "text").is_err(), "a folder is no file");
        assert_eq!(folder.names(), Vec::<String>::new());
        write(Path::new("/dev/null"), "text").unwrap();
        write_private(Path::new("/dev/null"), "text").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
