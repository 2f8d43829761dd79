//! A change of a security group cut a session that was open.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether a rule of a group on the instance was taken away at the moment when a session ended. Connections that rules for every
    /// address let pass in both directions are not tracked: such a session ends with the rule, while a tracked one lives on until it is
    /// idle.
    ///
    /// ## Why it matters
    ///
    /// A rule that somebody tidied away ends sessions in the middle of work, and nothing on the instance shows why.
    ///
    /// ## How to confirm
    ///
    /// The command above, with the time at which the session ended.
    ///
    /// ## False positives
    ///
    /// Outbound rules never stop the replies to a connection that was let in, so that closing them cuts only what was not tracked. Trails
    /// of the last 90 days are kept without a trail of one's own.
    ///
    /// ## Fix
    ///
    /// Let the source in again with a rule for it alone (class A). To undo, revoke it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 security group connection tracking", untracked connections
    /// - CloudTrail user guide, "Working with CloudTrail event history"
    "ssh/sg-edit-cut-live-session", Advice, fix A,
    "A change of a rule cut an open session",
    settled by Nothing,
    on Client run "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=RevokeSecurityGroupIngress --max-results 20",
    look for "an event about a group of the instance at the time at which the session ended"
}
