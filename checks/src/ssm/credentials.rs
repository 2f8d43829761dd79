//! Which role the agent works with.

use super::calls::REGISTER;
use super::{Case, Heartbeat};
use crate::finding::Judgement;
use crate::instance::profile::Kit;
use crate::instance::{RoleFacts, ec2_services, is_other};
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, Observed};

impl<'a> Case<'a> {
    /// The role of Default Host Management, when it is known to be on.
    pub fn fallback(&self) -> Option<&'a str> {
        self.default_host.management.as_ref().ok().copied().flatten()
    }

    /// Why the agent cannot work with an instance profile and needs Default Host Management; `None` when it can.
    ///
    /// The agent asks for the credentials of the profile first, and for those of Default Host Management only when there are none or
    /// `ssm:UpdateInstanceInformation` is refused with them (source of SSM Agent, `ec2_role_provider.go`).
    ///
    /// # Errors
    /// Why it is not known.
    pub fn needs_fallback(&self) -> Observed<String> {
        let Some(profile) = self.identity.attached else {
            return Ok(Some("the instance has no instance profile".to_owned()));
        };
        let name = self.identity.profile_name;
        match self.identity.profile.clone()? {
            None => return Ok(Some(format!("instance profile `{name}` does not exist any more"))),
            Some(known) if is_other(&known.instance_profile_id, &profile.id) => {
                return Ok(Some(format!("instance profile `{name}` was deleted and made again")));
            }
            Some(_) => {}
        }
        let role = self.identity.role.as_ref().map_err(Clone::clone)?;
        let Some(role) = role else { return Ok(Some(format!("instance profile `{name}` has no role"))) };
        let role_name = &role.role.role_name;
        if role.decide_trust(self, ec2_services(self.partition())).is_denied() {
            return Ok(Some(format!("EC2 may not assume role `{role_name}`")));
        }
        let register = role.decide_by_itself(self, REGISTER);
        if register.is_denied() {
            return Ok(Some(format!("role `{role_name}` may not call `{REGISTER}`")));
        }
        if register.is_allowed() {
            return Ok(None);
        }
        // Undecided, and yet settled when there is nothing to fall back to.
        match &self.default_host.management {
            Ok(None) => Ok(None),
            _ => role.open(&register).into_iter().next().map_or(Ok(None), Err),
        }
    }

    /// The role that the agent works with: the profile's, or that of Default Host Management.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn working_role(&self) -> Observed<&RoleFacts<'a>> {
        let role = match self.needs_fallback()? {
            None => &self.identity.role,
            Some(_) => &self.default_host.role,
        };
        role.as_ref().map(Option::as_deref).map_err(Clone::clone)
    }

    /// The status that `GetConnectionStatus` tells, when it was asked.
    pub fn channel(&self) -> Option<&'a str> {
        let status = self.snapshot.connection_statuses.get(&self.instance.instance_id).ok().flatten();
        status.map(|status| status.status.as_str())
    }

    /// A question about the agent's calls that stays open; what no read can tell is proven by calls that evidently succeed.
    pub fn open_question(&self, about: &str, gaps: Vec<Gap>) -> Judgement {
        let is_connected = self.channel().is_some_and(|status| is(status, "connected"));
        let missing: Vec<String> = gaps.iter().map(Gap::missing).collect();
        let missing = missing.join(", ");
        if let (Heartbeat::Online(_), true, true) =
            (&self.heartbeat, is_connected, gaps.iter().all(|gap| matches!(gap, Gap::Opaque { .. })))
        {
            return Judgement::pass(format!(
                "{} and its session channel is open, which proves {about} in spite of {missing}",
                self.heartbeat.words()
            ));
        }
        Judgement::cannot_tell(format!("{about} depends on what is not known: {missing}"), gaps)
    }
}

/// The AWS managed policy that lets an instance be managed.
pub fn core_policy(case: &Case<'_>) -> String {
    format!("arn:{}:iam::aws:policy/AmazonSSMManagedInstanceCore", case.partition())
}

