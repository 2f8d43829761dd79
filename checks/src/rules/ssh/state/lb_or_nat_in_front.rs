//! The address belongs to a NAT gateway, a load balancer or another service.

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
    /// Whether the address given with `--probe` belongs to an interface of another type: a NAT gateway, a load balancer, an endpoint
    /// (`InterfaceType` of `DescribeNetworkInterfaces`).
    ///
    /// ## Why it matters
    ///
    /// A NAT gateway takes no connections from outside, and an Application Load Balancer speaks HTTP. The client times out or meets
    /// something that is no SSH server.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-interfaces --filters Name=association.public-ip,Values=ADDRESS --query 'NetworkInterfaces[].[InterfaceType,Description]'`
    ///
    /// ## False positives
    ///
    /// A Network Load Balancer or Classic Load Balancer with a TCP listener passes SSH on to its targets: what it does with the port is
    /// then an open question, since its listeners are not read.
    ///
    /// ## Fix
    ///
    /// Connect to the instance itself (class M), or look at the listener and the health of the targets.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways"
    /// - Elastic Load Balancing user guide, "Network Load Balancers"
    "ssh/lb-or-nat-in-front", Blocker, fix M,
    "The address belongs to a NAT gateway, a load balancer or another service",
    needs [DESCRIBE_NETWORK_INTERFACES, RESOLVE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.question.probe.as_deref().unwrap_or_default();
    let id = case.instance.instance_id.as_str();
    match holder(case)? {
        Holder::Unnamed => {
            Ok(Judgement::not_applicable("no name or address that is connected to was given with `--probe`"))
        }
        Holder::Service(address, eni) => {
            let eni_id = eni.network_interface_id.as_str();
            let kind = eni.interface_type.as_str();
            if kind.contains("network_load_balancer")
                || (eni.description.starts_with("ELB ") && !eni.description.starts_with("ELB app/"))
            {
                let reason = format!(
                    "`{address}` belongs to a load balancer (`{eni_id}`, {}), whose listeners are not read",
                    eni.description
                );
                let gap =
                    Gap::opaque(format!("what the load balancer with `{eni_id}` does with TCP {}", case.question.port));
                return Ok(Judgement::cannot_tell(reason, vec![gap]));
            }
            let what = if eni.description.is_empty() { kind } else { eni.description.as_str() };
            let finding =
                Finding::new(format!("`{address}` belongs to `{eni_id}` ({what}), and not to instance `{id}`"))
                    .about("network-interface", eni_id)
                    .proof(Evidence::new(op::DESCRIBE_NETWORK_INTERFACES, eni_id, "InterfaceType", kind));
            let summary = format!("connect to {} in the place of `{host}`", case.address_in_words());
            Ok(Judgement::fail(finding.fix(Fix::new(FixClass::M, summary))))
        }
        _ => Ok(Judgement::pass("the address that is connected to is not that of a NAT gateway or load balancer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{asked, held, public, to};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of_service(kind: &str, description: &str) -> serde_json::Value {
        json!([{ "NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": kind, "Description": description,
            "RequesterManaged": true, "PrivateIpAddress": "10.0.9.7", "Association": { "PublicIp": "203.0.113.99" } }])
    }

    #[test]
    fn fires_for_a_nat_gateway() {
        let world = held(&public(), "203.0.113.99", of_service("nat_gateway", "Interface for NAT Gateway nat-1"));
        let found = findings(asked(&world, &RULE, to("203.0.113.99")));
        assert!(found[0].detail.contains("NAT Gateway nat-1"), "{}", found[0].detail);
    }

    #[test]
    fn silent_for_its_own_address() {
        assert!(matches!(asked(&public(), &RULE, to("203.0.113.10")), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_behind_a_network_load_balancer() {
        let world = held(&public(), "203.0.113.99", of_service("network_load_balancer", "ELB net/web/1"));
        assert_eq!(
            missing(asked(&world, &RULE, to("203.0.113.99"))),
            ["what the load balancer with `eni-9` does with TCP 22"]
        );
    }

    #[test]
    fn unknown_when_interfaces_are_denied() {
        let mut world = held(&public(), "203.0.113.99", json!([]));
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        assert_eq!(missing(asked(&world, &RULE, to("203.0.113.99"))), ["ec2:DescribeNetworkInterfaces"]);
    }
}
