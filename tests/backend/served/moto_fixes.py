"""What moto 5.2.5 gets wrong, put right on its own objects, so that every later answer agrees.

Each correction names the behaviour of AWS that it restores; none is about a particular test.
"""

import hashlib
import ipaddress
import json
import random

from cryptography.hazmat.primitives import serialization
from moto.ec2.models import elastic_ip_addresses, key_pairs, vpcs
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRouteTableBackend
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ecs.models import EC2ContainerServiceBackend
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from . import objects
from .protocol import Fault
from .registry import after, answers

# The managed policies that instance roles carry; all eleven hundred would cost two seconds for each account.
POLICIES = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AdministratorAccess",
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonEC2ReadOnlyAccess",
    "AmazonEC2RoleforSSM",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMFullAccess",
    "AmazonSSMManagedEC2InstanceDefaultPolicy",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMPatchAssociation",
    "CloudWatchAgentServerPolicy",
    "PowerUserAccess",
)


def _managed_policies():
    every = json.loads(aws_managed_policies_data)
    return {name: every[name] for name in POLICIES if name in every}


MANAGED = _managed_policies()


@answers("iam")
def load_managed_policies(call, account, _state):
    """AWS managed policies are there in every account."""
    backend = objects.iam(account.id)
    if not backend.aws_managed_policies:
        made = [AWSManagedPolicy.from_data(name, account.id, "aws", data) for name, data in MANAGED.items()]
        backend.aws_managed_policies = made
        backend.managed_policies.update({policy.arn: policy for policy in made})


def _route_state(route):
    """A route whose target is gone stays, as a black hole (VPC user guide, route tables)."""
    backend = route.route_table.ec2_backend
    gone = (
        (route.nat_gateway and route.nat_gateway.state in ("deleting", "deleted"))
        or (route.gateway and _detached(backend, route))
        or (route.instance and route.instance.state in ("stopped", "terminated"))
        or (route.interface and _unused(backend, route.interface))
        or (route.vpc_pcx and route.vpc_pcx.status["Code"] != "active")
        or (route.transit_gateway and not _attached(backend, route))
        or (route.egress_only_igw and route.egress_only_igw.id not in backend.egress_only_internet_gateways)
    )
    return "blackhole" if gone else "active"


def _unused(backend, eni):
    return eni.id not in backend.enis or eni.instance is None or eni.instance.state in ("stopped", "terminated")


def _detached(backend, route):
    if not route.gateway.id.startswith("igw-"):
        return False
    vpc = getattr(route.gateway, "vpc", None)
    return route.gateway.id not in backend.internet_gateways or vpc is None or vpc.id != route.route_table.vpc_id


def _attached(backend, route):
    return any(
        attachment.transit_gateway_id == route.transit_gateway.id
        and attachment.resource_id == route.route_table.vpc_id
        and attachment.state == "available"
        for attachment in backend.transit_gateway_attachments.values()
    )


Route.state = property(_route_state)

_moto_block = vpcs.random_ipv6_cidr
# IPv6 blocks in their canonical form; moto pads groups with zeros.
vpcs.random_ipv6_cidr = lambda: str(ipaddress.ip_network(_moto_block()))

# Groups belong to the interface: moto shows the union with those of the instance's first interface.
NetworkInterface.group_set = property(lambda eni: list(eni._group_set))

_moto_set_groups = InstanceBackend.modify_instance_security_groups


def _set_groups(backend, instance_id, group_ids):
    """ModifyInstanceAttribute changes the groups of the instance's first interface."""
    instance = _moto_set_groups(backend, instance_id, group_ids)
    instance.nics[0]._group_set = list(instance.security_groups)
    return instance


InstanceBackend.modify_instance_security_groups = _set_groups


@after("ec2", "ModifyNetworkInterfaceAttribute")
def groups_of_first_interface(call, account, _state, _answer):
    """The groups of an instance are those of its first interface."""
    eni = objects.find(account.id, call.region, "network-interface", call.input["NetworkInterfaceId"])
    if eni.instance is not None and eni.device_index == 0:
        eni.instance.security_groups = list(eni._group_set)


@after("ec2", "ModifyInstanceAttribute")
def check_of_first_interface(call, account, _state, _answer):
    """The source/destination check of an instance is that of its first interface."""
    if "SourceDestCheck" in call.input:
        instance = objects.find(account.id, call.region, "instance", call.input["InstanceId"])
        instance.nics[0].source_dest_check = call.input["SourceDestCheck"]["Value"]


