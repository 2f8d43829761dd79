//! The function tries IPv4 first, where only IPv6 works.

use crate::finding::{Judgement, Place};
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::{Case, Settled};
use crate::net::{Family, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the target is reached over IPv6 and not over IPv4, while the runtime takes IPv4 addresses first: Node.js up to 16,
    /// Node.js with `--dns-result-order=ipv4first`, and Java unless a property says otherwise.
    ///
    /// ## Why it matters
    ///
    /// A client that takes the first address of a name, and does not try the next, fails; one that does waits for a time-out at every
    /// new connection.
    ///
    /// ## How to confirm
    ///
    /// In the function: print the addresses of a look-up. `aws lambda get-function-configuration --function-name NAME --query
    /// '[Runtime,Environment.Variables.NODE_OPTIONS]'`.
    ///
    /// ## False positives
    ///
    /// Clients with "happy eyeballs" (Node.js from 20 on, Go, curl) try both and lose a fraction of a second. What code sets by itself
    /// cannot be seen; for other runtimes the question goes to the function.
    ///
    /// ## Fix
    ///
    /// Set `NODE_OPTIONS=--dns-result-order=ipv6first`, or `JAVA_TOOL_OPTIONS=-Djava.net.preferIPv6Addresses=true`, or give IPv4 a way
    /// (class M: it is the code's affair). To undo, the map that it had.
    ///
    /// ## References
    ///
    /// - Node.js documentation, "Command-line API", `--dns-result-order`
    /// - Java SE documentation, "Networking Properties", `java.net.preferIPv6Addresses`
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "lambda/ipv6-client-prefers-v4", Degraded, fix M,
    "The function tries IPv4 first although only IPv6 gets through",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(crate::lambda::paths::not_in_vpc());
    }
    let mut ipv4 = case.over(Family::Ipv4).peekable();
    let mut ipv6 = case.over(Family::Ipv6).peekable();
    let only_ipv6 = ipv4.peek().is_some()
        && ipv6.peek().is_some()
        && ipv4.all(|way| way.verdict == Verdict::Blocked)
        && ipv6.all(|way| way.verdict == Verdict::Reachable);
    if !only_ipv6 {
        return Ok(Judgement::pass("IPv6 is not the only family that reaches the target"));
    }
    let order = case.environment()?.map(|signs| signs.dns_result_order.as_str()).unwrap_or_default();
    let runtime = case.function.runtime.as_str();
    let node: Option<u32> = runtime.strip_prefix("nodejs").and_then(|rest| rest.split('.').next()?.parse().ok());
    let (field, value) = match (node, order) {
        (Some(_), "ipv4first") => ("EnvironmentSigns.DnsResultOrder", order),
        (Some(_), "ipv6first" | "verbatim") => {
            return Ok(Judgement::pass(format!("the function asks for the order `{order}`")));
        }
        // The order of the resolver is the default from 17 on.
        (Some(version), _) if version < 17 => ("Runtime", runtime),
        _ if runtime.starts_with("java") => ("Runtime", runtime),
        _ => {
            let command = Aws::new("lambda", "get-function-configuration", case.region())
                .arg("function-name", case.name())
                .arg("query", "Runtime");
            let look_for = "a client that takes the first address of a name and does not try the next";
            return Ok(case.inside(Settled::Nothing, Place::Function, command, look_for));
        }
    };
    let detail =
        format!("function `{}` takes IPv4 addresses first, and only IPv6 reaches {}", case.name(), case.target.words());
    let fix = case.change_environment("let the runtime take IPv6 addresses first");
    let fix = Fix { class: FixClass::M, ..fix };
    Ok(Judgement::fail(case.found(detail).proof(case.shows(field, value)).fix(fix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// IPv6 alone gets out.
    fn only_ipv6(runtime: &str) -> World {
        let mut world = testkit::lambda::dual_stack();
        for at in [0, 1] {
            let pointer = format!("/RouteTables/{at}/Routes");
            let snapshot = world.snapshot();
            let table = format!("rtb-{}", if at == 0 { "a" } else { "b" });
            let known = snapshot.reads().iter().find(|read| read.is_of(op::DESCRIBE_ROUTE_TABLES)).unwrap();
            let crate::snapshot::Outcome::Output(output) = &known.outcome else { panic!("an answer") };
            let routes: Vec<serde_json::Value> = output
                .pointer(&pointer)
                .and_then(serde_json::Value::as_array)
                .unwrap_or_else(|| panic!("routes of {table}"))
                .iter()
                .filter(|route| route["DestinationCidrBlock"] != "0.0.0.0/0")
                .cloned()
                .collect();
            world.patch(op::DESCRIBE_ROUTE_TABLES, &pointer, json!(routes));
        }
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/Runtime", json!(runtime));
        world
    }

    #[test]
    fn fires_for_runtimes_that_take_ipv4_first() {
        for runtime in ["nodejs16.x", "java21"] {
            assert_eq!(findings(only_ipv6(runtime).judge(&RULE))[0].evidence[0].value, runtime);
        }
        let mut asked = only_ipv6("nodejs22.x");
        asked.patch(op::GET_FUNCTION_CONFIGURATION, "/EnvironmentSigns", json!({ "DnsResultOrder": "ipv4first" }));
        assert_eq!(findings(asked.judge(&RULE))[0].evidence[0].value, "ipv4first");
    }

    #[test]
    fn silent_with_a_way_over_ipv4_or_another_order() {
        assert!(matches!(testkit::lambda::dual_stack().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        let mut asked = only_ipv6("nodejs16.x");
        asked.patch(op::GET_FUNCTION_CONFIGURATION, "/EnvironmentSigns", json!({ "DnsResultOrder": "ipv6first" }));
        assert!(matches!(asked.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(only_ipv6("python3.13").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_variables_are_hidden() {
        let mut world = only_ipv6("nodejs22.x");
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/EnvironmentSigns", json!({ "IsHidden": true }));
        assert_eq!(missing(world.judge(&RULE)), ["kms:Decrypt"]);
    }
}
