//! Several parts of user data in one MIME message.

use super::{UserDataSigns, decoded, kind_of, take_part};

/// Parts in parts that are followed.
const DEEPEST: usize = 4;

/// Whether cloud-init takes a text for a MIME message: the header stands within the first 4,096 bytes.
pub(super) fn is_mime(text: &str) -> bool {
    let end =
        text.char_indices().map(|(at, _)| at).take_while(|at| *at < 4096).last().map_or(0, |at| at.saturating_add(1));
    let head = text.get(..end).unwrap_or(text);
    head.to_lowercase().contains("mime-version:")
}

pub(super) fn take(text: &str, signs: &mut UserDataSigns) {
    let text = text.replace("\r\n", "\n");
    part(&text, signs, 0);
}

fn part(text: &str, signs: &mut UserDataSigns, depth: usize) {
    let (headers, body) = split(text);
    let content_type = header(&headers, "content-type").unwrap_or_else(|| "text/plain".to_owned());
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    if kind.starts_with("multipart/") && depth < DEEPEST {
        let Some(boundary) = boundary(&content_type) else { return signs.fault("boundary-missing") };
        let parts = parts(body, &boundary);
        if parts.is_empty() {
            signs.fault("boundary-unused");
        }
        for inner in parts {
            part(&inner, signs, depth.saturating_add(1));
        }
        return;
    }
    let is_base64 =
        header(&headers, "content-transfer-encoding").is_some_and(|value| value.trim().eq_ignore_ascii_case("base64"));
    let opened = if is_base64 { decoded(body) } else { Some(body.to_owned()) };
    let Some(text) = opened else {
        signs.runs_others = true;
        return;
    };
    let by_start = kind_of(&text);
    match kind.as_str() {
        "text/cloud-config" => take_part("cloud-config", &text, signs),
        "text/cloud-boothook" => take_part("cloud-boothook", &text, signs),
        "text/x-shellscript" if by_start == "unknown" => signs.fault("part-without-shebang"),
        "text/x-shellscript" | "text/plain" | "text/x-not-multipart" if by_start == "unknown" || by_start == "none" => {
        }
        "text/x-shellscript" | "text/plain" | "text/x-not-multipart" => take_part(by_start, &text, signs),
        kind if kind.starts_with("text/x-shellscript-per-") => take_part("shell-script", &text, signs),
        // Included addresses, archives, part handlers, compressed parts.
        _ => signs.runs_others = true,
    }
}

/// Headers in lower case with their continuations, and the body.
fn split(text: &str) -> (String, &str) {
    let (headers, body) = match text.strip_prefix('\n') {
        Some(body) => ("", body),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    };
    (headers.replace("\n ", " ").replace("\n\t", " "), body)
}

fn header(headers: &str, name: &str) -> Option<String> {
    let of = |line: &str| {
        let (own, value) = line.split_once(':')?;
        own.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    headers.lines().find_map(of)
}

fn boundary(content_type: &str) -> Option<String> {
    let of = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    };
    content_type.split(';').find_map(of).filter(|boundary| !boundary.is_empty())
}

fn parts(body: &str, boundary: &str) -> Vec<String> {
    let (start, end) = (format!("--{boundary}"), format!("--{boundary}--"));
    let mut parts: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in body.lines() {
        let bare = line.trim_end();
        if bare == end {
            break;
        } else if bare == start {
            is_inside = true;
            parts.push(String::new());
        } else if is_inside && let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}
