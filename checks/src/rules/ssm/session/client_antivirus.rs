//! A security product on the client freezes port forwarding.

use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: what a security product does to local connections can only be seen on the client, so the rule tells the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// Products that inspect local traffic can freeze a port-forwarding session: the plugin runs on, but no byte passes. It looks like
    /// a network fault of the instance and is none.
    ///
    /// ## How to confirm
    ///
    /// Forward a port with the product's inspection switched off for the plugin, or from another machine.
    ///
    /// ## False positives
    ///
    /// A destination that does not answer on its port looks the same: test it on the instance itself first.
    ///
    /// ## Fix
    ///
    /// Exclude `session-manager-plugin` and the forwarded local port from inspection (class M: it belongs to whoever runs the product).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Troubleshooting Session Manager"
    "ssm/client-antivirus", CannotTell, Feature, fix M,
    "A security product on the client may hold the session up",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = &case.instance.instance_id;
    let command = Aws::new("ssm", "start-session", case.region())
        .arg("target", id)
        .arg("document-name", "AWS-StartPortForwardingSession")
        .arg("parameters", "portNumber=22,localPortNumber=10022");
    let look_for =
        "a connection to local port 10022 that is accepted and then carries nothing, while the plugin runs on";
    at_client(case, command, look_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::nat().judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("AWS-StartPortForwardingSession"), "{command}");
    }

    #[test]
    fn silent_while_the_node_does_not_answer() {
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_the_heartbeat() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
