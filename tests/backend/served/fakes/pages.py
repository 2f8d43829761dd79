"""Paging as AWS does it: `MaxResults` within limits and an opaque `NextToken`."""

from ..protocol import Fault


def page(call, items, member, most=50, token="NextToken"):
    """One page of `items` as `{member: [...], NextToken?}`; an unknown token is refused."""
    size = int(call.input.get("MaxResults") or most)
    if not 1 <= size <= most:
        raise Fault("ValidationException", f"MaxResults must be between 1 and {most}")
    given = call.input.get("NextToken") or "page-0"
    if not (given.startswith("page-") and given[5:].isdigit()):
        raise Fault("InvalidNextToken", "The specified token isn't valid.")
    start = int(given[5:])
    answer = {member: items[start : start + size]}
    if start + size < len(items):
        answer[token] = f"page-{start + size}"
    return answer
