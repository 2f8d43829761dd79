//! The order of a template makes the first deployment fail.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that the facts could show: whether the notification document of a template depends on the permission of the
    /// function.
    ///
    /// ## Why it matters
    ///
    /// S3 checks when the document is written that it may call the function. Where the template makes both at once, the first
    /// deployment fails with `Unable to validate the following destination configurations`, and the second one works.
    ///
    /// ## How to confirm
    ///
    /// Stack events, or the output of the tool, show the order in which both were made.
    ///
    /// ## False positives
    ///
    /// A permission that is missing for good fails every time; then `s3/lambda-permission-missing` fires.
    ///
    /// ## Fix
    ///
    /// Let the bucket, or the notification resource, depend on the permission: `DependsOn` in CloudFormation, `depends_on` in
    /// Terraform (class M: it is the template).
    ///
    /// ## References
    ///
    /// - CloudFormation user guide, `AWS::S3::Bucket NotificationConfiguration`
    /// - Terraform provider for AWS, `aws_s3_bucket_notification`
    "s3/iac-ordering", Blocker, fix M,
    "The template writes the notifications before the permission",
    settled by Nothing,
    on Client run "aws cloudformation describe-stack-events --stack-name STACK",
    look for "`Unable to validate the following destination configurations` on the bucket before the permission was created"
}
