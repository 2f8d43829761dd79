//! EventBridge and CloudTrail: the rules that events meet, and who changed what.
//!
//! Shapes: EventBridge API reference, CloudTrail API reference.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `ListRules` of the default event bus.
    EventRules {
        /// The rules.
        rules: Vec<EventRule>,
    }
    /// A rule.
    EventRule {
        /// Its name.
        name: String,
        /// Its ARN.
        arn: String,
        /// Which events it takes, JSON as text; empty for a schedule.
        event_pattern: String,
        /// `ENABLED`, `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` or `DISABLED`.
        state: String,
    }
    /// `ListTargetsByRule`.
    RuleTargets {
        /// Where its events go.
        targets: Vec<RuleTarget>,
    }
    /// A target of a rule.
    RuleTarget {
        /// Its name.
        id: String,
        /// What it is.
        arn: String,
        /// The role that EventBridge takes on to reach it; empty where the target's own policy counts.
        role_arn: String,
    }
    /// `LookupEvents` of one event name.
    TrailEvents {
        /// Events, the latest first.
        events: Vec<TrailEvent>,
    }
    /// An event of CloudTrail.
    TrailEvent {
        /// Its id.
        event_id: String,
        /// When it happened.
        #[serde(deserialize_with = "super::text::time")]
        event_time: String,
        /// Who called.
        username: String,
        /// What it was about.
        resources: Vec<TrailResource>,
        /// The whole event, JSON as text.
        cloud_trail_event: String,
    }
    /// A resource of an event.
    TrailResource {
        /// Its name.
        resource_name: String,
    }
}
