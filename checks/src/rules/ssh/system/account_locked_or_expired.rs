//! The account or its password has expired, or the account is locked.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the account has expired, its password has, or it is locked. The server asks PAM for that after it has accepted a key,
    /// and before it lets the user in: a login that was accepted shows that none is the case.
    ///
    /// ## Why it matters
    ///
    /// Password policies of hardened images let every account expire after 90 days, keys or not: `Your account has expired`, or
    /// `password change required but no TTY available` where no terminal is.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo chage -l USER_NAME` prints the dates.
    ///
    /// ## False positives
    ///
    /// A locked password (`!` or `L`) is the normal state of the users of EC2 images: with `UsePAM yes` keys work all the same. Without
    /// PAM a `!` in `/etc/shadow` locks the account for keys as well.
    ///
    /// ## Fix
    ///
    /// `sudo chage -E -1 USER_NAME` for the account, `sudo chage -M -1 USER_NAME` or a new password for the password, `sudo usermod -U
    /// USER_NAME` for a lock (class C). To undo, set the dates that `chage -l` printed before.
    ///
    /// ## References
    ///
    /// - Linux manual, `chage(1)`, `passwd(1)`
    /// - OpenSSH manual, `sshd`, "LOGIN PROCESS"
    "ssh/account-locked-or-expired", Blocker, fix C,
    "The account of the user is locked or has expired",
    settled by Login,
    on Instance run "sudo passwd -S USER_NAME; sudo chage -l USER_NAME; sudo journalctl -u sshd -u ssh | grep -iE 'expired|locked' | tail -n 5",
    look for "an account that has expired, a password that must be changed, or `not allowed because account is locked` in the log"
}
