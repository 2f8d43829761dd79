//! Endpoints of the agent's services.

use super::Case;
use crate::finding::{Finding, Judgement};
use crate::instance::endpoints::{Missing, Named};
use crate::rule::About;
use crate::snapshot::Gap;

/// How a group for new endpoints is named.
pub const ENDPOINTS: Named = ("ecs-endpoints", "ECS endpoints");

/// Judges whether the interface endpoint of one of these services is missing in a VPC that was built to reach ECS over endpoints.
pub(crate) fn judge_missing(case: &Case<'_>, about: &About, services: &[&str]) -> Judgement {
    if let Some(judgement) = case.aside() {
        return judgement;
    }
    let (mut found, mut gaps, mut other): (Vec<Finding>, Vec<Gap>, Option<Judgement>) = (Vec::new(), Vec::new(), None);
    for service in services {
        let is_proven = case.is_connected() == Some(true);
        let missing = Missing { about, service, is_proven, no_path: "ecs/egress-ecs-api", named: ENDPOINTS };
        match missing.judge(&case.host, case) {
            Judgement::Fail(findings) => found.extend(findings),
            Judgement::CannotTell { gaps: more, .. } => gaps.extend(more),
            judged => other = other.or(Some(judged)),
        }
    }
    let rest = || other.unwrap_or_else(|| Judgement::not_applicable("no service was asked about"));
    Judgement::settled(found, gaps, rest)
}
