//! The instance runs Windows, where OpenSSH is optional.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance runs Windows (`Platform` of `DescribeInstances`) and no SSH server answered.
    ///
    /// ## Why it matters
    ///
    /// Windows images of AWS are reached by Remote Desktop or Session Manager. Nothing listens on port 22 unless somebody installed and
    /// started OpenSSH.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[Platform,PlatformDetails]'`
    ///
    /// ## False positives
    ///
    /// Windows Server 2025 brings OpenSSH along and does not always start it. Where a connection meets an SSH server there is no finding.
    ///
    /// ## Fix
    ///
    /// Session Manager, or Remote Desktop on TCP 3389; or install OpenSSH Server inside (class M).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Connect to your Windows instance using RDP"
    /// - Microsoft documentation, "Get started with OpenSSH for Windows"
    "ssh/windows-target", Blocker, fix M,
    "The instance runs Windows",
    needs [DESCRIBE_INSTANCES, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let instance = case.instance;
    if !instance.is_windows() {
        return Ok(Judgement::pass("the instance does not run Windows"));
    }
    if let Some(proof) = case.proof_of(Settled::Banner) {
        return Ok(Judgement::pass(format!("{proof}, though the instance runs Windows")));
    }
    let id = instance.instance_id.as_str();
    let session = Aws::new("ssm", "start-session", case.region()).arg("target", id);
    let finding =
        Finding::new(format!("instance `{id}` runs Windows, which has no SSH server unless somebody installed one"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "Platform", instance.platform.as_str()))
            .fix(
                Fix::new(FixClass::M, "use Session Manager or Remote Desktop, or install OpenSSH Server").run(session),
            );
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{connected, probed, public};
    use serde_json::json;

    const PLATFORM: &str = "/Reservations/0/Instances/0/Platform";

    #[test]
    fn fires_on_windows() {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCES, PLATFORM, json!("windows"));
        assert!(findings(world.judge(&RULE))[0].detail.contains("runs Windows"));
    }

    #[test]
    fn silent_on_linux_and_where_a_server_answers() {
        let mut world = public();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_INSTANCES, PLATFORM, json!("windows"));
        assert!(matches!(probed(&mut world, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_platform_is_linux_as_ec2_leaves_it_out() {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/PlatformDetails", json!(null));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }
}
