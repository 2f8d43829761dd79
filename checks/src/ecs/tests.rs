//! Reads by rounds, and what becomes of diagnoses when reads are denied.

use super::{READS, reads};
use crate::finding::Severity;
use crate::snapshot::{Header, Outcome, Read, Recorded, Snapshot, operations as op};
use crate::testkit::{self, World};
use serde_json::json;
use std::collections::BTreeMap;

/// What the world answers to a read: what it holds for the same input, or else for the same operation, cluster, name and attribute.
fn answer(known: &Snapshot, read: &Read) -> Option<Outcome> {
    let same = |recorded: &&Recorded| recorded.is_of(read.operation);
    let exact = known.reads().iter().filter(same).find(|recorded| recorded.parameters == read.parameters);
    let alike = |recorded: &&Recorded| {
        ["cluster", "name", "Attribute", "RoleName", "PolicyArn"]
            .iter()
            .all(|member| recorded.parameters.get(*member) == read.parameters.get(*member))
    };
    let near = || known.reads().iter().filter(same).find(alike);
    exact.or_else(near).map(|recorded| recorded.outcome.clone())
}

/// The operations of each round, and the facts in the end.
fn rounds(world: &World) -> (Vec<Vec<&'static str>>, Snapshot) {
    let known = world.snapshot();
    let question = testkit::ecs::question();
    let header = Header { collected_at: world.now.clone(), ..known.header.clone() };
    let mut snapshot = Snapshot::new(header);
    let mut rounds = Vec::new();
    loop {
        let asked = reads(&snapshot, &question);
        if asked.is_empty() || rounds.len() > 8 {
            return (rounds, snapshot);
        }
        rounds.push(asked.iter().map(|read| read.operation.name).collect());
        for read in asked {
            let unknown = Outcome::Error { code: "AccessDenied".to_owned(), message: format!("no answer to {read:?}") };
            let outcome = answer(&known, &read).unwrap_or(unknown);
            assert!(
                !matches!(&outcome, Outcome::Error { message, .. } if message.starts_with("no answer")),
                "{outcome:?}"
            );
            snapshot.record(Recorded::new(&read, world.now.clone(), outcome)).unwrap();
        }
    }
}

#[test]
fn a_registered_instance_needs_four_rounds_and_no_other_cluster() {
    for (world, calls) in [(testkit::ecs::nat(), 23), (testkit::ecs::closed(), 23)] {
        let (rounds, snapshot) = rounds(&world);
        assert!(rounds.len() <= 4, "{rounds:?}");
        assert!(!rounds.concat().contains(&"ListClusters") && !rounds.concat().contains(&"SimulatePrincipalPolicy"));
        let made = rounds.concat().len();
        assert_eq!(made, calls, "{rounds:?}");
        let report = crate::triage::ecs(&snapshot, &testkit::ecs::question()).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Healthy, "{:?}", report.findings);
    }
}

/// What the rules say of a world whose facts were read by rounds.
fn open_checks(world: &World) -> Vec<(&'static str, String)> {
    let (_, snapshot) = rounds(world);
    let report = crate::triage::ecs(&snapshot, &testkit::ecs::question()).unwrap();
    let open = report.checks.into_iter().filter(|check| check.status == crate::diagnosis::Status::CannotTell);
    open.map(|check| (check.rule, check.reason.into_owned())).collect()
}

#[test]
fn a_cluster_that_is_missing_or_deleted_leaves_nothing_open() {
    let mut world = testkit::ecs::nat();
    testkit::ecs::never(&mut world).patch(op::DESCRIBE_CLUSTERS, "/clusters/0/status", json!("INACTIVE"));
    assert_eq!(open_checks(&world), []);
    world.patch(op::DESCRIBE_CLUSTERS, "/clusters", json!([]));
    assert_eq!(open_checks(&world), []);
}

#[test]
fn an_instance_that_is_not_listed_is_looked_for_elsewhere() {
    let mut world = testkit::ecs::nat();
    testkit::ecs::in_other(&mut world, "other");
    let role = "arn:aws:iam::123456789012:role/web";
    world.answer(op::SIMULATE_PRINCIPAL_POLICY, json!({ "PolicySourceArn": role }), json!({ "EvaluationResults": [] }));
    let (rounds, snapshot) = rounds(&world);
    assert!(rounds.len() <= 4, "{rounds:?}");
    let report = crate::triage::ecs(&snapshot, &testkit::ecs::question()).unwrap();
    let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
    assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/wrong-cluster-name"]);
}

#[test]
fn a_stopped_instance_is_asked_nothing_more() {
    let mut world = testkit::ecs::nat();
    testkit::ecs::disconnected(&mut world);
    world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
    let (rounds, _) = rounds(&world);
    let counted: BTreeMap<&str, usize> = rounds.concat().into_iter().fold(BTreeMap::new(), |mut counted, name| {
        *counted.entry(name).or_default() += 1;
        counted
    });
    assert_eq!(counted.len(), 6, "{counted:?}");
}

#[test]
fn denied_reads_never_become_blockers() {
    for world in [testkit::ecs::nat(), testkit::ecs::closed()] {
        for is_registered in [true, false] {
            let mut world = world.clone();
            if !is_registered {
                testkit::ecs::never(&mut world);
            }
            let snapshot = world.snapshot();
            let known =
                |operation: &&crate::snapshot::Operation| snapshot.reads().iter().any(|read| read.is_of(**operation));
            for denied in READS.iter().filter(known).filter(|own| **own != op::DESCRIBE_INSTANCES) {
                let report = testkit::ecs::diagnose(world.clone().deny(*denied)).unwrap();
                let loud = report.findings.iter().find(|found| found.severity < Severity::Advice);
                assert!(loud.is_none(), "{}: {loud:?}", denied.action);
            }
        }
    }
}

#[test]
fn what_is_left_of_an_instance_that_is_gone() {
    let mut world = testkit::ecs::nat();
    world.fail(op::DESCRIBE_INSTANCES, "InvalidInstanceID.NotFound");
    testkit::ecs::with_capacity(testkit::ecs::disconnected(&mut world), 0, json!([]), json!([]));
    let told = super::absent(&world.snapshot(), &testkit::ecs::question());
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("deregister-container-instance") && told[1].contains("desired capacity 0"), "{told:?}");
}
