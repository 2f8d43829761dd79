//! Filters of two interfaces in one VPC, and what they leave of the replies.

use crate::{Coverage, expected, world};
use checks::net::security_group::Peer;
use checks::net::{
    AddressSet, Direction, GroupIx, Network, PortSet, Protocol, Traffic, TrafficSet, network_acl, security_group,
};
use checks::snapshot::Snapshot;
use serde_json::{Value, json};

const SOURCE: &str = "10.0.1.10";

pub(crate) fn matrix() -> Coverage {
    let data = expected("reach-matrix.json");
    let mut coverage = Coverage::default();
    for case in data["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let is_one_subnet = case["topology"] == "one-subnet";
        let snapshot = world_of(&data, case);
        let case = Case { network: &Network::new(&snapshot), case, is_one_subnet };
        let wanted = [wanted(&case.case["expected_forward"]), wanted(&case.case["expected_return"])];
        let found = [case.forward(), case.reply()];
        coverage.compare(format!("reach-matrix/{name}"), wanted.join(", back "), found.join(", back "));
    }
    coverage
}

struct Case<'a> {
    network: &'a Network<'a>,
    case: &'a Value,
    is_one_subnet: bool,
}

impl Case<'_> {
    fn target(&self) -> &'static str {
        if self.is_one_subnet { "10.0.1.20" } else { "10.0.2.20" }
    }

    fn groups(&self, side: &str) -> Vec<GroupIx> {
        let names = self.case[side].as_array().unwrap().iter().map(|group| format!("sg-{}", group.as_str().unwrap()));
        names.map(|id| self.network.group(&id).unwrap()).collect()
    }

    fn acl(&self, subnet: &str, direction: Direction, traffic: &TrafficSet) -> TrafficSet {
        if self.is_one_subnet {
            return traffic.clone();
        }
        let subnet = self.network.subnet(subnet).unwrap();
        network_acl::evaluate(self.network, subnet, direction, traffic, false).passed
    }

    /// Every protocol, through both interfaces' groups and, between subnets, both ACLs.
    fn forward(&self) -> String {
        let (from, to) = (self.groups("source_sgs"), self.groups("destination_sgs"));
        describe(|protocol| {
            let traffic = packets(protocol, SOURCE, self.target());
            let peer = Peer::Carrying(&to);
            let judge = |groups: &[GroupIx], direction, peer| {
                security_group::evaluate(self.network, groups, direction, &traffic, peer, false).passed
            };
            let out = judge(&from, Direction::Egress, peer);
            let entering = judge(&to, Direction::Ingress, Peer::Carrying(&from));
            out.intersection(&self.acl("subnet-1", Direction::Egress, &traffic))
                .intersection(&self.acl("subnet-2", Direction::Ingress, &traffic))
                .intersection(&entering)
        })
    }

    /// Replies pass the groups; only the ACLs count.
    fn reply(&self) -> String {
        describe(|protocol| {
            let traffic = packets(protocol, self.target(), SOURCE);
            let leaving = self.acl("subnet-2", Direction::Egress, &traffic);
            leaving.intersection(&self.acl("subnet-1", Direction::Ingress, &traffic))
        })
    }
}

fn packets(protocol: Protocol, source: &str, destination: &str) -> TrafficSet {
    let address = |text| AddressSet::parse(text).unwrap();
    Traffic::new(protocol, address(source), address(destination), PortSet::all()).into()
}

/// What passes of every protocol there is: `all`, `none`, or a list of `tcp/22`.
fn describe(passing: impl Fn(Protocol) -> TrafficSet) -> String {
    let per_protocol: Vec<(Protocol, PortSet)> = (0..=255)
        .map(Protocol::of_number)
        .map(|protocol| (protocol, passing(protocol).ports()))
        .filter(|(_, ports)| !ports.is_empty())
        .collect();
    if per_protocol.is_empty() {
        return "none".into();
    }
    if per_protocol.len() == 256 && per_protocol.iter().all(|(_, ports)| ports.is_all()) {
        return "all".into();
    }
    let texts = per_protocol.iter().map(|(protocol, ports)| {
        let ports: Vec<String> = ports
            .ranges()
            .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
            .collect();
        format!("{protocol}/{}", ports.join(","))
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn wanted(value: &Value) -> String {
    match value.as_array() {
        Some(list) => list.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(" "),
        None => value.as_str().unwrap().to_owned(),
    }
}

fn world_of(data: &Value, case: &Value) -> Snapshot {
    let groups: Vec<Value> = data["security_groups"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, group)| {
            json!({"GroupId": format!("sg-{name}"), "VpcId": "vpc-1",
            "IpPermissions": permissions(&group["ingress"]), "IpPermissionsEgress": permissions(&group["egress"])})
        })
        .collect();
    let acl = |side: &str, subnet: &str| {
        let name = case[side].as_str().unwrap_or("default");
        let acl = &data["network_acls"][name];
        let entries: Vec<Value> =
            entries(&acl["ingress"], false).into_iter().chain(entries(&acl["egress"], true)).collect();
        json!({"NetworkAclId": format!("acl-{subnet}"), "VpcId": "vpc-1", "Associations": [{"SubnetId": subnet}], "Entries": entries})
    };
    world(
        &json!({"SecurityGroups": groups, "NetworkAcls": [acl("source_acl", "subnet-1"), acl("destination_acl", "subnet-2")]}),
    )
}

fn permissions(rules: &Value) -> Vec<Value> {
    rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            let mut permission = json!({"IpProtocol": rule["proto"]});
            if let Some(from) = rule.get("from_") {
                permission["FromPort"] = from.clone();
                permission["ToPort"] = rule["to"].clone();
            }
            match (rule["cidr"].as_str(), rule["sg"].as_str()) {
                (Some(cidr), _) => permission["IpRanges"] = json!([{ "CidrIp": cidr }]),
                (None, Some(group)) => permission["UserIdGroupPairs"] = json!([{ "GroupId": format!("sg-{group}") }]),
                (None, None) => panic!("a rule without a peer: {rule}"),
            }
            permission
        })
        .collect()
}

