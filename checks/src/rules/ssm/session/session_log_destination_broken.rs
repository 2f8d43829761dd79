//! Where session logs go must be there, encrypted as demanded, and open to the instance.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Decision, Verdict};
use crate::instance::RoleFacts;
use crate::instance::{calls_in_words, nearly};
use crate::rule::declare_rule;
use crate::snapshot::ssm::SESSION_PREFERENCES;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::sessions::{not_asked, preference};
use crate::ssm::{Case, Preferences};
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the preferences log sessions to a CloudWatch log group or an S3 bucket: whether the group or bucket exists, has the
    /// encryption that is demanded, and whether the policies of the agent's role allow the calls that write there.
    ///
    /// ## Why it matters
    ///
    /// Where encryption is demanded, the agent asks for it before the session starts, and refuses the session when the answer is no or
    /// cannot be had (`Couldn't start the session because…`). Without that demand the session works and its log is lost.
    ///
    /// ## How to confirm
    ///
    /// `aws logs describe-log-groups --log-group-name-prefix GROUP` shows `kmsKeyId`; `aws s3api head-bucket --bucket BUCKET` and
    /// `aws s3api get-bucket-encryption --bucket BUCKET` answer without error.
    ///
    /// ## False positives
    ///
    /// A bucket policy may allow what the role's own policies do not; it is not read, so that case stays open. The preferences hold for
    /// every node of the account and Region: one that works rules out the destination itself.
    ///
    /// ## Fix
    ///
    /// Allow the role to write the logs with an inline policy (class A), make or encrypt the destination, or switch the demand off in
    /// the preferences. To undo, delete the policy.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Create an IAM role with permissions for Session Manager and Amazon S3 and CloudWatch Logs"
    /// - SSM Agent source, `agent/session/shell`
    "ssm/session-log-destination-broken", Blocker, Sessions, fix A,
    "Session logs cannot be written as demanded",
    needs [GET_DOCUMENT, DESCRIBE_LOG_GROUPS, HEAD_BUCKET, GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES,
        GET_POLICY_VERSION, GET_ROLE_POLICY]
}

/// A call with the ARNs that its resource may have: it is denied when it is denied on each.
struct Call {
    action: &'static str,
    resources: Vec<String>,
    /// Without it no session starts; without the others the log is lost.
    is_demanded: bool,
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    let preferences = case.preferences()?;
    let (group, bucket) = (preferences.cloud_watch_log_group_name.as_str(), preferences.s3_bucket_name.as_str());
    if group.is_empty() && bucket.is_empty() {
        return Ok(Judgement::not_applicable("sessions are not logged"));
    }
    let Some(role) = case.working_role()? else {
        return Ok(Judgement::not_applicable("the agent has no role"));
    };
    let name = role.role.role_name.as_str();
    let (mut findings, mut open) = (Vec::new(), Vec::new());
    for place in [group_finding(case, preferences), bucket_finding(case, preferences)] {
        match place {
            Ok(found) => findings.extend(found),
            Err(gap) => open.push(gap),
        }
    }
    if !group.is_empty() {
        let (denied, gaps) = denied(case, role, to_group(case, preferences), |decision| decision.is_denied());
        open.extend(gaps);
        findings.extend(finding(role, ("cloudWatchLogGroupName", group), &denied));
    }
    if !bucket.is_empty() {
        // The bucket's own policy may allow what no policy of the role does.
        let is_sure = |decision: &Decision| decision.verdict == Verdict::ExplicitlyDenied;
        let (denied, gaps) = denied(case, role, to_bucket(case, preferences), is_sure);
        open.extend(gaps);
        findings.extend(finding(role, ("s3BucketName", bucket), &denied));
    }
    open.dedup();
    if findings.is_empty() && !open.is_empty() {
        let destination = [group, bucket].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let reason =
            format!("whether role `{name}` may write session logs to `{destination}` depends on what is not known");
        return Ok(Judgement::cannot_tell(reason, open));
    }
    if !findings.is_empty() {
        return Ok(Judgement::Fail(findings));
    }
    Ok(Judgement::pass("session logs have a place to go, and the role may write them"))
}

