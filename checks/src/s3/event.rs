//! Types of S3 events.
//!
//! Source: S3 user guide, "Event notification types and destinations".

/// The events of the four ways to upload an object.
pub const UPLOADS: [&str; 4] = [
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
];

/// The event of an upload in parts, which clients choose by themselves for large files.
pub const MULTIPART: &str = "s3:ObjectCreated:CompleteMultipartUpload";

/// Every type of event that is no pattern.
const TYPES: &[&str] = &[
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
];

/// The patterns of events that entries can list.
const PATTERNS: &[&str] = &[
    "s3:LifecycleExpiration:*",
    "s3:ObjectCreated:*",
    "s3:ObjectRemoved:*",
    "s3:ObjectRestore:*",
    "s3:ObjectTagging:*",
    "s3:Replication:*",
];

/// Every event and pattern of events that an entry can list.
pub fn listable() -> impl Iterator<Item = &'static str> {
    TYPES.iter().chain(PATTERNS).copied()
}

/// An event as users write it, with the `s3:` that they may leave out.
pub fn normal(event: &str) -> String {
    if event.starts_with("s3:") { event.to_owned() } else { format!("s3:{event}") }
}

/// The types that an event or a pattern of events stands for; none where it is no event of S3.
pub fn types(event: &str) -> Vec<&'static str> {
    TYPES.iter().copied().filter(|known| covers(event, known)).collect()
}

/// Whether an entry with `listed` reports the type.
pub fn covers(listed: &str, event: &str) -> bool {
    listed == event || listed.strip_suffix('*').is_some_and(|start| event.starts_with(start))
}

/// Whether one event can be reported under both.
pub fn overlap(a: &str, b: &str) -> bool {
    covers(a, b) || covers(b, a)
}

/// What EventBridge calls an event, and the reason that it carries where that tells one event from another.
///
/// Source: S3 user guide, "Using EventBridge" and "Amazon S3 event types and destinations", mapping of event types.
pub fn on_event_bridge(event: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match event {
        "s3:ObjectCreated:Put" => ("Object Created", Some("PutObject")),
        "s3:ObjectCreated:Post" => ("Object Created", Some("POST Object")),
        "s3:ObjectCreated:Copy" => ("Object Created", Some("CopyObject")),
        "s3:ObjectCreated:CompleteMultipartUpload" => ("Object Created", Some("CompleteMultipartUpload")),
        "s3:ObjectRemoved:Delete" | "s3:ObjectRemoved:DeleteMarkerCreated" => ("Object Deleted", Some("DeleteObject")),
        "s3:LifecycleExpiration:Delete" | "s3:LifecycleExpiration:DeleteMarkerCreated" => {
            ("Object Deleted", Some("Lifecycle Expiration"))
        }
        "s3:ObjectRestore:Post" => ("Object Restore Initiated", None),
        "s3:ObjectRestore:Completed" => ("Object Restore Completed", None),
        "s3:ObjectRestore:Delete" => ("Object Restore Expired", None),
        "s3:LifecycleTransition" => ("Object Storage Class Changed", None),
        "s3:IntelligentTiering" => ("Object Access Tier Changed", None),
        "s3:ObjectAcl:Put" => ("Object ACL Updated", None),
        "s3:ObjectTagging:Put" => ("Object Tags Added", None),
        "s3:ObjectTagging:Delete" => ("Object Tags Deleted", None),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_their_types() {
        assert_eq!(types("s3:ObjectCreated:*").len(), 4);
        assert_eq!(types(&normal("ObjectCreated:Put")), ["s3:ObjectCreated:Put"]);
        assert!(types("s3:ObjectMade:*").is_empty());
        assert!(covers("s3:ObjectCreated:*", MULTIPART) && !covers("s3:ObjectCreated:Put", MULTIPART));
        assert!(overlap("s3:ObjectCreated:Put", "s3:ObjectCreated:*"));
        assert!(!overlap("s3:ObjectCreated:*", "s3:ObjectRemoved:*"));
        assert!(UPLOADS.iter().all(|event| TYPES.contains(event)) && TYPES.is_sorted());
        assert!(listable().all(|event| !types(event).is_empty()));
    }

    #[test]
    fn events_have_other_names_on_eventbridge() {
        assert_eq!(on_event_bridge(MULTIPART), Some(("Object Created", Some("CompleteMultipartUpload"))));
        assert_eq!(on_event_bridge("s3:ReducedRedundancyLostObject"), None);
    }
}
