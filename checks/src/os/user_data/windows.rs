//! Scripts of Windows.

use super::shell::EXPANSION;
use super::{UserDataSigns, config};

/// Words of a script that runs or fetches what is not seen here.
const OTHERS: &[&str] = &[
    ".ps1",
    "invoke-expression",
    "iex ",
    "start-process",
    "invoke-webrequest",
    "s3",
    "cfn-init",
    "startdsc",
    "start-dsc",
    "ansible",
    "chef",
    "puppet",
    ".exe",
    ".bat",
    ".cmd",
    "downloadfile",
    "invoke-command",
    "register-scheduledtask",
    "python",
];

/// Source: ECS developer guide, "Bootstrapping Amazon ECS Windows container instances to pass data".
pub(super) fn take(text: &str, signs: &mut UserDataSigns) {
    // A back-tick at the end of a line continues it.
    let text = text.replace("\r\n", "\n").replace("`\n", " ");
    let mut environment = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let lower = line.to_ascii_lowercase();
        if let Some(at) = lower.find("initialize-ecsagent") {
            signs.initializes_agent = true;
            let rest = line.get(at..).unwrap_or_default();
            let of = rest.to_ascii_lowercase().find("-cluster").and_then(|at| rest.get(at.saturating_add(8)..));
            if let Some(value) = of.map(|value| value.trim_start_matches([' ', ':'])) {
                signs.cluster = Some(config::cluster(&argument(value), "initialize", false));
            }
        } else if lower.contains("ecs_cluster") && !lower.contains("get") {
            let value =
                line.get(lower.find("ecs_cluster").unwrap_or_default().saturating_add(11)..).unwrap_or_default();
            let value = value.trim_start_matches(['"', '\'', ' ', ',', '=', '/', 'v', 'V']);
            let target = if lower.contains("machine") { "machine-environment" } else { "environment" };
            environment = Some(config::cluster(&argument(value), target, false));
        }
        if lower.contains("s3")
            && (lower.contains("read-s3object") || lower.contains("aws s3") || lower.contains("copy-s3object"))
        {
            signs.reads_from_s3 = true;
        }
        signs.runs_others |= OTHERS.iter().any(|word| lower.contains(word));
    }
    if signs.cluster.is_none() {
        signs.cluster = environment;
    }
}

/// The value at the front of a text, without its quotes.
fn argument(text: &str) -> String {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    let value = match quote {
        Some(quote) => text.get(1..).and_then(|text| text.split(quote).next()).unwrap_or_default(),
        None => {
            text.split(|letter: char| letter.is_whitespace() || ";,)\"'".contains(letter)).next().unwrap_or_default()
        }
    };
    // A variable is not expanded between single quotes.
    if value.contains('$') && quote != Some('\'') { EXPANSION.to_string() } else { value.to_owned() }
}
