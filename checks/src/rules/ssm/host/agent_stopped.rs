//! SSM Agent is installed and does not run.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the agent's service runs and is enabled. A heartbeat proves it; without one, only a look inside tells a stopped service
    /// from a closed path.
    ///
    /// ## Why it matters
    ///
    /// A service that was stopped, disabled, masked or killed sends no heartbeat; after about five minutes the node shows
    /// `ConnectionLost`, with healthy status checks and a healthy network.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl is-active amazon-ssm-agent` and `systemctl is-enabled amazon-ssm-agent`, with the snap
    /// `snap services amazon-ssm-agent`, on Windows `Get-Service AmazonSSMAgent`.
    ///
    /// ## False positives
    ///
    /// From outside this looks like a path that is closed. On Ubuntu the agent is a snap as a rule: a `systemctl` unit
    /// `amazon-ssm-agent` that is missing there means nothing.
    ///
    /// ## Fix
    ///
    /// `sudo systemctl enable --now amazon-ssm-agent`, for the snap `sudo snap start --enable amazon-ssm-agent`, on Windows
    /// `Set-Service AmazonSSMAgent -StartupType Automatic; Start-Service AmazonSSMAgent` (class C). To undo, disable and stop it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Checking SSM Agent status and starting the agent"
    "ssm/agent-stopped", Blocker, Registration, fix C,
    "SSM Agent does not run",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

const LINUX: &str =
    "systemctl is-active amazon-ssm-agent; systemctl is-enabled amazon-ssm-agent; snap services amazon-ssm-agent";
const WINDOWS: &str = "Get-Service AmazonSSMAgent | Select-Object Status,StartType";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let since = match &case.heartbeat {
        Heartbeat::Online(_) => return Ok(Judgement::pass("the node is online, so its agent runs")),
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Lost(node) => format!(" (its last heartbeat came at {})", node.last_ping_date_time),
        Heartbeat::Never => String::new(),
    };
    Ok(case.inside(LINUX, WINDOWS, format!("a service that is not active, or not enabled{since}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};
    use serde_json::json;

    #[test]
    fn fires_as_a_question_when_the_node_is_lost() {
        let judgement = testkit::nat().lost().judge(&RULE);
        let Judgement::Elsewhere { command, look_for, .. } = judgement else { panic!("{judgement:?}") };
        assert_eq!(command, LINUX);
        assert!(look_for.contains("2026-11-22T18:10:00"));
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { command, .. } if command == WINDOWS));
    }

    #[test]
    fn silent_when_online_or_stopped() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_node_list_is_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
