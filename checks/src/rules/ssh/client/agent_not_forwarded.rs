//! The second host has no key.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether somebody logs in to a host in between first, and from there to the instance, without a key there. Only the user's own
    /// machine and that host show it. A login that was accepted shows that there is no such step.
    ///
    /// ## Why it matters
    ///
    /// The private key is on the user's machine. On the bastion there is none, unless the agent is forwarded, so that the second
    /// login ends in `Permission denied (publickey)` while the first one works.
    ///
    /// ## How to confirm
    ///
    /// On the bastion: `ssh-add -l` says `Could not open a connection to your authentication agent`.
    ///
    /// ## False positives
    ///
    /// A bastion can hold keys of its own, or let people in by certificates; then nothing needs to be forwarded.
    ///
    /// ## Fix
    ///
    /// Jump over the bastion instead: `ssh -J USER@BASTION USER@INSTANCE` (class M). The key stays on the user's machine, and nobody
    /// on the bastion can use it, as they can a forwarded agent.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh`, `-J` and `-A`; `ssh_config`, `ProxyJump`
    "ssh/agent-not-forwarded", Blocker, fix M,
    "The host in between has no key for the instance",
    settled by Login,
    on Client run "ssh -J USER_NAME@BASTION USER_NAME@HOST true",
    look for "a login that works, where logging in to the bastion first and from there to the instance does not"
}
