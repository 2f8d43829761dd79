//! Which rule speaks of which obstacle, and how: every cause of the network engine and every fact that no read gives has one rule.

use super::Case;
use super::paths::SubnetWay;
use crate::finding::{Finding, Judgement};
use crate::net::{Cause, Family, Verdict};
use crate::remedy::endpoint::EndpointPlace;
use crate::remedy::{Site, nat};
use crate::rule::About;
use crate::snapshot::Gap;
use crate::snapshot::ec2::InternetGateway;
use crate::walls::{Wall, Watch, Ways, in_words};

/// The rule about a cause, as it is met over a family of addresses.
pub fn owner(cause: Cause, family: Family) -> &'static str {
    use Cause::*;
    let is_ipv6 = family == Family::Ipv6;
    match cause {
        SecurityGroupEgress | NetworkAclOutbound | NetworkAclReply if is_ipv6 => "lambda/ipv6-sg-or-nacl",
        NoRoute | Blackhole | NoReturnRoute | EgressOnlyGatewayMissing if is_ipv6 => "lambda/ipv6-no-egress-route",
        NoAddress if is_ipv6 => "lambda/ipv6-not-enabled",
        EndpointAddressFamily if is_ipv6 => "lambda/ipv6-destination-v4-only",
        SecurityGroupEgress => "lambda/sg-egress-blocked",
        NetworkAclOutbound | NetworkAclReply => "lambda/nacl-blocked",
        NoRoute | NoReturnRoute | PeeringNoInternet | NotPublicDestination | NoAddress => "lambda/no-default-route",
        Blackhole => "lambda/route-blackhole",
        NoPublicAddress => "lambda/public-subnet",
        InternetGatewayMissing | EgressOnlyGatewayMissing => "lambda/igw-missing",
        BlockPublicAccess => "lambda/vpc-block-public-access",
        NatState => "lambda/nat-not-available",
        NatPrivate => "lambda/nat-private-type",
        NatInPrivateSubnet | NatSubnetBlackhole => "lambda/nat-in-private-subnet",
        NatPointsToItself => "lambda/nat-points-to-itself",
        NatAddressMissing | NatZone => "lambda/nat-address-missing",
        NatSubnetAclFromClient | NatSubnetAclOutbound | NatSubnetAclReply | NatSubnetAclToClient => {
            "lambda/nat-subnet-nacl"
        }
        NatInstance(_) => "lambda/nat-instance-broken",
        TransitGatewayAttachment
        | TransitGatewayZone
        | TransitGatewayFamily
        | TransitGatewayAssociation
        | TransitGatewayNoRoute
        | TransitGatewayBlackhole
        | TransitGatewaySubnetAcl => "lambda/tgw-egress-unverified",
        EndpointSecurityGroup | EndpointSubnetAclInbound | EndpointSubnetAclReply => "lambda/endpoint-sg-closed",
        EndpointState | EndpointPrivateDnsOff | EndpointAddressFamily => "lambda/endpoint-missing-for-api",
        DnsSupportOff | DnsHostnamesOff => "lambda/vpc-dns-off",
        CustomDns | DnsServerUnreachable => "lambda/custom-dns-unreachable",
        SecurityGroupIngress
        | DestinationAclInbound
        | DestinationAclReply
        | PeeringState
        | DisconnectedVpcs
        | InternetDenied
        | RoutingLoop
        | SpoofedSource
        | ProtocolNotCarried
        | SourceOutsideVpc
        | NoDestination
        | NatUnsolicited
        | InstanceConnectPort
        | InstanceConnectClientIp => "lambda/destination-closed",
    }
}

/// Words of facts that no read gives, with the rule whose question they leave open. What nobody names is the question of the rule about
/// routes, so that a way which is not known never passes everywhere.
const OPAQUE: &[(&str, &str)] = &[
    ("security group", "lambda/sg-egress-blocked"),
    ("network ACL", "lambda/nacl-blocked"),
    ("Block Public Access", "lambda/vpc-block-public-access"),
    ("NAT gateway", "lambda/nat-not-available"),
    ("forwards packets", "lambda/nat-instance-broken"),
    ("`enableDns", "lambda/vpc-dns-off"),
    ("DNS server", "lambda/custom-dns-unreachable"),
    ("DHCP options", "lambda/custom-dns-unreachable"),
    ("Resolver rule", "lambda/dns-firewall-or-rule"),
    ("hosted zone", "lambda/private-zone-shadows-public"),
    ("Gateway Load Balancer", "lambda/firewall-drops"),
    ("private DNS of endpoint", "lambda/endpoint-missing-for-api"),
    ("which endpoints", "lambda/endpoint-missing-for-api"),
    ("endpoint", "lambda/endpoint-sg-closed"),
    ("transit gateway", "lambda/tgw-egress-unverified"),
    ("`tgw-", "lambda/tgw-egress-unverified"),
];