_moto_association = NetworkInterface.association.fget
# An interface without a public address has no `Association`; moto shows an empty one.
NetworkInterface.association = property(lambda eni: _moto_association(eni) or None)

_moto_transit_route = TransitGatewayRouteTableBackend.create_transit_gateway_route


def _transit_route(backend, *values, **named):
    """A route of a transit gateway shows the attachments that it leads to, as a list."""
    route = _moto_transit_route(backend, *values, **named)
    if isinstance(route.get("transitGatewayAttachments"), dict):
        route["transitGatewayAttachments"] = [route["transitGatewayAttachments"]]
    return route


TransitGatewayRouteTableBackend.create_transit_gateway_route = _transit_route

# Elastic addresses are public ones; moto takes them from the loopback block.
elastic_ip_addresses.random_ip = lambda: f"52.{random.randint(16, 19)}.{random.randint(0, 255)}.{random.randint(1, 254)}"



def _rsa_key_pair():
    """The fingerprint of a key that EC2 made is the SHA-1 of the private key (EC2 user guide, key pair fingerprints)."""
    made = _moto_rsa_key_pair()
    private = serialization.load_pem_private_key(made["material"], None)
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {**made, "fingerprint": _pairs(hashlib.sha1(der))}


def _pairs(digest):
    return ":".join(f"{byte:02x}" for byte in digest.digest())


_moto_rsa_key_pair = key_pairs.random_rsa_key_pair
key_pairs.random_rsa_key_pair = _rsa_key_pair


@after("ec2", "DescribeKeyPairs")
def key_type(call, account, _state, answer):
    """Each key pair says its type; moto leaves it out."""
    known = objects.ec2(account.id, call.region).key_pairs
    for pair in answer.get("KeyPairs", []):
        pair["KeyType"] = known[pair["KeyName"]].key_type or "rsa"


_moto_capacity_providers = EC2ContainerServiceBackend.describe_capacity_providers


def _capacity_providers(backend, names):
    """Without names, all of them."""
    return _moto_capacity_providers(backend, names or list(backend.capacity_providers))


EC2ContainerServiceBackend.describe_capacity_providers = _capacity_providers

_moto_prefix_lists = ManagedPrefixListBackend.create_default_pls


def _prefix_lists(backend):
    """The list of EC2 Instance Connect is there in every region (EC2 user guide, Instance Connect prerequisites)."""
    _moto_prefix_lists(backend)
    backend._create_aws_managed_prefix_list(
        name=f"com.amazonaws.{backend.region_name}.ec2-instance-connect",
        address_family="IPv4",
        entries=[{"Cidr": "18.202.216.48/29", "Description": ""}],
    )


ManagedPrefixListBackend.create_default_pls = _prefix_lists

_moto_filter = NetworkInterface.get_filter_value


def _filter_value(eni, name, method_name=None):
    """DescribeNetworkInterfaces selects by every address of an interface."""
    if name == "association.public-ip":
        return next((value for key, value in (eni.association or {}).items() if key.lower() == "publicip"), None)
    if name == "ipv6-addresses.ipv6-address":
        return list(eni.ipv6_addresses)
    if name == "addresses.private-ip-address":
        return [address["PrivateIpAddress"] for address in eni.private_ip_addresses]
    return _moto_filter(eni, name, method_name)


NetworkInterface.get_filter_value = _filter_value

# Members that moto's objects do not have.
NatGateway.failure_code = None
NatGateway.failure_message = None
VPCEndPoint.last_error = None
VPCEndPoint.ip_address_type = "ipv4"


def place(eni, kind, description):
    """An interface that a service made: an address of its subnet, not a random one, and its own kind."""
    address = _free_address(eni)
    eni.private_ip_address = address
    eni.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
    eni.interface_type = kind
    eni.description = description
    eni.requester_managed = True
    eni.status = "in-use"


def _free_address(eni):
    used = {other.private_ip_address for other in eni.ec2_backend.enis.values() if other is not eni}
    hosts = ipaddress.ip_network(eni.subnet.cidr_block).hosts()
    return next(str(host) for number, host in enumerate(hosts) if number >= 100 and str(host) not in used)


