//! Which resolver a VPC has, and whose answer a name gets there.
//!
//! Source: VPC user guide, "DNS attributes for your VPC" and "DHCP option sets"; Route 53 developer guide, "Considerations when working
//! with a private hosted zone". Resolver rules and DNS Firewall are judged by rules of their own and do not count here.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::proof;
use crate::snapshot::ec2::{DhcpOptions, Vpc};
use crate::snapshot::resolver::HostedZoneSummary;
use crate::snapshot::ssm::VpcAttribute;
use crate::snapshot::{Gap, Snapshot, operations};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};

/// The DNS servers that a VPC hands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// The Amazon resolver.
    Amazon,
    /// Others, by address as the option set lists them; none when there is no option set.
    Custom(Vec<String>),
}

/// Name resolution in a VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcDns {
    /// The VPC.
    pub vpc: String,
    /// `enableDnsSupport`: whether the Amazon resolver answers.
    pub support: Result<bool, Gap>,
    /// `enableDnsHostnames`: with it, private names of endpoints work.
    pub hostnames: Result<bool, Gap>,
    /// Whom instances ask.
    pub servers: Result<Servers, Gap>,
}

/// What is known of name resolution in a VPC.
pub(in crate::net) fn of_vpc(snapshot: &Snapshot, vpc: &str) -> VpcDns {
    VpcDns {
        vpc: vpc.to_owned(),
        support: attribute(snapshot, vpc, "enableDnsSupport", |answer| {
            answer.enable_dns_support.as_ref()?.value.into()
        }),
        hostnames: attribute(snapshot, vpc, "enableDnsHostnames", |answer| {
            answer.enable_dns_hostnames.as_ref()?.value.into()
        }),
        servers: servers(snapshot, vpc),
    }
}

fn attribute(
    snapshot: &Snapshot,
    vpc: &str,
    name: &str,
    value: impl Fn(&VpcAttribute) -> Option<bool>,
) -> Result<bool, Gap> {
    let answer = snapshot.vpc_attributes.get(&format!("{vpc}/{name}"))?;
    answer.and_then(value).ok_or_else(|| Gap::opaque(format!("`{name}` of VPC `{vpc}`")))
}

fn servers(snapshot: &Snapshot, vpc: &str) -> Result<Servers, Gap> {
    let absent = || Gap::opaque(format!("the DHCP options of VPC `{vpc}`"));
    let row = snapshot.vpcs.get(vpc)?.ok_or_else(absent)?;
    if row.dhcp_options_id == "default" {
        return Ok(Servers::Custom(Vec::new()));
    }
    let options = snapshot.dhcp_options.get(&row.dhcp_options_id)?.ok_or_else(absent)?;
    let named = options.dhcp_configurations.iter().filter(|option| option.key == "domain-name-servers");
    let servers: Vec<String> = named.flat_map(|option| &option.values).map(|value| value.value.clone()).collect();
    let own = resolver_addresses(row);
    let is_amazon = |server: &String| {
        server == "AmazonProvidedDNS" || server.parse().is_ok_and(|address: IpAddr| own.contains(address))
    };
    Ok(if servers.iter().all(is_amazon) && !servers.is_empty() { Servers::Amazon } else { Servers::Custom(servers) })
}

/// The addresses at which the Amazon resolver answers: two above the start of each IPv4 block of the VPC, and the link-local ones.
pub fn resolver_addresses(vpc: &Vpc) -> AddressSet {
    let blocks = vpc.cidr_block_association_set.iter().map(|block| block.cidr_block.as_str());
    let bases =
        blocks.chain([vpc.cidr_block.as_str()]).filter_map(|block| block.parse::<ipnetwork::Ipv4Network>().ok());
    let two_above = bases.filter_map(|block| u32::from(block.network()).checked_add(2));
    two_above
        .map(|address| AddressSet::one(Ipv4Addr::from(address).into()))
        .fold(AddressSet::of(["169.254.169.253", "fd00:ec2::253"]), |set, address| set.union(&address))
}

impl VpcDns {
    /// The obstacle that `enableDnsSupport` is when it is off.
    pub fn support_off(&self) -> Obstacle {
        self.off(Cause::DnsSupportOff, "EnableDnsSupport", "enableDnsSupport is off")
    }

    /// The obstacle that `enableDnsHostnames` is when it is off.
    pub fn hostnames_off(&self) -> Obstacle {
        self.off(Cause::DnsHostnamesOff, "EnableDnsHostnames", "enableDnsHostnames is off")
    }

    fn off(&self, cause: Cause, member: &str, by: &str) -> Obstacle {
        let field = format!("{member}.Value");
        let evidence = Evidence::new(operations::DESCRIBE_VPC_ATTRIBUTE, &self.vpc, field, json!(false));
        Obstacle::new(cause, Component::new("vpc", &self.vpc), vec![evidence]).by(by)
    }

