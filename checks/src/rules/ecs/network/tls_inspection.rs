//! A device on the way answers in the name of ECS.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether a firewall or proxy on the way opens TLS connections and answers with certificates of its own.
    ///
    /// ## Why it matters
    ///
    /// The agent trusts the public authorities that its container brings along. A certificate of a company's own authority fails with
    /// `x509: certificate signed by unknown authority`, though `curl` on the instance may trust it.
    ///
    /// ## How to confirm
    ///
    /// Compare the issuer with that on a machine outside: for AWS services it is Amazon.
    ///
    /// ## False positives
    ///
    /// An old image may lack a newer public authority, which gives the same error.
    ///
    /// ## Fix
    ///
    /// Have the names of ECS exempted from inspection (class M). Adding the authority to the instance does not reach the agent's container.
    ///
    /// ## References
    ///
    /// - AWS Network Firewall developer guide, "Inspecting SSL/TLS traffic"
    "ecs/tls-inspection", Blocker, fix M,
    "A device on the way inspects TLS with certificates of its own",
    settled by Connected,
    on Instance run "sudo grep -i x509 /var/log/ecs/ecs-agent.log* | tail -5; echo | openssl s_client -connect ecs.$(curl -s http://169.254.169.254/latest/meta-data/placement/region).amazonaws.com:443 2>/dev/null | grep -i issuer",
    look for "`x509: certificate signed by unknown authority`, or an issuer other than Amazon"
}
