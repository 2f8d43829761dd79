//! Endpoints of the service that the function calls: those that are missing, and those that do not serve it.

use super::Case;
use super::target::{Service, Target};
use crate::instance::resolution::is_closed_subnet;
use crate::net::{Cause, Family, Obstacle, Verdict};
use crate::snapshot::ec2::{VpcEndpoint, is};

/// The name of STS that stands for no Region.
pub const GLOBAL_STS: &str = "sts.amazonaws.com";

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

    /// Whether an obstacle is a route that lacks in the function's own VPC: what lacks in a hub is no question of endpoints.
    fn is_without_route(&self, obstacle: &Obstacle) -> bool {
        obstacle.cause == Cause::NoRoute && self.is_own_table(&obstacle.component.id)
    }

    /// Whether no subnet has a route over IPv4.
    fn has_no_route(&self) -> bool {
        let mut ways = self.over(Family::Ipv4).peekable();
        ways.peek().is_some()
            && ways.all(|way| {
                way.verdict == Verdict::Blocked && way.obstacles.iter().any(|own| self.is_without_route(own))
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
            way.obstacles.iter().any(|own| self.is_without_route(own)) && way.verdict == Verdict::Blocked
        };
        if !self.over(Family::Ipv4).any(lacks) {
            return None;
        }
        self.endpoints_of(service, "Gateway").into_iter().find(|endpoint| is(&endpoint.state, "available"))
    }

    /// Whether S3 of another Region is asked for, and a subnet is closed: endpoints of the VPC do not lead there.
    pub fn leaves_region_from_closed(&self) -> bool {
        let is_elsewhere = |service: &Service| service.name == "s3" && service.region != self.region();
        let mut subnets = self.vpc().into_iter().flat_map(|config| &config.subnet_ids);
        self.service().is_some_and(is_elsewhere) && subnets.any(|id| is_closed_subnet(self.network, id) == Ok(true))
    }

    /// The endpoint for STS that does not serve the global name that is asked for, which no subnet reaches.
    pub fn unused_sts(&self) -> Option<&'a VpcEndpoint> {
        let is_global = self.target.host() == Some(GLOBAL_STS);
        let is_blocked = self.ways.iter().all(|way| way.verdict == Verdict::Blocked);
        let ending = format!(".{}.sts", self.region());
        let mut endpoints = self.snapshot.vpc_endpoints.known().iter();
        endpoints
            .find(|own| own.vpc_id == self.vpc_id() && own.service_name.ends_with(&ending))
            .filter(|_| is_global && is_blocked)
    }

    /// Whether IPv6 is the only way out that was made, and the target has no IPv6 address.
    pub fn is_of_ipv6_only(&self) -> bool {
        let has_no_ipv6 = self.target.host().is_some() && self.over(Family::Ipv6).next().is_none();
        let may = self.vpc().is_some_and(|config| config.ipv6_allowed_for_dual_stack);
        may && has_no_ipv6 && self.has_no_route() && super::paths::leads_out(self, Family::Ipv6)
    }
}
