//! Docker has no bridge network.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether Docker runs without its bridge network, which older agents need. No API shows that, so the rule hands over the command.
    ///
    /// ## Why it matters
    ///
    /// The agent's service routes the address that tasks get their credentials from over Docker's bridge. Older versions of it do not
    /// start where `"bridge": "none"` stands in `daemon.json`; newer ones leave the bridge aside.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo docker network ls`, and `bridge` in `/var/log/ecs/ecs-init.log`.
    ///
    /// ## False positives
    ///
    /// `No docker bridge network found, skipping` is no fault: so a newer version of the service goes on.
    ///
    /// ## Fix
    ///
    /// Take `"bridge": "none"` out of `/etc/docker/daemon.json` and restart Docker and the agent (class C). To undo, put it back.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `ecs-init/engine/engine.go`
    "ecs/docker-no-bridge", Blocker, fix C,
    "Docker has no bridge network",
    settled by Connected,
    on Instance run "sudo docker network ls; grep bridge /etc/docker/daemon.json; sudo grep -i bridge /var/log/ecs/ecs-init.log | tail -n 3",
    on windows "docker network ls; Get-HnsNetwork",
    look for "no network `bridge`, and an error of the agent's service about it"
}
