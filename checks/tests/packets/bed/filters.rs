//! What each namespace lets through, as rules of nftables.
//!
//! Security groups keep state on the host. Network ACLs keep none: they are entries in order on the router of the VPC, which never looks
//! at connections.

use crate::topology::{Acl, Appliance, Entry, Host, Nat, NatState, Peer, Permission, Protocol, Topology};
use std::fmt::Write as _;

/// The security groups of a host.
pub(super) fn host(topology: &Topology, host: &Host) -> String {
    let groups = || host.groups.iter().map(|group| &topology.groups[*group]);
    let inbound: String =
        groups().flat_map(|group| &group.inbound).map(|rule| permission(topology, rule, "saddr", "accept")).collect();
    let outbound: String =
        groups().flat_map(|group| &group.outbound).map(|rule| permission(topology, rule, "daddr", "accept")).collect();
    format!(
        "table ip groups {{
            chain inbound {{ type filter hook input priority 0; policy drop;
                ct state established,related accept
                iif lo accept
                {inbound}
            }}
            chain outbound {{ type filter hook output priority 0; policy drop;
                ct state established,related accept
                oif lo accept
                {outbound}
            }}
        }}"
    )
}

/// A rule of a group that names a group takes the private addresses of its members.
fn permission(topology: &Topology, rule: &Permission, far: &str, action: &str) -> String {
    let mut blocks = Vec::new();
    for peer in &rule.peers {
        match peer {
            Peer::Block(block) => blocks.push(block.to_string()),
            Peer::List(list) => blocks.extend(topology.lists[*list].iter().map(ToString::to_string)),
            Peer::Group(group) => {
                let members = topology.hosts.iter().filter(|host| host.groups.contains(group));
                blocks.extend(members.map(|host| host.address.to_string()));
                let feet = topology.feet().filter(|(_, foot)| foot.groups.contains(group));
                blocks.extend(feet.map(|(_, foot)| foot.address.to_string()));
            }
            Peer::Stale(_) => {}
        }
    }
    let what = protocol(rule.protocol, rule.ports);
    blocks.iter().fold(String::new(), |mut text, block| {
        let _ = writeln!(text, "ip {far} {block} {what} {action}");
        text
    })
}

/// An appliance: what is new to it has to be let in by the groups of the interface that it came to, and let out by those of the interface
/// that it leaves by.
pub(super) fn appliance(topology: &Topology, row: &Appliance) -> String {
    let (mut inbound, mut outbound, mut way_out, mut checked) =
        (String::new(), String::new(), String::new(), String::new());
    for (position, foot) in row.interfaces.iter().enumerate() {
        let groups = || foot.groups.iter().map(|group| &topology.groups[*group]);
        for rule in groups().flat_map(|group| &group.inbound) {
            let rules = permission(topology, rule, "saddr", "goto leaving");
            inbound.extend(rules.lines().map(|rule| format!("iifname \"eth{position}\" {rule}\n")));
        }
        for rule in groups().flat_map(|group| &group.outbound) {
            let rules = permission(topology, rule, "daddr", "accept");
            outbound.extend(rules.lines().map(|rule| format!("oifname \"eth{position}\" {rule}\n")));
        }
        if row.translates {
            let _ = writeln!(way_out, "oifname \"eth{position}\" ip saddr != {} masquerade", foot.address);
        }
    }
    if row.is_checked {
        let _ = writeln!(checked, "iifname \"eth0\" ip daddr != {} drop", row.interfaces[0].address);
    }
    format!(
        "table ip appliance {{
            chain checked {{ type filter hook prerouting priority -300; policy accept;
                {checked}
            }}
            chain inbound {{ type filter hook input priority 0; policy drop; }}
            chain leaving {{
                {outbound}
                drop
            }}
            chain forwarded {{ type filter hook forward priority 0; policy drop;
                ct state established,related accept
                {inbound}
            }}
            chain way_out {{ type nat hook postrouting priority 100; policy accept;
                {way_out}
            }}
        }}"
    )
}

fn protocol(protocol: Protocol, (first, last): (u16, u16)) -> String {
    match protocol {
        Protocol::All => String::new(),
        Protocol::Tcp => format!("tcp dport {first}-{last}"),
        Protocol::Udp => format!("udp dport {first}-{last}"),
        Protocol::Icmp => "meta l4proto icmp".to_owned(),
    }
}

