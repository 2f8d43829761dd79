//! Which other ways into the instance work.

use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::ways_in::{WayIn, ways_in};

declare_rule! {
    /// ## What it checks
    ///
    /// When the direct way is closed or not known: Session Manager (`PingStatus` of the node), EC2 Instance Connect (whether the port is
    /// open to the range of the service), an EC2 Instance Connect Endpoint in the VPC (its way to the port), and the EC2 serial console
    /// (switched on for the account, an instance on the Nitro System).
    ///
    /// ## Why it matters
    ///
    /// Whoever is locked out needs a way in now, and the repair of the direct one may belong to somebody else.
    ///
    /// ## How to confirm
    ///
    /// The command of each way, as shown.
    ///
    /// ## False positives
    ///
    /// Whether the caller may use a way is a question of IAM that is not asked here. An endpoint and EC2 Instance Connect need a running
    /// SSH server on the instance; Session Manager and the serial console do not.
    ///
    /// ## Fix
    ///
    /// None: use what works. A bastion is a way too: give its private address with `--from` to have it judged.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "AWS Systems Manager Session Manager"
    /// - EC2 user guide, "Connect to your instances using EC2 Instance Connect Endpoint"
    /// - EC2 user guide, "EC2 Serial Console for instances"
    "ssh/other-ways-in", Advice, Feature, fix None,
    "Other ways in",
    needs [DESCRIBE_INSTANCE_INFORMATION, DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, GET_SERIAL_CONSOLE_ACCESS_STATUS, DESCRIBE_MANAGED_PREFIX_LISTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    if case.is_direct() {
        return Ok(Judgement::not_applicable("the direct way is open"));
    }
    let ways = ways_in(case);
    let gaps: Vec<Gap> = ways.iter().filter_map(|way| way.works.as_ref().err()).cloned().collect();
    let works: Vec<&WayIn> = ways.iter().filter(|way| way.works == Ok(true)).collect();
    let words: Vec<String> = ways.iter().map(in_words).collect();
    let bastion =
        if case.has_public_address() { "" } else { "; over a bastion: give its private address with `--from`" };
    let detail = format!("{}{bastion}", words.join("; "));
    if works.is_empty() && !gaps.is_empty() {
        return Ok(Judgement::cannot_tell(detail, gaps));
    }
    let mut finding = Finding::new(detail).about("ec2-instance", &case.instance.instance_id);
    for way in &ways {
        finding = finding.proofs(way.evidence.iter().cloned());
    }
    if let [first, ..] = works.as_slice() {
        let summary = format!("{} works meanwhile", first.name);
        let fix = works.iter().fold(Fix::new(FixClass::None, summary), |fix, way| fix.run(way.command.clone()));
        finding = finding.fix(fix);
    }
    Ok(Judgement::fail(finding))
}

fn in_words(way: &WayIn) -> String {
    let verdict = match way.works {
        Ok(true) => "works",
        Ok(false) => "does not work",
        Err(_) => "is not known to work",
    };
    format!("{} {verdict}: {}", way.name, way.why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{diagnose, endpoint, ingress, private, public, with_ways};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_with_every_way_and_its_command() {
        let found = findings(endpoint(&with_ways(&private())).judge(&RULE));
        let text = &found[0].detail;
        assert!(text.contains("Session Manager works: the node is Online"), "{text}");
        assert!(text.contains("EC2 Instance Connect Endpoint works"), "{text}");
        assert!(text.contains("EC2 serial console does not work"), "{text}");
        assert!(text.contains("bastion"), "{text}");
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands[0].starts_with("aws ssm start-session"), "{commands:?}");
        assert!(commands[1].contains("--connection-type eice"), "{commands:?}");
    }

    #[test]
    fn fires_as_advice_beside_the_blocker() {
        let mut world = with_ways(&public());
        ingress(&mut world, json!([]));
        let found = diagnose(&world).unwrap().findings;
        let own = found.iter().find(|finding| finding.rule == "ssh/other-ways-in").unwrap();
        assert_eq!(own.severity, Severity::Advice);
        assert!(own.detail.contains("EC2 Instance Connect does not work: the port is not open"), "{}", own.detail);
    }

    #[test]
    fn silent_when_the_direct_way_is_open_or_nothing_runs() {
        assert!(matches!(with_ways(&public()).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_nothing_is_known_to_work() {
        let mut world = with_ways(&private());
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
