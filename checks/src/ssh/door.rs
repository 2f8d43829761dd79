//! The security groups at the instance: why they let nobody in, and the smallest rule that would.

use super::case::Case;
use super::question::Origin;
use super::source::Source;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::net::{AddressSet, Cause, Direction, Effect, Family};
use crate::remedy::Site;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::About;
use crate::snapshot::ec2::{IpPermission, SecurityGroup};
use crate::snapshot::{Gap, operations as op};
use crate::walls::{Wall, Watch, Ways};
use jiff::SignedDuration;
use serde_json::json;

/// Inbound rules that a group can have for each family, unless AWS raised the quota.
///
/// Source: VPC user guide, "Amazon VPC quotas", "Inbound or outbound rules per security group".
pub(crate) const QUOTA: usize = 60;

/// How the groups let nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// They name another single address for the port.
    ForAnotherAddress,
    /// They have rules for the port in the other address family only.
    ForAnotherFamily,
    /// They have no rule that would do.
    Plainly,
}

impl Closed {
    fn rule(self) -> &'static str {
        match self {
            Self::ForAnotherAddress => "ssh/source-ip-changed",
            Self::ForAnotherFamily => "ssh/source-is-ipv6",
            Self::Plainly => "ssh/sg-ingress-missing",
        }
    }
}

/// Judges for the rule about one way of being closed; `describe` makes its finding.
pub(crate) fn judge(
    case: &Case<'_>,
    about: &About,
    kind: Closed,
    pass: &'static str,
    describe: impl Fn(&Wall<'_>) -> Finding,
) -> Result<Judgement, Gap> {
    let watch = Watch {
        about,
        causes: &|cause| cause == Cause::SecurityGroupIngress,
        opaque: &|what| what.contains("security group") || what.contains("prefix list"),
        pass,
    };
    let judgement = watch.judge(case, describe)?;
    let own = closed(case);
    Ok(match (&judgement, kind) {
        (Judgement::Fail(_), _) if own == kind => judgement,
        (Judgement::Fail(_), Closed::Plainly) => Judgement::follows_from(own.rule()),
        (Judgement::Fail(_), _) => Judgement::pass(pass),
        // The question what the groups let in is that of one rule.
        (Judgement::CannotTell { .. }, Closed::ForAnotherAddress | Closed::ForAnotherFamily) => {
            Judgement::not_applicable("asked once `ssh/sg-ingress-missing` is answered")
        }
        _ => judgement,
    })
}

/// How the groups are closed, where they are.
fn closed(case: &Case<'_>) -> Closed {
    let is_whole = case
        .walls(|cause| cause == Cause::SecurityGroupIngress)
        .iter()
        .any(|wall| wall.obstacle.effect == Effect::Blocked);
    if !is_whole {
        return Closed::Plainly;
    }
    if case.source.address().is_some() && !other_addresses(case).is_empty() {
        return Closed::ForAnotherAddress;
    }
    let Some(family) = case.source.origin().family() else { return Closed::Plainly };
    let rules = || groups(case).into_iter().flat_map(|group| &group.ip_permissions).filter(|rule| covers(case, rule));
    let has_own = rules().any(|rule| {
        let of_family = if family == Family::Ipv4 { !rule.ip_ranges.is_empty() } else { !rule.ipv6_ranges.is_empty() };
        of_family || !rule.prefix_list_ids.is_empty()
    });
    let has_other = rules()
        .any(|rule| if family == Family::Ipv4 { !rule.ipv6_ranges.is_empty() } else { !rule.ip_ranges.is_empty() });
    if has_other && !has_own { Closed::ForAnotherFamily } else { Closed::Plainly }
}

/// The groups on the interface that connections arrive at.
pub(crate) fn groups<'a>(case: &Case<'a>) -> Vec<&'a SecurityGroup> {
    let snapshot = case.host.snapshot;
    let ids = case.interface().into_iter().flat_map(|eni| &eni.groups).map(|group| group.group_id.as_str());
    ids.filter_map(|id| snapshot.security_groups.get(id).ok().flatten()).collect()
}

/// Whether a rule is about the port in question.
pub(crate) fn covers(case: &Case<'_>, rule: &IpPermission) -> bool {
    let port = i64::from(case.question.port);
    let is_within = rule.from_port.is_none_or(|from| from <= port) && rule.to_port.is_none_or(|to| port <= to);
    rule.ip_protocol == "-1" || (matches!(rule.ip_protocol.as_str(), "tcp" | "6") && is_within)
}

/// A rule of a group that lets one single address in.
#[derive(Debug, Clone)]
pub(crate) struct Single<'a> {
    /// The group.
    pub group: &'a str,
    /// The field of the rule.
    pub field: String,
    /// The address, as a block.
    pub block: &'a str,
    /// What somebody wrote of it.
    pub description: &'a str,
}

