//! An instance that does not run.

use super::Host;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::snapshot::{Gap, operations as op};

/// Whether it runs; `so` says what follows when it does not.
pub(crate) fn not_running(host: &Host<'_>, so: &str) -> Judgement {
    let instance = host.instance;
    let id = instance.instance_id.as_str();
    let state = instance.state.name.as_str();
    if state.is_empty() {
        return Judgement::cannot_tell(
            "the facts do not tell the state of the instance",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        );
    }
    if host.is_running() {
        return Judgement::pass("the instance is running");
    }
    let why = match (instance.state_transition_reason.as_str(), instance.state_reason.message.as_str()) {
        ("", "") => String::new(),
        ("", reason) | (reason, _) => format!(" ({reason})"),
    };
    let mut finding = Finding::new(format!("instance `{id}` is {state}{why}, so {so}"))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "State.Name", state));
    if !why.is_empty() {
        let reason = instance.state_transition_reason.as_str();
        finding = finding.proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "StateTransitionReason", reason));
    }
    if state == "stopped" {
        let command = |name| Aws::new("ec2", name, host.region()).args("instance-ids", [id]);
        finding = finding.fix(
            Fix::new(
                FixClass::D,
                format!("start instance `{id}`; an auto-assigned public address will be another one"),
            )
            .run(command("start-instances"))
            .undo(command("stop-instances")),
        );
    }
    Judgement::fail(finding)
}
