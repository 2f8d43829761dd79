//! The version that is called has another network than the newest state.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::versions::{is_version, split};
use crate::net::Verdict;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::lambda::{FunctionAlias, FunctionConfiguration};
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the version or alias that is asked about has another `VpcConfig` than `$LATEST`, and does not reach the target. Of an
    /// alias that shares its calls between two versions, whether these differ.
    ///
    /// ## Why it matters
    ///
    /// A version keeps the configuration that it was published with. The console shows `$LATEST`, where the repair was made, while
    /// callers of an alias go on with the old subnets and groups.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --qualifier QUALIFIER --query VpcConfig`, once without the
    /// qualifier; `aws lambda get-alias --function-name NAME --name ALIAS`.
    ///
    /// ## False positives
    ///
    /// Versions that differ on purpose and reach the target are no fault. Where callers use a qualifier that was not asked about,
    /// nothing is said: ask with it (`NAME:ALIAS`).
    ///
    /// ## Fix
    ///
    /// Publish a version and let the alias lead to it (class A). To undo, let the alias lead to the version that it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Manage Lambda function versions"
    /// - Lambda developer guide, "Create an alias for a Lambda function"
    /// - Lambda API reference, `AliasRoutingConfiguration`
    "lambda/qualifier-old-vpc-config", Blocker, fix A,
    "The version that is called carries an older network configuration",
    needs [GET_FUNCTION_CONFIGURATION, GET_ALIAS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (name, Some(qualifier)) = split(&case.question.function) else {
        return Ok(Judgement::not_applicable(
            "the newest state was asked about; ask with the version or alias that is called",
        ));
    };
    if qualifier == "$LATEST" {
        return Ok(Judgement::not_applicable("the newest state was asked about"));
    }
    let alias = if is_version(qualifier) {
        None
    } else {
        case.snapshot.function_aliases.get(&format!("{name}/{qualifier}"))?
    };
    let Some(latest) = case.snapshot.functions.get(name)? else {
        return Ok(Judgement::not_applicable("the facts hold no newest state of the function"));
    };
    let mut findings: Vec<Finding> = of_latest(case, latest, qualifier, alias).into_iter().collect();
    findings.extend(alias.and_then(|alias| shared(case, name, alias)).transpose()?);
    Ok(Judgement::of(findings, "the version that is called has the network of the newest state, or reaches the target"))
}

/// The version that is called against the newest state.
fn of_latest(
    case: &Case<'_>,
    latest: &FunctionConfiguration,
    qualifier: &str,
    alias: Option<&FunctionAlias>,
) -> Option<Finding> {
    let is_blocked = case.ways.iter().any(|way| way.verdict == Verdict::Blocked);
    if !is_blocked || network(latest) == network(case.function) {
        return None;
    }
    let (name, _) = split(&case.question.function);
    let command = |command: &str| Aws::new("lambda", command, case.region()).arg("function-name", name);
    let lead = |to: &str| command("update-alias").arg("name", qualifier).arg("function-version", to);
    let publish = Fix::new(FixClass::A, "publish a version of the newest state and let the alias lead to it");
    let publish = publish.run(command("publish-version").keep("version", "Version"));
    let fix = match alias {
        Some(alias) => publish
            .run(command("update-alias").arg("name", qualifier).made("function-version", "version"))
            .undo(lead(&alias.function_version)),
        None => publish,
    };
    let own = network(case.function);
    let detail = format!(
        "`{qualifier}` of function `{}` has other subnets or groups than `$LATEST`, and does not reach {} from all of them",
        case.name(),
        case.target.words()
    );
    let newest = Evidence::new(op::GET_FUNCTION_CONFIGURATION, name, "VpcConfig", json!(network(latest)));
    Some(case.found(detail).proof(case.shows("VpcConfig", json!(own))).proof(newest).fix(fix))
}