fn entries(rules: &Value, egress: bool) -> Vec<Value> {
    rules.as_array().unwrap().iter().map(|rule| {
        let mut entry = json!({"RuleNumber": rule["n"], "RuleAction": rule["action"], "Egress": egress, "CidrBlock": rule["cidr"],
            "Protocol": if rule["proto"] == "tcp" { json!("6") } else { rule["proto"].clone() }});
        if let Some(from) = rule.get("from_") {
            entry["PortRange"] = json!({"From": from, "To": rule["to"]});
        }
        entry
    }).collect()
}

/// Reply traffic through a chain of stateless filters, a new one beginning where ports are translated.
pub(crate) fn return_path() -> Coverage {
    let data = expected("reach-return-path.json");
    let mut coverage = Coverage::default();
    for case in data["cases"].as_array().unwrap() {
        let (mut all_wanted, mut all_found) = (Vec::new(), Vec::new());
        for (protocol, wanted) in case["expected"].as_object().unwrap() {
            let mut stretches: Vec<TrafficSet> = Vec::new();
            for point in case["points"].as_array().unwrap() {
                let passed = returns(point["returns"].as_str().unwrap(), Protocol::parse(protocol).unwrap());
                match stretches.last_mut() {
                    Some(last) if point["translates_ports"] == false => *last = last.intersection(&passed),
                    _ => stretches.push(passed),
                }
            }
            let found = stretches.iter().map(|stretch| verdict(stretch, protocol)).max().unwrap();
            all_wanted.push(format!("{protocol} {}", wanted.as_str().unwrap()));
            all_found.push(format!("{protocol} {}", ["success", "possible_failure", "failure"][found]));
        }
        let id = format!("reach-return-path/{}", case["name"].as_str().unwrap());
        coverage.compare(id, all_wanted.join(", "), all_found.join(", "));
    }
    coverage
}

/// What an ACL with these entries lets return, of all ports.
fn returns(entries: &str, protocol: Protocol) -> TrafficSet {
    let entry = |protocol: &str, from: u16, to: u16| {
        json!([{"RuleNumber": 100, "RuleAction": "allow", "Egress": true, "CidrBlock": "0.0.0.0/0", "Protocol": protocol,
            "PortRange": {"From": from, "To": to}}])
    };
    let entries = match entries {
        "all" => {
            json!([{"RuleNumber": 100, "RuleAction": "allow", "Egress": true, "CidrBlock": "0.0.0.0/0", "Protocol": "-1"}])
        }
        "none" => json!([]),
        "all_tcp" => entry("6", 0, 65535),
        "tcp_22" => entry("6", 22, 22),
        "tcp_high_ports_only" => entry("6", 1024, 65535),
        other => panic!("{other}"),
    };
    let snapshot = world(&json!({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1",
        "Associations": [{"SubnetId": "subnet-1"}], "Entries": entries}]}));
    let network = Network::new(&snapshot);
    let subnet = network.subnet("subnet-1").unwrap();
    let traffic = packets(protocol, "10.0.2.20", SOURCE);
    network_acl::evaluate(&network, subnet, Direction::Egress, &traffic, false).passed
}

/// 0 for all ports, 1 for some, 2 for none; UDP may need no reply, so that none is only a possible failure.
fn verdict(passed: &TrafficSet, protocol: &str) -> usize {
    if passed.ports().is_all() {
        0
    } else if passed.is_empty() && protocol != "udp" {
        2
    } else {
        1
    }
}
