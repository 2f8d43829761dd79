//! The NAT instance on the way does not forward.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance that a route of the function leads to runs, has the source/destination check off, a public address, groups
    /// that let the function's packets in and out, and a subnet with a route to an internet gateway.
    ///
    /// ## Why it matters
    ///
    /// A NAT instance is a machine that somebody runs. Each of these switches stops every function and instance behind it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[State.Name,SourceDestCheck,PublicIpAddress]'`
    ///
    /// ## False positives
    ///
    /// Whether the instance forwards inside (`net.ipv4.ip_forward`, its firewall) no API shows: the rule then cannot tell. An appliance
    /// that forwards by other means is judged alike.
    ///
    /// ## Fix
    ///
    /// Switch the check off (class A), open its group to the function's subnet, or start it (class D). To undo, put the old value back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT instances"
    "lambda/nat-instance-broken", Blocker, fix A,
    "The NAT instance on the way does not forward packets",
    needs [DESCRIBE_INSTANCES, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "no NAT instance on the way is broken", |wall| {
        case.nat_finding(wall)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn behind_instance(change: impl Fn(&mut serde_json::Value)) -> crate::testkit::World {
        let mut world = worlds::nat();
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "InstanceId": "i-0aaaaaaa", "NetworkInterfaceId": "eni-0aaaaaaa", "State": "active" });
        for table in [0, 1] {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), route.clone());
        }
        let all = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
        let group = json!({ "GroupId": "sg-nat", "VpcId": "vpc-1", "IpPermissions": all, "IpPermissionsEgress": all });
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/-", group);
        let mut instance = json!({
            "InstanceId": "i-0aaaaaaa", "VpcId": "vpc-1", "SubnetId": "subnet-public-a", "State": { "Name": "running" }, "SourceDestCheck": false,
            "PublicIpAddress": "203.0.113.9", "PrivateIpAddress": "10.0.8.9",
            "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0aaaaaaa", "VpcId": "vpc-1", "SubnetId": "subnet-public-a", "SourceDestCheck": false,
                "PrivateIpAddress": "10.0.8.9", "Association": { "PublicIp": "203.0.113.9" }, "Groups": [{ "GroupId": "sg-nat" }],
                "Attachment": { "DeviceIndex": 0, "Status": "attached" }, "Status": "in-use",
                "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.8.9", "Primary": true, "Association": { "PublicIp": "203.0.113.9" } }] }] });
        change(&mut instance);
        world.answer(
            op::DESCRIBE_INSTANCES,
            json!({ "Filters": [{ "Name": "instance-id", "Values": ["i-0aaaaaaa"] }] }),
            json!({ "Reservations": [{ "Instances": [instance] }] }),
        );
        world
    }

    #[test]
    fn fires_on_the_source_destination_check() {
        let world = behind_instance(|own| own["NetworkInterfaces"][0]["SourceDestCheck"] = json!(true));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("the source/destination check is on"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("--no-source-dest-check"));
    }

    #[test]
    fn fires_on_one_that_does_not_run() {
        let world = behind_instance(|own| own["State"]["Name"] = json!("stopped"));
        assert!(findings(world.judge(&RULE))[0].detail.contains("does not run"));
    }

    #[test]
    fn silent_without_a_nat_instance() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_what_a_working_one_does_inside() {
        assert!(missing(behind_instance(|_| {}).judge(&RULE))[0].contains("forwards packets"));
    }
}