/// What is wrong with the log group itself.
fn group_finding(case: &Case<'_>, preferences: &Preferences) -> Result<Option<Finding>, Gap> {
    let name = preferences.cloud_watch_log_group_name.as_str();
    if name.is_empty() {
        return Ok(None);
    }
    let is_demanded = preferences.cloud_watch_encryption_enabled == Some(true);
    let groups = case.snapshot.log_groups.get(name)?.map(|groups| groups.log_groups.as_slice()).unwrap_or_default();
    let command = |verb: &str| Aws::new("logs", verb, case.region()).arg("log-group-name", name);
    let evidence = |field: &str| Evidence::new(op::DESCRIBE_LOG_GROUPS, name, field, Value::Null);
    Ok(match groups.iter().find(|group| group.log_group_name == name) {
        None => {
            let fix = Fix::new(FixClass::A, format!("create log group `{name}`"))
                .run(command("create-log-group"))
                .undo(command("delete-log-group"));
            let detail =
                format!("sessions are logged to group `{name}`, which does not exist, {}", effect(is_demanded));
            Some(place(detail, is_demanded, "log-group", name).proof(evidence("logGroups")).fix(fix))
        }
        Some(group) if is_demanded && group.kms_key_id.is_empty() => {
            let summary = format!(
                "give log group `{name}` a key whose policy lets CloudWatch Logs use it (`aws logs associate-kms-key`), or take the \
                 demand out of the preferences; these list the keys and show the preferences"
            );
            let keys = Aws::new("kms", "list-aliases", case.region()).arg("query", "Aliases[].[AliasName,TargetKeyId]");
            let preferences = Aws::new("ssm", "get-document", case.region()).arg("name", SESSION_PREFERENCES);
            let fix = Fix::new(FixClass::M, summary).run(keys).run(preferences);
            let detail =
                format!("the preferences demand an encrypted log group, and `{name}` has no key, {}", effect(true));
            Some(place(detail, true, "log-group", name).proof(evidence("kmsKeyId")).fix(fix))
        }
        Some(_) => None,
    })
}

/// What is wrong with the bucket itself: S3 encrypts every bucket, so that only its absence counts.
///
/// Source: S3 user guide, "Setting default server-side encryption behavior for Amazon S3 buckets"; S3 API reference, `HeadBucket`.
fn bucket_finding(case: &Case<'_>, preferences: &Preferences) -> Result<Option<Finding>, Gap> {
    let name = preferences.s3_bucket_name.as_str();
    if name.is_empty() {
        return Ok(None);
    }
    match case.snapshot.buckets.get(name) {
        // A refusal (403) comes from a bucket that is there, of another account perhaps; one that is not there gives 404.
        Ok(Some(_)) | Err(Gap::Denied { .. }) => return Ok(None),
        Err(gap) => return Err(gap),
        Ok(None) => {}
    }
    let is_demanded = preferences.s3_encryption_enabled == Some(true);
    let detail = format!("sessions are logged to bucket `{name}`, which does not exist, {}", effect(is_demanded));
    let fix = Fix::new(FixClass::A, format!("create bucket `{name}`, or name another one in the preferences"))
        .run(create_bucket(case.region(), name))
        .undo(Aws::new("s3api", "delete-bucket", case.region()).arg("bucket", name));
    let evidence = Evidence::new(op::HEAD_BUCKET, name, "BucketRegion", Value::Null);
    Ok(Some(place(detail, is_demanded, "s3-bucket", name).proof(evidence).fix(fix)))
}

/// Outside of `us-east-1` a bucket is made only with its Region named a second time (S3 API reference, `CreateBucket`).
fn create_bucket(region: &str, name: &str) -> Aws {
    let create = Aws::new("s3api", "create-bucket", region).arg("bucket", name);
    if region.is_empty() || region == "us-east-1" {
        create
    } else {
        create.arg("create-bucket-configuration", format!("LocationConstraint={region}"))
    }
}

fn place(detail: String, is_demanded: bool, kind: &'static str, name: &str) -> Finding {
    let finding = Finding::new(detail).about(kind, name);
    weighed(finding.about("ssm-document", crate::snapshot::ssm::SESSION_PREFERENCES), is_demanded)
}

/// Without a demand for encryption the session works, and only its log is lost.
fn weighed(mut finding: Finding, is_demanded: bool) -> Finding {
    if !is_demanded {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
    }
    finding
}

fn effect(is_demanded: bool) -> &'static str {
    if is_demanded {
        "so the agent cannot prove the encryption that the preferences demand and starts no session"
    } else {
        "so sessions work but their logs are lost"
    }
}

