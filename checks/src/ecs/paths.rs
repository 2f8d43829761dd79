//! The ways from the instance to the services that its agent needs, as the rules of the network layer look at them.

use super::Case;
use crate::finding::Judgement;
use crate::snapshot::{Gap, Snapshot, operations as op};
use crate::walls::{Lane, Ways};

impl Ways for Case<'_> {
    fn lanes(&self) -> Vec<Lane<'_>> {
        self.paths.iter().map(|path| Lane::of_service(path)).collect()
    }

    fn facts(&self) -> &Snapshot {
        self.snapshot
    }

    fn without_lanes(&self) -> Judgement {
        Judgement::not_applicable("the instance has no network interface")
    }

    /// Whether a gap leaves nothing open: private hosted zones are not read for an agent that is connected, nor where the VPC has a way
    /// to the internet that works.
    fn is_settled(&self, gap: &Gap) -> bool {
        let zones = op::LIST_HOSTED_ZONES_BY_VPC.action;
        let is_proven = self.is_connected() == Some(true) || self.leads_to_internet();
        is_proven && matches!(gap, Gap::NotAsked { action } if action == zones)
    }
}
