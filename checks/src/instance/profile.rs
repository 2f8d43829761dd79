//! Commands that give an instance credentials of its own.

use super::{Host, ec2_services};
use crate::fix::{Aws, Fix};
use serde_json::json;

/// What a fix makes where the account has nothing to offer.
#[derive(Debug, Clone)]
pub struct Kit {
    /// Name of the role, and of the profile.
    pub name: &'static str,
    /// ARN of the policy that lets the software of the instance do its work.
    pub policy: String,
}

/// Makes a role that EC2 may hand out and that may do what the agent needs, no more.
fn make_role(host: &Host<'_>, kit: &Kit, fix: Fix, role: &str) -> Fix {
    let service = ec2_services(host.partition()).first().copied().unwrap_or("ec2.amazonaws.com");
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }] });
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", role);
    fix.run(command("create-role").json("assume-role-policy-document", &trust))
        .run(command("attach-role-policy").arg("policy-arn", &kit.policy))
}

fn delete_role(kit: &Kit, fix: Fix, role: &str) -> Fix {
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", role);
    fix.undo(command("detach-role-policy").arg("policy-arn", &kit.policy)).undo(command("delete-role"))
}

/// The association of the instance with its profile, as `--association-id`.
fn of_instance(host: &Host<'_>, command: Aws) -> Aws {
    let filter = format!("Name=instance-id,Values={}", host.instance.instance_id);
    let find = Aws::new("ec2", "describe-iam-instance-profile-associations", host.region()).arg("filters", filter);
    command.found("association-id", find, "IamInstanceProfileAssociations[0].AssociationId")
}

/// Gives an instance without profile one that is made for it.
pub fn attach_new(host: &Host<'_>, kit: &Kit, fix: Fix) -> Fix {
    let profile = |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", kit.name);
    let associate = Aws::new("ec2", "associate-iam-instance-profile", host.region())
        .arg("instance-id", &host.instance.instance_id)
        .arg("iam-instance-profile", format!("Name={}", kit.name));
    let fix = make_role(host, kit, fix, kit.name)
        .run(profile("create-instance-profile"))
        .run(profile("add-role-to-instance-profile").arg("role-name", kit.name))
        .run(associate)
        .undo(of_instance(host, Aws::new("ec2", "disassociate-iam-instance-profile", host.region())))
        .undo(profile("remove-role-from-instance-profile").arg("role-name", kit.name))
        .undo(profile("delete-instance-profile"));
    delete_role(kit, fix, kit.name)
}

/// Binds the instance to a profile that exists.
pub fn rebind(host: &Host<'_>, fix: Fix, profile: &str) -> Fix {
    let replace = Aws::new("ec2", "replace-iam-instance-profile-association", host.region());
    fix.run(of_instance(host, replace).arg("iam-instance-profile", format!("Name={profile}")))
}

/// Makes the profile again under its old name, with a role of that name, and binds the instance to it.
pub fn make_again(host: &Host<'_>, kit: &Kit, fix: Fix, name: &str) -> Fix {
    let profile = |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", name);
    let fix = make_role(host, kit, fix, name)
        .run(profile("create-instance-profile"))
        .run(profile("add-role-to-instance-profile").arg("role-name", name));
    rebind(host, fix, name)
}

/// Puts a role that is made for it into a profile that has none.
pub fn fill(host: &Host<'_>, kit: &Kit, fix: Fix, profile: &str) -> Fix {
    let command =
        |verb: &str| Aws::new("iam", verb, "").arg("instance-profile-name", profile).arg("role-name", kit.name);
    let fix = make_role(host, kit, fix, kit.name)
        .run(command("add-role-to-instance-profile"))
        .undo(command("remove-role-from-instance-profile"));
    delete_role(kit, fix, kit.name)
}
