//! What the role of a container instance lacks, and what a fix makes.

use super::Case;
use super::calls::REGISTER;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::profile::Kit;
use crate::instance::{Grant, calls_in_words, nearly};
use crate::snapshot::Gap;

/// The AWS managed policy that lets container instances do their work.
///
/// Source: AWS managed policy reference, "AmazonEC2ContainerServiceforEC2Role".
fn policy(case: &Case<'_>) -> String {
    format!("arn:{}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role", case.partition())
}

/// The role and profile that a fix makes, under the name that the developer guide uses.
pub(crate) fn kit(case: &Case<'_>) -> Kit {
    Kit { name: "ecsInstanceRole", policy: policy(case) }
}

/// Makes the cluster that was asked about.
pub(crate) fn make_cluster(case: &Case<'_>) -> Fix {
    let name = case.question.cluster_name();
    let command = |verb: &str| Aws::new("ecs", verb, case.region());
    Fix::new(FixClass::M, format!("name the cluster that is meant in `ECS_CLUSTER`, or create cluster `{name}`"))
        .run(command("create-cluster").arg("cluster-name", name))
        .undo(command("delete-cluster").arg("cluster", name))
}

/// Judges whether the role's identity policies allow calls; `so` says what comes of it if not.
///
/// # Errors
/// Why the role is not known.
pub(crate) fn judge_lacking(case: &Case<'_>, actions: &[&'static str], so: &str) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let Some(role) = case.role()? else {
        let rule = if case.identity.attached.is_none() { "no-instance-profile" } else { "profile-broken" };
        return Ok(Judgement::not_applicable(format!("follows from `ecs/{rule}`")));
    };
    let name = role.role.role_name.as_str();
    let lacking = match role.lacking(case, actions) {
        Ok(lacking) => lacking,
        Err(gaps) => {
            let words = calls_in_words(actions);
            return Ok(Judgement::cannot_tell(
                format!("whether role `{name}` may call {words} depends on what is not known"),
                gaps,
            ));
        }
    };
    let Some((_, decision)) = lacking.first() else {
        if actions.iter().any(|action| role.grant(case, action) == Grant::Refused) {
            return Ok(Judgement::follows_from("ecs/explicit-deny"));
        }
        return Ok(Judgement::pass(format!("policies of role `{name}` allow {}", calls_in_words(actions))));
    };
    let calls: Vec<&str> = lacking.iter().map(|(action, _)| *action).collect();
    let near = decision.near_miss().and_then(|miss| role.statement(&miss.statement));
    let on = if calls.contains(&REGISTER) {
        format!(" on cluster `{}`", case.question.cluster_name())
    } else {
        String::new()
    };
    let detail = format!("no policy of role `{name}` allows {}{on}, {so}{}", calls_in_words(&calls), nearly(decision));
    let attach = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-arn", policy(case));
    let summary =
        format!("attach `AmazonEC2ContainerServiceforEC2Role` to role `{name}`; everything with this role gets it");
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("role", name)
            .about("ec2-instance", &case.instance.instance_id)
            .proofs(role.listed())
            .proofs(near)
            .fix(Fix::new(FixClass::A, summary).run(attach("attach-role-policy")).undo(attach("detach-role-policy"))),
    ))
}