/// The versions between which an alias shares its calls.
fn shared(case: &Case<'_>, name: &str, alias: &FunctionAlias) -> Option<Result<Finding, Gap>> {
    let weights = &alias.routing_config.as_ref()?.additional_version_weights;
    for version in weights.keys() {
        let other = match case.snapshot.functions.get(&format!("{name}:{version}")) {
            Ok(Some(other)) => other,
            Ok(None) => continue,
            Err(gap) => return Some(Err(gap)),
        };
        if network(other) != network(case.function) {
            let detail = format!(
                "alias `{}` of function `{}` sends a part of its calls to version {version}, which has other subnets or groups",
                alias.name,
                case.name()
            );
            let mut finding = case.found(detail).proof(Evidence::new(
                op::GET_ALIAS,
                &alias.name,
                "RoutingConfig.AdditionalVersionWeights",
                json!(weights),
            ));
            finding.rule = RULE.about.id;
            finding.severity = Severity::Advice;
            return Some(Ok(finding));
        }
    }
    None
}

/// Subnets and groups, in order.
fn network(function: &FunctionConfiguration) -> (Vec<String>, Vec<String>) {
    let config = function.vpc_config.clone().unwrap_or_default();
    let (mut subnets, mut groups) = (config.subnet_ids, config.security_group_ids);
    subnets.sort();
    groups.sort();
    (subnets, groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::Question;
    use crate::net::Network;
    use crate::testkit::{self, World, findings};

    /// The world's function behind the alias `live`; the newest state has `newest` for its subnets.
    fn aliased(newest: &[&str], blocked: bool) -> World {
        let mut world = testkit::lambda::nat();
        let row = |subnets: &[&str]| {
            json!({ "FunctionName": "web", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:web", "State": "Active",
                "LastUpdateStatus": "Successful",
                "VpcConfig": { "VpcId": "vpc-1", "SubnetIds": subnets, "SecurityGroupIds": ["sg-1"] } })
        };
        world.replace(op::GET_FUNCTION_CONFIGURATION, &[], row(newest));
        world.answer(
            op::GET_FUNCTION_CONFIGURATION,
            json!({ "FunctionName": "web:live" }),
            row(&["subnet-a", "subnet-b"]),
        );
        world.answer(
            op::GET_ALIAS,
            json!({ "FunctionName": "web", "Name": "live" }),
            json!({ "Name": "live", "FunctionVersion": "7", "RoutingConfig": { "AdditionalVersionWeights": { "8": 0.1 } } }),
        );
        world.answer(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": "web:8" }), row(newest));
        if blocked {
            world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        }
        world
    }

    fn judged(world: &World, function: &str) -> Judgement {
        let snapshot = world.snapshot();
        let question = Question { function: function.to_owned(), to: None, port: 443 };
        let network = Network::new(&snapshot);
        let function = crate::lambda::find(&snapshot, function).unwrap();
        judge(&Case::new(&network, &question, function)).unwrap_or_else(Judgement::from)
    }

    #[test]
    fn fires_when_the_alias_keeps_a_network_that_is_blocked() {
        let found = findings(judged(&aliased(&["subnet-c"], true), "web:live"));
        assert_eq!((found[0].rule, found[0].evidence.len()), ("", 2));
        assert!(found[0].fix.as_ref().unwrap().rollback[0].ends_with("--function-version 7"));
        assert_eq!(found[1].severity, Severity::Advice, "and a part of the calls goes elsewhere");
    }

    #[test]
    fn silent_when_the_network_is_the_same_or_works() {
        assert!(matches!(judged(&aliased(&["subnet-b", "subnet-a"], true), "web:live"), Judgement::Pass(_)));
        let works = findings(judged(&aliased(&["subnet-c"], false), "web:live"));
        assert_eq!((works.len(), works[0].severity), (1, Severity::Advice), "only the share of calls is told");
        assert!(matches!(judged(&aliased(&["subnet-c"], true), "web"), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_alias_is_denied() {
        let mut world = aliased(&["subnet-c"], true);
        world.deny(op::GET_ALIAS);
        assert_eq!(testkit::missing(judged(&world, "web:live")), ["lambda:GetAlias"]);
    }
}
