//! Lines that reach the agent's configuration file, and what the agent makes of them.

use super::shell::EXPANSION;
use super::{ClusterSign, SettingSign, UserDataSigns};
use serde_json::Value;

/// Settings whose values are words or numbers that hold no secret, with the words; a number where there are none.
const PLAIN: &[(&str, &[&str])] = &[
    ("ECS_WARM_POOLS_CHECK", BOOLEAN),
    ("ECS_CHECKPOINT", BOOLEAN),
    ("ECS_ENABLE_GPU_SUPPORT", BOOLEAN),
    ("ECS_ENABLE_TASK_ENI", BOOLEAN),
    ("ECS_ENABLE_SPOT_INSTANCE_DRAINING", BOOLEAN),
    ("ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM", &["ec2_instance", "none"]),
    ("ECS_INSTANCE_IP_COMPATIBILITY", &["ipv4", "ipv6", "ipv4-and-ipv6", "ipv4_and_ipv6"]),
    ("ECS_RESERVED_MEMORY", &[]),
];
const BOOLEAN: &[&str] = &["true", "false", "1", "0", "t", "f", "True", "False", "TRUE", "FALSE", "T", "F"];

/// Drivers that the agent knows.
///
/// Source: the agent's `dockerclient/logging_drivers.go`.
const DRIVERS: &[&str] = &[
    "json-file",
    "syslog",
    "journald",
    "gelf",
    "fluentd",
    "awslogs",
    "splunk",
    "logentries",
    "sumologic",
    "none",
    "awsfirelens",
];

/// The most settings that are noted.
const MOST: usize = 64;

/// Whether a text is a name or ARN that a cluster can have.
///
/// Source: ECS API reference, `CreateCluster`: up to 255 letters, numbers, underscores and hyphens.
pub fn legal_cluster(text: &str) -> bool {
    let is_name = |name: &str| {
        (1..=255).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let mut parts = text.splitn(6, ':');
    let mut part = || parts.next().unwrap_or_default();
    match (part(), part(), part(), part(), part(), part()) {
        ("arn", partition, "ecs", region, account, resource) => {
            partition.starts_with("aws")
                && is_name(partition)
                && is_name(region)
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && resource.strip_prefix("cluster/").is_some_and(is_name)
        }
        _ => is_name(text),
    }
}

/// A cluster by the value that reaches the agent, which takes blanks off both ends.
pub(super) fn cluster(value: &str, target: &str, is_conditional: bool) -> ClusterSign {
    let value = value.trim();
    let fault = if value.contains(EXPANSION) {
        "unknown"
    } else if value.is_empty() {
        "empty"
    } else if legal_cluster(value) {
        ""
    } else if legal_cluster(value.trim_matches(['"', '\'', ' '])) {
        "quoted"
    } else {
        "illegal"
    };
    let name = if fault.is_empty() { value } else { "" };
    ClusterSign { name: name.to_owned(), target: target.to_owned(), fault: fault.to_owned(), is_conditional }
}

/// Takes over text that is written to a file.
///
/// `ecs-init` splits each line at its first `=` after it took the blanks off both ends, and keeps quotes.
pub(super) fn take(text: &str, target: &str, is_conditional: bool, signs: &mut UserDataSigns) {
    let is_config = target == "config";
    for line in text.lines() {
        let Some((key, value)) = line.trim().split_once('=') else {
            // What stands in a variable may be any line.
            signs.runs_others |= is_config && line.contains(EXPANSION);
            continue;
        };
        if key == "ECS_CLUSTER" {
            signs.cluster = Some(cluster(value, target, is_conditional));
        } else if is_spoiled(key) {
            if signs.cluster.as_ref().is_none_or(|sign| !sign.reaches_agent()) {
                let spoiled = ClusterSign { fault: "spoiled-key".to_owned(), ..cluster("", target, is_conditional) };
                signs.cluster = Some(spoiled);
            }
        } else if is_config && is_setting(key) {
            setting(key, value.trim(), is_conditional, signs);
        } else {
            signs.runs_others |= is_config && key.contains(EXPANSION);
        }
    }
}

/// Whether what stands before `=` was meant as `ECS_CLUSTER`, and is more than that.
fn is_spoiled(key: &str) -> bool {
    let last = key.split_whitespace().last().unwrap_or_default();
    !key.starts_with('#') && last.trim_start_matches(['"', '\'']) == "ECS_CLUSTER"
}

fn is_setting(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_known =
        key.starts_with("ECS_") || ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "AWS_DEFAULT_REGION"].contains(&key);
    is_known && key.len() <= 64 && key.bytes().all(is_plain)
}

