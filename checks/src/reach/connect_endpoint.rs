//! An EC2 Instance Connect Endpoint as the start of connections: its interface, under an address of its subnet where nobody knows it.

use super::atlas::Atlas;
use super::end::{End, Place};
use super::fault;
use super::problem::{Problem, found};
use crate::net::endpoint::serves;
use crate::net::{AddressSet, Family, Interface};
use crate::snapshot::Gap;
use crate::snapshot::ec2::InstanceConnectEndpoint;

/// An endpoint by its id.
pub(super) fn end<'a>(atlas: &Atlas<'a>, id: &str) -> Result<End<'a>, Problem> {
    let what = format!("EC2 Instance Connect Endpoint `{id}`");
    let endpoint = found(atlas.snapshot.instance_connect_endpoints.get(id), &what)?;
    let mut end = End::new("instance-connect-endpoint", id);
    end.faults.extend(fault::not_complete(endpoint));
    if endpoint.preserve_client_ip.is_none() {
        end = end.missing(Gap::opaque(format!("whether `{id}` preserves the address of the client")));
    }
    Ok(match interface(atlas, endpoint) {
        Some(own) => {
            let preserves_client_ip = endpoint.preserve_client_ip == Some(true);
            end.at(id, Place::ConnectEndpoint { interface: Box::new(own), preserves_client_ip })
        }
        None => end.missing(Gap::opaque(format!("the interface of `{id}`"))),
    })
}

fn interface<'a>(atlas: &Atlas<'a>, endpoint: &'a InstanceConnectEndpoint) -> Option<Interface<'a>> {
    let id = endpoint.instance_connect_endpoint_id.as_str();
    let name = ("instance-connect-endpoint", id);
    let mut interface = atlas.network.stand_in(&endpoint.subnet_id, &endpoint.security_group_ids, name)?;
    let known = endpoint.network_interface_ids.iter().find_map(|id| atlas.network.interface(id));
    if let Some(own) = known {
        (interface.ipv4, interface.ipv6) = (own.ipv4.clone(), own.ipv6.clone());
        return Some(interface);
    }
    let block = atlas.network.block_of(interface.subnet())?;
    let own = |family| {
        if serves(&endpoint.ip_address_type, family) { block.of_family(family) } else { AddressSet::none() }
    };
    (interface.ipv4, interface.ipv6) = (own(Family::Ipv4), own(Family::Ipv6));
    Some(interface)
}

#[cfg(test)]
mod tests {
    use super::super::case::{Case, Written};
    use super::super::testing::{DB, WEB, add, small};
    use super::super::{Answer, Judge};
    use super::*;
    use crate::net::{Network, Verdict};
    use crate::snapshot::Snapshot;
    use serde_json::{Value, json};

    const ID: &str = "eice-0123456789abcdef0";

