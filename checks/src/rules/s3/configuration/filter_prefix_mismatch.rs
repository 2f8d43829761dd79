//! The prefix of an entry keeps the key out.

use crate::finding::Judgement;
use crate::finding::Severity;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::document::set_filter;
use crate::s3::filter;
use crate::s3::side::Side;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the key that is asked about begins with the prefix of an entry that reports the event. One entry that takes the
    /// key is enough. Without a key: whether a prefix begins with `/`.
    ///
    /// ## Why it matters
    ///
    /// S3 compares the filter with the key letter by letter, in the case in which it is written, and reports nothing of other
    /// keys. A `/` before the first part, another case, or a folder without its `/` are the usual slips.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows `Filter.Key.FilterRules`; `aws s3api
    /// list-objects-v2 --bucket BUCKET --prefix TEXT` shows keys as they are.
    ///
    /// ## False positives
    ///
    /// Entries for other parts of the bucket are meant to leave the key alone, which is why nothing is found while one entry
    /// takes it. Keys never begin with `/` unless somebody put one there.
    ///
    /// ## Fix
    ///
    /// Correct the prefix of the entry (class A), or write the key as the entry expects it. To undo, write the document that was
    /// there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Configuring event notifications using object key name filtering"
    "s3/filter-prefix-mismatch", Blocker, fix A,
    "The key does not begin with the prefix of the entry",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

const PREFIX: Side =
    Side { name: "prefix", verb: "begin with", value: |filter| filter.prefix, takes: filter::begins, meant };

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.judged()?.is_empty() {
        return Ok(case.no_entry());
    }
    if case.key().is_none() { leading_slash(case) } else { PREFIX.judge(case) }
}

/// The prefix that was meant, where it is plain: without the slash before it, or in the letters of the key.
fn meant(key: &str, prefix: &str) -> Option<String> {
    let bare = filter::decoded(prefix.trim_start_matches('/'));
    let own = key.get(..bare.len()).filter(|own| own.eq_ignore_ascii_case(&bare))?;
    (!own.is_empty()).then(|| filter::encoded(own))
}

/// A prefix that no key can have unless somebody put a slash before the first part of it.
fn leading_slash(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    let findings = judged.iter().filter(|entry| entry.filter.prefix.starts_with('/')).map(|entry| {
        let prefix = entry.filter.prefix;
        let detail = format!(
            "entry `{}` for {} takes keys that begin with `{prefix}`, and keys do not begin with `/` unless somebody wrote one there",
            entry.label(),
            entry.whither()
        );
        let document = case.with_entry(entry, |own| set_filter(own, "prefix", prefix.trim_start_matches('/')));
        let mut finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_filter(case.bucket(), "prefix", prefix));
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
        finding.fix(case.rewrite(format!("take the `/` from the prefix of entry `{}`", entry.label()), &document))
    });
    Ok(Judgement::of(findings.collect(), "no prefix begins with `/`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of(prefix: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", prefix, "");
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        world
    }

    #[test]
    fn fires_for_a_key_that_the_filter_keeps_out() {
        let (key, value) = ("images/a.jpg", "/images/");
        let found = findings(kit::ask(&of(value), &RULE, &kit::about_key(key)));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(
            command.contains("put-bucket-notification-configuration") && command.contains("\"images/\""),
            "{command}"
        );
        let found = findings(kit::ask(&of("zzz"), &RULE, &kit::about_key("a")));
        assert!(found[0].fix.as_ref().unwrap().rollback.is_empty());
    }

    #[test]
    fn fires_softly_for_a_prefix_with_a_slash_before_it() {
        let found = findings(kit::ask(&of("/images/"), &RULE, &kit::about_bucket()));
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_while_one_entry_takes_the_key() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_key("images/a.jpg")), Judgement::Pass(_)));
        let mut world = kit::calls();
        let entries = [
            kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", "images/", ".jpg"),
            kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", "logs/", ".txt"),
        ];
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": entries }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_key("logs/a.txt")), Judgement::Pass(_)));
    }

    #[test]
    fn silent_for_values_that_are_encoded() {
        let (key, value) = ("my photos/year=1/a", "my+photos/year%3D1");
        assert!(matches!(kit::ask(&of(value), &RULE, &kit::about_key(key)), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_a_wildcard_is_all_that_keeps_the_key_out() {
        let found = kit::ask(&of("in/*"), &RULE, &kit::about_key("in/a"));
        assert!(matches!(found, Judgement::NotApplicable(_)), "{found:?}");
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        let question = crate::s3::Question { key: Some("a".to_owned()), ..kit::about_function() };
        assert_eq!(missing(kit::ask(&world, &RULE, &question)), ["s3:GetBucketNotification"]);
    }
}
