//! Worlds of the symptom `ssh`.

use super::worlds::{self, ACCOUNT, INSTANCE};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::finding::Judgement;
use crate::instance::find;
use crate::net::Network;
use crate::rule::Rule;
use crate::snapshot::{Snapshot, operations as op};
use crate::ssh::{Case, Origin, Question, Ssh};
use crate::triage;
use serde_json::{Value, json};

/// The public address of the instance, with the port of its SSH server.
pub const TARGET: &str = "203.0.113.10:22";

/// What every world is asked.
pub fn question() -> Question {
    Question::about(INSTANCE)
}

impl Tried for Ssh {
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&Case<'_>)) {
        let question = question();
        if let Ok(instance) = find(snapshot, INSTANCE) {
            let network = Network::new(snapshot);
            judge(&Case::new(&network, &question, instance));
        }
    }
}

/// What a rule says when it is asked more than the world's own question.
pub fn judge(world: &World, question: &Question, rule: &Rule<Ssh>) -> Judgement {
    let snapshot = world.snapshot();
    let network = Network::new(&snapshot);
    let instance = find(&snapshot, INSTANCE);
    assert!(instance.is_ok(), "the world has its instance");
    let judged = |instance| (rule.judge)(&Case::new(&network, question, instance)).unwrap_or_else(Judgement::from);
    instance.map_or_else(|_| Judgement::not_applicable("the world lacks its instance"), judged)
}

/// The whole diagnosis of a world.
///
/// # Errors
/// The world lacks its instance.
pub fn diagnose(world: &World) -> Result<Diagnosis, SubjectGap> {
    triage::ssh(&world.snapshot(), &question())
}

/// The address that the groups of every world let in, and that this machine is seen under.
pub const OFFICE: &str = "198.51.100.7";

/// The private address of the bastion in [`bastion`].
pub const BASTION: &str = "10.0.9.20";

/// An address behind the virtual private gateway of [`linked`].
pub const REMOTE: &str = "192.168.5.9";

/// What a rule says of a world about another question.
pub fn asked(world: &World, rule: &Rule<Ssh>, change: impl FnOnce(&mut Question)) -> Judgement {
    let mut question = question();
    change(&mut question);
    let snapshot = world.snapshot();
    let network = Network::new(&snapshot);
    match find(&snapshot, INSTANCE) {
        Ok(instance) => (rule.judge)(&Case::new(&network, &question, instance)).unwrap_or_else(Judgement::from),
        Err(_) => Judgement::not_applicable("the world lacks its instance"),
    }
}

/// The question with another source.
pub fn from(source: &str) -> impl FnOnce(&mut Question) + use<> {
    let origin = Origin::parse(source);
    assert!(origin.is_ok(), "{origin:?}");
    move |question| question.from = origin.ok()
}

/// The question with a name or address that is connected to.
pub fn to(host: &str) -> impl FnOnce(&mut Question) + use<> {
    let host = host.to_owned();
    move |question| question.probe = Some(host)
}

/// A world in which these interfaces have a public address.
pub fn held(world: &World, address: &str, interfaces: Value) -> World {
    let mut world = world.clone();
    let filters = json!({ "Filters": [{ "Name": "association.public-ip", "Values": [address] }] });
    world.answer(op::DESCRIBE_NETWORK_INTERFACES, filters, json!({ "NetworkInterfaces": interfaces }));
    world
}

/// Other inbound rules in the group of the instance.
pub fn ingress(world: &mut World, rules: Value) -> &mut World {
    world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissions", rules)
}

/// This machine is seen under another address.
pub fn seen_as<'w>(world: &'w mut World, address: &str) -> &'w mut World {
    world.patch(op::SOURCE_ADDRESS, "/Address", json!(address))
}

/// Nobody knows under which address this machine is seen.
pub fn unseen(world: &mut World) -> &mut World {
    world.fail(op::SOURCE_ADDRESS, "Timeout")
}

