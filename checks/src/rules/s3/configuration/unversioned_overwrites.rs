//! Two writes at once, and one event.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::Settled;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether versioning is on. Whether anybody writes the same key twice at once, no API shows: the command tells how to look.
    ///
    /// ## Why it matters
    ///
    /// On a bucket without versioning, two writes of the same key at the same time can make one event, so that a reader that
    /// counts writes misses some. With versioning each write makes a version, and each version an event.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-versioning --bucket BUCKET`, and the log of the writers.
    ///
    /// ## False positives
    ///
    /// Without concurrent writes of the same key nothing is lost, which is why a bucket without versioning is no finding on its
    /// own.
    ///
    /// ## Fix
    ///
    /// Switch versioning on (class A; every version is paid for until it is removed). To undo, suspend it: versions that were
    /// made stay.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Retaining multiple versions of objects with S3 Versioning"
    "s3/unversioned-overwrites", Degraded, fix A,
    "Concurrent writes of one key may be reported as one",
    needs [GET_BUCKET_VERSIONING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    case.configuration.clone()?;
    // What it tells is a hint at best: a refusal leaves the hint.
    let versioning = case.snapshot.bucket_versionings.get(case.bucket()).ok().flatten();
    if versioning.is_some_and(|own| own.status == "Enabled") {
        return Ok(Judgement::pass("versioning is on, so each write makes an event of its own"));
    }
    let look_for = "writes of the same key at the same time: without versioning they may be reported as one event";
    let command = "aws s3api get-bucket-versioning --bucket BUCKET";
    Ok(case.inside(Settled::Nothing, Place::Client, command, look_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    #[test]
    fn fires_as_a_hint_without_versioning() {
        let mut world = kit::calls();
        world.replace(op::GET_BUCKET_VERSIONING, &[], json!({}));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_with_versioning() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_versioning_leaves_the_hint() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_VERSIONING);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Elsewhere { .. }));
        let diagnosis = kit::diagnose(&world, &kit::about_bucket());
        assert_eq!(diagnosis.verdict, crate::diagnosis::Verdict::Healthy, "{:?}", diagnosis.findings);
    }
}
