//! Signs of trouble in the text that an instance writes to its serial console.

/// A sign in a console text: which kind, and the line that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign<'a> {
    /// The kind.
    pub kind: SignKind,
    /// The line from the first word of the sign on, at most 300 characters: what stands before is the affair of who wrote it.
    pub line: &'a str,
}

/// What a line of a console text is a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignKind {
    /// The kernel stopped.
    KernelPanic,
    /// systemd gave up and asks for a root password.
    EmergencyMode,
    /// A mount or another unit that boot depends on failed.
    DependencyFailed,
    /// The root file system was not found.
    RootDeviceMissing,
    /// The kernel killed a process for want of memory.
    OutOfMemory,
    /// A task stands still for minutes: disk or CPU starved.
    TaskBlocked,
    /// A file system is full.
    DiskFull,
    /// SSM Agent started and wrote its version.
    AgentStarted,
    /// SSM Agent gave up for a while after refusals.
    AgentHibernates,
    /// SSM Agent found another machine's fingerprint in its vault.
    AgentFingerprint,
    /// SSM Agent still carries a hybrid registration.
    AgentStaleRegistration,
    /// Requests are refused because the clock is wrong.
    ClockSkew,
    /// A certificate was not trusted.
    TlsUntrusted,
    /// The metadata service did not answer.
    MetadataUnreachable,
    /// No network: no route or no address.
    NetworkUnreachable,
    /// cloud-init failed to run a script of the user data.
    UserDataFailed,
    /// cloud-init found no source of data and used none.
    NoDatasource,
    /// cloud-init is through with this boot.
    CloudInitFinished,
    /// systemd started the service of ECS's agent.
    EcsAgentStarted,
    /// systemd failed to start the service of ECS's agent.
    EcsAgentFailed,
    /// systemd failed to start Docker.
    DockerFailed,
    /// cloud-init wrote the fingerprint of a host key.
    HostKey,
    /// systemd got as far as a log-in prompt.
    LoginPrompt,
    /// systemd started the SSH server, or listens in its place.
    SshStarted,
    /// systemd failed to start the SSH server.
    SshFailed,
    /// The SSH server refuses its configuration.
    SshConfigInvalid,
    /// The SSH server has no host keys.
    SshHostKeysMissing,
    /// The SSH server lacks the directory or user of its separated processes.
    SshPrivsepMissing,
    /// cloud-init found no authorized key of the default user.
    KeysNotInjected,
    /// SELinux denied something to the SSH server.
    SelinuxDenied,
    /// systemd let users log in.
    UserSessionsOpen,
    /// systemd failed to let users log in.
    UserSessionsClosed,
    /// systemd waits for a unit.
    JobRunning,
    /// An interface is not there or got no address.
    NetworkNotConfigured,
}

