//! A firewall in the operating system rejects the packets.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether a firewall on the instance rejects packets to the port. An SSH server that answers shows that none does, for this
    /// machine.
    ///
    /// ## Why it matters
    ///
    /// A rejection with `icmp-host-prohibited`, the default of `firewalld` and of old Red Hat rule sets, reads `No route to host`; one
    /// with `tcp-reset` reads `Connection refused`, as if nobody listened.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the server listens (`sudo ss -ltnp`) and `ssh localhost` gets a banner, while connections from outside are
    /// refused.
    ///
    /// ## False positives
    ///
    /// `No route to host` is also what a client says that has no route of its own, or gets no answer to ARP in the same subnet.
    ///
    /// ## Fix
    ///
    /// Allow the port from your address alone, as for `ssh/os-firewall-drop` (class C). To undo, remove that rule; keep the dump.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    /// - firewalld documentation, "Zone": target and reject
    "ssh/os-firewall-reject", Blocker, fix C,
    "A firewall of the operating system rejects the connection",
    settled by Banner,
    on Instance run "sudo nft list ruleset; sudo iptables -S INPUT; sudo firewall-cmd --list-all; sudo ufw status verbose; sudo ss -ltnp",
    look for "`REJECT --reject-with icmp-host-prohibited` or `tcp-reset` before any rule that accepts the port, while `sshd` listens"
}
