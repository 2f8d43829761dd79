//! Small worlds for the tests of this engine.

use crate::snapshot::{Header, Outcome, Read, Recorded, Snapshot, facts_of_file};
use serde_json::{Value, json};

/// A snapshot in which each list of `members` (`Subnets`, `RouteTables`, …) is the whole answer to its describe call. The member
/// `VpcAttributes` maps `enableDnsSupport` and `enableDnsHostnames` of `vpc-1` to a boolean, and `HostedZones` lists the names of the
/// private zones of `vpc-1`.
pub(super) fn world(members: Value) -> Snapshot {
    let mut snapshot = Snapshot::new(Header { account: "111122223333".into(), ..Header::default() });
    add(&mut snapshot, members);
    snapshot
}

/// Adds answers to a world; rows with known ids are replaced.
pub(super) fn add(snapshot: &mut Snapshot, members: Value) {
    use crate::snapshot::operations as op;
    for (member, rows) in members.as_object().expect("an object of lists") {
        match member.as_str() {
            "VpcAttributes" => {
                for (attribute, value) in rows.as_object().expect("attributes") {
                    let name = format!("E{}", attribute.strip_prefix('e').expect("enableDns…"));
                    let read = Read::new(op::DESCRIBE_VPC_ATTRIBUTE, json!({"VpcId": "vpc-1", "Attribute": attribute}));
                    let output = json!({"VpcId": "vpc-1", name: {"Value": value}});
                    snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).expect("an attribute");
                }
            }
            "HostedZones" => {
                let zones = rows.as_array().expect("names").iter().map(
                    |name| json!({"HostedZoneId": "Z1", "Name": name, "Owner": {"OwningAccount": "999900001111"}}),
                );
                let read = Read::new(op::LIST_HOSTED_ZONES_BY_VPC, json!({"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}));
                let output = json!({"HostedZoneSummaries": zones.collect::<Vec<_>>()});
                snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).expect("zones");
            }
            _ => {
                let text = json!({ member: rows }).to_string();
                let facts = facts_of_file("facts.json", &text).expect("facts");
                assert!(!facts.reads.is_empty(), "`{member}` is no member that a describe call answers with");
                for read in facts.reads {
                    snapshot.record(read).expect("facts");
                }
            }
        }
    }
}

/// A denied read.
pub(super) fn deny(snapshot: &mut Snapshot, operation: crate::snapshot::Operation, parameters: Value) {
    let outcome = Outcome::Error { code: "UnauthorizedOperation".into(), message: String::new() };
    snapshot.record(Recorded::new(&Read::new(operation, parameters), "", outcome)).expect("an error");
}
