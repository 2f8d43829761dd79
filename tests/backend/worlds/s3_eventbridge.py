"""A bucket that publishes to EventBridge, where a rule calls a function for new `in/` objects."""

from worlds import functions

PATTERN = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {"bucket": {"name": ["$bucket"]}, "object": {"key": [{"prefix": "in/"}]}},
}


def build(world):
    """Make it."""
    functions.bucket(world)
    functions.role(world, "AWSLambdaBasicExecutionRole")
    functions.may_read(world)
    functions.function(world)
    world.names["rule"] = "uploads"
    world.call("events.PutRule", {"rule_arn": "RuleArn"}, Name="$rule", EventPattern=PATTERN)
    world.call("events.PutTargets", Rule="$rule", Targets=[{"Id": "orders", "Arn": "$function_arn"}])
    world.call(
        "lambda.AddPermission",
        FunctionName="$function",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn="$rule_arn",
    )
    world.call(
        "s3.PutBucketNotificationConfiguration", Bucket="$bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
