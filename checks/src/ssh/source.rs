//! From where connections come: as the question says, else the address that this machine is seen under.

use super::question::{Origin, Question};
use crate::snapshot::{Gap, Snapshot};
use ipnetwork::IpNetwork;
use std::net::IpAddr;

/// From where connections come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The question says it.
    Given(Origin),
    /// The public address of the machine that asks.
    Own(IpAddr),
    /// Nobody says it, and the machine's own address is not known.
    Unknown(Gap),
}

impl Source {
    /// What the question says, or the facts.
    pub fn of(snapshot: &Snapshot, question: &Question) -> Self {
        if let Some(origin) = &question.from {
            return Self::Given(origin.clone());
        }
        match snapshot.source_address.get("") {
            Ok(Some(own)) => match own.address.parse() {
                Ok(address) => Self::Own(address),
                Err(_) => Self::Unknown(unsaid()),
            },
            Ok(None) => Self::Unknown(unsaid()),
            Err(_) => Self::Unknown(unsaid()),
        }
    }

    /// The origin of packets: any address of the internet where it is not known.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Given(origin) => origin.clone(),
            Self::Own(address) => Origin::Block(IpNetwork::from(*address)),
            Self::Unknown(_) => Origin::Internet,
        }
    }

    /// The EC2 Instance Connect Endpoint that it is.
    pub fn connect_endpoint(&self) -> Option<&str> {
        match self {
            Self::Given(Origin::ConnectEndpoint(id)) => Some(id),
            _ => None,
        }
    }

    /// The one address that it is.
    pub fn address(&self) -> Option<IpAddr> {
        self.origin().addresses().single()
    }

    /// In words, behind "from": "`198.51.100.7`", "the internet".
    pub fn words(&self) -> String {
        match self {
            Self::Given(Origin::Internet) => "the internet".to_owned(),
            Self::Given(origin) => format!("`{origin}`"),
            Self::Own(address) => format!("`{address}`, the public address of this machine,"),
            Self::Unknown(_) => "an address of the internet that is not known".to_owned(),
        }
    }
}

/// What would tell.
fn unsaid() -> Gap {
    Gap::opaque("from which address connections come (give it with `--from`)")
}
