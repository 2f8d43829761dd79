//! What a server says first: its identification, something else, or nothing.
//!
//! RFC 4253, section 4.2: the identification is a line of at most 255 characters that begins with `SSH-`; a server may send other lines
//! before it.

use super::connect::outcome_of;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// How long a server may take to say something.
const PATIENCE: Duration = Duration::from_secs(5);
/// After this much silence the probe speaks first: servers of other protocols answer then, and the few SSH servers that wait for it.
const QUIET: Duration = Duration::from_secs(2);
/// What the probe calls itself.
pub(super) const IDENTIFICATION: &str = concat!("SSH-2.0-aws_triage_", env!("CARGO_PKG_VERSION"));
/// Bytes before the identification, at most.
const LONGEST_PREFACE: usize = 8192;
/// Characters of another answer that are kept.
const KEPT: usize = 64;

/// What OpenSSH says on a connection that it drops before its identification: too many others that have not logged in yet, and a source
/// that it holds in penalty (`sshd.c`, `MaxStartups` and `PerSourcePenalties`).
const DROPPED: &[&str] = &["Exceeded MaxStartups", "Not allowed at this time"];

/// What came first on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum First {
    /// The identification of an SSH server.
    Identification {
        /// The line.
        line: String,
        /// Everything that was read, for whoever goes on from here.
        read: Vec<u8>,
        /// Whether the probe had to speak first, so that its identification is on the wire already.
        spoke: bool,
    },
    /// No SSH server: how it ended, and what it said instead.
    Other {
        /// An outcome of a probe.
        outcome: &'static str,
        /// What it said.
        said: String,
        /// What the transport said.
        error: String,
    },
}

/// Reads up to the identification.
pub(super) async fn first<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> First {
    let begin = Instant::now();
    let mut read = Vec::new();
    let mut spoke = false;
    loop {
        if let Some(line) = identification(&read) {
            return First::Identification { line, read, spoke };
        }
        if read.len() > LONGEST_PREFACE {
            return other("not-ssh", &read, "");
        }
        let patience = if spoke { PATIENCE } else { QUIET };
        match timeout_at(begin + patience, stream.read_buf(&mut read)).await {
            Err(_) if !spoke => {
                spoke = true;
                if let Err(error) = stream.write_all(format!("{IDENTIFICATION}\r\n").as_bytes()).await {
                    return other(ended(&read, outcome_of(&error)), &read, &error.to_string());
                }
            }
            Err(_) => return other(ended(&read, "silent"), &read, ""),
            Ok(Ok(0)) => return other(ended(&read, "closed"), &read, ""),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let outcome = if error.kind() == ErrorKind::ConnectionReset { "reset" } else { outcome_of(&error) };
                return other(ended(&read, outcome), &read, &error.to_string());
            }
        }
    }
}

/// How it ended, given what was said before: an answer in other words is no SSH server, but for those of OpenSSH itself.
fn ended(read: &[u8], silent: &'static str) -> &'static str {
    if read.is_empty() {
        silent
    } else if DROPPED.iter().any(|words| printable(read).contains(words)) {
        "closed"
    } else {
        "not-ssh"
    }
}

fn other(outcome: &'static str, read: &[u8], error: &str) -> First {
    First::Other { outcome, said: printable(read), error: error.to_owned() }
}

/// The identification among the lines so far.
fn identification(read: &[u8]) -> Option<String> {
    let whole = read.iter().rposition(|byte| *byte == b'\n')?;
    let lines = read.get(..whole)?.split(|byte| *byte == b'\n');
    let line = lines.into_iter().find(|line| line.starts_with(b"SSH-"))?;
    let text: String = String::from_utf8_lossy(line).chars().filter(|letter| !letter.is_control()).take(255).collect();
    Some(text)
}

/// The printable characters of an answer, as many as are kept.
fn printable(read: &[u8]) -> String {
    let printable = read.iter().filter(|byte| byte.is_ascii_graphic() || **byte == b' ');
    printable.take(KEPT).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    async fn says(bytes: &[u8]) -> First {
        let (mut near, mut far) = duplex(1 << 16);
        far.write_all(bytes).await.unwrap();
        drop(far);
        first(&mut near).await
    }

    fn outcome(first: First) -> (&'static str, String) {
        match first {
            First::Identification { line, .. } => ("identification", line),
            First::Other { outcome, said, .. } => (outcome, said),
        }
    }

    #[tokio::test]
    async fn lines_before_the_identification_are_allowed() {
        let told = says(b"welcome\r\nno entry\r\nSSH-2.0-OpenSSH_9.6\r\n\x00\x00").await;
        let First::Identification { line, read, spoke } = told else { panic!("an SSH server") };
        assert_eq!(line, "SSH-2.0-OpenSSH_9.6");
        assert!(read.ends_with(b"\x00\x00") && !spoke);
    }

    #[tokio::test]
    async fn other_words_are_no_ssh_server() {
        assert_eq!(outcome(says(b"220 mail ready\r\n").await), ("not-ssh", "220 mail ready".to_owned()));
        assert_eq!(outcome(says(b"\x15\x03\x01\x00\x02\x02\x0a").await).0, "not-ssh");
        assert_eq!(outcome(says(&[b'a'; 300]).await).1.len(), 64);
        assert_eq!(outcome(says(b"").await), ("closed", String::new()));
    }

    #[tokio::test]
    async fn what_openssh_says_on_dropping_a_connection_is_its_own_word() {
        let told = outcome(says(b"Exceeded MaxStartups\r\n").await);
        assert_eq!(told, ("closed", "Exceeded MaxStartups".to_owned()));
    }
}
