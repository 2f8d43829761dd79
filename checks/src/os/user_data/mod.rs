//! Signs in the user data of an instance: what it is, and what it tells ECS's agent.
//!
//! User data may hold secrets, so that it never enters a snapshot: [`signs`] is all that is kept of it. A sign is a word of a list, a
//! legal name of a cluster, the name of a setting, a number, or a yes or no.
//!
//! Sources: cloud-init's `user_data.py` and its handlers for what it runs; the ECS agent's `ecs-init/docker/docker.go` for what of
//! `/etc/ecs/ecs.config` reaches the agent, and `agent/config` for what it makes of it; ECS developer guide, "Bootstrapping Amazon ECS
//! Linux container instances to pass data" and "Bootstrapping Amazon ECS Windows container instances to pass data".

mod cloud_config;
mod config;
mod mime;
mod programs;
mod script;
mod shell;
mod toml;
mod windows;

pub use config::legal_cluster;

use serde::{Deserialize, Serialize};

/// What is kept of user data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UserDataSigns {
    /// `none`, `shell-script`, `script` (of another interpreter), `cloud-config`, `cloud-boothook`, `mime`, `include`, `windows`, `toml`,
    /// `agent-json`, `binary`, or `unknown`.
    pub kind: String,
    /// Whether it is compressed; then the rest tells of what comes out.
    pub is_compressed: bool,
    /// Whether what comes out of base64 is base64 again; then the rest tells of the inner text.
    pub is_double_base64: bool,
    /// Why it is not run as meant: `unknown-start` (cloud-init does not know what it is), `blank-before-shebang`, `stray-carriage-returns`,
    /// `mime-version-missing`, `boundary-missing`, `boundary-unused`, `part-without-shebang`.
    pub faults: Vec<String>,
    /// The cluster that it tells the agent of: the last place that does.
    pub cluster: Option<ClusterSign>,
    /// What else it tells the agent.
    pub settings: Vec<SettingSign>,
    /// Services that a script starts and waits for: `ecs`, `docker`.
    pub waits_for: Vec<String>,
    /// Whether it ends with the agent's service stopped, disabled or masked.
    pub disables_agent: bool,
    /// Whether it calls `Initialize-ECSAgent`.
    pub initializes_agent: bool,
    /// Whether something in it may install the agent.
    pub installs_agent: bool,
    /// Whether a script ends at the first error, and something that can fail stands before it has told the agent of its cluster.
    pub can_stop_before: bool,
    /// Whether something that can fail stands behind that place.
    pub can_fail_after: bool,
    /// Whether a script ends before it tells the agent of its cluster, whatever happens.
    pub exits_before: bool,
    /// Whether it fetches something from Amazon S3.
    pub reads_from_s3: bool,
    /// Whether it runs programs that may tell the agent what is not seen here: fetched scripts, `cfn-init`, Ansible, …
    pub runs_others: bool,
}

/// A cluster that user data tells the agent of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClusterSign {
    /// Name or ARN; empty when it is not known or not legal.
    pub name: String,
    /// Where it goes: `config` (a file that the agent reads), `other-file`, `environment`, `command` (an argument of another program),
    /// `initialize` (`Initialize-ECSAgent -Cluster`), `machine-environment`, `bottlerocket`, `agent-json`.
    pub target: String,
    /// What is wrong with it: `unknown` (a variable, or made by a command), `empty`, `quoted` (quotes reach the agent), `illegal` (no name
    /// of a cluster), `spoiled-key` (the line has more before `=` than the name of the setting).
    pub fault: String,
    /// Whether it is told under a condition only.
    pub is_conditional: bool,
}

/// A setting of the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SettingSign {
    /// Such as `ECS_WARM_POOLS_CHECK`.
    pub name: String,
    /// Its value, for settings whose values are words of a list or numbers; `{}` for tags that are none.
    pub value: String,
    /// What is wrong with the value: `unknown` (a variable, or made by a command), `not-json`, `not-an-object-of-texts`, `too-many`,
    /// `name-too-long`, `value-too-long`, `bad-name`, `bad-value`, `reserved-name`, `not-a-number`, `unknown-driver`.
    pub faults: Vec<String>,
    /// Whether it is told under a condition only.
    pub is_conditional: bool,
}

impl UserDataSigns {
    /// A setting by its name.
    pub fn setting(&self, name: &str) -> Option<&SettingSign> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// The cluster, when it certainly reaches the agent under a name that is known.
    pub fn certain_cluster(&self) -> Option<&ClusterSign> {
        let certain = |sign: &&ClusterSign| !sign.is_conditional && sign.fault.is_empty() && sign.reaches_agent();
        self.cluster.as_ref().filter(certain)
    }

    /// Whether nothing in it that is not seen can tell the agent of a cluster.
    pub fn is_plain(&self) -> bool {
        !self.runs_others && !self.reads_from_s3 && !matches!(self.kind.as_str(), "include" | "binary" | "script")
    }

    fn fault(&mut self, fault: &str) {
        if !self.faults.iter().any(|own| own == fault) {
            self.faults.push(fault.to_owned());
        }
    }
}

impl ClusterSign {
    /// Whether it goes where an agent of the image reads it.
    pub fn reaches_agent(&self) -> bool {
        !matches!(self.target.as_str(), "other-file" | "environment" | "command")
    }
}

