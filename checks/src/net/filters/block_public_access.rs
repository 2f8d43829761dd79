//! VPC Block Public Access: what it lets through at the edge of a VPC.
//!
//! Source: VPC user guide, "Block public access to VPCs and subnets", with its advanced example.

use crate::evidence::{Component, Evidence};
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::proof;
use crate::snapshot::ec2::{Subnet, Vpc, VpcBlockPublicAccessExclusion, is};
use crate::snapshot::{Gap, Snapshot, operations};
use serde_json::json;

/// How Block Public Access stands for a subnet, its exclusions counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Nothing is blocked.
    Off,
    /// Nothing comes in, and out only NAT gateways and egress-only gateways go. An `allow-egress` exclusion under
    /// `block-bidirectional` comes to the same.
    BlockIngress,
    /// Nothing passes.
    BlockBidirectional,
}

/// How packets cross the edge of a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crossing {
    /// In through an internet gateway.
    Inbound,
    /// Out through an internet gateway from an interface with a public address.
    OutboundPublicAddress,
    /// Out through a NAT gateway.
    OutboundNat,
    /// Out through an egress-only internet gateway.
    OutboundEgressOnly,
}

impl Mode {
    /// Whether this crossing is stopped.
    ///
    /// `block-ingress` also stops what an interface with a public address sends out: only NAT gateways and egress-only gateways are
    /// let out, since nothing can come in through them.
    pub fn blocks(self, crossing: Crossing) -> bool {
        match (self, crossing) {
            (Self::Off, _) | (Self::BlockIngress, Crossing::OutboundNat | Crossing::OutboundEgressOnly) => false,
            (Self::BlockIngress | Self::BlockBidirectional, _) => true,
        }
    }

    fn of(text: &str) -> Option<Self> {
        [("off", Self::Off), ("block-ingress", Self::BlockIngress), ("block-bidirectional", Self::BlockBidirectional)]
            .into_iter()
            .find(|(word, _)| is(text, word))
            .map(|(_, mode)| mode)
    }
}

/// The mode for a subnet, and what says so.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The mode.
    pub mode: Mode,
    /// The members that say so; empty when answers are older than the feature.
    pub evidence: Vec<Evidence>,
}

impl State {
    /// The obstacle that a state is which blocks.
    pub fn obstacle(&self, vpc: &str) -> Obstacle {
        let by = match self.mode {
            Mode::Off => "off",
            Mode::BlockIngress => "block-ingress",
            Mode::BlockBidirectional => "block-bidirectional",
        };
        let component = Component::new("vpc", vpc);
        Obstacle::new(Cause::BlockPublicAccess, component, self.evidence.clone())
            .by(format!("VPC Block Public Access: {by}"))
    }
}

/// How Block Public Access stands for a subnet.
///
/// The subnet's own answer comes first, then the Region's setting, then that of the VPC. Answers in which neither subnet nor VPC has the
/// member, with nobody having asked for the setting, are older than the feature: then it was off.
///
/// # Errors
/// Why it is not known.
pub fn of_subnet(snapshot: &Snapshot, subnet: &str, vpc: &str) -> Result<State, Gap> {
    let subnet_row = snapshot.subnets.get(subnet);
    let vpc_row = snapshot.vpcs.get(vpc);
    let of_subnet = subnet_row.as_ref().ok().copied().flatten().and_then(|row| row.block_public_access_states.as_ref());
    if let Some(states) = of_subnet {
        let evidence = proof::of::<Subnet>(snapshot, subnet, "BlockPublicAccessStates.InternetGatewayBlockMode");
        return excluded(snapshot, &states.internet_gateway_block_mode, subnet, vpc, evidence, false);
    }
    let options = snapshot.block_public_access.get("");
    if let Ok(Some(options)) = options {
        let mode = options.internet_gateway_block_mode.as_str();
        let source = operations::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS;
        let field = "VpcBlockPublicAccessOptions.InternetGatewayBlockMode";
        let evidence = Evidence::new(source, &snapshot.header.region, field, json!(mode));
        return excluded(snapshot, mode, subnet, vpc, evidence, true);
    }
    let of_vpc = vpc_row.as_ref().ok().copied().flatten().and_then(|row| row.block_public_access_states.as_ref());
    if let Some(states) = of_vpc {
        let evidence = proof::of::<Vpc>(snapshot, vpc, "BlockPublicAccessStates.InternetGatewayBlockMode");
        return excluded(snapshot, &states.internet_gateway_block_mode, subnet, vpc, evidence, true);
    }
    match (options, subnet_row, vpc_row) {
        (Err(gap @ (Gap::Denied { .. } | Gap::Failed { .. })), _, _) => Err(gap),
        (_, Ok(Some(_)), _) | (_, _, Ok(Some(_))) => Ok(State { mode: Mode::Off, evidence: Vec::new() }),
        (_, Err(gap), _) => Err(gap),
        _ => Err(Gap::NotAsked { action: operations::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS.action.to_owned() }),
    }
}

