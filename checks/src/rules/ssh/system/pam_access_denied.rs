//! PAM refuses the user.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether PAM refuses the user: by `/etc/security/access.conf`, after too many failures, by the time of day, or because a
    /// directory service says no. PAM is asked before a login is accepted, so an accepted one shows that it does not.
    ///
    /// ## Why it matters
    ///
    /// The client sees `Connection closed` right after the key was accepted, or `Permission denied`; only the log of the server names
    /// the module.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the log lines begin with `pam_access(sshd:account): access denied for user …` or `pam_faillock(sshd:auth): …
    /// account temporarily locked`.
    ///
    /// ## False positives
    ///
    /// `UsePAM no` switches all of this off. Counted failures of `faillock` come from passwords; keys alone do not count, but a locked
    /// account is refused with a key as well.
    ///
    /// ## Fix
    ///
    /// `sudo faillock --user USER_NAME --reset`, or a line in `/etc/security/access.conf` that allows the user (class C). To undo: the
    /// saved file.
    ///
    /// ## References
    ///
    /// - Linux-PAM manual, `pam_access(8)`, `pam_faillock(8)`
    /// - OpenSSH manual, `sshd_config`, `UsePAM`
    "ssh/pam-access-denied", Blocker, fix C,
    "PAM refuses the user although the key is right",
    settled by Login,
    on Instance run "sudo journalctl -u sshd -u ssh | grep -E 'pam_(access|faillock|tally2|time|sss|listfile)|Access denied for user' | tail -n 10; sudo faillock --user USER_NAME; sudo grep -vE '^\\s*(#|$)' /etc/security/access.conf",
    look for "a line of `pam_access`, `pam_faillock` or `pam_sss` that denies the user, or attempts that `faillock` has counted"
}
