"""VPC interface endpoints: their interfaces, groups, names and private DNS, which moto only half keeps."""

import json

from . import objects
from .moto_fixes import place, refuse_second_private_name
from .protocol import Fault
from .registry import after


@after("ec2", "CreateVpcEndpoint")
def complete_endpoint(call, account, _state, answer):
    """Interfaces with addresses of their subnets and the endpoint's groups; the default group when none was chosen."""
    backend = objects.ec2(account.id, call.region)
    endpoint = backend.vpc_end_points[answer["VpcEndpoint"]["VpcEndpointId"]]
    if endpoint.vpc_endpoint_type != "Interface":
        endpoint.private_dns_enabled = False
        return
    if call.input.get("PrivateDnsEnabled") is None:
        endpoint.private_dns_enabled = True
    if endpoint.private_dns_enabled:
        try:
            refuse_second_private_name(backend, endpoint)
        except Fault:
            backend.delete_vpc_endpoints([endpoint.id])
            backend.vpc_end_points.pop(endpoint.id)
            raise
    if not endpoint.security_group_ids:
        default = backend.get_default_security_group(endpoint.vpc_id)
        endpoint.security_group_ids = [default.id]
    for eni_id in endpoint.network_interface_ids:
        _dress(backend, endpoint, backend.enis[eni_id])
    _names(backend, endpoint)


def _dress(backend, endpoint, eni):
    place(eni, "vpc_endpoint", f"VPC Endpoint Interface {endpoint.id}")
    eni._group_set = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]


def _names(backend, endpoint):
    """The endpoint's own names, and the service's private name when private DNS is on."""
    short = endpoint.service_name.split(f"com.amazonaws.{backend.region_name}.", 1)[-1]
    own = f"{endpoint.id}-{endpoint.id[-8:]}.{short}.{backend.region_name}.vpce.amazonaws.com"
    entries = [{"DnsName": own, "HostedZoneId": "Z38GZ743OKFT7T"}]
    if endpoint.private_dns_enabled:
        entries.append({"DnsName": f"{short}.{backend.region_name}.amazonaws.com", "HostedZoneId": "Z06320943MMOWYG6MAVL9"})
    endpoint.dns_entries = entries


@after("ec2", "ModifyVpcEndpoint")
def change_endpoint(call, account, _state, _answer):
    """Private DNS, groups on the interfaces, and interfaces for added subnets."""
    backend = objects.ec2(account.id, call.region)
    endpoint = backend.vpc_end_points[call.input["VpcEndpointId"]]
    if call.input.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(endpoint.DEFAULT_POLICY)
    if endpoint.vpc_endpoint_type != "Interface":
        _routes(backend, endpoint, call.input)
        return
    wanted = call.input.get("PrivateDnsEnabled")
    if wanted is not None:
        if wanted:
            refuse_second_private_name(backend, endpoint)
        endpoint.private_dns_enabled = bool(wanted)
        _names(backend, endpoint)
    kept = [eni_id for eni_id in endpoint.network_interface_ids if backend.enis[eni_id].subnet.id in endpoint.subnet_ids]
    for eni_id in set(endpoint.network_interface_ids) - set(kept):
        backend.enis.pop(eni_id)
    covered = {backend.enis[eni_id].subnet.id for eni_id in kept}
    for subnet_id in endpoint.subnet_ids:
        if subnet_id not in covered:
            kept.append(backend.create_network_interface(subnet_id, None).id)
            _dress(backend, endpoint, backend.enis[kept[-1]])
    endpoint.network_interface_ids = kept
    for eni_id in kept:
        backend.enis[eni_id]._group_set = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]


def _routes(backend, endpoint, wish):
    """A gateway endpoint has a route in each of its tables, and in no other."""
    for table_id in wish.get("RemoveRouteTableIds", []):
        backend.delete_route(table_id, endpoint.destination_prefix_list_id)
    for table_id in wish.get("AddRouteTableIds", []):
        backend.create_route(table_id, None, gateway_id=endpoint.id, destination_prefix_list_id=endpoint.destination_prefix_list_id)


@after("ec2", "DeleteVpcEndpoints")
def forget_endpoint(call, account, _state, _answer):
    """A deleted endpoint leaves the list."""
    backend = objects.ec2(account.id, call.region)
    for endpoint_id in call.input["VpcEndpointIds"]:
        backend.vpc_end_points.pop(endpoint_id, None)