/// Calls on the log group. Which ARN form each is judged on is documented in more than one way.
fn to_group(case: &Case<'_>, preferences: &Preferences) -> Vec<Call> {
    let group = &preferences.cloud_watch_log_group_name;
    let arn =
        |rest: &str| format!("arn:{}:logs:{}:{}:log-group:{rest}", case.partition(), case.region(), case.account());
    let streams = || vec![arn(group), arn(&format!("{group}:*")), arn(&format!("{group}:log-stream:session"))];
    let groups = vec![arn("*"), arn(group), arn(":log-stream:"), "*".to_owned()];
    let is_demanded = preferences.cloud_watch_encryption_enabled == Some(true);
    vec![
        Call { action: "logs:DescribeLogGroups", resources: groups, is_demanded },
        Call { action: "logs:CreateLogStream", resources: streams(), is_demanded: false },
        Call { action: "logs:PutLogEvents", resources: streams(), is_demanded: false },
    ]
}

fn to_bucket(case: &Case<'_>, preferences: &Preferences) -> Vec<Call> {
    let arn = format!("arn:{}:s3:::{}", case.partition(), preferences.s3_bucket_name);
    let prefix = preferences.s3_key_prefix.trim_matches('/');
    let object = if prefix.is_empty() { format!("{arn}/session.log") } else { format!("{arn}/{prefix}/session.log") };
    let mut calls = vec![Call { action: "s3:PutObject", resources: vec![object], is_demanded: false }];
    if preferences.s3_encryption_enabled == Some(true) {
        calls.push(Call { action: "s3:GetEncryptionConfiguration", resources: vec![arn], is_demanded: true });
    }
    calls
}

type Denied = Vec<(Call, Decision)>;

/// The calls that are denied for sure, and why others are open.
fn denied(
    case: &Case<'_>,
    role: &RoleFacts<'_>,
    calls: Vec<Call>,
    is_sure: impl Fn(&Decision) -> bool,
) -> (Denied, Vec<Gap>) {
    let (mut denied, mut open): (Denied, Vec<Gap>) = Default::default();
    for call in calls {
        let decisions: Vec<Decision> =
            call.resources.iter().map(|resource| role.decide_on(case, call.action, resource, None)).collect();
        if decisions.iter().any(Decision::is_allowed) {
            continue;
        }
        match decisions.iter().find(|decision| !is_sure(decision)) {
            Some(decision) if decision.is_denied() => {
                let bucket = call.resources.first().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
                let bucket = bucket.split('/').next().unwrap_or_default();
                open.push(Gap::opaque(format!("whether the bucket policy of `{bucket}` lets the role write")));
            }
            Some(decision) => open.extend(role.open(decision)),
            None => denied.extend(decisions.into_iter().next().map(|decision| (call, decision))),
        }
    }
    open.sort();
    open.dedup();
    (denied, open)
}