fn setting(name: &str, value: &str, is_conditional: bool, signs: &mut UserDataSigns) {
    signs.settings.retain(|setting| setting.name != name);
    if signs.settings.len() >= MOST {
        return;
    }
    let mut sign = SettingSign { name: name.to_owned(), is_conditional, ..SettingSign::default() };
    if value.contains(EXPANSION) {
        sign.faults.push("unknown".to_owned());
    } else if let Some((_, words)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
        let is_number =
            words.is_empty() && (1..=10).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || words.contains(&value) {
            value.clone_into(&mut sign.value);
        } else if words.is_empty() {
            sign.faults.push("not-a-number".to_owned());
        }
    } else {
        let faults = match name {
            "ECS_INSTANCE_ATTRIBUTES" => faults_of_pairs(value, &ATTRIBUTES),
            "ECS_CONTAINER_INSTANCE_TAGS" => faults_of_pairs(value, &TAGS),
            "ECS_AVAILABLE_LOGGING_DRIVERS" => faults_of_drivers(value),
            "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES" => faults_of_list(value),
            _ => Vec::new(),
        };
        if name == "ECS_CONTAINER_INSTANCE_TAGS" && holds_nothing(value) {
            "{}".clone_into(&mut sign.value);
        }
        sign.faults = faults.into_iter().map(str::to_owned).collect();
    }
    signs.settings.push(sign);
}

/// What ECS takes as pairs of names and values.
struct Pairs {
    most: usize,
    longest_name: usize,
    longest_value: usize,
    name: fn(char) -> bool,
    value: fn(char) -> bool,
    reserved: fn(&str) -> bool,
}

/// Source: ECS API reference, `Attribute` and `PutAttributes`.
const ATTRIBUTES: Pairs = Pairs {
    most: 10,
    longest_name: 128,
    longest_value: 128,
    name: |letter| letter.is_ascii_alphanumeric() || "-_/\\.".contains(letter),
    value: |letter| letter.is_ascii_alphanumeric() || "-_.@/\\: ".contains(letter),
    reserved: |_| false,
};

/// Source: ECS API reference, `Tag`.
const TAGS: Pairs = Pairs {
    most: 50,
    longest_name: 128,
    longest_value: 256,
    name: |letter| letter.is_alphanumeric() || !letter.is_ascii() || "+-=._:/@ ".contains(letter),
    value: |letter| letter.is_alphanumeric() || !letter.is_ascii() || "+-=._:/@ ".contains(letter),
    reserved: |name| name.to_lowercase().starts_with("aws:"),
};

/// Whether pairs of names and values are none.
fn holds_nothing(value: &str) -> bool {
    let is_empty = |parsed: Value| parsed.is_null() || parsed.as_object().is_some_and(serde_json::Map::is_empty);
    value.is_empty() || serde_json::from_str(value).is_ok_and(is_empty)
}

fn faults_of_pairs(value: &str, limits: &Pairs) -> Vec<&'static str> {
    if value.is_empty() {
        return Vec::new();
    }
    let Ok(parsed) = serde_json::from_str::<Value>(value) else { return vec!["not-json"] };
    if parsed.is_null() {
        return Vec::new();
    }
    let Some(pairs) =
        parsed.as_object().filter(|pairs| pairs.values().all(|value| value.is_string() || value.is_null()))
    else {
        return vec!["not-an-object-of-texts"];
    };
    let mut faults = Vec::new();
    let mut add = |is_there: bool, fault: &'static str| {
        if is_there && !faults.contains(&fault) {
            faults.push(fault);
        }
    };
    add(pairs.len() > limits.most, "too-many");
    for (name, value) in pairs {
        let value = value.as_str().unwrap_or_default();
        add(name.chars().count() > limits.longest_name, "name-too-long");
        add(value.chars().count() > limits.longest_value, "value-too-long");
        add(name.is_empty() || !name.chars().all(limits.name), "bad-name");
        add(!value.chars().all(limits.value), "bad-value");
        add((limits.reserved)(name), "reserved-name");
    }
    faults
}

fn faults_of_drivers(value: &str) -> Vec<&'static str> {
    // What is no list of texts is left aside by the agent with a warning.
    let Ok(drivers) = serde_json::from_str::<Vec<String>>(value) else { return Vec::new() };
    let is_known = |driver: &String| DRIVERS.contains(&driver.as_str());
    if drivers.iter().all(is_known) { Vec::new() } else { vec!["unknown-driver"] }
}

fn faults_of_list(value: &str) -> Vec<&'static str> {
    if value.is_empty() || serde_json::from_str::<Vec<Value>>(value).is_ok() { Vec::new() } else { vec!["not-json"] }
}
