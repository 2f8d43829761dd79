//! The user is not one that the image lets in.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::os::login_user::is_some_default;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::local::{is_published, login_of};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user that logs in is the one to whom the image gives the key pair of the launch: `ec2-user`, `ubuntu`, `admin` and
    /// so on, by the name of the image and its publisher. The user is that of `--user`, else the one that the client's configuration names.
    ///
    /// ## Why it matters
    ///
    /// cloud-init writes the public key of the key pair into the `authorized_keys` of one user only. Everybody else gets `Permission
    /// denied (publickey)`, the same words as for a wrong key.
    ///
    /// ## How to confirm
    ///
    /// `ssh -v` says as which user it authenticates. `aws ec2 describe-images` with the instance's `ImageId` shows the image's name.
    ///
    /// ## False positives
    ///
    /// Users can be made by user data or later. So a name that is no image's default counts as a fault of nobody until it is looked at,
    /// and a login that was accepted settles the question. Images that somebody made from a publisher's image, and images that are
    /// gone, prove nothing by their names.
    ///
    /// ## Fix
    ///
    /// Log in as the image's own user (class M).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Manage system users on your Amazon EC2 Linux instance", default usernames
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance", "Permission denied"
    "ssh/wrong-user", Blocker, Sessions, fix M,
    "The user is not the one that the image lets in",
    needs [DESCRIBE_IMAGES, CLIENT_CONFIGURATION, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("`ssh/windows-target` says who logs in to Windows"));
    }
    let Some(user) = case.user() else {
        let command = format!("ssh -G {} | grep '^user '", quoted(case.host_word()));
        return Ok(case.at_client(command, "another user than the default one of the instance's image"));
    };
    if case.is_let_in() {
        return Ok(Judgement::pass(format!("the server let user `{user}` in")));
    }
    let image_id = case.instance.image_id.as_str();
    let published = case.image()?.filter(|image| is_published(image));
    let Some((image, login)) = published.and_then(|image| Some((image, login_of(image)?))) else {
        let what = format!("which users image `{image_id}`, which no publisher made or which is gone, lets in");
        return Ok(Gap::opaque(what).into());
    };
    let first = login.users.first().copied().unwrap_or_default();
    if login.users.contains(&user) {
        return Ok(Judgement::pass(format!("`{user}` is a default user of {}", login.family)));
    }
    if !is_some_default(user) {
        return Ok(Gap::opaque(format!(
            "whether user `{user}`, whom image `{image_id}` does not bring along, was made there"
        ))
        .into());
    }
    let mut words = vec!["ssh".to_owned()];
    if let Some(key) = case.key_path() {
        words.extend(["-i".to_owned(), quoted(key)]);
    }
    if case.question.port != 22 {
        words.push(format!("-p {}", case.question.port));
    }
    words.push(quoted(&format!("{first}@{}", case.host_word())));
    let detail = format!(
        "user `{user}` is not the one that image `{image_id}` (`{}`, {}) lets in: that is `{first}`",
        image.name, login.family
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", &case.instance.instance_id)
            .about("image", image_id)
            .proof(Evidence::new(op::DESCRIBE_IMAGES, image_id, "Name", image.name.as_str()))
            .proof(Evidence::new(op::DESCRIBE_IMAGES, image_id, "OwnerId", image.owner_id.as_str()))
            .fix(Fix::new(FixClass::M, format!("log in as `{first}`")).run(words.join(" "))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::Question;
    use crate::testkit::ssh::{client, client_question, judge, refused, untried};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn user(name: &str) -> Question {
        Question { user: Some(name.to_owned()), ..client_question() }
    }

    #[test]
    fn fires_on_the_user_of_another_image() {
        let found = findings(judge(&refused(), &user("ubuntu"), &RULE));
        assert!(found[0].detail.contains("that is `ec2-user`"));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.commands, ["ssh -i /home/me/.ssh/web.pem ec2-user@203.0.113.10"]);
        findings(judge(&untried(), &user("root"), &RULE));
    }

    #[test]
    fn fires_on_the_user_of_the_clients_configuration() {
        let mut world = refused();
        world.patch(op::CLIENT_CONFIGURATION, "/User", json!("admin"));
        world.patch(op::CLIENT_CONFIGURATION, "/UserIsOwn", json!(false));
        findings(judge(&world, &Question { user: None, ..client_question() }, &RULE));
    }

    #[test]
    fn silent_for_the_images_user_and_for_whom_the_server_lets_in() {
        assert!(matches!(judge(&refused(), &user("ec2-user"), &RULE), Judgement::Pass(_)));
        assert!(matches!(judge(&client(), &user("alice"), &RULE), Judgement::Pass(_)));
        let nobody = Question { user: None, ..client_question() };
        assert!(matches!(judge(&refused(), &nobody, &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_for_users_and_images_that_somebody_made() {
        assert!(missing(judge(&refused(), &user("alice"), &RULE))[0].contains("`alice`"));
        let mut own = refused();
        own.patch(op::DESCRIBE_IMAGES, "/Images/0/ImageOwnerAlias", json!("self"));
        own.patch(op::DESCRIBE_IMAGES, "/Images/0/OwnerId", json!("111122223333"));
        assert!(missing(judge(&own, &user("ubuntu"), &RULE))[0].contains("ami-1"));
        let mut gone = refused();
        gone.patch(op::DESCRIBE_IMAGES, "/Images", json!([]));
        assert!(missing(judge(&gone, &user("ubuntu"), &RULE))[0].contains("ami-1"));
    }

    #[test]
    fn unknown_when_the_image_is_denied() {
        let mut world = refused();
        world.deny(op::DESCRIBE_IMAGES);
        assert_eq!(missing(judge(&world, &user("ubuntu"), &RULE)), ["ec2:DescribeImages"]);
    }
}
