//! How to mend a network ACL.

use super::Site;
use crate::fix::{Fix, FixClass};
use crate::net::{AddressSet, Cause, PortSet, client_ports};
use crate::snapshot::ec2::{Instance, NetworkAclEntry, is};
use crate::walls::Wall;

/// The number of AWS's own final deny; entries of a customer have 1 to 32766.
///
/// Source: VPC user guide, "Network ACL rules".
const FINAL: i64 = 32_767;

/// With more far blocks than this, one entry for every address takes their place: an ACL holds 20 entries in each direction by default.
const MOST_BLOCKS: usize = 4;

/// Ports, first and last, from which an instance opens connections: replies go there.
pub fn reply_ports(instance: &Instance) -> (u16, u16) {
    client_ports(instance).ranges().next().unwrap_or((1024, u16::MAX))
}

/// Allow entries just in front of the one that denies, for the peers of the packets that were dropped and for these ports.
///
/// Class M, for review or without commands, where they would overrule other denies or where no number is free.
pub fn acl_fix(site: &Site<'_>, acl: &str, egress: bool, ports: (u16, u16), wall: &Wall<'_>) -> Fix {
    let entries = site.snapshot().network_acls.get(acl).ok().flatten().map_or(&[][..], |acl| acl.entries.as_slice());
    let side: Vec<&NetworkAclEntry> = entries.iter().filter(|entry| entry.egress == egress).collect();
    let deciding = deciding(entries, wall);
    let first = deciding.iter().copied().filter(|number| *number < FINAL).min();
    let mut peers = peers(wall, egress);
    let mut numbers = free(&side, first, peers.len());
    if numbers.len() < peers.len() {
        peers = vec![everywhere(wall, egress)];
        numbers.truncate(1);
    }
    let (from, to) = ports;
    if numbers.is_empty() {
        let entry = first.map_or_else(|| "an entry".to_owned(), |number| format!("entry {number}"));
        return Fix::new(
            FixClass::M,
            format!("no number is free in front: {entry} of `{acl}` must be replaced, so that TCP {from}-{to} passes"),
        );
    }
    let overruled = overruled(&side, &deciding, numbers.iter().copied().min(), &peers, ports);
    let is_wide = peers.iter().any(|peer| peer.ends_with("/0"));
    let may_be_wide = egress || wall.obstacle.cause == Cause::NetworkAclReply;
    let (class, summary) = if !overruled.is_empty() {
        let words: Vec<String> = overruled.iter().map(|number| format!("entry {number}")).collect();
        let summary = "have the owner of the ACL review this: the new allow would overrule ".to_owned();
        (FixClass::M, summary + &words.join(", ") + &format!(", which denies, of `{acl}`"))
    } else if is_wide && !may_be_wide {
        (FixClass::M, format!("have the owner of `{acl}` review this: it lets TCP {from}-{to} in from every address"))
    } else {
        let summary = "pass in front of the entry that denies; every subnet of";
        (FixClass::A, format!("let TCP {from}-{to} {summary} `{acl}` is affected"))
    };
    peers.iter().zip(&numbers).fold(Fix::new(class, summary), |fix, (peer, number)| {
        let entry = |name| {
            site.command(name)
                .arg("network-acl-id", acl)
                .flag(if egress { "egress" } else { "ingress" })
                .arg("rule-number", number.to_string())
        };
        let option = if peer.contains(':') { "ipv6-cidr-block" } else { "cidr-block" };
        fix.run(
            entry("create-network-acl-entry")
                .arg("protocol", "tcp")
                .arg("port-range", format!("From={from},To={to}"))
                .arg(option, peer)
                .arg("rule-action", "allow"),
        )
        .undo(entry("delete-network-acl-entry"))
    })
}

/// Numbers of the entries that dropped packets, by the positions that the obstacle proves.
fn deciding(entries: &[NetworkAclEntry], wall: &Wall<'_>) -> Vec<i64> {
    let position = |field: &str| field.strip_prefix("Entries[")?.split(']').next()?.parse::<usize>().ok();
    let proven = wall.obstacle.evidence.iter().filter_map(|own| entries.get(position(&own.field)?));
    proven.map(|entry| entry.rule_number).collect()
}

/// Free numbers nearest to the deciding entry, at most `wanted`; behind the last explicit entry where only the final deny decides.
fn free(side: &[&NetworkAclEntry], deciding: Option<i64>, wanted: usize) -> Vec<i64> {
    let is_free = |number: &i64| side.iter().all(|entry| entry.rule_number != *number);
    if let Some(deciding) = deciding {
        return (1..deciding).rev().filter(is_free).take(wanted).collect();
    }
    let last = side.iter().map(|entry| entry.rule_number).filter(|number| *number < FINAL).max().unwrap_or(99);
    let behind = last.saturating_add(1)..FINAL;
    // No explicit entry matches what the final deny drops, so that any number serves.
    behind.chain((1..last).rev()).filter(is_free).take(wanted).collect()
}

/// The far blocks of the packets that were dropped, or every address when they are many or not known.
fn peers(wall: &Wall<'_>, egress: bool) -> Vec<String> {
    let header = wall.obstacle.header.as_ref();
    let far = header.map(|header| if egress { &header.destination } else { &header.source });
    let blocks = far.map(AddressSet::blocks).unwrap_or_default();
    if blocks.is_empty() || blocks.len() > MOST_BLOCKS {
        return vec![everywhere(wall, egress)];
    }
    blocks.iter().map(ToString::to_string).collect()
}

fn everywhere(wall: &Wall<'_>, egress: bool) -> String {
    let header = wall.obstacle.header.as_ref();
    let far = header.map(|header| if egress { &header.destination } else { &header.source });
    let is_ipv6 = far.is_some_and(|far| far.blocks().iter().any(|block| block.is_ipv6()));
    if is_ipv6 { "::/0" } else { "0.0.0.0/0" }.to_owned()
}

