//! Endpoints of the service that the function calls: those that are missing, and those that do not serve it.

use super::Case;
use super::target::{Service, Target};
use crate::net::{Cause, Family, Verdict};
use crate::snapshot::ec2::{VpcEndpoint, is};

impl<'a> Case<'a> {
    /// The service that is asked about.
    pub fn service(&self) -> Option<&Service> {
        match &self.target {
            Target::Service(service) => Some(service),
            _ => None,
        }
    }

    /// Endpoints of the service in the VPC, of one type.
    pub fn endpoints_of(&self, service: &Service, kind: &str) -> Vec<&'a VpcEndpoint> {
        let ending = format!(".{}.{}", service.region, service.name);
        let endpoints = self.snapshot.vpc_endpoints.known().iter();
        endpoints
            .filter(|endpoint| {
                endpoint.vpc_id == self.vpc_id()
                    && is(&endpoint.vpc_endpoint_type, kind)
                    && endpoint.service_name.ends_with(&ending)
                    && !is(&endpoint.state, "deleted")
            })
            .collect()
    }

    /// Whether no subnet has a route over IPv4.
    fn has_no_route(&self) -> bool {
        let mut ways = self.over(Family::Ipv4).peekable();
        ways.peek().is_some()
            && ways.all(|way| {
                way.verdict == Verdict::Blocked && way.obstacles.iter().any(|own| own.cause == Cause::NoRoute)
            })
    }

    /// Whether an endpoint is what lacks: the target is a service, no subnet has a route to it, and no endpoint of it is there.
    pub fn lacks_endpoint(&self) -> bool {
        self.service().is_some_and(|service| {
            self.has_no_route()
                && self.endpoints_of(service, "Interface").is_empty()
                && self.endpoints_of(service, "Gateway").is_empty()
        })
    }

    /// The gateway endpoint of the service that does not serve the route table of a subnet without another route.
    pub fn unassociated_endpoint(&self) -> Option<&'a VpcEndpoint> {
        let service = self.service()?;
        let lacks = |way: &super::paths::SubnetWay| {
            way.obstacles.iter().any(|own| own.cause == Cause::NoRoute) && way.verdict == Verdict::Blocked
        };
        if !self.over(Family::Ipv4).any(lacks) {
            return None;
        }
        self.endpoints_of(service, "Gateway").into_iter().find(|endpoint| is(&endpoint.state, "available"))
    }

    /// Whether IPv6 is the only way out that was made, and the target has no IPv6 address.
    pub fn is_of_ipv6_only(&self) -> bool {
        let has_no_ipv6 = self.target.host().is_some() && self.over(Family::Ipv6).next().is_none();
        let may = self.vpc().is_some_and(|config| config.ipv6_allowed_for_dual_stack);
        may && has_no_ipv6 && self.has_no_route() && super::paths::leads_out(self, Family::Ipv6)
    }
}
