//! The receiver or the network before it does not take the connection.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles;
use crate::net::Family;
use crate::net::{Cause, Direction};
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the far end lets the function in, where it is an interface of a VPC that can be seen: its security groups, the network ACL
    /// of its subnet, the peering connection between two VPCs, and whether anybody has the address at all.
    ///
    /// ## Why it matters
    ///
    /// The way out of the function can be perfect and the door at the other end shut. From the function both look like a time-out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=ADDRESS`, then the groups and the subnet
    /// of what is found.
    ///
    /// ## False positives
    ///
    /// A public address outside of the account cannot be looked into: nothing is said of it. What an operating system refuses shows in no
    /// API.
    ///
    /// ## Fix
    ///
    /// For a group: allow the port in from the function's group (class A, by the owner of the receiver). Other faults are for the owner
    /// of the receiver or the peering connection (class M).
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - VPC peering guide, "Update your security groups to reference peer security groups"
    "lambda/destination-closed", Blocker, fix M,
    "The destination does not take connections from the function",
    needs [DESCRIBE_NETWORK_INTERFACES, DESCRIBE_VPC_PEERING_CONNECTIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "nothing at the destination stands in the way", |wall| {
        finding(case, wall)
    })
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what = match wall.obstacle.cause {
        Cause::SecurityGroupIngress => format!("`{}` at the destination does not let the function in", component.id),
        Cause::DestinationAclInbound => format!("network ACL `{}` at the destination drops the packets", component.id),
        Cause::DestinationAclReply => format!("network ACL `{}` at the destination drops the replies", component.id),
        Cause::PeeringState => format!("peering connection `{}` is not active", component.id),
        Cause::NoDestination => format!("nobody has the destination address (`{}`)", component.id),
        Cause::RoutingLoop => format!("packets go round in a circle at `{}`", component.id),
        _ => format!("`{}` does not take connections of the function", component.id),
    };
    let finding = case.finding(wall, &what);
    let group = Some(component.id.as_str()).filter(|_| component.kind == "security-group");
    match (group, case.groups().first()) {
        (Some(group), Some(own)) if wall.obstacle.cause == Cause::SecurityGroupIngress => {
            let summary = format!("allow TCP {} into `{group}` from the function's group `{own}`", case.question.port);
            let rule = permission("tcp", case.question.port, &[Peer::Group(own)]);
            finding.fix(allow(Fix::new(FixClass::A, summary), &case.site_of(wall), Direction::Ingress, group, &rule))
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn database(rules: &serde_json::Value) -> crate::testkit::World {
        let mut world = worlds::nat();
        let row = json!({ "NetworkInterfaceId": "eni-db", "SubnetId": "subnet-public-a", "VpcId": "vpc-1", "InterfaceType": "interface",
            "Status": "in-use", "PrivateIpAddress": "10.0.8.30", "Groups": [{ "GroupId": "sg-db" }],
            "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.8.30", "Primary": true }] });
        world.patch(op::DESCRIBE_NETWORK_INTERFACES, "/NetworkInterfaces/-", row);
        let group = json!({ "GroupId": "sg-db", "VpcId": "vpc-1", "IpPermissions": rules, "IpPermissionsEgress": [] });
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/-", group);
        worlds::asking(&mut world, "10.0.8.30");
        world
    }

    #[test]
    fn fires_where_the_group_of_the_receiver_is_shut() {
        let found = findings(database(&json!([])).judge(&RULE));
        assert!(
            found[0].detail.contains("`sg-db` at the destination does not let the function in"),
            "{}",
            found[0].detail
        );
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--group-id sg-db") && command.contains(r#""GroupId":"sg-1""#), "{command}");
    }

    #[test]
    fn silent_where_it_is_open_and_on_the_internet() {
        let rule = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{ "GroupId": "sg-1" }] }]);
        assert!(matches!(database(&rule).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_interfaces_are_denied() {
        let mut world = database(&json!([]));
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeNetworkInterfaces".to_owned()));
    }
}
