//! A question about a path: from where, to where, with which packets, and what is expected.

use super::subject::Subject;
use crate::net::{Family, Flow, PortSet, Protocol, Verdict};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A question as it is written in a file of cases or on the command line, not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// What the answer is called.
    #[serde(default, deserialize_with = "word")]
    pub id: Option<String>,
    /// Where connections start.
    pub from: String,
    /// Where they lead.
    pub to: String,
    /// Destination port.
    #[serde(default)]
    pub port: Option<u64>,
    /// `tcp`, `udp`, `icmp` or a number.
    #[serde(default, deserialize_with = "word")]
    pub protocol: Option<String>,
    /// `reachable` or `blocked`.
    #[serde(default)]
    pub expect: Option<String>,
    /// Whether IPv6 is meant.
    #[serde(default)]
    pub ipv6: Option<bool>,
}

/// A question that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What the answer is called.
    pub id: Option<String>,
    /// Where connections start.
    pub from: Subject,
    /// Where they lead.
    pub to: Subject,
    /// What is sent.
    pub packets: Packets,
    /// The address family, where the question settles it.
    pub family: Option<Family>,
    /// What is expected.
    pub expect: Option<Expect>,
}

/// What is sent, before the address family is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packets {
    /// TCP or UDP to one port, or to every port.
    To(Protocol, Option<u16>),
    /// An echo request of ICMP, or of ICMPv6 over IPv6.
    Echo,
    /// Any other protocol.
    Other(Protocol),
}

/// An expectation of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Everything passes, there and back.
    Reachable,
    /// Nothing passes.
    Blocked,
}

impl Expect {
    /// The word of the outside contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Blocked => "blocked",
        }
    }

    /// The expectation that a word stands for.
    ///
    /// # Errors
    /// It is another word.
    pub fn parse(text: &str) -> Result<Self, String> {
        [Self::Reachable, Self::Blocked]
            .into_iter()
            .find(|expect| expect.word() == text)
            .ok_or_else(|| format!("expected `reachable` or `blocked` for `expect`, found `{text}`"))
    }

    /// Whether a verdict meets it; `None` when that is not known. What works in part meets neither.
    pub fn is_met(self, verdict: Verdict) -> Option<bool> {
        match verdict {
            Verdict::Unknown => None,
            Verdict::Reachable => Some(self == Self::Reachable),
            Verdict::Blocked => Some(self == Self::Blocked),
            Verdict::Degraded => Some(false),
        }
    }
}

impl Written {
    /// The question, when it makes sense.
    ///
    /// # Errors
    /// What was expected, as a lower-case sentence.
    pub fn checked(self) -> Result<Case, String> {
        let subject = |name: &str, text: &str| Subject::parse(text).map_err(|error| format!("`{name}`: {error}"));
        let (from, to) = (subject("from", &self.from)?, subject("to", &self.to)?);
        if matches!(to, Subject::Function(_)) {
            return Err("`to`: a function takes no connections; give it as `from`".to_owned());
        }
        if let Subject::ConnectEndpoint(id) = &to {
            return Err(format!("`to`: connections only start at `{id}`: AWS brings clients there; give it as `from`"));
        }
        let is_outside = |end: &Subject| matches!(end, Subject::Internet | Subject::Outside(_) | Subject::Far(_));
        if is_outside(&from) && is_outside(&to) {
            return Err("one end has to be inside a VPC".to_owned());
        }
        let family = family(&from, &to, self.ipv6)?;
        let packets = packets(self.protocol.as_deref(), self.port)?;
        let expect = self.expect.as_deref().map(Expect::parse).transpose()?;
        Ok(Case { id: self.id, from, to, packets, family, expect })
    }
}

fn family(from: &Subject, to: &Subject, ipv6: Option<bool>) -> Result<Option<Family>, String> {
    let asked = ipv6.map(|ipv6| if ipv6 { Family::Ipv6 } else { Family::Ipv4 });
    let families: Vec<Family> = [from.family(), to.family(), asked].into_iter().flatten().collect();
    match families.split_first() {
        Some((first, others)) if others.iter().any(|other| other != first) => match asked {
            Some(asked) => Err(format!("an end of the path is no {asked} address")),
            None => Err("one end is an IPv4 address, the other an IPv6 address".to_owned()),
        },
        first => Ok(first.map(|(first, _)| *first)),
    }
}

fn packets(protocol: Option<&str>, port: Option<u64>) -> Result<Packets, String> {
    let port = match port.map(u16::try_from) {
        None => None,
        Some(Ok(port @ 1..)) => Some(port),
        Some(_) => return Err("a port is a number from 1 to 65535".to_owned()),
    };
    let text = protocol.unwrap_or("tcp");
    let protocol = Protocol::parse(text).ok_or_else(|| {
        format!("expected `tcp`, `udp`, `icmp` or a number from 0 to 255 as protocol, found `{text}`")
    })?;
    let packets = match protocol {
        _ if protocol.has_ports() => return Ok(Packets::To(protocol, port)),
        _ if protocol.is_icmp() => Packets::Echo,
        _ => Packets::Other(protocol),
    };
    if port.is_some() { Err(format!("{protocol} has no ports")) } else { Ok(packets) }
}

