//! The user has no file of authorized keys, or the key is not in it.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the public key stands in `~/.ssh/authorized_keys` of the user. A key that the server accepted does.
    ///
    /// ## Why it matters
    ///
    /// The key pair of an instance is written into that file once, at the first boot. Whoever edits the file, restores a home directory
    /// or builds an image without it locks out that key; `KeyName` of the instance stays as it was.
    ///
    /// ## How to confirm
    ///
    /// On the instance: compare `sudo ssh-keygen -lf ~USER_NAME/.ssh/authorized_keys` with `ssh-keygen -lf KEY_FILE` at your side. The
    /// log of the server says `Failed publickey for USER_NAME`.
    ///
    /// ## False positives
    ///
    /// Keys can also come from `AuthorizedKeysCommand` (EC2 Instance Connect, a directory service) or stand in another file: `sudo sshd
    /// -T | grep -i authorizedkeys`. The key may be in the file of another user.
    ///
    /// ## Fix
    ///
    /// Add the line of the public key for that user (class C), through Session Manager, EC2 Instance Connect or the serial console:
    /// `echo 'PUBLIC_KEY' | sudo tee -a ~USER_NAME/.ssh/authorized_keys`. To undo, remove that very line.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Add or replace a public key on your Linux instance"
    /// - OpenSSH manual, `sshd`, "AUTHORIZED_KEYS FILE FORMAT"
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    "ssh/authorized-keys-missing", Blocker, fix C,
    "The key is not among the authorized keys of the user",
    settled by Login,
    on Instance run "sudo ls -la ~USER_NAME/.ssh; sudo ssh-keygen -lf ~USER_NAME/.ssh/authorized_keys",
    look for "no such file, an empty one, or no fingerprint that `ssh-keygen -lf` prints for your own key"
}
