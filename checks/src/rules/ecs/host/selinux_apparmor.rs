//! A security module keeps the agent from Docker.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether SELinux or AppArmor refuses the agent something that it needs: Docker's socket, its folders, its mounts. No API shows that,
    /// so the rule hands over the command.
    ///
    /// ## Why it matters
    ///
    /// On images of your own the agent's container runs under a profile or policy that somebody else wrote. A refusal looks like a
    /// Docker that does not answer, or like a state that cannot be saved.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo ausearch -m avc -ts boot`, or `DENIED` in `dmesg`.
    ///
    /// ## False positives
    ///
    /// Refusals of other programs, and those in permissive or complain mode, do no harm to the agent.
    ///
    /// ## Fix
    ///
    /// Allow what is refused in the policy, or name another profile with `ECS_AGENT_APPARMOR_PROFILE`, and restart the agent (class C). To
    /// undo, put the previous policy back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container agent configuration"
    "ecs/selinux-apparmor", Blocker, fix C,
    "A security module stops the agent",
    settled by Connected,
    on Instance run "getenforce; sudo ausearch -m avc -ts boot | tail -n 5; sudo dmesg | grep -i 'apparmor.*denied' | tail -n 5",
    on windows "Get-MpThreatDetection | Select-Object -First 5",
    look for "a refusal that names `ecs-agent`, `docker.sock` or `/var/lib/ecs`"
}
