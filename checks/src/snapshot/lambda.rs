//! Lambda functions: where in a VPC their connections start, whose credentials they have, how they are called.
//!
//! Shapes: Lambda API reference.

use super::ec2::shapes;
use crate::os::environment::EnvironmentSigns;
use serde::Deserialize;
use std::collections::BTreeMap;

shapes! {
    /// `GetFunctionConfiguration`.
    FunctionConfiguration {
        /// Its name.
        function_name: String,
        /// Its ARN, with the version or alias that was asked for.
        function_arn: String,
        /// `Active`, `Pending`, `Inactive`, `Failed`.
        state: String,
        /// Why it is in that state, in words.
        state_reason: String,
        /// Why, as a code.
        state_reason_code: String,
        /// `Successful`, `InProgress`, `Failed`.
        last_update_status: String,
        /// Why, in words.
        last_update_status_reason: String,
        /// Why, as a code.
        last_update_status_reason_code: String,
        /// Such as `python3.13`; empty for a container image.
        runtime: String,
        /// `Zip` or `Image`.
        package_type: String,
        /// In MB.
        memory_size: i64,
        /// `$LATEST` or a number.
        version: String,
        /// When it was last changed.
        last_modified: String,
        /// Its layers.
        layers: Vec<FunctionLayer>,
        /// What its environment variables tell of its connections; absent where it has none.
        environment_signs: Option<EnvironmentSigns>,
        /// ARN of its role.
        role: String,
        /// Seconds after which a call is ended.
        timeout: i64,
        /// Key that encrypts its environment; empty for the one that AWS manages.
        #[serde(rename = "KMSKeyArn")]
        kms_key_arn: String,
        /// Where it writes its log.
        logging_config: Option<FunctionLogging>,
        /// Where it is attached to a VPC; absent, or without subnets, when it is not.
        vpc_config: Option<FunctionVpcConfig>,
    }
    /// A layer of a function.
    FunctionLayer {
        /// Its ARN, with the version.
        arn: String,
    }
    /// `GetAlias`.
    FunctionAlias {
        /// Its name.
        name: String,
        /// The version that it leads to.
        function_version: String,
        /// Where a part of the calls goes instead.
        routing_config: Option<AliasRouting>,
    }
    /// Where a part of the calls of an alias goes.
    AliasRouting {
        /// The part by version, from 0 to 1.
        additional_version_weights: BTreeMap<String, f64>,
    }
    /// The VPC that a function is attached to.
    FunctionVpcConfig {
        /// VPC; empty when the function is in none.
        vpc_id: String,
        /// Each of them may be used by any call.
        subnet_ids: Vec<String>,
        /// Groups on its interfaces.
        security_group_ids: Vec<String>,
        /// Whether it sends over IPv6 in dual-stack subnets.
        ipv6_allowed_for_dual_stack: bool,
    }
    /// Where a function writes its log.
    FunctionLogging {
        /// The group; empty for `/aws/lambda/` and the name.
        log_group: String,
    }
    /// `GetFunctionConcurrency`.
    FunctionConcurrency {
        /// Calls at once that are kept for it and that it may not exceed; absent where nothing is set.
        reserved_concurrent_executions: Option<i64>,
    }
    /// `GetFunctionRecursionConfig`.
    FunctionRecursion {
        /// `Terminate` or `Allow`.
        recursive_loop: String,
    }
    /// `GetFunctionEventInvokeConfig`.
    FunctionEventInvoke {
        /// Retries of a failed asynchronous call; 2 where it is not set.
        maximum_retry_attempts: Option<i64>,
        /// Seconds that an event may wait; six hours where it is not set.
        maximum_event_age_in_seconds: Option<i64>,
    }
    /// `ListEventSourceMappings` of one source.
    EventSourceMappings {
        /// The mappings.
        event_source_mappings: Vec<EventSourceMapping>,
    }
    /// Which function polls a source.
    EventSourceMapping {
        /// Its id.
        #[serde(rename = "UUID")]
        uuid: String,
        /// The source.
        event_source_arn: String,
        /// The function, with version or alias where one is meant.
        function_arn: String,
        /// `Enabled`, `Disabled`, `Enabling`, `Creating`, …
        state: String,
        /// Why, such as `USER_INITIATED`.
        state_transition_reason: String,
        /// How the last poll ended: `OK`, `No records processed`, `PROBLEM: …`.
        last_processing_result: String,
    }
    /// `GetAccountSettings`.
    LambdaAccount {
        /// What the account may do in the Region.
        account_limit: Option<LambdaLimit>,
    }
    /// Limits of an account in a Region.
    LambdaLimit {
        /// Calls at once of all functions.
        concurrent_executions: i64,
        /// Those that no function has for itself.
        unreserved_concurrent_executions: i64,
    }
}
