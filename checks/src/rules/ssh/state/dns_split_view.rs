//! The name leads to a private address where this machine asks.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the name given with `--probe` was resolved to a private address of the instance while connections come from the internet
    /// and the instance has a public address too.
    ///
    /// ## Why it matters
    ///
    /// Public names of EC2 give the private address to whoever asks inside the VPC or over its resolver, and companies have their own
    /// views of a zone. A client that asks there and has no way to the private network connects to nothing.
    ///
    /// ## How to confirm
    ///
    /// `dig +short NAME` here and `dig +short NAME @8.8.8.8`
    ///
    /// ## False positives
    ///
    /// Over a VPN or peering the private address is the right one: say so with `--from`. A resolver answer may be cached for as long as
    /// its TTL.
    ///
    /// ## Fix
    ///
    /// Connect to the public address (class M), or use the resolver of the network that you are in. For a peered VPC see
    /// `AllowDnsResolutionFromRemoteVpc` of the peering connection.
    ///
    /// ## References
    ///
    /// - VPC user guide, "DNS attributes for your VPC"
    /// - VPC peering guide, "Enable DNS resolution for a VPC peering connection"
    "ssh/dns-split-view", Blocker, Path, fix M,
    "The name leads to a private address here",
    needs [RESOLVE, DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(host) = case.question.probe.as_deref() else {
        return Ok(Judgement::not_applicable("no name that is connected to was given with `--probe`"));
    };
    if !case.is_name_split()? {
        return Ok(Judgement::pass("the name leads to an address that fits the way"));
    }
    let id = case.instance.instance_id.as_str();
    let private: Vec<String> = case.meant()?.iter().map(ToString::to_string).collect();
    let public = case.instance.public_ip_address.as_str();
    let detail = format!(
        "`{host}` leads to {} here, a private address of instance `{id}`, and connections come over the internet, where it is `{public}`",
        private.join(", ")
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::RESOLVE, host, "Addresses", serde_json::Value::from(private)))
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "PublicIpAddress", public))
            .fix(Fix::new(
                FixClass::M,
                format!("connect to `{public}`, or say with `--from` from which private address connections come"),
            )),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{asked, public, to};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    const NAME: &str = "ec2-203-0-113-10.eu-west-1.compute.amazonaws.com";

    fn named(address: &str) -> World {
        let mut world = public();
        world.answer(op::RESOLVE, json!({ "Name": NAME }), json!({ "Addresses": [address] }));
        world
    }

    #[test]
    fn fires_when_the_name_leads_inside() {
        let found = findings(asked(&named("10.0.1.10"), &RULE, to(NAME)));
        assert!(found[0].detail.contains("leads to 10.0.1.10 here"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_it_leads_to_the_public_address() {
        assert!(matches!(asked(&named("203.0.113.10"), &RULE, to(NAME)), Judgement::Pass(_)));
        assert!(matches!(asked(&public(), &RULE, to("10.0.1.10")), Judgement::Pass(_)), "no name");
    }

    #[test]
    fn unknown_when_the_name_was_not_looked_up() {
        assert_eq!(missing(asked(&public(), &RULE, to(NAME))), ["dns:Resolve"]);
    }
}
