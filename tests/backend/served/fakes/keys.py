"""KMS: the keys that AWS makes for its services are there once somebody names them."""

from moto.kms.models import kms_backends

from ..registry import answers

MANAGED = "alias/aws/"


@answers("kms")
def managed_keys(call, account, _state):
    """`alias/aws/<service>` is a key of AWS's, with a policy that nobody can change (KMS developer guide, AWS managed keys)."""
    alias = str(call.input.get("KeyId") or "").split(f"{account.id}:")[-1]
    backend = kms_backends[account.id][call.region]
    if not alias.startswith(MANAGED) or any(alias in key.aliases for key in backend.keys.values()):
        return
    key = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Default key", None)
    backend.create_alias(key.id, alias)
    key.key_manager = "AWS"
