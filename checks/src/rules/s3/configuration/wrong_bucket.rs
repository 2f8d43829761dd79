//! The events happen, on another bucket than the one that was looked at.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that the facts of this bucket could show: whether the objects that should be reported are in it at all.
    ///
    /// ## Why it matters
    ///
    /// Names of buckets carry the stage, the Region or the account, and one wrong part of a name sends every upload elsewhere.
    /// With replication, the copies make their own events in the destination bucket.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api head-object --bucket BUCKET --key KEY` finds the object, and its `LastModified` is the time of the upload.
    ///
    /// ## False positives
    ///
    /// An object that was there before the entry was made is never reported afterwards. Copies that replication makes are written
    /// by S3, in the bucket of the copy.
    ///
    /// ## Fix
    ///
    /// Point the writer, or the entry, at the right bucket (class M: it is the application that names it).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    /// - S3 user guide, "Replicating objects within and across Regions"
    "s3/wrong-bucket", Blocker, fix M,
    "The objects are written to another bucket",
    settled by Nothing,
    on Client run "aws s3api head-object --bucket BUCKET --key KEY",
    look for "`Not Found`, or a `LastModified` that is not the time of the upload: the object went to another bucket"
}
