"""Checks of the services around functions, buckets, containers and shells."""

import socket
import urllib.request

from .front import REGION, code


def aliases_have_their_own_policy(served):
    """A policy belongs to a qualifier, and is gone with its last statement."""
    account = "300000000011"
    names = served.world(account, REGION, "s3_function", [])
    client = served.client("lambda", account, REGION)
    which = {"FunctionName": names["function"]}
    assert code(client.get_policy, **which) == ("ResourceNotFoundException", 404)
    assert client.get_policy(Qualifier="live", **which)["Policy"]
    client.remove_permission(Qualifier="live", StatementId="uploads", **which)
    assert code(client.get_policy, Qualifier="live", **which) == ("ResourceNotFoundException", 404)
    assert code(client.get_alias, Name="old", **which) == ("ResourceNotFoundException", 404)
    found = client.get_function_configuration(Qualifier="live", **which)
    assert (found["Version"], found["FunctionArn"]) == ("1", names["alias_arn"]), found


def functions_have_interfaces(served):
    """One for each subnet, with the function's groups, shared by functions that are alike."""
    account = "300000000012"
    names = served.world(account, REGION, "lambda_nat", [])
    client = served.client("ec2", account, REGION)
    by_description = [{"Name": "description", "Values": ["AWS Lambda VPC ENI-orders-*"]}]
    found = client.describe_network_interfaces(Filters=by_description)["NetworkInterfaces"]
    assert {each["SubnetId"] for each in found} == {names["subnet"], names["second_subnet"]}, found
    assert {(each["InterfaceType"], each["Groups"][0]["GroupId"]) for each in found} == {("lambda", names["sg"])}, found


def a_bucket_keeps_its_whole_configuration(served):
    """EventBridge stays, filters have AWS's names, entries get ids; a write replaces all of it."""
    account = "300000000013"
    names = served.world(account, REGION, "s3_eventbridge", [])
    client = served.client("s3", account, REGION)
    bucket = {"Bucket": names["bucket"]}
    assert client.get_bucket_notification_configuration(**bucket)["EventBridgeConfiguration"] == {}
    rule = {"Name": "prefix", "Value": "in/"}
    entry = {
        "LambdaFunctionArn": names["function_arn"],
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [rule]}},
    }
    client.put_bucket_notification_configuration(**bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [entry]})
    found = client.get_bucket_notification_configuration(**bucket)
    assert "EventBridgeConfiguration" not in found, found
    kept = found["LambdaFunctionConfigurations"][0]
    assert kept["Id"] and kept["Filter"]["Key"]["FilterRules"][0]["Name"] == "Prefix", kept
    other = served.client("s3", "300000000014", REGION)
    assert code(other.get_bucket_notification_configuration, **bucket) == ("AccessDenied", 403)


def container_instances_are_found_by_their_instance(served):
    """The filter of the list, health on request only, and an unknown cluster."""
    account = "300000000015"
    names = served.world(account, REGION, "ecs_nat", [])
    client = served.client("ecs", account, REGION)
    cluster = {"cluster": names["cluster"]}
    wanted = f"ec2InstanceId == {names['instance']}"
    assert client.list_container_instances(**cluster, filter=wanted)["containerInstanceArns"] == [names["container_instance"]]
    assert client.list_container_instances(**cluster, filter="ec2InstanceId == i-0")["containerInstanceArns"] == []
    assert code(client.list_container_instances, cluster="nope") == ("ClusterNotFoundException", 400)
    which = {**cluster, "containerInstances": [names["container_instance"]]}
    assert "healthStatus" not in client.describe_container_instances(**which)["containerInstances"][0]
    found = client.describe_container_instances(**which, include=["CONTAINER_INSTANCE_HEALTH"])["containerInstances"][0]
    assert found["healthStatus"]["overallStatus"] == "OK" and found["agentConnected"], found


def a_caller_has_an_address(served):
    """As text, until a step changes it."""
    account = "300000000016"
    address = lambda: urllib.request.urlopen(f"{served.url}/_test/checkip/{account}/").read()  # noqa: E731
    assert address() == b"198.51.100.7\n"
    served.post("steps", {"account": account, "region": REGION, "steps": [{"checkip": "203.0.113.9"}]})
    assert address() == b"203.0.113.9\n"


def a_peer_says_its_line(served):
    """On an address and port of the test's choice, loopback only."""
    account = "300000000017"
    peer = {"address": "127.59.0.1", "port": 22022, "says": "SSH-2.0-Test\r\n"}
    served.post("steps", {"account": account, "region": REGION, "steps": [{"listen": peer}]})
    with socket.create_connection((peer["address"], peer["port"]), 5) as connection:
        assert connection.recv(64) == b"SSH-2.0-Test\r\n"
    try:
        served.post("steps", {"account": account, "region": REGION, "steps": [{"listen": {**peer, "address": "0.0.0.0"}}]})
    except ValueError as error:
        assert "no loopback address" in str(error), error
    else:
        raise AssertionError("it listens to the world")


SERVICE_CHECKS = [
    aliases_have_their_own_policy,
    functions_have_interfaces,
    a_bucket_keeps_its_whole_configuration,
    container_instances_are_found_by_their_instance,
    a_caller_has_an_address,
    a_peer_says_its_line,
]
