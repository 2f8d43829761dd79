//! AWS is going to stop, reboot or retire the instance.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::{InstanceStatusEvent, is};
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `DescribeInstanceStatus` shows a scheduled event for the instance that is neither `[Completed]` nor `[Canceled]`.
    ///
    /// ## Why it matters
    ///
    /// A retirement stops the instance for good, a reboot or maintenance interrupts it. It explains a disconnection "out of the
    /// blue", or announces the next one.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-status --instance-ids ID --query 'InstanceStatuses[].Events'`, and the AWS Health Dashboard.
    ///
    /// ## False positives
    ///
    /// An event stays in the answer for up to two weeks after it is over, with `[Completed]` or `[Canceled]` in front of its
    /// description: those are not reported.
    ///
    /// ## Fix
    ///
    /// Choose the time yourself: stop and start an instance with an EBS root (class D), reboot for a reboot event, replace
    /// an instance whose root is on instance store.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Scheduled events for Amazon EC2 instances"
    "ssm/scheduled-event", Advice, Feature, fix D,
    "AWS has scheduled an event for the instance",
    needs [DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let events = case.status()?.map(|status| status.events.as_slice()).unwrap_or_default();
    let open = events.iter().enumerate().filter(|(_, event)| !is_over(event));
    Ok(Judgement::of(
        open.map(|(at, event)| finding(case, at, event)).collect(),
        "no event is scheduled for the instance",
    ))
}

fn is_over(event: &InstanceStatusEvent) -> bool {
    let description = event.description.trim_start().to_ascii_lowercase();
    ["[completed]", "[canceled]", "[cancelled]"].iter().any(|over| description.starts_with(over))
}

fn finding(case: &Case<'_>, at: usize, event: &InstanceStatusEvent) -> Finding {
    let id = case.instance.instance_id.as_str();
    let field = |name: &str, value: &str| {
        Evidence::new(op::DESCRIBE_INSTANCE_STATUS, id, format!("Events[{at}].{name}"), value)
    };
    let mut finding =
        Finding::new(format!("event `{}` of instance `{id}` is scheduled for {}", event.code, event.not_before))
            .about("ec2-instance", id)
            .proof(field("Code", &event.code))
            .proof(field("NotBefore", &event.not_before));
    let command = |name| Aws::new("ec2", name, case.region()).args("instance-ids", [id]);
    if is(&event.code, "instance-reboot") {
        let summary = format!("reboot instance `{id}` at a time of your choice; the event is then done");
        finding = finding.fix(Fix::new(FixClass::C, summary).run(command("reboot-instances")));
    } else if !is(&case.instance.root_device_type, "instance-store") {
        let summary = format!(
            "stop and start instance `{id}` at a time of your choice, so that it moves to another host; \
                an auto-assigned public address changes"
        );
        finding = finding.fix(
            Fix::new(FixClass::D, summary)
                .run(command("stop-instances"))
                .run(command("wait instance-stopped"))
                .run(command("start-instances")),
        );
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn event(code: &str, description: &str) -> World {
        let mut world = testkit::nat();
        let event = json!({
            "InstanceEventId": "instance-event-1", "Code": code, "Description": description, "NotBefore": "2026-12-01T00:00:00+00:00",
        });
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/Events", json!([event]));
        world
    }

    #[test]
    fn fires_before_a_retirement() {
        let found = findings(event("instance-retirement", "The instance is running on degraded hardware").judge(&RULE));
        assert!(found[0].detail.contains("2026-12-01"));
        assert_eq!(found[0].evidence[0].field, "Events[0].Code");
        assert!(found[0].fix.as_ref().unwrap().commands[2].contains("start-instances"));
        let reboot = findings(event("instance-reboot", "Reboot").judge(&RULE));
        assert_eq!(reboot[0].fix.as_ref().unwrap().class, FixClass::C);
    }

    #[test]
    fn silent_when_over_or_absent() {
        for over in ["[Completed] done", "[Canceled] not any more"] {
            assert!(matches!(event("system-reboot", over).judge(&RULE), Judgement::Pass(_)));
        }
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
