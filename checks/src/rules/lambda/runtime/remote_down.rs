//! The other side is down.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the target answers anybody. It is not tried from here: a look from another network tells.
    ///
    /// ## Why it matters
    ///
    /// A target that is down, overloaded or moved looks from a function as a closed way does: a time-out or a refused connection.
    ///
    /// ## How to confirm
    ///
    /// From a machine outside the VPC: `curl -sv --connect-timeout 5 https://HOST/`, and the status page of the service.
    ///
    /// ## False positives
    ///
    /// A target that allows only some addresses answers the one and not the other; a private target is reached from its own network
    /// only.
    ///
    /// ## Fix
    ///
    /// Wait, or ask whoever runs it (class M). There is nothing to undo.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Troubleshoot networking issues in Lambda"
    /// - AWS Health user guide
    "lambda/remote-down", CannotTell, fix M,
    "The other side does not answer anybody",
    settled by Nothing,
    on Client run "curl -sv --connect-timeout 5 https://HOST/ -o /dev/null",
    look for "the same failure from a network that has nothing to do with the VPC"
}
