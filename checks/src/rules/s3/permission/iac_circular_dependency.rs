//! A template that refers to itself in a circle.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that the facts could show: whether a template can be deployed at all.
    ///
    /// ## Why it matters
    ///
    /// The bucket needs the function for its notifications, the permission needs the bucket for its `SourceArn`, and the function
    /// may need the bucket for its environment: CloudFormation refuses the circle with `Circular dependency between resources`.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudformation validate-template`, or the synthesis of the CDK.
    ///
    /// ## False positives
    ///
    /// Terraform has a resource of its own for notifications and no such circle.
    ///
    /// ## Fix
    ///
    /// Write the name of the bucket into the template, so that `SourceArn` needs no reference, or make the notifications in a
    /// resource of their own (class M: it is the template).
    ///
    /// ## References
    ///
    /// - AWS knowledge center, "How do I avoid the \"Unable to validate the following destination configurations\" error with
    ///   Lambda event notifications in CloudFormation?"
    "s3/iac-circular-dependency", Blocker, fix M,
    "Bucket, permission and function of a template refer to each other",
    settled by Nothing,
    on Client run "aws cloudformation describe-stack-events --stack-name STACK",
    look for "`Circular dependency between resources`"
}