impl Case {
    /// The name of the answer: the case's own, or its two ends.
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("{} -> {}", self.from, self.to))
    }
}

impl Packets {
    /// The packets over one address family.
    pub fn flow(self, family: Family) -> Flow {
        let (protocol, ports) = match (self, family) {
            (Self::To(protocol, Some(port)), _) => (protocol, PortSet::one(port)),
            (Self::To(protocol, None) | Self::Other(protocol), _) => (protocol, PortSet::all()),
            (Self::Echo, Family::Ipv4) => (Protocol::ICMP, PortSet::icmp(8, 0)),
            (Self::Echo, Family::Ipv6) => (Protocol::ICMPV6, PortSet::icmp(128, 0)),
        };
        Flow { protocol, ports }
    }
}

/// `tcp 443`, `udp on every port`, `ICMP echo`, `protocol 50`.
impl fmt::Display for Packets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(protocol, Some(port)) => write!(f, "{protocol} {port}"),
            Self::To(protocol, None) => write!(f, "{protocol} on every port"),
            Self::Echo => f.write_str("ICMP echo"),
            Self::Other(protocol) => write!(f, "{protocol}"),
        }
    }
}

/// A word that may be written as a number: `protocol: 47`.
fn word<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    struct Word;

    impl Visitor<'_> for Word {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    source.deserialize_any(Word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Result<Case, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
        written.checked()
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let case = case(r#"{"from": "web", "to": "10.0.0.7"}"#).unwrap();
        assert_eq!((case.packets, case.family), (Packets::To(Protocol::TCP, None), Some(Family::Ipv4)));
        assert_eq!((case.name().as_str(), case.expect), ("web -> 10.0.0.7", None));
        assert_eq!(case.packets.to_string(), "tcp on every port");
        assert!(case.packets.flow(Family::Ipv4).ports.is_all());
    }

    #[test]
    fn protocols_are_words_or_numbers() {
        let packets = |protocol: &str| {
            case(&format!(r#"{{"id": 7, "from": "a", "to": "b", "protocol": {protocol}}}"#)).map(|case| case.packets)
        };
        assert_eq!(packets("\"udp\""), Ok(Packets::To(Protocol::UDP, None)));
        assert_eq!(packets("6"), Ok(Packets::To(Protocol::TCP, None)));
        assert_eq!(packets("\"icmp\""), Ok(Packets::Echo));
        assert_eq!(packets("null"), Ok(Packets::To(Protocol::TCP, None)));
        assert_eq!(packets("50"), Ok(Packets::Other(Protocol::of_number(50))));
        assert_eq!(Packets::Echo.flow(Family::Ipv6).ports, PortSet::icmp(128, 0));
        assert!(packets("\"-1\"").unwrap_err().contains("as protocol"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let cases = [
            (r#"{"from": "a"}"#, "missing field `to`"),
            (r#"{"from": "a", "to": "b", "prot": "tcp"}"#, "unknown field `prot`"),
            (r#"{"from": "a", "to": "b", "port": 0}"#, "1 to 65535"),
            (r#"{"from": "a", "to": "b", "port": 65536}"#, "1 to 65535"),
            (r#"{"from": "a", "to": "b", "port": 80, "protocol": "icmp"}"#, "icmp has no ports"),
            (r#"{"from": "a", "to": "b", "expect": "maybe"}"#, "`reachable` or `blocked`"),
            (r#"{"from": "i-1", "to": "b"}"#, "`from`: an instance id"),
            (r#"{"from": "a", "to": "function:b"}"#, "takes no connections"),
            (r#"{"from": "internet", "to": "internet"}"#, "inside a VPC"),
            (r#"{"from": "10.0.0.1", "to": "2a05::1"}"#, "the other an IPv6 address"),
            (r#"{"from": "10.0.0.1", "to": "b", "ipv6": true}"#, "no IPv6 address"),
        ];
        for (text, part) in cases {
            let error = case(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_works_in_part_meets_no_expectation() {
        for expect in [Expect::Reachable, Expect::Blocked] {
            assert_eq!(expect.is_met(Verdict::Degraded), Some(false));
            assert_eq!(expect.is_met(Verdict::Unknown), None);
        }
        assert_eq!(Expect::Reachable.is_met(Verdict::Reachable), Some(true));
        assert_eq!(Expect::Blocked.is_met(Verdict::Reachable), Some(false));
    }
}
