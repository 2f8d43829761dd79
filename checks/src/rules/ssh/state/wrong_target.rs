//! The address belongs to another machine.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::local::SshProbe;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::stranger::{Holder, answered_elsewhere, holder, is_instance_by_key};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the address given with `--probe` belongs to another instance of this account and Region, or, where nobody tells whose it is,
    /// shows another host key than the instance wrote to its console in this start.
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
    needs [DESCRIBE_NETWORK_INTERFACES, RESOLVE, SSH_PROBE, GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.question.probe.as_deref().unwrap_or_default();
    let id = case.instance.instance_id.as_str();
    let held = holder(case);
    // Where nobody tells whose the address is, or it leads on, the host key tells.
    if matches!(held, Err(_) | Ok(Holder::Service(..)))
        && is_instance_by_key(case) == Some(false)
        && let Some(probe) = answered_elsewhere(case)
    {
        return Ok(Judgement::fail(by_key(case, probe)));
    }
    match held? {
        Holder::Nobody(_) if is_instance_by_key(case) == Some(false) => {
            Ok(Judgement::follows_from("ssh/address-changed"))
        }
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

fn by_key(case: &Case<'_>, probe: &SshProbe) -> Finding {
    let id = case.instance.instance_id.as_str();
    let shown = probe.host_key.as_ref().map_or("", |key| key.fingerprint.as_str());
    let detail = format!(
        "at `{}` another machine answers than instance `{id}`: it shows host key {shown}, which the instance did not write to its console",
        probe.address
    );
    let summary = format!("connect to {} in the place of `{}`", case.address_in_words(), case.host_word());
    Finding::new(detail)
        .about("ec2-instance", id)
        .proof(Evidence::new(op::SSH_PROBE, &probe.address, "HostKey.Fingerprint", shown))
        .fix(Fix::new(FixClass::M, summary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{HOST_KEY, asked, connected, console, held, public, to};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_another_instance() {
        let eni = json!({ "NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": "interface",
            "Attachment": { "InstanceId": "i-0ccccccc" }, "PrivateIpAddress": "10.0.1.99", "Association": { "PublicIp": "203.0.113.99" } });
        let found = findings(asked(&held(&public(), "203.0.113.99", json!([eni])), &RULE, to("203.0.113.99")));
        assert!(found[0].detail.contains("belongs to instance `i-0ccccccc`"), "{}", found[0].detail);
    }

    /// Something answers at an address of somebody else, and the instance wrote this host key to its console.
    fn answered(key: &str) -> World {
        let text = format!(
            "ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\nec2: 256 {key} root@ip-10-0-1-10 (ED25519)\nec2: -----END SSH HOST KEY FINGERPRINTS-----\n"
        );
        let mut world = held(&console(&text), "203.0.113.99", json!([]));
        let mut probe = connected();
        probe["Address"] = json!("203.0.113.99:22");
        world.answer(op::SSH_PROBE, json!({ "Target": "203.0.113.99:22" }), probe);
        world
    }

    const OTHER_KEY: &str = "SHA256:AAAAfCBFHXfkTfJ0uEAYVrjVuYG8KRxrZ4DHDAfJLdo";

    #[test]
    fn fires_for_another_host_key_where_nobody_tells_whose_the_address_is() {
        let mut world = answered(OTHER_KEY);
        assert_eq!(asked(&world, &RULE, to("203.0.113.99")), Judgement::follows_from("ssh/address-changed"));
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        let found = findings(asked(&world, &RULE, to("203.0.113.99")));
        assert!(found[0].detail.contains("another machine answers"), "{}", found[0].detail);
    }

    #[test]
    fn silent_for_the_host_key_of_the_instance() {
        assert!(matches!(asked(&answered(HOST_KEY), &RULE, to("203.0.113.99")), Judgement::Pass(_)));
        let changed = &crate::rules::SSH.iter().find(|rule| rule.about.id == "ssh/address-changed").unwrap();
        assert!(matches!(asked(&answered(HOST_KEY), changed, to("203.0.113.99")), Judgement::Pass(_)));
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
