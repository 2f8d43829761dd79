//! The Elastic IP sits on an interface that is attached to nothing.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::stranger::{Holder, holder};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the address given with `--probe` belongs to an interface that is attached to no instance.
    ///
    /// ## Why it matters
    ///
    /// An Elastic IP stays where it was associated. After an instance was replaced it may sit on the interface that was left behind, and
    /// everything sent to it is lost.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-addresses --public-ips ADDRESS`
    ///
    /// ## False positives
    ///
    /// On a further interface or a further private address of the same instance the address reaches it, and the question is then how the
    /// system answers: see `ssh/multi-eni-asymmetric`.
    ///
    /// ## Fix
    ///
    /// Associate the address with the interface of the instance (class A: whoever else uses it loses it). To undo, associate it as it
    /// was.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Elastic IP addresses"
    /// - EC2 API reference, "AssociateAddress"
    "ssh/eip-on-other-eni", Blocker, fix A,
    "The address sits on an interface that is attached to nothing",
    needs [DESCRIBE_NETWORK_INTERFACES, RESOLVE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    match holder(case)? {
        Holder::Unnamed => {
            Ok(Judgement::not_applicable("no name or address that is connected to was given with `--probe`"))
        }
        Holder::Unattached(address, eni) => {
            let other = eni.network_interface_id.as_str();
            let detail = format!(
                "`{address}` is on interface `{other}`, which is attached to nothing, and not on instance `{id}`"
            );
            let finding = Finding::new(detail).about("network-interface", other).proof(Evidence::new(
                op::DESCRIBE_NETWORK_INTERFACES,
                other,
                "Status",
                eni.status.as_str(),
            ));
            Ok(Judgement::fail(match fix(case, &address.to_string(), other) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }))
        }
        _ => Ok(Judgement::pass("the address that is connected to is not on an interface that is attached to nothing")),
    }
}

fn fix(case: &Case<'_>, address: &str, other: &str) -> Option<Fix> {
    let own = case.instance.primary_interface()?.network_interface_id.as_str();
    let command = |eni: &str| {
        let finder = Aws::new("ec2", "describe-addresses", case.region()).arg("public-ips", address);
        Aws::new("ec2", "associate-address", case.region())
            .arg("network-interface-id", eni)
            .flag("allow-reassociation")
            .found("allocation-id", finder, "Addresses[0].AllocationId")
    };
    Some(
        Fix::new(FixClass::A, format!("move `{address}` from `{other}` to `{own}`"))
            .run(command(own))
            .undo(command(other)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{asked, held, public, to};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_an_interface_that_was_left_behind() {
        let eni = json!({ "NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "Status": "available", "InterfaceType": "interface",
            "PrivateIpAddress": "10.0.1.99", "Association": { "PublicIp": "203.0.113.99" } });
        let found = findings(asked(&held(&public(), "203.0.113.99", json!([eni])), &RULE, to("203.0.113.99")));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("--network-interface-id eni-1 --allow-reassociation"), "{fix:?}");
        assert!(fix.rollback[0].contains("--network-interface-id eni-9"), "{fix:?}");
    }

    #[test]
    fn silent_for_its_own_address() {
        assert!(matches!(asked(&public(), &RULE, to("203.0.113.10")), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_interfaces_are_denied() {
        let mut world = held(&public(), "203.0.113.99", json!([]));
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        assert_eq!(missing(asked(&world, &RULE, to("203.0.113.99"))), ["ec2:DescribeNetworkInterfaces"]);
    }
}
