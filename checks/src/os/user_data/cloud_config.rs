//! cloud-config: files that are written, commands that are run.

use super::{UserDataSigns, config, decoded, script};

/// Modules that run what is not seen here.
const OTHERS: &[&str] = &["ansible", "chef", "puppet", "salt_minion", "include"];

/// Takes over `write_files`, `bootcmd` and `runcmd`, in the order in which they come to bear.
pub(super) fn take(text: &str, signs: &mut UserDataSigns) {
    let sections = sections(text);
    for section in ["bootcmd", "write_files", "runcmd"] {
        for (_, lines) in sections.iter().filter(|(name, _)| name == section) {
            if section == "write_files" {
                files(lines, signs);
            } else {
                script::take(&commands(lines), signs);
            }
        }
    }
    signs.runs_others |= sections.iter().any(|(name, _)| OTHERS.contains(&name.as_str()));
}

/// Top-level keys with the lines below each.
fn sections(text: &str) -> Vec<(String, Vec<&str>)> {
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        let is_top = !line.starts_with([' ', '\t', '#', '-']) && !line.is_empty();
        match line.split_once(':').filter(|_| is_top) {
            Some((key, rest)) => {
                let inline = rest.trim();
                let lines = if inline.is_empty() { Vec::new() } else { vec![inline] };
                sections.push((key.trim().to_owned(), lines));
            }
            None => {
                if let Some((_, lines)) = sections.last_mut() {
                    lines.push(line);
                }
            }
        }
    }
    sections
}

fn indent(line: &str) -> usize {
    line.len().saturating_sub(line.trim_start().len())
}

/// The items of a list, each with its lines; the first line is without its dash, and keeps its place.
fn items(lines: &[&str]) -> Vec<Vec<String>> {
    let mut items: Vec<Vec<String>> = Vec::new();
    let mut depth = None;
    for line in lines {
        let is_item = line.trim_start().starts_with("- ") || line.trim() == "-";
        if is_item && depth.is_none_or(|depth| indent(line) == depth) {
            depth = Some(indent(line));
            items.push(vec![line.replacen('-', " ", 1)]);
        } else if let Some(item) = items.last_mut() {
            item.push((*line).to_owned());
        }
    }
    items
}

/// The text of a block scalar: lines deeper than its key, with their common indentation off.
fn block(lines: &[String], deeper_than: usize) -> String {
    let inside = lines.iter().take_while(|line| line.trim().is_empty() || indent(line) > deeper_than);
    let inside: Vec<&String> = inside.collect();
    let common =
        inside.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min().unwrap_or_default();
    let bare: Vec<&str> = inside.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    bare.join("\n")
}

/// The commands of a list as lines of a script.
fn commands(lines: &[&str]) -> String {
    let mut script = String::new();
    for item in items(lines) {
        let Some(first) = item.first().map(|line| line.trim()) else { continue };
        if first.starts_with(['|', '>']) {
            let depth = item.first().map_or(0, |line| indent(line).saturating_sub(2));
            script.push_str(&block(item.get(1..).unwrap_or_default(), depth));
        } else if first.starts_with('[') {
            script.push_str(&listed(first));
        } else {
            let bare = first.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            match bare {
                Some(bare) => script.push_str(&bare.replace("\\\"", "\"")),
                None => {
                    let single = first.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
                    script.push_str(&single.map_or_else(|| first.to_owned(), |text| text.replace("''", "'")));
                }
            }
        }
        script.push('\n');
    }
    script
}

/// `[ sh, -c, "a b" ]` as a line of a script: every word in quotes.
fn listed(text: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    let mut quote = None;
    for letter in text.trim_start_matches('[').trim_end_matches(']').chars() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(own)) if letter == own => quote = None,
            (',', None) => words.push(String::new()),
            (letter, None) if letter.is_whitespace() => {}
            (letter, _) => {
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
        }
    }
    let quoted: Vec<String> = words.iter().map(|word| crate::fix::quoted(word)).collect();
    quoted.join(" ")
}

/// The files that are written.
fn files(lines: &[&str], signs: &mut UserDataSigns) {
    for item in items(lines) {
        let value =
            |key: &str| item.iter().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':').map(str::trim));
        let path = value("path").unwrap_or_default().trim_matches(['"', '\'']);
        let at = item.iter().position(|line| line.trim().starts_with("content:"));
        let Some((at, key)) = at.and_then(|at| Some((at, item.get(at)?))) else { continue };
        let inline = value("content").unwrap_or_default();
        let mut text = if inline.starts_with(['|', '>']) || inline.starts_with("!!binary") {
            block(item.get(at.saturating_add(1)..).unwrap_or_default(), indent(key))
        } else {
            inline.trim_matches(['"', '\'']).replace("\\n", "\n").replace("\\\"", "\"")
        };
        let encoding = value("encoding").unwrap_or_default();
        if encoding.contains("b64") || encoding.contains("base64") || inline.starts_with("!!binary") {
            match decoded(&text) {
                Some(opened) if !encoding.contains("gz") => text = opened,
                _ => {
                    signs.runs_others |= script::is_config(path);
                    continue;
                }
            }
        }
        let target = if script::is_config(path) { "config" } else { "other-file" };
        // A cluster that the agent reads is not undone by another file that names one too.
        if target == "config" || signs.cluster.is_none() {
            config::take(&text, target, false, signs);
        }
    }
}
