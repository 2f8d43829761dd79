//! The inside of an instance: what a connection proves of it, and how to ask for the rest.

use super::case::Case;
use super::local;
use crate::finding::{Judgement, Place};
use crate::snapshot::local::SshProbe;
use crate::snapshot::{Gap, Observed, operations as op};
use std::borrow::Cow;

/// What proves that a fault is not there: how far a connection from this machine came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// A server of SSH told its version: it runs and listens, and no firewall of the operating system drops the packets.
    Banner,
    /// Keys were exchanged, so the server has host keys and can start its own processes.
    HostKey,
    /// It accepted the user's key.
    Login,
    /// Nothing that can be seen from outside.
    Nothing,
}

impl Settled {
    /// Whether a connection came as far.
    fn is_shown_by(self, probe: &SshProbe) -> bool {
        match self {
            Self::Banner => probe.banner.starts_with("SSH-"),
            Self::HostKey => probe.outcome == "connected" || probe.host_key.is_some(),
            Self::Login => probe.login == "accepted",
            Self::Nothing => false,
        }
    }

    /// How it shows.
    fn words(self, probe: &SshProbe) -> String {
        match self {
            Self::Banner => format!("`{}` answers as `{}`", probe.address, probe.banner),
            Self::HostKey => format!("`{}` exchanged keys with this machine", probe.address),
            Self::Login | Self::Nothing => format!("`{}` accepted the key", probe.address),
        }
    }
}

/// Why an SSH server turned a client away, as it told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// Too many connections are not logged in.
    TooMany,
    /// The address of the client is penalized.
    Penalty,
}

impl TurnedAway {
    /// The server's words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::TooMany => "Exceeded MaxStartups",
            Self::Penalty => "Not allowed at this time",
        }
    }
}

