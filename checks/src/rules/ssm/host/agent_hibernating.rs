//! The agent waits after refusals, up to an hour.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the agent went into hibernation (`Entering SSM Agent hibernate`) and was
    /// not started again since. Otherwise its log on the instance tells.
    ///
    /// ## Why it matters
    ///
    /// An agent whose first calls are refused, mostly for want of permissions, hibernates: it tries again after five minutes, then at
    /// doubling intervals of up to an hour. A role that was repaired meanwhile seems to help nothing until then.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo tail /var/log/amazon/ssm/hibernate.log`, on Windows `%PROGRAMDATA%\Amazon\SSM\Logs\hibernate.log`.
    ///
    /// ## False positives
    ///
    /// Hibernation is the consequence of a refusal: while the cause is there, a restart leads back to it. Repair what the other findings
    /// name first.
    ///
    /// ## Fix
    ///
    /// After the cause is repaired, restart the agent, or reboot the instance where nothing reaches it (class C), or wait an hour.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "SSM Agent technical details", "SSM Agent hibernation"
    /// - Automation runbook reference, "AWSSupport-TroubleshootManagedInstance"
    "ssm/agent-hibernating", Degraded, Registration, fix C,
    "SSM Agent hibernates after refusals",
    needs [GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let Some(line) = case.console_line(SignKind::AgentHibernates, &[SignKind::AgentStarted])? else {
        return Ok(case.inside(
            "sudo tail -n 20 /var/log/amazon/ssm/hibernate.log; sudo grep -i hibernat \
                /var/log/amazon/ssm/amazon-ssm-agent.log | tail -n 5",
            r#"Get-Content "$env:ProgramData\Amazon\SSM\Logs\hibernate.log" -Tail 20"#,
            "a hibernation within the last hour; restart the agent once its cause is repaired",
        ));
    };
    let detail = format!(
        "the agent of instance `{id}` hibernates after refusals and tries again in up to an hour, even \
            once the cause is repaired: `{line}`"
    );
    let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
    let summary = format!(
        "when the cause of the refusals is repaired, reboot instance `{id}`; who has a shell on it \
            restarts only the agent (`sudo systemctl restart amazon-ssm-agent`)"
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(Fix::new(FixClass::C, summary).run(reboot)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    const LINE: &str = "INFO Entering SSM Agent hibernate - AccessDeniedException: not authorized";

    fn console(text: &str) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_on_the_agents_own_line() {
        let found = findings(console(&format!("Amazon SSM Agent v3.3.987.0 is running\n{LINE}")).judge(&RULE));
        assert!(found[0].detail.contains("up to an hour"));
        assert_eq!(found[0].evidence[0].value, LINE.trim_start_matches("INFO "), "from the sign on");
    }

    #[test]
    fn silent_after_a_restart_and_while_online() {
        let restarted = console(&format!("{LINE}\nAmazon SSM Agent v3.3.987.0 is running"));
        assert!(matches!(restarted.judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
        let mut old = console(LINE);
        old.patch(op::GET_CONSOLE_OUTPUT, "/Timestamp", json!("2026-11-01T00:00:00Z"));
        assert!(matches!(old.judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
