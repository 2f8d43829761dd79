"""How each service refuses a caller without permission, and one with keys that it does not know.

Sources: EC2 API reference, error codes (`UnauthorizedOperation`, 403, `AuthFailure`, 401); the common errors of the other
services (`AccessDenied` 403 for query and XML services, `AccessDeniedException` 400 for JSON ones and 403 for REST JSON).
"""

from .protocol import Fault

XML = {"query", "rest-xml"}
# IAM prefixes that differ from the signing name.
PREFIX = {"cloudwatch": "cloudwatch"}


def denied(call, caller):
    """The fault that an IAM denial of this call produces."""
    action = f"{PREFIX.get(call.service, call.signing_name)}:{call.operation}"
    who = caller.arn
    if call.service == "ec2":
        text = f"You are not authorized to perform this operation. User: {who} is not authorized to perform: {action}"
        return Fault("UnauthorizedOperation", f"{text} because no identity-based policy allows the {action} action", 403)
    text = f"User: {who} is not authorized to perform: {action} on resource: *"
    text = f"{text} because no identity-based policy allows the {action} action"
    protocol = call.model.protocol if call.model else "json"
    if protocol in XML:
        return Fault("AuthorizationError" if call.service == "sns" else "AccessDenied", text, 403)
    return Fault("AccessDeniedException", text, 403 if protocol == "rest-json" else 400)


def unknown_key(call):
    """The fault for an access key that no account has."""
    if call.service == "ec2":
        return Fault("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    text = "The security token included in the request is invalid."
    protocol = call.model.protocol if call.model else "json"
    if call.service == "s3":
        return Fault("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    if protocol in XML:
        return Fault("InvalidClientTokenId", text, 403)
    return Fault("UnrecognizedClientException", text, 403 if protocol == "rest-json" else 400)
