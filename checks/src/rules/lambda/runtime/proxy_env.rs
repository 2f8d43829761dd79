//! A variable sends all connections to a proxy that does not answer.

use crate::finding::{Judgement, Place};
use crate::fix::Aws;
use crate::lambda::paths::question;
use crate::lambda::target::Target;
use crate::lambda::{Case, Settled};
use crate::net::Verdict;
use crate::os::environment::ProxySign;
use crate::reach::Judge;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use std::net::IpAddr;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `HTTP_PROXY`, `HTTPS_PROXY` or `ALL_PROXY`, in any letter case, names a proxy that the function does not reach: on its
    /// own loopback address, at a private address while it is in no VPC, or behind something in the VPC that stops it.
    ///
    /// ## Why it matters
    ///
    /// Most HTTP clients and SDKs follow these variables. The way to the target then does not matter: every call goes to the proxy, or
    /// fails there.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query 'Environment.Variables'`. Of the variables only the names of
    /// these, host and port of the proxy are kept in what this tool records.
    ///
    /// ## False positives
    ///
    /// An extension or a container image may run a proxy on the loopback address. `NO_PROXY` exempts hosts. Where the proxy can be
    /// reached, or has a name, what it lets through cannot be seen and the question stays open. Node.js follows the variables only with
    /// a library.
    ///
    /// ## Fix
    ///
    /// Take the variable out or correct it (class A). An update replaces the whole map: all variables go along. To undo, the map that
    /// it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Working with Lambda environment variables"
    /// - AWS SDKs and tools reference, "HTTP proxy"
    /// - Lambda API reference, `UpdateFunctionConfiguration`, member `Environment`
    "lambda/proxy-env", Blocker, fix A,
    "A variable sends connections to a proxy that cannot be reached",
    needs [GET_FUNCTION_CONFIGURATION]
}

/// What becomes of connections to a proxy.
enum Fate {
    /// Nothing listens there, or nothing gets there; why.
    Dead(String),
    /// A program beside the function may listen there.
    Beside,
    /// It may work.
    Open,
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(signs) = case.environment()? else { return Ok(none()) };
    let named: Vec<(usize, &ProxySign)> =
        signs.proxies.iter().enumerate().filter(|(_, own)| !own.name.eq_ignore_ascii_case("NO_PROXY")).collect();
    if named.is_empty() {
        return Ok(none());
    }
    let mut findings = Vec::new();
    let (mut open, mut beside) = (Vec::new(), false);
    for (at, proxy) in named {
        match fate(case, proxy) {
            Fate::Dead(why) => {
                let field = format!("EnvironmentSigns.Proxies[{at}].Host");
                let detail =
                    format!("`{}` of function `{}` names proxy `{}`, {why}", proxy.name, case.name(), place(proxy));
                let fix = case.change_environment(&format!("take `{}` out or correct it", proxy.name));
                findings.push(case.found(detail).proof(case.shows(&field, proxy.host.as_str())).fix(fix));
            }
            Fate::Beside => beside = true,
            Fate::Open => open.push(Gap::opaque(format!("what the proxy that `{}` names lets through", proxy.name))),
        }
    }
    if !findings.is_empty() {
        return Ok(Judgement::Fail(findings));
    }
    if let Some(first) = open.first() {
        return Ok(Judgement::cannot_tell(format!("connections go by a proxy: {first}"), open));
    }
    if !beside {
        return Ok(none());
    }
    let command = Aws::new("lambda", "get-function-configuration", case.region())
        .arg("function-name", case.name())
        .arg("query", "Layers[].Arn");
    Ok(case.inside(
        Settled::Nothing,
        Place::Function,
        command,
        "no layer or program that runs a proxy beside the function",
    ))
}

fn none() -> Judgement {
    Judgement::pass("no variable names a proxy")
}

fn place(proxy: &ProxySign) -> String {
    proxy.port.map_or_else(|| proxy.host.clone(), |port| format!("{}:{port}", proxy.host))
}

fn fate(case: &Case<'_>, proxy: &ProxySign) -> Fate {
    let address = if proxy.host == "localhost" { Some(IpAddr::from([127, 0, 0, 1])) } else { proxy.host.parse().ok() };
    let Some(address) = address else { return Fate::Open };
    if address.is_loopback() {
        let may_run = !case.function.layers.is_empty() || case.function.package_type == "Image";
        return if may_run {
            Fate::Beside
        } else {
            Fate::Dead("which is the function itself, where nothing listens".to_owned())
        };
    }
    let is_private = match address {
        IpAddr::V4(own) => own.is_private(),
        IpAddr::V6(own) => own.is_unique_local(),
    };
    if case.vpc().is_none() {
        let why = "a private address, and the function is in no VPC";
        return if is_private { Fate::Dead(why.to_owned()) } else { Fate::Open };
    }
    let asked = question(&case.question.function, &Target::Address(address), proxy.port.unwrap_or(80), None);
    let judge = Judge::new(case.network);
    let pairs = judge.pairs(&asked).unwrap_or_default();
    let is_blocked = |answer: &crate::reach::Answer| answer.verdict == Verdict::Blocked;
    match pairs.first().map(|pair| judge.answer(pair, &asked)).filter(is_blocked) {
        Some(answer) => {
            let by = answer.blockers.first().map(|own| format!(": `{}` stops it", own.component.id));
            Fate::Dead(format!("which it does not reach{}", by.unwrap_or_default()))
        }
        None => Fate::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(mut world: World, host: &str, port: u16) -> World {
        let signs = json!({ "Proxies": [
            { "Name": "https_proxy", "Host": host, "Port": port }, { "Name": "NO_PROXY", "Host": "", "Port": null }] });
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/EnvironmentSigns", signs);
        world
    }

    #[test]
    fn fires_on_a_proxy_that_is_not_there() {
        for world in
            [with(testkit::lambda::nat(), "localhost", 3128), with(testkit::lambda::outside(), "10.0.1.5", 3128)]
        {
            let found = findings(world.judge(&RULE));
            assert!(found[0].detail.contains("`https_proxy`"));
            assert_eq!(found[0].fix.as_ref().unwrap().rollback.len(), 1);
        }
    }

    #[test]
    fn fires_on_a_proxy_that_the_network_stops() {
        let mut world = with(testkit::lambda::nat(), "203.0.113.80", 3128);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        let found = findings(world.judge(&RULE));
        assert!(
            found[0].detail.contains("does not reach: `sg-1` stops it") || found[0].detail.contains("does not reach")
        );
    }

    #[test]
    fn silent_without_a_proxy_and_where_a_layer_may_run_one() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        let mut beside = with(testkit::lambda::nat(), "127.0.0.1", 3128);
        beside.patch(
            op::GET_FUNCTION_CONFIGURATION,
            "/Layers",
            json!([{ "Arn": "arn:aws:lambda:eu-west-1:1:layer:proxy:1" }]),
        );
        assert!(matches!(beside.judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_what_a_proxy_lets_through_and_what_is_hidden() {
        let open = missing(with(testkit::lambda::nat(), "proxy.example.com", 3128).judge(&RULE));
        assert_eq!(open, ["what the proxy that `https_proxy` names lets through"]);
        let mut hidden = testkit::lambda::nat();
        hidden.patch(op::GET_FUNCTION_CONFIGURATION, "/EnvironmentSigns", json!({ "IsHidden": true }));
        assert_eq!(missing(hidden.judge(&RULE)), ["kms:Decrypt"]);
    }
}