/// Words that a line must hold, all of them, without regard to case; the first entry that fits decides.
///
/// The agent's own lines are those of its published sources: its version on the serial port at start, the entry into hibernation, and
/// the comparison of the machine with the saved one.
const SIGNS: &[(SignKind, &[&str])] = &[
    (SignKind::KernelPanic, &["kernel panic"]),
    (SignKind::EmergencyMode, &["you are in emergency mode"]),
    (SignKind::EmergencyMode, &["give root password for maintenance"]),
    (SignKind::EmergencyMode, &["reached target emergency mode"]),
    (SignKind::EmergencyMode, &["started emergency shell"]),
    (SignKind::DependencyFailed, &["dependency failed for"]),
    (SignKind::DependencyFailed, &["timed out waiting for device"]),
    (SignKind::RootDeviceMissing, &["cannot open root device"]),
    (SignKind::RootDeviceMissing, &["unable to mount root fs"]),
    (SignKind::RootDeviceMissing, &["alert!", "does not exist", "dropping to a shell"]),
    (SignKind::OutOfMemory, &["out of memory:", "kill"]),
    (SignKind::OutOfMemory, &["oom-kill:"]),
    (SignKind::TaskBlocked, &["blocked for more than", "seconds"]),
    (SignKind::DiskFull, &["no space left on device"]),
    (SignKind::AgentHibernates, &["entering ssm agent hibernate"]),
    (SignKind::AgentHibernates, &["entering ssm agent worker hibernate"]),
    (SignKind::AgentHibernates, &["agent is in hibernate mode"]),
    (SignKind::AgentFingerprint, &["cannot connect to aws systems manager", "hardware id", "has changed"]),
    (SignKind::AgentFingerprint, &["machine configuration has changed more than the allowed threshold"]),
    (SignKind::AgentFingerprint, &["machinefingerprintdoesnotmatch"]),
    (SignKind::AgentStaleRegistration, &["not existing instanceid mi-"]),
    (SignKind::ClockSkew, &["signature expired"]),
    (SignKind::ClockSkew, &["signature not yet current"]),
    (SignKind::TlsUntrusted, &["x509:", "certificate signed by unknown authority"]),
    (SignKind::MetadataUnreachable, &["ec2metadata", "failed"]),
    (SignKind::MetadataUnreachable, &["giving up on md"]),
    (SignKind::MetadataUnreachable, &["giving up on waiting for the metadata"]),
    (SignKind::MetadataUnreachable, &["169.254.169.254", "timed out"]),
    (SignKind::NetworkUnreachable, &["network is unreachable"]),
    (SignKind::AgentStarted, &["amazon ssm agent v"]),
    (SignKind::AgentStarted, &["amazon-ssm-agent", "version"]),
    // cloud-init's own lines: `cc_scripts_user.py`, `subp.py`, its final message.
    (SignKind::UserDataFailed, &["failed to run module scripts"]),
    (SignKind::UserDataFailed, &["failed running /var/lib/cloud/instance/scripts"]),
    (SignKind::UserDataFailed, &["running module scripts", "failed"]),
    (SignKind::NoDatasource, &["datasource datasourcenone"]),
    (SignKind::NoDatasource, &["used fallback datasource"]),
    (SignKind::CloudInitFinished, &["cloud-init v", "finished at"]),
    (SignKind::EcsAgentStarted, &["started amazon elastic container service"]),
    (SignKind::EcsAgentFailed, &["failed to start amazon elastic container service"]),
    (SignKind::DockerFailed, &["failed to start docker application container engine"]),
    // systemd's words with the descriptions of the units of Red Hat, Debian and SUSE.
    (SignKind::SshFailed, &["failed to start", "openssh server daemon"]),
    (SignKind::SshFailed, &["failed to start", "openbsd secure shell server"]),
    (SignKind::SshFailed, &["failed to start", "openssh daemon"]),
    (SignKind::SshStarted, &["started", "openssh server daemon"]),
    (SignKind::SshStarted, &["started", "openbsd secure shell server"]),
    (SignKind::SshStarted, &["listening on", "openbsd secure shell server"]),
    (SignKind::SshStarted, &["started", "openssh daemon"]),
    // OpenSSH's own: `servconf.c` and `sshd.c`.
    (SignKind::SshConfigInvalid, &["sshd_config", "bad configuration option"]),
    (SignKind::SshConfigInvalid, &["sshd_config", "terminating", "bad configuration options"]),
    (SignKind::SshHostKeysMissing, &["no hostkeys available"]),
    (SignKind::SshPrivsepMissing, &["missing privilege separation directory"]),
    (SignKind::SshPrivsepMissing, &["privilege separation user", "does not exist"]),
    // cloud-init's own: `cc_ssh_authkey_fingerprints.py`.
    (SignKind::KeysNotInjected, &["no authorized ssh keys fingerprints found for user"]),
    (SignKind::SelinuxDenied, &["avc:", "denied", "comm=\"sshd"]),
    (SignKind::UserSessionsClosed, &["failed to start", "permit user sessions"]),
    (SignKind::UserSessionsOpen, &["started", "permit user sessions"]),
    (SignKind::UserSessionsOpen, &["finished", "permit user sessions"]),
    (SignKind::JobRunning, &["a start job is running for"]),
    // The words of Red Hat's `ifup`, `dhclient`, `ip`, `ifupdown` and systemd.
    (SignKind::NetworkNotConfigured, &["device eth", "does not seem to be present"]),
    (SignKind::NetworkNotConfigured, &["no dhcpoffers received"]),
    (SignKind::NetworkNotConfigured, &["cannot find device \"eth"]),
    (SignKind::NetworkNotConfigured, &["failed to start", "raise network interfaces"]),
    (SignKind::NetworkNotConfigured, &["failed to start", "wait for network to be configured"]),
    // Between `BEGIN SSH HOST KEY FINGERPRINTS` and its end, as `ssh-keygen -l` prints them (`write-ssh-key-fingerprints` of cloud-init).
    (SignKind::HostKey, &["sha256:", "(ed25519)"]),
    (SignKind::HostKey, &["sha256:", "(ecdsa)"]),
    (SignKind::HostKey, &["sha256:", "(rsa)"]),
    (SignKind::LoginPrompt, &[" login:"]),
];

