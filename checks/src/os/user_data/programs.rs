//! Programs that scripts call: what they put out, and what they may do besides.

use super::shell::EXPANSION;

/// Programs that write no configuration of the agent that is not seen here.
pub(super) const HARMLESS: &[&str] = &[
    "echo",
    "printf",
    "cat",
    "tee",
    "set",
    "export",
    "cd",
    "mkdir",
    "chmod",
    "chown",
    "ls",
    "sleep",
    "yum",
    "dnf",
    "apt",
    "apt-get",
    "zypper",
    "amazon-linux-extras",
    "systemctl",
    "service",
    "start",
    "stop",
    "restart",
    "initctl",
    "status",
    "usermod",
    "useradd",
    "groupadd",
    "mount",
    "umount",
    "mkswap",
    "swapon",
    "dd",
    "fallocate",
    "sysctl",
    "ulimit",
    "date",
    "hostname",
    "hostnamectl",
    "timedatectl",
    "true",
    "false",
    ":",
    "[",
    "test",
    "[[",
    "exit",
    "trap",
    "unset",
    "local",
    "return",
    "grep",
    "egrep",
    "awk",
    "sed",
    "cut",
    "head",
    "tail",
    "tr",
    "wc",
    "logger",
    "touch",
    "rm",
    "iptables",
    "ip6tables",
    "ip",
    "modprobe",
    "chkconfig",
    "exec",
    "read",
    "shift",
    "break",
    "continue",
    "declare",
    "readonly",
    "curl",
    "wget",
    "aws",
    "jq",
    "sync",
    "blkid",
    "lsblk",
    "xfs_growfs",
    "resize2fs",
    "growpart",
    "getent",
    "id",
    "whoami",
    "uname",
    "wait",
    "kill",
    "docker",
    "nvidia-smi",
    "mkfs",
    "mkfs.ext4",
    "mkfs.xfs",
    "file",
    "stat",
    "df",
    "free",
    "env",
    "pwd",
    "which",
    "command",
    "type",
    "journalctl",
    "loginctl",
    "setenforce",
    "semanage",
    "restorecon",
    "localectl",
    "update-ca-trust",
    "base64",
    "sort",
    "uniq",
    "let",
];

/// Programs that do not fail on their own.
pub(super) const SAFE: &[&str] = &[
    "echo", "printf", "cat", "tee", "set", "export", "exec", "true", ":", "trap", "sleep", "date", "mkdir", "umask",
    "declare", "readonly", "exit",
];

/// Programs that only look at the files that they name.
pub(super) const READERS: &[&str] = &[
    "cat", "grep", "egrep", "ls", "chmod", "chown", "test", "[", "[[", "stat", "tail", "head", "awk", "cut", "wc",
    "touch", "file", "rm",
];

/// The words of a command from its program on, without those that only run it in another way.
pub(super) fn bare(words: &[String]) -> &[String] {
    let mut rest = words;
    loop {
        let Some((first, others)) = rest.split_first() else { return rest };
        let is_assignment = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        let skip = match first.as_str() {
            "sudo" | "command" | "nohup" | "env" | "builtin" | "nice" | "ionice" | "exec" => {
                others.iter().take_while(|word| word.starts_with('-')).count()
            }
            _ if is_assignment => 0,
            _ => return rest,
        };
        rest = others.get(skip..).unwrap_or_default();
    }
}

/// What `echo` puts out.
pub(super) fn echoed(arguments: &[&str]) -> String {
    let is_flag = |word: &&&str| {
        word.strip_prefix('-').is_some_and(|flags| !flags.is_empty() && flags.chars().all(|flag| "neE".contains(flag)))
    };
    let flags = arguments.iter().take_while(is_flag).count();
    let is_escaped = arguments.iter().take(flags).any(|flags| flags.contains('e'));
    let text = arguments.get(flags..).unwrap_or_default().join(" ");
    if is_escaped { text.replace("\\n", "\n").replace("\\t", "\t") } else { text }
}

/// What `printf` puts out; an expansion where that takes more than texts.
pub(super) fn printed(arguments: &[&str]) -> String {
    let Some((format, values)) = arguments.split_first() else { return String::new() };
    let (format, values) = if *format == "--" {
        values.split_first().map_or(("", values), |(format, values)| (*format, values))
    } else {
        (*format, values)
    };
    if format.replace("%s", "").replace("%%", "").contains('%') {
        return EXPANSION.to_string();
    }
    let mut text = String::new();
    let mut values = values.iter();
    loop {
        let left = values.len();
        for (at, piece) in format.split("%s").enumerate() {
            if at > 0 {
                text.push_str(values.next().copied().unwrap_or_default());
            }
            text.push_str(piece);
        }
        // The format is used again while there are values.
        if values.len() == 0 || values.len() == left {
            return text.replace("\\n", "\n").replace("\\t", "\t");
        }
    }
}

/// The files that `tee` writes to.
pub(super) fn tee_files<'w>(arguments: &[&'w str]) -> Vec<&'w str> {
    arguments.iter().copied().filter(|word| !word.starts_with('-')).collect()
}
