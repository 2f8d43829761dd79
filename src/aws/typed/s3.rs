//! The operations that go through `aws-sdk-s3`.

super::operations! {
    aws_sdk_s3::Client;
    GetBucketLocation => get_bucket_location {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    GetBucketEncryption => get_bucket_encryption {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    GetBucketPolicy => get_bucket_policy {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    GetBucketNotificationConfiguration => get_bucket_notification_configuration {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    GetBucketOwnershipControls => get_bucket_ownership_controls {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    GetBucketVersioning => get_bucket_versioning {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
    HeadBucket => head_bucket {
        set_bucket Bucket, set_expected_bucket_owner ExpectedBucketOwner,
    }
}
