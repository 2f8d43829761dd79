//! Every recorded file loads: its facts, or none where it is about something else.

use crate::{fixtures, json_files, read};
use checks::net::{Effect, Network, Verdict, to_service, verdict_of};
use checks::snapshot::facts_of_file;
use serde_json::Value;

/// Members of answers that are facts here; a file that holds one of them must not be passed over.
const FACTS: [&str; 24] = [
    "Reservations",
    "InstanceStatuses",
    "Images",
    "IamInstanceProfileAssociations",
    "NetworkInterfaces",
    "Vpcs",
    "Subnets",
    "RouteTables",
    "NetworkAcls",
    "SecurityGroups",
    "VpcEndpoints",
    "NatGateways",
    "InternetGateways",
    "EgressOnlyInternetGateways",
    "DhcpOptions",
    "VpcPeeringConnections",
    "PrefixLists",
    "VpcBlockPublicAccessExclusions",
    "TransitGateways",
    "TransitGatewayAttachments",
    "TransitGatewayVpcAttachments",
    "InstanceInformationList",
    "ResolverRuleAssociations",
    "FirewallRuleGroupAssociations",
];

#[test]
fn every_recorded_file_loads() {
    let (mut with_facts, mut without) = (0, 0);
    let root = fixtures();
    let files = json_files(&root);
    let mut wrong = Vec::new();
    for path in &files {
        let text = read(path);
        let shown = path.strip_prefix(&root).unwrap().display().to_string();
        let value: Value = serde_json::from_str(&text).unwrap();
        match facts_of_file(path.file_name().unwrap().to_str().unwrap(), &text) {
            Err(error) => wrong.push(format!("{shown}: {error}")),
            Ok(facts) if !facts.reads.is_empty() => with_facts += 1,
            Ok(_) => {
                without += 1;
                let answer = value.get("data").unwrap_or(&value);
                // `DescribeManagedPrefixLists` answers with the member of `DescribePrefixLists`, and without blocks.
                let is_another = shown.contains("DescribeManagedPrefixLists");
                let passed_over = FACTS.iter().find(|member| answer.get(member).is_some_and(Value::is_array));
                wrong.extend(
                    passed_over.filter(|_| !is_another).map(|member| format!("{shown}: `{member}` is passed over")),
                );
            }
        }
    }
    println!("{} files: {with_facts} with facts, {without} about something else", files.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(files.len(), 983, "files of the recorded set");
    assert!(with_facts >= 693, "fewer files with facts than before: {with_facts}");
}

/// No recorded configuration, however odd, may leave a path without a verdict that follows from what it shows.
#[test]
fn every_recorded_interface_can_be_judged() {
    let mut judged = 0;
    for folder in std::fs::read_dir(fixtures()).unwrap().flat_map(|folder| {
        let path = folder.unwrap().path();
        if path.is_dir() {
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
        } else {
            vec![]
        }
    }) {
        if !folder.is_dir() {
            continue;
        }
        let mut snapshot = checks::snapshot::Snapshot::default();
        for path in json_files(&folder) {
            let facts = facts_of_file(path.file_name().unwrap().to_str().unwrap(), &read(&path)).unwrap();
            for read in facts.reads {
                snapshot.record(read).unwrap();
            }
        }
        let network = Network::new(&snapshot);
        for eni in snapshot.instances.known().iter().flat_map(|instance| &instance.network_interfaces) {
            for service in ["ssm", "ssmmessages", "s3"] {
                let interface = network.interface(&eni.network_interface_id).unwrap();
                let path = to_service(&network, interface, service, "us-east-1", 443);
                let shown = format!("{} {} {path:#?}", folder.display(), eni.network_interface_id);
                assert_eq!(path.gaps.is_empty(), path.verdict != Verdict::Unknown, "{shown}");
                let blocks = path.obstacles.iter().any(|obstacle| obstacle.effect == Effect::Blocked);
                assert_eq!(blocks, path.verdict == Verdict::Blocked, "{shown}");
                for part in path.paths() {
                    assert_eq!(part.verdict, verdict_of(&part.obstacles, &part.gaps), "{shown}");
                }
                judged += 1;
            }
        }
    }
    println!("{judged} ways to services judged");
    assert!(judged > 150, "{judged}");
}
