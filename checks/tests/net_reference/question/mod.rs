//! A question about many packets, answered one packet at a time.

mod samples;

use crate::evaluator::{Evaluator, Fate, Packet, public_address};
use checks::net::Verdict;
use checks::snapshot::Snapshot;
use checks::snapshot::ec2::NetworkInterface;
use samples::Samples;
pub(crate) use samples::border_addresses;
use std::net::IpAddr;

/// An end of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Interface(String),
    Address(IpAddr),
    /// Any address out there.
    Internet {
        is_v6: bool,
    },
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) protocol: u8,
    /// First and last destination port; without meaning for protocols that have none.
    pub(crate) ports: (u16, u16),
    /// ICMP type and code.
    pub(crate) message: Option<(u8, u8)>,
}

/// How many packets met which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) answered: usize,
    pub(crate) lost: usize,
    pub(crate) not_knowable: usize,
    /// Whether some packet of which nothing is known would be answered if appliances did what helps most; looked for on request.
    may_be_answered: bool,
    /// Whether an end is any address out there, and it depends on which.
    pub(crate) depends_on_address: bool,
    /// Whether a packet went out to the internet and came in again here.
    pub(crate) reflects: bool,
}

impl Tally {
    /// The verdicts that say the same as the single packets.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let (answered, lost) = (self.answered > 0, self.lost > 0);
        if self.not_knowable > 0 {
            return if answered && lost { vec![Verdict::Unknown, Verdict::Degraded] } else { vec![Verdict::Unknown] };
        }
        match (answered, lost) {
            (true, false) => vec![Verdict::Reachable],
            (true, true) if self.depends_on_address => vec![Verdict::Degraded, Verdict::Unknown],
            (true, true) => vec![Verdict::Degraded],
            (false, _) => vec![Verdict::Blocked],
        }
    }

    fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Answered => self.answered += 1,
            Fate::LostForward | Fate::LostOnReply => self.lost += 1,
            Fate::NotKnowable => self.not_knowable += 1,
        }
    }

    fn kinds(&self) -> [bool; 3] {
        [self.answered > 0, self.lost > 0, self.not_knowable > 0]
    }
}

impl Question {
    /// Whether the packets are IPv6 ones: those to an interface are so only when it has no IPv4 address.
    pub(crate) fn is_v6(&self, snapshot: &Snapshot) -> bool {
        match (&self.from, &self.to) {
            (End::Interface(_), End::Interface(id)) => interface(snapshot, id).private_ip_address.is_empty(),
            (End::Address(address), _) | (End::Interface(_), End::Address(address)) => address.is_ipv6(),
            (End::Internet { is_v6 }, _) | (End::Interface(_), End::Internet { is_v6 }) => *is_v6,
        }
    }

    /// The end that is not out there.
    fn near<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a NetworkInterface> {
        let of_end = |end: &End| match end {
            End::Interface(id) => Some(interface(snapshot, id)),
            End::Address(address) => Evaluator::with_stranger(snapshot, None).interface_known_as(*address),
            End::Internet { .. } => None,
        };
        of_end(&self.from).or_else(|| of_end(&self.to))
    }

    /// The fates of the packets that stand for all others.
    pub(crate) fn tally(&self, snapshot: &Snapshot) -> Tally {
        self.counted(snapshot, false)
    }

    /// Whether some packet of which nothing is known would be answered if appliances did what helps most.
    pub(crate) fn may_be_answered(&self, snapshot: &Snapshot) -> bool {
        self.counted(snapshot, true).may_be_answered
    }

