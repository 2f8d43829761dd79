//! A burstable instance without credits is too slow to answer.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::metrics::CREDIT_BALANCE;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{Case, is_burstable};
use jiff::{SignedDuration, Timestamp};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an instance of a burstable type (T2, T3, T3a, T4g) had no CPU credits in the last hour (`CPUCreditBalance`) and is in mode
    /// `standard`.
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
    /// In `unlimited` mode, the default of T3, T3a and T4g, a balance of 0 costs money and throttles nothing. Without values in the last
    /// hour (a new or a stopped instance) there is nothing to judge.
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
    "ssm/cpu-credits-exhausted", Degraded, Feature, fix A,
    "The instance has run out of CPU credits",
    needs [DESCRIBE_INSTANCES, GET_METRIC_STATISTICS, DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let kind = case.instance.instance_type.as_str();
    if kind.is_empty() {
        return Err(Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() });
    }
    if !is_burstable(kind) {
        return Ok(Judgement::not_applicable(format!("`{kind}` has no CPU credits")));
    }
    if case.is_asleep() {
        return Ok(Judgement::follows_from("ssm/instance-not-running"));
    }
    let metric = match case.snapshot.metrics.get(&format!("{CREDIT_BALANCE}/{id}")) {
        // Not read for a node that does not answer: any number of causes come before this one.
        Err(Gap::NotAsked { .. }) if !case.heartbeat.is_online() => return Ok(question(case, kind)),
        metric => metric?,
    };
    let Some(metric) = metric.filter(|metric| !metric.datapoints.is_empty()) else {
        return Ok(Judgement::not_applicable("CloudWatch has no credit balance of the last hour"));
    };
    if !metric.is_used_up() {
        return Ok(Judgement::pass("there are CPU credits left"));
    }
    let mode = case.snapshot.credit_specifications.get(id)?.map(|row| row.cpu_credits.as_str()).unwrap_or_default();
    if is(mode, "unlimited") {
        return Ok(Judgement::pass("the credits are used up, but the instance is in unlimited mode and not throttled"));
    }
    let specification = |mode: &str| {
        Aws::new("ec2", "modify-instance-credit-specification", case.region())
            .arg("instance-credit-specifications", format!("InstanceId={id},CpuCredits={mode}"))
    };
    let detail = format!("instance `{id}` ({kind}) has no CPU credits left and is throttled to its baseline");
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_METRIC_STATISTICS, id, "Datapoints[].Maximum", balances(metric)))
            .proof(Evidence::new(op::DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS, id, "CpuCredits", mode))
            .fix(
                Fix::new(FixClass::A, "switch to unlimited mode; surplus credits are billed")
                    .run(specification("unlimited"))
                    .undo(specification("standard")),
            ),
    ))
}

fn question(case: &Case<'_>, kind: &str) -> Judgement {
    let now = case.snapshot.now();
    let hour_ago = now.and_then(|now| now.checked_sub(SignedDuration::from_hours(1)).ok());
    let time = |at: Option<Timestamp>, unknown: &str| at.map_or_else(|| unknown.to_owned(), |at| at.to_string());
    let command = Aws::new("cloudwatch", "get-metric-statistics", case.region())
        .arg("namespace", "AWS/EC2")
        .arg("metric-name", CREDIT_BALANCE)
        .arg("dimensions", format!("Name=InstanceId,Value={}", case.instance.instance_id))
        .arg("start-time", time(hour_ago, "ONE_HOUR_AGO"))
        .arg("end-time", time(now, "NOW"))
        .arg("period", "300")
        .arg("statistics", "Maximum");
    Judgement::Elsewhere {
        place: Place::Client,
        command: command.into(),
        look_for: format!("a balance near 0, while the credit mode of this `{kind}` is `standard`").into(),
    }
}

fn balances(metric: &crate::snapshot::metrics::MetricStatistics) -> Vec<f64> {
    metric.datapoints.iter().filter_map(|point| point.maximum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn world(balance: &[f64], mode: &str) -> World {
        let mut world = testkit::nat();
        let points: Vec<Value> =
            balance.iter().map(|value| json!({ "Timestamp": "2026-11-22T20:00:00+00:00", "Maximum": value })).collect();
        world.replace(op::GET_METRIC_STATISTICS, &[], json!({ "Label": CREDIT_BALANCE, "Datapoints": points }));
        world.answer(
            op::DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS,
            json!({ "InstanceIds": [testkit::INSTANCE] }),
            json!({ "InstanceCreditSpecifications": [{ "InstanceId": testkit::INSTANCE, "CpuCredits": mode }] }),
        );
        world
    }

    #[test]
    fn fires_in_standard_mode_without_credits() {
        let found = findings(world(&[0.0, 0.1], "standard").judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("CpuCredits=unlimited"));
    }

    #[test]
    fn silent_as_a_question_about_a_lost_node() {
        let mut world = testkit::nat();
        world.lost().forget(op::GET_METRIC_STATISTICS);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { place: Place::Client, .. }));
    }

    #[test]
    fn silent_with_credits_in_unlimited_mode_or_without_values() {
        for quiet in [world(&[0.0, 12.5], "standard"), world(&[0.0], "unlimited")] {
            assert!(matches!(quiet.judge(&RULE), Judgement::Pass(_)));
        }
        assert!(matches!(world(&[], "standard").judge(&RULE), Judgement::NotApplicable(_)));
        let mut other = testkit::nat();
        other.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/InstanceType", json!("m7i.large"));
        assert!(matches!(other.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_metrics_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(world.judge(&RULE)), ["cloudwatch:GetMetricStatistics"]);
    }
}
