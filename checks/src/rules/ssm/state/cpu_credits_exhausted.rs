//! A burstable instance without credits is too slow to answer.

use crate::finding::{Judgement, Place};
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::{Case, inside::follows_from};
use jiff::SignedDuration;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an instance of a burstable type (T2, T3, T3a, T4g) that does not answer has run out of CPU credits. The balance
    /// is a metric of CloudWatch, so the rule hands over the command that shows it.
    ///
    /// ## Why it matters
    ///
    /// Without credits an instance in `standard` mode is throttled to its baseline, 5 to 40 percent of a CPU. Heartbeats and TLS
    /// handshakes then time out, while everything outside looks healthy.
    ///
    /// ## How to confirm
    ///
    /// `CPUCreditBalance` near 0 with `CPUUtilization` flat at the baseline, and `standard` in
    /// `aws ec2 describe-instance-credit-specifications --instance-ids ID`.
    ///
    /// ## False positives
    ///
    /// In `unlimited` mode, the default of T3, T3a and T4g, a balance of 0 costs money and throttles nothing. A just started T3
    /// begins with few credits.
    ///
    /// ## Fix
    ///
    /// `aws ec2 modify-instance-credit-specification --instance-credit-specifications InstanceId=ID,CpuCredits=unlimited` (class A;
    /// surplus credits are billed). To undo, set `standard` again. For good: a larger or another type.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Key concepts for burstable performance instances"
    /// - EC2 user guide, "Monitor CPU credits for burstable instances"
    "ssm/cpu-credits-exhausted", Degraded, Registration, fix A,
    "The instance has run out of CPU credits",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_INFORMATION]
}

/// How far back the command looks.
const WINDOW: SignedDuration = SignedDuration::from_hours(3);

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let kind = case.instance.instance_type.as_str();
    if kind.is_empty() {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell the type of the instance",
            vec![Gap::NotAsked { action: "ec2:DescribeInstances".to_owned() }],
        ));
    }
    if !is_burstable(kind) {
        return Ok(Judgement::not_applicable(format!("`{kind}` has no CPU credits")));
    }
    if case.heartbeat.is_online() {
        return Ok(Judgement::not_applicable("the node is online, so it is not starved"));
    }
    if case.is_asleep() {
        return Ok(follows_from("ssm/instance-not-running"));
    }
    Ok(Judgement::Elsewhere {
        place: Place::Client,
        command: metric(case),
        look_for: format!("a balance near 0, while the credit mode of this `{kind}` is `standard`"),
    })
}

/// Source: EC2 user guide, "Burstable performance instances"; `t1` has no credits.
fn is_burstable(kind: &str) -> bool {
    matches!(kind.split('.').next(), Some("t2" | "t3" | "t3a" | "t4g"))
}

fn metric(case: &Case<'_>) -> String {
    let now = case.snapshot.now();
    let time = |at: Option<jiff::Timestamp>, name: &str| at.map_or_else(|| name.to_owned(), |at| at.to_string());
    Aws::new("cloudwatch", "get-metric-statistics", case.region())
        .arg("namespace", "AWS/EC2")
        .arg("metric-name", "CPUCreditBalance")
        .arg("dimensions", format!("Name=InstanceId,Value={}", case.instance.instance_id))
        .arg("start-time", time(now.and_then(|now| now.checked_sub(WINDOW).ok()), "START_TIME"))
        .arg("end-time", time(now, "END_TIME"))
        .arg("period", "300")
        .arg("statistics", "Minimum")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};
    use serde_json::{Value, json};

    const TYPE: &str = "/Reservations/0/Instances/0/InstanceType";

    #[test]
    fn fires_as_a_question_about_a_lost_burstable_node() {
        let judgement = testkit::nat().lost().judge(&RULE);
        let Judgement::Elsewhere { place: Place::Client, command, .. } = judgement else { panic!("{judgement:?}") };
        assert!(command.starts_with("aws cloudwatch get-metric-statistics --region eu-west-1 --namespace AWS/EC2"));
        assert!(command.contains("--start-time 2026-11-22T17:14:00Z --end-time 2026-11-22T20:14:00Z"), "{command}");
    }

    #[test]
    fn silent_when_online_or_of_another_type() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
        world.lost().patch(op::DESCRIBE_INSTANCES, TYPE, json!("m7i.large"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_a_type() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCES, TYPE, Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