/// An entry of the network ACL that denies TCP to these ports.
pub fn acl_entry(world: &mut World, number: u32, egress: bool, ports: Value) -> &mut World {
    let entry = json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "6", "RuleAction": "deny", "RuleNumber": number,
        "PortRange": ports });
    world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", entry)
}

/// A rule that lets a block in on TCP 22.
pub fn ssh_from(block: &str, description: &str) -> Value {
    json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": block, "Description": description }] })
}

/// What every path here needs to know, and a group that lets `block` in.
fn reached(mut world: World, block: &str) -> World {
    let filtered = |name: &str| json!({ "Filters": [{ "Name": name, "Values": ["vpc-1"] }] });
    let group = ssh_from(block, "office");
    ingress(&mut world, json!([group]));
    let eni = json!({
        "NetworkInterfaceId": "eni-1", "SubnetId": "subnet-private", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": "interface",
        "Attachment": { "InstanceId": INSTANCE, "DeviceIndex": 0 }, "PrivateIpAddress": "10.0.1.10", "OwnerId": ACCOUNT,
        "Groups": [{ "GroupId": "sg-1" }], "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": "10.0.1.10" }],
    });
    world
        .answer(op::SOURCE_ADDRESS, json!({}), json!({ "Address": OFFICE }))
        .answer(op::DESCRIBE_NETWORK_INTERFACES, filtered("vpc-id"), json!({ "NetworkInterfaces": [eni] }))
        .answer(op::DESCRIBE_NAT_GATEWAYS, json!({ "Filter": [{ "Name": "vpc-id", "Values": ["vpc-1"] }] }), json!({ "NatGateways": [] }))
        .answer(op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS, filtered("vpc-id"), json!({ "SecurityGroupVpcAssociations": [] }))
        .answer(
            op::DESCRIBE_INTERNET_GATEWAYS,
            filtered("attachment.vpc-id"),
            json!({ "InternetGateways": [{ "InternetGatewayId": "igw-1", "Attachments": [{ "State": "available", "VpcId": "vpc-1" }] }] }),
        );
    world
}

/// A public subnet whose group lets this machine in; no connection was tried.
pub fn public() -> World {
    reached(worlds::public(), "198.51.100.7/32")
}

/// The same with an IPv6 address, and rules for IPv4 only.
pub fn dual_stack() -> World {
    let mut world = public();
    let eni = "/Reservations/0/Instances/0/NetworkInterfaces/0";
    world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/Ipv6Addresses"), json!([{ "Ipv6Address": "2a05:d018:1::10" }]));
    let block = json!([{ "AssociationId": "a", "Ipv6CidrBlock": "2a05:d018:1::/64", "Ipv6CidrBlockState": { "State": "associated" } }]);
    world.patch(op::DESCRIBE_SUBNETS, "/Subnets/0/Ipv6CidrBlockAssociationSet", block);
    let block = json!([{ "AssociationId": "a", "Ipv6CidrBlock": "2a05:d018:1::/56", "Ipv6CidrBlockState": { "State": "associated" } }]);
    world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/Ipv6CidrBlockAssociationSet", block);
    let route = json!({ "DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active" });
    world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", route);
    for egress in [true, false] {
        let entry = json!({ "Ipv6CidrBlock": "::/0", "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 101 });
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", entry);
    }
    world
}

/// A private subnet behind a NAT gateway, connected with no other network.
pub fn private() -> World {
    reached(worlds::nat(), "10.0.0.0/16")
}

/// A private subnet, and a bastion in another subnet of the VPC.
pub fn bastion() -> World {
    let mut world = private();
    let eni = json!({
        "NetworkInterfaceId": "eni-2", "SubnetId": "subnet-public", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": "interface",
        "Attachment": { "DeviceIndex": 0, "Status": "attached" }, "PrivateIpAddress": BASTION, "SourceDestCheck": true,
        "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": BASTION }], "Ipv6Addresses": [],
        "Groups": [{ "GroupId": "sg-2", "GroupName": "bastion" }],
    });
    let bastion = json!({ "InstanceId": "i-0bbbbbbb", "State": { "Name": "running" }, "VpcId": "vpc-1", "SubnetId": "subnet-public",
        "PrivateIpAddress": BASTION, "NetworkInterfaces": [eni], "SecurityGroups": [{ "GroupId": "sg-2" }] });
    world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/-", bastion);
    let group = json!({ "GroupId": "sg-2", "GroupName": "bastion", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [],
        "IpPermissionsEgress": [{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }] });
    world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/-", group);
    world
}

