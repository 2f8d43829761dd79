//! What the engine says of a flow, and which attempts should then work.

use crate::topology::{Attempt, End, Flow, INTERNET, Ports, Topology};
use checks::net::{self, Cause, Effect, Family, Network, Obstacle, Path, Point, Verdict};
use checks::snapshot::{Header, Snapshot, facts_of_file};
use serde_json::{Map, Value};

/// A snapshot of the facts.
pub(crate) fn snapshot_of(facts: &Map<String, Value>) -> Snapshot {
    let text = Value::Object(facts.clone()).to_string();
    let mut snapshot = Snapshot::new(Header { account: "111122223333".into(), ..Header::default() });
    for read in facts_of_file("facts.json", &text).unwrap_or_else(|error| panic!("{error}")).reads {
        snapshot.record(read).unwrap_or_else(|error| panic!("{error}"));
    }
    snapshot
}

/// A question to the engine that stands for a flow.
pub(crate) struct Question<'n, 's> {
    /// How the ends are named, for people.
    pub(crate) named: &'static str,
    from: Point<'n, 's>,
    to: Point<'n, 's>,
    /// Whether it is about any address on the internet, so that the answer may be that it depends.
    pub(crate) is_wider: bool,
}

/// The first of [`questions`].
pub(crate) const AS_IT_IS: &str = "as it is";

/// The ways to ask for a flow: the far end is named by its interface or by its address, an end on the internet is named as such, or is any
/// address there.
pub(crate) fn questions<'n, 's>(network: &'n Network<'s>, topology: &Topology, flow: &Flow) -> Vec<Question<'n, 's>> {
    let point = |end: End| match end {
        End::Host(host) => interface(network, host),
        End::Address(address) => Point::Address(address.into()),
    };
    let ask = |named, from: End, to, is_wider| Question { named, from: point(from), to, is_wider };
    let mut questions = vec![ask(AS_IT_IS, flow.from, point(flow.to), false)];
    if matches!(flow.to, End::Host(_)) {
        let address = Point::Address(topology.destination(flow).into());
        questions.push(ask("to its address", flow.from, address, false));
    }
    if let End::Address(address) = flow.from {
        let outside = Point::Outside(address.into());
        questions.push(Question { from: outside, ..ask("from outside", flow.from, point(flow.to), false) });
        let anybody = Point::Internet(Family::Ipv4);
        questions.push(Question { from: anybody, ..ask("from the internet", flow.from, point(flow.to), true) });
    }
    if let End::Address(address) = flow.to
        && INTERNET.contains(&address)
    {
        questions.push(ask("to outside", flow.from, Point::Outside(address.into()), false));
        questions.push(ask("to the internet", flow.from, Point::Internet(Family::Ipv4), true));
    }
    questions
}

fn interface<'n, 's>(network: &'n Network<'s>, host: usize) -> Point<'n, 's> {
    let id = format!("eni-{host}");
    network.interface(&id).unwrap_or_else(|| panic!("`{id}` is not known")).into()
}

/// The one call to the engine; the short answer has to be that of the long one.
pub(crate) fn ask<'s>(network: &Network<'s>, question: &Question<'_, 's>, flow: &Flow) -> Path {
    let asked = net::Flow::tcp(flow.port);
    let path = network.path(&question.from, &question.to, &asked);
    let short = network.verdict(&question.from, &question.to, &asked);
    assert_eq!(short, path.verdict, "the verdict alone differs from that of {path:#?}");
    path
}

/// Which attempts of a flow work when a path is right; `None` when the path is not known.
pub(crate) fn expected(path: &Path, flow: &Flow) -> Option<Vec<bool>> {
    let all = |works| Some(vec![works; flow.attempts.len()]);
    match path.verdict {
        Verdict::Reachable => all(true),
        Verdict::Blocked => all(false),
        Verdict::Unknown => None,
        Verdict::Degraded => {
            let passing = Passing::of(path);
            let works = |own: &Attempt| passing.takes_client(*own) && passing.takes_translated(*own);
            Some(flow.attempts.iter().map(works).collect())
        }
    }
}

/// Whether a degraded path lets some ports pass and others not. All ports that work before a NAT gateway may be tried with ports of the
/// gateway that do not, and the other way round, so that both are looked at for themselves.
pub(crate) fn is_partial(path: &Path, flow: &Flow) -> bool {
    let (passing, attempts) = (Passing::of(path), &flow.attempts);
    attempts.iter().any(|own| passing.takes_client(*own))
        && attempts.iter().any(|own| passing.takes_translated(*own))
        && attempts.iter().any(|own| !passing.takes_client(*own) || !passing.takes_translated(*own))
}

/// What the obstacles of a degraded path let pass: ranges of ports for each of them.
struct Passing {
    clients: Vec<Vec<Ports>>,
    /// On the far side of a NAT gateway, where replies go to a port of the gateway's choice.
    translated: Vec<Vec<Ports>>,
}

impl Passing {
    fn of(path: &Path) -> Self {
        let goes_through_nat = path.hops.iter().any(|hop| hop.component.kind == "nat-gateway");
        let before_nat = |own: &&Obstacle| {
            own.cause == Cause::NatSubnetAclReply || (own.cause == Cause::DestinationAclReply && goes_through_nat)
        };
        let partial = path.obstacles.iter().filter(|obstacle| obstacle.effect == Effect::Degraded);
        let (translated, clients) = partial.partition::<Vec<_>, _>(before_nat);
        let all = |obstacles: Vec<&Obstacle>| obstacles.into_iter().map(passing).collect();
        Self { clients: all(clients), translated: all(translated) }
    }

    fn takes_client(&self, attempt: Attempt) -> bool {
        self.clients.iter().all(|ports| is_in(ports, attempt.client))
    }

    fn takes_translated(&self, attempt: Attempt) -> bool {
        self.translated.iter().all(|ports| is_in(ports, attempt.translated))
    }
}

fn is_in(ports: &[Ports], port: u16) -> bool {
    ports.iter().any(|(first, last)| (*first..=*last).contains(&port))
}

/// The ports that an obstacle lets pass, `ports 1024-5000, 8080`; none when it speaks of something else.
fn passing(obstacle: &Obstacle) -> Vec<Ports> {
    let text = obstacle.passes.as_deref().and_then(|text| text.strip_prefix("ports ")).unwrap_or_default();
    let ranges = text.split(", ").filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    ranges.collect()
}