/// The network ACLs of a VPC: what leaves a subnet meets one, what enters a subnet meets one, what stays inside meets none.
pub(super) fn router(topology: &Topology, vpc: usize) -> String {
    let mut chains = String::new();
    for (id, acl) in topology.acls.iter().enumerate().filter(|(_, acl)| acl.vpc == vpc) {
        let _ = writeln!(chains, "chain leave{id} {{ {} }}", entries(acl, true));
        let _ = writeln!(chains, "chain enter{id} {{ {} }}", entries(acl, false));
    }
    let mut leave = String::new();
    let mut enter = String::new();
    let mut within = String::new();
    for (id, subnet) in topology.subnets.iter().enumerate().filter(|(_, subnet)| subnet.vpc == vpc) {
        let _ = writeln!(within, "iifname \"s{id}\" oifname \"s{id}\" accept");
        let _ = writeln!(leave, "iifname \"s{id}\" jump leave{}", subnet.acl);
        let _ = writeln!(enter, "oifname \"s{id}\" jump enter{}", subnet.acl);
    }
    format!(
        "table ip acls {{
            {chains}
            chain forwarded {{ type filter hook forward priority -300; policy accept;
                {within} {leave} {enter}
            }}
        }}"
    )
}

/// The entries of one direction; a packet that is allowed goes back to meet the other ACL.
fn entries(acl: &Acl, egress: bool) -> String {
    let mut entries: Vec<&Entry> = acl.entries.iter().filter(|entry| entry.egress == egress).collect();
    entries.sort_by_key(|entry| entry.number);
    let far = if egress { "daddr" } else { "saddr" };
    let mut text = String::new();
    for entry in entries {
        let action = if entry.allow { "return" } else { "drop" };
        let _ = writeln!(text, "ip {far} {} {} {action}", entry.block, protocol(entry.protocol, entry.ports));
    }
    text + "drop\n"
}

/// A NAT gateway: serves its own VPC, takes no connections itself, and uses the ports that the attempts ask for.
pub(super) fn nat(topology: &Topology, nat: &Nat) -> String {
    let Nat { address, subnet, .. } = nat;
    let vpc = &topology.vpcs[topology.subnets[*subnet].vpc];
    let mut ports = Vec::new();
    for flow in &topology.flows {
        let crate::topology::End::Host(host) = flow.from else { continue };
        let (source, destination, port) = (topology.hosts[host].address, topology.destination(flow), flow.port);
        let elements = flow.attempts.iter();
        ports.extend(
            elements.map(|own| format!("{source} . {destination} . {port} . {} : {}", own.client, own.translated)),
        );
    }
    let translate = if ports.is_empty() {
        String::new()
    } else {
        let map = format!("ip saddr . ip daddr . tcp dport . tcp sport map {{ {} }}", ports.join(", "));
        format!("meta l4proto tcp snat to {address}:{map}")
    };
    format!(
        "table ip gateway {{
            chain inbound {{ type filter hook input priority 0; policy drop; }}
            chain forwarded {{ type filter hook forward priority 0; policy drop;
                ct state established,related accept
                ct state new ip saddr {block} accept
            }}
            chain translated {{ type nat hook postrouting priority 100; policy accept;
                {translate}
                snat to {address}
            }}
        }}",
        block = vpc.block
    )
}

/// The internet gateways: each private address that has a public one leaves under it, and nothing goes to a private address.
pub(super) fn edge(topology: &Topology) -> String {
    let hosts = (0..topology.hosts.len())
        .filter_map(|host| Some((topology.vpc_of(host), topology.hosts[host].address, topology.hosts[host].public?)));
    let living = topology.nats.iter().filter(|nat| nat.state == NatState::Available);
    let nats = living.filter_map(|nat| Some((topology.subnets[nat.subnet].vpc, nat.address, nat.public?)));
    let (mut allowed, mut inwards, mut outwards) = (String::new(), String::new(), String::new());
    let feet =
        topology.feet().filter_map(|(_, foot)| Some((topology.subnets[foot.subnet].vpc, foot.address, foot.public?)));
    for (vpc, private, public) in hosts.chain(nats).chain(feet) {
        let _ = writeln!(allowed, "iifname \"v{vpc}\" ip saddr {private} accept");
        let _ = writeln!(inwards, "ip daddr {public} dnat to {private}");
        let _ = writeln!(outwards, "ip saddr {private} snat to {public}");
    }
    format!(
        "table ip edge {{
            chain private {{ type filter hook prerouting priority -300; policy accept;
                ip daddr {{ 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }} drop
            }}
            chain inwards {{ type nat hook prerouting priority -100; policy accept;
                {inwards}
            }}
            chain forwarded {{ type filter hook forward priority 0; policy drop;
                ct state invalid drop
                ct state established,related accept
                {allowed}
                iifname \"internet\" ct status dnat accept
            }}
            chain outwards {{ type nat hook postrouting priority 100; policy accept;
                {outwards}
            }}
        }}"
    )
}
