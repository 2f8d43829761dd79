//! The agent has kept an entry that was deregistered.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the agent's saved state names an entry that is no longer in the cluster. No API shows the state, so the rule hands over the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// When an entry was deregistered, or the cluster deleted and made anew under the same name, the agent goes on presenting the old
    /// entry and is refused: `ClientException … is inactive`. It ends for good, at each start again.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -i inactive /var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// Newer agents notice a deregistration while they run and register anew; only the present end of the log counts.
    ///
    /// ## Fix
    ///
    /// Stop the agent, move `/var/lib/ecs/data` aside and start it (class C); running tasks are lost to ECS. To undo, move the state back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Deregistering an Amazon ECS container instance"
    /// - Sources of the agent, `agent/app/agent.go`
    "ecs/state-container-instance-inactive", Blocker, fix C,
    "The agent has kept an entry that was deregistered",
    settled by Registered,
    on Instance run "sudo grep -iE 'is inactive|InactiveInstance' /var/log/ecs/ecs-agent.log | tail -n 3; sudo ls -l /var/lib/ecs/data",
    on windows r#"Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'is inactive' | Select-Object -Last 3"#,
    look for "`is inactive`; then the state in `/var/lib/ecs/data` is older than the cluster or its entry"
}
