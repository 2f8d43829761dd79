//! From a path that was walked to what the format says of it.

use super::{Header, Hop, Way};
use checks::net::{self, AddressSet, Family, HopVerdict, Traffic, Verdict};
use checks::reach::Walked;

impl From<&Walked> for Way {
    fn from(way: &Walked) -> Self {
        let family = match way.path.family {
            Family::Ipv4 => "ipv4",
            Family::Ipv6 => "ipv6",
        };
        Self {
            from: way.from.clone(),
            to: way.to.clone(),
            family: family.to_owned(),
            verdict: word(way.path.verdict).to_owned(),
            forward_path: forward_path(way),
            return_path: return_path(way),
        }
    }
}

/// The word of the outside contract for a path's verdict.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "reachable",
        Verdict::Degraded => "degraded",
        Verdict::Unknown => "unknown",
        Verdict::Blocked => "blocked",
    }
}

pub(super) fn forward_path(way: &Walked) -> Vec<Hop> {
    way.path.hops.iter().map(of).collect()
}

pub(super) fn return_path(way: &Walked) -> Vec<Hop> {
    way.path.reply_hops.iter().map(of).collect()
}

fn of(hop: &net::Hop) -> Hop {
    let verdict = match hop.verdict {
        HopVerdict::Passed => "passed",
        HopVerdict::Partly => "degraded",
        HopVerdict::Blocked => "blocked",
        HopVerdict::Unknown => "unknown",
    };
    Hop {
        component: hop.component.id.clone(),
        kind: hop.component.kind.to_owned(),
        verdict: verdict.to_owned(),
        by: hop.by.clone(),
        code: hop.code.map(str::to_owned),
        header: Header::from(&hop.header),
    }
}

impl From<&Traffic> for Header {
    fn from(traffic: &Traffic) -> Self {
        let protocol = traffic.protocol;
        let is_named = protocol.has_ports() || protocol.is_icmp();
        let ports = if protocol.has_ports() { traffic.ports.ranges().map(range).collect() } else { Vec::new() };
        Self {
            protocol: if is_named { protocol.to_string() } else { protocol.number().to_string() },
            source: addresses(&traffic.source),
            destination: addresses(&traffic.destination),
            ports,
        }
    }
}

fn range((first, last): (u16, u16)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn addresses(set: &AddressSet) -> Vec<String> {
    let is_internet = [Family::Ipv4, Family::Ipv6].iter().any(|family| *set == AddressSet::internet(*family));
    if is_internet && !set.is_empty() {
        return vec!["internet".to_owned()];
    }
    let blocks = set.blocks();
    let shown = blocks.iter().map(|block| {
        let whole = if block.is_ipv4() { 32 } else { 128 };
        if block.prefix() == whole { block.ip().to_string() } else { block.to_string() }
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use checks::net::{PortSet, Protocol};

    #[test]
    fn packets_are_blocks_and_ranges() {
        let traffic = |protocol, ports| {
            let source = AddressSet::of(["10.0.0.0/24", "10.0.1.7"]);
            Header::from(&Traffic::new(protocol, source, AddressSet::internet(Family::Ipv4), ports))
        };
        let tcp = traffic(Protocol::TCP, PortSet::one(22).union(&PortSet::range(1024, 65535)));
        assert_eq!((tcp.protocol.as_str(), tcp.ports), ("tcp", vec!["22".to_owned(), "1024-65535".to_owned()]));
        assert_eq!(
            (tcp.source, tcp.destination),
            (vec!["10.0.0.0/24".to_owned(), "10.0.1.7".to_owned()], vec!["internet".to_owned()])
        );
        let other = traffic(Protocol::of_number(50), PortSet::all());
        assert_eq!((other.protocol.as_str(), other.ports.len()), ("50", 0));
        assert!(traffic(Protocol::ICMP, PortSet::icmp(8, 0)).ports.is_empty());
    }
}
