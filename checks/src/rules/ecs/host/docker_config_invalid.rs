//! A configuration that Docker does not take.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether `/etc/docker/daemon.json` or `/etc/sysconfig/docker` keeps Docker from starting. No API shows these files, so the rule hands
    /// over the command.
    ///
    /// ## Why it matters
    ///
    /// Docker ends at JSON that does not parse, at an unknown setting, and at a setting that stands both in the file and among its
    /// options. The agent's service waits for Docker and does not start either.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo dockerd --validate`, and `journalctl -u docker`.
    ///
    /// ## False positives
    ///
    /// A file that is missing is in order. Older versions of Docker know no `--validate`: then only the journal tells.
    ///
    /// ## Fix
    ///
    /// Correct the file, then start Docker and the agent (class C). To undo, put the previous file back.
    ///
    /// ## References
    ///
    /// - Docker documentation, "Troubleshooting the Docker daemon"
    "ecs/docker-config-invalid", Blocker, fix C,
    "Docker does not take its configuration",
    settled by Connected,
    on Instance run "sudo dockerd --validate; sudo python3 -m json.tool /etc/docker/daemon.json; sudo journalctl -u docker -n 20 --no-pager",
    on windows r#"Get-Content -Raw "$env:ProgramData\docker\config\daemon.json" | ConvertFrom-Json; Get-EventLog -LogName Application -Source Docker -Newest 10"#,
    look for "`unable to configure the Docker daemon`, or JSON that does not parse; no file is in order"
}
