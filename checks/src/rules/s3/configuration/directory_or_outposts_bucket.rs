//! The name is not that of a general purpose bucket.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the name is that of a directory bucket (`…--x-s3`), of a bucket on Outposts, or the ARN or alias of an access
    /// point.
    ///
    /// ## Why it matters
    ///
    /// Event notifications are a feature of general purpose buckets. Directory buckets and buckets on Outposts do not have them,
    /// and an access point has none of its own: the entry belongs on the bucket behind it.
    ///
    /// ## How to confirm
    ///
    /// The name tells: directory buckets end with `--x-s3`, aliases of access points with `-s3alias`.
    ///
    /// ## False positives
    ///
    /// None: the endings are reserved, no general purpose bucket can have them.
    ///
    /// ## Fix
    ///
    /// Write the objects to a general purpose bucket, or name the bucket behind the access point (class M).
    ///
    /// ## References
    ///
    /// - S3 user guide, "General purpose bucket naming rules", "Directory buckets" and "Amazon S3 Event Notifications"
    "s3/directory-or-outposts-bucket", Blocker, fix M,
    "This kind of bucket has no such notifications",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(kind) = case.special_kind() else {
        return Ok(Judgement::pass("it is a general purpose bucket"));
    };
    let bucket = case.bucket();
    let detail = match kind {
        "access point" => format!("`{bucket}` is an access point: events are reported by the bucket behind it"),
        kind => format!("`{bucket}` is a {kind}, which reports no events"),
    };
    Ok(Judgement::fail(Finding::new(detail).about("s3-bucket", bucket)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::findings;
    use crate::testkit::s3 as kit;

    fn named(bucket: &str) -> Judgement {
        let question = crate::s3::Question { bucket: bucket.to_owned(), ..kit::about_bucket() };
        kit::ask(&kit::calls(), &RULE, &question)
    }

    #[test]
    fn fires_by_the_name() {
        for name in [
            "photos--euw1-az1--x-s3",
            "arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-1/bucket/b",
            "ap-abc-s3alias",
        ] {
            assert_eq!(findings(named(name)).len(), 1, "{name}");
        }
    }

    #[test]
    fn fires_alone() {
        let question = crate::s3::Question { bucket: "photos--euw1-az1--x-s3".to_owned(), ..kit::about_function() };
        let diagnosis = kit::diagnose(&kit::calls(), &question);
        let others: Vec<_> = diagnosis.findings.iter().filter(|finding| finding.rule != RULE.about.id).collect();
        assert!(others.is_empty(), "{others:?}");
    }

    #[test]
    fn silent_for_general_purpose_buckets() {
        assert!(matches!(named(kit::BUCKET), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_is_nothing_about_a_name() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::Pass(_)));
    }
}
