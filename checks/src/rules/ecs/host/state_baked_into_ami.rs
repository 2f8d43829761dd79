//! The image carries the state of another instance's agent.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the image was made from an instance whose agent had already run, so that its state lies in it. No API shows that, so the
    /// rule hands over the command.
    ///
    /// ## Why it matters
    ///
    /// Every instance from such an image begins with the same saved cluster, entry and registration token. Old agents present them as
    /// their own: only one of several instances joins, or ECS refuses with `idempotent request are inconsistent`. New agents compare the
    /// id of the instance and begin anew, yet not when they cannot read it.
    ///
    /// ## How to confirm
    ///
    /// On the instance: files in `/var/lib/ecs/data` that are older than its launch.
    ///
    /// ## False positives
    ///
    /// `Data mismatch; saved InstanceID … Overwriting old datafile` is the agent's own remedy: the registration after it counts.
    ///
    /// ## Fix
    ///
    /// Stop the agent, move `/var/lib/ecs/data` aside and start it (class C); make the image anew from an instance whose agent was stopped
    /// and whose state was removed. To undo, move the state back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS-optimized Linux AMI build script"
    /// - Sources of the agent, `agent/app/agent.go`
    "ecs/state-baked-into-ami", Blocker, fix C,
    "The image carries the state of another agent",
    settled by Registered,
    on Instance run "sudo ls -l --time-style=full-iso /var/lib/ecs/data; uptime -s; sudo grep -iE 'saved InstanceID|idempotent' /var/log/ecs/ecs-agent.log | tail -n 3",
    on windows r#"Get-ChildItem "$env:ProgramData\Amazon\ECS\data"; Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'saved InstanceID|idempotent' | Select-Object -Last 3"#,
    look for "a state that is older than the first start of the instance, or `idempotent request are inconsistent`"
}
