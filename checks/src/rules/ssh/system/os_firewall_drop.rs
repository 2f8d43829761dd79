//! A firewall in the operating system drops the packets.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether `nftables`, `iptables`, `firewalld` or `ufw` on the instance drops packets to the port. An SSH server that answers shows
    /// that none does, for this machine.
    ///
    /// ## Why it matters
    ///
    /// It looks from outside as a closed security group does: the connection times out. Security groups, network ACLs and routes are in
    /// order, and a flow log says `ACCEPT`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: dump the rules; `sudo tcpdump -ni any port 22` shows packets that come in and get no answer.
    ///
    /// ## False positives
    ///
    /// Chains of Docker and Kubernetes (`DOCKER-USER`, `KUBE-…`) look frightening and stand in `FORWARD` and `nat`, which packets to
    /// the instance itself mostly do not pass. Rules for other ports prove nothing.
    ///
    /// ## Fix
    ///
    /// Allow the port from your address alone (class C): `sudo firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source
    /// address=ADDRESS/32 port port=22 protocol=tcp accept' && sudo firewall-cmd --reload`, `sudo ufw allow from ADDRESS to any port 22
    /// proto tcp`, or `sudo iptables -I INPUT -p tcp -s ADDRESS --dport 22 -j ACCEPT`. To undo, remove that rule; keep the dump.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    /// - Automation runbook reference, "AWSSupport-ExecuteEC2Rescue"
    "ssh/os-firewall-drop", Blocker, fix C,
    "A firewall of the operating system drops the connection",
    settled by Banner,
    on Instance run "sudo nft list ruleset; sudo iptables -S INPUT; sudo firewall-cmd --list-all; sudo ufw status verbose",
    look for "a policy `DROP`, or a rule that drops, before any rule that accepts the port from your address"
}