/// Every sign in a console text, in the order of its lines.
///
/// A line in brackets such as `[  OK  ]` is a unit that started and never a sign of failure.
pub fn signs(text: &str) -> Vec<Sign<'_>> {
    text.lines().filter_map(sign_of).collect()
}

/// The signs of one kind.
pub fn signs_of(text: &str, kind: SignKind) -> impl Iterator<Item = Sign<'_>> {
    signs(text).into_iter().filter(move |sign| sign.kind == kind)
}

/// The version that the agent wrote when it last started, if the text shows it.
pub fn agent_version(text: &str) -> Option<&str> {
    let line = signs_of(text, SignKind::AgentStarted).last()?.line;
    line.split_whitespace().map(|word| word.trim_start_matches(['v', '(']).trim_end_matches(['.', ',', ')'])).find(
        |word| word.matches('.').count() >= 2 && word.chars().all(|letter| letter.is_ascii_digit() || letter == '.'),
    )
}

/// The parts of a console text that verdicts rest on: of each sign's line the part from its first word on, shortened.
///
/// A boot log can hold what scripts print, passwords among it (`curl -u USER:PASSWORD …: No space left on device`): nothing else of it goes
/// into a snapshot.
pub fn kept(text: &str) -> String {
    let lines: Vec<&str> = signs(text).into_iter().map(|sign| sign.line).collect();
    lines.join("\n")
}

/// Characters of a line that are kept.
const LONGEST: usize = 300;

