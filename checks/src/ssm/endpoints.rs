//! Endpoints of the agent's services.

use super::Case;
use crate::finding::Judgement;
use crate::instance::RoleFacts;
use crate::instance::endpoints::{Missing, Named};
use crate::rule::About;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;

/// How a group for new endpoints is named.
pub const ENDPOINTS: Named = ("ssm-endpoints", "Systems Manager endpoints");

/// Judges whether the interface endpoint of a service is missing in a VPC that was built to reach Systems Manager over endpoints.
///
/// # Errors
/// Never; a missing fact is a judgement of its own.
pub fn judge_missing(case: &Case<'_>, about: &About, service: &str) -> Result<Judgement, Gap> {
    if !case.paths.is_empty() && case.path_to(service).is_none() {
        return Ok(Judgement::not_applicable(not_needed(case, service)));
    }
    // An open session channel proves the way to `ssmmessages`.
    let is_proven = service == "ssmmessages" && case.channel().is_some_and(|status| is(status, "connected"));
    let missing = Missing { about, service, is_proven, no_path: "ssm/no-egress-path", named: ENDPOINTS };
    Ok(missing.judge(case, case))
}

fn not_needed(case: &Case<'_>, service: &str) -> String {
    case.agent_version().map_or_else(
        || format!("the version of the agent is not known; from 3.3.40.0 on it does without `{service}`"),
        |version| format!("agent {version} in {} does without `{service}`", case.region()),
    )
}

/// The role whose calls pass the endpoints: the one the agent works with, else that of the profile, which it goes on trying.
///
/// # Errors
/// Why it is not known.
pub fn role_of<'c, 'a>(case: &'c Case<'a>) -> Result<Option<&'c RoleFacts<'a>>, Gap> {
    match case.working_role()? {
        Some(role) => Ok(Some(role)),
        None => case.identity.role.as_ref().map(Option::as_deref).map_err(Clone::clone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis;
    use crate::testkit;
    use serde_json::json;

    #[test]
    fn healthy_worlds_are_healthy() {
        for world in [testkit::nat(), testkit::public(), testkit::closed()] {
            let report = world.diagnose();
            assert_eq!(report.verdict, diagnosis::Verdict::Healthy, "{:?}", report.findings);
        }
    }

    #[test]
    fn the_role_is_the_one_the_agent_works_with() {
        use crate::snapshot::operations as op;
        let name = |world: &testkit::World| {
            let snapshot = world.snapshot();
            let estate = crate::ssm::Estate::new(&snapshot);
            let case = Case::new(&estate, crate::instance::find(&snapshot, testkit::INSTANCE).unwrap());
            role_of(&case).map(|role| role.map(|role| role.role.role_name.clone()))
        };
        let mut world = testkit::closed();
        assert_eq!(name(&world), Ok(Some("web".to_owned())));
        world.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        assert_eq!(name(&world), Ok(Some("web".to_owned())), "with nothing to fall back to, it goes on trying");
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(name(&world).is_err(), "the role of Default Host Management was not read");
        let default =
            json!({ "Role": { "RoleName": "Default", "Arn": "arn:aws:iam::123456789012:role/service-role/Default" } });
        world.answer(op::GET_ROLE, json!({ "RoleName": "Default" }), default);
        assert_eq!(name(&world), Ok(Some("Default".to_owned())));
    }
}
