//! Without instance metadata the agent has no credentials.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance metadata service is switched off (`MetadataOptions.HttpEndpoint` is `disabled` in `DescribeInstances`).
    ///
    /// ## Why it matters
    ///
    /// SSM Agent learns from the metadata service which instance and Region it is on, and gets the credentials of the role from there.
    /// Default Host Management needs it as well. Without it the agent cannot sign a single call.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].MetadataOptions'`
    ///
    /// ## False positives
    ///
    /// A node that is registered with a hybrid activation (`mi-…`) on purpose works without it. An agent with credentials from before
    /// the change goes on until they expire, up to six hours.
    ///
    /// ## Fix
    ///
    /// Switch the metadata service on (class A, at once and without restart); the other options stay as they are. To undo, switch it off.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Modify instance metadata options for existing instances"
    /// - Systems Manager user guide, "Troubleshooting managed node availability"
    "ssm/imds-disabled", Blocker, Registration, fix A,
    "The instance metadata service is off",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let options = case.instance.metadata_options.as_ref().filter(|options| !options.http_endpoint.is_empty());
    let Some(options) = options else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell how the metadata service is set",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    if !is(&options.http_endpoint, "disabled") {
        return Ok(Judgement::pass("the instance metadata service is on"));
    }
    let set = |state: &str| {
        Aws::new("ec2", "modify-instance-metadata-options", case.region())
            .arg("instance-id", id)
            .arg("http-endpoint", state)
    };
    let mut enable = set("enabled");
    if !options.http_tokens.is_empty() {
        enable = enable.arg("http-tokens", &options.http_tokens);
    }
    let summary = format!("switch the instance metadata service of `{id}` on, with its other options as they are");
    Ok(Judgement::fail(
        Finding::new(format!("the instance metadata service of `{id}` is off, so its agent gets no credentials"))
            .about("ec2-instance", id)
            .proof(Evidence::new(
                op::DESCRIBE_INSTANCES,
                id,
                "MetadataOptions.HttpEndpoint",
                options.http_endpoint.as_str(),
            ))
            .fix(Fix::new(FixClass::A, summary).run(enable).undo(set("disabled"))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    const OPTIONS: &str = "/Reservations/0/Instances/0/MetadataOptions";

    #[test]
    fn fires_when_off() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCES, &format!("{OPTIONS}/HttpEndpoint"), json!("disabled"));
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[0].ends_with("--http-endpoint enabled --http-tokens required"));
        assert!(fix.rollback[0].ends_with("--http-endpoint disabled"));
    }

    #[test]
    fn silent_when_on() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_options() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, OPTIONS, Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
