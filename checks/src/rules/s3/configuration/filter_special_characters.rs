//! A filter is written as the key is, and S3 wants it URL-encoded.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::document::set_filter;
use crate::s3::filter;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a prefix or suffix holds a space or a special character as it is, such as `=`, `&`, `:`, `@` or a letter outside
    /// ASCII. `+` stands for a space and `%3D` for `=`; letters, digits, `/` and `! - _ . * ' ( )` need nothing.
    ///
    /// ## Why it matters
    ///
    /// The filter is written in URL-encoded form. A prefix such as `year=2026/` is accepted, and takes no key until it is written
    /// `year%3D2026/`.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows the values as they are kept.
    ///
    /// ## False positives
    ///
    /// `+` is right for a space and is not flagged; a plus sign in a key is `%2B`. `*` and `?` are another finding.
    ///
    /// ## Fix
    ///
    /// Write the value URL-encoded (class A). To undo, write the document that was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Configuring event notifications using object key name filtering"
    /// - S3 user guide, "Naming Amazon S3 objects", safe characters
    "s3/filter-special-characters", Blocker, fix A,
    "A filter holds characters that have to be URL-encoded",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    if judged.is_empty() {
        return Ok(case.no_entry());
    }
    let mut findings = Vec::new();
    for entry in judged {
        for (name, value) in [("prefix", entry.filter.prefix), ("suffix", entry.filter.suffix)] {
            let special: Vec<String> =
                filter::bare_specials(value).into_iter().filter(|letter| *letter != '?').map(String::from).collect();
            if special.is_empty() {
                continue;
            }
            let (encoded, shown): (String, Vec<&str>) =
                (filter::normal(value), special.iter().map(String::as_str).collect());
            let detail = format!(
                "entry `{}` for {} has the {name} `{value}` with {} as it is, where S3 expects `{encoded}`",
                entry.label(),
                entry.whither(),
                crate::walls::in_words(&shown)
            );
            let finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_filter(case.bucket(), name, value));
            let document = case.with_entry(entry, |own| set_filter(own, name, &encoded));
            findings
                .push(finding.fix(
                    case.rewrite(format!("write the {name} of entry `{}` URL-encoded", entry.label()), &document),
                ));
        }
    }
    Ok(Judgement::of(findings, "every filter is written as S3 expects it"))
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
    fn fires_with_the_value_as_it_should_be() {
        for (prefix, wanted) in
            [("year=2026/", "year%3D2026/"), ("my photos/", "my+photos/"), ("été/", "%C3%A9t%C3%A9/")]
        {
            let found = findings(kit::ask(&of(prefix, ""), &RULE, &kit::about_bucket()));
            assert!(found[0].fix.as_ref().unwrap().commands[0].contains(wanted), "{:?}", found[0].fix);
        }
    }

    #[test]
    fn silent_for_values_that_are_encoded_already() {
        for prefix in ["year%3D2026/", "my+photos/", "images/a_b-c.(1)!", ""] {
            assert!(
                matches!(kit::ask(&of(prefix, ".jpg"), &RULE, &kit::about_bucket()), Judgement::Pass(_)),
                "{prefix}"
            );
        }
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}
