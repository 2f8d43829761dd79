//! The address that is connected to is not one of the instance.

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
    /// Whether the address given with `--probe`, or that of the name given there, is one of the instance now. One that no interface of
    /// this account and Region has is an address of before, or somebody else's.
    ///
    /// ## Why it matters
    ///
    /// An auto-assigned public address is given back when the instance stops and another one comes with the start. DNS records, notes and
    /// client configurations keep the old one.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[PublicIpAddress,LaunchTime]'` beside `dig +short NAME`
    ///
    /// ## False positives
    ///
    /// Somebody else may have the old address now: a warning about a changed host key is then real. A name may lead to a gateway or proxy
    /// outside this account that passes connections on.
    ///
    /// ## Fix
    ///
    /// Connect to the present address or correct the DNS record (class M); an Elastic IP stays with the instance (class B).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance IP addressing"
    /// - EC2 user guide, "Elastic IP addresses"
    "ssh/address-changed", Blocker, fix M,
    "The address that is connected to is not the instance's",
    needs [DESCRIBE_INSTANCES, DESCRIBE_NETWORK_INTERFACES, RESOLVE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.question.probe.as_deref().unwrap_or_default();
    let id = case.instance.instance_id.as_str();
    match holder(case)? {
        Holder::Unnamed => {
            Ok(Judgement::not_applicable("no name or address that is connected to was given with `--probe`"))
        }
        Holder::Nobody(address) => {
            let own: Vec<String> = case.own_addresses().iter().map(ToString::to_string).collect();
            let through = if host == address.to_string() { String::new() } else { format!("`{host}` leads to ") };
            let detail = format!(
                "{through}`{address}`, which is no address of instance `{id}` and of nobody in this account and Region; it has {}",
                own.join(", ")
            );
            let finding = Finding::new(detail)
                .about("ec2-instance", id)
                .proof(Evidence::new(
                    op::DESCRIBE_INSTANCES,
                    id,
                    "PublicIpAddress",
                    case.instance.public_ip_address.as_str(),
                ))
                .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "LaunchTime", case.instance.launch_time.as_str()));
            Ok(Judgement::fail(finding.fix(Fix::new(
                FixClass::M,
                format!("connect to {}, and correct whatever still names `{address}`", own.join(" or ")),
            ))))
        }
        _ => Ok(Judgement::pass("the address that is connected to is not one of before")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{asked, held, public, to};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_an_address_that_nobody_has() {
        let world = held(&public(), "203.0.113.99", json!([]));
        let found = findings(asked(&world, &RULE, to("203.0.113.99")));
        assert!(found[0].detail.contains("it has 10.0.1.10, 203.0.113.10"), "{}", found[0].detail);
    }

    #[test]
    fn fires_for_a_name_that_leads_there() {
        let mut world = held(&public(), "203.0.113.99", json!([]));
        world.answer(op::RESOLVE, json!({ "Name": "web.example.com" }), json!({ "Addresses": ["203.0.113.99"] }));
        let found = findings(asked(&world, &RULE, to("web.example.com")));
        assert!(found[0].detail.starts_with("`web.example.com` leads to"), "{}", found[0].detail);
    }

    #[test]
    fn silent_for_its_own_address_and_without_one() {
        assert!(matches!(asked(&public(), &RULE, to("203.0.113.10")), Judgement::Pass(_)));
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_interfaces_are_denied() {
        let mut world = held(&public(), "203.0.113.99", json!([]));
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        assert_eq!(missing(asked(&world, &RULE, to("203.0.113.99"))), ["ec2:DescribeNetworkInterfaces"]);
    }
}
