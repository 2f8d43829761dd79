//! The server refuses `root`.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether `PermitRootLogin` refuses `root`, for those who log in as `root`. A login that was accepted shows that it does not.
    ///
    /// ## Why it matters
    ///
    /// With `no` the server refuses every key and password of `root` and says `Permission denied`; with `forced-commands-only` it takes
    /// keys that bring a command of their own, and no others.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the command above; the log says `ROOT LOGIN REFUSED FROM …`.
    ///
    /// ## False positives
    ///
    /// For every other user name this is no question. A key whose line begins with `command="echo 'Please login as the user …'"` was
    /// accepted: that is another fault, made by cloud-init on purpose.
    ///
    /// ## Fix
    ///
    /// Log in as the default user of the image and use `sudo` (class M). There is nothing to undo.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `PermitRootLogin`
    /// - EC2 user guide, "Manage system users on your Amazon EC2 Linux instance"
    "ssh/root-login-off", Blocker, fix M,
    "The SSH server refuses logins of `root`",
    settled by Login,
    on Instance run "sudo sshd -T -C user=root,host=localhost,addr=127.0.0.1 | grep -i '^permitrootlogin '",
    look for "`permitrootlogin no`, or `forced-commands-only`, where `root` is the user who logs in"
}
