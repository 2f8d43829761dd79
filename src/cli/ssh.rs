//! `aws-triage ssh`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::Question;
use crate::error::Error;
use checks::snapshot::{Read, Round, Snapshot};
use checks::{ssh, triage};
use clap::Args;
use std::fs::File;
use std::net::IpAddr;
use std::path::PathBuf;

/// The instances, and how they are reached; `collect ssh` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Ids of the instances, such as i-0123456789abcdef0
    #[arg(required = true, value_name = "INSTANCE", value_parser = super::ssm::instance_id)]
    instances: Vec<String>,
    /// Where connections come from: an address, a block, the id of an EC2 Instance Connect Endpoint (the way is then its tunnel), or
    /// `internet`; without it the public address of this machine counts
    #[arg(long, value_name = "SOURCE", value_parser = ssh::Origin::parse)]
    from: Option<ssh::Origin>,
    /// Port of the SSH server
    #[arg(long, value_name = "PORT", default_value_t = 22, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// User that logs in, such as ec2-user
    #[arg(long, value_name = "NAME", value_parser = user_name)]
    user: Option<String>,
    /// Name or address that is connected to: tries it from this machine, and looks at this machine's SSH client and known hosts
    #[arg(long, value_name = "HOST", value_parser = host)]
    probe: Option<String>,
    /// Private key to look at, and to log in with when --probe is given; it never leaves this machine
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// A user name that a command line of SSH takes as one.
fn user_name(text: &str) -> Result<String, String> {
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '@';
    if text.is_empty() || text.starts_with('-') || text.contains(is_odd) {
        return Err("expected a user name such as `ec2-user`".to_owned());
    }
    Ok(text.to_owned())
}

/// A host name or an address; the port has an option of its own.
fn host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let is_host = !bare.is_empty() && !bare.starts_with('-') && bare.chars().all(is_name);
    if is_host || bare.parse::<IpAddr>().is_ok() {
        return Ok(bare.to_owned());
    }
    Err("expected a host name or an address, without user and port (see --user and --port)".to_owned())
}

impl Subjects {
    fn questions(&self) -> Vec<ssh::Question> {
        let key_file = self.key_file.as_ref().map(|path| path.to_string_lossy().into_owned());
        let question = |id: &String| ssh::Question {
            port: self.port,
            from: self.from.clone(),
            user: self.user.clone(),
            probe: self.probe.clone(),
            key_file: key_file.clone(),
            ..ssh::Question::about(id)
        };
        self.instances.iter().map(question).collect()
    }
}

impl Question for Subjects {
    const COMMAND: &'static str = "ssh";
    const WAVES: usize = 4;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn checked(&self) -> Result<(), Error> {
        if self.probe.is_some() && self.instances.len() > 1 {
            return Err(Error::usage("--probe names the host of one instance, and several are given")
                .hint("run once for each instance"));
        }
        if let Some(path) = &self.key_file
            && let Err(error) = File::open(path)
        {
            return Err(Error::usage(format!("cannot read the key file `{}`: {error}", path.display())));
        }
        Ok(())
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        Round::new(snapshot)
            .with(self.questions().iter().flat_map(|question| ssh::reads(snapshot, question)))
            .into_reads()
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let mut judged = Judged::default();
        for question in self.questions() {
            let outcome = triage::ssh(&facts.snapshot, &question);
            judged.take(facts, "instance", &question.instance, outcome);
        }
        judged
    }
}
