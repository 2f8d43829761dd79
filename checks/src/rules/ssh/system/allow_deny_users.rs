//! The configuration lets only other users in.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether `AllowUsers`, `AllowGroups`, `DenyUsers` or `DenyGroups` shuts the user out. A login that was accepted shows that it
    /// does not.
    ///
    /// ## Why it matters
    ///
    /// Once there is one `AllowUsers` line, everybody who is not named there is refused, with the same `Permission denied` as for a
    /// wrong key. Images that were hardened name the users of those who hardened them.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo journalctl -u sshd -u ssh | grep 'not allowed because'` says `User ec2-user from … not allowed because
    /// not listed in AllowUsers`.
    ///
    /// ## False positives
    ///
    /// A pattern such as `ec2-user@10.0.0.0/8` lets the user in from some addresses only. The order is `DenyUsers`, `AllowUsers`,
    /// `DenyGroups`, `AllowGroups`; a deny wins.
    ///
    /// ## Fix
    ///
    /// Add the user to the line that names the others, test with `sudo sshd -t`, reload (class C). To undo: the saved file.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `AllowUsers`
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    "ssh/allow-deny-users", Blocker, fix C,
    "The configuration of the SSH server shuts the user out",
    settled by Login,
    on Instance run "sudo sshd -T -C user=USER_NAME,host=localhost,addr=127.0.0.1 | grep -iE '^(allow|deny)(users|groups) '; id USER_NAME",
    look for "an `allowusers` or `allowgroups` without the user and its groups, or a `denyusers` or `denygroups` with them"
}
