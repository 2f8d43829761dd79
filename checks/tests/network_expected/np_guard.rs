//! What another analyser explains about its example configurations, which have groups and ACLs but no routes.

use crate::{Coverage, expected, fixtures, read};
use checks::net::security_group::{self, Peer};
use checks::net::{
    AddressSet, Cause, Direction, Family, Interface, Network, PortSet, Protocol, Traffic, TrafficSet, network_acl,
};
use checks::snapshot::{Header, Snapshot, facts_of_file};

pub(crate) fn explain() -> Coverage {
    let data = expected("np-guard-explain.json");
    let mut coverage = Coverage::default();
    for case in data["cases"].as_array().unwrap() {
        let text = |member: &str| case[member].as_str().unwrap();
        let id = format!("np-guard-explain/{} {} -> {}", text("input"), text("src"), text("dst"));
        let snapshot = load(text("input"));
        let Some(wanted) = wanted(text("expected")) else {
            coverage.skip(id, "its wording is not understood by this comparison");
            continue;
        };
        let network = Network::new(&snapshot);
        let found = Pair::of(&network, text("src"), text("dst")).explain();
        coverage.compare(id, wanted, found);
    }
    coverage
}

/// The same sentences in the words of [`Pair::explain`].
fn wanted(sentence: &str) -> Option<&'static str> {
    Some(match sentence {
        "tcp/9080 allowed; reply blocked for client source ports 1-1024 and 5001-65535" => {
            "out: everything; in: tcp 9080; both: tcp 9080; replies to 1025-5000"
        }
        "blocked at ingress" => "blocked at ingress by NetworkAcl",
        "udp only" => "udp only",
        "blocked: egress allows tcp/9080 only, ingress allows udp only (disjoint sets)" => {
            "out: tcp 9080; in: udp all; both: nothing"
        }
        "all allowed (public subnet)" => "everything",
        _ => return None,
    })
}

fn load(input: &str) -> Snapshot {
    let mut snapshot = Snapshot::new(Header::default());
    let text = read(&fixtures().join("np-guard-aws/input").join(input));
    for read in facts_of_file(input, &text).unwrap().reads {
        snapshot.record(read).unwrap();
    }
    snapshot
}

struct Pair<'a> {
    network: &'a Network<'a>,
    from: End<'a>,
    to: End<'a>,
}

struct End<'a> {
    addresses: AddressSet,
    /// `None` for the outside.
    interface: Option<&'a Interface<'a>>,
}

impl<'a> End<'a> {
    /// `10.240.0.96`, `147.235.0.0/16` or `subnet private2 (10.240.48.198)`.
    fn of(network: &'a Network<'a>, text: &str) -> Self {
        let address = text.split_once('(').map_or(text, |(_, address)| address.trim_end_matches(')'));
        let addresses = AddressSet::parse(address).unwrap();
        let interface = network.interfaces().iter().find(|own| *own.addresses(Family::Ipv4) == addresses);
        Self { addresses, interface }
    }

    fn peer(&self) -> Peer<'_> {
        self.interface.map_or(Peer::Outside, |own| Peer::Carrying(&own.groups))
    }
}

impl<'a> Pair<'a> {
    fn of(network: &'a Network<'a>, from: &str, to: &str) -> Self {
        Self { network, from: End::of(network, from), to: End::of(network, to) }
    }

    /// What passes one end in one direction: its groups, and its subnet's ACL unless both ends are in one subnet.
    fn side(&self, is_source: bool, protocol: Protocol) -> (TrafficSet, TrafficSet) {
        let all = Traffic::new(protocol, self.from.addresses.clone(), self.to.addresses.clone(), PortSet::all());
        let all = TrafficSet::from(all);
        let (end, other, direction) = if is_source {
            (&self.from, &self.to, Direction::Egress)
        } else {
            (&self.to, &self.from, Direction::Ingress)
        };
        let Some(own) = end.interface else { return (all.clone(), all) };
        let groups = security_group::evaluate(self.network, &own.groups, direction, &all, other.peer(), false).passed;
        (groups, self.acl(own, direction, &all))
    }

    fn acl(&self, own: &Interface<'_>, direction: Direction, traffic: &TrafficSet) -> TrafficSet {
        let subnet = |end: &End<'_>| end.interface.map(Interface::subnet);
        if subnet(&self.from) == subnet(&self.to) {
            return traffic.clone();
        }
        network_acl::evaluate(self.network, own.subnet(), direction, traffic, false).passed
    }

    fn explain(&self) -> String {
        let protocols = || (0..=255).map(Protocol::of_number);
        let passing = |is_source: bool| -> Vec<(Protocol, PortSet)> {
            let both = protocols().map(|protocol| {
                let (groups, acl) = self.side(is_source, protocol);
                (protocol, groups.intersection(&acl).ports())
            });
            both.filter(|(_, ports)| !ports.is_empty()).collect()
        };
        let (out, entering) = (passing(true), passing(false));
        let both: Vec<(Protocol, PortSet)> = out
            .iter()
            .filter_map(|(protocol, ports)| {
                let other = entering.iter().find(|(other, _)| other == protocol)?;
                let ports = ports.intersection(&other.1);
                (!ports.is_empty()).then_some((*protocol, ports))
            })
            .collect();
        if both.len() == 256 && both.iter().all(|(_, ports)| ports.is_all()) {
            return "everything".into();
        }
        if entering.is_empty() {
            return format!("blocked at ingress by {:?}", self.stopped_by())
                .replace("DestinationAclInbound", "NetworkAcl");
        }
        if both == [(Protocol::UDP, PortSet::all())] {
            return "udp only".into();
        }
        let summary = format!("out: {}; in: {}; both: {}", list(&out), list(&entering), list(&both));
        if both.is_empty() { summary } else { format!("{summary}; replies to {}", self.reply_ports()) }
    }

    /// Which filter of the far end stops TCP.
    fn stopped_by(&self) -> Cause {
        let (groups, acl) = self.side(false, Protocol::TCP);
        if acl.is_empty() && !groups.is_empty() { Cause::DestinationAclInbound } else { Cause::SecurityGroupIngress }
    }

    /// Client ports to which TCP replies get out of the far end's subnet.
    fn reply_ports(&self) -> String {
        let all = Traffic::new(Protocol::TCP, self.to.addresses.clone(), self.from.addresses.clone(), PortSet::all());
        self.acl(self.to.interface.unwrap(), Direction::Egress, &all.into()).ports().to_string()
    }
}

fn list(passing: &[(Protocol, PortSet)]) -> String {
    if passing.is_empty() {
        return "nothing".into();
    }
    if passing.len() == 256 && passing.iter().all(|(_, ports)| ports.is_all()) {
        return "everything".into();
    }
    passing.iter().map(|(protocol, ports)| format!("{protocol} {ports}")).collect::<Vec<_>>().join(", ")
}
