//! The caller lacks what it takes to write notifications.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that has to do with events: whether the person or tool that writes the notifications has the permissions it takes.
    /// It is asked once a fix is refused.
    ///
    /// ## Why it matters
    ///
    /// Writing the document needs `s3:PutBucketNotification` on the bucket, a new permission `lambda:AddPermission` on the
    /// function. A service control policy or a Deny in the bucket policy stops even administrators.
    ///
    /// ## How to confirm
    ///
    /// `aws-triage can PRINCIPAL s3:PutBucketNotification arn:aws:s3:::BUCKET` names the policy that decides.
    ///
    /// ## False positives
    ///
    /// The error `Unable to validate the following destination configurations` is about the destination and not about the caller.
    ///
    /// ## Fix
    ///
    /// Give the caller both actions on these two resources (class M: the account's administrators decide).
    ///
    /// ## References
    ///
    /// - Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"
    /// - Lambda API reference, `AddPermission`
    "s3/caller-cannot-write", Blocker, fix M,
    "Whoever sets the notifications may not do so",
    settled by Nothing,
    on Client run "aws-triage can PRINCIPAL s3:PutBucketNotification arn:aws:s3:::BUCKET",
    look for "`denied`, with the policy that denies or the Allow that is missing"
}
