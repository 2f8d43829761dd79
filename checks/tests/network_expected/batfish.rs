//! Traces through snapshots of Batfish's tests, with TCP verdicts derived from the same data.

use crate::{Coverage, expected, fixtures, snapshot_of};
use checks::net::{Family, Flow, Network, Path, Point, Verdict};
use serde_json::Value;

pub(crate) fn traces() -> Coverage {
    let data = expected("batfish-traces.json");
    let mut coverage = Coverage::default();
    for case in data["cases"].as_array().unwrap() {
        let id = format!("batfish-traces/{}", case["id"].as_str().unwrap());
        let snapshot = snapshot_of(&fixtures().join(case["snapshot"].as_str().unwrap()));
        let network = Network::new(&snapshot);
        let (Some(from), Some(to)) = (point(&network, &case["src"]), point(&network, &case["dst"])) else {
            coverage.skip(id, "an end of it is of a kind that is not walked yet");
            continue;
        };
        let mut wanted = Vec::new();
        let mut found = Vec::new();
        for (port, verdict) in case["tcp_verdicts"].as_object().unwrap() {
            let flow = Flow::tcp(port.parse().unwrap());
            let path = network.path(&from, &to, &flow);
            assert_eq!(network.verdict(&from, &to, &flow), path.verdict, "{id}: {path:#?}");
            wanted.push(format!("{port}: {}", verdict.as_str().unwrap()));
            found.push(format!("{port}: {}", word(&path)));
            if verdict == "blocked" && case["reason_code"].is_string() {
                wanted.push(case["reason_code"].as_str().unwrap().to_owned());
                found.push(path.obstacles.first().and_then(|obstacle| obstacle.code).unwrap_or("none").to_owned());
            }
        }
        coverage.compare(id, wanted.join(", "), found.join(", "));
    }
    coverage
}

fn word(path: &Path) -> &'static str {
    match path.verdict {
        Verdict::Reachable => "reachable",
        Verdict::Blocked if path.obstacles.iter().all(|obstacle| obstacle.is_on_return) => "blocked_return",
        Verdict::Blocked => "blocked",
        Verdict::Degraded => "degraded",
        Verdict::Unknown => "unknown",
    }
}

/// `internet`, `internet:8.8.8.8`, `ip:8.8.8.8`, `i-1`, `i-1@10.0.0.1`, `subnet-1@10.0.0.92`, `vpce-1@10.1.101.97`.
fn point<'n, 's>(network: &'n Network<'s>, text: &Value) -> Option<Point<'n, 's>> {
    let text = text.as_str().unwrap();
    if text == "internet" {
        return Some(Point::Internet(Family::Ipv4));
    }
    if let Some((kind, address)) = text.split_once(':') {
        let address = address.parse().unwrap();
        return Some(if kind == "internet" { Point::Outside(address) } else { Point::Address(address) });
    }
    if text.starts_with("vgw-") {
        return Some(Point::Gateway(text.into()));
    }
    if text == "on-prem" {
        let gateway = network.snapshot.route_tables.known().iter().flat_map(|table| &table.routes);
        let gateway = gateway.map(|route| &route.gateway_id).find(|id| id.starts_with("vgw-"))?;
        return Some(Point::Gateway(gateway.clone()));
    }
    if let Some((_, interface)) = text.split_once(" eni-") {
        return network.interface(&format!("eni-{interface}")).map(Point::from);
    }
    let (id, address) = text.split_once('@').map_or((text, None), |(id, address)| (id, Some(address)));
    if let Some(address) = address.filter(|_| !id.starts_with("subnet-")) {
        return Some(Point::Address(address.parse().unwrap()));
    }
    if id.starts_with("i-") {
        let instance = network.snapshot.instances.get(id).unwrap().unwrap();
        return network.interface(&instance.primary_interface().unwrap().network_interface_id).map(Point::from);
    }
    // An address of a subnet that no interface has.
    network.unused(id, address?.parse().unwrap()).map(|own| Point::Interface(std::borrow::Cow::Owned(own)))
}