impl<'a> Case<'a> {
    /// What a connection from this machine to an address or name of the instance met.
    ///
    /// # Errors
    /// Nobody has tried, or the attempt itself failed.
    pub fn probe(&self) -> Observed<&'a SshProbe> {
        let probes = &self.host.snapshot.ssh_probes;
        let mut targets: Vec<&str> =
            probes.keys().filter(|target| self.is_own(target) || self.is_meant(target)).collect();
        targets.sort_unstable();
        let not_asked = || Gap::NotAsked { action: op::SSH_PROBE.action.to_owned() };
        targets.first().map_or_else(|| Err(not_asked()), |target| probes.get(target))
    }

    /// Whether a target is the name that is asked about, and led to the instance.
    fn is_meant(&self, target: &str) -> bool {
        let asked = self.question.probe.as_deref().map(|host| local::target(host, self.question.port));
        let reached = || self.host.snapshot.ssh_probes.get(target).ok().flatten();
        asked.as_deref() == Some(target) && reached().is_some_and(|probe| self.is_own(&probe.address))
    }

    /// Whether a target of the form `host:port` is the instance.
    fn is_own(&self, target: &str) -> bool {
        let instance = self.host.instance;
        let Some((host, port)) = target.rsplit_once(':') else { return false };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let names = [
            &instance.public_ip_address,
            &instance.private_ip_address,
            &instance.public_dns_name,
            &instance.private_dns_name,
        ];
        let addresses = instance.network_interfaces.iter().flat_map(|eni| {
            let own = eni.private_ip_addresses.iter();
            let v4 = own.flat_map(|own| {
                [Some(&own.private_ip_address), own.association.as_ref().map(|public| &public.public_ip)]
            });
            v4.flatten().chain(eni.ipv6_addresses.iter().map(|own| &own.ipv6_address))
        });
        let is_host = names.into_iter().chain(addresses).any(|own| !own.is_empty() && own.eq_ignore_ascii_case(host));
        is_host && port.parse() == Ok(self.question.port)
    }

    /// What a connection proves of the instance: how it shows that a fault which `settled` excludes is not there.
    pub(crate) fn proof_of(&self, settled: Settled) -> Option<String> {
        let probe = self.probe().ok().flatten().filter(|probe| settled.is_shown_by(probe))?;
        Some(settled.words(probe))
    }

    /// Whether a connection got as far as the login and the key was refused.
    pub(crate) fn was_refused(&self) -> bool {
        self.probe().is_ok_and(|probe| probe.is_some_and(|probe| probe.login == "refused"))
    }

    /// What the SSH server said to a client that it turned away before it told its version.
    ///
    /// Source: OpenSSH's `sshd.c`: `MaxStartups`, and `PerSourcePenalties` from version 9.8 on.
    pub(crate) fn turned_away(&self) -> Option<TurnedAway> {
        let said = self.probe().ok().flatten()?.first_bytes.as_str();
        [TurnedAway::TooMany, TurnedAway::Penalty].into_iter().find(|away| said.contains(away.words()))
    }

    /// A question that only a shell on the instance or the user's own machine answers, unless a connection settles it.
    pub(crate) fn inside(
        &self,
        settled: Settled,
        place: Place,
        command: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        if place == Place::Instance {
            if self.is_asleep() {
                return self.follows_from_its_state();
            }
            if self.host.instance.is_windows() {
                return Judgement::not_applicable(
                    "`ssh/windows-target` says what there is in place of OpenSSH on Linux",
                );
            }
        }
        match self.proof_of(settled) {
            Some(proof) => Judgement::pass(format!("{proof}, which this fault would not let happen")),
            None => Judgement::Elsewhere { place, command: command.into(), look_for: look_for.into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Rule, Sight};
    use crate::rules;
    use crate::ssh::Ssh;
    use crate::testkit::{World, ssh as worlds};
    use serde_json::json;

    fn inside() -> impl Iterator<Item = &'static Rule<Ssh>> {
        rules::SSH.iter().copied().filter(|rule| rule.about.sight == Sight::Inside)
    }

    /// What a rule hands over on a world without a connection.
    fn handed(rule: &Rule<Ssh>) -> (Place, Cow<'static, str>) {
        match worlds::public().judge(rule) {
            Judgement::Elsewhere { place, command, .. } => (place, command),
            other => panic!("{} says {other:?}", rule.about.id),
        }
    }

    fn is_settled(rule: &Rule<Ssh>, probe: serde_json::Value) -> bool {
        let mut world = worlds::public();
        matches!(worlds::probed(&mut world, probe).judge(rule), Judgement::Pass(_))
    }

    #[test]
    fn every_question_has_its_command_until_a_connection_settles_it() {
        let banner =
            json!({ "Address": worlds::TARGET, "Outcome": "key-exchange-stuck", "Banner": "SSH-2.0-OpenSSH_9.6" });
        let mut keys = worlds::connected();
        keys["Login"] = json!("refused");
        let refused = json!({ "Address": worlds::TARGET, "Outcome": "refused" });
        let web = json!({ "Address": worlds::TARGET, "Outcome": "not-ssh", "FirstBytes": "HTTP/1.1 400 Bad Request" });
        for rule in inside() {
            let id = rule.about.id;
            assert!(!handed(rule).1.is_empty(), "{id} has a command");
            assert!(!is_settled(rule, refused.clone()) && !is_settled(rule, web.clone()), "{id}: nothing is proven");
            let (by_banner, by_keys, by_login) = (
                is_settled(rule, banner.clone()),
                is_settled(rule, keys.clone()),
                is_settled(rule, worlds::connected()),
            );
            assert!(by_keys || !by_banner, "{id}: an exchange of keys proves no less than a banner");
            assert!(by_login || !by_keys, "{id}: a login proves no less than an exchange of keys");
        }
    }

    #[test]
    fn no_question_arises_about_a_machine_that_does_not_run_or_has_another_system() {
        let mut stopped = worlds::public();
        stopped.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        let mut windows = worlds::public();
        windows.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        let says = |world: &World, rule: &Rule<Ssh>, words: &str| match world.judge(rule) {
            Judgement::NotApplicable(why) => assert!(why.contains(words), "{}: {why}", rule.about.id),
            other => panic!("{} says {other:?}", rule.about.id),
        };
        for rule in inside().filter(|rule| handed(rule).0 == Place::Instance) {
            says(&stopped, rule, "ssh/instance-not-running");
            says(&windows, rule, "ssh/windows-target");
        }
    }

    #[test]
    fn a_connection_to_another_machine_or_port_proves_nothing() {
        let rule = inside().find(|rule| rule.about.id == "ssh/sshd-other-port").unwrap();
        for target in ["203.0.113.11:22", "203.0.113.10:2222", "203.0.113.10"] {
            let mut world = worlds::public();
            world.answer(op::SSH_PROBE, json!({ "Target": target }), worlds::connected());
            assert!(matches!(world.judge(rule), Judgement::Elsewhere { .. }), "{target}");
        }
        assert!(is_settled(rule, worlds::connected()));
    }
}
