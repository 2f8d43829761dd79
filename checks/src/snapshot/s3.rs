//! Buckets: what they notify of their events, where they are, how they keep objects.
//!
//! Shapes: Amazon S3 API reference.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `GetBucketNotificationConfiguration`.
    NotificationConfiguration {
        /// Functions that are called.
        lambda_function_configurations: Vec<FunctionEntry>,
        /// Queues that get messages.
        queue_configurations: Vec<QueueEntry>,
        /// Topics that get messages.
        topic_configurations: Vec<TopicEntry>,
        /// There, and empty, where every event goes to EventBridge.
        event_bridge_configuration: Option<serde_json::Value>,
    }
    /// An entry for a function.
    FunctionEntry {
        /// Its name.
        id: String,
        /// The function, with version or alias where one is meant.
        lambda_function_arn: String,
        /// Events, such as `s3:ObjectCreated:*`.
        events: Vec<String>,
        /// Which keys.
        filter: Option<EntryFilter>,
    }
    /// An entry for a queue.
    QueueEntry {
        /// Its name.
        id: String,
        /// The queue.
        queue_arn: String,
        /// Events.
        events: Vec<String>,
        /// Which keys.
        filter: Option<EntryFilter>,
    }
    /// An entry for a topic.
    TopicEntry {
        /// Its name.
        id: String,
        /// The topic.
        topic_arn: String,
        /// Events.
        events: Vec<String>,
        /// Which keys.
        filter: Option<EntryFilter>,
    }
    /// The filter of an entry.
    EntryFilter {
        /// By key.
        key: Option<KeyFilter>,
    }
    /// A filter by key.
    KeyFilter {
        /// A prefix, a suffix, or both.
        filter_rules: Vec<FilterRule>,
    }
    /// One condition on the key.
    FilterRule {
        /// `prefix` or `suffix`, in any case.
        name: String,
        /// The text that the key begins or ends with, URL-encoded.
        value: String,
    }
    /// `GetBucketLocation`.
    BucketLocation {
        /// Region; empty for `us-east-1`, `EU` for some old buckets of `eu-west-1`.
        location_constraint: String,
    }
    /// `GetBucketVersioning`.
    BucketVersioning {
        /// `Enabled`, `Suspended`; empty where it was never on.
        status: String,
    }
    /// `GetBucketEncryption`.
    BucketEncryption {
        /// One rule.
        rules: Vec<EncryptionRule>,
    }
    /// How objects are encrypted by default.
    EncryptionRule {
        /// The default.
        apply_server_side_encryption_by_default: Option<EncryptionDefault>,
    }
    /// A default encryption.
    EncryptionDefault {
        /// `AES256`, `aws:kms`, `aws:kms:dsse`.
        #[serde(rename = "SSEAlgorithm")]
        sse_algorithm: String,
        /// The key; empty for the one that AWS manages.
        #[serde(rename = "KMSMasterKeyID")]
        kms_master_key_id: String,
    }
}
