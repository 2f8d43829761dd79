//! What shows outside of the start of the agent: user data, image, console, and whether it has come through.

use super::registration::is_complete;
use super::{Case, DEFAULT, health};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass, quoted};
use crate::instance::last_sign;
use crate::os::console::SignKind;
use crate::os::ecs_image::EcsImage;
use crate::os::user_data::UserDataSigns;
use crate::snapshot::ec2::{Image, InstanceType};
use crate::snapshot::user_data::USER_DATA;
use crate::snapshot::{Gap, Observed, operations as op};
use serde_json::Value;

/// What shows the configuration of the agent on the instance.
pub(crate) const LOOK_AT_CONFIG: &str = "sudo cat -A /etc/ecs/ecs.config; curl -s http://localhost:51678/v1/metadata";
/// The same on Windows.
pub(crate) const LOOK_AT_CONFIG_WINDOWS: &str = "[Environment]::GetEnvironmentVariable('ECS_CLUSTER','Machine'); Invoke-RestMethod http://localhost:51678/v1/metadata";

impl<'a> Case<'a> {
    /// What a rule about the way to a registration says where the question does not arise: the registration is complete, or another
    /// rule's fault comes before.
    ///
    /// # Errors
    /// Why the registration is not known.
    pub(crate) fn past_start(&self) -> Result<Option<Judgement>, Gap> {
        if self.is_asleep() {
            return Ok(Some(self.follows_from_its_state()));
        }
        if self.registered().is_some() {
            return Ok(Some(Judgement::pass(self.sign())));
        }
        if let Some(judgement) = self.without_cluster() {
            return Ok(Some(judgement));
        }
        self.entry()?;
        Ok(self.elsewhere().map(|cluster| {
            Judgement::not_applicable(format!("its agent works: the instance is registered in cluster `{cluster}`"))
        }))
    }

    /// What a rule about role or network says where these were not read: no agent runs, or no cluster takes it in.
    pub(crate) fn aside(&self) -> Option<Judgement> {
        if self.is_asleep() { Some(self.follows_from_its_state()) } else { self.without_cluster() }
    }

    /// What a rule says where the cluster takes no instance.
    pub(crate) fn without_cluster(&self) -> Option<Judgement> {
        let is_there = || matches!(&self.cluster, Ok(Some(_)));
        let rule = || if is_there() { "ecs/cluster-inactive" } else { "ecs/cluster-not-found" };
        self.lacks_cluster().then(|| Judgement::follows_from(rule()))
    }

    /// What a rule about the running agent says where the question does not arise: the agent is connected, here or in another cluster, or
    /// another rule's fault comes before.
    ///
    /// # Errors
    /// Why the registration is not known.
    pub(crate) fn past_connection(&self) -> Result<Option<Judgement>, Gap> {
        if self.registered().is_none() || self.is_asleep() {
            return self.past_start();
        }
        Ok((self.is_connected() == Some(true)).then(|| Judgement::pass(self.sign())))
    }

