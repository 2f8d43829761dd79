//! The instance was set up as an external one, and its activation does not let it in.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the instance was set up for ECS Anywhere with a hybrid activation of Systems Manager, which is for machines outside of EC2.
    /// No fact of the instance shows that, so the rule hands over the command.
    ///
    /// ## Why it matters
    ///
    /// An external agent (`ECS_EXTERNAL=true`) has its credentials from Systems Manager as a managed node with an id that begins with
    /// `mi-`, and not from the instance profile. An activation that has expired, was used up or was deleted registers no node, so the
    /// agent has no credentials at all. Where it does register, the cluster shows the `mi-` id and not that of the instance.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo cat /var/lib/amazon/ssm/registration` shows an id that begins with `mi-`. From outside:
    /// `aws ssm describe-activations` shows `Expired`, `RegistrationLimit` and `RegistrationsCount` of each activation.
    ///
    /// ## False positives
    ///
    /// A hybrid activation that only serves Systems Manager does the agent of ECS no harm: without `ECS_EXTERNAL=true` it takes the role
    /// of the instance. An activation that expired after the node had registered does no harm either.
    ///
    /// ## Fix
    ///
    /// On an EC2 instance, take `ECS_EXTERNAL` out of the agent's settings and restart it, so that the instance profile counts (class C).
    /// For a machine outside of EC2, make a new activation and register it again. To undo, put the setting back, or delete the
    /// activation.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS clusters for external instances"
    /// - Systems Manager user guide, "Create a hybrid activation to register nodes with Systems Manager"
    "ecs/external-activation", Blocker, fix C,
    "The agent runs as an external one without a valid activation",
    settled by Connected,
    on Instance run "sudo grep -E '^ECS_EXTERNAL=' /etc/ecs/ecs.config /var/lib/ecs/ecs.config; sudo cat /var/lib/amazon/ssm/registration; systemctl status amazon-ssm-agent --no-pager",
    on windows r#"[Environment]::GetEnvironmentVariable('ECS_EXTERNAL','Machine'); Get-Content "$env:ProgramData\Amazon\SSM\InstanceData\registration""#,
    look for "`ECS_EXTERNAL=true`, with an id that begins with `mi-`, or an error about the activation: `aws ssm describe-activations` then shows whether it has expired or is used up"
}
