//! The functions of the rule language.

use serde_json::{Value, json};

use super::super::request::percent_encode;
use super::partition;

/// The result of a function; null where it has none; `None` for a function that is not known.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first().unwrap_or(&Value::Null);
    let second = arguments.get(1).unwrap_or(&Value::Null);
    let text = first.as_str();
    Some(match name {
        "isSet" => (!first.is_null()).into(),
        "not" => matches!(first, Value::Null | Value::Bool(false)).into(),
        "booleanEquals" | "stringEquals" => (first == second).into(),
        "getAttr" => attribute(first, second.as_str().unwrap_or_default()),
        "substring" => substring(arguments),
        "uriEncode" => text.map_or(Value::Null, |t| percent_encode(t, "").into()),
        "parseURL" => text.and_then(parse_url).unwrap_or(Value::Null),
        "isValidHostLabel" => text.is_some_and(|t| host_label(t, second == &Value::Bool(true))).into(),
        "aws.partition" => text.map_or(Value::Null, partition::outputs),
        "aws.parseArn" => text.and_then(parse_arn).unwrap_or(Value::Null),
        "aws.isVirtualHostableS3Bucket" => {
            text.is_some_and(|t| virtual_hostable(t, second == &Value::Bool(true))).into()
        }
        _ => return None,
    })
}

/// `a.b[0]`; null where the way ends.
fn attribute(value: &Value, path: &str) -> Value {
    let mut here = value;
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, None), |(n, i)| (n, Some(i)));
        if !name.is_empty() {
            here = here.get(name).unwrap_or(&Value::Null);
        }
        if let Some(index) = index.and_then(|i| i.trim_end_matches(']').parse::<usize>().ok()) {
            here = here.get(index).unwrap_or(&Value::Null);
        }
    }
    here.clone()
}

/// `substring(text, start, stop, reverse)`; null for text that is too short or not ASCII.
fn substring(arguments: &[Value]) -> Value {
    let number = |i: usize| arguments.get(i).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let cut = || {
        let text = arguments.first()?.as_str()?;
        let (start, stop) = (number(1)?, number(2)?);
        if start >= stop || text.len() < stop || !text.is_ascii() {
            return None;
        }
        let reverse = arguments.get(3).and_then(Value::as_bool).unwrap_or(false);
        let range = if reverse { text.len() - stop..text.len() - start } else { start..stop };
        text.get(range)
    };
    cut().map_or(Value::Null, Value::from)
}

fn host_label(text: &str, subdomains: bool) -> bool {
    if subdomains {
        return text.split('.').all(|label| host_label(label, false));
    }
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len()) && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn virtual_hostable(bucket: &str, subdomains: bool) -> bool {
    let ip = bucket.parse::<std::net::Ipv4Addr>().is_ok();
    bucket.len() >= 3 && !bucket.chars().any(|c| c.is_ascii_uppercase()) && !ip && host_label(bucket, subdomains)
}

fn parse_arn(text: &str) -> Option<Value> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts[..] else {
        return None;
    };
    if arn != "arn" || partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    let resource: Vec<&str> = resource.split([':', '/']).collect();
    Some(json!({
        "partition": partition, "service": service, "region": region, "accountId": account, "resourceId": resource,
    }))
}

/// Scheme, authority and path of an HTTP URL without query.
fn parse_url(url: &str) -> Option<Value> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") || rest.contains('?') {
        return None;
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let bracketed = authority.strip_prefix('[').and_then(|a| a.split_once(']'));
    let (host, port) = match bracketed {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => authority.split_once(':').map_or((authority, None), |(h, p)| (h, Some(p))),
    };
    if host.is_empty() || port.is_some_and(|p| p.parse::<u16>().is_err()) {
        return None;
    }
    let mut normalized = percent_encode(path, "/%");
    if !normalized.ends_with('/') {
        normalized.push('/');
    }
    Some(json!({
        "scheme": scheme,
        "authority": authority,
        "path": path,
        "normalizedPath": normalized,
        "isIp": host.parse::<std::net::IpAddr>().is_ok(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substring_counts_from_either_end() {
        let cut = |text: &str, a: u64, b: u64, r: bool| substring(&[json!(text), json!(a), json!(b), json!(r)]);
        assert_eq!(cut("bucket--x-s3", 0, 6, true), json!("--x-s3"[..].to_owned()));
        assert_eq!(cut("bucket", 0, 3, false), json!("buc"));
        assert_eq!(cut("ab", 0, 3, false), Value::Null);
        assert_eq!(cut("übel", 0, 1, false), Value::Null);
    }

    #[test]
    fn urls_are_taken_apart() {
        let url = parse_url("http://127.0.0.1:5555/a").unwrap();
        assert_eq!(url["authority"], "127.0.0.1:5555");
        assert_eq!(url["isIp"], true);
        assert_eq!(url["normalizedPath"], "/a/");
        assert_eq!(parse_url("http://[::1]:80").unwrap()["isIp"], true);
        assert_eq!(parse_url("https://x.example").unwrap()["isIp"], false);
        assert_eq!(parse_url("ftp://x"), None);
        assert_eq!(parse_url("http://x:port"), None);
        assert_eq!(parse_url("http://x/?a=b"), None);
    }

    #[test]
    fn arns_and_labels() {
        let arn = parse_arn("arn:aws:s3:us-west-2:123456789012:accesspoint/mine").unwrap();
        assert_eq!(attribute(&arn, "resourceId[1]"), "mine");
        assert_eq!(attribute(&arn, "resourceId[7]"), Value::Null);
        assert!(parse_arn("arn:aws:s3").is_none());
        assert!(host_label("a-1", false) && !host_label("a.b", false) && host_label("a.b", true));
        assert!(!host_label("-a", false) && !host_label("", false) && !host_label("ü", false));
        assert!(virtual_hostable("my-bucket", false));
        assert!(!virtual_hostable("My-bucket", false) && !virtual_hostable("1.2.3.4", true));
    }
}
