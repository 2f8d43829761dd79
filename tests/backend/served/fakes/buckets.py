"""S3: whose bucket it is. moto lets every account see every bucket."""

from moto.s3.models import s3_backends

from ..protocol import Fault
from ..registry import answers


@answers("s3")
def owner(call, account, _state):
    """A bucket of another account, without a policy that says otherwise, and a wrong `ExpectedBucketOwner` are refused."""
    name = call.input.get("Bucket")
    if not name or call.operation == "CreateBucket":
        return
    owners = [known for known, backends in s3_backends.items() if name in backends["aws"].buckets]
    expected = call.input.get("ExpectedBucketOwner") or account.id
    if owners and (account.id not in owners or expected not in owners):
        raise Fault("AccessDenied", "Access Denied", 403)
