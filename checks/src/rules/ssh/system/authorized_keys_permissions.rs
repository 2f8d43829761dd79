//! The home directory or the key file can be changed by others, so the server ignores the keys.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether every directory down to `authorized_keys`, and the file, belongs to the user or to `root` and can be written by nobody
    /// else, as `StrictModes yes` (the default) asks. A key that was accepted from the file shows that they do.
    ///
    /// ## Why it matters
    ///
    /// The server says `Authentication refused: bad ownership or modes for directory …` in its own log and only `Permission denied
    /// (publickey)` to the client. `chmod -R 777` on a home directory, or `chown -R` with the wrong user, does it.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo journalctl -u sshd -u ssh | grep 'bad ownership'`; wanted are at most 755 for the home directory, 700 for
    /// `.ssh` and 600 for the file.
    ///
    /// ## False positives
    ///
    /// Readable by others is no fault, writable is. Where one `chmod -R` went over `/`, `/etc/ssh` is hit as well and the server no
    /// longer starts: private host keys must not be readable by others.
    ///
    /// ## Fix
    ///
    /// `sudo chmod go-w ~USER_NAME; sudo chmod 700 ~USER_NAME/.ssh; sudo chmod 600 ~USER_NAME/.ssh/authorized_keys; sudo chown -R
    /// USER_NAME: ~USER_NAME/.ssh` (class C). To undo, set the modes that `stat` printed before.
    ///
    /// ## References
    ///
    /// - AWS re:Post knowledge centre, "Why do I get a Server refused our key error when I connect to my EC2 instance with SSH"
    /// - OpenSSH manual, `sshd_config`, `StrictModes`
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    "ssh/authorized-keys-permissions", Blocker, fix C,
    "The key file, `.ssh` or the home directory has permissions that the SSH server refuses",
    settled by Login,
    on Instance run "sudo namei -l ~USER_NAME/.ssh/authorized_keys; sudo stat -c '%A %U:%G %n' / /home /etc/ssh ~USER_NAME ~USER_NAME/.ssh ~USER_NAME/.ssh/authorized_keys",
    look for "a directory or the file that group or others may write, or an owner who is neither the user nor `root`"
}
