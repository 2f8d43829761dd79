//! The agent has ended for good.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the agent ended with exit code 5, after which systemd does not start it again. No API shows that, so the rule hands over the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// The agent takes some refusals for final: a cluster that is not there, attributes or tags that ECS does not take, a state that does
    /// not fit, a changed instance type, a cloud-init without data. It then ends once, and the instance stays silent from there on.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl status ecs` with `status=5`, and `terminally exit` in `/var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// Exit code 1 in a loop is something else: the agent tries again, mostly because it reaches no endpoint.
    ///
    /// ## Fix
    ///
    /// Mend what the log names before that line, then `sudo systemctl start ecs` (class C); a start alone ends in the same way. Nothing to
    /// undo.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `agent/sighandlers/exitcodes` and the unit `ecs.service`
    "ecs/agent-terminal-exit", Blocker, fix C,
    "The agent has ended for good",
    settled by Connected,
    on Instance run "systemctl status ecs --no-pager; sudo grep -iE 'terminal|level=critical' /var/log/ecs/ecs-agent.log /var/log/ecs/ecs-init.log | tail -n 5",
    on windows r#"Get-Service AmazonECS; Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'terminal|level=critical' | Select-Object -Last 5"#,
    look for "`status=5`, or `terminally exit` with the cause in the lines before it"
}