/// A private subnet whose network is connected with 192.168.0.0/16 over a virtual private gateway.
pub fn linked() -> World {
    let mut world = reached(worlds::nat(), "192.168.0.0/16");
    let route = json!({ "DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation", "State": "active" });
    world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", route);
    world
}

/// A world with what other ways in need: the node is online, the serial console is off, the range of EC2 Instance Connect is known, and
/// there is no endpoint.
pub fn with_ways(world: &World) -> World {
    let mut world = world.clone();
    let name = "com.amazonaws.eu-west-1.ec2-instance-connect";
    world
        .answer(op::GET_SERIAL_CONSOLE_ACCESS_STATUS, json!({}), json!({ "SerialConsoleAccessEnabled": false }))
        .answer(
            op::DESCRIBE_MANAGED_PREFIX_LISTS,
            json!({ "Filters": [{ "Name": "prefix-list-name", "Values": [name] }] }),
            json!({ "PrefixLists": [{ "PrefixListId": "pl-eic", "PrefixListName": name }] }),
        )
        .answer(
            op::GET_MANAGED_PREFIX_LIST_ENTRIES,
            json!({ "PrefixListId": "pl-eic" }),
            json!({ "Entries": [{ "Cidr": "18.202.216.48/29" }] }),
        )
        .answer(
            op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
            json!({ "Filters": [{ "Name": "vpc-id", "Values": ["vpc-1"] }] }),
            json!({ "InstanceConnectEndpoints": [] }),
        );
    world
}

fn endpoint_row() -> Value {
    json!({ "InstanceConnectEndpointId": ENDPOINT, "State": "create-complete", "VpcId": "vpc-1", "SubnetId": "subnet-endpoints",
        "SecurityGroupIds": ["sg-eice"], "NetworkInterfaceIds": ["eni-eice"], "PreserveClientIp": false, "OwnerId": ACCOUNT })
}

/// A world of [`with_ways`] with an EC2 Instance Connect Endpoint that reaches the port.
pub fn endpoint(world: &World) -> World {
    let mut world = world.clone();
    world.patch(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, "/InstanceConnectEndpoints", json!([endpoint_row()]));
    let eni = json!({ "NetworkInterfaceId": "eni-eice", "SubnetId": "subnet-endpoints", "VpcId": "vpc-1", "Status": "in-use",
        "InterfaceType": "interface", "RequesterManaged": true, "OwnerId": ACCOUNT, "PrivateIpAddress": "10.0.5.50",
        "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": "10.0.5.50" }], "Groups": [{ "GroupId": "sg-eice" }] });
    world.patch(op::DESCRIBE_NETWORK_INTERFACES, "/NetworkInterfaces/-", eni);
    let group = json!({ "GroupId": "sg-eice", "GroupName": "eice", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [],
        "IpPermissionsEgress": [{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "10.0.0.0/16" }] }] });
    world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/-", group);
    world
}

/// The endpoint of [`endpoint`].
pub const ENDPOINT: &str = "eice-0123456789abcdef0";

