//! A filter that is meant as a pattern is compared letter by letter.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::document::set_filter;
use crate::s3::filter;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a prefix or suffix of an entry holds `*` or `?`.
    ///
    /// ## Why it matters
    ///
    /// S3 knows no wildcards in filters: it accepts the character, keeps it, and compares it with keys as it is. `images/*` takes
    /// only keys that have a star after the slash, which is none of them.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows the values as they are kept.
    ///
    /// ## False positives
    ///
    /// A key may hold a real star. With a key that is asked about and passes the filter, nothing is found.
    ///
    /// ## Fix
    ///
    /// Take the wildcard out: a prefix already stands for everything that follows it (class A). To undo, write the document that
    /// was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Configuring event notifications using object key name filtering"
    "s3/filter-wildcard-literal", Blocker, fix A,
    "A wildcard in a filter is a plain character",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    if judged.is_empty() {
        return Ok(case.no_entry());
    }
    let mut findings = Vec::new();
    for entry in judged {
        if case.key().is_some_and(|key| entry.takes_key(key)) {
            continue;
        }
        for (name, value) in [("prefix", entry.filter.prefix), ("suffix", entry.filter.suffix)] {
            if !filter::has_wildcard(value) {
                continue;
            }
            let bare = value.trim_matches(['*', '?']);
            let detail = format!(
                "entry `{}` for {} has the {name} `{value}`, where S3 takes the wildcard for a plain character that keys do not have",
                entry.label(),
                entry.whither()
            );
            let finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_filter(case.bucket(), name, value));
            let document = case.with_entry(entry, |own| set_filter(own, name, bare));
            findings.push(
                finding.fix(case.rewrite(format!("take the wildcard out of entry `{}`", entry.label()), &document)),
            );
        }
    }
    Ok(Judgement::of(findings, "no filter holds a wildcard"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of(prefix: &str, suffix: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", prefix, suffix);
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        world
    }

    #[test]
    fn fires_wherever_the_wildcard_stands() {
        for (prefix, suffix) in [("images/*", ""), ("", "*.jpg"), ("*", "")] {
            let found = findings(kit::ask(&of(prefix, suffix), &RULE, &kit::about_bucket()));
            assert!(!found[0].fix.as_ref().unwrap().commands[0].contains(".jpg*") && found.len() == 1);
        }
        let found = findings(kit::ask(&of("images/*", ""), &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains(r#""Value":"images/""#));
    }

    #[test]
    fn silent_for_a_key_with_a_real_star() {
        assert!(matches!(kit::ask(&of("images/*", ""), &RULE, &kit::about_key("images/*a")), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}