    /// The small world with an endpoint in the subnet of the first instance, which may send SSH to everybody.
    fn world(change: Value) -> Snapshot {
        let mut snapshot = small();
        let mut endpoint = json!({ "InstanceConnectEndpointId": ID, "State": "create-complete", "VpcId": "vpc-1",
            "SubnetId": "subnet-1", "SecurityGroupIds": ["sg-0eeeeeee"], "NetworkInterfaceIds": ["eni-0eeeeeee"],
            "PreserveClientIp": false });
        for (member, value) in change.as_object().unwrap() {
            endpoint[member] = value.clone();
        }
        let ssh = |peers: Value| {
            let mut rule = json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22 });
            for (member, value) in peers.as_object().unwrap() {
                rule[member] = value.clone();
            }
            rule
        };
        add(&mut snapshot, json!({ "InstanceConnectEndpoints": [endpoint] }));
        add(
            &mut snapshot,
            json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0eeeeeee", "VpcId": "vpc-1", "SubnetId": "subnet-1",
            "PrivateIpAddress": "10.0.1.50", "Groups": [{ "GroupId": "sg-0eeeeeee" }], "Status": "in-use" }] }),
        );
        add(
            &mut snapshot,
            json!({ "SecurityGroups": [
            { "GroupId": "sg-0eeeeeee", "VpcId": "vpc-1", "IpPermissions": [],
              "IpPermissionsEgress": [ssh(json!({ "IpRanges": [{ "CidrIp": "10.0.0.0/16" }] }))] },
            { "GroupId": "sg-0bbbbbbb", "VpcId": "vpc-1", "IpPermissionsEgress": [],
              "IpPermissions": [ssh(json!({ "UserIdGroupPairs": [{ "GroupId": "sg-0eeeeeee" }] }))] }] }),
        );
        snapshot
    }

    fn case(to: &str, port: Value) -> Case {
        let written = json!({ "from": ID, "to": to, "port": port });
        serde_json::from_value::<Written>(written).unwrap().checked().unwrap()
    }

    fn ask(snapshot: &Snapshot, to: &str, port: Value) -> Answer {
        let network = Network::new(snapshot);
        let (judge, case) = (Judge::new(&network), case(to, port));
        let pairs = judge.pairs(&case).unwrap();
        judge.answer(&pairs[0], &case)
    }

    fn rules(answer: &Answer) -> Vec<&str> {
        answer.blockers.iter().map(|blocker| blocker.rule).collect()
    }

    #[test]
    fn ssh_passes_by_the_group_of_the_endpoint() {
        let snapshot = world(json!({}));
        let open = ask(&snapshot, DB, json!(22));
        assert_eq!((open.verdict, rules(&open)), (Verdict::Reachable, vec![]), "{open:#?}");
        assert_eq!(open.ways[0].path.hops[0].component.id, ID);
        assert_eq!(
            rules(&ask(&snapshot, DB, json!(3389))),
            ["net/security-group-egress", "net/security-group-ingress"]
        );
    }

    #[test]
    fn nothing_but_ssh_and_rdp_is_carried() {
        let snapshot = world(json!({}));
        let other = ask(&snapshot, DB, json!(5432));
        assert_eq!((other.verdict, rules(&other)), (Verdict::Blocked, vec!["net/instance-connect-port"]));
        let every = ask(&snapshot, DB, Value::Null);
        assert_eq!(every.verdict, Verdict::Degraded);
        assert_eq!(every.blockers[0].passes.as_deref(), Some("ports 22, 3389"));
    }

    #[test]
    fn the_address_of_a_client_counts_where_it_is_preserved() {
        let by_group = ask(&world(json!({ "PreserveClientIp": true })), DB, json!(22));
        assert_eq!((by_group.verdict, rules(&by_group)), (Verdict::Reachable, vec![]), "{by_group:#?}");
        let mut snapshot = world(json!({ "PreserveClientIp": true }));
        let office =
            json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "203.0.113.0/24" }] });
        add(
            &mut snapshot,
            json!({ "SecurityGroups": [{ "GroupId": "sg-0bbbbbbb", "VpcId": "vpc-1", "IpPermissions": [office] }] }),
        );
        let by_address = ask(&snapshot, DB, json!(22));
        assert_eq!(by_address.verdict, Verdict::Unknown, "{by_address:#?}");
        assert_eq!(by_address.gaps, [Gap::opaque("which address the client has")]);
        let outside = ask(&snapshot, "10.9.0.1", json!(22));
        assert_ne!(outside.verdict, Verdict::Reachable);
    }

    /// That world, the endpoint preserving client addresses, with one more interface in the private subnet.
    fn with_interface(kind: &str, description: &str) -> Snapshot {
        let mut snapshot = world(json!({ "PreserveClientIp": true }));
        add(
            &mut snapshot,
            json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0ccccccc", "VpcId": "vpc-1", "SubnetId": "subnet-2",
            "PrivateIpAddress": "10.0.2.30", "Groups": [{ "GroupId": "sg-0bbbbbbb" }], "Status": "in-use",
            "InterfaceType": kind, "Description": description }] }),
        );
        snapshot
    }

    #[test]
    fn gateways_and_load_balancers_take_what_they_take_of_others() {
        let gateway = ask(&with_interface("nat_gateway", ""), "eni-0ccccccc", json!(22));
        assert_eq!((gateway.verdict, rules(&gateway)), (Verdict::Blocked, vec!["net/nat-unsolicited"]), "{gateway:#?}");
        let balancer = ask(&with_interface("interface", "ELB app/web/0123456789abcdef"), "eni-0ccccccc", json!(22));
        assert_eq!(balancer.verdict, Verdict::Unknown, "{balancer:#?}");
        assert_eq!(ask(&with_interface("interface", ""), "eni-0ccccccc", json!(22)).verdict, Verdict::Reachable);
    }

    #[test]
    fn public_addresses_are_not_promised() {
        let mut snapshot = world(json!({}));
        let every = json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] });
        add(
            &mut snapshot,
            json!({ "SecurityGroups": [{ "GroupId": "sg-0eeeeeee", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": [every] }] }),
        );
        let table = |id: &str, subnet: &str, member: &str, target: &str| {
            json!({ "RouteTableId": id, "VpcId": "vpc-1", "Associations": [{ "SubnetId": subnet }], "Routes": [
                { "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active" },
                { "DestinationCidrBlock": "0.0.0.0/0", member: target, "State": "active" }] })
        };
        add(
            &mut snapshot,
            json!({ "RouteTables": [table("rtb-1", "subnet-1", "NatGatewayId", "nat-1"), table("rtb-3", "subnet-2", "GatewayId", "igw-1")],
                "NatGateways": [{ "NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-2", "State": "available",
                    "NatGatewayAddresses": [{ "PrivateIp": "10.0.2.5", "PublicIp": "198.51.100.5", "Status": "succeeded" }] }],
                "Subnets": [{ "SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24",
                    "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" } }] }),
        );
        let outside = ask(&snapshot, "52.1.1.1@internet", json!(22));
        assert_eq!(outside.verdict, Verdict::Unknown, "{outside:#?}");
        assert_eq!(outside.gaps, [Gap::opaque(format!("whether `{ID}` connects to public addresses"))]);
    }

    #[test]
    fn an_endpoint_that_failed_is_a_fault_of_its_own() {
        let failed = ask(&world(json!({ "State": "create-failed" })), DB, json!(22));
        assert_eq!((failed.verdict, rules(&failed)), (Verdict::Blocked, vec!["net/instance-connect-endpoint-state"]));
        assert_eq!(failed.blockers[0].evidence[0].value, "create-failed");
        assert_eq!(ask(&world(json!({ "State": "update-complete" })), DB, json!(22)).verdict, Verdict::Reachable);
    }

    #[test]
    fn what_the_facts_do_not_tell_stays_open() {
        let undecided = ask(&world(json!({ "PreserveClientIp": null })), DB, json!(22));
        assert_eq!(undecided.verdict, Verdict::Unknown);
        let network = small();
        let network = Network::new(&network);
        let missing = Judge::new(&network).pairs(&case(WEB, json!(22))).unwrap_err();
        assert!(
            matches!(&missing, Problem::NotReadable(_, Gap::NotAsked { action }) if action == "ec2:DescribeInstanceConnectEndpoints"),
            "{missing:?}"
        );
    }

    #[test]
    fn nothing_connects_to_an_endpoint() {
        let written = json!({ "from": WEB, "to": ID });
        let error = serde_json::from_value::<Written>(written).unwrap().checked().unwrap_err();
        assert!(error.contains("only start"), "{error}");
    }
}
