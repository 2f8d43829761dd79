//! Lambda functions: where in a VPC their connections start.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `GetFunctionConfiguration`.
    FunctionConfiguration {
        /// Its name.
        function_name: String,
        /// Its ARN, with the version or alias that was asked for.
        function_arn: String,
        /// `Active`, `Pending`, `Inactive`, `Failed`.
        state: String,
        /// Where it is attached to a VPC; absent, or without subnets, when it is not.
        vpc_config: Option<FunctionVpcConfig>,
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
}
