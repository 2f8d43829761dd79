//! A client that insists on dual-stack names may find none.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::sessions::at_client;

declare_rule! {
    /// ## What it checks
    ///
    /// Once the node is online: the client's environment and configuration can only be seen there, so the rule tells the command.
    ///
    /// ## Why it matters
    ///
    /// With `AWS_USE_DUALSTACK_ENDPOINT=true` the AWS CLI builds host names in another domain (`ssm.REGION.api.aws`). Where a service
    /// has no such name, or a private resolver does not know it, the call fails with a name that does not exist.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm start-session --target INSTANCE --debug` on the client shows the host name that it asks for.
    ///
    /// ## False positives
    ///
    /// Many Regions do have dual-stack names for Systems Manager; then the setting does no harm outside closed networks.
    ///
    /// ## Fix
    ///
    /// Unset the variable, or remove `use_dualstack_endpoint` from the profile (class M: it is the client's machine).
    ///
    /// ## References
    ///
    /// - AWS SDKs and tools reference guide, "Dual-stack and FIPS endpoints"
    "ssm/dualstack-env-breaks-client", Blocker, Sessions, fix M,
    "The client is set to dual-stack names",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let command = "env | grep -i dualstack; aws configure get use_dualstack_endpoint";
    at_client(case, command, "`true`, together with a host name in `api.aws` that cannot be resolved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_hint_when_online() {
        let Judgement::Elsewhere { command, .. } = testkit::nat().judge(&RULE) else { panic!("a hint") };
        assert!(command.contains("dualstack"), "{command}");
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