/// Explicit denies, other than the deciding ones, that allows for these peers and ports would come in front of.
fn overruled(
    side: &[&NetworkAclEntry],
    deciding: &[i64],
    number: Option<i64>,
    peers: &[String],
    (from, to): (u16, u16),
) -> Vec<i64> {
    let far = AddressSet::of(peers.iter().map(String::as_str));
    let ports = PortSet::range(from, to);
    let meets = |entry: &NetworkAclEntry| {
        let block = if entry.cidr_block.is_empty() { &entry.ipv6_cidr_block } else { &entry.cidr_block };
        let covered = entry.port_range.as_ref().map_or_else(PortSet::all, |own| PortSet::of_rule(own.from, own.to));
        (entry.protocol == "-1" || (entry.protocol == "6" && !covered.intersection(&ports).is_empty()))
            && AddressSet::parse(block).is_none_or(|block| !block.intersection(&far).is_empty())
    };
    let mut numbers: Vec<i64> = side
        .iter()
        .filter(|entry| is(&entry.rule_action, "deny") && entry.rule_number < FINAL && meets(entry))
        .map(|entry| entry.rule_number)
        .filter(|own| !deciding.contains(own) && number.is_some_and(|number| *own > number))
        .collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Family, Network, Obstacle, Protocol, Traffic};
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World};
    use serde_json::{Value, json};

    fn entry(number: i64, block: &str, action: &str) -> Value {
        json!({ "CidrBlock": block, "Egress": false, "Protocol": "6", "RuleAction": action, "RuleNumber": number,
            "PortRange": { "From": 1024, "To": 65535 } })
    }

    /// The fix for replies from `far` that entry `Entries[position]` dropped.
    fn fix(entries: &Value, position: usize, far: AddressSet) -> Fix {
        let mut world: World = testkit::nat();
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries", entries.clone());
        let snapshot = world.snapshot();
        let network = Network::new(&snapshot);
        let site = Site { network: &network, vpc: "vpc-1", subnet: "subnet-private", who: "instance" };
        let proof = crate::evidence::Evidence::new(
            op::DESCRIBE_NETWORK_ACLS,
            "acl-1",
            format!("Entries[{position}]"),
            Value::Null,
        );
        let component = crate::evidence::Component::new("network-acl", "acl-1");
        let header = Traffic::new(Protocol::TCP, far, AddressSet::of(["10.0.1.10"]), PortSet::range(32_768, 60_999));
        let obstacle = Obstacle::new(Cause::NetworkAclReply, component, vec![proof]).stopping(header);
        let wall = Wall { obstacle: &obstacle, labels: vec!["ssm"], steps: Vec::new(), position: 0 };
        acl_fix(&site, "acl-1", false, reply_ports(snapshot.instances.known().first().unwrap()), &wall)
    }

    #[test]
    fn the_allow_stands_just_before_the_entry_that_decides() {
        let entries = json!([
            entry(50, "198.51.100.0/24", "deny"),
            entry(89, "198.51.100.0/24", "allow"),
            entry(90, "0.0.0.0/0", "deny")
        ]);
        let fix = fix(&entries, 2, AddressSet::internet(Family::Ipv4));
        assert_eq!(fix.class, FixClass::A);
        assert_eq!(
            fix.commands,
            ["aws ec2 create-network-acl-entry --region eu-west-1 --network-acl-id acl-1 --ingress --rule-number 88 \
              --protocol tcp --port-range From=32768,To=60999 --cidr-block 0.0.0.0/0 --rule-action allow"]
        );
    }

    #[test]
    fn few_peers_have_an_entry_each() {
        let entries = json!([entry(90, "0.0.0.0/0", "deny"), entry(95, "192.0.2.0/24", "deny")]);
        let fix = fix(&entries, 0, AddressSet::of(["52.94.0.1/32", "54.1.0.0/16"]));
        assert_eq!((fix.class, fix.commands.len(), fix.rollback.len()), (FixClass::A, 2, 2));
        assert!(fix.commands[0].contains("--rule-number 89") && fix.commands[0].contains("52.94.0.1/32"), "{fix:?}");
        assert!(fix.commands[1].contains("--rule-number 88") && fix.commands[1].contains("54.1.0.0/16"), "{fix:?}");
    }

    #[test]
    fn behind_the_last_entry_where_the_final_deny_decides() {
        let entries = json!([entry(100, "10.0.0.0/16", "allow"), entry(32767, "0.0.0.0/0", "deny")]);
        let fix = fix(&entries, 1, AddressSet::internet(Family::Ipv4));
        assert!(fix.commands[0].contains("--rule-number 101"), "{fix:?}");
    }

    #[test]
    fn what_overrules_other_denies_is_for_review() {
        let entries = json!([entry(90, "0.0.0.0/0", "deny"), entry(95, "192.0.2.0/24", "deny")]);
        let fix = fix(&entries, 0, AddressSet::internet(Family::Ipv4));
        assert_eq!((fix.class, fix.commands.len()), (FixClass::M, 1));
        assert!(fix.summary.contains("entry 95"), "{}", fix.summary);
    }

    #[test]
    fn nothing_goes_in_front_of_entry_1() {
        let fix = fix(&json!([entry(1, "0.0.0.0/0", "deny")]), 0, AddressSet::internet(Family::Ipv4));
        assert_eq!((fix.class, fix.commands.len()), (FixClass::M, 0));
        assert!(fix.summary.contains("entry 1 of `acl-1` must be replaced"), "{}", fix.summary);
    }
}
