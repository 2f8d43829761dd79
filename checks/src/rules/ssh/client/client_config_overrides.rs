//! The client's configuration leads elsewhere.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place, Severity};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};
use std::net::IpAddr;

declare_rule! {
    /// ## What it checks
    ///
    /// What `ssh -G` says of the host that is connected to: whether the client goes to another address than one of the instance, to
    /// another port, or through other hosts.
    ///
    /// ## Why it matters
    ///
    /// An entry in `~/.ssh/config` from an older instance, or a `Host *` with a port or a proxy, applies silently. The error then
    /// belongs to another machine or another way than the one that is looked at.
    ///
    /// ## How to confirm
    ///
    /// `ssh -G HOST | grep -E '^(hostname|port|user|proxy)'`.
    ///
    /// ## False positives
    ///
    /// Options of the command line win over the configuration, and a proxy can be on purpose: another port counts as *degraded*, and a
    /// proxy is advice. Names, whose addresses only the client's resolver tells, are not compared.
    ///
    /// ## Fix
    ///
    /// Correct the entry, or leave the configuration out for one connection: `ssh -F none` (class M).
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh_config`, and `ssh`, `-G` and `-F`
    "ssh/client-config-overrides", Blocker, Sessions, fix M,
    "The configuration of the SSH client leads elsewhere",
    needs [CLIENT_CONFIGURATION, DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.host_word();
    let Ok(Some(client)) = case.client() else {
        let command = format!("ssh -G {} | grep -E '^(hostname|port|user|proxy)'", quoted(host));
        return Ok(case.inside(
            Settled::Nothing,
            Place::Client,
            command,
            "another address, port or user than those that are meant, or a proxy",
        ));
    };
    let mut findings = Vec::new();
    let mut add = |field: &str, value: &str, severity: Severity, detail: String| {
        let fix = Fix::new(FixClass::M, "correct the entry, or leave the configuration out once")
            .run(format!("ssh -F none {}", quoted(host)));
        let mut finding =
            Finding::new(detail).proof(Evidence::new(op::CLIENT_CONFIGURATION, host, field, value)).fix(fix);
        finding.rule = RULE.about.id;
        finding.severity = severity;
        findings.push(finding);
    };
    let is_elsewhere =
        |name: &str| name.parse::<IpAddr>().is_ok_and(|address| !case.own_addresses().contains(&address));
    if client.host_name != host && is_elsewhere(&client.host_name) {
        let detail =
            format!("the client goes to `{}` for `{host}`, which is no address of the instance", client.host_name);
        add("HostName", &client.host_name, Severity::Blocker, detail);
    }
    // Port 22 is what the client takes where nothing says otherwise: whoever means another one gives it on the command line.
    if !matches!(client.port.as_str(), "" | "22") && client.port.parse() != Ok(case.question.port) {
        let detail = format!(
            "the client goes to port {} of `{host}`, and port {} is looked at here",
            client.port, case.question.port
        );
        add("Port", &client.port, Severity::Degraded, detail);
    }
    if client.has_proxy_command && client.proxy_kind != "session-manager" {
        let detail =
            format!("the client reaches `{host}` through a command, so that the ways looked at here are not its ways");
        add("HasProxyCommand", "true", Severity::Advice, detail);
    }
    if !client.proxy_jump.is_empty() {
        let detail = format!(
            "the client reaches `{host}` over `{}`, so that the ways from there count: see --from",
            client.proxy_jump
        );
        add("ProxyJump", &client.proxy_jump, Severity::Advice, detail);
    }
    Ok(Judgement::of(findings, "the client goes straight to the host and port that are looked at"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{client, client_question, judge};
    use serde_json::{Value, json};

    fn with(pointer: &str, value: Value) -> Judgement {
        let mut world = client();
        world.patch(op::CLIENT_CONFIGURATION, pointer, value);
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_on_another_address_or_port_and_on_proxies() {
        let severity = |judgement| findings(judgement)[0].severity;
        assert_eq!(severity(with("/HostName", json!("198.51.100.9"))), Severity::Blocker);
        assert_eq!(severity(with("/Port", json!("2222"))), Severity::Degraded);
        assert_eq!(severity(with("/ProxyJump", json!("bastion"))), Severity::Advice);
        assert_eq!(severity(with("/HasProxyCommand", json!(true))), Severity::Advice);
    }

    #[test]
    fn silent_on_a_port_that_the_command_line_gives() {
        let asked = crate::ssh::Question { port: 2222, ..client_question() };
        assert!(matches!(judge(&client(), &asked, &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_on_the_straight_way() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
        assert!(matches!(with("/HostName", json!("web.example.com")), Judgement::Pass(_)));
        assert!(matches!(with("/HostName", json!("10.0.1.10")), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_client_here() {
        let mut world = client();
        world.fail(op::CLIENT_CONFIGURATION, "NotInstalled");
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