/// The mode after exclusions. `must_ask` when the text is that of the Region or VPC, which an exclusion of the subnet overrules.
fn excluded(
    snapshot: &Snapshot,
    mode: &str,
    subnet: &str,
    vpc: &str,
    evidence: Evidence,
    must_ask: bool,
) -> Result<State, Gap> {
    let Some(mode) = Mode::of(mode) else {
        return Err(Gap::opaque(format!("what the Block Public Access mode `{mode}` means")));
    };
    if mode == Mode::Off {
        return Ok(State { mode, evidence: vec![evidence] });
    }
    let exclusions = match snapshot.block_public_access_exclusions.all() {
        Ok(exclusions) => exclusions,
        Err(gap) if must_ask => return Err(gap),
        Err(_) => &[],
    };
    let about = |id: &str| exclusions.iter().find(|exclusion| is_in_force(exclusion) && names(exclusion, id));
    let Some(exclusion) = about(subnet).or_else(|| about(vpc)) else {
        return Ok(State { mode, evidence: vec![evidence] });
    };
    let mode = if is(&exclusion.internet_gateway_exclusion_mode, "allow-bidirectional") {
        Mode::Off
    } else {
        Mode::BlockIngress
    };
    let field = "InternetGatewayExclusionMode";
    let excluding = proof::of::<VpcBlockPublicAccessExclusion>(snapshot, &exclusion.exclusion_id, field);
    Ok(State { mode, evidence: vec![evidence, excluding] })
}

fn is_in_force(exclusion: &VpcBlockPublicAccessExclusion) -> bool {
    let in_force = ["create-complete", "update-complete", "update-in-progress", ""];
    in_force.iter().any(|state| is(&exclusion.state, state))
}

fn names(exclusion: &VpcBlockPublicAccessExclusion, id: &str) -> bool {
    exclusion.resource_arn.rsplit('/').next() == Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::{add, deny, world};
    use serde_json::Value;

    fn region(mode: &str, exclusions: Value) -> Snapshot {
        let mut snapshot = world(json!({
            "Vpcs": [{"VpcId": "vpc-1"}],
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}, {"SubnetId": "subnet-2", "VpcId": "vpc-1"}],
            "VpcBlockPublicAccessExclusions": exclusions}));
        let read = crate::snapshot::Read::new(operations::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}));
        let output = json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}});
        snapshot.record(crate::snapshot::Recorded::new(&read, "", crate::snapshot::Outcome::Output(output))).unwrap();
        snapshot
    }

    fn exclusion(resource: &str, mode: &str) -> Value {
        json!({"ExclusionId": "e-1", "ResourceArn": format!("arn:aws:ec2:eu-west-1:1:{resource}"),
            "InternetGatewayExclusionMode": mode, "State": "create-complete"})
    }

    fn mode(snapshot: &Snapshot) -> Mode {
        of_subnet(snapshot, "subnet-1", "vpc-1").unwrap().mode
    }

    #[test]
    fn the_table_of_modes_and_exclusions() {
        assert_eq!(mode(&region("off", json!([]))), Mode::Off);
        assert_eq!(mode(&region("block-ingress", json!([]))), Mode::BlockIngress);
        assert_eq!(mode(&region("block-bidirectional", json!([]))), Mode::BlockBidirectional);
        for resource in ["subnet/subnet-1", "vpc/vpc-1"] {
            assert_eq!(mode(&region("block-ingress", json!([exclusion(resource, "allow-bidirectional")]))), Mode::Off);
            assert_eq!(
                mode(&region("block-ingress", json!([exclusion(resource, "allow-egress")]))),
                Mode::BlockIngress
            );
            let both = region("block-bidirectional", json!([exclusion(resource, "allow-egress")]));
            assert_eq!(mode(&both), Mode::BlockIngress);
        }
        let other = region("block-bidirectional", json!([exclusion("subnet/subnet-2", "allow-bidirectional")]));
        assert_eq!(mode(&other), Mode::BlockBidirectional);
        assert!(Mode::BlockIngress.blocks(Crossing::OutboundPublicAddress));
        assert!(!Mode::BlockIngress.blocks(Crossing::OutboundNat));
        assert!(Mode::BlockBidirectional.blocks(Crossing::OutboundEgressOnly));
    }

    #[test]
    fn the_subnet_itself_says_it_without_another_call() {
        let snapshot = world(json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1",
            "BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-bidirectional"}}]}));
        let state = of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap();
        assert_eq!(state.mode, Mode::BlockBidirectional);
        assert_eq!(state.evidence[0].field, "BlockPublicAccessStates.InternetGatewayBlockMode");
        assert_eq!(state.obstacle("vpc-1").code, Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"));
    }

    #[test]
    fn old_answers_denied_reads_and_missing_exclusions() {
        let mut snapshot = world(json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]}));
        assert_eq!(mode(&snapshot), Mode::Off, "older than the feature");
        deny(&mut snapshot, operations::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}));
        assert!(of_subnet(&snapshot, "subnet-1", "vpc-1").is_err());
        assert!(of_subnet(&Snapshot::default(), "subnet-1", "vpc-1").is_err());
        add(
            &mut snapshot,
            json!({"Vpcs": [{"VpcId": "vpc-1", "BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-ingress"}}]}),
        );
        let gap = of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap_err();
        assert_eq!(gap.action(), Some("ec2:DescribeVpcBlockPublicAccessExclusions"));
    }
}
