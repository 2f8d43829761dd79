//! The SSH server listens on another port or address.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the SSH server listens on the port that is asked about. An SSH server that answers there does; on which other port it
    /// may listen shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// A server on port 2222 answers `Connection refused` on port 22, and so does one that listens on `127.0.0.1` or on an address that
    /// the instance had before. Security groups are mostly opened for 22 alone.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo ss -ltnp` shows the ports that are listened on with the program, `sudo sshd -T` what the configuration
    /// says.
    ///
    /// ## False positives
    ///
    /// With socket activation, as on Ubuntu from 22.10 on, systemd listens and `Port` in `sshd_config` takes effect only after `sudo
    /// systemctl daemon-reload` and a restart of `ssh.socket`. A server may listen on several ports.
    ///
    /// ## Fix
    ///
    /// Ask about the port that the server has (`--port`), and let the security group allow that port from your address alone; or set
    /// `Port 22` again, test it with `sudo sshd -t` and reload (class C). To undo: the saved file, and the rule by its id.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    /// - OpenSSH manual, `sshd_config`, `Port` and `ListenAddress`
    /// - Ubuntu Server documentation, "OpenSSH server": socket activation
    "ssh/sshd-other-port", Blocker, fix M,
    "The SSH server listens on another port or address",
    settled by Banner,
    on Instance run "sudo sshd -T | grep -E '^(port|listenaddress) '; systemctl cat ssh.socket | grep -i ListenStream; sudo ss -ltnp",
    look for "a `port` or `ListenStream` other than the one that is connected to, or a listening address that is not that of the interface"
}
