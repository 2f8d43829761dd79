//! Internet gateways and egress-only internet gateways.
//!
//! An active route to a gateway is proof that it is attached: the route of a detached one is a blackhole. The gateway's own facts are
//! looked at where they are known. Source: VPC user guide, "Internet gateways" and "Egress-only internet gateways".

use super::block_public_access::{self, Crossing};
use super::obstacle::{Cause, Obstacle};
use super::proof;
use crate::evidence::Component;
use crate::snapshot::ec2::{EgressOnlyInternetGateway, GatewayAttachment, InternetGateway, is};
use crate::snapshot::{Gap, Snapshot};

/// What an internet gateway has against packets from a subnet: not attached, or stopped by Block Public Access.
pub fn internet_gateway(
    snapshot: &Snapshot,
    id: &str,
    vpc: &str,
    subnet: &str,
    crossing: Crossing,
) -> (Vec<Obstacle>, Vec<Gap>) {
    let gateway = snapshot.internet_gateways.known().iter().find(|gateway| gateway.internet_gateway_id == id);
    let mut obstacles = Vec::new();
    if gateway.is_some_and(|gateway| !is_attached(&gateway.attachments, vpc)) {
        let evidence = vec![proof::of::<InternetGateway>(snapshot, id, "Attachments")];
        let component = Component::new("internet-gateway", id);
        let by = format!("`{id}` is not attached to `{vpc}`");
        obstacles.push(Obstacle::new(Cause::InternetGatewayMissing, component, evidence).by(by));
    }
    let gaps = stopped_at_the_edge(snapshot, vpc, subnet, crossing, &mut obstacles);
    (obstacles, gaps)
}

/// What an egress-only internet gateway has against packets from a subnet.
pub fn egress_only_gateway(snapshot: &Snapshot, id: &str, vpc: &str, subnet: &str) -> (Vec<Obstacle>, Vec<Gap>) {
    let known = snapshot.egress_only_internet_gateways.known().iter();
    let gateway = known.into_iter().find(|gateway| gateway.egress_only_internet_gateway_id == id);
    let mut obstacles = Vec::new();
    if gateway.is_some_and(|gateway| !is_attached(&gateway.attachments, vpc)) {
        let evidence = vec![proof::of::<EgressOnlyInternetGateway>(snapshot, id, "Attachments")];
        let component = Component::new("egress-only-internet-gateway", id);
        let by = format!("`{id}` is not attached to `{vpc}`");
        obstacles.push(Obstacle::new(Cause::EgressOnlyGatewayMissing, component, evidence).by(by));
    }
    let gaps = stopped_at_the_edge(snapshot, vpc, subnet, Crossing::OutboundEgressOnly, &mut obstacles);
    (obstacles, gaps)
}

/// Both words occur: `available` for an internet gateway, `attached` for an egress-only one.
fn is_attached(attachments: &[GatewayAttachment], vpc: &str) -> bool {
    attachments.iter().any(|own| own.vpc_id == vpc && (is(&own.state, "available") || is(&own.state, "attached")))
}

fn stopped_at_the_edge(
    snapshot: &Snapshot,
    vpc: &str,
    subnet: &str,
    crossing: Crossing,
    obstacles: &mut Vec<Obstacle>,
) -> Vec<Gap> {
    match block_public_access::of_subnet(snapshot, subnet, vpc) {
        Ok(state) if state.mode.blocks(crossing) => {
            obstacles.push(state.obstacle(vpc));
            Vec::new()
        }
        Ok(_) => Vec::new(),
        Err(gap) => vec![gap],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::world;
    use serde_json::json;

    #[test]
    fn attachment_is_judged_only_when_it_is_known() {
        let snapshot = world(json!({
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}}],
            "InternetGateways": [
                {"InternetGatewayId": "igw-1", "Attachments": [{"State": "available", "VpcId": "vpc-1"}]},
                {"InternetGatewayId": "igw-2", "Attachments": [{"State": "available", "VpcId": "vpc-2"}]}],
            "EgressOnlyInternetGateways": [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"State": "detached", "VpcId": "vpc-1"}]}],
        }));
        let judge = |id| internet_gateway(&snapshot, id, "vpc-1", "subnet-1", Crossing::OutboundPublicAddress);
        assert_eq!(judge("igw-1"), (vec![], vec![]));
        assert_eq!(judge("igw-not-listed"), (vec![], vec![]));
        let (obstacles, _) = judge("igw-2");
        assert_eq!(obstacles[0].cause, Cause::InternetGatewayMissing);
        assert_eq!(obstacles[0].evidence[0].value[0]["VpcId"], "vpc-2");
        let (obstacles, _) = egress_only_gateway(&snapshot, "eigw-1", "vpc-1", "subnet-1");
        assert_eq!(obstacles[0].cause, Cause::EgressOnlyGatewayMissing);
    }
}
