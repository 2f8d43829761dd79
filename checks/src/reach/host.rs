//! Host names: those that the facts know, and those that the operating system looked up.

use super::atlas::{Atlas, Row};
use super::end::{End, Place};
use crate::snapshot::ec2::{Instance, VpcEndpoint, is};
use crate::snapshot::{Gap, Snapshot};
use std::net::IpAddr;

/// Names that AWS gives to endpoints, which lead to them from everywhere.
const ENDPOINT: &str = ".vpce.amazonaws.com";

/// Where a name leads, as it is asked for in `vpc`, or outside of every VPC.
pub(super) fn end<'a>(atlas: &Atlas<'a>, name: &str, vpc: Option<&str>) -> End<'a> {
    if let Some(instance) = atlas.named(name) {
        return of_instance(atlas, name, instance, vpc);
    }
    if let Some(endpoint) = endpoint(atlas.snapshot, name, vpc) {
        return of_endpoint(atlas, name, endpoint);
    }
    let empty = End::new("host", name);
    let unknown = |why: String| Gap::opaque(format!("which address `{name}` has{why}"));
    match atlas.snapshot.resolutions.get(name) {
        Ok(Some(resolution)) => {
            let addresses = resolution.addresses.iter().filter_map(|text| text.parse().ok());
            let end = addresses.fold(empty, at);
            if end.spots.is_empty() { end.missing(unknown(String::new())) } else { end }
        }
        Err(Gap::Failed { message, .. }) => empty.missing(unknown(format!(" (it could not be looked up: {message})"))),
        Ok(None) | Err(_) => empty.missing(unknown(String::new())),
    }
}

fn at(end: End<'_>, address: IpAddr) -> End<'_> {
    end.at(address.to_string(), Place::Address(address))
}

/// A name of an instance. That of the public address leads to the private one inside the VPC.
///
/// Source: VPC user guide, "DNS attributes for your VPC".
fn of_instance<'a>(atlas: &Atlas<'a>, name: &str, instance: &'a Instance, vpc: Option<&str>) -> End<'a> {
    let is_private = name.eq_ignore_ascii_case(&instance.private_dns_name);
    let is_inside = vpc == Some(instance.vpc_id.as_str());
    let mut end = atlas.of_instance(instance);
    end.component.kind = "host";
    name.clone_into(&mut end.component.id);
    match instance.public_ip_address.parse() {
        Ok(address) if !is_private && !is_inside => {
            end.spots.clear();
            at(end, address)
        }
        _ => end,
    }
}

/// The endpoint that a name leads to: by its own name from everywhere, by the name of its service inside its VPC.
fn endpoint<'a>(snapshot: &'a Snapshot, name: &str, vpc: Option<&str>) -> Option<&'a VpcEndpoint> {
    let is_own = name.ends_with(ENDPOINT);
    snapshot.vpc_endpoints.known().iter().find(|endpoint| {
        let knows = || endpoint.dns_entries.iter().any(|entry| is(&entry.dns_name, name));
        is(&endpoint.vpc_endpoint_type, "Interface")
            && (is_own || vpc == Some(endpoint.vpc_id.as_str()))
            && (knows() || (!is_own && endpoint.private_dns_enabled && is_name_of(endpoint, name)))
    })
}

/// Whether a name is the regional one of the service, `ssm.eu-west-1.amazonaws.com` for `com.amazonaws.eu-west-1.ssm`.
fn is_name_of(endpoint: &VpcEndpoint, name: &str) -> bool {
    let mut parts = endpoint.service_name.splitn(4, '.');
    let (Some("com"), Some("amazonaws"), Some(region), Some(service)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    name == format!("{service}.{region}.amazonaws.com")
}

fn of_endpoint<'a>(atlas: &Atlas<'a>, name: &str, endpoint: &VpcEndpoint) -> End<'a> {
    let mut end = End::new("host", name);
    let mut unseen = false;
    for id in &endpoint.network_interface_ids {
        match atlas.interface(id) {
            Some(row @ Row::Listed(_)) => end = atlas.with_interface(end, row.id()),
            _ => unseen = true,
        }
    }
    if unseen || end.spots.is_empty() {
        end = end.missing(Gap::opaque(format!("the addresses of VPC endpoint `{}`", endpoint.vpc_endpoint_id)));
    }
    end
}

/// The endpoint id in a name that AWS gives to an endpoint: `vpce-0abc-1a2b.ssm.eu-west-1.vpce.amazonaws.com`.
pub(super) fn endpoint_id(name: &str) -> Option<String> {
    let label = name.strip_suffix(ENDPOINT)?.split('.').next()?;
    let mut parts = label.split('-');
    match (parts.next(), parts.next()) {
        (Some("vpce"), Some(digits)) => Some(format!("vpce-{digits}")),
        _ => None,
    }
}

