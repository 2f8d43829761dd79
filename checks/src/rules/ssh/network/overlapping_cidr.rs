//! The addresses of the client are also addresses on the side of the instance.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};
use crate::walls::Ways;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a private source lies in a block of the VPC itself while no interface there has it: the local route keeps the replies
    /// inside. For other private sources the bridges of containers inside the instance (`docker0`, mostly 172.17.0.0/16 and following)
    /// can do the same, which only shows there.
    ///
    /// ## Why it matters
    ///
    /// The connection arrives, and the answer goes to a network that is nearer. Only some users are affected: those whose own network has
    /// the same addresses.
    ///
    /// ## How to confirm
    ///
    /// `ip route get ADDRESS_OF_THE_CLIENT` on the instance: the answer should leave by the first interface
    ///
    /// ## False positives
    ///
    /// An address inside the VPC that a stopped or deleted machine had looks the same; nobody connects from there either. More specific
    /// routes of the VPC may lead such addresses out again; they are followed.
    ///
    /// ## Fix
    ///
    /// Give the client or the VPC other addresses, or translate them on the way; for Docker set `bip` and `default-address-pools` in
    /// `/etc/docker/daemon.json` and restart it (class C). To undo, restore the file.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Route priority"
    /// - Docker documentation, "Docker daemon configuration", default address pools
    "ssh/overlapping-cidr", Blocker, fix C,
    "The network of the client overlaps one that the instance knows as its own",
    needs [DESCRIBE_VPCS, DESCRIBE_NETWORK_INTERFACES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_from_internet() {
        return Ok(Judgement::not_applicable("connections come over the internet"));
    }
    if case.source.connect_endpoint().is_some() {
        return Ok(case.without_lanes());
    }
    if case.sender_inside().is_some() {
        return Ok(Judgement::pass("an interface here has the address of the source"));
    }
    let vpc = &case.instance.vpc_id;
    let Some(address) = case.is_swallowed()? else {
        let source = case.source.origin();
        let command =
            source.addresses().single().map_or_else(|| "ip route".to_owned(), |own| format!("ip route get {own}"));
        let look_for = "an answer by `docker0`, `br-…`, `virbr0` or another bridge in place of the first interface";
        return Ok(case.inside(Settled::Banner, Place::Instance, command, look_for));
    };
    let blocks = case.snapshot.vpcs.get(vpc).ok().flatten().map_or("", |vpc| vpc.cidr_block.as_str());
    let detail = format!(
        "`{address}` lies in `{vpc}` itself and no interface there has it, so replies to it never leave the VPC"
    );
    Ok(Judgement::fail(
        Finding::new(detail).about("vpc", vpc).proof(Evidence::new(op::DESCRIBE_VPCS, vpc, "CidrBlock", blocks)).fix(
            Fix::new(
                FixClass::M,
                "give the network of the client other addresses, or translate them before they come into the VPC",
            ),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{BASTION, asked, bastion, from, linked, public};
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_for_an_address_of_the_vpc_that_nobody_has() {
        let found = findings(asked(&bastion(), &RULE, from("10.0.7.9")));
        assert!(found[0].detail.contains("`10.0.7.9` lies in `vpc-1`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_for_a_bastion_and_over_the_internet() {
        assert!(matches!(asked(&bastion(), &RULE, from(BASTION)), Judgement::Pass(_)));
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(asked(&linked(), &RULE, from("172.17.0.9")), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_interfaces_are_denied() {
        let mut world = bastion();
        world.deny(op::DESCRIBE_NETWORK_INTERFACES);
        assert_eq!(missing(asked(&world, &RULE, from("10.0.7.9"))), ["ec2:DescribeNetworkInterfaces"]);
    }
}
