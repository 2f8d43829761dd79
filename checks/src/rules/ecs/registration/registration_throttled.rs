//! Many registrations at once are throttled.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether ECS throttles the calls of the agent because many instances register at the same time, which only the agent's log shows.
    ///
    /// ## Why it matters
    ///
    /// `RegisterContainerInstance`, `DiscoverPollEndpoint` and `DescribeInstances` have request quotas for each account and Region. A fleet
    /// that starts within seconds exceeds them. New agents try again with growing pauses; old ones exit, and start anew with the service.
    ///
    /// ## How to confirm
    ///
    /// In the log: `ThrottlingException` or `Rate exceeded`; in CloudTrail, `RegisterContainerInstance` with error code
    /// `ThrottlingException`, which is told minutes later.
    ///
    /// ## False positives
    ///
    /// A single line is no cause: the agent tries again. Only an agent that gives up, or lines over many minutes, explain an instance that
    /// is not registered.
    ///
    /// ## Fix
    ///
    /// Start instances in smaller steps, or with a random pause before the agent starts, and use a current agent (class M).
    ///
    /// ## References
    ///
    /// - ECS API reference, "Request throttling for the Amazon ECS API"
    "ecs/registration-throttled", Degraded, fix M,
    "ECS throttles the registrations of many instances",
    settled by Connected,
    on Instance run "sudo grep -iE 'ThrottlingException|Rate exceeded' /var/log/ecs/ecs-agent.log* | tail -20",
    look for "such lines over many minutes, up to now"
}
