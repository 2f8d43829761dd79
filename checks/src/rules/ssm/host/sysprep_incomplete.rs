//! A Windows image that was not generalised to the end.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether Windows finished its setup: `ImageState` in the registry must be `IMAGE_STATE_COMPLETE`. No API shows it, so the rule hands
    /// over the command.
    ///
    /// ## Why it matters
    ///
    /// In an image that was taken in the middle of Sysprep, or with a broken answer file, Windows stays in its setup phase. Services
    /// such as the agent then do not start, or run with the identity of the machine that the image was taken from.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `ssm-cli get-diagnostics`, check "Windows sysprep image state", or the registry key below.
    ///
    /// ## False positives
    ///
    /// In the first minutes of a new instance the setup is simply not over yet.
    ///
    /// ## Fix
    ///
    /// Run Sysprep by EC2Launch again and take a new image (class M: it takes the instance through a shutdown and a new setup).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Create an Amazon EC2 AMI using Windows Sysprep"
    /// - Systems Manager user guide, "Troubleshooting managed node availability using ssm-cli"
    "ssm/sysprep-incomplete", Blocker, Registration, fix M,
    "The setup of Windows is not finished",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.instance.is_windows() {
        return Ok(Judgement::not_applicable("the instance does not run Windows"));
    }
    Ok(case.inside(
        "",
        r"(Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State').ImageState",
        "anything but `IMAGE_STATE_COMPLETE`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit;
    use serde_json::json;

    #[test]
    fn fires_as_a_question_on_windows() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { command, .. } if command.contains("ImageState")));
    }

    #[test]
    fn silent_elsewhere() {
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_until_somebody_looks_inside() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        let checks = world.diagnose().checks;
        let check = checks.iter().find(|check| check.rule == RULE.about.id).unwrap();
        assert_eq!(check.status, crate::diagnosis::Status::CannotTell);
    }
}
