//! The login shell does not exist or ends at once.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the login shell of the user can be started. Even a login that was accepted does not tell: with `nologin` the server
    /// accepts the key, and the session ends with `This account is currently not available`.
    ///
    /// ## Why it matters
    ///
    /// A shell that is missing makes the server refuse the user altogether (`not allowed because shell /usr/bin/zsh does not exist`):
    /// somebody uninstalled it, or the user was copied from another machine.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the command above. A user of a service is meant to have `nologin`.
    ///
    /// ## False positives
    ///
    /// `internal-sftp` works without a shell where `ForceCommand` sets it. A shell that is not in `/etc/shells` is refused only where
    /// PAM uses `pam_shells`.
    ///
    /// ## Fix
    ///
    /// `sudo usermod -s /bin/bash USER_NAME` (class C). To undo, set the shell that `getent` printed before.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd`, "LOGIN PROCESS"
    /// - Linux manual, `nologin(8)`, `usermod(8)`
    "ssh/shell-invalid", Blocker, fix C,
    "The login shell of the user does not exist or ends at once",
    settled by Nothing,
    on Instance run "getent passwd USER_NAME; ls -lL \"$(getent passwd USER_NAME | cut -d: -f7)\"; sudo journalctl -u sshd -u ssh | grep -i shell | tail -n 5",
    look for "a shell that is not there or not executable, or `/sbin/nologin`, `/usr/sbin/nologin` or `/bin/false`"
}
