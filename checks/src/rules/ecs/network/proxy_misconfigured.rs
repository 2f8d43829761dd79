//! A proxy that is wrong, or that swallows what must not go to it.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the agent and Docker are told of a proxy that does not work, or that gets requests which must stay on the instance.
    ///
    /// ## Why it matters
    ///
    /// `HTTP_PROXY` stands in `/etc/ecs/ecs.config` for the agent and in unit drop-ins for `ecs-init` and Docker. `NO_PROXY` must name
    /// `169.254.169.254` (instance metadata), `169.254.170.2` (credentials of tasks) and `/var/run/docker.sock`; without them the agent gets no
    /// credentials or does not find Docker.
    ///
    /// ## How to confirm
    ///
    /// Call the service through the proxy: `curl -sv -x PROXY https://ecs.REGION.amazonaws.com/`.
    ///
    /// ## False positives
    ///
    /// No proxy at all is the rule in a VPC with a NAT gateway or endpoints.
    ///
    /// ## Fix
    ///
    /// Correct the three places, and restart Docker and the agent (class C). To undo, put the saved files back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Using an HTTP proxy for Amazon ECS Linux container instances"
    "ecs/proxy-misconfigured", Blocker, fix C,
    "A proxy of the agent or of Docker is wrong",
    settled by Connected,
    on Instance run "sudo grep -ri proxy /etc/ecs/ecs.config /etc/systemd/system/ecs.service.d /etc/systemd/system/docker.service.d",
    look for "a proxy that does not answer, one file that names it while the others do not, or `NO_PROXY` without 169.254.169.254, 169.254.170.2 and /var/run/docker.sock"
}
