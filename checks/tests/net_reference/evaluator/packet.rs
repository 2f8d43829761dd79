//! One packet, and what becomes of it and its reply.

use std::net::IpAddr;

/// ICMP for IPv4.
pub(crate) const ICMP: u8 = 1;
/// TCP.
pub(crate) const TCP: u8 = 6;
/// UDP.
pub(crate) const UDP: u8 = 17;
/// ICMP for IPv6.
pub(crate) const ICMPV6: u8 = 58;

/// A packet; ports mean nothing without TCP or UDP, the message nothing without ICMP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet {
    /// IANA number.
    pub(crate) protocol: u8,
    pub(crate) source: IpAddr,
    pub(crate) source_port: u16,
    pub(crate) destination: IpAddr,
    pub(crate) destination_port: u16,
    /// ICMP type and code.
    pub(crate) message: (u8, u8),
}

impl Packet {
    pub(crate) fn has_ports(&self) -> bool {
        self.protocol == TCP || self.protocol == UDP
    }

    pub(crate) fn is_icmp(&self) -> bool {
        self.protocol == ICMP || self.protocol == ICMPV6
    }

    /// What answers it. Of ICMP only the echo request is answered; every other message has done its work on arrival.
    pub(crate) fn reply(&self) -> Option<Self> {
        let message = match (self.protocol, self.message) {
            (ICMP, (8, code)) => (0, code),
            (ICMPV6, (128, code)) => (129, code),
            (ICMP | ICMPV6, _) => return None,
            (_, message) => message,
        };
        Some(Self {
            protocol: self.protocol,
            source: self.destination,
            source_port: self.destination_port,
            destination: self.source,
            destination_port: self.source_port,
            message,
        })
    }
}

/// What becomes of a packet and its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives, and so does its reply where it has one.
    Answered,
    LostForward,
    LostOnReply,
    /// The facts do not tell.
    NotKnowable,
}

impl Fate {
    /// Where one of several fates is met and nobody knows which.
    pub(crate) fn of_alternatives(fates: &[Self]) -> Self {
        let Some(first) = fates.first() else { return Self::LostForward };
        if fates.iter().all(|fate| fate == first) {
            *first
        } else if fates.iter().all(|fate| matches!(fate, Self::LostForward | Self::LostOnReply)) {
            Self::LostForward
        } else {
            Self::NotKnowable
        }
    }
}

/// Yes, no, or the facts do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    Unknown,
}

impl Answer {
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }
}