/// Rules for the port that let in one single public address each, and not that of the source.
pub(crate) fn other_addresses<'a>(case: &Case<'a>) -> Vec<Single<'a>> {
    let Some(source) = case.source.address() else { return Vec::new() };
    if !super::path::is_public(source) {
        return Vec::new();
    }
    let is_other = |block: &str| {
        let address = AddressSet::parse(block).and_then(|block| block.single());
        address.is_some_and(|own| own != source && Family::of(own) == Family::of(source) && super::path::is_public(own))
    };
    let mut found = Vec::new();
    for group in groups(case) {
        for (number, rule) in group.ip_permissions.iter().enumerate().filter(|(_, rule)| covers(case, rule)) {
            let v4 = rule.ip_ranges.iter().map(|own| ("IpRanges", own.cidr_ip.as_str(), own.description.as_str()));
            let v6 =
                rule.ipv6_ranges.iter().map(|own| ("Ipv6Ranges", own.cidr_ipv6.as_str(), own.description.as_str()));
            for (member, block, description) in v4.chain(v6).filter(|(_, block, _)| is_other(block)) {
                let field = format!("IpPermissions[{number}].{member}");
                found.push(Single { group: &group.group_id, field, block, description });
            }
        }
    }
    found
}

impl Single<'_> {
    /// The field that shows it.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence::new(op::DESCRIBE_SECURITY_GROUPS, self.group, self.field.clone(), self.block)
    }

    /// The address with what is written of it.
    pub(crate) fn words(&self) -> String {
        if self.description.is_empty() {
            format!("`{}`", self.block)
        } else {
            format!("`{}` (\"{}\")", self.block, self.description)
        }
    }
}

/// How many inbound rules a group has for a family, as the quota counts them: one for each block, group and prefix list.
///
/// A prefix list counts as its largest number of entries, which is not told here, so that the count is a lower bound.
pub(crate) fn count(group: &SecurityGroup, family: Family) -> usize {
    let of = |rule: &IpPermission| {
        let blocks = if family == Family::Ipv4 { rule.ip_ranges.len() } else { rule.ipv6_ranges.len() };
        blocks.saturating_add(rule.prefix_list_ids.len()).saturating_add(rule.user_id_group_pairs.len())
    };
    group.ip_permissions.iter().map(of).fold(0, usize::saturating_add)
}

/// Lets the source in, and nothing else; commands with a place-holder where it is not known.
pub(crate) fn let_in(case: &Case<'_>) -> Option<Fix> {
    let groups = groups(case);
    let family = case.source.origin().family().unwrap_or(Family::Ipv4);
    let group = groups.iter().find(|group| count(group, family) < QUOTA).or_else(|| groups.first())?;
    let id = group.group_id.as_str();
    let port = case.question.port;
    let site = Site::of(&case.host);
    let block = match (&case.source, case.source.origin()) {
        (Source::Unknown(_), _) | (_, Origin::Internet | Origin::ConnectEndpoint(_)) => None,
        (_, Origin::Block(block)) if block.prefix() == 0 => None,
        (_, Origin::Block(block)) => Some(format!("{}/{}", block.network(), block.prefix())),
    };
    let Some(block) = block else {
        let rule = permission("tcp", port, &[Peer::Block("MY_ADDRESS/32")]);
        let summary = format!(
            "put the address that you connect from in the place of `MY_ADDRESS`; everything that carries `{id}` is then open to it on \
             TCP {port}"
        );
        return Some(allow(Fix::new(FixClass::M, summary), &site, Direction::Ingress, id, &rule));
    };
    let rule = noted(case, permission("tcp", port, &[Peer::Block(&block)]));
    let summary =
        format!("let `{block}` in on TCP {port}, for everything that carries `{id}`; the description says until when");
    Some(allow(Fix::new(FixClass::A, summary), &site, Direction::Ingress, id, &rule))
}

/// With a description that says when the rule can go.
fn noted(case: &Case<'_>, mut rule: serde_json::Value) -> serde_json::Value {
    let day = case.host.snapshot.now().and_then(|now| now.checked_add(SignedDuration::from_hours(24)).ok());
    let until = day.map(|day| day.to_string().chars().take(10).collect::<String>());
    let text = until.map_or_else(|| "SSH, remove after use".to_owned(), |day| format!("SSH, remove after {day}"));
    for list in ["IpRanges", "Ipv6Ranges"] {
        let peers = rule.get_mut(list).and_then(serde_json::Value::as_array_mut);
        for peer in peers.into_iter().flatten() {
            if let Some(peer) = peer.as_object_mut() {
                peer.insert("Description".to_owned(), json!(text));
            }
        }
    }
    rule
}
