"""What the worlds of Lambda and S3 are made of."""

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SERVICE_ROLE = "arn:aws:iam::aws:policy/service-role/"


def role(world, policy="AWSLambdaVPCAccessExecutionRole"):
    """`$role` that Lambda may assume, with one of the managed policies for functions."""
    world.names.update(role="orders-function", role_policy=SERVICE_ROLE + policy)
    world.call("iam.CreateRole", {"role_arn": "Role.Arn"}, RoleName="$role", AssumeRolePolicyDocument=LAMBDA_TRUST)
    world.call("iam.AttachRolePolicy", RoleName="$role", PolicyArn="$role_policy")


def function(world, subnets=(), ipv6=False, **more):
    """`$function` with `$function_arn`; in subnets it has `$sg`, and ten seconds to answer."""
    if subnets:
        network = {"SubnetIds": list(subnets), "SecurityGroupIds": ["$sg"], "Ipv6AllowedForDualStack": ipv6}
        more["VpcConfig"] = network
    world.names["function"] = "orders"
    world.call(
        "lambda.CreateFunction",
        {"function_arn": "FunctionArn"},
        FunctionName="$function",
        Role="$role_arn",
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": b"PK"},
        Timeout=10,
        MemorySize=256,
        **more,
    )


def version(world, alias="live"):
    """`$version` of the function, which the alias `$alias` with `$alias_arn` names."""
    world.names["alias"] = alias
    world.call("lambda.PublishVersion", {"version": "Version"}, FunctionName="$function")
    world.call("lambda.CreateAlias", {"alias_arn": "AliasArn"}, FunctionName="$function", Name=alias, FunctionVersion="$version")


def bucket(world):
    """`$bucket` in the region; names of buckets are everybody's."""
    world.names["bucket"] = world.resolve("triage-uploads-$account")
    world.names["bucket_arn"] = world.resolve("arn:aws:s3:::$bucket")
    world.call("s3.CreateBucket", Bucket="$bucket", CreateBucketConfiguration={"LocationConstraint": "$region"})
    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}  # as every new bucket is (S3 user guide, object ownership)
    world.call("s3.PutBucketOwnershipControls", Bucket="$bucket", OwnershipControls=owned)


def may_read(world):
    """The role may read the objects of the bucket."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "$bucket_arn/*"}
    world.call(
        "iam.PutRolePolicy",
        RoleName="$role",
        PolicyName="uploads",
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
    )
