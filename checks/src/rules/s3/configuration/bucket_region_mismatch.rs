//! S3 reports to its own Region only.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::FunctionName;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function, queue or topic, and the function that is asked about where its ARN tells a Region, is in the Region
    /// of the bucket.
    ///
    /// ## Why it matters
    ///
    /// S3 notifies destinations of its own Region only; an entry for another one is refused when it is written (`The notification
    /// destination service region is not valid for the bucket location constraint`).
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-location --bucket BUCKET` (no constraint means `us-east-1`), and the fourth part of the ARN of the
    /// destination.
    ///
    /// ## False positives
    ///
    /// EventBridge can hand events to other Regions by a rule: that is another way, and no entry.
    ///
    /// ## Fix
    ///
    /// Use a function in the Region of the bucket, or send events to EventBridge and on to the other Region (class M).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    /// - EventBridge user guide, "Sending and receiving events between AWS Regions"
    "s3/bucket-region-mismatch", Blocker, fix M,
    "The destination is in another Region than the bucket",
    needs [GET_BUCKET_LOCATION, GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let judged: Vec<(String, &str)> =
        case.judged()?.iter().map(|entry| (entry.whither(), entry.arn.split(':').nth(3).unwrap_or_default())).collect();
    // Where the function is asked about by name alone, it is looked for in the Region of the run.
    let asked = case.question.function.as_deref().map(FunctionName::parse).filter(|asked| !asked.region.is_empty());
    let asked = asked.as_ref().filter(|_| judged.is_empty() && case.other_way().is_none());
    let asked = asked.map(|asked| (format!("function `{}`", asked.name), asked.region.as_str()));
    let all: Vec<(String, &str)> = judged.into_iter().chain(asked).filter(|(_, region)| !region.is_empty()).collect();
    if all.is_empty() {
        return Ok(Judgement::not_applicable("no destination names a Region"));
    }
    // S3 accepted the entries that stand in the document, so that the Region of the run settles what the bucket does not tell.
    let told = case.bucket_region();
    let Some(home) = told.as_ref().ok().copied().flatten().or(Some(case.region()).filter(|region| !region.is_empty()))
    else {
        return Ok(told.err().map_or_else(|| Judgement::not_applicable("the Region is not known"), Judgement::from));
    };
    if told.is_err() && all.iter().any(|(_, region)| *region != home) {
        told?;
    }
    let bucket = case.bucket();
    let findings = all.iter().filter(|(_, region)| *region != home).map(|(what, region)| {
        let detail =
            format!("{what} is in `{region}` and bucket `{bucket}` in `{home}`; S3 notifies its own Region only");
        let evidence = Evidence::new(op::GET_BUCKET_LOCATION, bucket, "LocationConstraint", home);
        Finding::new(detail).about("s3-bucket", bucket).proof(evidence)
    });
    Ok(Judgement::of(findings.collect(), "the destinations are in the Region of the bucket"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn abroad() -> crate::s3::Question {
        let arn = kit::FUNCTION.replace("eu-west-1", "us-east-1");
        crate::s3::Question { function: Some(arn), ..kit::about_bucket() }
    }

    fn bare() -> crate::testkit::World {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({}));
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        world
    }

    #[test]
    fn fires_for_a_function_elsewhere() {
        assert!(findings(kit::ask(&bare(), &RULE, &abroad()))[0].detail.contains("`us-east-1`"));
    }

    #[test]
    fn silent_at_home_also_in_the_oldest_region() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = bare();
        world.replace(op::GET_BUCKET_LOCATION, &[], json!({ "LocationConstraint": null }));
        assert!(matches!(kit::ask(&world, &RULE, &abroad()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_the_region_of_the_bucket() {
        let mut world = bare();
        world.deny(op::GET_BUCKET_LOCATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &abroad())), ["s3:GetBucketLocation"]);
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_LOCATION);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }
}
