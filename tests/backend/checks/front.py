"""What the front must do besides serving worlds: deny, fail, page, keep accounts apart, record."""

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

REGION = "eu-west-1"
ACCOUNT = "300000000001"


def code(function, **values):
    """The error code and status that a call ends with; None when it succeeds."""
    try:
        function(**values)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def world_once(served):
    """The world of these checks."""
    served.world(ACCOUNT, REGION, "endpoints", [])


# operation of boto, its input, the code and the status of a denial
DENIALS = [
    ("ec2", "DescribeInstances", {}, ("UnauthorizedOperation", 403)),
    ("iam", "GetRole", {"RoleName": "web-instance"}, ("AccessDenied", 403)),
    ("sts", "GetCallerIdentity", {}, ("AccessDenied", 403)),
    ("ssm", "DescribeInstanceInformation", {}, ("AccessDeniedException", 400)),
    ("logs", "DescribeLogGroups", {}, ("AccessDeniedException", 400)),
    ("kms", "ListKeys", {}, ("AccessDeniedException", 400)),
    ("organizations", "DescribeOrganization", {}, ("AccessDeniedException", 400)),
    ("route53resolver", "ListResolverRules", {}, ("AccessDeniedException", 400)),
    ("route53", "ListHostedZonesByVPC", {"VPCId": "vpc-0", "VPCRegion": REGION}, ("AccessDenied", 403)),
    ("s3", "ListBuckets", {}, ("AccessDenied", 403)),
    ("lambda", "ListFunctions", {}, ("AccessDeniedException", 403)),
    ("autoscaling", "DescribeAutoScalingInstances", {}, ("AccessDenied", 403)),
    ("cloudtrail", "LookupEvents", {}, ("AccessDeniedException", 400)),
]


def denials_have_the_services_own_form(served):
    """Each service refuses in its own way, for the one key that the denial is for."""
    for service, operation, values, expected in DENIALS:
        key = f"AKIA{ACCOUNT}DENY"
        served.post("deny", {"key": key, "service": service, "operation": operation})
        for suffix, wanted in (("DENY", expected), ("FREE", None)):
            client = served.client(service, ACCOUNT, REGION, suffix)
            names = {api: method for method, api in client.meta.method_to_api_mapping.items()}
            found = code(getattr(client, names[operation]), **values)
            allowed = wanted is None and (found is None or found[0] not in ("AccessDenied", expected[0]))
            assert found == wanted or allowed, f"{service}:{operation} with {suffix}: {found}"


def throttling_ends_after_its_times(served):
    """Two refusals, then the answer."""
    error = {"Code": "RequestLimitExceeded", "Message": "slow down", "Status": 503}
    rule = {"service": "ec2", "operation": "DescribeVpcs", "times": 2, "error": error}
    served.post("rule", {"key": f"AKIA{ACCOUNT}SLOW", "rule": rule})
    vpcs = served.client("ec2", ACCOUNT, REGION, "SLOW").describe_vpcs
    assert [code(vpcs) for _ in range(3)] == [("RequestLimitExceeded", 503)] * 2 + [None]


def connections_break(served):
    """Reset, cut and hang reach the client as such."""
    for number, (how, error) in enumerate(
        (("reset", ConnectionClosedError), ("cut", ResponseParserError), ("hang", ReadTimeoutError))
    ):
        suffix = f"BRK{number}"
        rule = {"service": "ec2", "operation": "DescribeVpcs", "connection": how}
        served.post("rule", {"key": f"AKIA{ACCOUNT}{suffix}", "rule": rule})
        try:
            served.client("ec2", ACCOUNT, REGION, suffix).describe_vpcs()
        except error:
            continue
        raise AssertionError(f"`{how}` went through")


def a_wrong_key_is_refused(served):
    """A key that names no account."""
    import boto3

    for service, operation, expected in (
        ("ec2", "describe_vpcs", ("AuthFailure", 401)),
        ("sts", "get_caller_identity", ("InvalidClientTokenId", 403)),
        ("ssm", "list_documents", ("UnrecognizedClientException", 400)),
    ):
        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=served.url,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="x",
        )
        found = code(getattr(client, operation))
        assert found == expected, f"{service}: {found}"


def accounts_and_regions_are_apart(served):
    """Another account and another region do not see the world."""
    here = served.get(f"names?account={ACCOUNT}")["instance"]
    for account, region in (("300000000002", REGION), (ACCOUNT, "eu-west-2")):
        client = served.client("ec2", account, region)
        found = code(client.describe_instances, InstanceIds=[here])
        assert found == ("InvalidInstanceID.NotFound", 400), f"{account} {region}: {found}"


