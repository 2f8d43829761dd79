//! Which reads questions about paths need, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Mostly four rounds suffice: the ends;
//! their VPCs; what routes and groups refer to; what a transit gateway leads to. Prefix lists in the routes of a hub take a fifth.

mod scope;
mod subjects;
mod targets;
mod transit;
mod vpc;

use super::atlas::Atlas;
use super::case::Case;
use crate::net::Network;
use crate::snapshot::operations as op;
use crate::snapshot::{Gap, Operation, Read, Resource, Round, Snapshot, Table};
use scope::Scope;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Every call of AWS that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_NETWORK_INTERFACES,
    op::DESCRIBE_VPCS,
    op::DESCRIBE_SUBNETS,
    op::DESCRIBE_ROUTE_TABLES,
    op::DESCRIBE_NETWORK_ACLS,
    op::DESCRIBE_SECURITY_GROUPS,
    op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS,
    op::DESCRIBE_VPC_ENDPOINTS,
    op::DESCRIBE_NAT_GATEWAYS,
    op::DESCRIBE_INTERNET_GATEWAYS,
    op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS,
    op::DESCRIBE_VPC_PEERING_CONNECTIONS,
    op::GET_MANAGED_PREFIX_LIST_ENTRIES,
    op::DESCRIBE_TRANSIT_GATEWAYS,
    op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS,
    op::SEARCH_TRANSIT_GATEWAY_ROUTES,
    op::GET_FUNCTION_CONFIGURATION,
    op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
];

/// Values that EC2 takes for one filter.
///
/// Source: EC2 API reference, "Filter".
const MOST_VALUES: usize = 200;

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, cases: &[Case]) -> Vec<Read> {
    let network = Network::new(snapshot);
    let atlas = Atlas::new(&network);
    let mut plan = Plan { network: &network, snapshot, round: Round::new(snapshot) };
    plan.subjects(&atlas, cases);
    let scope = Scope::of(&atlas, cases);
    plan.instances(&scope);
    plan.vpcs(&scope);
    plan.targets(&scope);
    plan.transit(&scope);
    plan.round.into_reads()
}

struct Plan<'a> {
    network: &'a Network<'a>,
    snapshot: &'a Snapshot,
    round: Round<'a>,
}

impl Plan<'_> {
    /// Asks for the rows that a filter with these values selects, as far as nobody has asked for them. Ids are asked for by their filter
    /// too: one that is gone is then missing from the answer, where an id that is not found would fail the read for all of them.
    fn select<'v, T: Resource>(&mut self, table: &Table<T>, filter: &str, values: impl IntoIterator<Item = &'v str>) {
        let is_open = |value: &str| matches!(table.select(filter, value, |_| false), Err(Gap::NotAsked { .. }));
        let open: BTreeSet<&str> = values.into_iter().filter(|value| !value.is_empty() && is_open(value)).collect();
        let open: Vec<&str> = open.into_iter().collect();
        // `DescribeNatGateways` spells it in the singular.
        let member = if T::OPERATION == op::DESCRIBE_NAT_GATEWAYS { "Filter" } else { "Filters" };
        for values in open.chunks(MOST_VALUES) {
            self.round.ask(T::OPERATION, json!({ member: [{ "Name": filter, "Values": values }] }));
        }
    }

    /// Asks for rows by their ids, as far as they are not known.
    fn about<'v, T: Resource>(&mut self, table: &Table<T>, ids: impl IntoIterator<Item = &'v str>) {
        let ids: Vec<&str> = ids.into_iter().filter(|id| !matches!(table.get(id), Ok(Some(_)))).collect();
        self.select(table, T::FILTER, ids);
    }

    /// Asks for the blocks of prefix lists.
    fn prefix_lists<'v>(&mut self, ids: impl IntoIterator<Item = &'v str>) {
        let ids: BTreeSet<&str> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        for id in ids {
            self.round.ask(op::GET_MANAGED_PREFIX_LIST_ENTRIES, json!({ "PrefixListId": id }));
        }
    }
}

/// Values by the filter that finds them.
type ByFilter = BTreeMap<&'static str, BTreeSet<String>>;

#[cfg(test)]
mod tests {
    use super::super::case::Written;
    use super::*;
    use crate::snapshot::{Header, Outcome, Recorded};
    use serde_json::Value;

    fn cases(values: Value) -> Vec<Case> {
        let written: Vec<Written> = serde_json::from_value(values).unwrap();
        written.into_iter().map(|written| written.checked().unwrap()).collect()
    }

