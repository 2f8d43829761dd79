"""What the worlds of SSH are made of."""

CONSOLE = """\
[    0.000000] Linux version 6.1.115-126.197.amzn2023.x86_64 (mockbuild@ip-10-0-33-12) #1 SMP PREEMPT_DYNAMIC
[    0.512001] EXT4-fs (nvme0n1p1): mounted filesystem with ordered data mode. Quota mode: none.
[    1.204410] systemd[1]: Hostname set to <localhost>.
[    3.771022] cloud-init[1712]: Cloud-init v. 22.2.2 running 'modules:final'
-----BEGIN SSH HOST KEY FINGERPRINTS-----
256 SHA256:1dPbqGbcAzUDF0JbkBbKvcWDFGvzXa0RrJoQZ0cUeCk root@ip-10-20-1-10 (ED25519)
256 SHA256:9mYBWa4hLrbpyYXrUz4bCwv1PAvQzFQ4bBXAsQjNcXo root@ip-10-20-1-10 (ECDSA)
-----END SSH HOST KEY FINGERPRINTS-----
[    5.102311] cloud-init[1712]: Cloud-init v. 22.2.2 finished at Fri, 20 Nov 2026 06:02:12 +0000. Datasource DataSourceEc2. Up 5.10 seconds
Amazon Linux 2023.6.20241121
ip-10-20-1-10 login:
"""


def let_in(world, peers, port=22):
    """`$sg` lets these in on a TCP port."""
    world.call(
        "ec2.AuthorizeSecurityGroupIngress",
        GroupId="$sg",
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}],
    )


def key_pair(world):
    """`$key_name`, and its private key in `$key_file`."""
    world.names["key_name"] = "ops"
    world.call("ec2.CreateKeyPair", {"key_material": "KeyMaterial"}, KeyName="$key_name", KeyType="ed25519")
    world.run([{"file": {"name": "ops.pem", "text": "$key_material", "save": "key_file"}}])
    world.names.pop("key_material")


def console(world):
    """A boot without trouble that prints the host keys."""
    world.run([{"state": {"console": {"$instance": {"text": CONSOLE, "time": "@-4d"}}}}])


def address(world, wish=None):
    """`$address`, an Elastic IP of the instance: this one, or any public one."""
    wish = {"Address": wish} if wish else {}
    world.call("ec2.AllocateAddress", {"eip": "AllocationId", "address": "PublicIp"}, Domain="vpc", **wish)
    world.call("ec2.AssociateAddress", {"eip_association": "AssociationId"}, AllocationId="$eip", NetworkInterfaceId="$eni")
