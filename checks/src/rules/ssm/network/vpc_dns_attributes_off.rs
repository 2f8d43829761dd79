//! A VPC whose DNS attributes keep names from being answered.

use crate::finding::{Finding, Judgement};
use crate::instance::endpoints::Unused;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::{Watch, Ways};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `enableDnsSupport` of the VPC is off, so that the Amazon resolver does not answer, or `enableDnsHostnames` is off, so that
    /// private names of endpoints do not work, where the agent depends on them.
    ///
    /// ## Why it matters
    ///
    /// Without answers the agent finds no service at all. Without private names it is led past the endpoints to public addresses, to
    /// which a closed VPC has no route.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsHostnames` (and `enableDnsSupport`)
    ///
    /// ## False positives
    ///
    /// `enableDnsHostnames` does not matter where no endpoint with private DNS is needed: the rule is then silent.
    ///
    /// ## Fix
    ///
    /// Switch the attribute on (class A), one call for each. To undo, switch it off.
    ///
    /// ## References
    ///
    /// - VPC user guide, "DNS attributes for your VPC"
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint", private DNS
    "ssm/vpc-dns-attributes-off", Blocker, Agent, fix A,
    "DNS of the VPC is switched off",
    needs [DESCRIBE_VPC_ATTRIBUTE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let off = |cause| matches!(cause, Cause::DnsSupportOff | Cause::DnsHostnamesOff);
    let unused = Unused { causes: off, pass: "" };
    let mut findings: Vec<Finding> = Vec::new();
    let walls = case.walls(off).into_iter().chain(unused.walls(case));
    for wall in walls {
        let finding = findings::dns_attribute_off(case, &wall);
        if !findings.iter().any(|known| known.evidence == finding.evidence) {
            findings.push(finding);
        }
    }
    if !findings.is_empty() {
        return Ok(Judgement::Fail(findings));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &off,
        opaque: &|what| what.starts_with("`enableDns"),
        pass: "the DNS attributes of the VPC do not stand in the way",
    };
    watch.judge(case, |wall| findings::dns_attribute_off(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_support() {
        let mut world = testkit::nat();
        world.replace(
            op::DESCRIBE_VPC_ATTRIBUTE,
            &["enableDnsSupport"],
            json!({ "VpcId": "vpc-1", "EnableDnsSupport": { "Value": false } }),
        );
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`enableDnsSupport` of VPC `vpc-1`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "EnableDnsSupport.Value");
    }

    #[test]
    fn fires_on_hostnames_once_for_all_endpoints() {
        let mut world = testkit::closed();
        world.replace(
            op::DESCRIBE_VPC_ATTRIBUTE,
            &["enableDnsHostnames"],
            json!({ "VpcId": "vpc-1", "EnableDnsHostnames": { "Value": false } }),
        );
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].ends_with(r#"--enable-dns-hostnames '{"Value":true}'"#), "{}", fix.commands[0]);
    }

    #[test]
    fn silent_when_on_or_not_needed() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_attributes_are_denied() {
        let mut world = testkit::closed();
        world.deny(op::DESCRIBE_VPC_ATTRIBUTE);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcAttribute"]);
    }
}
