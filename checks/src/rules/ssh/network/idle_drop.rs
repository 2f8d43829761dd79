//! Idle sessions are cut on the way.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether a session that nobody types in is forgotten on the way: NAT gateways and load balancers drop what was idle for 350
    /// seconds, security groups what was idle for as long as the interface says (`ConnectionTrackingConfiguration`), and firewalls at
    /// home after minutes.
    ///
    /// ## Why it matters
    ///
    /// The session freezes or ends with `Broken pipe` when somebody types again. Everything else works, so that the instance is suspected
    /// first.
    ///
    /// ## How to confirm
    ///
    /// The command above: a session that stays alive with it and is cut without it.
    ///
    /// ## False positives
    ///
    /// A shell with `TMOUT`, or a server with `ClientAliveInterval` and `ClientAliveCountMax`, ends idle sessions on purpose. A change of
    /// a rule cuts sessions at once: see `ssh/sg-edit-cut-live-session`.
    ///
    /// ## Fix
    ///
    /// Keep the session busy: `ServerAliveInterval 60` in the configuration of the client (class M), or a longer time of the interface.
    /// To undo, take the line out.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateway basics"
    /// - EC2 user guide, "Amazon EC2 security group connection tracking", idle connection tracking timeout
    "ssh/idle-drop", Degraded, fix M,
    "Idle sessions are cut",
    settled by Nothing,
    on Client run "ssh -o ServerAliveInterval=60 HOST",
    look for "a session that stays open longer than ten minutes, and one without the option that does not"
}
