"""A bucket that calls an alias of a function for every new `in/*.csv`."""

from worlds import functions


def build(world):
    """Make it."""
    functions.bucket(world)
    functions.role(world, "AWSLambdaBasicExecutionRole")
    functions.may_read(world)
    functions.function(world)
    functions.version(world)
    world.call(
        "lambda.AddPermission",
        FunctionName="$function",
        Qualifier="$alias",
        StatementId="uploads",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="$bucket_arn",
        SourceAccount="$account",
    )
    world.call("s3.PutBucketNotificationConfiguration", Bucket="$bucket", NotificationConfiguration=CONFIGURATION)


RULES = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
ENTRY = {
    "Id": "orders",
    "LambdaFunctionArn": "$alias_arn",
    "Events": ["s3:ObjectCreated:*"],
    "Filter": {"Key": {"FilterRules": RULES}},
}
CONFIGURATION = {"LambdaFunctionConfigurations": [ENTRY]}
