//! Sessions that end sooner than people expect.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ssm::SESSION_PREFERENCES;
use crate::ssm::Case;
use crate::ssm::sessions::{not_asked, preference};
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the Region's Session Manager preferences end a session after fewer minutes without input than the usual 20
    /// (`idleSessionTimeout`).
    ///
    /// ## Why it matters
    ///
    /// A session without input is ended, whatever runs in it. People report it as random disconnects; with a short timeout it hits
    /// whoever reads a log for a few minutes.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm get-document --name SSM-SessionManagerRunShell --query Content --output text`
    ///
    /// ## False positives
    ///
    /// A short timeout may be wanted for security. Sessions that end after exactly 20 minutes have the default, and those that end while
    /// in use may have met `maxSessionDuration`.
    ///
    /// ## Fix
    ///
    /// Set `idleSessionTimeout` to between 1 and 60 minutes in a new version of the preferences and make that the default version (class
    /// A); it affects every node of the account and Region. To undo, make the old version the default one again.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Specify an idle session timeout value"
    /// - Systems Manager API reference, `UpdateDocumentDefaultVersion`
    "ssm/session-idle-timeout", Advice, Feature, fix A,
    "Idle sessions end early",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_DOCUMENT]
}

/// Minutes that hold when nothing is set.
const DEFAULT: u32 = 20;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    let preferences = case.preferences()?;
    let timeout = preferences.idle_session_timeout.trim();
    let minutes = match timeout.parse::<u32>() {
        Ok(minutes) => minutes,
        Err(_) if timeout.is_empty() => {
            return Ok(Judgement::pass(format!("idle sessions end after the usual {DEFAULT} minutes")));
        }
        Err(_) => {
            return Ok(Judgement::pass(format!("`{timeout}` is no number of minutes, so the usual {DEFAULT} hold")));
        }
    };
    if minutes >= DEFAULT {
        return Ok(Judgement::pass(format!("idle sessions end after {minutes} minutes")));
    }
    let mut finding = Finding::new(format!(
        "sessions end after {minutes} minutes without input, by the Session Manager preferences of this Region"
    ))
    .about("ssm-document", SESSION_PREFERENCES)
    .proof(preference("idleSessionTimeout", timeout));
    if !preferences.max_session_duration.is_empty() {
        finding = finding.proof(preference("maxSessionDuration", &preferences.max_session_duration));
    }
    Ok(Judgement::fail(match mend(case) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }))
}

/// The present document with another timeout.
fn mend(case: &Case<'_>) -> Option<Fix> {
    let document = case.snapshot.documents.get(SESSION_PREFERENCES).ok().flatten()?;
    let mut content: Value = serde_json::from_str(&document.content).ok()?;
    let inputs = content.get_mut("inputs")?.as_object_mut()?;
    inputs.insert("idleSessionTimeout".to_owned(), DEFAULT.to_string().into());
    // A new version is not in force until it is made the default one.
    let write = Aws::new("ssm", "update-document", case.region())
        .arg("name", SESSION_PREFERENCES)
        .arg("document-version", "$LATEST")
        .arg("content", content.to_string());
    let put_in_force =
        || Aws::new("ssm", "update-document-default-version", case.region()).arg("name", SESSION_PREFERENCES);
    let summary = format!(
        "let idle sessions live for {DEFAULT} minutes, on every node of the account and Region: write a new version of the \
         preferences, and put it in force"
    );
    let fix = Fix::new(FixClass::A, summary)
        .run(write.keep("version", "DocumentDescription.DocumentVersion"))
        .run(put_in_force().made("document-version", "version"));
    let old = document.document_version.as_str();
    Some(if old.is_empty() { fix } else { fix.undo(put_in_force().arg("document-version", old)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(timeout: &str) -> World {
        let mut world = testkit::nat();
        let content = json!({ "schemaVersion": "1.0", "inputs": { "idleSessionTimeout": timeout } }).to_string();
        world.replace(
            op::GET_DOCUMENT,
            &[],
            json!({ "Name": SESSION_PREFERENCES, "Content": content, "DocumentVersion": "4" }),
        );
        world
    }

    #[test]
    fn fires_below_the_default() {
        let found = findings(with("5").judge(&RULE));
        assert_eq!(
            found[0].evidence,
            [Evidence::new(op::GET_DOCUMENT, SESSION_PREFERENCES, "Content.inputs.idleSessionTimeout", "5")]
        );
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains(r#""idleSessionTimeout":"20""#), "{}", fix.commands[0]);
        let in_force = "aws ssm update-document-default-version --region eu-west-1 --name SSM-SessionManagerRunShell";
        assert_eq!(fix.commands[1], format!("{in_force} --document-version \"$version\""));
        assert_eq!(fix.rollback, [format!("{in_force} --document-version 4")]);
    }

    #[test]
    fn silent_at_the_default_or_above() {
        for timeout in ["20", "60", ""] {
            assert!(matches!(with(timeout).judge(&RULE), Judgement::Pass(_)), "{timeout}");
        }
        assert!(matches!(with("5").lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_preferences_are_denied() {
        assert_eq!(missing(with("5").deny(op::GET_DOCUMENT).judge(&RULE)), ["ssm:GetDocument"]);
    }
}
