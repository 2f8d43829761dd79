//! A broken configuration file of the agent.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `amazon-ssm-agent.json` or `seelog.xml` on the instance is broken or points the agent elsewhere. No API shows these files,
    /// so the rule hands over the command.
    ///
    /// ## Why it matters
    ///
    /// Without the files the agent takes good defaults. With a file that does not parse it ends or falls back, and with a custom `Region`,
    /// `Endpoint` or identity order it talks to the wrong place: often a leftover of an image for another Region.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `python3 -m json.tool /etc/amazon/ssm/amazon-ssm-agent.json`, and the first lines of the agent's log after a restart.
    ///
    /// ## False positives
    ///
    /// A file that is missing is in order, and so is one that only sets log or retention limits. The `.template` files beside them are
    /// never read.
    ///
    /// ## Fix
    ///
    /// Move the file aside and restart the agent (class C): `sudo mv /etc/amazon/ssm/amazon-ssm-agent.json /root/`. To undo, move it back.
    ///
    /// ## References
    ///
    /// - SSM Agent documentation in its repository, "Runtime Configuration"
    /// - Systems Manager user guide, "Viewing SSM Agent logs"
    "ssm/agent-bad-config", Blocker, Registration, fix C,
    "The configuration of SSM Agent is broken",
    needs [DESCRIBE_INSTANCES]
}

const LINUX: &str = "sudo python3 -m json.tool /etc/amazon/ssm/amazon-ssm-agent.json; sudo ls -l \
    /etc/amazon/ssm/seelog.xml; sudo journalctl -u amazon-ssm-agent -u snap.amazon-ssm-agent.amazon-ssm-agent \
    -n 20 --no-pager";
const WINDOWS: &str = r#"Get-Content -Raw "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.json" | ConvertFrom-Json; Get-Item "$env:ProgramFiles\Amazon\SSM\seelog.xml"; Get-EventLog -LogName Application -Source AmazonSSMAgent -Newest 5"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(case.inside(
        LINUX,
        WINDOWS,
        "a file that does not parse, or one that sets `Region`, `Endpoint` or an identity order; no file is in order",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit;
    use serde_json::json;

    #[test]
    fn fires_as_a_question_for_each_system() {
        let mut world = testkit::nat();
        assert!(matches!(world.lost().judge(&RULE), Judgement::Elsewhere { command, .. } if command == LINUX));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { command, .. } if command == WINDOWS));
    }

    #[test]
    fn silent_while_the_node_answers() {
        let checks = testkit::nat().diagnose().checks;
        let check = checks.iter().find(|check| check.rule == RULE.about.id).unwrap();
        assert_eq!(check.status, crate::diagnosis::Status::NotApplicable);
    }

    #[test]
    fn unknown_until_somebody_looks_inside() {
        let checks = testkit::nat().lost().diagnose().checks;
        let check = checks.iter().find(|check| check.rule == RULE.about.id).unwrap();
        assert_eq!(check.status, crate::diagnosis::Status::CannotTell);
    }
}
