//! The ways from the instance to the services that its agent needs, as the rules of the network layer look at them.

use super::Case;
use crate::finding::Judgement;
use crate::snapshot::{Gap, Snapshot};
use crate::walls::{Lane, Ways};

impl Ways for Case<'_> {
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        self.paths.iter().map(|path| Lane::of_service(path))
    }

    fn facts(&self) -> &Snapshot {
        self.snapshot
    }

    fn without_lanes(&self) -> Judgement {
        Judgement::not_applicable("the instance has no network interface")
    }

    fn is_settled(&self, gap: &Gap) -> bool {
        self.is_no_question(gap, self.is_connected() == Some(true))
    }
}