    /// Another cluster in which the instance is registered, as far as that is known.
    fn elsewhere(&self) -> Option<&'a str> {
        let entries = self.entries_elsewhere().ok()?;
        entries.into_iter().find(|(_, entry)| is_complete(entry)).map(|(cluster, _)| cluster)
    }

    /// What is kept of the user data.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn user_data(&self) -> Observed<&'a UserDataSigns> {
        let key = format!("{}/{USER_DATA}", self.instance.instance_id);
        let attribute = self.snapshot.instance_attributes.get(&key)?;
        Ok(attribute.and_then(|attribute| attribute.user_data_signs.as_ref()))
    }

    /// The image that the instance was launched from; absent when it is gone or somebody else's.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn image(&self) -> Observed<&'a Image> {
        self.snapshot.images.get(&self.instance.image_id)
    }

    /// What the image tells of the agent.
    ///
    /// # Errors
    /// Why the image is not known.
    pub(crate) fn ecs_image(&self) -> Result<EcsImage, Gap> {
        Ok(self.image()?.map_or(EcsImage::Unknown, EcsImage::of))
    }

    /// The type of the instance.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub(crate) fn instance_type(&self) -> Observed<&'a InstanceType> {
        self.snapshot.instance_types.get(&self.instance.instance_type)
    }

    /// Whether the agent joins cluster `default` when nobody tells it of another.
    pub(crate) fn wants_default(&self) -> bool {
        self.question.cluster_name() == DEFAULT
    }

    /// The last line of a kind in the console text of the present start, unless a line of a kind in `undone_by` follows it; none while
    /// the agent is connected.
    ///
    /// # Errors
    /// Why the text is not known.
    pub(crate) fn console_line(&self, kind: SignKind, undone_by: &[SignKind]) -> Observed<&'a str> {
        if self.is_connected() == Some(true) {
            return Ok(None);
        }
        let console = self.console_since_start()?;
        // Between two connections of an agent that works, an old line proves nothing.
        if self.registered().is_some_and(|entry| health::was_heard_lately(self.snapshot, entry)) {
            return Ok(None);
        }
        Ok(console.and_then(|console| last_sign(console, kind, undone_by)))
    }

    /// A question to a shell on the instance, in the words of its operating system.
    pub(crate) fn ask_inside(
        &self,
        settled: super::Settled,
        linux: &'static str,
        windows: &'static str,
        look_for: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Judgement {
        let command = if self.instance.is_windows() { windows } else { linux };
        self.inside(settled, Place::Instance, command, look_for)
    }

    /// A finding about what the user data tells.
    pub(crate) fn user_data_finding(&self, detail: impl Into<String>, field: &str, value: impl Into<Value>) -> Finding {
        let id = self.instance.instance_id.as_str();
        Finding::new(detail).about("ec2-instance", id).proof(Evidence::new(
            op::DESCRIBE_INSTANCE_ATTRIBUTE,
            id,
            format!("UserDataSigns.{field}"),
            value,
        ))
    }

    /// The launch template that the instance was launched from, in words.
    pub(crate) fn template(&self) -> String {
        let tag = |key: &str| self.instance.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str());
        match (tag("aws:ec2launchtemplate:id"), tag("aws:ec2launchtemplate:version")) {
            (Some(id), Some(version)) => format!("launch template `{id}` (version {version})"),
            _ => "its launch template".to_owned(),
        }
    }

    /// Tells the agent on the instance of the cluster, and restarts it.
    pub(crate) fn set_cluster(&self) -> Fix {
        let cluster = self.question.cluster_name();
        let summary = format!(
            "on the instance, tell the agent of cluster `{cluster}` and restart it; correct the user data of {} for new instances",
            self.template()
        );
        if self.instance.is_windows() {
            let name = cluster.replace('\'', "''");
            return Fix::new(FixClass::C, summary)
                .run(format!("Import-Module ECSTools; Initialize-ECSAgent -Cluster '{name}'"))
                .undo("Stop-Service AmazonECS; Set-Service AmazonECS -StartupType Disabled");
        }
        Fix::new(FixClass::C, summary)
            .run("sudo touch /etc/ecs/ecs.config && sudo cp -p /etc/ecs/ecs.config /etc/ecs/ecs.config.before")
            .run(format!("echo ECS_CLUSTER={} | sudo tee -a /etc/ecs/ecs.config", quoted(cluster)))
            .run("sudo systemctl restart ecs")
            .undo("sudo mv /etc/ecs/ecs.config.before /etc/ecs/ecs.config && sudo systemctl restart ecs")
    }

    /// Corrects a setting of the agent on the instance by hand, and restarts it.
    pub(crate) fn edit_config(&self, what: &str) -> Fix {
        let summary = format!(
            "on the instance, {what} in `/etc/ecs/ecs.config` and restart the agent; correct the user data of {} for new instances",
            self.template()
        );
        Fix::new(FixClass::C, summary)
            .run("sudo cp -p /etc/ecs/ecs.config /etc/ecs/ecs.config.before && sudo vi /etc/ecs/ecs.config")
            .run("sudo systemctl restart ecs")
            .undo("sudo mv /etc/ecs/ecs.config.before /etc/ecs/ecs.config && sudo systemctl restart ecs")
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::{Judgement, Place};
    use crate::rule::{Rule, Sight};
    use crate::rules;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs};
    use serde_json::json;

    fn inside() -> impl Iterator<Item = &'static Rule<crate::ecs::Ecs>> {
        rules::ECS.iter().copied().filter(|rule| rule.about.sight == Sight::Inside)
    }

    fn judged(world: &World, rule: &Rule<crate::ecs::Ecs>) -> Judgement {
        world.judge(rule)
    }

    #[test]
    fn what_only_the_inside_shows_is_asked_until_the_agent_comes_through() {
        assert!(inside().count() >= 8);
        for rule in inside() {
            let id = rule.about.id;
            let mut world = ecs::nat();
            let of_host = rule.about.layer == "host";
            assert!(!of_host || matches!(judged(&world, rule), Judgement::Pass(_)), "{id}: connected settles it");
            ecs::never(&mut world);
            let Judgement::Elsewhere { place, command, look_for } = judged(&world, rule) else { panic!("{id}") };
            assert!(!command.is_empty() && !look_for.is_empty(), "{id}");
            world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
            let Judgement::Elsewhere { command: on_windows, .. } = judged(&world, rule) else { panic!("{id}") };
            assert!(!of_host || on_windows != command, "{id}: Windows has a command of its own");
            world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
            assert!(place == Place::Client || matches!(judged(&world, rule), Judgement::NotApplicable(_)), "{id}");
        }
    }

    #[test]
    fn the_start_is_past_where_the_agent_works_in_another_cluster() {
        let mut world = ecs::nat();
        let other = "arn:aws:ecs:eu-west-1:123456789012:container-instance/default/0a1b";
        ecs::never(&mut world)
            .answer(
                op::LIST_CLUSTERS,
                json!({}),
                json!({ "clusterArns": ["arn:aws:ecs:eu-west-1:123456789012:cluster/default"] }),
            )
            .answer(
                op::LIST_CONTAINER_INSTANCES,
                json!({ "cluster": "default", "filter": format!("ec2InstanceId == {}", crate::testkit::INSTANCE) }),
                json!({ "containerInstanceArns": [other] }),
            )
            .answer(
                op::DESCRIBE_CONTAINER_INSTANCES,
                json!({ "cluster": "default", "containerInstances": [other] }),
                json!({ "failures": [], "containerInstances": [ecs::entry(other, crate::testkit::INSTANCE)] }),
            );
        for rule in rules::ECS
            .iter()
            .copied()
            .filter(|rule| ["ecs/user-data-missing", "ecs/ami-without-agent"].contains(&rule.about.id))
        {
            let judgement = judged(&world, rule);
            assert!(matches!(&judgement, Judgement::NotApplicable(why) if why.contains("`default`")), "{judgement:?}");
        }
    }
}
