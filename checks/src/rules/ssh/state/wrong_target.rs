//! The address belongs to another machine.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::stranger::{Holder, holder};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the address given with `--probe` belongs to another instance of this account and Region.
    ///
    /// ## Why it matters
    ///
    /// Names, notes and client configurations outlive machines, and Auto Scaling gives private addresses out again. Everything looks
    /// right, on the wrong machine.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=ADDRESS`
    ///
    /// ## False positives
    ///
    /// A private address can exist in several VPCs: the one in the VPC of the instance counts first. A bastion or NAT instance that
    /// passes the port on is meant by its own address; give the instance behind it with that bastion as `--from`.
    ///
    /// ## Fix
    ///
    /// Connect to the address of the instance that is meant (class M).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance IP addressing"
    "ssh/wrong-target", Blocker, fix M,
    "The address belongs to another machine",
    needs [DESCRIBE_NETWORK_INTERFACES, RESOLVE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.question.probe.as_deref().unwrap_or_default();
    let id = case.instance.instance_id.as_str();
    match holder(case)? {
        Holder::Unnamed => {
            Ok(Judgement::not_applicable("no name or address that is connected to was given with `--probe`"))
        }
        Holder::Other(address, eni) => {
            let other = eni.attachment.as_ref().map_or("", |own| own.instance_id.as_str());
            let whose = if other.is_empty() {
                format!("interface `{}`", eni.network_interface_id)
            } else {
                format!("instance `{other}`")
            };
            let detail = format!("`{address}` belongs to {whose}, and not to instance `{id}`");
            let finding =
                Finding::new(detail).about("network-interface", &eni.network_interface_id).proof(Evidence::new(
                    op::DESCRIBE_NETWORK_INTERFACES,
                    &eni.network_interface_id,
                    "Attachment.InstanceId",
                    other,
                ));
            let summary = format!("connect to {} in the place of `{host}`", case.address_in_words());
            Ok(Judgement::fail(finding.fix(Fix::new(FixClass::M, summary))))
        }
        _ => Ok(Judgement::pass("the address that is connected to is not another machine's")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{asked, held, public, to};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_another_instance() {
        let eni = json!({ "NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": "interface",
            "Attachment": { "InstanceId": "i-0ccccccc" }, "PrivateIpAddress": "10.0.1.99", "Association": { "PublicIp": "203.0.113.99" } });
        let found = findings(asked(&held(&public(), "203.0.113.99", json!([eni])), &RULE, to("203.0.113.99")));
        assert!(found[0].detail.contains("belongs to instance `i-0ccccccc`"), "{}", found[0].detail);
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
