//! What keeps an end of a path from sending and answering at all.

use super::atlas::Row;
use super::rules::{About, about};
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{Instance, InstanceConnectEndpoint, is};
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::operations as op;

const NOT_RUNNING: About = about("net/instance-not-running", "The instance does not run");
const NOT_ATTACHED: About = about("net/interface-not-attached", "The interface is attached to nothing");
const NOT_COMPLETE: About =
    about("net/instance-connect-endpoint-state", "The EC2 Instance Connect Endpoint is not available");
const FUNCTION_FAILED: About = about("net/function-failed", "The function could not be set up, and does not run");

/// Every fault of an end.
pub(super) const FAULTS: [&About; 4] = [&NOT_RUNNING, &NOT_ATTACHED, &NOT_COMPLETE, &FUNCTION_FAILED];

/// Why an end neither sends nor answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Rule id.
    pub rule: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// The fault in a sentence.
    pub by: String,
    /// What is at fault.
    pub component: Component,
    /// The member that says so.
    pub evidence: Evidence,
}

/// An instance that does not run.
pub(super) fn not_running(instance: &Instance) -> Option<Fault> {
    let state = instance.state.name.as_str();
    if state.is_empty() || is(state, "running") {
        return None;
    }
    let id = &instance.instance_id;
    Some(Fault {
        rule: NOT_RUNNING.rule,
        title: NOT_RUNNING.title,
        by: format!("instance `{id}` is {state}"),
        component: Component::new("ec2-instance", id),
        evidence: Evidence::new(op::DESCRIBE_INSTANCES, id, "State.Name", state),
    })
}

/// An interface that is attached to nothing.
pub(super) fn not_attached(row: Row<'_>) -> Option<Fault> {
    let Row::Listed(eni) = row else { return None };
    is(&eni.status, "available").then(|| Fault {
        rule: NOT_ATTACHED.rule,
        title: NOT_ATTACHED.title,
        by: format!("interface `{}` is attached to nothing", eni.network_interface_id),
        component: Component::new("network-interface", &eni.network_interface_id),
        evidence: Evidence::new(op::DESCRIBE_NETWORK_INTERFACES, &eni.network_interface_id, "Status", "available"),
    })
}

/// An EC2 Instance Connect Endpoint that is not made yet, or not any more.
pub(super) fn not_complete(endpoint: &InstanceConnectEndpoint) -> Option<Fault> {
    let state = endpoint.state.as_str();
    let works = state.is_empty() || is(state, "create-complete") || state.to_ascii_lowercase().starts_with("update-");
    let id = &endpoint.instance_connect_endpoint_id;
    (!works).then(|| Fault {
        rule: NOT_COMPLETE.rule,
        title: NOT_COMPLETE.title,
        by: format!("`{id}` is {state}"),
        component: Component::new("instance-connect-endpoint", id),
        evidence: Evidence::new(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, id, "State", state),
    })
}

/// A function whose resources could not be made. One that is inactive gets them back at the next call.
///
/// Source: Lambda developer guide, "Lambda function states".
pub(super) fn function_failed(function: &FunctionConfiguration) -> Option<Fault> {
    let name = &function.function_name;
    is(&function.state, "Failed").then(|| Fault {
        rule: FUNCTION_FAILED.rule,
        title: FUNCTION_FAILED.title,
        by: format!("function `{name}` is {}", function.state),
        component: Component::new("lambda-function", name),
        evidence: Evidence::new(op::GET_FUNCTION_CONFIGURATION, name, "State", function.state.as_str()),
    })
}