    fn counted(&self, snapshot: &Snapshot, hopes: bool) -> Tally {
        let is_v6 = self.is_v6(snapshot);
        let samples = Samples::of(snapshot);
        let near = self.near(snapshot);
        let sources = match &self.from {
            End::Interface(id) => own_addresses(interface(snapshot, id), is_v6),
            End::Address(address) => vec![*address],
            End::Internet { .. } => samples.internet(is_v6, near),
        };
        let destinations = match &self.to {
            End::Interface(id) => self.addresses_of(interface(snapshot, id), is_v6),
            End::Address(address) => vec![*address],
            End::Internet { .. } => samples.internet(is_v6, near),
        };
        let mut total = Tally::default();
        let mut first: Option<[bool; 3]> = None;
        for source in &sources {
            for destination in &destinations {
                let part = self.between(snapshot, &samples, (*source, *destination), hopes);
                total.answered += part.answered;
                total.lost += part.lost;
                total.not_knowable += part.not_knowable;
                total.may_be_answered |= part.may_be_answered;
                total.reflects |= part.reflects;
                total.depends_on_address |= *first.get_or_insert(part.kinds()) != part.kinds();
            }
        }
        total.depends_on_address &=
            matches!((&self.from, &self.to), (End::Internet { .. }, _) | (_, End::Internet { .. }));
        total
    }

    /// The fates of the packets between two addresses: every port of the service, and for every other port those where a list changes
    /// its mind.
    fn between(
        &self,
        snapshot: &Snapshot,
        samples: &Samples,
        (source, destination): (IpAddr, IpAddr),
        hopes: bool,
    ) -> Tally {
        let stranger = match (&self.from, &self.to) {
            (End::Internet { .. }, _) => Some(source),
            (_, End::Internet { .. }) => Some(destination),
            _ => None,
        };
        let evaluator = Evaluator::with_stranger(snapshot, stranger);
        let (from, client) = match &self.from {
            End::Interface(id) => (Some(id.as_str()), client_ports(snapshot, id)),
            _ => (None, (1024, u16::MAX)),
        };
        let mut packet = Packet {
            protocol: self.protocol,
            source,
            source_port: 0,
            destination,
            destination_port: 0,
            message: (0, 0),
        };
        packet.message = self.message.unwrap_or_default();
        let mut tally = Tally::default();
        let ask = |tally: &mut Tally, packet, nat_port| {
            let fate = evaluator.fate(from, packet, nat_port);
            tally.count(fate);
            let is_open = hopes && fate == Fate::NotKnowable && !tally.may_be_answered;
            tally.may_be_answered |= is_open && evaluator.may_be_answered(from, packet, nat_port);
        };
        if !packet.has_ports() {
            ask(&mut tally, packet, 1024);
            tally.reflects = evaluator.reflects();
            return tally;
        }
        for port in self.ports.0..=self.ports.1 {
            for client_port in samples.ports(client) {
                for nat_port in samples.nat_ports() {
                    let packet = Packet { source_port: client_port, destination_port: port, ..packet };
                    ask(&mut tally, packet, nat_port);
                }
            }
        }
        tally.reflects = evaluator.reflects();
        tally
    }

    /// The addresses of the target: its private ones for another interface, its public one for somebody outside.
    fn addresses_of(&self, interface: &NetworkInterface, is_v6: bool) -> Vec<IpAddr> {
        let own = own_addresses(interface, is_v6);
        match self.from {
            End::Interface(_) => own,
            _ => own.into_iter().filter_map(|private| public_address(interface, private)).collect(),
        }
    }
}

fn interface<'a>(snapshot: &'a Snapshot, id: &str) -> &'a NetworkInterface {
    let interfaces = snapshot.network_interfaces.known();
    interfaces.iter().find(|own| own.network_interface_id == id).expect("the question names an interface")
}

/// The addresses that an interface opens connections from: the primary IPv4 address, or every IPv6 address.
fn own_addresses(interface: &NetworkInterface, is_v6: bool) -> Vec<IpAddr> {
    if is_v6 {
        return interface.ipv6_addresses.iter().map(|own| own.ipv6_address.parse().unwrap()).collect();
    }
    interface.private_ip_address.parse().into_iter().collect()
}

/// The ports that the system of an interface opens connections from.
fn client_ports(snapshot: &Snapshot, id: &str) -> (u16, u16) {
    let instances = snapshot.instances.known();
    let is_its = |own: &checks::snapshot::ec2::InstanceNetworkInterface| own.network_interface_id == id;
    let instance = instances.iter().find(|instance| instance.network_interfaces.iter().any(is_its));
    match instance.map(|instance| instance.platform_details.as_str()) {
        Some("Linux/UNIX") => (32_768, 60_999),
        Some("Windows") => (49_152, u16::MAX),
        _ => (1024, u16::MAX),
    }
}
