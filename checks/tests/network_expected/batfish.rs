//! Traces through snapshots of Batfish's tests, with TCP verdicts derived from the same data.

use crate::{Coverage, expected, fixtures, snapshot_of};
use checks::net::{AddressSet, Family, Flow, Origin, Path, Point, Verdict, between};
use checks::snapshot::Snapshot;
use serde_json::Value;

pub(crate) fn traces() -> Coverage {
    let data = expected("batfish-traces.json");
    let mut coverage = Coverage::default();
    for case in data["cases"].as_array().unwrap() {
        let id = format!("batfish-traces/{}", case["id"].as_str().unwrap());
        if let Some(why) = not_yet(case) {
            coverage.skip(id, why);
            continue;
        }
        let snapshot = snapshot_of(&fixtures().join(case["snapshot"].as_str().unwrap()));
        let (Some(from), Some(to)) = (point(&snapshot, &case["src"]), point(&snapshot, &case["dst"])) else {
            coverage.skip(id, "an end of it is of a kind that is not walked yet");
            continue;
        };
        let mut wanted = Vec::new();
        let mut found = Vec::new();
        for (port, verdict) in case["tcp_verdicts"].as_object().unwrap() {
            let path = between(&snapshot, &from, &to, &Flow::tcp(port.parse().unwrap()));
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

/// Cases about what the engine does not walk through.
fn not_yet(case: &Value) -> Option<&'static str> {
    let snapshot = case["snapshot"].as_str().unwrap();
    let leads_out = case["dst"].as_str().unwrap().starts_with("ip:8.8.8.8");
    [
        ("transit-gateway", "transit gateways are not walked through"),
        ("load-balancer", "load balancers are not walked through"),
        ("vpn-gateway", "nothing is walked from the far side of a VPN"),
        ("vpc-peering", "peering connections are not walked through"),
    ]
    .into_iter()
    .find(|(part, _)| snapshot.contains(part) && !leads_out)
    .map(|(_, why)| why)
}

fn word(path: &Path) -> &'static str {
    match path.verdict {
        Verdict::Reachable => "reachable",
        Verdict::Blocked => "blocked",
        Verdict::Degraded => "degraded",
        Verdict::Unknown => "unknown",
    }
}

/// `internet`, `internet:8.8.8.8`, `ip:8.8.8.8`, `i-1`, `i-1@10.0.0.1`, `subnet-1@10.0.0.92`, `vpce-1@10.1.101.97`.
fn point(snapshot: &Snapshot, text: &Value) -> Option<Point> {
    let text = text.as_str().unwrap();
    if text == "internet" {
        return Some(Point::Internet(Family::Ipv4));
    }
    if let Some((_, address)) = text.split_once(':') {
        return Some(Point::Address(address.parse().unwrap()));
    }
    let (id, address) = text.split_once('@').map_or((text, None), |(id, address)| (id, Some(address)));
    if let Some(address) = address.filter(|_| !id.starts_with("subnet-")) {
        return Some(Point::Address(address.parse().unwrap()));
    }
    if id.starts_with("i-") {
        let instance = snapshot.instances.get(id).unwrap().unwrap();
        return Some(Point::Interface(Box::new(Origin::of_interface(snapshot, instance.primary_interface().unwrap()))));
    }
    // An address of a subnet that no interface has.
    let subnet = snapshot.subnets.get(id).ok().flatten()?;
    Some(Point::Interface(Box::new(Origin {
        component: checks::evidence::Component::new("subnet", id),
        instance: None,
        owner: String::new(),
        vpc: subnet.vpc_id.clone(),
        subnet: id.to_owned(),
        groups: Vec::new(),
        ipv4: AddressSet::parse(address?)?,
        public_ipv4: None,
        ipv6: AddressSet::none(),
        client_ports: checks::net::PortSet::range(1024, 65535),
    })))
}
