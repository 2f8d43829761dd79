//! Objects with spaces or special characters are not found.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::Settled;
use crate::s3::filter;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Where a key is asked about: whether it holds characters that events carry encoded. Whether the code decodes them, only the
    /// code and its log show.
    ///
    /// ## Why it matters
    ///
    /// Events carry the key URL-encoded, with `+` for a space: `my photo.jpg` arrives as `my+photo.jpg`. Code that asks S3 for
    /// the key as it arrives gets `NoSuchKey`, or 403 where it may not list the bucket, and only for some objects.
    ///
    /// ## How to confirm
    ///
    /// `aws logs filter-log-events --log-group-name /aws/lambda/FUNCTION --filter-pattern NoSuchKey`
    ///
    /// ## False positives
    ///
    /// Keys of letters, digits and `/ - _ .` are the same in both forms. Events of EventBridge carry the key as it is.
    ///
    /// ## Fix
    ///
    /// Decode the key first: `urllib.parse.unquote_plus(key)`, `decodeURIComponent(key.replace(/\+/g, " "))` (class M: it is the
    /// code).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Event message structure"
    "s3/key-not-decoded", Degraded, fix M,
    "The code takes the encoded key for the key",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let functions = case.functions();
    if functions.is_empty() {
        case.judged()?;
        return Ok(case.nothing_called());
    }
    if let Some(key) = case.key().filter(|key| filter::encoded(key) == **key) {
        return Ok(Judgement::pass(format!("events carry `{key}` as it is")));
    }
    let command = "aws logs filter-log-events --log-group-name /aws/lambda/FUNCTION --filter-pattern NoSuchKey";
    let look_for = "`NoSuchKey` for keys with `+` or `%`: the code has to decode the key of the event";
    Ok(case.inside(Settled::Nothing, Place::Client, command, look_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    #[test]
    fn fires_as_a_hint_for_keys_that_arrive_encoded() {
        for question in [kit::about_key("images/my photo.jpg"), kit::about_bucket()] {
            assert!(matches!(kit::ask(&kit::calls(), &RULE, &question), Judgement::Elsewhere { .. }));
        }
    }

    #[test]
    fn silent_for_plain_keys() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_key("images/a-b_c.jpg")), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_without_functions_is_no_question() {
        let mut world = kit::fans_out();
        kit::set_entries(
            &mut world,
            json!({ "TopicConfigurations": [kit::entry("TopicArn", kit::TOPIC, "s3:ObjectCreated:*", "", "")] }),
        );
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }
}
