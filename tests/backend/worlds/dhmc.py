"""No instance profile: Default Host Management Configuration gives the instance its role; NAT for the path."""

from worlds import nat, parts

ROLE = "AWSSystemsManagerDefaultEC2InstanceManagementRole"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def build(world):
    """Make it."""
    nat.network(world)
    default_host_management(world)
    parts.instance(world, profile=False)
    parts.console(world)
    parts.node(world, IamRole=f"service-role/{ROLE}")


def default_host_management(world):
    """`$dhmc_role` with the default policy, and the setting of the region that names it."""
    world.names.update(dhmc_role=ROLE, dhmc_policy="arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy")
    world.call("iam.CreateRole", RoleName="$dhmc_role", Path="/service-role/", AssumeRolePolicyDocument=TRUST)
    world.call("iam.AttachRolePolicy", RoleName="$dhmc_role", PolicyArn="$dhmc_policy")
    world.call(
        "ssm.UpdateServiceSetting",
        SettingId="/ssm/managed-instance/default-ec2-instance-management-role",
        SettingValue=f"service-role/{ROLE}",
    )
