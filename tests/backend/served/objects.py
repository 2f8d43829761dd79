"""moto's own objects, for changes that no API call can make."""

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.iam.models import iam_backends


def ec2(account_id, region):
    """The EC2 back end of a region."""
    return ec2_backends[account_id][region]


def iam(account_id):
    """The IAM back end of an account."""
    return iam_backends[account_id]["aws"]


def ecs(account_id, region):
    """The ECS back end of a region."""
    return ecs_backends[account_id][region]


def _container_instance(account_id, region, arn):
    cluster, identifier = arn.split("/")[-2:]
    return ecs(account_id, region).container_instances[cluster][identifier]


def _group_member(account_id, region, instance_id):
    groups = autoscaling_backends[account_id][region].autoscaling_groups.values()
    return next(each for group in groups for each in group.instance_states if each.instance.id == instance_id)


def find(account_id, region, kind, identifier):
    """One object by kind and id; an unknown one is an error of the test."""
    return KINDS[kind](account_id, region, identifier)


KINDS = {
    "instance": lambda account, region, name: ec2(account, region).get_instance(name),
    "nat-gateway": lambda account, region, name: ec2(account, region).nat_gateways[name],
    "vpc-endpoint": lambda account, region, name: ec2(account, region).vpc_end_points[name],
    "network-interface": lambda account, region, name: ec2(account, region).enis[name],
    "subnet": lambda account, region, name: ec2(account, region).get_subnet(name),
    "vpc": lambda account, region, name: ec2(account, region).get_vpc(name),
    "container-instance": _container_instance,
    "cluster": lambda account, region, name: ecs(account, region).clusters[name.split("/")[-1]],
    "group-member": _group_member,
    "profile": lambda account, region, name: iam(account).get_instance_profile(name),
    "role": lambda account, region, name: iam(account).get_role(name),
}