def an_assumed_role_acts_in_its_account(served):
    """The session of a role in another account sees that account, under its own name."""
    import boto3

    other = "300000000006"
    names = served.world(other, REGION, "nat", [])
    sts = served.client("sts", ACCOUNT, REGION)
    session = sts.assume_role(RoleArn=f"arn:aws:iam::{other}:role/audit", RoleSessionName="triage")["Credentials"]
    keys = {
        "region_name": REGION,
        "endpoint_url": served.url,
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    boto3.client("ec2", **keys).describe_instances(InstanceIds=[names["instance"]])
    who = boto3.client("sts", **keys).get_caller_identity()
    assert (who["Account"], who["Arn"]) == (other, f"arn:aws:sts::{other}:assumed-role/audit/triage"), who


def nodes_are_paged(served):
    """Sixty nodes come in two pages of fifty and less, and none twice."""
    account = "300000000003"
    served.world(account, REGION, "nat", [])
    more = [{"node": {"PingStatus": "Online"}, "InstanceId": f"mi-{number:017x}"} for number in range(60)]
    served.post("steps", {"account": account, "region": REGION, "steps": more})
    ssm = served.client("ssm", account, REGION)
    pages = list(ssm.get_paginator("describe_instance_information").paginate())
    ids = [entry["InstanceId"] for page in pages for entry in page["InstanceInformationList"]]
    assert (len(pages), len(ids), len(set(ids))) == (2, 61, 61), (len(pages), len(ids))


def calls_are_recorded_with_their_input(served):
    """In order, with parsed input, for one key only; the seeding is not among them."""
    client = served.client("ec2", ACCOUNT, REGION, "RECO")
    client.describe_subnets(SubnetIds=[served.get(f"names?account={ACCOUNT}")["subnet"]])
    client.describe_vpc_attribute(VpcId=served.get(f"names?account={ACCOUNT}")["vpc"], Attribute="enableDnsSupport")
    calls = served.get(f"calls?key=AKIA{ACCOUNT}RECO")
    assert [call["operation"] for call in calls] == ["DescribeSubnets", "DescribeVpcAttribute"], calls
    assert calls[1]["input"]["Attribute"] == "enableDnsSupport", calls[1]


def a_gap_is_named(served):
    """What neither the front nor moto knows is a 501 with the name, at once."""
    found = code(served.client("ec2", ACCOUNT, REGION).describe_network_insights_paths)
    assert found == ("NotImplemented", 501), found


def a_node_heals(served):
    """After the call that mends the world the node is online again."""
    account = "300000000004"
    gate = {"service": "ec2", "operation": "AuthorizeSecurityGroupEgress"}
    steps = [
        {"node": "lost"},
        {"heal": {"after": gate, "node": {"PingStatus": "Online", "LastPingDateTime": "@-1s", "Connected": True}}},
    ]
    names = served.world(account, REGION, "nat", steps)
    ssm = served.client("ssm", account, REGION)
    assert ssm.get_connection_status(Target=names["instance"])["Status"] == "notconnected"
    everything = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    served.client("ec2", account, REGION).authorize_security_group_egress(GroupId=names["sg"], IpPermissions=everything)
    assert ssm.get_connection_status(Target=names["instance"])["Status"] == "connected"
    assert ssm.describe_instance_information()["InstanceInformationList"][0]["PingStatus"] == "Online"


def private_dns_can_be_turned_on_again(served):
    """ModifyVpcEndpoint keeps private DNS, and the names follow."""
    account = "300000000005"
    off = {"call": "ec2.ModifyVpcEndpoint", "input": {"VpcEndpointId": "$endpoint_ssm", "PrivateDnsEnabled": False}}
    names = served.world(account, REGION, "endpoints", [off])
    ec2 = served.client("ec2", account, REGION)
    for wanted, count in ((None, 1), (True, 2)):
        if wanted is not None:
            ec2.modify_vpc_endpoint(VpcEndpointId=names["endpoint_ssm"], PrivateDnsEnabled=wanted)
        endpoint = ec2.describe_vpc_endpoints(VpcEndpointIds=[names["endpoint_ssm"]])["VpcEndpoints"][0]
        assert (endpoint["PrivateDnsEnabled"], len(endpoint["DnsEntries"])) == (bool(wanted), count), endpoint


def a_misspelt_rule_is_refused(served):
    """A rule that could never match is an error at once."""
    try:
        served.post("rule", {"account": ACCOUNT, "rule": {"service": "ec2", "operatoin": "DescribeVpcs"}})
    except ValueError:
        return
    raise AssertionError("the rule was taken")


FRONT_CHECKS = [
    world_once,
    denials_have_the_services_own_form,
    throttling_ends_after_its_times,
    connections_break,
    a_wrong_key_is_refused,
    accounts_and_regions_are_apart,
    an_assumed_role_acts_in_its_account,
    nodes_are_paged,
    calls_are_recorded_with_their_input,
    a_gap_is_named,
    a_node_heals,
    private_dns_can_be_turned_on_again,
    a_misspelt_rule_is_refused,
]
