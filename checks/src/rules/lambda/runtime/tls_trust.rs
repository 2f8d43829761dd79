//! The function does not trust the certificate that it is shown.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether the connection comes about and the function refuses the certificate. Only its log shows that.
    ///
    /// ## Why it matters
    ///
    /// Firewalls that look into TLS show certificates of their own authority, and private services those of a private one. The runtime
    /// of Lambda trusts public authorities alone.
    ///
    /// ## How to confirm
    ///
    /// The text of the error names the issuer. From an instance in the same subnet: `openssl s_client -connect HOST:443 -servername
    /// HOST </dev/null | openssl x509 -noout -issuer -dates`.
    ///
    /// ## False positives
    ///
    /// A certificate that has expired, or is for another name, gives a similar error and is the other side's affair. A wrong answer of
    /// DNS leads to another server.
    ///
    /// ## Fix
    ///
    /// Put the authority's certificate into the package or a layer and name it (`NODE_EXTRA_CA_CERTS`, `AWS_CA_BUNDLE`,
    /// `REQUESTS_CA_BUNDLE`, a trust store for Java), or exempt the name from inspection (class M). To undo, take it out.
    ///
    /// ## References
    ///
    /// - AWS Network Firewall developer guide, "Inspecting SSL/TLS traffic"
    /// - Lambda developer guide, "Working with Lambda environment variables"
    /// - Node.js documentation, "Command-line API", `NODE_EXTRA_CA_CERTS`
    "lambda/tls-trust", Blocker, fix M,
    "The function does not trust the certificate of the other side",
    settled by Nothing,
    on Function run "aws logs tail /aws/lambda/NAME --since 1h --filter-pattern '?certificate ?CERTIFICATE ?SSLError ?PKIX ?x509'",
    look for "`self-signed certificate`, `unable to get local issuer certificate`, `PKIX path building failed` or `x509: certificate signed by unknown authority`"
}
