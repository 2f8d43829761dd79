//! The internet has no address for the instance.

use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, Effect};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::ways_in::working_endpoint;
use crate::walls::Ways;

declare_rule! {
    /// ## What it checks
    ///
    /// For connections from the internet whether the interface has a public IPv4 address, or an IPv6 address for a client over IPv6.
    /// Without `--from` an instance without a public address that other private networks lead to is an open question: nobody says that
    /// connections come over the internet.
    ///
    /// ## Why it matters
    ///
    /// A private address means nothing outside the VPC and the networks that are connected with it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[PublicIpAddress,Ipv6Address,PrivateIpAddress]'`
    ///
    /// ## False positives
    ///
    /// Over VPN, Direct Connect, peering or a bastion no public address is needed: give the address that connections come from with
    /// `--from`, such as the private address of the bastion. An address alone does nothing without a route to an internet gateway.
    ///
    /// ## Fix
    ///
    /// Session Manager or an EC2 Instance Connect Endpoint leave the instance private. An Elastic IP (class B, it costs) makes it public.
    /// To undo, disassociate and release it by the ids that the calls gave back.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance IP addressing"
    /// - EC2 user guide, "Connect to your instances using EC2 Instance Connect Endpoint"
    "ssh/no-public-address", Blocker, Path, fix B,
    "The internet has no address for the instance",
    needs [DESCRIBE_INSTANCES, SOURCE_ADDRESS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if !case.has_known_way() {
        return Ok(Judgement::cannot_tell(
            format!(
                "instance `{id}` has no public address, and its subnet is connected with other private networks: say with `--from` from \
                 which address connections come, such as that of a bastion"
            ),
            vec![Gap::opaque("from which private address connections come (give it with `--from`)")],
        ));
    }
    if !case.is_from_internet() {
        return Ok(Judgement::not_applicable("connections come from a private network"));
    }
    if case.instance.network_interfaces.is_empty() {
        return Ok(case.without_lanes());
    }
    let walls = case.walls(|cause| {
        matches!(cause, Cause::NoPublicAddress | Cause::NoAddress | Cause::NotPublicDestination | Cause::InternetDenied)
    });
    let Some(wall) = walls.iter().find(|wall| wall.obstacle.effect == Effect::Blocked) else {
        return Ok(Judgement::pass("the internet has an address for the instance"));
    };
    if wall.obstacle.cause == Cause::NotPublicDestination && case.is_name_split()? {
        return Ok(Judgement::follows_from("ssh/dns-split-view"));
    }
    let detail = match wall.obstacle.cause {
        Cause::NotPublicDestination => {
            format!(
                "`{}` is a private address of instance `{id}`, which means nothing on the internet",
                case.address_in_words()
            )
        }
        Cause::InternetDenied => format!("the interface of instance `{id}` takes nothing from the internet"),
        _ => format!("instance `{id}` has no public address for {}{}", case.source.words(), wall.by()),
    };
    let detail = match working_endpoint(case) {
        Some((endpoint, command)) => {
            format!(
                "{detail}; through EC2 Instance Connect Endpoint `{endpoint}`, which reaches the port, use `{command}`"
            )
        }
        None => detail,
    };
    let private = case.instance.private_ip_address.as_str();
    let finding = wall
        .finding(detail)
        .about("ec2-instance", id)
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "PublicIpAddress", case.instance.public_ip_address.as_str()))
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "PrivateIpAddress", private));
    Ok(Judgement::fail(if wall.obstacle.cause == Cause::NoPublicAddress {
        finding.fix(elastic(case))
    } else {
        finding
    }))
}

fn elastic(case: &Case<'_>) -> Fix {
    let command = |name| Aws::new("ec2", name, case.region());
    let eni = case.interface().map_or("", |eni| eni.network_interface_id.as_str());
    let summary = "better Session Manager or an EC2 Instance Connect Endpoint, which `ssh/other-ways-in` looks at; an Elastic IP makes the \
                   instance public, and works only where its subnet routes to an internet gateway";
    Fix::new(FixClass::B, summary)
        .run(command("allocate-address").keep("address", "AllocationId"))
        .run(
            command("associate-address")
                .arg("network-interface-id", eni)
                .made("allocation-id", "address")
                .keep("association", "AssociationId"),
        )
        .undo(command("disassociate-address").made("association-id", "association"))
        .undo(command("release-address").made("allocation-id", "address"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{
        BASTION, asked, bastion, diagnose, endpoint, from, linked, private, public, to, with_ways,
    };
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_for_a_private_instance() {
        let found = findings(private().judge(&RULE));
        assert!(found[0].detail.contains("has no public address"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("--network-interface-id eni-1"));
    }

    #[test]
    fn fires_and_names_the_endpoint_that_works() {
        let found = diagnose(&endpoint(&with_ways(&private()))).unwrap();
        assert_eq!(found.verdict, crate::diagnosis::Verdict::Broken);
        assert!(found.summary.contains("`eice-0123456789abcdef0`, which reaches the port"), "{}", found.summary);
        assert!(found.summary.contains("--connection-type eice"), "{}", found.summary);
    }

    #[test]
    fn fires_for_a_private_address_that_is_connected_to_from_the_internet() {
        let found = findings(asked(&public(), &RULE, to("10.0.1.10")));
        assert!(found[0].detail.contains("`10.0.1.10` is a private address"), "{}", found[0].detail);
    }

    #[test]
    fn silent_with_an_address_and_inside_the_vpc() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asked(&bastion(), &RULE, from(BASTION)), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_other_networks_lead_there() {
        assert_eq!(
            missing(linked().judge(&RULE)),
            ["from which private address connections come (give it with `--from`)"]
        );
        assert_eq!(findings(asked(&linked(), &RULE, from("internet"))).len(), 1);
    }
}
