//! The remote side answers, and says no.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the function gets an answer with an error, such as 401, 403, 429 or 503, rather than no answer. Only its log shows that.
    ///
    /// ## Why it matters
    ///
    /// A status code proves that name, route, filters and TLS work: no change of the network helps. `403` of an AWS API can come from a
    /// policy, of an endpoint among others.
    ///
    /// ## How to confirm
    ///
    /// The log of the function: the text of the error with its status, and the headers of the answer.
    ///
    /// ## False positives
    ///
    /// A proxy or firewall on the way answers `403` or `502` in the name of others: look at the header `Server` or `Via`.
    ///
    /// ## Fix
    ///
    /// Repair credentials, permissions or quota at the other side (class M). There is nothing to undo.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Troubleshoot networking issues in Lambda"
    /// - RFC 9110, "Status Codes"
    "lambda/not-network-http-status", Advice, fix M,
    "The remote side answers with an error of its own",
    settled by Nothing,
    on Function run "aws logs tail /aws/lambda/NAME --since 1h --filter-pattern \"?401 ?403 ?404 ?429 ?500 ?502 ?503\"",
    look for "a status code of HTTP from the remote side: the network works, and credentials, quota or the other side are the matter"
}
