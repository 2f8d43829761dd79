//! The reads in rounds, and what is said of a world without one of them.

use super::*;
use crate::diagnosis::Verdict;
use crate::finding::Severity;
use crate::snapshot::Outcome;
use crate::testkit::World;
use crate::testkit::lambda as worlds;
use serde_json::Value;
use std::collections::BTreeSet;

/// Asks in rounds, with the answers of a world or else an empty list, and tells the operations of each round.
fn rounds(world: &World) -> Vec<Vec<&'static str>> {
    let full = world.snapshot();
    let question = worlds::question(&full);
    let mut snapshot = Snapshot::new(full.header.clone());
    let mut rounds: Vec<Vec<&'static str>> = Vec::new();
    loop {
        let asked = reads(&snapshot, &question);
        if asked.is_empty() {
            return rounds;
        }
        assert!(rounds.len() < 5, "a sixth round: {asked:?}");
        rounds.push(asked.iter().map(|read| read.operation.name).collect());
        for read in asked {
            snapshot.record(answer(&full, &read)).unwrap();
        }
    }
}

/// What the world says to a read: the answer about the same thing.
fn answer(full: &Snapshot, read: &Read) -> crate::snapshot::Recorded {
    let same = full.reads().iter().filter(|known| known.is_of(read.operation));
    let wanted = Value::Object(read.parameters.clone()).to_string();
    let exact =
        same.clone().find(|known| Value::Object(known.parameters.clone()) == Value::Object(read.parameters.clone()));
    let metric = |known: &&crate::snapshot::Recorded| {
        let named = |member: &str| known.parameters.get(member) == read.parameters.get(member);
        known.parameters.contains_key("MetricName") && named("MetricName") && named("Dimensions")
    };
    let found = exact.or_else(|| same.clone().find(metric));
    let member = read.operation.name.trim_start_matches("Describe");
    let empty = || match read.operation.name {
        "GetMetricStatistics" => json!({ "Datapoints": [] }),
        "HeadBucket" => json!({ "BucketRegion": "eu-west-1" }),
        _ => json!({ member: [] }),
    };
    let output = match found.map(|known| known.outcome.clone()) {
        Some(Outcome::Output(output)) => output,
        Some(other) => panic!("{wanted}: {other:?}"),
        None => empty(),
    };
    crate::snapshot::Recorded::new(read, "", Outcome::Output(output))
}

#[test]
fn a_function_in_no_vpc_takes_one_read() {
    assert_eq!(rounds(&worlds::outside()), [["GetFunctionConfiguration"]]);
}

#[test]
fn rounds_are_few_and_every_call_is_among_the_permissions() {
    for world in [worlds::nat(), worlds::closed(), worlds::dual_stack()] {
        let rounds = rounds(&world);
        assert!(rounds.len() <= 4, "{rounds:?}");
        assert!(rounds[0].contains(&"GetFunctionConfiguration"), "{rounds:?}");
        assert!(rounds.concat().len() <= 26, "{rounds:?}");
        for name in rounds.concat() {
            let is_listed = READS.iter().any(|operation| operation.name == name) || name == op::RESOLVE.name;
            assert!(is_listed, "{name}");
        }
    }
}

#[test]
fn an_address_needs_no_reads_of_names() {
    let mut world = worlds::nat();
    worlds::asking(&mut world, "198.51.100.7");
    let asked = rounds(&world).concat();
    for name in [
        "DescribeVpcAttribute",
        "DescribeDhcpOptions",
        "ListHostedZonesByVPC",
        "ListResolverRuleAssociations",
        "Resolve",
    ] {
        assert!(!asked.contains(&name), "{name}: {asked:?}");
    }
    assert!(rounds(&worlds::closed()).concat().contains(&"ListHostedZonesByVPC"));
}

#[test]
fn without_one_read_a_healthy_world_has_no_fault_and_mostly_no_verdict() {
    // What a world can do without, and why the rest of its facts settles the question.
    let spared = [
        // Asked together with the routes, to save a round where they lead to a transit gateway. None of these worlds has one in its routes.
        ("nat", "DescribeTransitGatewayAttachments"),
        ("closed", "DescribeTransitGatewayAttachments"),
        ("dual", "DescribeTransitGatewayAttachments"),
        // Private DNS of the endpoint that is there answers for its name before any other zone: asked before the endpoint is known.
        ("closed", "ListHostedZonesByVPC"),
    ];
    for (name, world) in [("nat", worlds::nat()), ("closed", worlds::closed()), ("dual", worlds::dual_stack())] {
        let known: BTreeSet<String> = world.snapshot().reads().iter().map(|read| read.operation.clone()).collect();
        let asked = rounds(&world).concat();
        for operation in
            READS.iter().filter(|operation| known.contains(operation.name) && asked.contains(&operation.name))
        {
            // What tells of the function itself is tried with the rules about its state.
            if matches!(operation.service, "lambda" | "iam") {
                continue;
            }
            let mut denied = world.clone();
            denied.deny(*operation);
            let report = worlds::diagnose(&denied).unwrap();
            let worse = report.findings.iter().find(|finding| finding.severity != Severity::CannotTell);
            assert!(worse.is_none(), "{name} without {}: {worse:?}", operation.action);
            if report.verdict == Verdict::Healthy {
                assert!(spared.contains(&(name, operation.name)), "{name} without {} is healthy", operation.action);
            }
            let missing: Vec<&String> = report.findings.iter().flat_map(|finding| &finding.missing).collect();
            let is_named = missing.is_empty() || missing.iter().any(|missing| *missing == operation.action);
            assert!(is_named, "{name} without {}: {missing:?}", operation.action);
        }
    }
}
