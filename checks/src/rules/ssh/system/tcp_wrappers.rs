//! A line in `/etc/hosts.deny` refuses the client.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether TCP wrappers refuse the address of the client. A server that tells its version does not: wrappers close the connection
    /// before that.
    ///
    /// ## Why it matters
    ///
    /// The client sees `kex_exchange_identification: Connection closed by remote host`. Tools such as DenyHosts write such lines when
    /// they see failed logins.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the command above; the log says `refused connect from …`.
    ///
    /// ## False positives
    ///
    /// OpenSSH has dropped TCP wrappers in version 6.7, and Red Hat's in Enterprise Linux 8; Debian and Ubuntu still link `sshd` with
    /// `libwrap`. A file that nothing reads does no harm.
    ///
    /// ## Fix
    ///
    /// Allow your address in `/etc/hosts.allow`: `sshd: ADDRESS` (class C); it takes effect at once. To undo: the saved file.
    ///
    /// ## References
    ///
    /// - Linux manual, `hosts_access(5)`
    /// - OpenSSH release notes, version 6.7
    "ssh/tcp-wrappers", Blocker, fix C,
    "`/etc/hosts.deny` refuses the client",
    settled by Banner,
    on Instance run "ldd \"$(command -v sshd)\" | grep libwrap; grep -vE '^\\s*(#|$)' /etc/hosts.allow /etc/hosts.deny",
    look for "a server that is linked with `libwrap`, and a line of `/etc/hosts.deny` for `sshd` or `ALL` that no line of `/etc/hosts.allow` takes back"
}
