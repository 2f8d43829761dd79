//! Signs in the environment variables of a function.
//!
//! Variables hold secrets, so that they never enter a snapshot: [`signs`] is all that is kept of them. A sign is the name of a proxy
//! variable with the host and port of the proxy, or a word of a list.
//!
//! Sources: Lambda developer guide, "Working with Lambda environment variables"; AWS SDKs and tools reference, "AWS STS Regional
//! endpoints" and "Dual-stack and FIPS endpoints"; Node.js documentation, "Command-line API", `--dns-result-order`.

use serde::{Deserialize, Serialize};

/// What is kept of environment variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EnvironmentSigns {
    /// Whether AWS does not show the variables, since the caller may not use their key.
    pub is_hidden: bool,
    /// Variables that name a proxy, or hosts that are reached without.
    pub proxies: Vec<ProxySign>,
    /// `AWS_STS_REGIONAL_ENDPOINTS`: `regional`, `legacy`, or empty.
    pub sts_regional_endpoints: String,
    /// `AWS_USE_DUALSTACK_ENDPOINT`: `true`, `false`, or empty.
    pub use_dualstack_endpoint: String,
    /// `--dns-result-order` in `NODE_OPTIONS`: `ipv4first`, `ipv6first`, `verbatim`, or empty.
    pub dns_result_order: String,
}

/// A variable that names a proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProxySign {
    /// Its name, as it is written.
    pub name: String,
    /// The host of the proxy; empty for `NO_PROXY`, and where the value is no address of a proxy.
    pub host: String,
    /// Its port, where one stands there.
    pub port: Option<u16>,
}

/// The signs in variables by name and value.
pub fn signs<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> EnvironmentSigns {
    let mut signs = EnvironmentSigns::default();
    for (name, value) in variables {
        match name.to_ascii_uppercase().as_str() {
            "HTTP_PROXY" | "HTTPS_PROXY" | "ALL_PROXY" if !value.trim().is_empty() => {
                let (host, port) = proxy(value).unwrap_or_default();
                signs.proxies.push(ProxySign { name: name.to_owned(), host, port });
            }
            "NO_PROXY" if !value.trim().is_empty() => {
                signs.proxies.push(ProxySign { name: name.to_owned(), ..ProxySign::default() });
            }
            _ => match name {
                "AWS_STS_REGIONAL_ENDPOINTS" => signs.sts_regional_endpoints = word(value, &["regional", "legacy"]),
                "AWS_USE_DUALSTACK_ENDPOINT" => signs.use_dualstack_endpoint = word(value, &["true", "false"]),
                "NODE_OPTIONS" => signs.dns_result_order = result_order(value),
                _ => {}
            },
        }
    }
    signs.proxies.sort_by(|a, b| a.name.cmp(&b.name));
    signs
}

/// A value if it is one of the words that are documented, in lower case.
fn word(value: &str, words: &[&str]) -> String {
    let value = value.trim().to_ascii_lowercase();
    words.iter().find(|word| **word == value).map(|word| (*word).to_owned()).unwrap_or_default()
}

fn result_order(options: &str) -> String {
    let mut found = String::new();
    let mut parts = options.split_whitespace().peekable();
    while let Some(part) = parts.next() {
        let value = match part.strip_prefix("--dns-result-order") {
            Some("") => parts.peek().copied(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let Some(value) = value {
            found = word(value, &["ipv4first", "ipv6first", "verbatim"]);
        }
    }
    found
}

/// Host and port of a proxy. What is not plainly `[scheme://][user:password@]host[:port][/…]` gives nothing: a part of a password must not
/// be taken for a host.
fn proxy(value: &str) -> Option<(String, Option<u16>)> {
    let value = value.trim();
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let end = value.find(['/', '?', '#']).unwrap_or(value.len());
    let (authority, rest) = value.split_at_checked(end)?;
    if rest.contains('@') {
        return None;
    }
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = match place.strip_prefix('[') {
        Some(inner) => {
            let (host, port) = inner.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let is_legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':');
    if host.is_empty() || host.len() > 253 || !host.chars().all(is_legal) {
        return None;
    }
    let port = match port.filter(|port| !port.is_empty()) {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    Some((host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_of(value: &str) -> (String, Option<u16>) {
        let signs = signs([("HTTPS_PROXY", value)]);
        (signs.proxies[0].host.clone(), signs.proxies[0].port)
    }

    #[test]
    fn a_proxy_is_told_by_host_and_port_alone() {
        for value in [
            "http://user:hunter2@Proxy.example.com:3128/path?token=hunter2",
            "proxy.example.com:3128",
            "https://proxy.example.com:3128#hunter2",
        ] {
            assert_eq!(proxy_of(value), ("proxy.example.com".to_owned(), Some(3128)), "{value}");
        }
        assert_eq!(proxy_of("http://[fd00::8]:8080/"), ("fd00::8".to_owned(), Some(8080)));
        assert_eq!(proxy_of("10.0.1.5"), ("10.0.1.5".to_owned(), None));
    }

    #[test]
    fn what_is_no_address_of_a_proxy_gives_nothing() {
        for value in [
            "http://user:hunter/2@proxy.example.com",
            "user:hunter2",
            "http://user:hunter?2@proxy.example.com",
            "hunter 2",
            "proxy.example.com:hunter2",
            "http://",
            "[hunter2",
        ] {
            assert_eq!(proxy_of(value), (String::new(), None), "{value}");
        }
    }

    #[test]
    fn only_words_of_the_lists_are_kept() {
        let signs = signs([
            ("no_proxy", "secret.internal,10.0.0.0/8"),
            ("http_proxy", " "),
            ("AWS_STS_REGIONAL_ENDPOINTS", "Legacy"),
            ("AWS_USE_DUALSTACK_ENDPOINT", "hunter2"),
            ("NODE_OPTIONS", "--require ./secret.js --dns-result-order=ipv6first --title=hunter2"),
            ("DATABASE_PASSWORD", "hunter2"),
        ]);
        let no_proxy = ProxySign { name: "no_proxy".to_owned(), ..ProxySign::default() };
        let wanted = EnvironmentSigns {
            proxies: vec![no_proxy],
            sts_regional_endpoints: "legacy".to_owned(),
            dns_result_order: "ipv6first".to_owned(),
            ..EnvironmentSigns::default()
        };
        assert_eq!(signs, wanted);
        let text = serde_json::to_string(&signs).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("secret"), "{text}");
        assert_eq!(result_order("--dns-result-order verbatim"), "verbatim");
        assert_eq!(result_order("--dns-result-order=hunter2"), "");
    }
}
