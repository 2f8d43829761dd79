//! Policies that hang on resources.
//!
//! Shapes: the API reference of each service. Documents are texts in all of these answers.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `GetBucketPolicy`.
    BucketPolicy {
        /// The document.
        policy: String,
    }
    /// `lambda:GetPolicy`.
    FunctionPolicy {
        /// The document.
        policy: String,
    }
    /// `GetKeyPolicy`.
    KeyPolicy {
        /// The document.
        policy: String,
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
    /// The attribute that holds a policy, among others.
    PolicyAttribute {
        /// The document; empty where there is none.
        policy: String,
    }
}
