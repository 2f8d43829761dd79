//! The operating system does not get through to the metadata service.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the metadata service at 169.254.169.254 was given up on, or failed after
    /// the boot was through. Otherwise the way to it can only be tried on the instance.
    ///
    /// ## Why it matters
    ///
    /// No security group or network ACL filters this address, but the operating system can: a firewall rule for some users, a proxy
    /// without exception, or on Windows a route that is left over from another subnet. The agent then has no identity.
    ///
    /// ## How to confirm
    ///
    /// On the instance, ask for a token: `curl -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60'
    /// http://169.254.169.254/latest/api/token`.
    ///
    /// ## False positives
    ///
    /// cloud-init tries several times before the network is up; lines from before the log-in prompt are no finding unless it gives up.
    /// A hop limit of 1 hurts containers only, not the agent of the host.
    ///
    /// ## Fix
    ///
    /// Remove the firewall rule, add the address to `no_proxy`, or add the route (class C); Windows images of EC2 bring
    /// `Add-Routes` in the EC2Launch module. Save the routing table before.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Use the Instance Metadata Service to access instance metadata"
    /// - Systems Manager user guide, "Troubleshooting managed node availability"
    "ssm/imds-v4-unreachable", Blocker, Registration, fix C,
    "The instance does not reach its metadata service",
    needs [DESCRIBE_INSTANCES, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "curl -sS -m 3 -o /dev/null -w '%{http_code}\\n' -X PUT -H \
    'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token; ip route get \
    169.254.169.254; sudo iptables -S OUTPUT";
const WINDOWS: &str = "Invoke-WebRequest -UseBasicParsing -TimeoutSec 3 -Method PUT -Headers \
    @{'X-aws-ec2-metadata-token-ttl-seconds'='60'} http://169.254.169.254/latest/api/token; route print 169.254*";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if case.instance.metadata_options.as_ref().is_some_and(|options| is(&options.http_endpoint, "disabled")) {
        return Ok(Judgement::follows_from("ssm/imds-disabled"));
    }
    let late = case.console_line(SignKind::MetadataUnreachable, &[SignKind::LoginPrompt])?;
    let any = case.console_line(SignKind::MetadataUnreachable, &[])?;
    let given_up = any.filter(|line| line.to_lowercase().contains("giving up"));
    let Some(line) = late.or(given_up) else {
        return Ok(case.inside(
            LINUX,
            WINDOWS,
            "anything but answer 200, a firewall rule for the address, or a route to an old gateway",
        ));
    };
    let look = if case.instance.is_windows() { WINDOWS } else { LINUX };
    let summary = "find on the instance what stands before the metadata service: a firewall rule, a proxy \
        without exception, or a wrong route";
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` does not reach its metadata service, so its agent has no credentials: `{line}`"
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
        .fix(Fix::new(FixClass::C, summary).run(look)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn console(text: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_when_given_up_or_failing_after_the_boot() {
        let given_up = "url_helper.py[ERROR]: giving up on md after 120 seconds\nweb-1 login: ";
        assert!(findings(console(given_up).judge(&RULE))[0].detail.contains("giving up"));
        let late = "web-1 login: \nEC2Metadata request failed: dial tcp 169.254.169.254:80";
        assert_eq!(findings(console(late).judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_about_tries_before_the_network_is_up() {
        let early = "http://169.254.169.254/latest/api/token: request timed out\nweb-1 login: ";
        assert!(matches!(console(early).judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        let endpoint = "/Reservations/0/Instances/0/MetadataOptions/HttpEndpoint";
        world.patch(op::DESCRIBE_INSTANCES, endpoint, json!("disabled"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/imds-disabled"));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = console("");
        world.deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
