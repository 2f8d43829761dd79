//! Commands that start every session, and end it.

use crate::finding::{Judgement, Place};
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ssm::SESSION_PREFERENCES;
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the Region's session preferences start every session with commands (`shellProfile`). Whether these work on this
    /// instance shows only there; their text is not repeated here, since it may hold secrets.
    ///
    /// ## Why it matters
    ///
    /// The commands run in each new session. An `exit`, an `exec` of a shell that is not installed, or a `cd` that fails under `set -e`
    /// ends the session right after it opened.
    ///
    /// ## How to confirm
    ///
    /// Read `inputs.shellProfile` of document `SSM-SessionManagerRunShell` and run the lines in a shell on the instance.
    ///
    /// ## False positives
    ///
    /// A profile that works on one image can fail on another: compare with a node of the same Region whose sessions open.
    ///
    /// ## Fix
    ///
    /// Correct the profile: `aws ssm update-document` and `aws ssm update-document-default-version` (class A). To undo, set the previous
    /// default version.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Configurable shell profiles"
    "ssm/shell-profile-broken", Blocker, Sessions, fix A,
    "The shell profile of sessions fails",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_DOCUMENT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    match &case.heartbeat {
        Heartbeat::Online(_) => {}
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Lost(_) | Heartbeat::Never => {
            return Ok(Judgement::not_applicable("asked when the node is online: no session opens before"));
        }
    }
    let profile = &case.preferences()?.shell_profile;
    let (system, commands) =
        if case.instance.is_windows() { ("windows", &profile.windows) } else { ("linux", &profile.linux) };
    if commands.trim().is_empty() {
        return Ok(Judgement::pass("the session preferences set no shell profile for this system"));
    }
    let read = Aws::new("ssm", "get-document", case.region())
        .arg("name", SESSION_PREFERENCES)
        .arg("query", "Content")
        .arg("output", "text");
    Ok(Judgement::Elsewhere {
        place: Place::Client,
        command: read.into(),
        look_for: format!(
            "commands under `inputs.shellProfile.{system}` that end the shell; run them on the instance to see which"
        )
        .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn profile(linux: &str, windows: &str) -> World {
        let mut world = testkit::nat();
        let document = json!({ "inputs": { "shellProfile": { "linux": linux, "windows": windows } } });
        world.patch(op::GET_DOCUMENT, "/Content", json!(document.to_string()));
        world
    }

    #[test]
    fn fires_as_a_question_without_the_text_of_the_profile() {
        let judgement = profile("export TOKEN=hunter2; exec zsh", "").judge(&RULE);
        let Judgement::Elsewhere { command, look_for, .. } = judgement else { panic!("{judgement:?}") };
        assert!(command.starts_with("aws ssm get-document") && look_for.contains("shellProfile.linux"));
        assert!(!format!("{command}{look_for}").contains("hunter2"));
    }

    #[test]
    fn silent_without_a_profile_of_this_system() {
        let mut world = profile(" ", "Set-Location C:\\");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(world.lost().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_preferences_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::GET_DOCUMENT);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:GetDocument"]);
    }
}
