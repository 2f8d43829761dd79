//! A Lambda function as the start of connections: one place for each subnet that it is attached to.
//!
//! Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC" and "Enable internet access".

use super::atlas::{Atlas, Row};
use super::end::{End, Place, place};
use super::fault;
use super::problem::{Problem, found};
use crate::net::{AddressSet, Family, Interface};
use crate::snapshot::ec2::{NetworkInterface, Subnet, is};
use crate::snapshot::lambda::FunctionVpcConfig;
use crate::snapshot::{Gap, Snapshot};
use std::net::IpAddr;

/// A function by name or ARN.
pub(super) fn end<'a>(atlas: &Atlas<'a>, name: &str) -> Result<End<'a>, Problem> {
    let function = found(atlas.snapshot.functions.get(name), &format!("function `{name}`"))?;
    let shown = if function.function_name.is_empty() { name } else { &function.function_name };
    let mut end = End::new("lambda-function", shown);
    end.faults.extend(fault::function_failed(function));
    let Some(config) = function.vpc_config.as_ref().filter(|config| !config.subnet_ids.is_empty()) else {
        return Ok(end.at(shown, Place::ServiceNetwork));
    };
    Ok(config.subnet_ids.iter().fold(end, |end, id| match subnet(atlas.snapshot, id) {
        Ok(subnet) => match interface(atlas, &function.function_name, config, subnet) {
            Some(own) => end.at(id, place(own)),
            None => end.missing(Gap::opaque(format!("the interfaces of function `{shown}` in subnet `{id}`"))),
        },
        Err(gap) => end.missing(gap),
    }))
}

fn subnet<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Subnet, Gap> {
    snapshot.subnets.get(id)?.ok_or_else(|| Gap::opaque(format!("subnet `{id}`, where the function is attached")))
}

/// The interface of the function in a subnet, under the address that it is known to have, or any address of the subnet. It never has
/// a public IPv4 address.
fn interface<'a>(
    atlas: &Atlas<'a>,
    function: &'a str,
    config: &FunctionVpcConfig,
    subnet: &'a Subnet,
) -> Option<Interface<'a>> {
    let own = atlas.rows().iter().find_map(|row| match row {
        Row::Listed(eni) if is_own(eni, config, subnet) => Some(*eni),
        _ => None,
    });
    let name = match own {
        Some(eni) => ("network-interface", eni.network_interface_id.as_str()),
        None => ("lambda-function", function),
    };
    let mut interface = atlas.network.stand_in(&subnet.subnet_id, &config.security_group_ids, name)?;
    let block = atlas.network.block_of(interface.subnet())?;
    interface.ipv4 = match own.and_then(|eni| eni.private_ip_address.parse::<IpAddr>().ok()) {
        Some(address) => AddressSet::one(address),
        None => block.of_family(Family::Ipv4),
    };
    if config.ipv6_allowed_for_dual_stack {
        interface.ipv6 = block.of_family(Family::Ipv6);
    }
    Some(interface)
}

/// Whether an interface is the one that all functions with these groups share in a subnet.
fn is_own(eni: &NetworkInterface, config: &FunctionVpcConfig, subnet: &Subnet) -> bool {
    let is_of_lambda = is(&eni.interface_type, "lambda") || eni.description.starts_with("AWS Lambda VPC ENI");
    let mut groups: Vec<&str> = eni.groups.iter().map(|group| group.group_id.as_str()).collect();
    let mut wanted: Vec<&str> = config.security_group_ids.iter().map(String::as_str).collect();
    groups.sort_unstable();
    wanted.sort_unstable();
    is_of_lambda && eni.subnet_id == subnet.subnet_id && groups == wanted
}

#[cfg(test)]
mod tests {
    use super::super::testing::{add, function, small};
    use super::*;
    use crate::evidence::Component;
    use crate::net::Network;
    use crate::snapshot::{Outcome, Read, Recorded, operations as op};
    use serde_json::json;

    fn interfaces<'e>(end: &'e End<'_>) -> Vec<&'e Interface<'e>> {
        let places = end.spots.iter().map(|spot| &spot.place);
        places.filter_map(|place| if let Place::Interface(own) = place { Some(own.as_ref()) } else { None }).collect()
    }

    #[test]
    fn each_subnet_is_a_place_and_none_has_a_public_address() {
        let mut snapshot = small();
        let config =
            json!({ "VpcId": "vpc-1", "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-0aaaaaaa"] });
        function(&mut snapshot, "web", &config);
        add(
            &mut snapshot,
            json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0fffffff", "VpcId": "vpc-1", "SubnetId": "subnet-2",
            "InterfaceType": "lambda", "PrivateIpAddress": "10.0.2.77", "Groups": [{ "GroupId": "sg-0aaaaaaa" }], "Status": "in-use" }] }),
        );
        let network = Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let found = end(&atlas, "arn:aws:lambda:eu-west-1:123456789012:function:web:prod").unwrap();
        let shown: Vec<String> = interfaces(&found).iter().map(|origin| origin.ipv4.to_string()).collect();
        assert_eq!(shown, ["10.0.1.0/24", "10.0.2.77"]);
        assert!(interfaces(&found).iter().all(|origin| origin.public_ipv4.is_none() && origin.ipv6.is_empty()));
        assert_eq!(found.component, Component::new("lambda-function", "web"));
    }

    #[test]
    fn a_function_without_vpc_sends_from_the_network_of_lambda() {
        let mut snapshot = small();
        function(&mut snapshot, "web", &json!({ "VpcId": "", "SubnetIds": [], "SecurityGroupIds": [] }));
        let network = Network::new(&snapshot);
        let found = end(&Atlas::new(&network), "web").unwrap();
        assert_eq!(found.spots[0].place, Place::ServiceNetwork);
        assert!(matches!(end(&Atlas::new(&network), "other"), Err(Problem::NotReadable(..))));
    }

    #[test]
    fn a_function_that_failed_sends_nothing() {
        let mut snapshot = small();
        let config = json!({ "VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-0aaaaaaa"] });
        function(&mut snapshot, "web", &config);
        for (state, faults) in [("Failed", 1), ("Inactive", 0), ("Active", 0)] {
            let read = Read::new(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": state }));
            let output = json!({ "FunctionName": state, "State": state, "VpcConfig": config });
            snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).unwrap();
            let network = Network::new(&snapshot);
            let found = end(&Atlas::new(&network), state).unwrap();
            assert_eq!(found.faults.len(), faults, "{state}");
        }
    }

    #[test]
    fn a_subnet_that_is_not_known_is_a_gap() {
        let mut snapshot = small();
        function(
            &mut snapshot,
            "web",
            &json!({ "VpcId": "vpc-1", "SubnetIds": ["subnet-1", "subnet-9"], "SecurityGroupIds": ["sg-0aaaaaaa"],
            "Ipv6AllowedForDualStack": true }),
        );
        let network = Network::new(&snapshot);
        let found = end(&Atlas::new(&network), "web").unwrap();
        assert_eq!((found.spots.len(), found.gaps.len()), (1, 1));
        assert_eq!(interfaces(&found)[0].ipv6.to_string(), "2a05:d018::/64");
    }
}
