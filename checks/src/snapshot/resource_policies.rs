//! Policies that hang on resources.
//!
//! Shapes: the API reference of each service. Documents are texts in all of these answers; whoever saves one may have made JSON of it.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `GetBucketPolicy`.
    BucketPolicy {
        /// The document.
        policy: serde_json::Value,
    }
    /// `lambda:GetPolicy`.
    FunctionPolicy {
        /// The document.
        policy: serde_json::Value,
    }
    /// `GetKeyPolicy`.
    KeyPolicy {
        /// The document.
        policy: serde_json::Value,
    }
    /// `ListGrants` of one key.
    KeyGrants {
        /// The grants that were asked for.
        grants: Vec<KeyGrant>,
    }
    /// A grant of a key.
    KeyGrant {
        /// Its id.
        grant_id: String,
        /// Who may use the key: an ARN or a service principal.
        grantee_principal: String,
        /// For what, such as `Decrypt`.
        operations: Vec<String>,
        /// With which encryption contexts; none where any will do.
        constraints: Option<GrantConstraints>,
    }
    /// The encryption contexts that a grant asks for.
    GrantConstraints {
        /// Pairs that have to be in it.
        encryption_context_subset: serde_json::Map<String, serde_json::Value>,
        /// Pairs that have to be it.
        encryption_context_equals: serde_json::Map<String, serde_json::Value>,
    }
    /// `GetBucketOwnershipControls`.
    BucketOwnershipControls {
        /// One rule.
        rules: Vec<OwnershipRule>,
    }
    /// Whether access control lists count in a bucket.
    OwnershipRule {
        /// `BucketOwnerEnforced` where they do not.
        object_ownership: String,
    }
    /// `GetQueueAttributes`; without attributes where none of those asked for is set.
    QueueAttributes {
        /// Those that were asked for.
        attributes: PolicyAttribute,
    }
    /// `GetTopicAttributes`.
    TopicAttributes {
        /// The attributes.
        attributes: PolicyAttribute,
    }
    /// The attribute that holds a policy, among others. All of them are texts.
    PolicyAttribute {
        /// The document; empty where there is none.
        policy: String,
        /// Key that encrypts messages: id, ARN or alias; empty where none does.
        kms_master_key_id: String,
        /// `true` for a first-in-first-out queue.
        fifo_queue: String,
        /// `true` for a first-in-first-out topic.
        fifo_topic: String,
        /// Seconds for which a received message is hidden.
        visibility_timeout: String,
    }
}
