//! An extension does not reach its vendor and holds the function up.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether an extension, which comes with a layer or a container image, keeps the function from starting or ending: it sends
    /// telemetry to its vendor, through the VPC of the function. Only the log shows it.
    ///
    /// ## Why it matters
    ///
    /// The start of a function ends when every extension is ready, and a call when every extension is done. One that cannot reach its
    /// vendor waits for its own time-out each time.
    ///
    /// ## How to confirm
    ///
    /// The log: `INIT_REPORT Init Duration: 9999.99 ms Phase: init Status: timeout`; without the layer the function is quick.
    ///
    /// ## False positives
    ///
    /// A start can be slow for other reasons: large packages, little memory. A function without layers, and no container image, has no
    /// extension.
    ///
    /// ## Fix
    ///
    /// Let the vendor's addresses through, use its endpoint inside the VPC where it has one, or take the layer out (class M: which
    /// telemetry is needed, you know). To undo, the list of layers that it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Using the Lambda Extensions API to create extensions"
    /// - Lambda developer guide, "Understanding the Lambda execution environment lifecycle"
    "lambda/extension-blocks-init", Degraded, fix M,
    "An extension holds up the start of the function",
    settled by Nothing,
    on Function run "aws lambda get-function-configuration --function-name NAME --query 'Layers[].Arn'; aws logs tail /aws/lambda/NAME --since 1h --filter-pattern '?INIT_REPORT ?EXTENSION ?Extension'",
    look for "`INIT_REPORT … Status: timeout`, or `Extension.…` errors, in a function with a layer of a vendor of monitoring or security"
}
