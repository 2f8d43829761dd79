//! The login works, and there is no terminal.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the instance can give a terminal to the session: `/dev/pts` is mounted, and not all are in use.
    ///
    /// ## Why it matters
    ///
    /// The key is accepted and the client says `PTY allocation request failed on channel 0`; a command without a terminal (`ssh HOST
    /// true`, `scp`) works.
    ///
    /// ## How to confirm
    ///
    /// `ssh -T HOST uptime` works where `ssh HOST` does not. On the instance the command above.
    ///
    /// ## False positives
    ///
    /// `no-pty` in the line of the key, or `PermitTTY no`, refuses a terminal on purpose.
    ///
    /// ## Fix
    ///
    /// `sudo mount -t devpts devpts /dev/pts -o gid=5,mode=620` and the line in `/etc/fstab` where it is missing; end sessions that
    /// hang (class C). To undo, `sudo umount /dev/pts`.
    ///
    /// ## References
    ///
    /// - Linux manual, `pts(4)`
    /// - OpenSSH manual, `sshd_config`, `PermitTTY`
    "ssh/pty-exhausted", Degraded, fix C,
    "The session gets no terminal",
    settled by Nothing,
    on Instance run "findmnt /dev/pts; ls -l /dev/ptmx /dev/pts | head; cat /proc/sys/kernel/pty/nr /proc/sys/kernel/pty/max",
    look for "`/dev/pts` that is not mounted, or as many terminals in use as there may be"
}
