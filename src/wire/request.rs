//! A request before it has a host and a signature.

/// What an operation sends: everything but the endpoint's scheme and host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` ...
    pub method: String,
    /// Path below the endpoint, percent-encoded, with a leading slash.
    pub path: String,
    /// Query parameters in order, decoded. A parameter without a value has an empty one.
    pub query: Vec<(String, String)>,
    /// Headers in order; no two have the same name.
    pub headers: Vec<(String, String)>,
    /// The body, empty when there is none.
    pub body: Vec<u8>,
    /// Labels that go before the endpoint's host name, with their final dot, filled in.
    pub host_prefix: Option<String>,
}

impl HttpRequest {
    /// Path and query string as they stand in the request line.
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() {
            return self.path.clone();
        }
        format!("{}?{}", self.path, form(&self.query, true))
    }

    /// The whole URL below an endpoint, whose own path goes before the request's.
    pub fn url(&self, endpoint: &str) -> String {
        let endpoint = endpoint.trim_end_matches('/');
        let rest = self.path_and_query();
        match (&self.host_prefix, endpoint.split_once("://")) {
            (Some(prefix), Some((scheme, host))) => format!("{scheme}://{prefix}{host}{rest}"),
            _ => format!("{endpoint}{rest}"),
        }
    }

    pub(super) fn header(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.headers.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name.to_owned(), value)),
        }
    }

    pub(super) fn get_header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// `a=1&b=2`. In a query string a parameter without a value is written without `=`, in a form with it.
pub(super) fn form(pairs: &[(String, String)], query_string: bool) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&percent_encode(name, ""));
        if !(query_string && value.is_empty()) {
            out.push('=');
            out.push_str(&percent_encode(value, ""));
        }
    }
    out
}

/// Encodes everything but RFC 3986's unreserved characters and those in `keep`.
pub(super) fn percent_encode(text: &str, keep: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.as_bytes().contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// The text behind percent-encoding; a plus stays a plus. `None` when it is not UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let hex = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).ok()?);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreserved_characters_stay_and_bytes_are_encoded() {
        assert_eq!(percent_encode("a-b_c.d~e/f g+h", ""), "a-b_c.d~e%2Ff%20g%2Bh");
        assert_eq!(percent_encode("a/b c", "/"), "a/b%20c");
        assert_eq!(percent_encode("ü", ""), "%C3%BC");
    }

    #[test]
    fn decoding_undoes_encoding_and_leaves_the_rest() {
        let odd = "a b/ü%+\n";
        assert_eq!(percent_decode(&percent_encode(odd, "")).as_deref(), Some(odd));
        assert_eq!(percent_decode("1+1 %zz %4").as_deref(), Some("1+1 %zz %4"));
        assert_eq!(percent_decode("%FF"), None);
    }

    #[test]
    fn a_flag_has_no_equals_sign_in_a_query_string() {
        let pairs = vec![("policy".to_owned(), String::new()), ("a".to_owned(), "1".to_owned())];
        assert_eq!(form(&pairs, true), "policy&a=1");
        assert_eq!(form(&pairs, false), "policy=&a=1");
    }
}
