"""A bucket that tells an encrypted topic of `in/` and an encrypted queue of `img/`; a function polls the queue."""

from worlds import functions

FROM_BUCKET = {"ArnLike": {"aws:SourceArn": "$bucket_arn"}, "StringEquals": {"aws:SourceAccount": "$account"}}


def build(world):
    """Make it."""
    functions.bucket(world)
    key(world)
    topic(world)
    queue(world)
    functions.role(world, "AWSLambdaBasicExecutionRole")
    functions.may_read(world)
    functions.function(world)
    polls(world)
    world.call(
        "s3.PutBucketNotificationConfiguration",
        Bucket="$bucket",
        NotificationConfiguration={
            "TopicConfigurations": [entry("news", "TopicArn", "$topic", "in/")],
            "QueueConfigurations": [entry("images", "QueueArn", "$queue_arn", "img/")],
        },
    )


def entry(identifier, member, arn, prefix):
    """One entry of the configuration."""
    rules = [{"Name": "prefix", "Value": prefix}]
    return {"Id": identifier, member: arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}


def key(world):
    """`$key` that the account administers and S3 may use for the bucket."""
    administer = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::$account:root"}, "Action": "kms:*", "Resource": "*"}
    use = {
        "Sid": "S3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [administer, use]}
    world.call("kms.CreateKey", {"key": "KeyMetadata.KeyId", "key_arn": "KeyMetadata.Arn"}, Policy=policy)


def _policy(action, resource):
    statement = {
        "Sid": "uploads",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": FROM_BUCKET,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def topic(world):
    """`$topic`, encrypted with the key."""
    world.call("sns.CreateTopic", {"topic": "TopicArn"}, Name="uploads", Attributes={"KmsMasterKeyId": "$key"})
    policy = _policy("sns:Publish", "$topic")
    world.call("sns.SetTopicAttributes", TopicArn="$topic", AttributeName="Policy", AttributeValue=policy)


def queue(world):
    """`$queue_url` and `$queue_arn`, encrypted with the key."""
    world.names["queue_arn"] = world.resolve("arn:aws:sqs:$region:$account:images")
    policy = _policy("sqs:SendMessage", "$queue_arn")
    attributes = {"KmsMasterKeyId": "$key", "VisibilityTimeout": "60", "Policy": policy}
    world.call("sqs.CreateQueue", {"queue_url": "QueueUrl"}, QueueName="images", Attributes=attributes)


def polls(world):
    """`$mapping`: the function polls the queue, and its role may receive and decrypt."""
    receive = {
        "Effect": "Allow",
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "Resource": "$queue_arn",
    }
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$key_arn"}
    document = {"Version": "2012-10-17", "Statement": [receive, decrypt]}
    world.call("iam.PutRolePolicy", RoleName="$role", PolicyName="queue", PolicyDocument=document)
    world.call("lambda.CreateEventSourceMapping", {"mapping": "UUID"}, EventSourceArn="$queue_arn", FunctionName="$function")
