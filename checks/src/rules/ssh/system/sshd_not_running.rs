//! Nothing listens, since the SSH server does not run.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the SSH server runs and listens. An SSH server that told its version to this machine does; nothing else outside the
    /// instance shows it.
    ///
    /// ## Why it matters
    ///
    /// Without a server that listens the kernel answers `Connection refused`: the network is open and nobody is at home.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl is-active sshd ssh ssh.socket` and `sudo ss -ltnp`. Through Session Manager or the serial console, where
    /// SSH itself is not needed.
    ///
    /// ## False positives
    ///
    /// The unit is `ssh` on Debian and Ubuntu and `sshd` elsewhere. From Ubuntu 22.10 on systemd listens in place of the server: then
    /// `ssh.socket` is active, and an inactive `ssh.service` is no fault. `masked` means that somebody has put it out of use on purpose.
    ///
    /// ## Fix
    ///
    /// `sudo systemctl enable --now sshd` (class C; `ssh` on Debian, `ssh.socket` on new Ubuntu); `systemctl unmask` first if it is
    /// masked. To undo: `sudo systemctl disable --now`, as it was.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - Ubuntu Server documentation, "OpenSSH server": socket activation
    "ssh/sshd-not-running", Blocker, fix C,
    "The SSH server does not run",
    settled by Banner,
    on Instance run "systemctl is-active sshd ssh ssh.socket; systemctl is-enabled sshd ssh ssh.socket; sudo ss -ltnp",
    look for "no unit that is `active`, a unit that is `masked`, or no line of `sshd` or `systemd` with the port"
}
