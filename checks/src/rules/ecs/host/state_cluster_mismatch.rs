//! The agent has kept another cluster than it is configured for.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the agent's saved state names another cluster than its configuration. No API shows the state, so the rule hands over the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// The agent saves the cluster in which it registered, and keeps to it. When the configuration was changed since, it ends for good
    /// (exit code 5): `Data mismatch; saved cluster … does not match configured cluster …`. Changing `ECS_CLUSTER` alone moves no
    /// instance.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -i 'does not match' /var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// A line from before the last start of the agent tells of a state that may be gone: compare the times.
    ///
    /// ## Fix
    ///
    /// Stop the agent, move `/var/lib/ecs/data` aside and start it (class C); its running tasks are lost to ECS, so best replace the
    /// instance. To undo, move the state back and set the old cluster.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `agent/app/agent.go`
    "ecs/state-cluster-mismatch", Blocker, fix C,
    "The agent has kept another cluster",
    settled by Registered,
    on Instance run "sudo grep -iE 'does not match|Cluster was successfully restored' /var/log/ecs/ecs-agent.log | tail -n 3",
    on windows r#"Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'does not match' | Select-Object -Last 3"#,
    look for "`saved cluster … does not match configured cluster …`"
}
