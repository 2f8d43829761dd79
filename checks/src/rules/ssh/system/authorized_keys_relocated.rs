//! The server reads authorized keys from another place.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether `AuthorizedKeysFile` names the file in which the key stands. A key that the server accepted came from where it looks.
    ///
    /// ## Why it matters
    ///
    /// Hardening guides move the keys to `/etc/ssh/keys/%u` or the like. A key that is added to `~/.ssh/authorized_keys` is then never
    /// read, and of two lines with `AuthorizedKeysFile` only the first counts.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo sshd -T -C user=USER_NAME,host=localhost,addr=127.0.0.1` prints what holds for this user, with `Match`
    /// blocks and included files.
    ///
    /// ## False positives
    ///
    /// Several files behind one `AuthorizedKeysFile` are all read. EC2 Instance Connect sets `AuthorizedKeysCommand` and leaves the
    /// file alone; a command of one's own takes its place, and Instance Connect then does not work.
    ///
    /// ## Fix
    ///
    /// Set `AuthorizedKeysFile .ssh/authorized_keys` again, or put the key where the server looks (class C): test with `sudo sshd -t`,
    /// then reload. To undo: the saved file.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `AuthorizedKeysFile` and `AuthorizedKeysCommand`
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - EC2 user guide, "Install EC2 Instance Connect on your EC2 instances"
    "ssh/authorized-keys-relocated", Blocker, fix C,
    "The SSH server reads authorized keys from another place",
    settled by Login,
    on Instance run "sudo sshd -T -C user=USER_NAME,host=localhost,addr=127.0.0.1 | grep -i '^authorizedkeys'; sudo grep -rniE '^[^#]*AuthorizedKeys' /etc/ssh/sshd_config /etc/ssh/sshd_config.d",
    look for "an `authorizedkeysfile` without `.ssh/authorized_keys`, or a command that is not there"
}