/// The role and profile that a fix makes.
pub fn kit(case: &Case<'_>) -> Kit {
    Kit { name: "ssm-managed-instance", policy: core_policy(case) }
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::{Diagnosis, Verdict};
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World};
    use serde_json::{Value, json};

    const PROFILE: &str = "/Reservations/0/Instances/0/IamInstanceProfile";

    fn blockers(diagnosis: &Diagnosis) -> Vec<&'static str> {
        let blockers = diagnosis.findings.iter().filter(|finding| finding.severity == Severity::Blocker);
        blockers.map(|finding| finding.rule).collect()
    }

    fn managed_by_default(world: &mut World) {
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        let of_role = json!({ "RoleName": "Default" });
        let trust = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "Service": "ssm.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
        let role = json!({ "Role": { "RoleName": "Default", "Arn": "arn:aws:iam::123456789012:role/service-role/Default",
            "AssumeRolePolicyDocument": trust } });
        let core = json!({ "PolicyName": "Core", "PolicyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" });
        world.answer(op::GET_ROLE, of_role.clone(), role);
        world.answer(op::LIST_ATTACHED_ROLE_POLICIES, of_role.clone(), json!({ "AttachedPolicies": [core] }));
        world.answer(op::LIST_ROLE_POLICIES, of_role, json!({ "PolicyNames": [] }));
    }

    #[test]
    fn healthy_worlds_stay_healthy() {
        for world in [testkit::nat(), testkit::public(), testkit::closed()] {
            let diagnosis = world.diagnose();
            assert_eq!((diagnosis.verdict, &diagnosis.findings), (Verdict::Healthy, &Vec::new()));
        }
    }

    #[test]
    fn an_online_node_with_a_plain_role_needs_no_more_reads() {
        for mut world in [testkit::nat(), testkit::closed()] {
            world.forget(op::GET_SERVICE_SETTING).forget(op::GET_CONSOLE_OUTPUT);
            let findings = world.diagnose().findings;
            assert!(findings.iter().all(|finding| !finding.missing.iter().any(|gap| gap == "ssm:GetServiceSetting")));
            assert!(findings.iter().all(|finding| !finding.missing.iter().any(|gap| gap == "ec2:GetConsoleOutput")));
        }
    }

    #[test]
    fn one_fault_gives_one_blocker() {
        type Fault = fn(&mut World);
        let faults: [(&str, Fault); 6] = [
            ("ssm/no-instance-profile", |world| {
                world.patch(op::DESCRIBE_INSTANCES, PROFILE, Value::Null);
            }),
            ("ssm/profile-without-role", |world| {
                world.patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/Roles", json!([]));
            }),
            ("ssm/profile-deleted-or-stale", |world| {
                world.fail(op::GET_INSTANCE_PROFILE, "NoSuchEntity");
            }),
            ("ssm/role-lacks-core", |world| {
                world.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
            }),
            ("ssm/role-lacks-ssmmessages", |world| {
                world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/1", Value::Null);
            }),
            ("ssm/explicit-deny", |world| {
                let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*" });
                world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/9", deny);
            }),
        ];
        for (rule, fault) in faults {
            let mut world = testkit::nat();
            fault(world.never());
            assert_eq!(blockers(&world.diagnose()), [rule]);
        }
    }

    #[test]
    fn default_host_management_stands_in_for_every_fault_of_the_profile() {
        for fault in [
            |world: &mut World| {
                world.patch(op::DESCRIBE_INSTANCES, PROFILE, Value::Null);
            },
            |world: &mut World| {
                world.patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/Roles", json!([]));
            },
            |world: &mut World| {
                world.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
            },
        ] {
            let mut world = testkit::nat();
            fault(&mut world);
            managed_by_default(&mut world);
            let diagnosis = world.diagnose();
            assert_eq!((diagnosis.verdict, &diagnosis.findings), (Verdict::Healthy, &Vec::new()));
        }
    }

    #[test]
    fn a_weak_profile_shadows_default_host_management_once() {
        let mut world = testkit::nat();
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/1", Value::Null);
        managed_by_default(&mut world);
        world.patch(op::GET_CONNECTION_STATUS, "/Status", json!("notconnected"));
        assert_eq!(blockers(&world.diagnose()), ["ssm/dhmc-shadowed-by-profile"]);
    }

    #[test]
    fn denied_reads_never_become_blockers() {
        for denied in [
            op::GET_INSTANCE_PROFILE,
            op::GET_ROLE,
            op::LIST_ATTACHED_ROLE_POLICIES,
            op::LIST_ROLE_POLICIES,
            op::LIST_POLICIES,
            op::GET_POLICY_VERSION,
            op::GET_SERVICE_SETTING,
            op::GET_DOCUMENT,
            op::DESCRIBE_INSTANCE_INFORMATION,
            op::GET_CONSOLE_OUTPUT,
        ] {
            for mut world in [testkit::nat(), testkit::closed()] {
                world.deny(denied);
                let found = world.diagnose();
                assert!(
                    found.findings.iter().all(|finding| finding.severity == Severity::CannotTell),
                    "{}",
                    denied.action
                );
            }
        }
    }
}
