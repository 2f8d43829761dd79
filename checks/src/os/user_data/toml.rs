//! Settings of Bottlerocket.

use super::{UserDataSigns, config};

/// Whether a text is TOML that sets something of Bottlerocket.
pub(super) fn is_settings(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut first = lines.map(|line| line.trim_start_matches(['[', ' ']));
    first.next().is_some_and(|line| {
        line.starts_with("settings") && line.get(8..).is_some_and(|rest| rest.starts_with(['.', ']', ' ']))
    })
}

/// Source: Bottlerocket documentation, `settings.ecs`.
pub(super) fn take(text: &str, signs: &mut UserDataSigns) {
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            table = name.split(']').next().unwrap_or_default().replace([' ', '"'], "");
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.replace([' ', '"'], "");
            let path = if table.is_empty() { key } else { format!("{table}.{key}") };
            if path == "settings.ecs.cluster" {
                let value = value.trim();
                let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
                // A value without quotes is no TOML: it stays as it is, and is no legal name with what follows it.
                let text = quote.and_then(|quote| value.get(1..)?.split(quote).next()).unwrap_or("\"");
                signs.cluster = Some(config::cluster(text, "bottlerocket", false));
            }
        }
    }
}
