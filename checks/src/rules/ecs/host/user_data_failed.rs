//! A script in the user data ended before it told the agent of its cluster.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::os::ecs_image::EcsImage;
use crate::os::user_data::UserDataSigns;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the script in the user data ends before it tells the agent of a cluster: because an `exit` stands before that place, or
    /// because the script ends at its first error (`set -e`), only what stands before that place can fail, and the console text shows
    /// that cloud-init failed to run it.
    ///
    /// ## Why it matters
    ///
    /// A package that could not be installed then keeps `/etc/ecs/ecs.config` from being written, and the agent joins cluster `default`,
    /// if any.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cloud-init status --long`, and the end of `/var/log/cloud-init-output.log`.
    ///
    /// ## False positives
    ///
    /// A script can fail after it has written the file, which harms no registration. Without `set -e` it goes on after an error. Where
    /// both are possible, the rule asks for a look inside.
    ///
    /// ## Fix
    ///
    /// Write the setting on the instance and restart the agent (class C); in the user data, write the file first. To undo, put the file
    /// back.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Run commands when you launch an EC2 instance with user data input"
    /// - cloud-init documentation, "Failure states"
    "ecs/user-data-failed", Blocker, fix C,
    "The user data ended before it told the agent of its cluster",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, GET_CONSOLE_OUTPUT]
}

const COMMAND: &str =
    "cloud-init status --long; sudo tail -n 30 /var/log/cloud-init-output.log; sudo cat /etc/ecs/ecs.config";
const WINDOWS: &str = r#"Get-Content "$env:ProgramData\Amazon\EC2Launch\log\agent.log","$env:ProgramData\Amazon\EC2-Windows\Launch\Log\UserdataExecution.log" -Tail 30"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let Some(signs) = case.user_data()?.filter(|signs| signs.kind != "none") else {
        return Ok(Judgement::not_applicable("the instance has no user data"));
    };
    let id = case.instance.instance_id.as_str();
    let is_sure = signs.is_plain() && matches!(case.ecs_image()?, EcsImage::AmazonLinux { .. });
    if signs.exits_before && is_sure && !case.wants_default() {
        let detail = format!("the script in the user data of `{id}` exits before it tells the agent of a cluster");
        return Ok(Judgement::fail(case.user_data_finding(detail, "ExitsBefore", true).fix(case.set_cluster())));
    }
    let line = case.console_line(SignKind::UserDataFailed, &[])?;
    match line {
        Some(line) if is_sure && stops_before(signs) => {
            let detail = format!(
                "the script in the user data of `{id}` failed; it ends at its first error, and only commands before the agent's \
                 configuration can fail: `{line}`"
            );
            Ok(Judgement::fail(
                case.user_data_finding(detail, "CanStopBefore", true)
                    .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
                    .fix(case.set_cluster()),
            ))
        }
        Some(line) => Ok(case.ask_inside(
            Settled::Registered,
            COMMAND,
            WINDOWS,
            format!("an error that keeps `ECS_CLUSTER` from being written; the console shows `{line}`"),
        )),
        None => Ok(case.ask_inside(
            Settled::Registered,
            COMMAND,
            WINDOWS,
            "`status: error`, or an error that keeps `ECS_CLUSTER` from being written",
        )),
    }
}

/// Whether a script that failed can only have failed before it told the agent of its cluster, and has told it nothing then.
fn stops_before(signs: &UserDataSigns) -> bool {
    signs.kind == "shell-script" && signs.cluster.is_some() && signs.can_stop_before && !signs.can_fail_after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs, findings, missing};

    const FAILED: &str =
        "cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /var/lib/cloud/instance/scripts)";
    const SET: &str = "echo ECS_CLUSTER=web >> /etc/ecs/ecs.config\n";

    fn with(text: &str, console: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, text);
        ecs::with_console(&mut world, console);
        world
    }

    #[test]
    fn fires_on_an_exit_and_on_an_error_before_the_setting() {
        findings(with(&format!("#!/bin/bash\nexit 0\n{SET}"), "").judge(&RULE));
        let found = findings(with(&format!("#!/bin/bash\nset -e\nyum install -y x\n{SET}"), FAILED).judge(&RULE));
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn silent_as_a_question_where_the_error_may_stand_behind_it() {
        for text in [
            format!("#!/bin/bash\nset -e\nyum install -y x\n{SET}docker pull y\n"),
            format!("#!/bin/bash\nyum install -y x\n{SET}"),
            format!("#!/bin/bash\nset -e\n{SET}yum install -y x\n"),
        ] {
            assert!(
                matches!(with(&text, FAILED).judge(&RULE), Judgement::Elsewhere { look_for, .. } if look_for.contains("console")),
                "{text}"
            );
        }
        assert!(matches!(with(ecs::USER_DATA, "").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_without_user_data_or_when_registered() {
        assert!(matches!(with("", "").judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = with(ecs::USER_DATA, "");
        assert_eq!(missing(world.deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