@after("ec2", "CreateNatGateway")
def nat_gateway_in_its_subnet(call, account, _state, answer):
    """The private address of a NAT gateway is one of its subnet, and `ConnectivityType` is always there."""
    nat = objects.find(account.id, call.region, "nat-gateway", answer["NatGateway"]["NatGatewayId"])
    place(nat._eni, "nat_gateway", f"Interface for NAT Gateway {nat.id}")
    nat.connectivity_type = nat.connectivity_type or "public"
    nat.private_ip = nat._eni.private_ip_address
    nat.address_set[0] |= {"privateIp": nat.private_ip, "isPrimary": True, "status": "succeeded"}


@after("ec2", "DescribeNatGateways")
def addresses_with_status(call, _account, _state, answer):
    """Each address says whether it could be associated, and a deleted gateway has none."""
    for nat in answer.get("NatGateways", []):
        for address in nat.get("NatGatewayAddresses", []):
            address.update(IsPrimary=True, Status="failed" if nat["State"] == "failed" else "succeeded")


@after("ec2", "DeleteNatGateway")
def release_nat_interface(call, account, _state, _answer):
    """The interface goes, the Elastic IP stays allocated."""
    nat = objects.find(account.id, call.region, "nat-gateway", call.input["NatGatewayId"])
    nat.ec2_backend.enis.pop(nat._eni.id, None)


@after("ec2", "CreateNetworkAcl")
def implicit_deny(call, account, _state, answer):
    """A new network ACL shows the two entries that deny the rest."""
    acl_id = answer["NetworkAcl"]["NetworkAclId"]
    for egress in (True, False):
        _entry(objects.ec2(account.id, call.region), acl_id, 32767, "deny", egress, cidr_block="0.0.0.0/0")


@after("ec2", "CreateVpc")
def ipv6_entries(call, account, _state, answer):
    """The default network ACL of a VPC with IPv6 has the entries for it too."""
    if not call.input.get("AmazonProvidedIpv6CidrBlock"):
        return
    backend = objects.ec2(account.id, call.region)
    for acl in [acl for acl in backend.network_acls.values() if acl.vpc_id == answer["Vpc"]["VpcId"]]:
        for egress in (True, False):
            _entry(backend, acl.id, 101, "allow", egress, ipv6_cidr_block="::/0")
            _entry(backend, acl.id, 32768, "deny", egress, ipv6_cidr_block="::/0")


def _entry(backend, acl_id, number, action, egress, cidr_block=None, ipv6_cidr_block=None):
    backend.create_network_acl_entry(
        network_acl_id=acl_id,
        rule_number=number,
        protocol="-1",
        rule_action=action,
        egress=egress,
        cidr_block=cidr_block,
        icmp_code=None,
        icmp_type=None,
        port_range_from=None,
        port_range_to=None,
        ipv6_cidr_block=ipv6_cidr_block,
    )


@after("ec2", "RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation")
def profile_id(call, account, _state, answer):
    """`IamInstanceProfile.Id` is the profile's own id; moto puts the association's there."""
    made = answer.get("Instances") or [answer["IamInstanceProfileAssociation"]]
    backend = objects.ec2(account.id, call.region)
    for instance_id in [each["InstanceId"] for each in made]:
        association = backend.iam_instance_profile_associations.get(instance_id)
        if association:
            profile = association.iam_instance_profile
            association.instance.iam_instance_profile = {"Arn": profile.arn, "Id": profile.id}


@after("ec2", "RunInstances")
def platform(call, account, _state, answer):
    """Every instance says its platform."""
    for made in answer["Instances"]:
        instance = objects.find(account.id, call.region, "instance", made["InstanceId"])
        instance.platform_details = "Windows" if instance.platform == "windows" else "Linux/UNIX"


@after("iam", "CreateInstanceProfile")
def profile_prefix(call, account, _state, answer):
    """Ids of instance profiles begin with AIPA (IAM user guide, unique identifiers)."""
    profile = objects.iam(account.id).get_instance_profile(call.input["InstanceProfileName"])
    profile.id = f"AIPA{profile.id[:17].upper()}"
    answer["InstanceProfile"]["InstanceProfileId"] = profile.id


def refuse_second_private_name(backend, endpoint):
    """Two endpoints of one service in one VPC cannot both own the private name."""
    for other in backend.vpc_end_points.values():
        same = other.vpc_id == endpoint.vpc_id and other.service_name == endpoint.service_name
        if other is not endpoint and same and other.private_dns_enabled and other.state == "available":
            raise Fault(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{endpoint.service_name.rsplit('.', 1)[-1]}.{backend.region_name}.amazonaws.com in the VPC {endpoint.vpc_id}",
                400,
            )
