//! Questions about a world, and what must be true of the answers.

use super::draw::Draw;
use checks::net::{
    Effect, Family, Flow, Interface, Network, Path, Point, PortSet, Protocol, ServicePath, Verdict, to_service,
    to_service_briefly, verdict_of,
};
use checks::snapshot::Snapshot;
use checks::ssm::Estate;
use checks::triage;
use std::borrow::Cow;
use std::net::IpAddr;

/// Asks about ways between all kinds of points, to services, and for the diagnosis of each instance.
pub(crate) fn ask(snapshot: &Snapshot, draw: &mut Draw<'_>) {
    let network = Network::new(snapshot);
    let interfaces = network.interfaces();
    let points: Vec<Point<'_, '_>> = interfaces.iter().take(6).map(Point::from).collect();
    for (number, from) in points.iter().enumerate() {
        between(&network, from, &points[(number + 1) % points.len()], &Flow::tcp(22));
        between(&network, from, &Point::Internet(Family::Ipv4), &Flow::tcp(443));
    }
    for _ in 0..24 {
        let (from, to) = (point(&network, draw), point(&network, draw));
        let flow = flow(draw);
        between(&network, &from, &to, &flow);
        if draw.once_in(4) {
            again(&network, &from, &to, &flow);
        }
    }
    for interface in interfaces.iter().take(6) {
        services(&network, interface, draw);
    }
    let estate = Estate::new(snapshot);
    for instance in snapshot.instances.known().iter().take(4) {
        let _ = triage::ssm(&estate, &instance.instance_id);
    }
}

fn point<'n, 's>(network: &'n Network<'s>, draw: &mut Draw<'_>) -> Point<'n, 's> {
    let address = |draw: &mut Draw<'_>| draw.address().parse().unwrap_or(IpAddr::from([10, 0, 1, 10]));
    match draw.below(11) {
        0..=3 => match draw.pick_of(network.interfaces()) {
            Some(interface) => Point::from(interface),
            None => Point::Address(address(draw)),
        },
        4 | 5 => Point::Address(address(draw)),
        6 => Point::Outside(address(draw)),
        7 => Point::Internet(if draw.flag() { Family::Ipv6 } else { Family::Ipv4 }),
        8 => Point::Gateway(draw.pick(&["vgw-1", "", "vgw-2"]).to_owned()),
        9 => match draw.pick_of(network.interfaces()) {
            Some(own) => {
                Point::ConnectEndpoint { interface: Cow::Borrowed(own), preserves_client_ip: draw.flag() }
            }
            None => Point::Internet(Family::Ipv4),
        },
        _ => unused(network, draw).unwrap_or(Point::Internet(Family::Ipv4)),
    }
}

/// An address that no interface has: in a subnet, or forged by an interface.
fn unused<'n, 's>(network: &'n Network<'s>, draw: &mut Draw<'_>) -> Option<Point<'n, 's>> {
    let address: IpAddr = draw.address().parse().ok()?;
    if draw.flag() {
        let known = draw.pick_of(network.interfaces())?;
        let forged = network.unused("subnet-1", address)?;
        let mut own = known.clone();
        (own.is_foreign, own.ipv4, own.ipv6) = (true, forged.ipv4, forged.ipv6);
        return Some(Point::Interface(Cow::Owned(own)));
    }
    Some(Point::Interface(Cow::Owned(network.unused(draw.pick(&["subnet-1", "subnet-2", "subnet-6"]), address)?)))
}

fn flow(draw: &mut Draw<'_>) -> Flow {
    let protocol = match draw.below(8) {
        0..=3 => Protocol::TCP,
        4 => Protocol::UDP,
        5 => Protocol::ICMP,
        6 => Protocol::ICMPV6,
        _ => Protocol::of_number(draw.pick(&[50, 0, 47, 132, 255])),
    };
    let ports = match draw.below(7) {
        0 => PortSet::one(443),
        1 => PortSet::all(),
        2 => PortSet::of_rule(draw.number(), draw.number()),
        3 => PortSet::of_rule(draw.number(), draw.number()).union(&PortSet::of_rule(draw.number(), draw.number())),
        4 => PortSet::icmp(draw.number(), draw.number()),
        5 => PortSet::one(22).complement(),
        _ => PortSet::none(),
    };
    Flow { protocol, ports }
}

fn between<'s>(network: &Network<'s>, from: &Point<'_, 's>, to: &Point<'_, 's>, flow: &Flow) {
    let short = network.verdict(from, to, flow);
    let path = network.path(from, to, flow);
    assert_eq!(short, path.verdict, "from {from:?} to {to:?}, {flow:?}: {path:#?}");
    consistent(&path);
}

/// The same question has the same answer, and an answer in each family.
fn again<'s>(network: &Network<'s>, from: &Point<'_, 's>, to: &Point<'_, 's>, flow: &Flow) {
    assert_eq!(network.path(from, to, flow), network.path(from, to, flow));
    for family in [Family::Ipv4, Family::Ipv6] {
        consistent(&network.path_over(family, from, to, flow));
    }
}

/// What an answer says of itself is true.
fn consistent(path: &Path) {
    assert_eq!(path.verdict, verdict_of(&path.obstacles, &path.gaps), "{path:#?}");
    let blocks = path.obstacles.iter().any(|obstacle| obstacle.effect == Effect::Blocked);
    assert_eq!(blocks, path.verdict == Verdict::Blocked, "{path:#?}");
    assert_eq!(path.gaps.is_empty(), path.verdict != Verdict::Unknown, "{path:#?}");
}

fn services<'s>(network: &Network<'s>, interface: &Interface<'s>, draw: &mut Draw<'_>) {
    let service = draw.pick(&["ssm", "s3", "ssmmessages", "ec2messages", ""]);
    let region = if draw.once_in(16) { draw.pick(&["cn-north-1", "", "-"]) } else { "eu-west-1" };
    let port = if draw.once_in(16) { 0 } else { 443 };
    let whole: ServicePath = to_service(network, interface, service, region, port);
    let brief = to_service_briefly(network, interface, service, region, port);
    let told = |path: &ServicePath| (path.verdict, path.gaps.clone(), path.obstacles.clone());
    assert_eq!(told(&whole), told(&brief), "{service}: {whole:#?} {brief:#?}");
    assert_eq!(whole.gaps.is_empty(), whole.verdict != Verdict::Unknown, "{whole:#?}");
    whole.paths().for_each(consistent);
}
