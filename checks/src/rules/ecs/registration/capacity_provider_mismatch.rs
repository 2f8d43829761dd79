//! The instance is registered, and the services of the cluster place their tasks elsewhere.

use crate::ecs::{Case, capacity};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ecs::Service;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that is connected and runs no task: whether the services of the cluster that want tasks all use capacity
    /// providers or launch types other than the one that the instance is registered under (`capacityProviderName`).
    ///
    /// ## Why it matters
    ///
    /// "Not registered" is often said of an instance that is registered and stands idle. A service with a capacity provider strategy
    /// places its tasks on instances of these providers only, and never on one that was registered without any.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-services --cluster CLUSTER --services NAME --query 'services[].[capacityProviderStrategy,launchType]'`
    ///
    /// ## False positives
    ///
    /// An instance may stand idle because there is nothing to do, or because placement constraints and free resources keep tasks away.
    /// Daemon services and tasks that are started by hand do not show here.
    ///
    /// ## Fix
    ///
    /// Put the Auto Scaling group of the instance behind a capacity provider that the services use, or change their strategy (class M).
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS capacity providers for the EC2 launch type"
    /// - ECS API reference, `Service`
    "ecs/capacity-provider-mismatch", Advice, Feature, fix M,
    "The services of the cluster use other capacity providers than the instance",
    needs [DESCRIBE_CONTAINER_INSTANCES, LIST_SERVICES, DESCRIBE_SERVICES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable("the cluster does not list the instance"));
    };
    if !capacity::is_idle(entry) {
        return Ok(Judgement::not_applicable("the instance runs tasks, or none can be placed on it now"));
    }
    let cluster = case.question.cluster_name();
    let Some(listed) = case.snapshot.service_arns.get(cluster)? else {
        return Ok(Judgement::not_applicable("the cluster is gone"));
    };
    let (mut wanting, mut unread): (Vec<&Service>, Option<Gap>) = (Vec::new(), None);
    for arn in &listed.service_arns {
        match case.snapshot.services.get(arn) {
            Ok(service) => wanting.extend(service.filter(|service| service.desired_count > 0)),
            Err(gap) => unread = unread.or(Some(gap)),
        }
    }
    let own = entry.capacity_provider_name.as_str();
    // One service that fits is enough, whatever the others are like.
    if let Some(fits) = wanting.iter().find(|service| uses(service, own)) {
        return Ok(Judgement::pass(format!("service `{}` may place tasks on the instance", fits.service_name)));
    }
    if let Some(gap) = unread {
        return Err(gap);
    }
    if wanting.is_empty() {
        return Ok(Judgement::pass(format!("no service of cluster `{cluster}` wants a task")));
    }
    let provider =
        if own.is_empty() { "no capacity provider".to_owned() } else { format!("capacity provider `{own}`") };
    let names: Vec<String> = wanting.iter().take(5).map(|service| format!("`{}`", service.service_name)).collect();
    let detail = format!(
        "instance `{}` is registered under {provider} and stands idle, and every service that wants tasks uses other capacity ({})",
        case.instance.instance_id,
        names.join(", ")
    );
    let show = Aws::new("ecs", "describe-services", case.region()).arg("cluster", cluster);
    let show = show.args("services", wanting.iter().take(5).map(|service| service.service_name.as_str()));
    let strategies = wanting.iter().take(5).map(|service| {
        let used: Vec<&str> =
            service.capacity_provider_strategy.iter().map(|item| item.capacity_provider.as_str()).collect();
        let used = if used.is_empty() { service.launch_type.clone() } else { used.join(", ") };
        Evidence::new(op::DESCRIBE_SERVICES, &service.service_name, "services[].capacityProviderStrategy", used)
    });
    let arn = entry.container_instance_arn.as_str();
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("container-instance", arn)
            .about("ec2-instance", &case.instance.instance_id)
            .proof(Evidence::new(
                op::DESCRIBE_CONTAINER_INSTANCES,
                arn,
                "containerInstances[].capacityProviderName",
                own,
            ))
            .proofs(strategies)
            .fix(Fix::new(FixClass::M, "let the services use the capacity that the instance belongs to").run(show)),
    ))
}

/// Whether tasks of a service may be placed on an instance that was registered under a capacity provider, or under none.
///
/// Source: ECS developer guide, "Amazon ECS launch types and capacity providers": launch type `EC2` takes any instance of the cluster.
fn uses(service: &Service, provider: &str) -> bool {
    if service.capacity_provider_strategy.is_empty() {
        return service.launch_type.is_empty() || service.launch_type == "EC2";
    }
    service.capacity_provider_strategy.iter().any(|item| !provider.is_empty() && item.capacity_provider == provider)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn idle(own: &str, service: Value) -> World {
        let mut world = testkit::ecs::nat();
        let entry = "/containerInstances/0";
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, &format!("{entry}/runningTasksCount"), json!(0));
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, &format!("{entry}/capacityProviderName"), json!(own));
        let arn = "arn:aws:ecs:eu-west-1:123456789012:service/web/shop";
        world.answer(op::LIST_SERVICES, json!({ "cluster": "web" }), json!({ "serviceArns": [arn] }));
        let mut shown = json!({ "serviceArn": arn, "serviceName": "shop", "status": "ACTIVE", "desiredCount": 2 });
        shown.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        let asked = json!({ "cluster": "web", "services": [arn] });
        world.answer(op::DESCRIBE_SERVICES, asked, json!({ "services": [shown], "failures": [] }));
        world
    }

    fn strategy(provider: &str) -> Value {
        json!({ "capacityProviderStrategy": [{ "capacityProvider": provider, "weight": 1, "base": 0 }] })
    }

    #[test]
    fn fires_where_every_service_uses_other_capacity() {
        let found = findings(idle("", strategy("spot")).judge(&RULE));
        assert!(found[0].detail.contains("registered under no capacity provider"), "{}", found[0].detail);
        findings(idle("on-demand", json!({ "launchType": "FARGATE" })).judge(&RULE));
        let report = testkit::ecs::diagnose(&idle("", strategy("spot"))).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Healthy, "advice is no fault");
    }

    #[test]
    fn silent_where_a_service_may_use_it() {
        assert!(matches!(idle("spot", strategy("spot")).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(idle("", json!({ "launchType": "EC2" })).judge(&RULE), Judgement::Pass(_)));
        let nothing = json!({ "launchType": "FARGATE", "desiredCount": 0 });
        assert!(matches!(idle("", nothing).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::NotApplicable(_)), "it runs tasks");
    }

    #[test]
    fn silent_where_one_fits_and_others_are_not_read() {
        let other = "arn:aws:ecs:eu-west-1:123456789012:service/web/other";
        let mut world = idle("", json!({ "launchType": "EC2" }));
        world.patch(op::LIST_SERVICES, "/serviceArns/0", json!(other));
        world.patch(op::LIST_SERVICES, "/serviceArns/-", json!("arn:aws:ecs:eu-west-1:123456789012:service/web/shop"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let mut world = idle("", strategy("spot"));
        world.patch(op::LIST_SERVICES, "/serviceArns/-", json!(other));
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeServices"]);
    }

    #[test]
    fn unknown_when_services_are_denied() {
        let mut world = idle("", strategy("spot"));
        world.deny(op::LIST_SERVICES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListServices"]);
    }
}
