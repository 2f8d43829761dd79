//! How a boot ended, as the console shows it.

use super::Host;
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::{Sign, SignKind, signs};
use crate::snapshot::ssm::ConsoleOutput;
use serde_json::json;

/// The line that shows how the boot of a console text ended in failure, with every earlier sign of it.
pub(crate) fn failed_boot(console: &ConsoleOutput) -> Option<(&'static str, Vec<Sign<'_>>)> {
    let mut shown: Vec<Sign<'_>> = Vec::new();
    for sign in signs(&console.output) {
        match sign.kind {
            // A later boot got through.
            SignKind::LoginPrompt | SignKind::AgentStarted => shown.clear(),
            _ if ending(&sign).is_some() || sign.kind == SignKind::DependencyFailed => shown.push(sign),
            _ => {}
        }
    }
    shown.iter().rev().find_map(ending).map(|words| (words, shown.clone()))
}

/// How a boot ends with this line, if it does.
fn ending(sign: &Sign<'_>) -> Option<&'static str> {
    match sign.kind {
        SignKind::KernelPanic => Some("the kernel panicked"),
        SignKind::EmergencyMode => Some("the boot stopped in emergency mode"),
        SignKind::RootDeviceMissing => Some("the root file system was not found"),
        // systemd goes to emergency mode when this target fails, even where the console does not show it.
        SignKind::DependencyFailed if sign.line.to_lowercase().contains("local file systems") => {
            Some("a file system that the boot depends on was not mounted")
        }
        _ => None,
    }
}

/// The repair of a root volume from outside.
pub(crate) fn rescue(host: &Host<'_>) -> Fix {
    let id = host.instance.instance_id.as_str();
    let rescue = Aws::new("ssm", "start-automation-execution", host.region())
        .arg("document-name", "AWSSupport-ExecuteEC2Rescue")
        .json("parameters", &json!({ "UnreachableInstanceId": [id] }));
    let summary = format!(
        "repair the root volume of instance `{id}` offline: the runbook stops the instance, saves an \
            image of it, corrects `/etc/fstab` and the boot files, and starts it again"
    );
    Fix::new(FixClass::D, summary).run(rescue)
}
