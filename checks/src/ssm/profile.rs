//! Commands that give an instance credentials of its own.

use super::Case;
use super::credentials::core_policy;
use super::identity::ec2_services;
use crate::fix::{Aws, Fix};
use serde_json::json;

/// Name of a role and profile that a fix makes where the account has none to offer.
const NAME: &str = "ssm-managed-instance";

/// Makes a role that EC2 may hand out and that may do what the agent needs, no more.
fn make_role(case: &Case<'_>, fix: Fix, role: &str) -> Fix {
    let service = ec2_services(case.partition()).first().copied().unwrap_or("ec2.amazonaws.com");
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }] });
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", role);
    fix.run(command("create-role").json("assume-role-policy-document", &trust))
        .run(command("attach-role-policy").arg("policy-arn", core_policy(case)))
}

fn delete_role(case: &Case<'_>, fix: Fix, role: &str) -> Fix {
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", role);
    fix.undo(command("detach-role-policy").arg("policy-arn", core_policy(case))).undo(command("delete-role"))
}

/// The association of the instance with its profile, as `--association-id`.
fn of_instance(case: &Case<'_>, command: Aws) -> Aws {
    let filter = format!("Name=instance-id,Values={}", case.instance.instance_id);
    let find = Aws::new("ec2", "describe-iam-instance-profile-associations", case.region()).arg("filters", filter);
    command.found("association-id", find, "IamInstanceProfileAssociations[0].AssociationId")
}

/// Gives an instance without profile one that is made for it.
pub fn attach_new(case: &Case<'_>, fix: Fix) -> Fix {
    let profile = |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", NAME);
    let associate = Aws::new("ec2", "associate-iam-instance-profile", case.region())
        .arg("instance-id", &case.instance.instance_id)
        .arg("iam-instance-profile", format!("Name={NAME}"));
    let fix = make_role(case, fix, NAME)
        .run(profile("create-instance-profile"))
        .run(profile("add-role-to-instance-profile").arg("role-name", NAME))
        .run(associate)
        .undo(of_instance(case, Aws::new("ec2", "disassociate-iam-instance-profile", case.region())))
        .undo(profile("remove-role-from-instance-profile").arg("role-name", NAME))
        .undo(profile("delete-instance-profile"));
    delete_role(case, fix, NAME)
}

/// Binds the instance to a profile that exists.
pub fn rebind(case: &Case<'_>, fix: Fix, profile: &str) -> Fix {
    let replace = Aws::new("ec2", "replace-iam-instance-profile-association", case.region());
    fix.run(of_instance(case, replace).arg("iam-instance-profile", format!("Name={profile}")))
}

/// Makes the profile again under its old name, with a role of that name, and binds the instance to it.
pub fn make_again(case: &Case<'_>, fix: Fix, name: &str) -> Fix {
    let profile = |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", name);
    let fix = make_role(case, fix, name)
        .run(profile("create-instance-profile"))
        .run(profile("add-role-to-instance-profile").arg("role-name", name));
    rebind(case, fix, name)
}

/// Puts a role that is made for it into a profile that has none.
pub fn fill(case: &Case<'_>, fix: Fix, profile: &str) -> Fix {
    let command = |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", profile).arg("role-name", NAME);
    let fix = make_role(case, fix, NAME)
        .run(command("add-role-to-instance-profile"))
        .undo(command("remove-role-from-instance-profile"));
    delete_role(case, fix, NAME)
}
