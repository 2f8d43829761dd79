//! EC2 Instance Connect is not installed, so its keys are not looked for.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the package `ec2-instance-connect` is there and the server asks it for keys.
    ///
    /// ## Why it matters
    ///
    /// A key that `SendSSHPublicKey` pushes stays in the instance metadata for 60 seconds, and only the package takes it from there.
    /// Without it, the browser client and `aws ec2-instance-connect ssh` fail although the instance and its network are in order.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the command above names `/opt/aws/bin/eic_run_authorized_keys` (Amazon Linux) or
    /// `/usr/share/ec2-instance-connect/eic_run_authorized_keys` (Ubuntu).
    ///
    /// ## False positives
    ///
    /// Amazon Linux 2023, Amazon Linux 2 from 2.0.20190618 and Ubuntu from 20.04 bring it along, minimal images do not. Those who log
    /// in with a key of their own do not need it. Without access to the metadata service it finds no keys.
    ///
    /// ## Fix
    ///
    /// `sudo dnf install ec2-instance-connect`, with `ec2-instance-connect-selinux` where SELinux enforces, or `sudo apt-get install
    /// ec2-instance-connect` (class C). To undo, remove the package.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Install EC2 Instance Connect on your EC2 instances"
    /// - EC2 user guide, "Prerequisites for EC2 Instance Connect"
    "ssh/eic-package-missing-or-old", Degraded, fix C,
    "EC2 Instance Connect is missing or outdated on the instance",
    settled by Nothing,
    on Instance run "sudo sshd -T | grep -i '^authorizedkeyscommand'; rpm -q ec2-instance-connect ec2-instance-connect-selinux || dpkg -s ec2-instance-connect | grep -E '^(Status|Version)'",
    look for "no package, or an `authorizedkeyscommand` that is `none` or another program"
}
