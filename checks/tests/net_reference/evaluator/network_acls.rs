//! Network ACLs: by rising number, the first entry that matches decides.

use super::block::covers;
use super::packet::Packet;
use super::Evaluator;
use checks::snapshot::ec2::NetworkAclEntry;

impl Evaluator<'_> {
    /// Whether the ACL of a subnet lets a packet leave.
    pub(super) fn may_leave(&self, subnet: &str, packet: &Packet) -> bool {
        self.acl_allows(subnet, packet, true)
    }

    /// Whether the ACL of a subnet lets a packet enter.
    pub(super) fn may_enter(&self, subnet: &str, packet: &Packet) -> bool {
        self.acl_allows(subnet, packet, false)
    }

    fn acl_allows(&self, subnet: &str, packet: &Packet, egress: bool) -> bool {
        let guards = |id: &str| id == subnet;
        let acl = self
            .snapshot
            .network_acls
            .known()
            .iter()
            .find(|acl| acl.associations.iter().any(|association| guards(&association.subnet_id)))
            .unwrap_or_else(|| panic!("{subnet} has no network ACL"));
        let mut lowest: Option<&NetworkAclEntry> = None;
        for entry in &acl.entries {
            let is_lower = lowest.is_none_or(|known| entry.rule_number < known.rule_number);
            if entry.egress == egress && is_lower && matches(entry, packet) {
                lowest = Some(entry);
            }
        }
        lowest.is_some_and(|entry| entry.rule_action == "allow")
    }
}

fn matches(entry: &NetworkAclEntry, packet: &Packet) -> bool {
    let far = if entry.egress { packet.destination } else { packet.source };
    if !covers(&entry.cidr_block, far) && !covers(&entry.ipv6_cidr_block, far) {
        return false;
    }
    if entry.protocol == "-1" {
        return true;
    }
    if entry.protocol != packet.protocol.to_string() {
        return false;
    }
    if packet.has_ports() {
        let port = i64::from(packet.destination_port);
        return entry.port_range.as_ref().is_none_or(|range| range.from <= port && port <= range.to);
    }
    if packet.is_icmp() {
        let (kind, code) = (i64::from(packet.message.0), i64::from(packet.message.1));
        return entry
            .icmp_type_code
            .as_ref()
            .is_none_or(|of| (of.r#type == -1 || of.r#type == kind) && (of.code == -1 || of.code == code));
    }
    true
}