/// Letters of user data that are looked at; EC2 takes 16 KiB, and what is compressed can be longer.
const LONGEST: usize = 1 << 20;

/// The signs in a text that was decoded from base64 and, where it was compressed, unpacked.
pub fn signs(text: &[u8]) -> UserDataSigns {
    let mut signs = UserDataSigns::default();
    if text.is_empty() {
        "none".clone_into(&mut signs.kind);
        return signs;
    }
    let text = text.get(..LONGEST).unwrap_or(text);
    let text = String::from_utf8_lossy(text);
    if text.contains('\0') {
        "binary".clone_into(&mut signs.kind);
        return signs;
    }
    if is_base64(&text) {
        match decoded(&text) {
            Some(inner) => {
                take(&inner, &mut signs);
                if signs.kind != "unknown" {
                    signs.is_double_base64 = true;
                    return signs;
                }
                signs = UserDataSigns::default();
            }
            // Compressed, as it may be, it is not looked into.
            None => {
                "binary".clone_into(&mut signs.kind);
                signs.is_double_base64 = true;
                return signs;
            }
        }
    }
    take(&text, &mut signs);
    signs
}

/// Words of a line that installs the agent, or runs it by hand.
const INSTALL: &[&str] =
    &["ecs-init", "ecs-agent", "ecs-anywhere", "ecsagent", "amazon-ecs", "extras install ecs", "extras enable ecs"];

fn take(text: &str, signs: &mut UserDataSigns) {
    let lower = text.to_lowercase();
    let extras = lower.lines().any(|line| line.contains("linux-extras") && line.contains("ecs"));
    signs.installs_agent = extras || INSTALL.iter().any(|word| lower.contains(word));
    if mime::is_mime(text) {
        "mime".clone_into(&mut signs.kind);
        mime::take(text, signs);
    } else {
        let kind = kind_of(text);
        kind.clone_into(&mut signs.kind);
        take_part(kind, text, signs);
        if kind == "unknown" {
            let is_late_mime =
                ["content-type:", "--"].iter().any(|start| text.trim_start().to_lowercase().starts_with(start));
            signs.fault(if is_late_mime { "mime-version-missing" } else { "unknown-start" });
        }
    }
}

/// What a text is by how it begins, as cloud-init, EC2Launch and Bottlerocket tell it.
fn kind_of(text: &str) -> &'static str {
    let lower = text.trim_start().to_lowercase();
    let starts = |start: &str| lower.starts_with(start);
    if starts("#!") {
        let first = lower.lines().next().unwrap_or_default();
        let is_shell =
            ["/sh", "bash", "/dash", "/ash", "/zsh", "/ksh", " sh"].iter().any(|shell| first.contains(shell));
        if is_shell { "shell-script" } else { "script" }
    } else if starts("#cloud-config") || starts("## template: jinja") {
        if starts("#cloud-config-archive") || starts("#cloud-config-jsonp") || starts("##") {
            "script"
        } else {
            "cloud-config"
        }
    } else if starts("#cloud-boothook") {
        "cloud-boothook"
    } else if starts("#include") || starts("#part-handler") || starts("#upstart-job") {
        "include"
    } else if lower.contains("<powershell") || lower.contains("<script") {
        "windows"
    } else if toml::is_settings(text) {
        "toml"
    } else if starts("{") && lower.contains("ecsagentconfiguration") {
        "agent-json"
    } else if lower.is_empty() {
        "none"
    } else {
        "unknown"
    }
}

/// Takes over what one part of user data tells.
fn take_part(kind: &str, text: &str, signs: &mut UserDataSigns) {
    match kind {
        "shell-script" => {
            if text.starts_with(char::is_whitespace) {
                signs.fault("blank-before-shebang");
            }
            script::take(&unix(text, signs), signs);
        }
        "cloud-boothook" => {
            let text = unix(text, signs);
            script::take(text.trim_start().trim_start_matches("#cloud-boothook"), signs);
        }
        "cloud-config" => cloud_config::take(&text.replace("\r\n", "\n"), signs),
        "script" | "include" => signs.runs_others = true,
        "windows" => windows::take(text, signs),
        "toml" => toml::take(text, signs),
        "agent-json" => agent_json(text, signs),
        _ => {}
    }
}

/// A script as cloud-init writes it: it takes carriage returns out when the first line has one, and leaves them in otherwise.
fn unix(text: &str, signs: &mut UserDataSigns) -> String {
    let first = text.find('\n').and_then(|at| text.get(..at)).unwrap_or_default();
    if first.ends_with('\r') {
        return text.replace("\r\n", "\n");
    }
    if text.contains("\r\n") {
        signs.fault("stray-carriage-returns");
    }
    text.to_owned()
}

/// `{"ECSAgentConfiguration": {"Cluster": "…"}}`, which the agent itself reads from user data.
fn agent_json(text: &str, signs: &mut UserDataSigns) {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        signs.fault("unknown-start");
        return;
    };
    let name = value.pointer("/ECSAgentConfiguration/Cluster").and_then(serde_json::Value::as_str);
    if let Some(name) = name {
        signs.cluster = Some(config::cluster(name, "agent-json", false));
    }
}

/// Whether a text looks like base64 and nothing else.
fn is_base64(text: &str) -> bool {
    let letters = || text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    letters().count() >= 16 && letters().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

/// What a base64 text stands for, when that is text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
        held &= 0xffff;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