    /// Asks in rounds, gives each read the answer of `answer`, and tells the operations of each round.
    fn rounds(cases: &[Case], answer: impl Fn(&Read) -> Value) -> Vec<Vec<&'static str>> {
        let mut snapshot = Snapshot::new(Header::default());
        let mut rounds = Vec::new();
        loop {
            let asked = reads(&snapshot, cases);
            if asked.is_empty() {
                return rounds;
            }
            assert!(rounds.len() < 4, "a fifth round: {asked:?}");
            rounds.push(asked.iter().map(|read| read.operation.name).collect());
            for read in asked {
                snapshot.record(Recorded::new(&read, "", Outcome::Output(answer(&read)))).unwrap();
            }
        }
    }

    fn instance(id: &str, vpc: &str, subnet: &str, address: &str) -> Value {
        json!({ "InstanceId": id, "VpcId": vpc, "SubnetId": subnet, "State": { "Name": "running" }, "NetworkInterfaces": [
            { "NetworkInterfaceId": format!("eni-{id}"), "VpcId": vpc, "SubnetId": subnet, "PrivateIpAddress": address,
              "Groups": [{ "GroupId": "sg-1" }] }] })
    }

    /// Two VPCs of one instance each; every route of both leads to `target`.
    fn world(read: &Read, target: &Value) -> Value {
        let table = |id: &str, vpc: &str| {
            let mut route = target.clone();
            route["DestinationCidrBlock"] = json!("0.0.0.0/0");
            route["State"] = json!("active");
            json!({ "RouteTableId": id, "VpcId": vpc, "Associations": [{ "Main": true }], "Routes": [route] })
        };
        match read.operation.name {
            "DescribeInstances" => json!({ "Reservations": [{ "Instances": [
                instance("i-0aaaaaaa", "vpc-1", "subnet-1", "10.0.1.10"), instance("i-0bbbbbbb", "vpc-2", "subnet-2", "10.1.1.10"),
                instance("i-0ccccccc", "vpc-1", "subnet-1", "10.0.1.12")] }] }),
            "DescribeSubnets" => {
                json!({ "Subnets": [{ "SubnetId": "subnet-1", "VpcId": "vpc-1" }, { "SubnetId": "subnet-2", "VpcId": "vpc-2" }] })
            }
            "DescribeRouteTables" => json!({ "RouteTables": [table("rtb-1", "vpc-1"), table("rtb-2", "vpc-2")] }),
            "DescribeTransitGatewayAttachments" => json!({ "TransitGatewayAttachments": [
                { "TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": "vpc-1",
                  "Association": { "TransitGatewayRouteTableId": "tgw-rtb-1" } },
                { "TransitGatewayAttachmentId": "tgw-attach-9", "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": "vpc-9",
                  "Association": { "TransitGatewayRouteTableId": "tgw-rtb-9" } }] }),
            "SearchTransitGatewayRoutes" => {
                json!({ "Routes": [{ "DestinationCidrBlock": "0.0.0.0/0", "State": "active", "Type": "static",
                "TransitGatewayAttachments": [{ "ResourceId": "vpc-9", "ResourceType": "vpc", "TransitGatewayAttachmentId": "tgw-attach-9" }] }] })
            }
            "DescribeSecurityGroups" => json!({ "SecurityGroups": [{ "GroupId": "sg-1", "VpcId": "vpc-1",
                "IpPermissions": [{ "IpProtocol": "-1", "PrefixListIds": [{ "PrefixListId": "pl-1" }] }] }] }),
            "DescribeVpcBlockPublicAccessOptions" => {
                json!({ "VpcBlockPublicAccessOptions": { "InternetGatewayBlockMode": "block-ingress" } })
            }
            "GetManagedPrefixListEntries" => json!({ "Entries": [] }),
            "GetFunctionConfiguration" => {
                json!({ "FunctionName": "web", "VpcConfig": { "VpcId": "vpc-1", "SubnetIds": ["subnet-1"],
                "SecurityGroupIds": ["sg-1"] } })
            }
            "DescribeInstanceConnectEndpoints" => json!({ "InstanceConnectEndpoints": [{
                "InstanceConnectEndpointId": "eice-0aaaaaaa", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "create-complete",
                "SecurityGroupIds": ["sg-1"], "NetworkInterfaceIds": ["eni-0eeeeeee"], "PreserveClientIp": false }] }),
            "Resolve" => json!({ "Addresses": ["52.1.1.1"] }),
            name => {
                let member = name.trim_start_matches("Describe");
                json!({ member: [] })
            }
        }
    }

    #[test]
    fn a_path_inside_a_vpc_takes_no_gateways() {
        let rounds = rounds(&cases(json!([{ "from": "i-0aaaaaaa", "to": "i-0ccccccc" }])), |read| {
            world(read, &json!({ "GatewayId": "igw-1" }))
        });
        assert_eq!(rounds[0], ["DescribeInstances"]);
        assert!(rounds.concat().iter().all(|name| !name.contains("Gateway")), "{rounds:?}");
        assert_eq!(rounds.concat().len(), 8, "{rounds:?}");
    }

    #[test]
    fn a_path_to_the_internet_asks_for_what_routes_lead_to() {
        let asked = rounds(&cases(json!([{ "from": "i-0aaaaaaa", "to": "internet", "port": 443 }])), |read| {
            world(read, &json!({ "NatGatewayId": "nat-1" }))
        });
        assert_eq!(asked.len(), 4, "{asked:?}");
        for name in [
            "DescribeNatGateways",
            "DescribeInternetGateways",
            "DescribeVpcEndpoints",
            "DescribeVpcBlockPublicAccessExclusions",
        ] {
            assert!(asked.concat().contains(&name), "{name}: {asked:?}");
        }
        assert!(asked.concat().len() <= 18, "{asked:?}");
    }

    #[test]
    fn lists_of_routes_count_wherever_packets_may_pass() {
        let lists = |to: &str| {
            let asked = rounds(&cases(json!([{ "from": "i-0aaaaaaa", "to": to, "port": 443 }])), |read| {
                let mut answer = world(read, &json!({ "NatGatewayId": "nat-1" }));
                if let Some(tables) = answer["RouteTables"].as_array_mut() {
                    tables.push(
                        json!({ "RouteTableId": "rtb-9", "VpcId": "vpc-1", "Associations": [{ "SubnetId": "subnet-9" }],
                        "Routes": [{ "DestinationPrefixListId": "pl-9", "GatewayId": "igw-1", "State": "active" }] }),
                    );
                }
                answer
            });
            asked.concat().iter().filter(|name| **name == "GetManagedPrefixListEntries").count()
        };
        assert_eq!(
            (lists("i-0ccccccc"), lists("internet")),
            (1, 2),
            "that of the group, and that of the NAT gateway's subnet"
        );
    }

    #[test]
    fn ends_in_two_vpcs_are_asked_for_together() {
        let rounds = rounds(&cases(json!([{ "from": "i-0aaaaaaa", "to": "i-0bbbbbbb" }])), |read| {
            world(read, &json!({ "VpcPeeringConnectionId": "pcx-1" }))
        });
        assert_eq!(rounds[1].iter().filter(|name| **name == "DescribeRouteTables").count(), 1);
        assert!(rounds[2].contains(&"DescribeVpcPeeringConnections"), "{rounds:?}");
    }

    #[test]
    fn a_hub_behind_a_transit_gateway_is_reached_in_the_fourth_round() {
        let rounds = rounds(&cases(json!([{ "from": "i-0aaaaaaa", "to": "52.1.1.1", "port": 443 }])), |read| {
            world(read, &json!({ "TransitGatewayId": "tgw-1" }))
        });
        assert!(
            rounds[2].contains(&"SearchTransitGatewayRoutes")
                && rounds[2].contains(&"DescribeTransitGatewayVpcAttachments"),
            "{rounds:?}"
        );
        assert!(
            rounds[3].contains(&"DescribeRouteTables") && rounds[3].contains(&"SearchTransitGatewayRoutes"),
            "{rounds:?}"
        );
    }

    #[test]
    fn what_starts_from_an_endpoint_or_a_function_takes_no_round_more() {
        for from in ["eice-0aaaaaaa", "function:web"] {
            for to in ["i-0bbbbbbb", "i-0ccccccc"] {
                let asked = rounds(&cases(json!([{ "from": from, "to": to, "port": 22 }])), |read| {
                    world(read, &json!({ "TransitGatewayId": "tgw-1" }))
                });
                let hub = asked.iter().rposition(|round| round.contains(&"DescribeRouteTables"));
                let wanted = if to == "i-0bbbbbbb" { 3 } else { 1 };
                assert_eq!(hub, Some(wanted), "{from} to {to}: {asked:?}");
            }
        }
    }

    #[test]
    fn functions_and_names_are_asked_for_first() {
        let all = cases(
            json!([{ "from": "function:web", "to": "api.example.com", "port": 443 }, { "from": "function:web", "to": "api.example.com" }]),
        );
        let rounds = rounds(&all, |read| world(read, &json!({ "GatewayId": "igw-1" })));
        assert_eq!(rounds[0], ["GetFunctionConfiguration", "Resolve"]);
        assert!(rounds[1].contains(&"DescribeSubnets"), "{rounds:?}");
    }

    #[test]
    fn every_call_is_among_the_permissions() {
        let all = cases(json!([
            { "from": "i-0aaaaaaa", "to": "2a05::1" }, { "from": "function:web", "to": "10.1.1.10" }, { "from": "web", "to": "eni-0aaaaaaa" },
            { "from": "52.1.1.1@internet", "to": "ip-10-0-0-1.ec2.internal" }, { "from": "eice-0aaaaaaa", "to": "i-0bbbbbbb", "port": 22 }, { "from": "i-0bbbbbbb@10.1.1.10", "to": "internet" }]));
        for target in
            ["TransitGatewayId", "VpcPeeringConnectionId", "NatGatewayId", "EgressOnlyInternetGatewayId", "InstanceId"]
        {
            for name in rounds(&all, |read| world(read, &json!({ target: "x-1" }))).concat() {
                let is_listed = READS.iter().any(|operation| operation.name == name) || name == op::RESOLVE.name;
                assert!(is_listed, "{name}");
            }
        }
    }
}
