//! The image of the agent is not there and cannot be fetched.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the agent's service found no image of the agent on the instance and could not download it. No API shows that, so the rule
    /// hands over the command.
    ///
    /// ## Why it matters
    ///
    /// The agent is a container. Its image lies in the ECS-optimized images as a file below `/var/cache/ecs`; where it was removed, or the
    /// package was installed later, the service downloads it from Amazon S3, which takes a path there.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `ls /var/cache/ecs`, and `could not download` in `/var/log/ecs/ecs-init.log`.
    ///
    /// ## False positives
    ///
    /// A line about a download that a later start of the agent follows means nothing.
    ///
    /// ## Fix
    ///
    /// Open a path to Amazon S3, such as a gateway endpoint, or load the image by hand with `docker load` and restart the service (class
    /// C). To undo, take the endpoint away.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `ecs-init/engine/engine.go` and `ecs-init/cache`
    "ecs/agent-image-missing", Blocker, fix C,
    "The image of the agent cannot be fetched",
    settled by Connected,
    on Instance run "sudo ls -l /var/cache/ecs; sudo grep -iE 'download|could not load' /var/log/ecs/ecs-init.log | tail -n 5",
    on windows "Get-ChildItem \"$env:ProgramFiles\\Amazon\\ECS\"",
    look for "no file of the agent, and `could not download Amazon Elastic Container Service Agent`"
}
