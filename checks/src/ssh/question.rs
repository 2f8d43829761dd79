//! What is asked about an instance: from where, to which port, as whom.

use crate::net::{AddressSet, Family};
use crate::reach::Subject;
use ipnetwork::IpNetwork;
use std::fmt;

/// What is asked: an instance, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id of the instance.
    pub instance: String,
    /// From where connections come, as it was given.
    pub from: Option<Origin>,
    /// The port of the SSH server.
    pub port: u16,
    /// The user that logs in.
    pub user: Option<String>,
    /// The name or address that is connected to.
    pub probe: Option<String>,
    /// Path of the private key.
    pub key_file: Option<String>,
}

impl Question {
    /// A question that says nothing but the instance.
    pub fn about(instance: impl Into<String>) -> Self {
        Self { instance: instance.into(), from: None, port: 22, user: None, probe: None, key_file: None }
    }
}

/// From where connections come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Any address of the internet.
    Internet,
    /// Every address of a block.
    Block(IpNetwork),
    /// An EC2 Instance Connect Endpoint, through which the client opens a tunnel.
    ConnectEndpoint(String),
}

impl Origin {
    /// Reads an address, a block, the id of an EC2 Instance Connect Endpoint, or `internet`.
    ///
    /// # Errors
    /// What was expected, as a lower-case sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("internet") {
            return Ok(Self::Internet);
        }
        if text.starts_with("eice-") {
            return match Subject::parse(text)? {
                Subject::ConnectEndpoint(id) => Ok(Self::ConnectEndpoint(id)),
                other => Err(format!("expected the id of an EC2 Instance Connect Endpoint, found `{other}`")),
            };
        }
        text.parse().map(Self::Block).map_err(|_| {
            format!(
                "expected an address, a block such as `198.51.100.0/24`, the id of an EC2 Instance Connect Endpoint, or `internet`, found \
                 `{text}`"
            )
        })
    }

    /// The address family, where the origin settles it.
    pub fn family(&self) -> Option<Family> {
        match self {
            Self::Internet | Self::ConnectEndpoint(_) => None,
            Self::Block(block) => Some(Family::of(block.ip())),
        }
    }

    /// The addresses; none for the internet, of which nobody says which are meant, and for an endpoint, whose own ones they are.
    pub fn addresses(&self) -> AddressSet {
        match self {
            Self::Internet | Self::ConnectEndpoint(_) => AddressSet::none(),
            Self::Block(block) => AddressSet::block(*block),
        }
    }

    /// Whether every address of it is one of the internet.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Internet => true,
            Self::ConnectEndpoint(_) => false,
            Self::Block(block) => AddressSet::block(*block).is_subset(&AddressSet::internet(Family::of(block.ip()))),
        }
    }
}

/// `internet`, an address, a block, or the id of an endpoint.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => f.write_str("internet"),
            Self::ConnectEndpoint(id) => f.write_str(id),
            Self::Block(block) => match AddressSet::block(*block).single() {
                Some(address) => write!(f, "{address}"),
                None => write!(f, "{}/{}", block.network(), block.prefix()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_a_block_or_the_internet() {
        let shown = |text: &str| Origin::parse(text).unwrap().to_string();
        assert_eq!((shown("Internet"), shown("198.51.100.7/32")), ("internet".into(), "198.51.100.7".into()));
        assert_eq!((shown("10.0.0.9/8"), shown("2a05::7")), ("10.0.0.0/8".into(), "2a05::7".into()));
        assert_eq!(shown("eice-0123456789abcdef0"), "eice-0123456789abcdef0");
        assert!(Origin::parse("eice-office").is_err());
        assert!(Origin::parse("office").unwrap_err().contains("found `office`"));
    }

    #[test]
    fn an_origin_is_public_when_all_of_it_is() {
        let is_public = |text: &str| Origin::parse(text).unwrap().is_public();
        assert!(is_public("internet") && is_public("198.51.100.0/24") && is_public("2a05::/32"));
        assert!(!is_public("10.0.0.7") && !is_public("8.0.0.0/5") && !is_public("fd00::1"));
        assert!(!is_public("eice-0123456789abcdef0"));
    }
}
