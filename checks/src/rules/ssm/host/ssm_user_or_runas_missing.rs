//! Sessions are to run as a user who is not there.

use crate::finding::{Judgement, Place};
use crate::fix::{Aws, quoted};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ssm::SESSION_PREFERENCES;
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the Region's session preferences let sessions run as a named user (`runAsEnabled`). Whether that user exists shows only on
    /// the instance, or in the tags of the caller where no default user is set.
    ///
    /// ## Why it matters
    ///
    /// The agent refuses a session for a user that the instance does not have: it opens and closes at once. Port forwarding goes on,
    /// since it needs no user, which tells this fault from a dead channel.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `id USER`. The user is the caller's tag `SSMSessionRunAs`, else `runAsDefaultUser` of the preferences.
    ///
    /// ## False positives
    ///
    /// The preferences are those of a Region: the user may exist on every other instance. Without Run As the agent makes
    /// `ssm-user` itself, except on Windows domain controllers, where somebody must create it.
    ///
    /// ## Fix
    ///
    /// Correct the preference (class A) or create the user on the instance (class C). To undo, set the previous default version of the
    /// document, or remove the user.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Turn on Run As support for Linux and macOS managed nodes"
    /// - Systems Manager user guide, "Turn off or turn on ssm-user account administrative permissions"
    "ssm/ssm-user-or-runas-missing", Blocker, Sessions, fix A,
    "The user of sessions does not exist",
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
    let windows = "Get-LocalUser ssm-user";
    if case.instance.is_windows() {
        return Ok(case.inside(
            "",
            windows,
            "no enabled `ssm-user`, as on a domain controller where nobody created it",
        ));
    }
    let preferences = case.preferences()?;
    if preferences.run_as_enabled != Some(true) {
        return Ok(Judgement::pass("sessions run as `ssm-user`, whom the agent creates"));
    }
    let user = preferences.run_as_default_user.trim();
    if user.is_empty() {
        let caller = Aws::new("sts", "get-caller-identity", case.region());
        return Ok(Judgement::Elsewhere {
            place: Place::Client,
            command: caller.into(),
            look_for: format!(
                "a user or role without the tag `SSMSessionRunAs`: `{SESSION_PREFERENCES}` turns Run As \
                    on and names no default user"
            )
            .into(),
        });
    }
    let command = format!("id {}", quoted(user));
    Ok(case.inside(command, windows, "no such user, while the preferences let every session run as this one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::{Value, json};

    fn preferences(inputs: &Value) -> World {
        let mut world = testkit::nat();
        let document = json!({ "schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": inputs });
        world.patch(op::GET_DOCUMENT, "/Content", json!(document.to_string()));
        world
    }

    #[test]
    fn fires_as_a_question_about_the_named_user() {
        let world = preferences(&json!({ "runAsEnabled": true, "runAsDefaultUser": "ops; reboot" }));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { command, .. } if command == "id 'ops; reboot'"));
        let world = preferences(&json!({ "runAsEnabled": true }));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { place: Place::Client, .. }));
    }

    #[test]
    fn silent_without_run_as_and_while_offline() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(world.lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_preferences_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::GET_DOCUMENT);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:GetDocument"]);
    }
}
