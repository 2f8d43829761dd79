//! The IP address operators.

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use super::super::notes::Notes;
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;

/// `IpAddress`: CIDR blocks of IPv4 and IPv6, a single address without prefix length. The families never match each other.
#[derive(Clone, Debug)]
pub(super) struct IpTest(Box<[(Box<str>, Option<IpNetwork>)]>);

impl IpTest {
    pub(super) fn compile(values: &[Box<str>]) -> Self {
        Self(values.iter().map(|value| (value.clone(), value.parse().ok())).collect())
    }

    pub(super) fn fits_any(&self, value: &str, notes: &mut Notes) -> Truth {
        let unreadable = |notes: &mut Notes, value: &str| {
            notes.unsettled(Unsettled::UnreadableValue { family: "IpAddress", value: value.to_owned() });
            Truth::Unknown
        };
        let Ok(own) = value.parse::<IpAddr>() else { return unreadable(notes, value) };
        self.0.iter().fold(Truth::False, |any, (text, block)| {
            any.or(match block {
                Some(block) => block.contains(own).into(),
                None => unreadable(notes, text),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(block: &str, address: &str) -> Truth {
        IpTest::compile(&[block.into()]).fits_any(address, &mut Notes::default())
    }

    #[test]
    fn blocks_hold_their_addresses() {
        assert_eq!(fits("203.0.113.0/24", "203.0.113.7"), Truth::True);
        assert_eq!(fits("203.0.113.0/24", "203.0.114.7"), Truth::False);
        assert_eq!(fits("203.0.113.7", "203.0.113.7"), Truth::True);
        assert_eq!(fits("203.0.113.7", "203.0.113.8"), Truth::False);
        assert_eq!(fits("2001:DB8::/32", "2001:db8:1::1"), Truth::True);
        assert_eq!(fits("2001:db8::1", "2001:db8::2"), Truth::False);
        assert_eq!(fits("0.0.0.0/0", "203.0.113.7"), Truth::True);
    }

    #[test]
    fn the_families_never_match_each_other() {
        assert_eq!(fits("0.0.0.0/0", "2001:db8::1"), Truth::False);
        assert_eq!(fits("::/0", "203.0.113.7"), Truth::False);
    }

    #[test]
    fn other_text_decides_nothing() {
        assert_eq!(fits("203.0.113.0/33", "203.0.113.7"), Truth::Unknown);
        assert_eq!(fits("203.0.113.0/24", "AWS Internal"), Truth::Unknown);
    }
}
