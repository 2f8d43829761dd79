"""Security groups of other VPCs: nobody here has any."""

from ..registry import answers
from .pages import page


@answers("ec2", "DescribeSecurityGroupVpcAssociations")
def describe_associations(call, _account, _state):
    """None."""
    return page(call, [], "SecurityGroupVpcAssociations")
