//! The home directory is not there.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the home directory is there. It holds the authorized keys, so that without it the key is refused, or the session starts
    /// in `/`.
    ///
    /// ## Why it matters
    ///
    /// Home directories on a volume or file system of their own are gone when the mount fails: after a change of the instance type,
    /// when an EFS target does not answer, or with a wrong line in `/etc/fstab`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `findmnt --target ~USER_NAME` shows from where the directory comes, `systemctl --failed` which mount failed.
    ///
    /// ## False positives
    ///
    /// An NFS or EFS home that does not answer lets the login hang for minutes rather than fail. Users of a directory service get their
    /// home directory at the first login where `pam_mkhomedir` makes it.
    ///
    /// ## Fix
    ///
    /// Mount it, or correct `/etc/fstab` and `sudo mount -a` (class C). To undo: the saved `/etc/fstab`.
    ///
    /// ## References
    ///
    /// - EBS user guide, "Make an Amazon EBS volume available for use"
    /// - EFS user guide, "Troubleshooting mount issues"
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    "ssh/home-missing", Blocker, fix C,
    "The home directory of the user is missing or not mounted",
    settled by Nothing,
    on Instance run "getent passwd USER_NAME; ls -ld ~USER_NAME; findmnt --target ~USER_NAME; systemctl list-units --failed --type=mount",
    look for "no such directory, or a mount unit that failed"
}