fn sign_of(line: &str) -> Option<Sign<'_>> {
    // Only ASCII letters change, so that places in one text are places in the other.
    let lower = line.to_ascii_lowercase();
    let started = lower.contains("[  ok  ]");
    let (kind, words) = SIGNS.iter().find(|(_, words)| words.iter().all(|word| lower.contains(word)))?;
    let is_failure = !matches!(
        kind,
        SignKind::AgentStarted
            | SignKind::LoginPrompt
            | SignKind::CloudInitFinished
            | SignKind::EcsAgentStarted
            | SignKind::SshStarted
            | SignKind::UserSessionsOpen
    );
    let is_emergency = *kind == SignKind::EmergencyMode;
    if started && is_failure && !is_emergency {
        return None;
    }
    let from = words.iter().filter_map(|word| lower.find(word)).min()?;
    let told = line.get(from..)?;
    let end = told.char_indices().nth(LONGEST).map_or(told.len(), |(at, _)| at);
    Some(Sign { kind: *kind, line: told.get(..end)?.trim_end() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: &str = "\
[    1.2] EXT4-fs (nvme0n1p1): mounted filesystem
password for app: hunter2
[DEPEND] Dependency failed for /data.
[  OK  ] Reached target Emergency Mode.
You are in emergency mode. After logging in, type \"journalctl -xb\"
2026-11-20 10:00:00 INFO Entering SSM Agent hibernate - AccessDeniedException
Amazon SSM Agent v3.3.987.0 is running
Out of memory: Killed process 4242 (java)
web-1 login: ";

    #[test]
    fn signs_are_found_in_order() {
        let kinds: Vec<SignKind> = signs(BOOT).into_iter().map(|sign| sign.kind).collect();
        use SignKind::*;
        assert_eq!(
            kinds,
            [DependencyFailed, EmergencyMode, EmergencyMode, AgentHibernates, AgentStarted, OutOfMemory, LoginPrompt]
        );
        assert_eq!(agent_version(BOOT), Some("3.3.987.0"));
        assert_eq!(signs("[    0.1] Linux version 6.1 (oom test)"), []);
        assert_eq!(signs("[  OK  ] Listening on Dependency failed for nothing"), []);
    }

    #[test]
    fn the_agents_own_lines_are_told_apart() {
        let kind = |line| signs(line).first().map(|sign| sign.kind);
        let machine = "ERROR Cannot connect to AWS Systems Manager.  The hardware ID (ec2a) has changed from the registered value (ec2b).";
        assert_eq!(kind(machine), Some(SignKind::AgentFingerprint));
        let threshold = "Cannot connect to AWS Systems Manager.  Machine configuration has changed more than the allowed threshold.";
        assert_eq!(kind(threshold), Some(SignKind::AgentFingerprint));
        assert_eq!(kind("INFO Fingerprint SimilarityThreshold set to 40"), None, "a setting is no fault");
        assert_eq!(kind("Entering SSM Agent Worker hibernate - AccessDenied"), Some(SignKind::AgentHibernates));
        assert_eq!(
            kind("url_helper.py[ERROR]: giving up on md after 120 seconds"),
            Some(SignKind::MetadataUnreachable)
        );
    }

    #[test]
    fn cloud_init_and_the_services_of_ecs_are_told() {
        let kinds = |line| signs(line).first().map(|sign| sign.kind);
        for (line, kind) in [
            (
                "cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /var/lib/cloud/instance/scripts)",
                SignKind::UserDataFailed,
            ),
            ("util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-001 [1]", SignKind::UserDataFailed),
            (
                "Cloud-init v. 22.2.2 finished at Sun, 22 Nov 2026 20:02:11 +0000. Datasource DataSourceEc2.  Up 31.2 seconds",
                SignKind::CloudInitFinished,
            ),
            (
                "Cloud-init v. 22.2.2 finished at Sun, 22 Nov 2026 20:02:11 +0000. Datasource DataSourceNone.  Up 31.2 seconds",
                SignKind::NoDatasource,
            ),
            ("[  OK  ] Started Amazon Elastic Container Service - container agent.", SignKind::EcsAgentStarted),
            ("[FAILED] Failed to start Amazon Elastic Container Service - container agent.", SignKind::EcsAgentFailed),
            ("[FAILED] Failed to start Docker Application Container Engine.", SignKind::DockerFailed),
        ] {
            assert_eq!(kinds(line), Some(kind), "{line}");
            assert_eq!(signs(&kept(line)).first().map(|sign| sign.kind), Some(kind), "{line}");
        }
    }

    #[test]
    fn the_ssh_server_and_what_keeps_users_out_are_told() {
        use SignKind::*;
        for (line, kind) in [
            ("[FAILED] Failed to start sshd.service - OpenSSH server daemon.", SshFailed),
            ("[FAILED] Failed to start OpenBSD Secure Shell server.", SshFailed),
            ("[  OK  ] Started ssh.service - OpenBSD Secure Shell server.", SshStarted),
            ("[  OK  ] Listening on ssh.socket - OpenBSD Secure Shell server socket.", SshStarted),
            ("Starting sshd: /etc/ssh/sshd_config: line 13: Bad configuration option: Prot", SshConfigInvalid),
            ("/etc/ssh/sshd_config: terminating, 1 bad configuration options", SshConfigInvalid),
            ("sshd: no hostkeys available -- exiting.", SshHostKeysMissing),
            ("Missing privilege separation directory: /run/sshd", SshPrivsepMissing),
            ("Privilege separation user sshd does not exist", SshPrivsepMissing),
            ("ci-info: no authorized SSH keys fingerprints found for user ec2-user.", KeysNotInjected),
            (r#"audit: avc:  denied  { read } for  pid=812 comm="sshd" name="authorized_keys""#, SelinuxDenied),
            ("[  OK  ] Finished Permit User Sessions.", UserSessionsOpen),
            ("[FAILED] Failed to start Permit User Sessions.", UserSessionsClosed),
            ("[ ***  ] A start job is running for /data (1min 2s / 1min 30s)", JobRunning),
            ("Bringing up interface eth0:  Device eth0 does not seem to be present, delaying", NetworkNotConfigured),
        ] {
            assert_eq!(signs(line).first().map(|sign| sign.kind), Some(kind), "{line}");
            assert_eq!(signs(&kept(line)).first().map(|sign| sign.kind), Some(kind), "what is kept of {line}");
        }
        assert_eq!(signs("         Starting OpenSSH server daemon..."), []);
    }

    #[test]
    fn nothing_but_signs_is_kept() {
        let kept = kept(BOOT);
        assert!(!kept.contains("hunter2"));
        assert_eq!(signs(&kept), signs(BOOT));
        assert_eq!(agent_version(&kept), Some("3.3.987.0"));
    }

    #[test]
    fn the_head_and_a_long_tail_of_a_line_are_not_kept() {
        assert_eq!(kept("curl -u user:hunter2 x: No space left on device"), "No space left on device");
        assert_eq!(kept("\u{130}\u{212a} hunter2: NO SPACE LEFT ON DEVICE \u{e9}"), "NO SPACE LEFT ON DEVICE \u{e9}");
        let long = format!("Kernel panic - not syncing: {}", "\u{e9}".repeat(900));
        assert_eq!(kept(&long).chars().count(), 300);
        let started = "web-1 amazon-ssm-agent[7]: amazon-ssm-agent version 3.2.1.0 started";
        assert_eq!(agent_version(&kept(started)), Some("3.2.1.0"));
        assert_eq!(signs(&kept("web-1 login: ")).first().map(|sign| sign.kind), Some(SignKind::LoginPrompt));
    }
}
