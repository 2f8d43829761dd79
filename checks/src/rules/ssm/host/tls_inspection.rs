//! Somebody on the way signs in the name of AWS, or the instance does not know AWS's certificates.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows a certificate that was not trusted (`x509: certificate signed by unknown
    /// authority`). Otherwise the certificate of the endpoint can only be looked at from the instance.
    ///
    /// ## Why it matters
    ///
    /// A firewall that opens TLS shows its own certificate; the agent does not know it and hangs up. A very old image has the same trouble
    /// with the real one: it does not know the Amazon roots.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the issuer of the certificate of `ssm.REGION.amazonaws.com` must be Amazon.
    ///
    /// ## False positives
    ///
    /// The line may come from another program than the agent: read what stands before it.
    ///
    /// ## Fix
    ///
    /// Have the endpoints of Systems Manager exempted from inspection, or install the certificate authority on the instance
    /// (class M: both belong to whoever runs the firewall or the image). To undo, remove the authority.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Troubleshooting SSM Agent", and "SSM Agent communications with AWS managed S3 buckets"
    /// - Amazon Trust Services repository, root certificates
    "ssm/tls-inspection", Blocker, Registration, fix M,
    "The certificate of Systems Manager is not trusted",
    needs [GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let suffix = if case.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let region = if case.region().is_empty() { "REGION" } else { case.region() };
    let host = format!("ssm.{region}.{suffix}");
    let linux = format!(
        "openssl s_client -connect {host}:443 -servername {host} </dev/null 2>/dev/null | openssl x509 -noout -issuer"
    );
    let windows = format!("curl.exe -sv https://{host}/ -o NUL");
    let Some(line) = case.console_line(SignKind::TlsUntrusted, &[])? else {
        return Ok(case.inside(linux, windows, "another issuer than Amazon, or a certificate that is not trusted"));
    };
    let look = if case.instance.is_windows() { windows } else { linux };
    let summary = "see who issued the certificate that the instance gets; then have the endpoints \
        exempted from inspection, or install the missing root";
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` gets a certificate that it does not trust, so its agent hangs up: `{line}`"
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
        .fix(Fix::new(FixClass::M, summary).run(look)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_an_unknown_authority() {
        let mut world = testkit::nat();
        let line = "ERROR RequestError: x509: certificate signed by unknown authority";
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(line));
        let found = findings(world.judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("ssm.eu-west-1.amazonaws.com:443"));
    }

    #[test]
    fn silent_without_such_a_line() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