/// The endpoint of a world, as it is found by its id.
pub fn tunnel(world: &World) -> World {
    let mut world = world.clone();
    world.answer(
        op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
        json!({ "Filters": [{ "Name": "instance-connect-endpoint-id", "Values": [ENDPOINT] }] }),
        json!({ "InstanceConnectEndpoints": [endpoint_row()] }),
    );
    world
}

/// A public subnet, and this on the console of the instance.
pub fn console(text: &str) -> World {
    let mut world = public();
    world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
    world
}

/// What a connection that gets through shows: banner, keys, login.
pub fn connected() -> Value {
    json!({
        "Address": TARGET, "Outcome": "connected", "Banner": "SSH-2.0-OpenSSH_9.6", "Methods": ["publickey"], "Login": "accepted",
        "HostKey": { "Algorithm": "ssh-ed25519", "Fingerprint": "SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE" },
    })
}

/// A connection was tried, and this is what came of it.
pub fn probed(world: &mut World, probe: Value) -> &mut World {
    world.answer(op::SSH_PROBE, json!({ "Target": TARGET }), probe)
}

/// The private key of [`client`].
pub const KEY: &str = "/home/me/.ssh/web.pem";

/// The fingerprint of the host key of [`connected`].
pub const HOST_KEY: &str = "SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

/// `aws-triage ssh INSTANCE --user ec2-user --probe 203.0.113.10 --key-file KEY`.
pub fn client_question() -> Question {
    Question {
        user: Some("ec2-user".to_owned()),
        probe: Some("203.0.113.10".to_owned()),
        key_file: Some(KEY.to_owned()),
        ..question()
    }
}

/// A public subnet, and a machine outside whose user logs in with the key pair of the launch.
pub fn client() -> World {
    let mut world = public();
    world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/KeyName", json!("web"));
    let public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    let sha256 = "ldyiXa1JQakitNU5tErauu8DvWQ1dZ7aXu+rm7KQuog";
    world
        .answer(
            op::DESCRIBE_KEY_PAIRS,
            json!({ "Filters": [{ "Name": "key-name", "Values": ["web"] }], "IncludePublicKey": true }),
            json!({ "KeyPairs": [{
                "KeyPairId": "key-1", "KeyName": "web", "KeyType": "ed25519", "KeyFingerprint": format!("{sha256}="),
                "PublicKey": format!("{public_key} web"),
            }] }),
        )
        .answer(
            op::KEY_FILE,
            json!({ "Path": KEY }),
            json!({
                "Format": "openssh", "Encrypted": false, "Algorithm": "ssh-ed25519", "Bits": 256, "Mode": "0600", "IsOwn": true,
                "Damage": [], "PublicKey": public_key,
                "Fingerprints": { "Sha256": format!("SHA256:{sha256}"), "Ec2Sha256": format!("{sha256}="), "Ec2Md5": "", "Ec2Sha1": "" },
            }),
        )
        .answer(
            op::KNOWN_HOSTS,
            json!({ "Host": "203.0.113.10" }),
            json!({ "Keys": [{ "Algorithm": "ssh-ed25519", "Fingerprint": HOST_KEY, "Place": "/home/me/.ssh/known_hosts:7" }] }),
        )
        .answer(
            op::CLIENT_CONFIGURATION,
            json!({ "Host": "203.0.113.10" }),
            json!({
                "User": "me", "UserIsOwn": true, "HostName": "203.0.113.10", "Port": "22", "IdentityFiles": [],
                "IdentitiesOnly": false, "HasProxyCommand": false, "ProxyKind": "", "ProxyJump": "", "ForwardsAgent": false,
            }),
        );
    probed(&mut world, connected());
    world
}

/// The same, and the server refuses the key.
pub fn refused() -> World {
    let mut world = client();
    world.patch(op::SSH_PROBE, "/Login", json!("refused"));
    world
}

/// The same, and nobody has tried to connect.
pub fn untried() -> World {
    let mut world = client();
    world.forget(op::SSH_PROBE);
    world
}
