//! Replies may leave by another interface than the connection came in by.

use crate::finding::{Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance has more than one interface, in which case only its own routes show by which of them replies leave.
    ///
    /// ## Why it matters
    ///
    /// A reply that leaves by another interface has a source address that does not belong there, and is dropped. From the same subnet
    /// everything works.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `ip rule; ip route show table all | grep default`
    ///
    /// ## False positives
    ///
    /// Amazon Linux 2023 and recent images of Ubuntu set up a table for each interface by themselves. Interfaces of container networks
    /// are no fault.
    ///
    /// ## Fix
    ///
    /// A table and a rule for each interface (class C). To undo, restore the saved rules.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Elastic network interfaces"
    /// - AWS re:Post, "How can I make my secondary network interface work in my EC2 instance?"
    "ssh/multi-eni-asymmetric", Blocker, fix C,
    "Replies may leave by another interface",
    needs [DESCRIBE_INSTANCES, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.instance.network_interfaces.len() < 2 {
        return Ok(Judgement::not_applicable("the instance has one interface"));
    }
    let command = "ip rule; ip route show table all | grep default";
    let look_for = "two default routes in one table, or no rule `from ADDRESS` for the address that is connected to";
    Ok(case.inside(Settled::Banner, Place::Instance, command, look_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::World;
    use crate::testkit::ssh::{connected, probed, public};
    use serde_json::json;

    fn two() -> World {
        let mut world = public();
        let eni = json!({ "NetworkInterfaceId": "eni-3", "SubnetId": "subnet-public", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.9.30",
            "Attachment": { "DeviceIndex": 1 }, "Groups": [{ "GroupId": "sg-1" }] });
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/NetworkInterfaces/-", eni);
        world
    }

    #[test]
    fn fires_as_a_question_to_the_instance() {
        assert!(matches!(two().judge(&RULE), Judgement::Elsewhere { place: Place::Instance, .. }));
    }

    #[test]
    fn silent_with_one_interface_or_when_a_server_answers() {
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(probed(&mut two(), connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_routes_are_asked_for_inside() {
        let judgement = two().judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { command, .. } if command.starts_with("ip rule")));
    }
}
