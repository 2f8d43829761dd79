//! The suffix of an entry keeps the key out.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::filter;
use crate::s3::side::Side;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the key that is asked about ends with the suffix of an entry that reports the event. One entry that takes the key
    /// is enough.
    ///
    /// ## Why it matters
    ///
    /// S3 compares the filter with the key letter by letter, in the case in which it is written, and reports nothing of other
    /// keys. `.jpg` takes no `.JPG`, and `.csv` no `.csv.gz`.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows `Filter.Key.FilterRules`; `aws s3api
    /// list-objects-v2 --bucket BUCKET --prefix TEXT` shows keys as they are.
    ///
    /// ## False positives
    ///
    /// Entries for other parts of the bucket are meant to leave the key alone, which is why nothing is found while one entry
    /// takes it. Compressed files end in `.gz`, whatever the text before it.
    ///
    /// ## Fix
    ///
    /// Correct the suffix of the entry (class A), or write the key as the entry expects it. To undo, write the document that was
    /// there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Configuring event notifications using object key name filtering"
    "s3/filter-suffix-mismatch", Blocker, fix A,
    "The key does not end with the suffix of the entry",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

const SUFFIX: Side =
    Side { name: "suffix", verb: "end with", value: |filter| filter.suffix, takes: filter::ends, meant };

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.judged()?.is_empty() {
        return Ok(case.no_entry());
    }
    if case.key().is_none() {
        return Ok(Judgement::not_applicable("no key is asked about"));
    }
    SUFFIX.judge(case)
}

/// The suffix that was meant, where it is plain: in the letters of the key.
fn meant(key: &str, suffix: &str) -> Option<String> {
    let bare = filter::decoded(suffix);
    let start = key.len().checked_sub(bare.len())?;
    let own = key.get(start..).filter(|own| own.eq_ignore_ascii_case(&bare))?;
    (!own.is_empty()).then(|| filter::encoded(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of(suffix: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", "", suffix);
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        world
    }

    #[test]
    fn fires_for_a_key_that_the_filter_keeps_out() {
        let (key, value) = ("images/a.JPG", ".jpg");
        let found = findings(kit::ask(&of(value), &RULE, &kit::about_key(key)));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("put-bucket-notification-configuration") && command.contains("\".JPG\""), "{command}");
        let found = findings(kit::ask(&of("zzz"), &RULE, &kit::about_key("a")));
        assert!(found[0].fix.as_ref().unwrap().rollback.is_empty());
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
        let (key, value) = ("a (1)=.jpg", "+(1)%3D.jpg");
        assert!(matches!(kit::ask(&of(value), &RULE, &kit::about_key(key)), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_a_wildcard_is_all_that_keeps_the_key_out() {
        let found = kit::ask(&of("*.csv"), &RULE, &kit::about_key("in/a.csv"));
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
