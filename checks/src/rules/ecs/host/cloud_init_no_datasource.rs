//! cloud-init did not reach the metadata service, so that it ran no user data.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that cloud-init fell back to `DataSourceNone`, while the instance has user
    /// data.
    ///
    /// ## Why it matters
    ///
    /// cloud-init gets the user data from the metadata service. When that does not answer in time at boot, it goes on with no data, and no
    /// script is run. New agents find that out and refuse to start; older ones silently join cluster `default`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cat /var/lib/cloud/data/result.json`, and `Cloud-init failure detected` in `/var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// Without user data there is nothing that was not run. A console text can be older than the last reboot.
    ///
    /// ## Fix
    ///
    /// Reboot once the metadata service answers (class C): cloud-init then takes the instance for a new one and runs the user data.
    /// Nothing to undo.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `agent/config/cloudinit_check_linux.go`
    /// - cloud-init documentation, "Datasources"
    "ecs/cloud-init-no-datasource", Blocker, fix C,
    "cloud-init found no source of user data",
    needs [LIST_CONTAINER_INSTANCES, GET_CONSOLE_OUTPUT, DESCRIBE_INSTANCE_ATTRIBUTE]
}

const COMMAND: &str =
    "cat /var/lib/cloud/data/result.json; sudo grep -i cloud-init /var/log/ecs/ecs-agent.log | tail -n 3";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("Windows has no cloud-init"));
    }
    let id = case.instance.instance_id.as_str();
    if case.user_data()?.is_none_or(|signs| signs.kind == "none") {
        return Ok(Judgement::not_applicable("the instance has no user data that cloud-init could miss"));
    }
    let Some(line) =
        case.console_line(SignKind::NoDatasource, &[SignKind::CloudInitFinished, SignKind::EcsAgentStarted])?
    else {
        return Ok(case.ask_inside(Settled::Registered, COMMAND, COMMAND, "`DataSourceNone`"));
    };
    let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
    Ok(Judgement::fail(
        Finding::new(format!("cloud-init of `{id}` found no source of data at boot and ran no user data: `{line}`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(Fix::new(FixClass::C, format!("reboot `{id}`; running work is interrupted")).run(reboot)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};

    const NONE: &str =
        "Cloud-init v. 22.2.2 finished at Sun, 22 Nov 2026 20:02:11 +0000. Datasource DataSourceNone.  Up 31.2 seconds";

    #[test]
    fn fires_on_the_line_of_cloud_init() {
        let mut world = ecs::nat();
        let found = findings(ecs::with_console(&mut world, NONE).judge(&RULE));
        assert!(found[0].detail.contains("DataSourceNone"), "{}", found[0].detail);
    }

    #[test]
    fn silent_without_user_data_or_without_the_line() {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, "");
        assert!(matches!(ecs::with_console(&mut world, NONE).judge(&RULE), Judgement::NotApplicable(_)));
        let mut world = ecs::nat();
        let ec2 = NONE.replace("None", "Ec2");
        assert!(matches!(ecs::with_console(&mut world, &ec2).judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = ecs::nat();
        ecs::never(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
