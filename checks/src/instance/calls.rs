//! Calls that the software of an instance makes with the role of the instance.

use super::{Host, RoleFacts};
use crate::iam::{Context, Principal, Request};
use crate::snapshot::ec2::VpcEndpoint;

/// What an action of the software is called on; others are called on `*`.
#[derive(Debug, Clone)]
pub struct Target {
    /// The action.
    pub action: &'static str,
    /// ARN of the resource.
    pub resource: String,
    /// Condition keys of the service that the call carries.
    pub keys: Vec<(&'static str, String)>,
}

impl<'a> Host<'a> {
    /// With what an action is called on.
    #[must_use]
    pub fn with_target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// The endpoint that calls of an action pass, when they pass one.
    pub fn endpoint_of(&self, action: &str) -> Option<&'a VpcEndpoint> {
        self.endpoint_for(service_of(action))
    }

    /// A call with the role's credentials, and every condition key of it that the facts tell.
    ///
    /// Keys: IAM user guide, "AWS global condition context keys"; `ec2:SourceInstanceARN` is on every call with the credentials of an
    /// instance.
    pub fn request(&self, role: &RoleFacts<'_>, action: &str, endpoint: Option<&VpcEndpoint>) -> Request {
        let (partition, account) = (self.partition(), self.account());
        let id = self.instance.instance_id.as_str();
        let principal = Principal::RoleSession {
            partition: partition.to_owned(),
            account: account.to_owned(),
            role: role.role.role_name.clone(),
            session: id.to_owned(),
        };
        let mut context = Context::partial()
            .with_principal(&principal)
            .with("aws:PrincipalArn", &role.role.arn)
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false")
            .with("ec2:SourceInstanceARN", self.arn())
            .with("aws:EC2InstanceSourceVPC", &self.instance.vpc_id)
            .with("aws:EC2InstanceSourcePrivateIPv4", &self.instance.private_ip_address)
            .without("aws:MultiFactorAuthPresent")
            .without("aws:MultiFactorAuthAge")
            .without("aws:SourceArn")
            .without("aws:SourceAccount")
            .without("aws:CalledVia")
            .without("aws:FederatedProvider");
        if !self.region().is_empty() {
            context = context.with("aws:RequestedRegion", self.region());
        }
        if !role.role.role_id.is_empty() {
            context = context.with("aws:userid", format!("{}:{id}", role.role.role_id));
        }
        if let Some(now) = self.snapshot.now() {
            context =
                context.with("aws:CurrentTime", now.to_string()).with("aws:EpochTime", now.as_second().to_string());
        }
        for tag in &role.role.tags {
            context = context.with(&format!("aws:PrincipalTag/{}", tag.key), &tag.value);
        }
        context = match endpoint {
            Some(endpoint) => context
                .with("aws:SourceVpce", &endpoint.vpc_endpoint_id)
                .with("aws:SourceVpc", &self.instance.vpc_id)
                .with("aws:VpcSourceIp", &self.instance.private_ip_address)
                .without("aws:SourceIp"),
            None => context,
        };
        let target = self.targets.iter().find(|target| target.action == action);
        let resource = target.map_or_else(|| "*".to_owned(), |target| target.resource.clone());
        for (key, value) in target.into_iter().flat_map(|target| &target.keys) {
            context = context.with(key, value);
        }
        Request::new(principal, action, resource, context).owned_by(account)
    }
}

/// The service that takes calls of an action, by the short name in an endpoint's service name.
///
/// Source: ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)", for the agent's two connections.
fn service_of(action: &str) -> &str {
    match action {
        "ecs:Poll" => "ecs-agent",
        "ecs:StartTelemetrySession" => "ecs-telemetry",
        _ => action.split_once(':').map_or(action, |(service, _)| service),
    }
}
