"""The same instance with an address of the loopback block, so that a probe finds what a step `listen` put there."""

from worlds import shells, ssh_public


def build(world):
    """Make it."""
    ssh_public.instance(world)
    number = int(world.names["account"])
    address = f"127.{number // 64516 % 64 + 64}.{number // 254 % 254 + 1}.{number % 254 + 1}"  # no other account has it
    shells.address(world, address)