    /// That the VPC hands out servers of its own, whose answers are not known.
    pub fn custom_servers(&self, snapshot: &Snapshot, servers: &[String]) -> Obstacle {
        let row = snapshot.vpcs.known().iter().find(|row| row.vpc_id == self.vpc);
        let options = row.map(|row| row.dhcp_options_id.clone()).unwrap_or_default();
        let evidence = vec![proof::of::<DhcpOptions>(snapshot, &options, "DhcpConfigurations")];
        let mut obstacle = Obstacle::new(Cause::CustomDns, Component::new("dhcp-options", options), evidence);
        obstacle.effect = Effect::Possible;
        obstacle.by(if servers.is_empty() {
            "no DHCP option names a DNS server".to_owned()
        } else {
            format!("domain-name-servers: {}", servers.join(", "))
        })
    }
}

/// What the servers of a VPC answer for a name: the fact behind custom DNS.
pub fn answers_gap(servers: &[String], name: &str) -> Gap {
    if servers.is_empty() {
        Gap::opaque(format!("which DNS servers are asked for `{name}`"))
    } else {
        Gap::opaque(format!("what the DNS servers {} answer for `{name}`", servers.join(", ")))
    }
}

/// The private hosted zone of the VPC that answers for a name, unless an endpoint made it.
///
/// # Errors
/// Why it is not known whether there is one.
pub fn private_zone<'a>(snapshot: &'a Snapshot, vpc: &str, name: &str) -> Result<Option<&'a HostedZoneSummary>, Gap> {
    let Some(zones) = snapshot.hosted_zones.get(vpc)? else { return Ok(None) };
    let covering = zones.hosted_zone_summaries.iter().filter(|zone| covers(&zone.name, name));
    let closest = covering.max_by_key(|zone| zone.name.len());
    Ok(closest.filter(|zone| !zone.owner.owning_service.contains("vpce")))
}

/// Whether a zone is the name itself or a parent of it; zones carry a final dot.
fn covers(zone: &str, name: &str) -> bool {
    let zone = zone.trim_end_matches('.').to_ascii_lowercase();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !zone.is_empty() && (name == zone || name.strip_suffix(&zone).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::world;

    fn with_servers(servers: &[&str]) -> Result<Servers, Gap> {
        let values: Vec<_> = servers.iter().map(|server| json!({"Value": server})).collect();
        let snapshot = world(json!({
            "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}],
            "DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
                {"Key": "domain-name", "Values": [{"Value": "corp"}]}, {"Key": "domain-name-servers", "Values": values}]}]}));
        of_vpc(&snapshot, "vpc-1").servers
    }

    #[test]
    fn the_amazon_resolver_has_many_names() {
        for servers in [&["AmazonProvidedDNS"][..], &["10.0.0.2"], &["169.254.169.253", "10.0.0.2"]] {
            assert_eq!(with_servers(servers).unwrap(), Servers::Amazon, "{servers:?}");
        }
        assert_eq!(
            with_servers(&["10.0.0.2", "10.9.9.9"]).unwrap(),
            Servers::Custom(vec!["10.0.0.2".into(), "10.9.9.9".into()])
        );
        assert_eq!(with_servers(&[]).unwrap(), Servers::Custom(vec![]));
        let none = world(json!({"Vpcs": [{"VpcId": "vpc-1", "DhcpOptionsId": "default"}]}));
        assert_eq!(of_vpc(&none, "vpc-1").servers.unwrap(), Servers::Custom(vec![]));
        let unasked = world(json!({"Vpcs": [{"VpcId": "vpc-1", "DhcpOptionsId": "dopt-1"}]}));
        assert_eq!(of_vpc(&unasked, "vpc-1").servers.unwrap_err().action(), Some("ec2:DescribeDhcpOptions"));
    }

    #[test]
    fn attributes_are_on_off_or_not_known() {
        let snapshot = world(json!({"VpcAttributes": {"enableDnsSupport": true, "enableDnsHostnames": false}}));
        let dns = of_vpc(&snapshot, "vpc-1");
        assert_eq!((dns.support.clone(), dns.hostnames.clone()), (Ok(true), Ok(false)));
        assert_eq!(dns.hostnames_off().evidence[0].field, "EnableDnsHostnames.Value");
        assert!(of_vpc(&snapshot, "vpc-2").support.is_err());
    }

    #[test]
    fn the_closest_zone_answers() {
        let name = "ssm.eu-west-1.amazonaws.com";
        for (zone, answers) in [
            ("ssm.eu-west-1.amazonaws.com.", true),
            ("amazonaws.com.", true),
            ("sm.eu-west-1.amazonaws.com.", false),
            ("s3.eu-west-1.amazonaws.com.", false),
            (".", false),
        ] {
            let snapshot = world(json!({"HostedZones": [zone]}));
            assert_eq!(private_zone(&snapshot, "vpc-1", name).unwrap().is_some(), answers, "{zone}");
        }
        assert!(private_zone(&Snapshot::default(), "vpc-1", name).is_err());
    }
}
