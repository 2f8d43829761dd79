//! The instance was launched without a key pair.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::local::login_of;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `KeyName` of the instance is empty, and the server refuses the user's key.
    ///
    /// ## Why it matters
    ///
    /// Without a key pair nothing writes an `authorized_keys` on the first start. Published images have no password either, so nobody
    /// can log in until somebody adds a key.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --query 'Reservations[].Instances[].KeyName'` gives nothing for the instance.
    ///
    /// ## False positives
    ///
    /// User data, configuration management, the image itself or EC2 Instance Connect may have brought a key. So it is no fault while
    /// the server accepts the key, and an open question while nobody has tried.
    ///
    /// ## Fix
    ///
    /// Where EC2 Instance Connect is installed (it is on Amazon Linux and Ubuntu), `SendSSHPublicKey` lets a key in for 60 seconds
    /// (class A); within them a lasting key can be added. It takes itself back.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 key pairs and Amazon EC2 instances"
    /// - EC2 Instance Connect API reference, `SendSSHPublicKey`
    "ssh/no-key-pair", Blocker, Sessions, fix A,
    "The instance was launched without a key pair",
    needs [DESCRIBE_INSTANCES, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (id, name) = (case.instance.instance_id.as_str(), case.instance.key_name.as_str());
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("on Windows the key pair is for the password of the administrator"));
    }
    if !name.is_empty() {
        return Ok(Judgement::pass(format!("it was launched with key pair `{name}`")));
    }
    if case.is_let_in() {
        return Ok(Judgement::pass("the server accepts the key all the same: somebody has added it"));
    }
    if !case.is_refused() {
        let what = format!("which keys were added to instance `{id}`, which was launched without a key pair,");
        return Ok(Gap::opaque(what).into());
    }
    let default = case.image().ok().flatten().and_then(login_of).and_then(|login| login.users.first().copied());
    let user = case.user().or(default).unwrap_or("ec2-user");
    let send = Aws::new("ec2-instance-connect", "send-ssh-public-key", case.region())
        .arg("instance-id", id)
        .arg("instance-os-user", user)
        .arg("ssh-public-key", "file://PUBLIC_KEY_FILE");
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` was launched without a key pair, and its server refuses the key"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "KeyName", Value::Null))
            .proof(case.login_proof())
            .fix(
                Fix::new(
                    FixClass::A,
                    format!("let a public key in for 60 seconds as `{user}`, and add it for good then"),
                )
                .run(send),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge, refused, untried};
    use crate::testkit::{World, findings, missing};

    fn without_pair(mut world: World) -> Judgement {
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/KeyName", Value::Null);
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_when_the_key_is_refused() {
        let found = findings(without_pair(refused()));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("--instance-os-user ec2-user"));
    }

    #[test]
    fn silent_with_a_pair_or_a_key_that_somebody_added() {
        assert!(matches!(judge(&refused(), &client_question(), &RULE), Judgement::Pass(_)));
        assert!(matches!(without_pair(client()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_while_nobody_has_tried() {
        assert!(missing(without_pair(untried()))[0].starts_with("which keys"));
    }
}