/// The rule whose question a fact leaves open that no read gives.
pub fn opaque_owner(what: &str) -> &'static str {
    // Which addresses count is open where only a part of them passes: the rule about what stops the others says so.
    if what.starts_with("which addresses `") || what == "which address on the internet is meant" {
        return "";
    }
    OPAQUE.iter().find(|(words, _)| what.contains(words)).map_or("lambda/no-default-route", |(_, rule)| rule)
}

/// Judges ways by the causes over a family, and by the facts, that are a rule's own.
///
/// # Errors
/// Never; a missing fact is a judgement of its own.
pub fn judge<W: Ways>(
    ways: &W,
    about: &About,
    family: Family,
    pass: &'static str,
    describe: impl Fn(&Wall<'_>) -> Finding,
) -> Result<Judgement, Gap> {
    let watch = Watch {
        about,
        causes: &|cause| owner(cause, family) == about.id,
        opaque: &|what| opaque_owner(what) == about.id,
        pass,
    };
    watch.judge(ways, describe)
}

impl<'a> Case<'a> {
    /// The subnets of a wall, each once.
    fn subnets<'w>(wall: &Wall<'w>) -> Vec<&'w str> {
        let mut subnets = wall.labels.clone();
        subnets.sort_unstable();
        subnets.dedup();
        subnets
    }

    /// The end of a sentence: what does not work because of a wall, and where it does.
    pub fn consequence(&self, wall: &Wall<'_>) -> String {
        let stopped = Self::subnets(wall);
        let family = wall.obstacle.header.as_ref().map_or(Family::Ipv4, |header| {
            if header.source.of_family(Family::Ipv6).is_empty() { Family::Ipv4 } else { Family::Ipv6 }
        });
        let works = |way: &&SubnetWay| {
            way.family == family && way.verdict == Verdict::Reachable && !stopped.contains(&way.subnet.as_str())
        };
        let others: Vec<&str> = self.ways.iter().filter(works).map(|way| way.subnet.as_str()).collect();
        let rest = if others.is_empty() {
            String::new()
        } else {
            format!("; calls that run in {} get through", in_words(&others))
        };
        format!(
            "function `{}` does not reach {} from {}{}{rest}",
            self.name(),
            self.target.words(),
            in_words(&stopped),
            wall.by()
        )
    }

    /// A finding about a wall: what is wrong, and what does not work therefore.
    pub fn finding(&self, wall: &Wall<'_>, what: &str) -> Finding {
        let detail = format!("{what}, so {}", self.consequence(wall));
        Self::subnets(wall)
            .into_iter()
            .fold(wall.finding(detail).about("lambda-function", self.name()), |finding, subnet| {
                finding.about("subnet", subnet)
            })
    }

    /// A finding about a NAT gateway or instance that a wall belongs to, with the way to mend it.
    pub fn nat_finding(&self, wall: &Wall<'_>) -> Finding {
        let device = wall.steps.iter().find(|step| step.component.kind == "nat-gateway").map(|step| &step.component);
        let named = device.unwrap_or(&wall.obstacle.component);
        let what = nat::words(wall.obstacle.cause, "function").unwrap_or_else(|| "does not work".to_owned());
        let finding = self.finding(wall, &format!("`{}` {what}", named.id)).about(named.kind, &named.id);
        match nat::mend(&self.site_of(wall), wall, &named.id) {
            Some(fix) => finding.fix(fix),
            None => finding,
        }
    }

    /// Where a subnet of the function is mended.
    pub fn site(&self, subnet: &str) -> Site<'a> {
        let own = self.vpc().into_iter().flat_map(|config| &config.subnet_ids).find(|id| *id == subnet);
        Site { network: self.network, vpc: self.vpc_id(), subnet: own.map_or("", String::as_str), who: "function" }
    }

    /// Where the first subnet of a wall is mended.
    pub fn site_of(&self, wall: &Wall<'_>) -> Site<'a> {
        self.site(wall.labels.first().copied().unwrap_or_default())
    }

    /// Where endpoints for the function are made: in each of its subnets.
    pub fn endpoint_place(&self) -> EndpointPlace<'a> {
        let config = self.vpc();
        let texts = |list: &'a [String]| list.iter().map(String::as_str).collect::<Vec<&'a str>>();
        EndpointPlace {
            site: self.site(config.and_then(|config| config.subnet_ids.first()).map_or("", String::as_str)),
            subnets: self.subnets_in_zones(),
            groups: config.map(|config| texts(&config.security_group_ids)).unwrap_or_default(),
            named: ("lambda-endpoints", "Endpoints for Lambda functions"),
        }
    }

    /// One of the function's subnets in each zone: an endpoint takes no more.
    fn subnets_in_zones(&self) -> Vec<&'a str> {
        let (mut zones, mut subnets) = (Vec::new(), Vec::new());
        for id in self.vpc().into_iter().flat_map(|config| &config.subnet_ids) {
            let zone = self.snapshot.subnets.get(id).ok().flatten().map_or("", |row| row.availability_zone.as_str());
            if zone.is_empty() || !zones.contains(&zone) {
                zones.push(zone);
                subnets.push(id.as_str());
            }
        }
        subnets
    }

    /// Whether a route table may be one of the function's own VPC: none is known to be another's.
    pub fn is_own_table(&self, id: &str) -> bool {
        let table = self.snapshot.route_tables.get(id).ok().flatten();
        table.is_none_or(|table| table.vpc_id == self.vpc_id())
    }

    /// Whether a finding is about a route of a hub behind a transit gateway.
    pub fn is_in_hub(&self, finding: &Finding) -> bool {
        let is_over = finding.path.iter().any(|step| step.component.kind.starts_with("transit-gateway"));
        let gateways = &self.snapshot.internet_gateways;
        let is_attached = |gateway: &InternetGateway| gateway.attachments.iter().any(|own| own.vpc_id == self.vpc_id());
        let is_far = finding.resources.first().is_some_and(|first| match first.kind {
            "route-table" => !self.is_own_table(&first.id),
            "internet-gateway" => gateways.get(&first.id).ok().flatten().is_some_and(|gateway| !is_attached(gateway)),
            _ => false,
        });
        is_over && is_far
    }

    /// Groups of the function.
    pub fn groups(&self) -> &'a [String] {
        self.vpc().map_or(&[], |config| &config.security_group_ids)
    }

    /// Whether the VPC is known to have no internet gateway, while a NAT gateway on a way needs one.
    pub fn lacks_internet_gateway(&self) -> bool {
        let vpc = self.vpc_id();
        let is_attached = |gateway: &InternetGateway| gateway.attachments.iter().any(|own| own.vpc_id == vpc);
        let attached = self.snapshot.internet_gateways.select("attachment.vpc-id", vpc, is_attached);
        attached.is_ok_and(|attached| attached.is_empty())
            && self.meets(|cause| matches!(cause, Cause::NatInPrivateSubnet | Cause::NatSubnetBlackhole))
    }

    /// NAT gateways on the ways, each once.
    pub fn nat_gateways(&self) -> Vec<&'a str> {
        let hops = self.ways.iter().flat_map(|way| &way.paths).flat_map(|path| &path.hops);
        let mut ids: Vec<&str> = hops
            .filter(|hop| hop.component.kind == "nat-gateway")
            .filter_map(|hop| self.snapshot.nat_gateways.get(&hop.component.id).ok().flatten())
            .map(|gateway| gateway.nat_gateway_id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn every_cause_and_every_fact_belongs_to_a_rule_that_is_there() {
        let ids: Vec<&str> = rules::LAMBDA.iter().map(|rule| rule.about.id).collect();
        let causes = Cause::ALL.iter().flat_map(|cause| [owner(*cause, Family::Ipv4), owner(*cause, Family::Ipv6)]);
        for id in causes.chain(OPAQUE.iter().map(|(_, id)| *id)) {
            assert!(ids.contains(&id), "{id}");
        }
    }
}
