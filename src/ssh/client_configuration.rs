//! What this machine's OpenSSH client would do with a host: `ssh -G`, which connects nowhere.

use super::failed;
use checks::snapshot::Outcome;
use serde_json::json;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// A client that takes longer reads something that it should not.
const PATIENCE: Duration = Duration::from_secs(3);

/// The configuration for a host, name or alias.
pub(super) async fn client_configuration(host: &str) -> Outcome {
    if host.is_empty() || host.starts_with('-') {
        return failed("InvalidHost", format!("`{host}` is no host"));
    }
    let child = Command::new("ssh")
        .args(["-G", "--", host])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .output();
    match timeout(PATIENCE, child).await {
        Err(_) => failed("Timeout", format!("`ssh -G` took longer than {} s", PATIENCE.as_secs())),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            failed("NotInstalled", "there is no program `ssh` here")
        }
        Ok(Err(error)) => failed("NotStarted", error.to_string()),
        Ok(Ok(output)) if !output.status.success() => failed("InvalidConfiguration", first_line(&output.stderr)),
        Ok(Ok(output)) => {
            let own = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
            Outcome::Output(told(&String::from_utf8_lossy(&output.stdout), own.as_deref()))
        }
    }
}

fn first_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().next().unwrap_or("`ssh -G` failed");
    line.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// The few settings that matter. Of a command that connections go through, which may hold secrets, only what kind it is.
fn told(text: &str, own: Option<&str>) -> serde_json::Value {
    let all = |name: &'static str| {
        let words = text.lines().filter_map(|line| line.split_once(' '));
        words.filter(move |(key, _)| *key == name).map(|(_, value)| value.trim())
    };
    let one = |name: &'static str| all(name).next().unwrap_or_default();
    let command = all("proxycommand").find(|command| *command != "none");
    json!({
        "User": one("user"),
        "UserIsOwn": own.is_some_and(|own| own == one("user")),
        "HostName": one("hostname"),
        "Port": one("port"),
        "IdentityFiles": all("identityfile").map(expanded).filter(|path| path.exists()).collect::<Vec<PathBuf>>(),
        "IdentitiesOnly": one("identitiesonly") == "yes",
        "HasProxyCommand": command.is_some(),
        "ProxyKind": command.map_or("", kind),
        "ProxyJump": all("proxyjump").find(|hosts| *hosts != "none").unwrap_or_default(),
        "ForwardsAgent": !matches!(one("forwardagent"), "no" | ""),
    })
}

fn kind(command: &str) -> &'static str {
    if command.contains("ssm start-session") || command.contains("AWS-StartSSHSession") {
        "session-manager"
    } else if command.contains("ec2-instance-connect open-tunnel") {
        "instance-connect"
    } else {
        "other"
    }
}

fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_commands_are_not_kept() {
        let text = "host web\nuser ec2-user\nhostname 192.0.2.1\nport 2222\nidentitiesonly yes\nforwardagent no\n\
            identityfile /does/not/exist\nproxycommand sh -c \"TOKEN=hunter2 aws ssm start-session --target %h\"\n";
        let told = told(text, Some("me"));
        assert_eq!((&told["User"], &told["UserIsOwn"]), (&json!("ec2-user"), &json!(false)));
        assert_eq!(told["HostName"], "192.0.2.1");
        assert_eq!(told["Port"], "2222");
        assert_eq!(told["IdentityFiles"], json!([]));
        assert_eq!((&told["IdentitiesOnly"], &told["HasProxyCommand"]), (&json!(true), &json!(true)));
        assert_eq!(told["ProxyKind"], "session-manager");
        assert!(!told.to_string().contains("hunter2"));
    }

    #[tokio::test]
    async fn a_host_is_never_an_option() {
        let refused = client_configuration("-oProxyCommand=x").await;
        assert!(matches!(refused, Outcome::Error { code, .. } if code == "InvalidHost"));
    }
}
