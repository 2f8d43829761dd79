//! How to ask for what an instance wrote to its serial console.

use crate::snapshot::ec2::Instance;
use serde_json::{Value, json};

/// The input of `GetConsoleOutput` that gives the newest text there is.
pub fn console_input(instance: &Instance) -> Value {
    let id = instance.instance_id.as_str();
    if is_nitro(&instance.instance_type) {
        json!({ "InstanceId": id, "Latest": true })
    } else {
        json!({ "InstanceId": id })
    }
}

/// Whether the type runs on the Nitro System, where the newest console text can be had at any time.
///
/// Source: EC2 API reference, `GetConsoleOutput`; the families before Nitro are those of the EC2 user guide's "Previous generation
/// instances" and the Xen-based current ones.
pub(crate) fn is_nitro(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    const XEN: &[&str] = &[
        "t1", "t2", "m1", "m2", "m3", "m4", "c1", "c3", "c4", "cc2", "r3", "r4", "i2", "i3", "d2", "g2", "g3", "g3s",
        "p2", "p3", "x1", "x1e", "f1", "h1", "hs1", "cr1",
    ];
    !family.is_empty() && !XEN.contains(&family)
}