/// Whether EC2 gives such names to instances, by the filter of `DescribeInstances` that finds them.
///
/// Source: EC2 user guide, "EC2 instance hostnames and domains".
pub(super) fn instance_filter(name: &str) -> Option<&'static str> {
    if name.ends_with(".compute.internal") || name.ends_with(".ec2.internal") {
        Some("private-dns-name")
    } else if name.starts_with("ec2-") && (name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")) {
        Some("dns-name")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ENI, add, small};
    use super::*;
    use crate::net::Family;
    use crate::net::Network;
    use crate::snapshot::dns::NOT_RESOLVED;
    use crate::snapshot::{Outcome, Read, Recorded, operations as op};
    use serde_json::{Value, json};

    fn with(outcome: Outcome) -> Snapshot {
        let mut snapshot = small();
        let read = Read::new(op::RESOLVE, json!({ "Name": "db.example.com" }));
        snapshot.record(Recorded::new(&read, "", outcome)).unwrap();
        snapshot
    }

    fn labels<'e>(end: &'e End<'_>) -> Vec<&'e str> {
        end.spots.iter().map(|spot| spot.label.as_str()).collect()
    }

    #[test]
    fn a_public_name_leads_to_the_private_address_inside_the_vpc() {
        let snapshot = small();
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let name = "ec2-18-0-0-10.eu-west-1.compute.amazonaws.com";
        assert_eq!(labels(&end(&atlas, name, Some("vpc-1"))), [ENI]);
        assert_eq!(labels(&end(&atlas, name, Some("vpc-2"))), ["18.0.0.10"]);
        assert_eq!(labels(&end(&atlas, name, None)), ["18.0.0.10"]);
        assert_eq!(labels(&end(&atlas, "ip-10-0-1-10.eu-west-1.compute.internal", None)), [ENI]);
    }

    #[test]
    fn the_name_of_a_service_leads_to_its_endpoint_inside_the_vpc_only() {
        let mut snapshot = small();
        let endpoint = |members: Value| {
            let mut endpoint = json!({ "VpcEndpointId": "vpce-0abc", "VpcEndpointType": "Interface", "VpcId": "vpc-1",
                "ServiceName": "com.amazonaws.eu-west-1.ssm", "State": "available", "NetworkInterfaceIds": ["eni-0eeeeeee"],
                "DnsEntries": [{ "DnsName": "vpce-0abc-1a2b.ssm.eu-west-1.vpce.amazonaws.com" }] });
            endpoint["PrivateDnsEnabled"] = members;
            json!({ "VpcEndpoints": [endpoint], "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0eeeeeee",
                "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.90", "Status": "in-use" }] })
        };
        add(&mut snapshot, endpoint(json!(true)));
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let service = "ssm.eu-west-1.amazonaws.com";
        assert_eq!(labels(&end(&atlas, service, Some("vpc-1"))), ["eni-0eeeeeee"]);
        assert!(end(&atlas, service, Some("vpc-2")).spots.is_empty());
        let own = "vpce-0abc-1a2b.ssm.eu-west-1.vpce.amazonaws.com";
        assert_eq!(labels(&end(&atlas, own, Some("vpc-2"))), ["eni-0eeeeeee"]);
        assert_eq!(endpoint_id(own).as_deref(), Some("vpce-0abc"));
        add(&mut snapshot, endpoint(json!(false)));
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        assert!(end(&atlas, service, Some("vpc-1")).spots.is_empty());
    }

    #[test]
    fn every_address_of_a_name_is_a_place() {
        let snapshot = with(Outcome::Output(json!({ "Addresses": ["52.1.1.1", "2a05::1"] })));
        let network = Network::new(&snapshot);
        let found = end(&Atlas::new(&network), "db.example.com", None);
        assert_eq!(labels(&found), ["52.1.1.1", "2a05::1"]);
        assert!(found.has(Family::Ipv4) && found.has(Family::Ipv6));
    }

    #[test]
    fn a_name_without_address_is_a_missing_fact() {
        let failed = Outcome::Error { code: NOT_RESOLVED.to_owned(), message: "no such host".to_owned() };
        let snapshot = with(failed);
        let network = Network::new(&snapshot);
        let found = end(&Atlas::new(&network), "db.example.com", None);
        assert_eq!(
            found.gaps[0].to_string(),
            "which address `db.example.com` has (it could not be looked up: no such host) cannot be seen from here"
        );
        let snapshot = small();
        let network = Network::new(&snapshot);
        let unasked = end(&Atlas::new(&network), "db.example.com", None);
        assert!(unasked.spots.is_empty() && unasked.gaps.len() == 1);
    }

    #[test]
    fn names_of_instances_are_known_by_their_form() {
        assert_eq!(instance_filter("ip-10-0-1-10.ec2.internal"), Some("private-dns-name"));
        assert_eq!(instance_filter("ec2-18-0-0-10.compute-1.amazonaws.com"), Some("dns-name"));
        assert_eq!(instance_filter("ec2.eu-west-1.amazonaws.com"), None);
        assert_eq!(instance_filter("db.example.com"), None);
    }
}
