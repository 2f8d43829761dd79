//! VPC Block Public Access: the mode of the Region with the exclusions of VPCs and subnets, or what the subnet itself shows.

use super::Evaluator;
use checks::snapshot::ec2::Subnet;

/// How Block Public Access stands for a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PublicAccess {
    Off,
    BlockIngress,
    BlockBidirectional,
}

impl PublicAccess {
    /// Whether an internet gateway takes nothing from and for the hosts of the subnet.
    pub(super) fn stops_hosts(self) -> bool {
        self != Self::Off
    }

    /// Whether NAT gateways and egress-only gateways take nothing from the subnet either.
    pub(super) fn stops_gateways(self) -> bool {
        self == Self::BlockBidirectional
    }

    fn of(mode: &str) -> Self {
        match mode {
            "block-bidirectional" => Self::BlockBidirectional,
            "block-ingress" => Self::BlockIngress,
            _ => Self::Off,
        }
    }
}

impl Evaluator<'_> {
    pub(super) fn public_access(&self, subnet: &Subnet) -> PublicAccess {
        if let Some(own) = &subnet.block_public_access_states {
            return PublicAccess::of(&own.internet_gateway_block_mode);
        }
        let Ok(Some(options)) = self.snapshot.block_public_access.get("") else { return PublicAccess::Off };
        let mode = PublicAccess::of(&options.internet_gateway_block_mode);
        let mut mode_with_exclusions = mode;
        for exclusion in self.snapshot.block_public_access_exclusions.known() {
            let arn = &exclusion.resource_arn;
            let is_about = arn.ends_with(&format!("/{}", subnet.subnet_id)) || arn.ends_with(&format!("/{}", subnet.vpc_id));
            if !is_about || !exclusion.state.ends_with("-complete") || exclusion.state == "delete-complete" {
                continue;
            }
            match exclusion.internet_gateway_exclusion_mode.as_str() {
                "allow-bidirectional" => return PublicAccess::Off,
                "allow-egress" if mode == PublicAccess::BlockBidirectional => {
                    mode_with_exclusions = PublicAccess::BlockIngress;
                }
                _ => {}
            }
        }
        mode_with_exclusions
    }
}