fn finding(role: &RoleFacts<'_>, target: (&str, &str), denied: &Denied) -> Option<Finding> {
    let (_, first) = denied.first()?;
    let (member, destination) = target;
    let name = role.role.role_name.as_str();
    let is_demanded = denied.iter().any(|(call, _)| call.is_demanded);
    let actions: Vec<&str> = denied.iter().map(|(call, _)| call.action).collect();
    let effect = effect(is_demanded);
    let by = first.denying().find_map(|part| part.by.as_ref());
    let why = by.map_or_else(|| nearly(first), |by| format!("; {by} denies it"));
    let document =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }] });
    let policy =
        |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-name", "session-manager-logs");
    let finding = Finding::new(format!(
        "role `{name}` may not call {} on `{destination}`, {effect}{why}",
        calls_in_words(&actions)
    ))
    .about("role", name)
    .about("ssm-document", crate::snapshot::ssm::SESSION_PREFERENCES)
    .proof(preference(member, destination))
    .proofs(role.listed())
    .proofs(by.and_then(|by| role.statement(by)))
    .fix(
        Fix::new(FixClass::A, format!("allow role `{name}` to write session logs"))
            .run(policy("put-role-policy").json("policy-document", &document))
            .undo(policy("delete-role-policy")),
    );
    Some(weighed(finding, is_demanded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::ssm::SESSION_PREFERENCES;
    use crate::testkit::{self, World, findings, missing};

    fn logged(inputs: Value, actions: Value, resource: &str) -> World {
        let mut world = testkit::nat();
        let content = json!({ "inputs": inputs }).to_string();
        world.replace(op::GET_DOCUMENT, &[], json!({ "Name": SESSION_PREFERENCES, "Content": content }));
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/9", statement);
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
        world
            .answer(
                op::DESCRIBE_LOG_GROUPS,
                json!({ "logGroupNamePrefix": "/ssm/sessions" }),
                json!({ "logGroups": [{ "logGroupName": "/ssm/sessions", "kmsKeyId": key }, { "logGroupName": "/ssm/sessions-2" }] }),
            )
            .answer(op::HEAD_BUCKET, json!({ "Bucket": "logs-bucket" }), json!({ "BucketRegion": "eu-west-1" }));
        world
    }

    fn group(is_encrypted: bool) -> Value {
        json!({ "cloudWatchLogGroupName": "/ssm/sessions", "cloudWatchEncryptionEnabled": is_encrypted })
    }

    fn bucket() -> Value {
        json!({ "s3BucketName": "logs-bucket", "s3KeyPrefix": "ssm", "s3EncryptionEnabled": true })
    }

    #[test]
    fn fires_as_a_blocker_when_encryption_cannot_be_proven() {
        let found = findings(logged(group(true), json!(["logs:Put*", "logs:Create*"]), "*").judge(&RULE));
        assert_eq!(found[0].severity, Severity::Blocker);
        assert!(
            found[0].detail.starts_with("role `web` may not call `logs:DescribeLogGroups` on"),
            "{}",
            found[0].detail
        );
    }

    #[test]
    fn fires_softer_when_only_the_log_is_lost() {
        let found = findings(logged(group(false), json!("logs:Describe*"), "*").judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
        let mut denied = logged(bucket(), json!("s3:*"), "*");
        let deny = json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
        denied.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/9", deny);
        assert!(findings(denied.judge(&RULE))[0].detail.contains("denies it"));
    }

    #[test]
    fn fires_when_the_destination_is_missing_or_not_encrypted() {
        let cases = [(true, json!([]), Severity::Blocker), (false, json!([]), Severity::Degraded)];
        for (is_demanded, groups, severity) in cases {
            let mut world = logged(group(is_demanded), json!("logs:*"), "*");
            world.replace(op::DESCRIBE_LOG_GROUPS, &[], json!({ "logGroups": groups }));
            let found = findings(world.judge(&RULE));
            assert!(found[0].detail.contains("does not exist"), "{}", found[0].detail);
            assert_eq!(found[0].severity, severity);
        }
        let mut world = logged(group(true), json!("logs:*"), "*");
        world.replace(op::DESCRIBE_LOG_GROUPS, &[], json!({ "logGroups": [{ "logGroupName": "/ssm/sessions" }] }));
        assert!(findings(world.judge(&RULE))[0].detail.contains("has no key"));
        let mut world = logged(bucket(), json!("s3:*"), "*");
        world.fail(op::HEAD_BUCKET, "NotFound");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("bucket `logs-bucket`, which does not exist"));
        let create = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(create.ends_with("--create-bucket-configuration LocationConstraint=eu-west-1"), "{create}");
        assert!(!String::from(create_bucket("us-east-1", "logs-bucket")).contains("LocationConstraint"));
    }

    #[test]
    fn unknown_when_the_destination_cannot_be_read() {
        let mut world = logged(bucket(), json!("s3:*"), "*");
        assert_eq!(missing(world.fail(op::HEAD_BUCKET, "SlowDown").judge(&RULE)), ["s3:ListBucket"]);
    }

    #[test]
    fn silent_about_a_bucket_that_refuses_to_be_looked_at() {
        let mut world = logged(bucket(), json!("s3:*"), "*");
        assert!(matches!(world.deny(op::HEAD_BUCKET).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_allowed_or_not_logged() {
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:*";
        let world = logged(group(true), json!("logs:*"), arn);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let world = logged(bucket(), json!("s3:*"), "arn:aws:s3:::logs-bucket*");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_bucket_policy_could_allow_or_a_read_is_denied() {
        let world = logged(bucket(), json!("s3:ListBucket"), "*");
        assert_eq!(missing(world.judge(&RULE)), ["whether the bucket policy of `logs-bucket` lets the role write"]);
        let mut world = logged(group(true), json!("logs:*"), "*");
        assert_eq!(missing(world.clone().deny(op::GET_DOCUMENT).judge(&RULE)), ["ssm:GetDocument"]);
        assert_eq!(missing(world.deny(op::GET_POLICY_VERSION).judge(&RULE)), ["iam:GetPolicyVersion"]);
    }
}
